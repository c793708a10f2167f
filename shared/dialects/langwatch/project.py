"""Projects, which are LangWatch's teams: their tags, and the conversion of their prompts."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from shared.dialects.langwatch.responses import can_read_schemas, dump_prompt
from shared.dialects.langwatch.tags import LATEST, LEDGER, list_definitions
from shared.problems import VersionNotFound

if TYPE_CHECKING:
    from collections.abc import Callable

    from shared.dialects.langwatch.models import PromptOfHandle
    from shared.dialects.langwatch.tags import Definition
    from shared.domain.ledgers import LedgerType
    from shared.domain.model import Ledger, Prompt, Selector, Version
    from shared.request import Request
    from shared.settings import Settings


class Project:
    """A team within one request, whose tags are read at most once."""

    def __init__(
        self, request: Request, settings: Settings, get_ledger: Callable[[LedgerType], Ledger]
    ) -> None:
        """Bind a team.

        Args:
            request: The request.
            settings: The settings of the deployment.
            get_ledger: Gets a ledger of the team.
        """
        self._request = request
        self._settings = settings
        self._get_ledger = get_ledger

    @cached_property
    def tags(self) -> tuple[Definition, ...]:
        """The definitions of the project's tags, oldest first."""
        return list_definitions(self._get_ledger(LEDGER))

    def list_tags(self, prompt: Prompt) -> tuple[Definition, ...]:
        """List the tags that a prompt can have, without reading them if it has none."""
        return self.tags if prompt.tags or prompt.live_version is not None else ()

    def resolve_selector(self, prompt: Prompt, selector: Selector) -> Selector:
        """Convert a selector of LangWatch to one of the prompt.

        Raises:
            VersionNotFound: The selector is a tag that the project does not have.
        """
        if isinstance(selector, int) or selector == LATEST:
            return selector
        for tag in self.list_tags(prompt):
            if tag.name == selector:
                return tag.pointer
        raise VersionNotFound

    def dump_newest(self, prompt: Prompt, newest: Version | None) -> PromptOfHandle | None:
        """Dump a prompt with its newest version; None if it has none."""
        return self.dump_prompt(prompt, newest, is_newest=True) if newest else None

    def dump_prompt(
        self, prompt: Prompt, version: Version, *, is_newest: bool | None = None
    ) -> PromptOfHandle:
        """Dump a version with the fields of its prompt.

        Args:
            prompt: The prompt.
            version: The version.
            is_newest: Whether it is the prompt's newest version; by default, whether its number is
                the last one.
        """
        return dump_prompt(
            prompt,
            version,
            tags=self.list_tags(prompt),
            is_newest=version.number == prompt.last_version if is_newest is None else is_newest,
            settings=self._settings,
            base_url=self._request.base_url,
            with_schemas=can_read_schemas(self._request.headers),
        )
