"""The native dialect's endpoints of API keys, which are px0's. People only manage them."""

from __future__ import annotations

from functools import partial

from shared.domain.access import Permission
from shared.routes.route import ADDS, HEAD, PAGE, RECORD, SLUG, Parameter, Route

KEY_ID = Parameter("id", "The API key's id.", format="uuid")
KEY_PARTITIONS = ("keys", "key#*")  # the list of all keys, and what authentication reads
WRITE = ("access:PutItem", "history:PutItem")
RECORDED = ("lookups:GetItem", "lookups:PutItem", *RECORD)
NO_READ = "no read of one API key has an ETag"

_keys = partial(
    Route,
    dialect="registry",
    chapter="API Keys",
    permission=Permission.MANAGE,
    sessions_only=True,
    leading_keys=KEY_PARTITIONS,
)
_key = partial(_keys, segments=(KEY_ID,), problems=(404,))

ROWS: tuple[Route, ...] = (
    _keys(
        name="create_api_key",
        operation="createAPIKey",
        method="POST",
        path="/v1/api-keys",
        status=201,
        shows_secret=True,
        actions=(*WRITE, *SLUG, *HEAD, "access:ConditionCheckItem"),
        body=("NewKey",),
        problems=(404, 422),
        no_if_match=ADDS,
    ),
    _keys(
        name="list_api_keys",
        operation="listAPIKeys",
        method="GET",
        path="/v1/api-keys",
        actions=("access:BatchGetItem",),
        query=(
            Parameter("org_id", "The organization's id.", format="uuid", required=True),
            *PAGE,
        ),
    ),
    _key(
        name="update_api_key",
        operation="updateAPIKey",
        method="PUT",
        path="/v1/api-keys/{id}",
        actions=(
            *WRITE,
            *RECORDED,
            "access:Query",
            "access:UpdateItem",
            "access:BatchGetItem",
            "access:ConditionCheckItem",
        ),
        body=("KeyChanges",),
        problems=(404, 422),
        no_if_match=NO_READ,
    ),
    _key(
        name="delete_api_key",
        operation="deleteAPIKey",
        method="DELETE",
        path="/v1/api-keys/{id}",
        status=204,
        actions=("access:DeleteItem", "history:PutItem", "lookups:GetItem", "lookups:PutItem"),
        no_if_match=NO_READ,
    ),
    _key(
        name="regenerate_api_key",
        operation="regenerateAPIKey",
        method="POST",
        path="/v1/api-keys/{id}/regenerate",
        shows_secret=True,
        actions=(*WRITE, "access:UpdateItem", "access:DeleteItem"),
        body=("Regeneration",),
        no_if_match=NO_READ,
    ),
)
