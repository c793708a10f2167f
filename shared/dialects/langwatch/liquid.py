"""The variables that a Liquid text asks for, found without running it."""

import re
from collections.abc import Iterator

OPENING = re.compile(r"\{[{%]")
CLOSING = {"{{": "}}", "{%": "%}"}
TAG = re.compile(r"-?\s*(\w+)")
ENDS = {name: re.compile(rf"\{{%-?\s*end{name}\s*-?%\}}") for name in ("raw", "comment")}
QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
FILTER = re.compile(r"\|\s*\w+\s*:?")
# A name that is no property (`user.name`) and no option (`limit: 5`).
NAME = re.compile(r"(?<![\w.-])[A-Za-z_][\w-]*(?!\s*:|[\w-])")
WORDS = frozenset(("and", "or", "not", "in", "contains", "true", "false", "nil", "null")) | {
    *("empty", "blank", "limit", "offset", "reversed", "forloop")
}
ASKING = frozenset(("if", "elsif", "unless", "case", "when", "echo"))


def variables(text: str) -> set[str]:
    """The names that neither a loop nor an assignment of the text's own gives a value to."""
    asked: set[str] = set()
    own: set[str] = set()
    for tag, expression in _markup(text):
        if tag == "for":
            name, _, expression = expression.partition(" in ")
            own.update(_names(name))
        elif tag == "assign":
            name, _, expression = expression.partition("=")
            own.update(_names(name))
        elif tag == "capture":
            own.update(_names(expression))
        if tag in ("for", "assign", "") or tag in ASKING:
            asked.update(_names(expression))
    return asked - own


def _markup(text: str) -> Iterator[tuple[str, str]]:
    """Each tag with the rest of it, and what is printed as of a tag without a name.

    In one pass, however many brackets are never closed.
    """
    place = 0
    never = set()  # what is not closed any more from here on
    while opening := OPENING.search(text, place):
        closing = CLOSING[opening[0]]
        end = -1 if closing in never else text.find(closing, opening.end())
        if end < 0:
            never.add(closing)
            place = opening.end()
            continue
        inside, place = text[opening.end() : end].strip("-"), end + 2
        if opening[0] == "{{":
            yield "", inside
        elif tag := TAG.match(inside):
            if (ending := ENDS.get(tag[1])) is None:
                yield tag[1], inside[tag.end() :]
            elif over := ending.search(text, place):
                place = over.end()
            else:
                return


def _names(expression: str) -> Iterator[str]:
    bare = FILTER.sub(" ", QUOTED.sub(" ", expression))
    return (name for name in NAME.findall(bare) if name not in WORDS)
