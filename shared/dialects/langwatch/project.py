"""A project, as LangWatch calls a caller's team: its prompts by handle, its tags, its answers."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from shared.dialects import langwatch
from shared.dialects.langwatch.tags import LATEST, LEDGER, definitions
from shared.errors import PromptNotFound, VersionNotFound

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.langwatch.tags import Definition
    from shared.domain.prompts import Prompt, Selector
    from shared.domain.versions import Version


class Project:
    """Enforces the route's rule by finding a prompt, or by itself where there is none to find."""

    def __init__(self, call: Call) -> None:
        self.call = call

    @cached_property
    def tags(self) -> tuple[Definition, ...]:
        self.call.permit(self.call.team_id)
        return definitions(self.call.store.ledger(self.call.team_id, LEDGER))

    def prompt(self, name: str, *, otherwise: str = "") -> Prompt:
        """By id or handle. Raises PromptNotFound, with the text `otherwise`; Forbidden."""
        langwatch.checked_length(name, otherwise=PromptNotFound)
        return self.call.prompt_named(name, otherwise=otherwise)

    def selector(self, prompt: Prompt, wanted: Selector) -> Selector:
        """What the prompt knows a number, a tag or `latest` by. Raises VersionNotFound."""
        if isinstance(wanted, int) or wanted == LATEST:
            return wanted
        for tag in self.tags_of(prompt):
            if tag.name == wanted:
                return tag.pointer
        raise VersionNotFound

    def tags_of(self, prompt: Prompt) -> tuple[Definition, ...]:
        """The definitions, as far as the prompt may point by them; mostly none are looked up."""
        return self.tags if prompt.tags or prompt.live_version is not None else ()

    def version_of(self, prompt: Prompt, version_id: str) -> Version:
        """Raises VersionNotFound, for versions of other prompts too."""
        langwatch.checked_length(version_id, otherwise=VersionNotFound)
        owner, version = self.call.version_by_id(version_id)
        if owner.id != prompt.id:
            raise VersionNotFound
        return version

    def shown(
        self, prompt: Prompt, version: Version, *, newest: bool | None = None
    ) -> dict[str, Any]:
        """Args:
        newest: whether it is the newest version; without it, when it has the last number given.
        """
        return langwatch.prompt(
            prompt,
            version,
            tags=self.tags_of(prompt),
            newest=version.number == prompt.last_version if newest is None else newest,
            settings=self.call.settings,
            base_url=self.call.request.base_url,
            schemas=langwatch.reads_schemas(self.call.request.headers),
        )
