"""Messages of conversations: their texts, and those that stand for other messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PLACEHOLDER = "placeholder"  # the type of a message that stands for others


def is_placeholder(message: Mapping[str, Any]) -> bool:
    """Tell whether a message stands for those that a rendering's variables have by its name."""
    return message.get("type") == PLACEHOLDER and "role" not in message


def join_texts(message: Mapping[str, Any]) -> str:
    """Join the texts of a message, whose content is one text or a list of parts."""
    return "\n".join(list_texts(message))


def list_texts(message: Mapping[str, Any]) -> Iterator[str]:
    """List the texts of a message, each of which is a template; a placeholder has none."""
    return (text for _, text in list_places(message))


def list_places(message: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """List the texts of a message, each with its path in the message, such as `content[0].text`."""
    content = None if is_placeholder(message) else message.get("content")
    if isinstance(content, str):
        yield "content", content
    for number, part in enumerate(content if isinstance(content, list) else ()):
        if _is_text(part):
            yield f"content[{number}].text", part["text"]


def replace_texts(message: dict[str, Any], texts: Iterator[str]) -> dict[str, Any]:
    """Replace the texts of a message by the next ones."""
    content = None if is_placeholder(message) else message.get("content")
    if isinstance(content, str):
        return {**message, "content": next(texts)}
    if not isinstance(content, list):
        return message
    parts = [{**part, "text": next(texts)} if _is_text(part) else part for part in content]
    return {**message, "content": parts}


def _is_text(part: Any) -> bool:
    return (
        isinstance(part, dict) and part.get("type") == "text" and isinstance(part.get("text"), str)
    )
