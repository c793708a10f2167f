"""Texts of callers: what responses may contain of them, and places in them."""

from __future__ import annotations

import re

MAX_EXCERPT = 100  # characters of a caller's input that a message may repeat

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
# In messages of libraries: what is in quotes, and words.
_LONG_PARTS = re.compile(
    rf"'[^']{{{MAX_EXCERPT},}}+'?|\"[^\"]{{{MAX_EXCERPT},}}+\"?|\S{{{MAX_EXCERPT},}}+"
)


def excerpt(text: str) -> str:
    """Cut a text of a caller for a message."""
    return text if len(text) <= MAX_EXCERPT else f"{text[:MAX_EXCERPT]}..."


def locate(source: str, position: int) -> tuple[int, int]:
    """Find the line and the column of a position in a text, both counted from 1."""
    line_start = source.rfind("\n", 0, position) + 1
    return source.count("\n", 0, position) + 1, position - line_start + 1


def cut_message(message: str, max_length: int) -> str:
    """Cut a library's message, and what it repeats of a caller's input."""
    message = _LONG_PARTS.sub(lambda match: excerpt(match[0]), message[: 2 * max_length])
    return message if len(message) <= max_length else f"{message[:max_length]}..."


def replace_lone_surrogates(text: str) -> str:
    """Replace surrogates that are not pairs by U+FFFD, because UTF-8 cannot encode them."""
    return text if text.isascii() else _LONE_SURROGATE.sub("\ufffd", text)
