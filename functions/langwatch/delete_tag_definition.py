"""Serve `DELETE /api/prompts/tags/{tag}`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.langwatch.tags import LEDGER, dump_definitions, list_moves, remove
from shared.serve import serve
from shared.writing import commit_ledger

if TYPE_CHECKING:
    from shared.call import Call
    from shared.responses import Response


def delete_tag_definition(call: Call, tag: str) -> Response[None]:
    """Delete a tag; it no longer selects versions, and responses no longer contain it."""
    return commit_ledger(
        call,
        call.open_own_team(),
        LEDGER,
        lambda ledger, origin: (remove(ledger, tag), None),
        read=dump_definitions,
        list_moves=list_moves,
    )


lambda_handler = serve(delete_tag_definition)
