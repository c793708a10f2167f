"""Serve `PUT /v1/prompts/{id}/versions/{version}`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.languages import check_texts, list_warnings
from shared.dialects.registry.contents import revise_content
from shared.dialects.registry.models import VersionChanges
from shared.dialects.registry.requests import parse_selector
from shared.dialects.registry.responses import dump_version, dump_written_version
from shared.domain import versions
from shared.domain.checks import check_message
from shared.serve import serve
from shared.store.reading import Beside
from shared.templates import check_template, find_variables, load_engines
from shared.writing import commit

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.registry.models import WrittenVersion
    from shared.domain.changes import Change, Origin
    from shared.domain.content import Content
    from shared.domain.model import Version
    from shared.responses import Response
    from shared.store.team import PromptStore


def update_version(call: Call, id: str, version: str) -> Response[WrittenVersion]:
    """Change the content of a draft, or its message."""
    selector = parse_selector(version)

    def revise(store: PromptStore, origin: Origin) -> Change[Version]:
        current = store.get_version(selector)
        versions.require_draft(current)  # as in px0, before the body is checked
        changes = call.load_body(VersionChanges)
        content = revise_content(current.content, changes)
        message = None if changes.message is None else check_message(changes.message)
        if content.texts != current.content.texts or content.engine != current.content.engine:
            check_texts(content, call.settings)
        else:
            check_template(content, call.settings)
        return versions.revise(store.prompt, current, content, origin, message=message)

    def warn(content: Content) -> list[str]:
        return list_warnings(content, find_variables(content, call.settings))

    return commit(
        call,
        call.open_prompt(call.resolve_prompt_id(id), Beside(selectors=(selector,))),
        revise,
        lambda change: dump_written_version(
            change.subject, change.after, warn(change.subject.content)
        ),
        read=lambda store: {"version": dump_version(store.get_version(selector), store.prompt)},
    )


lambda_handler = serve(update_version, prepare=load_engines)
