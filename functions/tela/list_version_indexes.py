"""Serve `GET /prompt-version/index-map`."""

from __future__ import annotations

from itertools import chain, pairwise
from typing import TYPE_CHECKING

from shared.dialects.tela.requests import parse_prompt_query
from shared.paging import parse_number
from shared.serve import serve

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from shared.call import Call
    from shared.dialects.tela.models import VersionIndex
    from shared.domain.model import VersionSummary
    from shared.responses import Response


def list_version_indexes(call: Call) -> Response[list[VersionIndex]]:
    """List the numbers of a prompt's versions by their ids, newest first."""
    store = call.open_prompt(parse_prompt_query(call.request.query))
    request = call.parse_page(parse_number)
    size = None if request.size is None else request.size + 1
    versions = store.list_version_summaries(before=request.after, size=size)
    present = (version for version in versions if version.stage != "archived")
    return call.respond_rows(_dump_rows(present), request)


def _dump_rows(versions: Iterable[VersionSummary]) -> Iterator[tuple[str, VersionIndex]]:
    for version, previous in pairwise(chain(versions, (None,))):
        if version is not None:
            yield (
                str(version.number),
                {
                    "id": version.id,
                    "versionIndex": version.number,
                    "previousVersionId": previous.id if previous else None,
                },
            )


lambda_handler = serve(list_version_indexes)
