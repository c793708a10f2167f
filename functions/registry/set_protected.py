"""Serve `PUT /v1/teams/{id}/protected`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.registry.access_requests import parse_path_id
from shared.dialects.registry.release_models import NewProtection
from shared.dialects.registry.release_responses import dump_protection
from shared.domain import protection
from shared.serve import serve
from shared.writing import commit_access

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.registry.release_models import Protection
    from shared.domain.changes import Origin
    from shared.responses import Response
    from shared.store.accounts import Write


def set_protected(call: Call, id: str) -> Response[Protection]:
    """Set the pointers that a team protects, and who else may move them.

    Only admins of the team move them then, and API keys that list them. The same again changes
    nothing.
    """
    team_id = parse_path_id(id)
    call.open_members(team_id)
    body = call.load_body(NewProtection)
    after = protection.Protection(
        team_id=team_id,
        pointers=protection.check_pointers(body.pointers),
        required_review=body.required_review,
        require_payloads=body.require_payloads,
        editors_roll_back=body.editors_roll_back,
    )

    def decide(origin: Origin) -> tuple[Protection, Write | None]:
        name = call.open_members(team_id).team.name
        team = call.open_team(team_id)
        call.require_match(lambda: dump_protection(team.get_protection()))
        return dump_protection(after), team.decide_protection(after, origin, name)

    return commit_access(call, decide)


lambda_handler = serve(set_protected)
