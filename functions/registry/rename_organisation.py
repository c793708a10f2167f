"""Serve `PUT /v1/orgs/{id}`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.registry.access_models import NewName
from shared.dialects.registry.access_requests import check_new_name, parse_path_id
from shared.dialects.registry.access_responses import dump_organisation
from shared.serve import serve
from shared.writing import commit_access

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.registry.access_models import OrganizationResponse
    from shared.domain.changes import Origin
    from shared.responses import Response
    from shared.store.accounts import Write


def rename_organisation(call: Call, id: str) -> Response[OrganizationResponse]:
    """Give the organization another name."""
    store = call.open_organisation(parse_path_id(id))
    name = check_new_name(call.load_body(NewName).name)

    def decide(origin: Origin) -> tuple[OrganizationResponse, Write | None]:
        organisation, write = store.decide_new_name(name, origin)
        return {"org": dump_organisation(organisation, name)}, write

    return commit_access(call, decide)


lambda_handler = serve(rename_organisation)
