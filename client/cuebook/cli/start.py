"""The start of the command, which needs what only the extra `cli` installs."""

from __future__ import annotations

import sys
from io import TextIOWrapper


def main() -> None:
    """Run the command."""
    try:
        from .app import run
    except ModuleNotFoundError as error:
        if error.name not in ("typer", "rich", "yaml"):
            raise
        sys.exit("the command needs the extra `cli` of the client: pip install './client[cli]'")
    if sys.stdout is None or sys.stderr is None:  # it was started without them
        sys.exit(1)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # A text of a prompt may have characters that a terminal's encoding has not.
            stream.reconfigure(errors="backslashreplace")
    sys.exit(run())
