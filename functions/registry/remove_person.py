"""Serve `DELETE /v1/orgs/{orgID}/members/{userID}`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.registry.access_requests import parse_path_id
from shared.serve import serve
from shared.writing import commit_access

if TYPE_CHECKING:
    from shared.call import Call
    from shared.responses import Response


def remove_person(call: Call, orgID: str, userID: str) -> Response[None]:
    """Remove a person from the organization and all its teams, and end the sessions."""
    store = call.open_organisation(parse_path_id(orgID))
    person_id = parse_path_id(userID)
    return commit_access(call, lambda origin: (None, store.remove_person(person_id, origin)))


lambda_handler = serve(remove_person)
