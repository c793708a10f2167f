"""Serve `PATCH /api/public/v2/prompts/{name}/versions/{version}`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.langfuse.contents import LENSES
from shared.dialects.langfuse.labels import set_labels
from shared.dialects.langfuse.models import NewLabels
from shared.dialects.langfuse.requests import check_labels, has_slug, parse_version
from shared.dialects.langfuse.responses import dump_prompt, dump_version
from shared.domain.changes import Change
from shared.problems import VersionNotFound
from shared.serve import serve
from shared.store.reading import Beside
from shared.texts import excerpt
from shared.writing import commit

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.langfuse.models import Prompt
    from shared.domain.changes import Origin
    from shared.domain.model import Version
    from shared.responses import Response
    from shared.store.team import PromptStore


def label_version(call: Call, name: str, version: str) -> Response[Prompt]:
    """Give labels to a version, which other versions of the prompt lose; `production` is live."""
    labels = check_labels(call.load_body(NewLabels).newLabels)
    number = parse_version(version)
    text = "NaN" if number is None else number
    missing = f"Prompt '{excerpt(name)}' version {text} not found in project"
    beside = Beside(selectors=(number or 0,))
    store = call.open_prompt_by_name_or_slug(name, beside, has_slug=has_slug, missing=missing)
    if number is None:
        raise VersionNotFound(missing)

    is_newest = False

    def give(store: PromptStore, origin: Origin) -> Change[Version]:
        nonlocal is_newest
        subject = store.open_raw().get_version(number, missing=missing)
        is_newest = store.is_newest(number)
        return set_labels(Change.none(store.prompt, subject=subject), labels, origin)

    def read(store: PromptStore) -> object:
        subject = store.open_raw().find_version(number)
        return subject and dump_prompt(
            store.prompt, subject, call.settings, is_newest=store.is_newest(number)
        )

    def dump(change: Change[Version]) -> Prompt:
        return dump_version(change.after, change.subject, call.settings, is_newest=is_newest)

    return commit(
        call,
        store,
        give,
        dump,
        headers=lambda change: LENSES.build_headers(call.settings, change.subject.content),
        read=read,
    )


lambda_handler = serve(label_version)
