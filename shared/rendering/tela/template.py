"""Templates in which `{name}` is replaced, if the version declares a variable of this name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ..substitution import Template

if TYPE_CHECKING:
    from collections.abc import Collection

# Without white space inside, and case counts; all other braces are literal.
_REFERENCE: Final = re.compile(r"(\{[^{}]+\})")


def compile_template(source: str, names: Collection[str]) -> Template:
    """Compile a text, which is always a template.

    Args:
        source: The text.
        names: The names of the declared variables.

    Raises:
        LimitExceededError: The text has too many words in braces.
    """

    def find_name(reference: str) -> str | None:
        name = reference[1:-1]
        return name if name in names else None

    return Template(source, _REFERENCE, find_name)
