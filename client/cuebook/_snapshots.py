"""What a client holds, in a file, for programs that start while the service is down."""

from __future__ import annotations

import json
import logging
import os
import time
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from tempfile import mkstemp
from typing import TYPE_CHECKING

from ._copies import Copy, load_copy
from .errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ._address import Address

logger = logging.getLogger("cuebook")


class Snapshot:
    """A file with prompts, which only a client with the same address and key reads."""

    def __init__(self, path: str | os.PathLike[str], address: Address) -> None:
        """Name a file; it is neither read nor made yet.

        Args:
            path: The path of the file, in a folder that exists.
            address: The address and the key, of which the file has a hash.
        """
        self._path = Path(path)
        owner = f"{address.url}\n{address.headers['Authorization']}"
        self._owner = sha256(owner.encode()).hexdigest()

    def load(self) -> Iterator[Copy]:
        """Load what the file has; nothing if there is none, or it is damaged, or another client's.

        What it has is as old as it is: it is refreshed before it is used, if the service answers.
        """
        try:
            if not self._path.is_file() and self._path.exists():
                raise OSError("it is no file")
            document = json.loads(self._path.read_bytes())
            if document["owner"] != self._owner:
                logger.warning("%s is of another address or key, and is not used", self._path)
                return
            rows = [(tuple(row["key"]), row["entry"], row["at"]) for row in document["prompts"]]
        except FileNotFoundError:
            return
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            logger.warning("%s cannot be read, and is not used: %s", self._path, error)
            return
        age_of_clock = time.time() - time.monotonic()
        for key, entry, at in rows:
            try:
                copy = load_copy(key, entry, len(json.dumps(entry)))
                wall = min(float(at), time.time())  # the clock may have been ahead
                copy.confirm(0, wall - age_of_clock, wall)
            except (UnavailableError, ArithmeticError, LookupError, TypeError, ValueError):
                continue  # an earlier release may have written it
            yield copy

    def save(self, copies: Iterable[Copy]) -> bool:
        """Write the file anew, at once or not at all; it is readable for this user only.

        A file that could not be read, or is another client's, is replaced.

        Returns:
            Whether it is written.
        """
        rows = [
            {"key": copy.key, "entry": copy.document, "at": copy.confirmed_wall} for copy in copies
        ]
        text = json.dumps({"owner": self._owner, "prompts": rows})
        draft = ""
        try:
            descriptor, draft = mkstemp(prefix=f".{self._path.name}.", dir=self._path.parent)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            Path(draft).replace(self._path)
            return True
        except OSError as error:
            logger.warning("%s cannot be written: %s", self._path, error)
            with suppress(OSError):
                Path(draft).unlink(missing_ok=True)
            return False
