"""What versions say to a model, as files and other products have it too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .errors import ConfigurationError, PermissionDeniedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .management import Management

# The fields of a version that make its content, as the service names them.
FIELDS = (
    "engine",
    "template",
    "messages",
    "model",
    "model_params",
    "tools",
    "response_format",
    "inputs",
)
WAITS = "waits until somebody else approves its release"


def take_content(version: Mapping[str, Any]) -> dict[str, Any]:
    """Take the content of a version, without who wrote it, when and why.

    Two versions say the same if their contents are equal.

    Args:
        version: The document of a version, or content that may have empty fields.

    Returns:
        The fields that have a value. A conversation has no `template`.

    Raises:
        ConfigurationError: The service does not show all of the version.
    """
    if version.get("omissions"):
        raise ConfigurationError(
            f"version {version.get('version')} of the prompt {version.get('prompt_id')} has a "
            "conversation that is too large for the service to show; leave this prompt out"
        )
    content = {name: version[name] for name in FIELDS if version.get(name) is not None}
    if "messages" in content:
        content.pop("template", None)
    return content


def create_version(
    manage: Management,
    name: str,
    content: Mapping[str, Any],
    *,
    message: str = "",
    if_match: str | None = None,
) -> dict[str, Any]:
    """Create the next version of a prompt from its content.

    Args:
        manage: The client's management.
        name: The slug or the id of the prompt.
        content: The content.
        message: Why the version is created.
        if_match: The `etag` of what is to be there still; None for whatever is there.

    Returns:
        The document of the version.

    Raises:
        ConflictError: Something else is there.
    """
    fields = take_content(content)
    fields["params"] = fields.pop("model_params", None)
    return manage.create_version(name, **fields, message=message, if_match=if_match)


def promote(
    manage: Management, name: str, version: int | str, *, if_match: str | None = None
) -> bool:
    """Promote a version by one stage: a draft to stable, or a stable version to live.

    Args:
        manage: The client's management.
        name: The slug or the id of the prompt.
        version: The number of the version, or a pointer.
        if_match: The `etag` of the version; None to promote it whatever it is.

    Returns:
        Whether it is promoted; False if that waits until somebody else approves it.

    Raises:
        ConflictError: The version is something else.
    """
    try:
        manage.promote(name, version, if_match=if_match)
    except PermissionDeniedError as error:
        if error.code != "review_required":
            raise
        return False
    return True
