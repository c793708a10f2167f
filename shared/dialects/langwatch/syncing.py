"""A local prompt file against the versions that are here: the rules of LangWatch's sync.

What the file says of is compared field by field. Its settings of the model are all that there are,
one that it leaves out is none; demonstrations and the prompting technique, which files cannot say,
are compared and replaced only where they are given.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from shared.dialects.langwatch import contents
from shared.dialects.langwatch.contents import SETTINGS
from shared.domain.prompts import MESSAGE_LENGTH, checked_text

if TYPE_CHECKING:
    from shared.dialects.langwatch.models import LocalPrompt
    from shared.domain.content import Content, Document
    from shared.domain.versions import Version
    from shared.settings import Settings

Action = Literal["created", "updated", "up_to_date", "conflict"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Local:
    """The file. Args: version: that it was made from; parameters: None to leave them alone."""

    config: Document
    parameters: Document | None
    version: Any
    message: str | None

    @classmethod
    def of(cls, body: LocalPrompt) -> Local:
        """Raises InvalidRequest."""
        given = body.given
        config = {"messages": [], "inputs": [], **given["configData"]}
        config.pop("response_format", None)
        message = given.get("commitMessage")
        if message is not None:
            checked_text(message, "commitMessage", longest=MESSAGE_LENGTH)
        return cls(
            config=contents.with_detected_inputs(config),
            parameters=given.get("parameters"),
            version=given.get("localVersion", 0),
            message=message,
        )

    @property
    def first(self) -> Content:
        """The content of a prompt's first version."""
        return contents.with_parameters(contents.first(self.config), self.parameters or {})

    def over(self, content: Content, settings: Settings) -> Content:
        """The content with what the file says."""
        content = contents.revised(content, dict.fromkeys(SETTINGS) | self.config, settings)
        if self.parameters is None:
            return content
        return contents.with_parameters(content, self.parameters)

    def differences(self, content: Content, settings: Settings) -> list[str]:
        remote = contents.with_detected_inputs(contents.config(content, settings))
        unsaid = {name: remote.get(name) for name in ("demonstrations", "prompting_technique")}
        found = contents.differences(unsaid | self.config, remote)
        parameters = contents.runtime_parameters(content)
        if self.parameters is not None and self.parameters != parameters:
            found.append("parameters differ")
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Args:
    version: the newest after the sync.
    differences: in which the file and that version conflict.
    """

    action: Action
    version: Version
    differences: list[str] = field(default_factory=list)


def compared(local: Local, remote: Version, base: Version | None, settings: Settings) -> Outcome:
    """What is to happen; `updated` is still to be done.

    Args:
        remote: the newest version.
        base: the version that the file was made from.
    """
    found = local.differences(remote.content, settings)
    if local.version == remote.number:
        action: Action = "updated" if found else "up_to_date"
        return Outcome(action=action, version=remote, differences=found)
    behind = base is not None and base.number < remote.number
    if base is not None and behind and not local.differences(base.content, settings):
        return Outcome(action="up_to_date", version=remote)
    return Outcome(action="conflict", version=remote, differences=found)


def message_of(local: Local, differences: list[str]) -> str:
    """Of an update; an own message wins."""
    if local.message is not None:
        return local.message
    return f"Updated from local file ({'; '.join(differences)})"[:MESSAGE_LENGTH]
