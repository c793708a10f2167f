"""The documents as data: headings, blocks of code, tables and links.

They keep to a part of Markdown that a few lines can read: fences of three backticks, tables whose
rows begin with a bar, and links that are written inline.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache

from infra.documents import list_documents
from infra.project import ROOT

FENCE, CODE = re.compile(r"```(\w*)"), re.compile(r"`([^`]+)`")
HEADING, COMMENT = re.compile(r"#{1,6} (.+)"), re.compile(r"<!-- (/?)([\w ]+) -->")
LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)\s]+)\)")
BAR = re.compile(r"(?<!\\)\|")


@dataclass(frozen=True, slots=True)
class Block:
    """A block of code.

    Attributes:
        heading: The last heading before it.
        above: The last line of text before it.
    """

    heading: str
    above: str
    language: str
    text: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table.

    Attributes:
        heading: The last heading before it.
        part: The name of the generated part that it is in, if it is in one.
    """

    heading: str
    part: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def index_rows(self) -> dict[str, tuple[str, ...]]:
        """Index the other cells of each row by its first one, without its backticks."""
        rows = {row[0].strip("`"): row[1:] for row in self.rows}
        assert len(rows) == len(self.rows), f"{self.heading}: a row is there twice"
        return rows


@dataclass(frozen=True, slots=True)
class Document:
    """A document.

    Attributes:
        name: Its path in the project.
        prose: Its lines outside blocks of code.
    """

    name: str
    text: str
    prose: str
    headings: tuple[str, ...]
    blocks: tuple[Block, ...]
    tables: tuple[Table, ...]

    @property
    def links(self) -> list[str]:
        """The targets of its links."""
        return LINK.findall(self.prose)

    @property
    def anchors(self) -> set[str]:
        """The fragments by which its headings can be linked, as GitHub makes them."""
        return {re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-") for text in self.headings}

    def get_table(self, heading: str, head: str = "") -> Table:
        """Get the one table below a heading that is written by hand.

        Args:
            heading: The last heading before it.
            head: The head of its first column, where there are several.
        """
        (table,) = (
            table
            for table in self.tables
            if (table.heading, table.part) == (heading, "") and head in ("", table.head[0])
        )
        return table

    def get_blocks(self, language: str, heading: str | None = None) -> list[Block]:
        """Get the blocks in a language, below one heading or all."""
        return [
            block
            for block in self.blocks
            if block.language == language and heading in (None, block.heading)
        ]


@cache
def read_document(name: str) -> Document:
    """Read a document by its path in the project."""
    return parse_document(name, (ROOT / name).read_text(encoding="utf-8"))


def read_documents() -> list[Document]:
    """Read all documents."""
    return [read_document(str(file.relative_to(ROOT))) for file in list_documents()]


def list_words(cell: str) -> list[str]:
    """List what a cell has between backticks."""
    return CODE.findall(cell)


@dataclass
class Reader:
    """What of a document is read so far."""

    heading: str = ""
    part: str = ""
    prose: list[str] = field(default_factory=list)
    headings: list[str] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    language: str | None = None
    lines: list[str] = field(default_factory=list)

    def read_line(self, line: str) -> None:
        """Read the next line."""
        if self.language is not None:
            self._read_code(line)
        elif line.startswith("|"):
            self.lines.append(line)
            self.prose.append(line)
        else:
            self._end_table()
            self._read_text(line)

    def _read_code(self, line: str) -> None:
        if line != "```":
            self.lines.append(line)
            return
        above = next((text for text in reversed(self.prose) if text), "")
        text = "".join(f"{code}\n" for code in self.lines)
        self.blocks.append(Block(self.heading, above, self.language or "", text))
        self.language, self.lines = None, []

    def _read_text(self, line: str) -> None:
        if match := FENCE.fullmatch(line):
            self.language = match[1]
            return
        if match := COMMENT.fullmatch(line):
            self.part = "" if match[1] else match[2]
        elif match := HEADING.fullmatch(line):
            self.heading = match[1]
            self.headings.append(match[1])
        self.prose.append(line)

    def _end_table(self) -> None:
        if self.lines:
            head, _, *rows = (tuple(_split_row(line)) for line in self.lines)
            self.tables.append(Table(self.heading, self.part, head, tuple(rows)))
            self.lines = []


def parse_document(name: str, text: str) -> Document:
    """Parse a document."""
    reader = Reader()
    for line in [*text.splitlines(), ""]:
        reader.read_line(line)
    assert reader.language is None, f"{name}: a block of code has no end"
    return Document(
        name=name,
        text=text,
        prose="\n".join(reader.prose),
        headings=tuple(reader.headings),
        blocks=tuple(reader.blocks),
        tables=tuple(reader.tables),
    )


def _split_row(line: str) -> list[str]:
    cells = BAR.split(line.strip().removeprefix("|").removesuffix("|"))
    return [cell.strip().replace("\\|", "|") for cell in cells]
