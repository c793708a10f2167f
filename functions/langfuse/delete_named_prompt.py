"""Serve `DELETE /api/public/v2/prompts/{name}`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shared.dialects.langfuse.requests import check_name, has_slug, parse_deletion
from shared.dialects.langfuse.responses import dump_prompt
from shared.domain import prompts, versions
from shared.problems import PromptNotFound, VersionNotFound
from shared.serve import serve
from shared.writing import commit

if TYPE_CHECKING:
    from shared.call import Call
    from shared.domain.changes import Change, Origin
    from shared.responses import Response
    from shared.store.team import PromptStore

MISSING = "Prompt not found"


def delete_named_prompt(call: Call, name: str) -> Response[None]:
    """Delete a prompt, whose name is free then, or the version that the query selects.

    A version that is deleted is archived, and its number is not used again.
    """
    name = check_name(call.request, name)
    selection = parse_deletion(call.request)
    store = call.open_prompt_by_name_or_slug(name, has_slug=has_slug, missing=MISSING)
    if selection is not None and selection.selector is None:
        raise VersionNotFound(MISSING)

    def delete(store: PromptStore, origin: Origin) -> Change[Any]:
        if selection is not None and selection.selector is not None:
            version = store.open_raw().get_version(selection.selector, missing=MISSING)
            return versions.archive(store.prompt, version, origin)
        if store.find_newest_number() is None:
            raise PromptNotFound(MISSING)  # it has no versions that this dialect knows of
        return prompts.delete(store.prompt, origin)

    def read(store: PromptStore) -> object:
        newest = store.open_raw().find_version("latest")
        return newest and dump_prompt(store.prompt, newest, call.settings, is_newest=True)

    return commit(call, store, delete, lambda change: None, read=read)


lambda_handler = serve(delete_named_prompt)
