"""Serve `GET /v1/me/orgs`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.registry.access_responses import dump_own_organisation
from shared.serve import serve

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.registry.access_models import OrganizationList
    from shared.responses import Response


def list_my_organisations(call: Call) -> Response[OrganizationList]:
    """List the organizations of the caller; a deployment is one."""
    if not call.principal.is_person:
        call.require_permission_anywhere()
    store = call.open_own_organisation()
    organisation = dump_own_organisation(store.get_organisation(), is_admin=store.is_admin)
    return call.respond({"organizations": [organisation]})


lambda_handler = serve(list_my_organisations)
