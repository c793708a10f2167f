"""Serve `GET /api/prompts/{id}/versions`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.langwatch.project import Project
from shared.dialects.langwatch.requests import check_name_length
from shared.dialects.langwatch.responses import dump_config_version, dump_version_row
from shared.dialects.langwatch.tags import LEDGER
from shared.paging import parse_number
from shared.problems import PromptNotFound
from shared.serve import serve
from shared.store.reading import Beside

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.call import Call
    from shared.dialects.langwatch.models import VersionOfHandle
    from shared.paging import PageRequest
    from shared.responses import Response
    from shared.store.team import PromptStore


def list_config_versions(call: Call, id: str) -> Response[list[VersionOfHandle]]:
    """List a prompt's versions, newest first, each in the formats of both of LangWatch's APIs.

    The list has as many as one response can hold. If there are more, the header `X-Next-Cursor` is
    the `cursor` of the next page.
    """
    store = call.open_visible_prompt(
        check_name_length(id, problem=PromptNotFound), Beside(ledger=LEDGER)
    )
    request = call.parse_page(parse_number)
    return call.respond_rows(_list_rows(call, store, request), request)


def _list_rows(
    call: Call, store: PromptStore, request: PageRequest[int]
) -> Iterator[tuple[str, VersionOfHandle]]:
    project = Project(call.request, call.settings, store.get_readable_ledger)
    is_newest = request.after is None
    for version in store.list_versions(before=request.after, size=request.size):
        body = project.dump_prompt(store.prompt, version, is_newest=is_newest)
        row = dump_config_version(store.prompt, version, call.settings)
        yield str(version.number), dump_version_row(body, row)
        is_newest = False


lambda_handler = serve(list_config_versions)
