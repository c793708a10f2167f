"""Documents that endpoints return unchanged; they are generated before deployment."""

from __future__ import annotations

from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent


@cache
def read_document(name: str) -> str:
    """Read a document in this folder."""
    return (FOLDER / name).read_text(encoding="utf-8")
