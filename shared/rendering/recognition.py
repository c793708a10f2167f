"""Which template languages a text may be in, by its markup alone.

What people are still typing is no template yet, so that its markup has to tell.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

_TAG: Final = re.compile(r"\{%[-+]?\s*+[a-z#]|\{#[^{}#]*+#\}")
# A field, a variable, a comment, a keyword, or a function with an argument.
_GO_ACTION: Final = re.compile(
    r"\{\{-?\s*+(?:[.$]|/\*|(?:if|range|with|else|end|define|template|block|break|continue)\b"
    r"|[a-z]\w*+\s++[.$\"`])"
)
# More than a name, closed or still open.
_EXPRESSION: Final = re.compile(r"\{\{(?!\s*+[\w.-]*+\s*+(?:\}\}|\Z))")
_TELA_NAME: Final = re.compile(r"\{([^{}]+)\}")


def list_candidates(texts: Sequence[str], names: Collection[str]) -> tuple[str, ...]:
    """List the languages that texts may be in, the likeliest first.

    Args:
        texts: The texts.
        names: The variables that are declared.

    Returns:
        The names of the engines. Texts without any markup are in Go's language, which is usual.
    """
    has_action = any(map(_GO_ACTION.search, texts))
    if any(map(_TAG.search, texts)):
        return ("jinja", "liquid", "go") if has_action else ("jinja", "liquid")
    if has_action:
        return ("go",)
    if any("{{" in text for text in texts):
        return ("jinja", "liquid") if any(map(_EXPRESSION.search, texts)) else ("simple",)
    if any(match[1] in names for text in texts for match in _TELA_NAME.finditer(text)):
        return ("tela",)
    return ("go",)
