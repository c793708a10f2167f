"""Files that have their old content or the new one, whatever breaks off the writing."""

from __future__ import annotations

import os
import stat
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import TextIO


@contextmanager
def replace_file(path: Path, *, mode: int | None = None) -> Iterator[TextIO]:
    """Open a draft of a file, which replaces the file when the block ends without an error.

    Args:
        path: The file, which may not exist yet.
        mode: Who may read and write it; None for those whom the process's mask lets.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    draft.unlink(missing_ok=True)
    # With O_EXCL no link is followed, and nobody else's file is written.
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    descriptor = os.open(draft, flags, 0o666 if mode is None else mode)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            if mode is not None:
                draft.chmod(mode)  # whatever the mask is
            yield file
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def get_mode(path: Path) -> int | None:
    """Get who may read and write a file; None if there is no such file, or something else."""
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return None
    return stat.S_IMODE(mode) if stat.S_ISREG(mode) else None
