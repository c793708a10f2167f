"""Serve `PUT /api/prompts/tags/{tag}`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.langwatch.models import TagName
from shared.dialects.langwatch.tags import (
    LEDGER,
    dump_definition,
    dump_definitions,
    list_moves,
    rename,
)
from shared.serve import serve
from shared.writing import commit_ledger

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.langwatch.models import TagDefinition
    from shared.domain.changes import Origin
    from shared.domain.model import Ledger
    from shared.responses import Response


def rename_tag_definition(call: Call, tag: str) -> Response[TagDefinition]:
    """Rename a tag; it stays assigned to the same versions."""
    team = call.open_own_team()
    name = call.load_body(TagName).name

    def rename_tag(ledger: Ledger, origin: Origin) -> tuple[Ledger, TagDefinition]:
        after, definition = rename(ledger, tag, name)
        return after, dump_definition(definition)

    return commit_ledger(
        call,
        team,
        LEDGER,
        rename_tag,
        read=dump_definitions,
        list_moves=list_moves,
    )


lambda_handler = serve(rename_tag_definition)
