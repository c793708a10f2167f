"""Serve `PUT /v1/orgs/{orgID}/members/{userID}/role`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.registry.access_models import NewOrganizationRole
from shared.dialects.registry.access_requests import parse_path_id
from shared.problems import InvalidRequest
from shared.serve import serve
from shared.writing import commit_access

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.registry.access_models import Success
    from shared.domain.changes import Origin
    from shared.responses import Response
    from shared.store.accounts import Write


def set_organisation_role(call: Call, orgID: str, userID: str) -> Response[Success]:
    """Make a person an admin of the organization, or a member only."""
    store = call.open_organisation(parse_path_id(orgID))
    person_id = parse_path_id(userID)
    role = call.load_body(NewOrganizationRole).role
    if role not in ("admin", "member"):
        raise InvalidRequest("role must be 'admin' or 'member'")

    def decide(origin: Origin) -> tuple[Success, Write | None]:
        return {"success": True}, store.decide_role(person_id, role, origin)

    return commit_access(call, decide)


lambda_handler = serve(set_organisation_role)
