"""Serve `DELETE /v1/teams/{id}`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.registry.access_requests import parse_path_id
from shared.serve import serve
from shared.writing import commit_access

if TYPE_CHECKING:
    from shared.call import Call
    from shared.responses import Response


def delete_team(call: Call, id: str) -> Response[None]:
    """Delete a team that has no prompts, or by its name one that has; its prompts are kept.

    Its members leave it, and its API keys lose it: those of no other team are revoked.
    """
    deletion = call.open_deletion(parse_path_id(id))
    name = call.request.query.get("name")
    return commit_access(call, lambda origin: (None, deletion.decide(name, origin)))


lambda_handler = serve(delete_team)
