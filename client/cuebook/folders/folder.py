"""A folder of prompts on disk: its files, and its lock file."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .._files import get_mode, replace_file
from ..errors import ConfigurationError
from .documents import SUFFIX, dump_document, load_document, name_file, revise_document
from .lock_file import LOCK, dump_lock, load_lock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .documents import PromptDocument


class ChangedFileError(Exception):
    """Somebody has written a file since it was read."""


@dataclass(frozen=True, slots=True)
class _File:
    """A file as it was read, or written."""

    path: Path
    data: bytes


class Folder:
    """A folder of prompts.

    Attributes:
        root: The folder.
        documents: What each file says, by slug.
        entries: What the lock file notes, by slug.
    """

    def __init__(self, root: Path) -> None:
        """Read a folder, which may not exist yet.

        Raises:
            ConfigurationError: A file is malformed; the message has a line for each.
        """
        self.root = root
        self.documents: dict[str, PromptDocument] = {}
        self._files: dict[str, _File] = {}
        problems = []
        for path in _list_files(root):
            try:
                self._add(path)
            except ConfigurationError as error:
                problems.append(str(error))
        if problems:
            raise ConfigurationError("\n".join(problems))
        self.entries = load_lock(root / LOCK)

    def _add(self, path: Path) -> None:
        if path.is_symlink():
            raise ConfigurationError(f"{path}: this is a link; put the file itself here")
        data = path.read_bytes()
        document = load_document(data, path.name.removesuffix(SUFFIX), str(path))
        if document.slug in self._files:
            other = self._files[document.slug].path
            raise ConfigurationError(
                f"{path}: {other} has the slug {document.slug!r} too; remove or rename one of them"
            )
        self._files[document.slug] = _File(path, data)
        self.documents[document.slug] = document

    def get_path(self, slug: str) -> Path:
        """Get the path that the file of a prompt has, or would have."""
        file = self._files.get(slug)
        return self.root / name_file(slug) if file is None else file.path

    def name_path(self, slug: str) -> str:
        """Name the file of a prompt for people."""
        return str(self.get_path(slug))

    def find_slug(self, prompt_id: str) -> str | None:
        """Find the slug that a prompt had when the lock file was written."""
        slugs = (slug for slug, entry in self.entries.items() if entry.id == prompt_id)
        return next(slugs, None)

    def choose_path(self, slug: str, before: str) -> Path | None:
        """Choose the path of a prompt's file.

        Args:
            slug: The slug of the prompt.
            before: The slug that it had before.

        Returns:
            The path; None if there is something else.
        """
        path = self.get_path(before)
        if slug != before:
            path = path.with_name(name_file(slug))
        is_own = before in self._files and path == self._files[before].path
        is_free = slug == before or slug not in self.documents
        return path if is_own or (is_free and not path.exists()) else None

    def write(self, document: PromptDocument, before: str, path: Path) -> None:
        """Write the file of a prompt; comments of its settings stay.

        Args:
            document: What it says.
            before: The slug that the prompt had before.
            path: Where, as `choose_path` says.

        Raises:
            ChangedFileError: Somebody has written it since it was read.
        """
        old = self._files.get(before)
        path.parent.mkdir(parents=True, exist_ok=True)
        stem = path.name.removesuffix(SUFFIX)
        text = (
            dump_document(document, stem)
            if old is None
            else revise_document(old.data, document, stem)
        )
        with replace_file(path, mode=get_mode(path if old is None else old.path)) as file:
            file.write(text)
            if old is not None:
                _check_data(old.path, old.data)
            if old is None or old.path != path:
                _check_data(path, None)
        if before != document.slug:
            self._files.pop(before, None)
            # It may be the new file, also by another spelling where case does not count.
            if old is not None and old.path.exists() and not old.path.samefile(path):
                old.path.unlink()
            self.documents.pop(before, None)
            self.entries.pop(before, None)
        self._files[document.slug] = _File(path, text.encode())
        self.documents[document.slug] = document

    def save_lock(self) -> None:
        """Write the lock file, if it says something else."""
        path = self.root / LOCK
        text = dump_lock(self.entries)
        if self.entries and (not path.exists() or path.read_bytes() != text.encode()):
            with replace_file(path, mode=get_mode(path)) as file:
                file.write(text)


@contextmanager
def open_folder(root: Path, note_wait: Callable[[], None]) -> Iterator[Folder]:
    """Open a folder, which is made if it is not there, for one process at a time.

    Args:
        root: The folder.
        note_wait: Is called before waiting for another process.

    Raises:
        ConfigurationError: A file is malformed; the message has a line for each.
    """
    root.mkdir(parents=True, exist_ok=True)
    with _lock(root, note_wait):
        yield Folder(root)


@contextmanager
def _lock(root: Path, note_wait: Callable[[], None]) -> Iterator[None]:
    """Lock a folder; the system unlocks it when the process ends, however it ends."""
    try:
        import fcntl
    except ImportError:  # Windows cannot lock folders
        yield
        return
    descriptor = os.open(root, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            note_wait()
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        except OSError:  # some file systems of a network cannot either
            pass
        yield
    finally:
        os.close(descriptor)


def _check_data(path: Path, data: bytes | None) -> None:
    """Check that a file is as it was read; None if there was none.

    Raises:
        ChangedFileError: It is not.
    """
    try:
        current = path.read_bytes()
    except FileNotFoundError:
        current = None
    if current != data:
        raise ChangedFileError(f"somebody has written {path} since it was read")


def _list_files(root: Path) -> Iterator[Path]:
    """List the files of prompts in a folder and those below it, but not where links lead."""
    for folder, names, files in os.walk(root):
        names[:] = sorted(name for name in names if not name.startswith("."))
        yield from (Path(folder, name) for name in sorted(files) if name.endswith(SUFFIX))
