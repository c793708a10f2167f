"""Checks that texts and documents of callers can be stored."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any

from shared.problems import InvalidRequest

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME_LENGTH = 255  # characters; the width of px0's columns
# An item takes at most 400 KB, and a character up to 4 bytes.
DESCRIPTION_LENGTH = 50_000
MESSAGE_LENGTH = 10_000
MAX_ITEMS = 1000  # messages, parts of a message, tools, or inputs


def check_text(text: str, field: str, *, max_length: int | None = None) -> str:
    """Check that a text can be stored.

    Args:
        text: The text.
        field: The name of the field, for the problem's message.
        max_length: The maximum length in characters.

    Returns:
        The same text.

    Raises:
        InvalidRequest: The text is too long or contains a NUL character.
    """
    if "\0" in text:
        raise InvalidRequest(f"{field} must not contain NUL characters")
    if max_length is not None and len(text) > max_length:
        raise InvalidRequest(f"{field} must be at most {max_length} characters")
    return text


def check_name(text: str, field: str) -> str:
    """Check that a name or a slug can be stored.

    Returns:
        The text in the form in which names are stored and compared.

    Raises:
        InvalidRequest: The text is too long or contains a NUL character.
    """
    return check_text(normalize_name(text), field, max_length=NAME_LENGTH)


def normalize_name(text: str) -> str:
    """Convert a name to Unicode's composed form (NFC), so that names that look alike are equal."""
    return unicodedata.normalize("NFC", text)


def list_spellings(name: str) -> list[str]:
    """List the spellings that a name can have where it is stored, each once.

    Names are stored in NFC. Earlier releases stored them as they were sent, and what macOS sends is
    often decomposed (NFD).
    """
    spellings = (name, normalize_name(name), unicodedata.normalize("NFD", name))
    return [text for text in dict.fromkeys(spellings) if len(text) <= NAME_LENGTH]


def check_message(text: str, field: str = "message") -> str:
    """Check that a version's message or the reason of a rollback can be stored.

    Raises:
        InvalidRequest: The text is too long or contains a NUL character.
    """
    return check_text(text, field, max_length=MESSAGE_LENGTH)


def check_document(document: dict[str, Any], field: str) -> dict[str, Any]:
    """Check that the texts of a JSON object can be stored.

    Returns:
        The same object.

    Raises:
        InvalidRequest: A text or a name in it contains a NUL character.
    """
    if next(find_nul_paths(document), None) is not None:
        raise InvalidRequest(f"{field} must not contain NUL characters")
    return document


def find_nul_paths(value: Any, path: str = "") -> Iterator[str]:
    """Find the texts of a JSON value that contain a NUL character.

    For a name in an object, the path is that of the object: problems do not repeat input.

    Args:
        value: The value.
        path: The path of the value, such as `messages[0].content`; empty for a whole body.

    Yields:
        The path of each such text.
    """
    if isinstance(value, str):
        if "\0" in value:
            yield path
    elif isinstance(value, dict):
        for name, item in value.items():
            if "\0" in name:
                yield path
            else:
                yield from find_nul_paths(item, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from find_nul_paths(item, f"{path}[{number}]")
