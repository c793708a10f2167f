"""The local servers that use one folder, and the file `demo.json` that describes one of them.

Each server has its own file, `demo-<port>.json`, which it locks as long as it runs. `demo.json` is
a copy of the file of the running server that was started last: it is written when a server starts,
and written again or removed when one ends.
"""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

DEMO_FILE = "demo.json"
SERVER_FILES = "demo-[0-9]*.json"
LOCK_FILE = "demo.lock"


@contextmanager
def publish_demo(folder: Path, port: int, text: str) -> Iterator[None]:
    """Write the files that describe this server, as long as it runs.

    Args:
        folder: The folder for what lasts between starts.
        port: The port of the server.
        text: The content of the files.
    """
    file = folder / f"demo-{port}.json"
    with lock_demo(folder):
        server = write_private(file, text)
        fcntl.flock(server, fcntl.LOCK_EX)
        _update_demo(folder)
    try:
        yield
    finally:
        # The folder may have been removed in the meantime.
        with server, suppress(FileNotFoundError), lock_demo(folder):
            if is_open_file(server, file):
                file.unlink()
            server.close()
            _update_demo(folder)


def list_servers(folder: Path) -> list[Path]:
    """List the files of the running servers of a folder, in the order of their starts.

    The caller must have locked the folder with `lock_demo`.
    """
    files = [file for file in folder.glob(SERVER_FILES) if _is_locked(file)]
    return sorted(files, key=lambda file: file.stat().st_mtime_ns)


@contextmanager
def lock_demo(folder: Path) -> Iterator[None]:
    """Prevent other servers from changing the files about servers and keys in a folder."""
    with (folder / LOCK_FILE).open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def write_private(file: Path, text: str) -> BinaryIO:
    """Write a file atomically, with access only for its owner; returns the open file."""
    draft = file.with_name(f"{file.name}.new")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    draft.write_text(text)
    handle = draft.open("r+b")
    draft.replace(file)
    return handle


def is_open_file(handle: BinaryIO, file: Path) -> bool:
    """Tell whether a path still refers to an open file, and not to one that replaced it."""
    try:
        return os.path.samestat(os.fstat(handle.fileno()), file.stat())
    except FileNotFoundError:
        return False


def _update_demo(folder: Path) -> None:
    demo, servers = folder / DEMO_FILE, list_servers(folder)
    for file in {*folder.glob(SERVER_FILES)} - {*servers}:
        file.unlink()  # its server was killed
    if servers:
        write_private(demo, servers[-1].read_text()).close()
    else:
        demo.unlink(missing_ok=True)


def _is_locked(file: Path) -> bool:
    with file.open("rb") as probe:
        try:
            fcntl.flock(probe, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
