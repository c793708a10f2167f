"""Serve `GET /api/prompts/{id}`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.langwatch.contents import LENSES
from shared.dialects.langwatch.project import Project
from shared.dialects.langwatch.requests import check_name_length, parse_version_query
from shared.dialects.langwatch.tags import LATEST, LEDGER
from shared.domain.model import LIVE, PRODUCTION
from shared.domain.splits import check_split_key
from shared.problems import PromptNotFound, VersionNotFound
from shared.serve import serve
from shared.store.reading import Beside

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.langwatch.models import PromptOfHandle
    from shared.responses import Response


def get_prompt_by_handle(call: Call, id: str) -> Response[PromptOfHandle]:
    """Get a version of a prompt: the newest, or the one that the query or a shorthand selects.

    The shorthands `team/greet:2` and `team/greet:production` select one by number and by tag.
    """
    name, selector = parse_version_query(id, call.request.query)
    name = check_name_length(name, problem=PromptNotFound)
    # Which pointer a tag is, the ledger says; most often `production` is `live`.
    expected = () if selector is None else (LIVE if selector == PRODUCTION else selector,)
    beside = Beside(selectors=expected, ledger=LEDGER)
    store = call.open_visible_prompt(name, beside, missing="Prompt not found")
    project = Project(call.request, call.settings, store.get_ledger)
    version = store.get_cached_version(
        project.resolve_selector(store.prompt, selector or LATEST),
        split_key=check_split_key(call.request.query.get("split_key")),
    )
    if selector == LATEST and not version.is_published:
        raise VersionNotFound  # only who asks for no version gets a draft, where there is no other
    is_newest = version.is_published if selector in (None, LATEST) else None
    body = project.dump_prompt(store.prompt, version, is_newest=is_newest)
    return call.respond(body, headers=LENSES.build_headers(call.settings, version.content))


lambda_handler = serve(get_prompt_by_handle)
