"""Serve `DELETE /v1/orgs/{orgID}/members/{userID}/second-factor`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.registry.access_requests import parse_path_id
from shared.serve import serve
from shared.writing import commit_access

if TYPE_CHECKING:
    from shared.call import Call
    from shared.responses import Response


def end_second_factor(call: Call, orgID: str, userID: str) -> Response[None]:
    """End the second factor of a person who has lost it; the password is still asked for."""
    store = call.open_organisation(parse_path_id(orgID))
    person_id = parse_path_id(userID)
    return commit_access(call, lambda origin: (None, store.end_second_factor(person_id, origin)))


lambda_handler = serve(end_second_factor)
