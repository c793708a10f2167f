"""Texts of Handlebars and Mustache in the languages of the service.

Plain `{{name}}` becomes `simple`, and `{{order.city}}`, which `simple` does not look up, `liquid`.
Both print nothing where a variable is missing, as Handlebars and Mustache do. Everything else is
refused: a text that shows its markup to a model is worse than no text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .items import UntranslatableError

if TYPE_CHECKING:
    from collections.abc import Sequence

PATH = re.compile(r"[^\W\d][\w-]*(?:\.[^\W\d][\w-]*)*")
# What looks like a name, and means something else in Handlebars or in Liquid.
WORDS = frozenset(
    {"else", "this", "true", "false", "null", "undefined", "history", "size", "first", "last"}
    | {"length", "nil", "empty", "blank", "and", "or", "not", "contains", "forloop"}
)
LONGEST_EXCERPT = 40  # characters


def translate(texts: Sequence[str]) -> tuple[str, list[str]]:
    """Translate the texts of a prompt into one language.

    Args:
        texts: The texts.

    Returns:
        The name of the language, and the texts in it.

    Raises:
        UntranslatableError: They have more than variables and comments.
    """
    names: list[str] = []
    results = [_translate(text, names) for text in texts]
    if not any("." in name for name in names):
        return "simple", results
    if any("{%" in result for result in results):
        raise UntranslatableError("it has {% beside a path such as {{a.b}}")
    return "liquid", results


def _translate(text: str, names: list[str]) -> str:
    """Translate one text, and add the names of its variables to those of the prompt."""
    pieces, place, count = [], 0, len(names)
    while (start := text.find("{{", place)) >= 0:
        opening = next(each for each in ("{{!--", "{{{", "{{") if text.startswith(each, start))
        closing = {"{{!--": "--}}", "{{{": "}}}", "{{": "}}"}[opening]
        end = text.find(closing, start + len(opening))
        if end < 0:
            raise UntranslatableError(f"{opening} has no {closing}")
        markup = text[start : end + len(closing)]
        if text[place:start].endswith("\\"):
            raise UntranslatableError(f"it escapes {excerpt(markup)}, which has no equivalent")
        name = text[start + len(opening) : end].strip()
        after = end + len(closing)
        is_comment = markup.startswith("{{!")
        if is_comment:
            start, after = _find_line(text, start, after) or (start, after)
        pieces.append(text[place:start])
        place = after
        if is_comment:
            continue
        if not PATH.fullmatch(name) or WORDS & {*name.split(".")}:
            raise UntranslatableError(f"it has {excerpt(markup)}, which has no equivalent")
        names.append(name)
        pieces.append(f"{{{{{name}}}}}")
    result = "".join([*pieces, text[place:]])
    # Where a comment stood between braces, there is markup now that was none.
    if result.count("{{") != len(names) - count:
        raise UntranslatableError("it has braces beside a comment")
    return result


def _find_line(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Find the line of a comment, with its end; None if the line has more than the comment."""
    while start and text[start - 1] in " \t":
        start -= 1
    while end < len(text) and text[end] in " \t":
        end += 1
    if (start and text[start - 1] != "\n") or text[end : end + 1] not in ("", "\n"):
        return None
    return start, min(end + 1, len(text))


def excerpt(markup: str) -> str:
    """Shorten markup for a message."""
    return markup if len(markup) <= LONGEST_EXCERPT else f"{markup[: LONGEST_EXCERPT - 1]}…"
