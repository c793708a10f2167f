"""Files that have their old content or the new one, whatever breaks off the writing."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import TextIO


@contextmanager
def replace_file(path: Path, *, mode: int = 0o666) -> Iterator[TextIO]:
    """Open a draft of a file, which replaces the file when the block ends without an error.

    Args:
        path: The file, which may not exist yet.
        mode: Who may read and write it, before the process's mask.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    draft.unlink(missing_ok=True)
    # With O_EXCL no link is followed, and nobody else's file is written.
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            yield file
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
