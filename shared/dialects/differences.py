"""What vendors' clients make of a text with `{{names}}` otherwise than a rendering here.

Langfuse's client for Python replaces names, as a rendering does. Its clients for JavaScript read
the text as Mustache, which has sections, comments and more, and an error for what is not closed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from shared.texts import MAX_EXCERPT, excerpt

if TYPE_CHECKING:
    from collections.abc import Iterable

_BRACES = re.compile(r"\{\{(?:([^{}]++)\}\})?")
_MARKS = "#^/>!&="  # what Mustache's tags start with, other than variables


def list_differences(texts: Iterable[str]) -> list[str]:
    """List the differences, each with the first example of it.

    Args:
        texts: Texts in the language `simple`.

    Returns:
        Sentences for people.
    """
    path = markup = None
    for text in texts:
        for match in _BRACES.finditer(text):
            name = (match[1] or "").strip()
            if not name or name[0] in _MARKS:
                markup = markup or text[match.start() : match.start() + MAX_EXCERPT + 1]
            elif "." in name:
                path = path or name
    warnings = []
    if path:
        warnings.append(
            f"Langfuse's client for Python takes {excerpt(path)} for one name, and those for "
            "JavaScript for a path; a rendering here takes it for either: use names without dots"
        )
    if markup:
        warnings.append(
            "Langfuse's clients for JavaScript read Mustache, and fail or print something else "
            f"from {excerpt(markup)!r} on, which is text here; that for Python takes all up to the "
            "next }} for a name: write {{name}} around names alone"
        )
    return warnings
