"""Texts that are rendered as they are."""

from __future__ import annotations

import re
from typing import Final

from ..substitution import Template

_NOTHING: Final = re.compile(r"((?!))")


def compile_template(source: str) -> Template:
    """Compile a text, which is always a template."""
    return Template(source, _NOTHING, lambda reference: None)
