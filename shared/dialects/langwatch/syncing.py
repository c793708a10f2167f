"""The rules of LangWatch's sync, which compares a local prompt file with the stored versions.

Fields of the file are compared one by one. A setting of the model that the file does not have
counts as removed. Demonstrations and the prompting technique, which files cannot express, and
settings that reads leave out are compared and replaced only if the request has them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from shared.dialects.langwatch import contents
from shared.dialects.langwatch.contents import SETTINGS
from shared.domain.checks import MESSAGE_LENGTH, check_message
from shared.exact_json import is_equal

if TYPE_CHECKING:
    from shared.dialects.langwatch.models import LocalPrompt
    from shared.domain.content import Content, Document
    from shared.domain.model import Version
    from shared.settings import Settings

Action = Literal["created", "updated", "up_to_date", "conflict"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Local:
    """The local file.

    Attributes:
        config: Its configuration.
        parameters: Its values for the application; None to leave them unchanged.
        version: The number of the version that the file is based on.
        message: The commit message; None if it has none.
    """

    config: Document
    parameters: Document | None
    version: int
    message: str | None

    @classmethod
    def load(cls, body: LocalPrompt) -> Local:
        """Load the file from a body.

        Raises:
            InvalidRequest: The message is too long or contains a NUL character.
        """
        fields = body.fields
        config = {"messages": [], "inputs": [], **fields["configData"]}
        config.pop("response_format", None)
        message = fields.get("commitMessage")
        if message is not None:
            check_message(message, "commitMessage")
        return cls(
            config=contents.declare_variables(config),
            parameters=fields.get("parameters"),
            version=fields.get("localVersion", 0),
            message=message,
        )

    def load_first_content(self, settings: Settings) -> Content:
        """Load the content of a prompt's first version."""
        content = contents.load_content(self.config, settings)
        return contents.replace_parameters(content, self.parameters or {}, settings)

    def revise_content(self, content: Content, settings: Settings) -> Content:
        """Replace the fields of a content that the file has."""
        unreadable = contents.list_unreadable_settings(contents.dump_config(content, settings))
        removals = [name for name in SETTINGS if name not in unreadable]
        config = dict.fromkeys(removals) | self.config
        content = contents.revise_content(content, config, settings)
        if self.parameters is None:
            return content
        return contents.replace_parameters(content, self.parameters, settings)

    def describe_differences(self, content: Content, settings: Settings) -> list[str]:
        """Describe how the file differs from a content."""
        remote = contents.declare_variables(contents.dump_config(content, settings))
        names = {"demonstrations", "prompting_technique"}
        names |= contents.list_unreadable_settings(remote)
        defaults = {name: remote.get(name) for name in names}
        differences = contents.describe_differences(defaults | self.config, remote)
        parameters = contents.get_runtime_parameters(content, settings)
        if self.parameters is not None and not is_equal(self.parameters, parameters):
            differences.append("parameters differ")
        return differences


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The result of a sync.

    Attributes:
        action: What the sync does.
        version: The newest version.
        differences: How the file differs from that version.
    """

    action: Action
    version: Version
    differences: list[str] = field(default_factory=list)


def compare(local: Local, remote: Version, base: Version | None, settings: Settings) -> Outcome:
    """Decide what a sync does; the caller must carry out an `updated`.

    Args:
        local: The file.
        remote: The newest version.
        base: The version that the file is based on; None if it does not exist.
        settings: The settings of the deployment.
    """
    differences = local.describe_differences(remote.content, settings)
    if local.version == remote.number:
        action: Action = "updated" if differences else "up_to_date"
        return Outcome(action=action, version=remote, differences=differences)
    is_behind = base is not None and base.number < remote.number
    if base is not None and is_behind and not local.describe_differences(base.content, settings):
        return Outcome(action="up_to_date", version=remote)
    return Outcome(action="conflict", version=remote, differences=differences)


def write_message(local: Local, differences: list[str]) -> str:
    """Get the message of an update: the file's or, if it has none, the differences."""
    if local.message is not None:
        return local.message
    return f"Updated from local file ({'; '.join(differences)})"[:MESSAGE_LENGTH]
