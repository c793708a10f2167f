"""The file of an export: one JSON object per line, `{"<kind>": {…}}`.

    {"export": {"format": 1, "team_id": "…"}}     header
    {"access": {…}}, …                            the team, its ledgers, the hashes of its keys
    {"ready": {}}                                 end of these
    {"prompt": {…}}                               a prompt's head
    {"version": {…}}, {"payload": …}, {"event": …}    its parts
    {"release": {…}}, {"inclusion": …}            its release requests, and what includes it
    {"done": {"prompt_id": "…", "created_at": "…"}}   end of the prompt
    …
    {"audit": {…}}, …                             the team's audit log, oldest first
    {"end": {"prompts": 2, …, "sha256": "…"}}     totals, and the hash of all lines before

It is written and read as a stream, because a team can be large. The next run after an interrupted
export continues after the last complete prompt.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from infra.backup.errors import BackupError
from shared.store import keys

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from typing import BinaryIO

    # A line of the file: its kind, and the values of an item.
    Values = dict[str, Any]
    Record = tuple[str, Values]

FORMAT = 1
PARTS = ("version", "payload", "event", "release", "inclusion")
KINDS = ("prompt", *PARTS)


def dump_record(kind: str, values: Mapping[str, Any]) -> bytes:
    """Convert a record to a line of the file."""
    text = json.dumps({kind: values}, ensure_ascii=False, separators=(",", ":"))
    return f"{text}\n".encode()


def parse_record(line: bytes) -> Record:
    """Parse a line of the file.

    Raises:
        BackupError: The line is not a record.
    """
    try:
        ((kind, values),) = json.loads(line).items()
    except (ValueError, AttributeError) as error:
        raise BackupError("the file has a malformed line; export the team again") from error
    return kind, values


class Draft:
    """An export that is being written.

    Attributes:
        counts: The numbers of records by kind.
        is_ready: Whether everything that does not belong to a prompt has been written.
        last: The directory entry of the last complete prompt.
    """

    def __init__(self, file: BinaryIO, team_id: str) -> None:
        """Continue after what an earlier run has completed.

        Args:
            file: The file, open for reading and writing, at its start.
            team_id: The id of the exported team.

        Raises:
            BackupError: The file is complete, or not an export of this team.
        """
        self._file = file
        self.counts: Counter[str] = Counter()
        self.is_ready = False
        self.last: keys.DirectoryEntry | None = None
        self._resume(team_id)

    def _resume(self, team_id: str) -> None:
        complete = position = 0
        counts: Counter[str] = Counter()
        if not dump_record(*build_header(team_id)).startswith(self._file.readline()):
            raise BackupError(
                "the file exists already and is not an export of this team; choose another FILE"
            )
        self._file.seek(0)
        for line in self._file:
            if not line.endswith(b"\n"):
                break
            position += len(line)
            # Lines can be megabytes long, and most are needed only for their kind.
            kind = line[2 : line.find(b'"', 2)].decode(errors="replace")
            counts[kind] += 1
            if kind == "end":
                raise BackupError("the file is already a complete export; choose another FILE")
            if kind in ("ready", "done"):
                complete, self.counts, self.is_ready = position, counts.copy(), True
                self.last = keys.DirectoryEntry(**parse_record(line)[1]) if kind == "done" else None
        self._file.seek(complete)
        self._file.truncate()
        if not self.is_ready:
            self.write(build_header(team_id))

    def write(self, record: Record) -> None:
        """Write a record."""
        kind, values = record
        self.counts[kind] += 1
        self._file.write(dump_record(kind, values))

    def mark(self) -> tuple[int, Counter[str]]:
        """Get the current position, for `rewind`."""
        return self._file.tell(), self.counts.copy()

    def rewind(self, mark: tuple[int, Counter[str]]) -> None:
        """Remove what was written after a position."""
        position, self.counts = mark
        self._file.seek(position)
        self._file.truncate()

    def finish(self) -> None:
        """Write the last line, which makes the export complete."""
        totals = {f"{kind}s": self.counts[kind] for kind in KINDS}
        self._file.flush()
        self._file.seek(0)
        digest = sha256()
        while chunk := self._file.read(1 << 20):
            digest.update(chunk)
        self._file.write(dump_record("end", {**totals, "sha256": digest.hexdigest()}))


def build_header(team_id: str) -> Record:
    """Build the first record of an export."""
    return "export", {"format": FORMAT, "team_id": team_id}


@dataclass(frozen=True, slots=True)
class Block:
    """A prompt of a complete export.

    Attributes:
        path: The path of the file.
        start: The position of the prompt's first line, in bytes.
        end: The position after its last line, in bytes.
    """

    path: Path
    start: int
    end: int

    def read_records(self) -> Iterator[Record]:
        """Read the prompt's head, then its parts."""
        with self.path.open("rb") as file:
            file.seek(self.start)
            while file.tell() < self.end:
                kind, values = parse_record(file.readline())
                if kind in KINDS:
                    yield kind, values


@dataclass(frozen=True, slots=True)
class Archive:
    """A complete export with a valid checksum.

    Attributes:
        team_id: The id of the exported team.
        access: The team's items without its prompts.
        blocks: The prompts.
        path: The path of the file.
        audit_start: The position of the audit log's first line, in bytes.
        totals: The numbers of `prompts`, `versions`, `payloads`, `events` and `releases`.
    """

    team_id: str
    access: list[Values]
    blocks: list[Block]
    path: Path
    audit_start: int
    totals: Mapping[str, int]

    def read_audit(self) -> Iterator[Values]:
        """Read the items of the team's audit log; exports of earlier releases have none."""
        with self.path.open("rb") as file:
            file.seek(self.audit_start)
            for line in file:
                kind, values = parse_record(line)
                if kind == "audit":
                    yield values

    @classmethod
    def open(cls, path: Path) -> Archive:
        """Open a file, and check it against the checksum in its last line.

        Raises:
            BackupError: The file is not a complete export of a supported format, or was changed.
        """
        digest, position = sha256(), 0
        audit_start: int | None = None
        starts: list[int] = []
        access: list[Values] = []
        first = last = b""
        with path.open("rb") as file:
            for line in file:
                if line.startswith(b'{"end":'):
                    last = line
                    break
                first = first or line
                if line.startswith(b'{"prompt":'):
                    starts.append(position)
                elif line.startswith(b'{"access":'):
                    access.append(parse_record(line)[1])
                elif audit_start is None and line.startswith(b'{"audit":'):
                    audit_start = position
                digest.update(line)
                position += len(line)
            rest = file.read(1)
        if not first.startswith(b'{"export":'):
            raise BackupError("the file is not an export; choose another FILE")
        if not last:
            raise BackupError("the export is not complete; run make export-team again to continue")
        totals = parse_record(last)[1]
        if rest or totals.pop("sha256", None) != digest.hexdigest():
            raise BackupError("the file was changed after its export; use an unchanged copy")
        audit_start = position if audit_start is None else audit_start
        _, values = parse_record(first)
        if values.get("format") != FORMAT:
            raise BackupError(
                f"this release imports only format {FORMAT}; use the release that made the file"
            )
        return cls(
            team_id=values["team_id"],
            access=access,
            blocks=[Block(path, *bounds) for bounds in pairwise([*starts, audit_start])],
            path=path,
            audit_start=audit_start,
            totals=totals,
        )
