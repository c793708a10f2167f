"""Serve `POST /v1/orgs/{orgID}/people`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.registry.access_models import Invitation
from shared.dialects.registry.access_requests import parse_path_id, parse_role
from shared.dialects.registry.access_responses import dump_user
from shared.dialects.registry.requests import parse_uuid
from shared.domain.people import parse_email
from shared.serve import serve
from shared.writing import commit_access

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.registry.access_models import UserResponse
    from shared.domain.changes import Origin
    from shared.responses import Response
    from shared.store.accounts import Write


def invite_person(call: Call, orgID: str) -> Response[UserResponse]:
    """Invite a person by e-mail, into a team or into the organization only.

    Whoever is in the organization already comes into the team.
    """
    store = call.open_organisation(parse_path_id(orgID))
    body = call.load_body(Invitation)
    email, role = parse_email(body.email), parse_role(body.role)
    team_id = parse_uuid(body.team_id, problem="invalid id") if body.team_id is not None else None

    def decide(origin: Origin) -> tuple[UserResponse, Write | None]:
        person, write = store.invite(email, role, team_id, origin)
        return {"user": dump_user(person)}, write

    return commit_access(call, decide)


lambda_handler = serve(invite_person)
