"""Templates in which `{{ name }}` is replaced."""

from __future__ import annotations

import re
from typing import Final

from ..substitution import Template

# A name has no braces, and neither begins nor ends with white space.
_REFERENCE: Final = re.compile(r"(\{\{[^{}]+\}\})")


def compile_template(source: str) -> Template:
    """Compile a text, which is always a template.

    Raises:
        LimitExceededError: The text has too many references.
    """
    return Template(source, _REFERENCE, _find_name)


def _find_name(reference: str) -> str | None:
    return reference[2:-2].strip() or None
