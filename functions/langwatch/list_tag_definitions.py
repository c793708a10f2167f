"""Serve `GET /api/prompts/tags`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.langwatch.tags import LEDGER, dump_definitions
from shared.serve import serve

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.langwatch.models import TagDefinition
    from shared.responses import Response


def list_tag_definitions(call: Call) -> Response[list[TagDefinition]]:
    """List the tags that can be assigned to versions, oldest first."""
    ledger = call.open_own_team().get_ledger(LEDGER)
    return call.respond(dump_definitions(ledger))


lambda_handler = serve(list_tag_definitions)
