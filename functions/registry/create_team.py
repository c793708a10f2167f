"""Serve `POST /v1/orgs/{orgID}/teams`."""

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


def create_team(call: Call, orgID: str) -> Response[TeamResponse]:
    """Create a team, whose first admin is the caller."""
    store = call.open_organisation(parse_path_id(orgID))
    name = check_new_name(call.load_body(NewName).name)

    def decide(origin: Origin) -> tuple[TeamResponse, Write]:
        team, write = store.decide_new_team(name, origin)
        return {"team": dump_team(team)}, write

    return commit_access(call, decide)


lambda_handler = serve(create_team)
