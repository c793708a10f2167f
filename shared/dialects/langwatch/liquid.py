"""The variables that a Liquid text asks for, found without running it."""

import re
from collections.abc import Iterator

MARKUP = re.compile(r"\{\{-?(.*?)-?\}\}|\{%-?\s*(\w+)(.*?)-?%\}", re.DOTALL)
VERBATIM = re.compile(r"\{%-?\s*(raw|comment)\s*-?%\}.*?\{%-?\s*end\1\s*-?%\}", re.DOTALL)
QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
# A name that is no property (`user.name`), no filter (`| upcase`) and no filter's option (`by: x`).
NAME = re.compile(r"(?<![\w.|-])(?<!\|\s)[A-Za-z_][\w-]*(?!\s*:|[\w-])")
FILTER = re.compile(r"\|\s*\w+")
WORDS = frozenset(("and", "or", "not", "in", "contains", "true", "false", "nil", "null")) | {
    *("empty", "blank", "limit", "offset", "reversed", "forloop")
}
ASKING = frozenset(("if", "elsif", "unless", "case", "when", "for", "assign", "echo"))


def variables(text: str) -> set[str]:
    """The names that neither a loop nor an assignment of the text's own gives a value to."""
    asked: set[str] = set()
    own: set[str] = set()
    for printed, tag, rest in MARKUP.findall(VERBATIM.sub("", text)):
        expression = printed
        if tag == "capture":
            own.update(_names(rest))
        elif tag in ASKING:
            expression = rest
            if tag == "for":
                name, _, expression = rest.partition(" in ")
                own.update(_names(name))
            elif tag == "assign":
                name, _, expression = rest.partition("=")
                own.update(_names(name))
        asked.update(_names(expression))
    return asked - own


def _names(expression: str) -> Iterator[str]:
    bare = FILTER.sub(" ", QUOTED.sub(" ", expression))
    return (name for name in NAME.findall(bare) if name not in WORDS)
