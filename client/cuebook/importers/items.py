"""What is imported: prompts with their versions, and what cannot be read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from ..errors import CuebookError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

Document = dict[str, Any]
Row = TypeVar("Row")
Result = TypeVar("Result")


class UnreadableError(CuebookError):
    """What the source has is not what its format says, or cannot be fetched.

    Attributes:
        origin: Where that is from, if it is not where its prompt is from.
    """

    origin: str | None = None


class UntranslatableError(UnreadableError):
    """A prompt uses something without which it would be another prompt."""


@dataclass(frozen=True, kw_only=True)
class ImportedVersion:
    """A version that is imported.

    Attributes:
        label: What the source calls it: its number, or the file that it is in.
        content: Its content, with the fields of `_version_contents`.
        message: Why it was created; None to say where it is from.
        tags: The tags that point at it.
        is_live: Whether programs get it by default.
        is_draft: Whether it can still change at the source.
        is_archived: Whether nobody is to use it any more.
    """

    label: str
    content: Document
    message: str | None = None
    tags: tuple[str, ...] = ()
    is_live: bool = False
    is_draft: bool = False
    is_archived: bool = False


@dataclass(frozen=True, kw_only=True)
class ImportedPrompt:
    """A prompt that is imported.

    Attributes:
        origin: Where it is from, such as the name of a file.
        name: Its name.
        slug: What programs ask for it by; None where that is the name.
        description: What it is for.
        keywords: Words to find it by.
        versions: Its versions, oldest first.
        payloads: Its sample variables, oldest first: the `name` and the `variables` of each.
        is_archived: Whether it is archived.
        losses: What it has that has no equivalent here.
    """

    origin: str
    name: str
    slug: str | None = None
    description: str = ""
    keywords: tuple[str, ...] = ()
    versions: tuple[ImportedVersion, ...] = ()
    payloads: tuple[Document, ...] = ()
    is_archived: bool = False
    losses: tuple[str, ...] = ()


@dataclass(frozen=True)
class Failure:
    """A prompt, or a file, that is not imported.

    Attributes:
        origin: Where it is from.
        reason: Why.
        is_skip: Whether it could be read, and is left out for what it says.
    """

    origin: str
    reason: str
    is_skip: bool = False

    def build_row(self) -> Document:
        """Build the row of the report."""
        return {
            "name": None,
            "slug": None,
            "action": "skipped" if self.is_skip else "failed",
            "versions": [],
            "pointers": {},
            "no_equivalent": [],
            "notes": [self.reason],
            "origin": self.origin,
        }


Item = ImportedPrompt | Failure


@dataclass
class Losses:
    """Notes what has no equivalent, each once, in the order in which it is noted."""

    _names: dict[str, None] = field(default_factory=dict)

    def note(self, name: str) -> None:
        """Note a field, or a feature, by its name; never its value, which may be a secret."""
        self._names[name] = None

    def note_fields(
        self, document: Mapping[str, Any], path: str, *, besides: Iterable[str]
    ) -> None:
        """Note the fields of a document that have a value, besides those that are used.

        Args:
            document: The document.
            path: What stands before the names of its fields.
            besides: The fields that are used, or mean nothing.
        """
        used = {*besides}
        for name, value in document.items():
            if name not in used and value not in (None, "", [], {}):
                self.note(f"{path}{name}")

    @property
    def names(self) -> tuple[str, ...]:
        """The names."""
        return (*self._names,)


def convert_each(
    origins: Iterable[tuple[str, Row | Failure]], convert: Callable[[str, Row], Result]
) -> Iterator[Result | Failure]:
    """Convert documents one by one: what is wrong with one does not stop the others.

    Args:
        origins: Each document after the place where it is from; a `Failure` stays one.
        convert: Makes what is wanted of a place and a document.
    """
    for origin, document in origins:
        if isinstance(document, Failure):
            yield document
            continue
        try:
            yield convert(origin, document)
        except UnreadableError as error:
            is_skip = isinstance(error, UntranslatableError)
            yield Failure(error.origin or origin, str(error), is_skip=is_skip)
        except RecursionError:
            yield Failure(origin, "it is nested too deep")


def convert_rows(
    rows: Iterable[tuple[str, Row]], convert: Callable[[Row], Result]
) -> tuple[Result, ...]:
    """Convert the versions of a prompt, which may be from several places.

    Args:
        rows: Each version after the place where it is from.
        convert: Makes what is wanted of a version.

    Raises:
        UnreadableError: One cannot be converted; the error has its place.
    """
    results = []
    for origin, row in rows:
        try:
            results.append(convert(row))
        except UnreadableError as error:
            error.origin = origin
            raise
    return (*results,)


def sort_rows(
    rows: Iterable[tuple[str, Row]], get_place: Callable[[Row], float]
) -> list[tuple[str, Row]]:
    """Sort the versions of a prompt, which may be from several places.

    Args:
        rows: Each version after the place where it is from.
        get_place: Gets the place of a version in the order.

    Raises:
        UnreadableError: One has no such place; the error has where it is from.
    """
    rows = [*rows]
    places = convert_rows(rows, get_place)
    return [row for _, _, row in sorted(zip(places, range(len(rows)), rows, strict=True))]
