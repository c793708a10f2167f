"""What an importer says of the product, or the format, that it imports from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from .files import File
    from .items import Item


@dataclass(frozen=True, kw_only=True)
class Source:
    """A product, or a format of files, that prompts are imported from.

    Attributes:
        suffixes: How the names of its files end.
        read: Reads prompts from files.
        fetch: Fetches prompts from its API, which the environment names; None without one.
        variables: What the environment has for that; those that are needed first.
        needs: How many of these are needed.
    """

    suffixes: tuple[str, ...]
    read: Callable[[Iterable[File]], Iterator[Item]]
    fetch: Callable[[Mapping[str, str]], Iterator[Item]] | None = None
    variables: tuple[str, ...] = ()
    needs: int = 0
