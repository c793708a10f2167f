"""The variables of Liquid templates, found without rendering them."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_MARKUP = 20_000
OPENING = re.compile(r"\{[{%]")
CLOSING = {"{{": "}}", "{%": "%}"}
TAG = re.compile(r"-?\s*(\w+)")
ENDS = {name: re.compile(rf"\{{%-?\s*end{name}\s*-?%\}}") for name in ("raw", "comment")}
QUOTATION = re.compile(r"'[^']*'|\"[^\"]*\"")
FILTER = re.compile(r"\|\s*\w+\s*:?")
# Characters of names: of any script with its combining marks, without spaces and punctuation.
LETTER = r"A-Za-z_\u00aa-\u1fff\u2070-\u2fff\u3005-\U0010ffff"
# A name that is neither a property (`user.name`) nor an option (`limit: 5`).
NAME = re.compile(rf"(?<![{LETTER}0-9.-])[{LETTER}][{LETTER}0-9-]*(?!\s*:|[{LETTER}0-9-])")
WORDS = frozenset(("and", "or", "not", "in", "contains", "true", "false", "nil", "null")) | {
    *("empty", "blank", "limit", "offset", "reversed", "forloop")
}
# Tags that evaluate an expression.
EXPRESSION_TAGS = frozenset(("if", "elsif", "unless", "case", "when", "echo"))


def list_variables(text: str) -> set[str]:
    """List the names that a template uses, without those that its own loops and tags define.

    Only the first `MAX_MARKUP` tags and outputs count; no engine renders a template with more.
    """
    uses: set[str] = set()
    definitions: set[str] = set()
    for tag, expression in islice(_split_markup(text), MAX_MARKUP):
        if tag == "for":
            name, _, expression = expression.partition(" in ")
            definitions.update(_list_names(name))
        elif tag == "assign":
            name, _, expression = expression.partition("=")
            definitions.update(_list_names(name))
        elif tag == "capture":
            definitions.update(_list_names(expression))
        if tag in ("for", "assign", "") or tag in EXPRESSION_TAGS:
            uses.update(_list_names(expression))
    return uses - definitions


def _split_markup(text: str) -> Iterator[tuple[str, str]]:
    """Split a template into tags, as pairs of a name and an expression; output has no name.

    This takes linear time, however many brackets are not closed.
    """
    position = 0
    unclosed = set()  # closing brackets that do not occur after this position
    while opening := OPENING.search(text, position):
        closing = CLOSING[opening[0]]
        end = -1 if closing in unclosed else text.find(closing, opening.end())
        if end < 0:
            unclosed.add(closing)
            position = opening.end()
            continue
        inside, position = text[opening.end() : end].strip("-"), end + 2
        if opening[0] == "{{":
            yield "", inside
        elif tag := TAG.match(inside):
            if (ending := ENDS.get(tag[1])) is None:
                yield tag[1], inside[tag.end() :]
            elif match := ending.search(text, position):
                position = match.end()
            else:
                return


def _list_names(expression: str) -> Iterator[str]:
    bare = FILTER.sub(" ", QUOTATION.sub(" ", expression))
    return (name for name in NAME.findall(bare) if name not in WORDS)
