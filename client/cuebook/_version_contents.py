"""What versions say to a model, as files and other products have it too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._contents import Content
from ._rendering.engines import COMPILERS
from .errors import (
    ConfigurationError,
    ConflictError,
    PermissionDeniedError,
    RenderError,
    UnavailableError,
)

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
TRIES = 5  # while what describes a prompt, or its releases, change
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
    params = content.get("model_params")
    if isinstance(params, dict) and params.get("response_format") == content.get("response_format"):
        content.pop("response_format", None)  # the service shows that of the parameters twice
    return content


def check_texts(content: Mapping[str, Any]) -> None:
    """Check that the texts of a content are templates, as far as this process has their engine.

    Args:
        content: The content.

    Raises:
        ConfigurationError: A text is none.
    """
    engine = content.get("engine", "go")
    if not isinstance(engine, str) or engine not in COMPILERS:
        raise ConfigurationError(f"there is no engine {engine!r}; use {', '.join(COMPILERS)}")
    try:
        Content({"template": "", **content}).compile()
    except RenderError as error:
        if not isinstance(error.__cause__, ModuleNotFoundError):
            raise ConfigurationError(str(error.__cause__)) from error
    except (KeyError, UnavailableError):
        pass  # an input without a name, or no text, which the service refuses


def create_version(
    manage: Management,
    name: str,
    content: Mapping[str, Any],
    *,
    message: str = "",
    if_match: str | None = None,
    idempotency_key: str | None = None,
) -> dict[str, Any]:
    """Create the next version of a prompt from its content.

    Args:
        manage: The client's management.
        name: The slug or the id of the prompt.
        content: The content.
        message: Why the version is created.
        if_match: The `etag` of what is to be there still; None for whatever is there.
        idempotency_key: Calls with the same one create one version; None for one of this call.

    Returns:
        The document of the version.

    Raises:
        ConflictError: Something else is there.
    """
    fields = take_content(content)
    fields["params"] = fields.pop("model_params", None)
    return manage.create_version(
        name, **fields, message=message, if_match=if_match, idempotency_key=idempotency_key
    )


def create_next_version(
    manage: Management,
    prompt_id: str,
    content: Mapping[str, Any],
    *,
    newest: int | None,
    message: str = "",
) -> dict[str, Any]:
    """Create a version only while the newest one is still that from which its content was made.

    Args:
        manage: The client's management.
        prompt_id: The id of the prompt.
        content: The content.
        newest: The number of the newest version; None for a prompt without versions.
        message: Why the version is created.

    Returns:
        The document of the version.

    Raises:
        ConflictError: Somebody else has created a version since.
    """
    for _ in range(TRIES):
        reading = manage.read(prompt_id)
        number = reading["version"] and reading["version"]["version"]
        if number != newest:
            break
        try:
            return create_version(
                manage, prompt_id, content, message=message, if_match=reading["etag"]
            )
        except ConflictError as error:  # a tag or a release has moved, or there is a version
            if error.status != 412:
                raise
    slug = reading["prompt"]["slug"]
    raise ConflictError(f"{slug} has changed since you began: begin with its newest", status=412)


def set_tag(manage: Management, name: str, version: int, tag: str) -> bool:
    """Set a tag to a version.

    Args:
        manage: The client's management.
        name: The slug or the id of the prompt.
        version: The number of the version.
        tag: The tag.

    Returns:
        Whether it is set; False if that waits until somebody else approves it.
    """
    try:
        manage.set_tag(name, version, tag)
    except PermissionDeniedError as error:
        if error.code != "review_required":
            raise
        return False
    return True


def promote(
    manage: Management,
    name: str,
    version: int | str,
    *,
    if_match: str | None = None,
    idempotency_key: str | None = None,
) -> bool:
    """Promote a version by one stage: a draft to stable, or a stable version to live.

    Args:
        manage: The client's management.
        name: The slug or the id of the prompt.
        version: The number of the version, or a pointer.
        if_match: The `etag` of the version; None to promote it whatever it is.
        idempotency_key: Calls with the same one promote it once; None for one of this call.

    Returns:
        Whether it is promoted; False if that waits until somebody else approves it.

    Raises:
        ConflictError: The version is something else.
    """
    try:
        manage.promote(name, version, if_match=if_match, idempotency_key=idempotency_key)
    except PermissionDeniedError as error:
        if error.code != "review_required":
            raise
        return False
    return True
