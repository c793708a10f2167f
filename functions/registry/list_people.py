"""Serve `GET /v1/orgs/{orgID}/people`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.registry.access_requests import parse_page, parse_path_id, select_page
from shared.dialects.registry.access_responses import dump_user
from shared.serve import serve

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.registry.access_models import PeoplePage
    from shared.responses import Response


def list_people(call: Call, orgID: str) -> Response[PeoplePage]:
    """List the people of the organization, in the order in which they were invited.

    Admins of the organization or of a team can do this.
    """
    people = call.open_organisation(parse_path_id(orgID)).list_people()
    page, limit = parse_page(call.request.query)
    rows = [dump_user(person) for person in select_page(people, page, limit)]
    return call.respond({"people": rows, "page": page, "limit": limit, "total": len(people)})


lambda_handler = serve(list_people)
