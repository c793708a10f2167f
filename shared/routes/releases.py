"""The native dialect's endpoints of releases: how versions reach those who call."""

from __future__ import annotations

from functools import partial

from shared.domain.access import Permission
from shared.routes.people import TEAM, WRITE
from shared.routes.registry import PROMPT_NAME
from shared.routes.route import (
    ADDS,
    CHANGE,
    CHECK,
    FORCE,
    FREE,
    HEAD,
    LIVE_MOVE,
    MOVE,
    NEW_VERSION,
    PAGE,
    RECORD,
    REVIEW,
    SLUG,
    VERSION,
    Parameter,
    Route,
)

POINTER = Parameter("pointer", "`live`, or a tag of the prompt.", examples=("live",))
SPLIT_URL = "/v1/prompts/{id}/splits/{pointer}"
RELEASES_URL = "/v1/prompts/{id}/releases"
RELEASE_URL = "/v1/prompts/{id}/releases/{release_id}"
PROTECTED_URL = "/v1/teams/{id}/protected"
RELEASE_ID = Parameter("release_id", "The request's id.", format="uuid")
STATUS = Parameter(
    "status",
    "Only requests with this status.",
    enum=("waiting", "approved", "rejected", "withdrawn"),
)

_releases = partial(Route, dialect="registry", chapter="Releases", segments=(PROMPT_NAME,))
_release = partial(_releases, path=RELEASE_URL, segments=(PROMPT_NAME, RELEASE_ID))
_protected = partial(
    Route,
    dialect="registry",
    chapter="Releases",
    path=PROTECTED_URL,
    segments=(TEAM,),
    whole_team=True,
)
_split = partial(
    Route,
    dialect="registry",
    chapter="Releases",
    path=SPLIT_URL,
    segments=(PROMPT_NAME, POINTER),
)

ROWS: tuple[Route, ...] = (
    _split(
        name="get_split",
        pointer_use="reads",
        method="GET",
        permission=Permission.READ,
        actions=(*SLUG, *HEAD),
    ),
    _split(
        name="set_split",
        pointer_use="moves",
        method="PUT",
        permission=Permission.WRITE,
        # `live` moves to the first version, which is then written too.
        actions=(*NEW_VERSION, *VERSION, *LIVE_MOVE, *REVIEW, "history:Query", *FREE),
        is_reviewed=True,
        query=(FORCE,),
        body=("NewSplit",),
        problems=(422,),
        if_match=SPLIT_URL,
    ),
    _split(
        name="end_split",
        pointer_use="moves",
        method="DELETE",
        status=204,
        permission=Permission.WRITE,
        actions=(*CHANGE, *VERSION, *MOVE, *REVIEW, "history:Query"),
        is_reviewed=True,
        if_match=SPLIT_URL,
    ),
    # -- what a team protects
    _protected(name="get_protected", method="GET", permission=Permission.SEE_PEOPLE),
    _protected(
        name="set_protected",
        method="PUT",
        permission=Permission.MANAGE,
        actions=(*WRITE, *RECORD, "access:PutItem", *CHECK),
        body=("NewProtection",),
        if_match=PROTECTED_URL,
    ),
    # -- requests
    _releases(
        name="get_release_state",
        pointer_use="reads",
        method="GET",
        path="/v1/prompts/{id}/release",
        permission=Permission.READ,
        actions=(
            *SLUG,
            *HEAD,
            "versions:BatchGetItem",
            "history:Query",
            "access:BatchGetItem",
        ),
    ),
    _releases(
        name="create_release",
        pointer_use="moves",
        method="POST",
        path=RELEASES_URL,
        status=201,
        permission=Permission.WRITE,
        actions=(*CHANGE, *VERSION, "access:BatchGetItem"),
        body=("NewRelease",),
        problems=(422,),
        no_if_match=ADDS,
    ),
    _releases(
        name="list_releases",
        pointer_use="reads",
        method="GET",
        path=RELEASES_URL,
        permission=Permission.READ,
        actions=(*SLUG, *HEAD, "access:Query", "access:BatchGetItem"),
        query=(STATUS, *PAGE),
    ),
    _release(
        name="get_release",
        pointer_use="reads",
        method="GET",
        permission=Permission.READ,
        actions=(*SLUG, *HEAD),
    ),
    *(
        _releases(
            name=f"{verb}_release",
            pointer_use="moves",
            method="POST",
            path=f"{RELEASE_URL}/{verb}",
            segments=(PROMPT_NAME, RELEASE_ID),
            permission=Permission.WRITE,
            query=(FORCE,) if verb == "approve" else (),
            actions=(*NEW_VERSION, *VERSION, *LIVE_MOVE, *FREE) if verb == "approve" else CHANGE,
            body=("Decision",),
            problems=(422,),
            if_match=RELEASE_URL,
        )
        for verb in ("approve", "reject", "withdraw")
    ),
)
