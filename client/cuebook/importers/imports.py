"""What importers make of the prompts of other products."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..errors import CuebookError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

Document = dict[str, Any]


class UnreadableError(CuebookError):
    """What the source has is not what its format says, or cannot be fetched."""


class UntranslatableError(UnreadableError):
    """A prompt uses something without which it would be another prompt."""


@dataclass(frozen=True, kw_only=True)
class ImportedVersion:
    """A version of a prompt of another product.

    Attributes:
        label: What the source calls it: its number, or the file that it is in.
        content: Its content, with the fields of `_version_contents`.
        message: Why it was created.
        tags: The tags that point at it.
        is_live: Whether programs get it by default.
        is_draft: Whether it can still change at the source.
    """

    label: str
    content: Document
    message: str = ""
    tags: tuple[str, ...] = ()
    is_live: bool = False
    is_draft: bool = False


@dataclass(frozen=True, kw_only=True)
class ImportedPrompt:
    """A prompt of another product.

    Attributes:
        origin: Where it is from, such as the name of a file.
        name: Its name.
        slug: What programs ask for it by; None where that is the name.
        description: What it is for.
        keywords: Words to find it by.
        versions: Its versions, oldest first.
        losses: What it has that has no equivalent here.
    """

    origin: str
    name: str
    slug: str | None = None
    description: str = ""
    keywords: tuple[str, ...] = ()
    versions: tuple[ImportedVersion, ...] = ()
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
    origins: Iterable[tuple[str, Any]], convert: Callable[[str, Any], ImportedPrompt]
) -> Iterator[Item]:
    """Convert documents one by one: what is wrong with one does not stop the others.

    Args:
        origins: Each document after the place where it is from; a `Failure` stays one.
        convert: Makes a prompt of a place and a document.
    """
    for origin, document in origins:
        if isinstance(document, Failure):
            yield document
            continue
        try:
            yield convert(origin, document)
        except UntranslatableError as error:
            yield Failure(origin, str(error), is_skip=True)
        except UnreadableError as error:
            yield Failure(origin, str(error))
        except RecursionError:
            yield Failure(origin, "it is nested too deep")
