"""The file of an export: one JSON object in a line, `{"<kind>": {…}}`.

    {"export": {"format": 1, "team_id": "…"}}     what it is
    {"access": {…}}, …                            the team, what belongs to it, its keys' hashes
    {"ready": {}}
    {"prompt": {…}}                               a prompt's head,
    {"version": {…}}, {"payload": …}, {"event": …}    its parts,
    {"done": {"prompt_id": "…", "created_at": "…"}}   and that they are all
    …
    {"end": {"prompts": 2, …, "sha256": "…"}}     how much there is, and of all lines before

It is written and read as a stream, however much a team has. What an interrupted export has
completed stays: the next run goes on behind it.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from infra.backup import CannotBackUp
from shared.store import keys

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from typing import BinaryIO

    from infra.backup import Record, Values

FORMAT = 1
PARTS = ("version", "payload", "event")
COUNTED = ("prompt", *PARTS)


def line(kind: str, values: Mapping[str, Any]) -> bytes:
    text = json.dumps({kind: values}, ensure_ascii=False, separators=(",", ":"))
    return f"{text}\n".encode()


def record(raw: bytes) -> Record:
    """Raises CannotBackUp."""
    try:
        ((kind, values),) = json.loads(raw).items()
    except (ValueError, AttributeError) as error:
        raise CannotBackUp("the file holds a line that no export has written") from error
    return kind, values


class Draft:
    """An export that is being written.

    Args:
        file: open for reading and writing, at its beginning.
    """

    def __init__(self, file: BinaryIO, team_id: str) -> None:
        self._file = file
        self.counts: Counter[str] = Counter()
        self.ready = False
        self.last: keys.Entry | None = None  # of the last prompt that is complete in it
        self._resume(team_id)

    def _resume(self, team_id: str) -> None:
        """Go behind what an earlier run completed. Raises CannotBackUp."""
        complete = position = 0
        counts: Counter[str] = Counter()
        if not line(*header(team_id)).startswith(self._file.readline()):
            raise CannotBackUp("the file is there already, and is no export of this team")
        self._file.seek(0)
        for raw in self._file:
            if not raw.endswith(b"\n"):
                break
            position += len(raw)
            # Lines may be megabytes long, and of most nothing matters but their kind.
            kind = raw[2 : raw.find(b'"', 2)].decode(errors="replace")
            counts[kind] += 1
            if kind == "end":
                raise CannotBackUp("the file is there already, and is complete")
            if kind in ("ready", "done"):
                complete, self.counts, self.ready = position, counts.copy(), True
                self.last = keys.Entry(**record(raw)[1]) if kind == "done" else None
        self._file.seek(complete)
        self._file.truncate()
        if not self.ready:
            self.write(header(team_id))

    def write(self, record: Record) -> None:
        kind, values = record
        self.counts[kind] += 1
        self._file.write(line(kind, values))

    def mark(self) -> tuple[int, Counter[str]]:
        return self._file.tell(), self.counts.copy()

    def back(self, mark: tuple[int, Counter[str]]) -> None:
        """Take back what was written since."""
        position, self.counts = mark
        self._file.seek(position)
        self._file.truncate()

    def finish(self) -> None:
        totals = {f"{kind}s": self.counts[kind] for kind in COUNTED}
        self._file.flush()
        self._file.seek(0)
        digest = sha256()
        while chunk := self._file.read(1 << 20):
            digest.update(chunk)
        self._file.write(line("end", {**totals, "sha256": digest.hexdigest()}))


def header(team_id: str) -> Record:
    return "export", {"format": FORMAT, "team_id": team_id}


@dataclass(frozen=True, slots=True)
class Block:
    """A prompt of a complete export: where its lines begin, and where they end."""

    path: Path
    start: int
    end: int

    def records(self) -> Iterator[Record]:
        """Its head, then its parts."""
        with self.path.open("rb") as file:
            file.seek(self.start)
            while file.tell() < self.end:
                kind, values = record(file.readline())
                if kind in COUNTED:
                    yield kind, values


@dataclass(frozen=True, slots=True)
class Archive:
    """A complete export, every byte of which is as it was written.

    Args:
        access: what belongs to the team beside its prompts.
        totals: how many `prompts`, `versions`, `payloads` and `events` it holds.
    """

    team_id: str
    access: list[Values]
    blocks: list[Block]
    totals: Mapping[str, int]

    @classmethod
    def open(cls, path: Path) -> Archive:
        """Raises CannotBackUp."""
        digest, position = sha256(), 0
        starts: list[int] = []
        access: list[Values] = []
        first = last = b""
        with path.open("rb") as file:
            for raw in file:
                if raw.startswith(b'{"end":'):
                    last = raw
                    break
                first = first or raw
                if raw.startswith(b'{"prompt":'):
                    starts.append(position)
                elif raw.startswith(b'{"access":'):
                    access.append(record(raw)[1])
                digest.update(raw)
                position += len(raw)
            behind = file.read(1)
        if not first.startswith(b'{"export":'):
            raise CannotBackUp("the file is no export")
        if not last:
            raise CannotBackUp("the export is not complete: run it again, and it goes on")
        totals = record(last)[1]
        if behind or totals.pop("sha256", None) != digest.hexdigest():
            raise CannotBackUp("the file is not as it was written")
        _, values = record(first)
        if values.get("format") != FORMAT:
            raise CannotBackUp(f"the file is not of format {FORMAT}, which is the one known here")
        return cls(
            team_id=values["team_id"],
            access=access,
            blocks=[Block(path, *bounds) for bounds in pairwise([*starts, position])],
            totals=totals,
        )
