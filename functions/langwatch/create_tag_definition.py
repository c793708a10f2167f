"""Serve `POST /api/prompts/tags`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.formats import dump_js_time
from shared.dialects.langwatch.models import TagName
from shared.dialects.langwatch.tags import LEDGER, define, dump_definition, list_moves
from shared.ids import new_id
from shared.serve import serve
from shared.writing import commit_ledger

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.langwatch.models import TagDefinition
    from shared.domain.changes import Origin
    from shared.domain.model import Ledger
    from shared.responses import Response


def create_tag_definition(call: Call) -> Response[TagDefinition]:
    """Define a tag, so that it can be assigned to versions."""
    team = call.open_own_team()
    name = call.load_body(TagName).name

    def create(ledger: Ledger, origin: Origin) -> tuple[Ledger, TagDefinition]:
        after, definition = define(ledger, name, id=new_id(), at=dump_js_time(origin.now))
        return after, dump_definition(definition)

    return commit_ledger(call, team, LEDGER, create, list_moves=list_moves)


lambda_handler = serve(create_tag_definition)
