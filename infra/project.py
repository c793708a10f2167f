"""The metadata in `pyproject.toml`."""

from __future__ import annotations

import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent


def read_version(root: Path = ROOT) -> str:
    """Read the project's version.

    Args:
        root: The folder of a checkout.
    """
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project["version"])
