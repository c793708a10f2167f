"""The start of the command, which needs what only the extra `cli` installs."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command."""
    try:
        from .app import run
    except ModuleNotFoundError as error:
        if error.name not in ("typer", "rich", "yaml"):
            raise
        sys.exit("the command needs more than the client: pip install 'cuebook[cli]'")
    sys.exit(run())
