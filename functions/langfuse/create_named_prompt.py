"""Serve `POST /api/public/v2/prompts`."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from shared.dialects.langfuse.contents import LENSES, load_content, load_messages
from shared.dialects.langfuse.labels import set_labels
from shared.dialects.langfuse.models import NewPrompt
from shared.dialects.langfuse.problems import InvalidData
from shared.dialects.langfuse.requests import BY_NAME, check_config, has_slug
from shared.dialects.langfuse.responses import dump_prompt, dump_version
from shared.domain import prompts, versions
from shared.domain.changes import Change
from shared.domain.checks import NAME_LENGTH, check_message
from shared.ids import new_id
from shared.problems import InvalidRequest, NameTaken, PromptNotFound
from shared.serve import serve
from shared.writing import commit, create

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shared.call import Call
    from shared.dialects.langfuse.contents import Prompt as Text
    from shared.dialects.langfuse.models import Prompt
    from shared.domain.changes import Origin
    from shared.domain.content import Content
    from shared.domain.model import Prompt as Head
    from shared.domain.model import Version
    from shared.responses import Response
    from shared.store.team import PromptStore

OTHER_TYPE = (
    "Previous versions have different prompt type. Create a new prompt with a different name."
)
SLUG_TRIES = 3  # of which each but the first has random digits
DIGITS = 8


def create_named_prompt(call: Call) -> Response[Prompt]:
    """Create the next version of a prompt, and the prompt where there is none of this name.

    Each call makes a version, also where its body is the newest version's.
    """
    return create_version(call, call.load_body(NewPrompt))


def create_version(
    call: Call, new: NewPrompt, *, is_active: bool | None = None
) -> Response[Prompt]:
    """Create a version.

    Args:
        call: The call.
        new: The body.
        is_active: What the response says of it; None if it does not say whether it is live.

    Raises:
        InvalidRequest: The version cannot be one of the prompt of this name.
    """
    team = call.open_own_team()
    text = _load_text(new)
    config = check_config(new.config)
    message = check_message(new.commitMessage or "", "commitMessage")
    labels = [*dict.fromkeys(new.labels)]

    def add_version(
        prompt: Head,
        origin: Origin,
        newest: Version | None = None,
        sources: Iterable[Content] = (),
    ) -> Change[Version]:
        base = newest.content if newest else None
        if base is not None and (base.messages is None) is not isinstance(text, str):
            raise InvalidRequest(OTHER_TYPE)
        content = load_content(text, config, call.settings, base=base, sources=sources)
        change: Change[None] = Change.none(prompt, subject=None)
        if new.tags is not None:
            change = prompts.set_keywords(prompt, new.tags, origin)
        version = change.then(
            lambda prompt: versions.create(
                prompt, content, origin, base=newest, message=message, status="stable"
            )
        )
        return set_labels(version, labels, origin)

    def add_to(store: PromptStore, origin: Origin) -> Change[Version]:
        return add_version(store.prompt, origin, store.find_base(), store.list_sources())

    def create_first(slug: str, origin: Origin) -> Change[Version]:
        call.require_match(lambda: None)  # there is nothing yet
        prompt = prompts.create(
            team_id=team.id, name=new.name, slug=slug, settings=BY_NAME, origin=origin
        )
        return prompt.then(lambda prompt: add_version(prompt, origin))

    def dump(change: Change[Version]) -> Prompt:
        return dump_version(
            change.after, change.subject, call.settings, is_newest=True, is_active=is_active
        )

    def build_headers(change: Change[Version]) -> dict[str, str]:
        return LENSES.build_headers(call.settings, change.subject.content)

    def read(store: PromptStore) -> object:
        newest = store.open_raw().find_version("latest")
        return newest and dump_prompt(store.prompt, newest, call.settings, is_newest=True)

    slug = prompts.make_slug(new.name)
    for number in range(SLUG_TRIES):
        with suppress(PromptNotFound):
            store = call.open_prompt_by_name_or_slug(new.name, has_slug=has_slug)
            return commit(call, store, add_to, dump, headers=build_headers, read=read)
        # Somebody has created the prompt in the meantime, or one whose slug is made of this name.
        own_slug = f"{slug[: NAME_LENGTH - DIGITS - 1]}_{new_id()[:DIGITS]}" if number else slug
        with suppress(NameTaken):
            return create(call, team, partial(create_first, own_slug), dump, headers=build_headers)
    raise InvalidRequest("Failed to create prompt: others create one of this name; try again")


def _load_text(new: NewPrompt) -> Text:
    """Load the text or the messages.

    Raises:
        InvalidData: They are not of the type that the body has.
        InvalidRequest: A placeholder has the name of a variable.
    """
    if isinstance(new.prompt, str) is not (new.type == "text"):
        raise InvalidData.at(code="invalid_union", message="Invalid input: type and prompt differ")
    return new.prompt if isinstance(new.prompt, str) else load_messages(new.prompt)


lambda_handler = serve(create_named_prompt)
