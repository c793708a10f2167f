"""What to write instead of an action of another engine's language."""

from __future__ import annotations

import re
from itertools import islice
from typing import Final

from ..texts import excerpt

# Written like Jinja, as far as a suggestion goes.
_LIKE_JINJA: Final = ("jinja", "liquid")
# The name that an action starts with, such as `name` or `.name`, after a keyword as in `if .name`.
_ACTION: Final = re.compile(r"\{\{-?\s*+((?:if|range|with)\s++(?=\.))?(\.?[^\W\d]\w*+(?:\.\w++)*+)")
_MAX_ACTIONS: Final = 1_000  # the first that is the other engine's is among the first of all


def suggest_other_engine(source: str, *, engine: str) -> str | None:
    """Suggest a correction for a text that its engine refuses, and that looks like the other's.

    Args:
        source: The text.
        engine: The engine that refuses it.

    Returns:
        The first variable in the words of both engines; None if there is none of the other engine.
    """
    for match in islice(_ACTION.finditer(source), _MAX_ACTIONS):
        if engine == "go" and match[2][0] != "." and not _is_go_word(match[2]):
            return f"did you mean {{{{.{excerpt(match[2])}}}}}, or engine: jinja"
        if engine in _LIKE_JINJA and match[2][0] == ".":
            keyword, name = (match[1] or "").strip(), excerpt(match[2].removeprefix("."))
            action = {
                "if": f"{{% if {name} %}}",
                "range": f"{{% for item in {name} %}}",
                "with": f"{{% if {name} %}}",
            }.get(keyword, f"{{{{ {name} }}}}")
            return f"did you mean {action}, or engine: go"
    return None


def _is_go_word(name: str) -> bool:
    # Whoever asks has compiled a template of this engine, whose modules are not loaded for others.
    from .go.functions import FUNCTIONS, SHORT_CIRCUITS
    from .go.lexer import WORDS

    return name in FUNCTIONS or name in SHORT_CIRCUITS or name in WORDS
