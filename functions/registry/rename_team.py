"""Serve `PUT /v1/teams/{id}`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.registry.access_models import NewName
from shared.dialects.registry.access_requests import check_new_name, parse_path_id
from shared.dialects.registry.access_responses import dump_team
from shared.serve import serve
from shared.writing import commit_access

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.registry.access_models import TeamResponse
    from shared.domain.changes import Origin
    from shared.responses import Response
    from shared.store.accounts import Write


def rename_team(call: Call, id: str) -> Response[TeamResponse]:
    """Give a team another name."""
    team_id = parse_path_id(id)
    call.open_members(team_id)
    name = check_new_name(call.load_body(NewName).name)

    def decide(origin: Origin) -> tuple[TeamResponse, Write | None]:
        store = call.open_members(team_id)
        return {"team": dump_team(store.team, name)}, store.decide_new_name(name, origin)

    return commit_access(call, decide)


lambda_handler = serve(rename_team)
