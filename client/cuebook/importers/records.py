"""Prompts and versions that APIs return apart from each other, put together by their ids."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .files import load_each, load_json
from .items import Failure

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .files import File
    from .items import Document

# A prompt, and its versions, each after the place where it is from.
Record = tuple["Document", list[tuple[str, "Document"]]]
# Fields of responses that stand around what they are about.
AROUND = ("data", "prompt", "prompts", "version", "versions")


def join_files(files: Iterable[File], parent: str) -> Iterator[tuple[str, Record | Failure]]:
    """Join the prompts and versions that files of an API's responses have.

    Args:
        files: The files, each with one response or several, in any order.
        parent: The field of a version that has the id of its prompt.

    Yields:
        Where a prompt is from, and the prompt with its versions.
    """
    prompts: dict[str, tuple[str, Document]] = {}
    versions: dict[str, list[tuple[str, Document]]] = {}
    for origin, document in load_each(files, load_json):
        if isinstance(document, Failure):
            yield origin, document
            continue
        records = [*_list_records(document)]
        for record in records:
            if isinstance(owner := record.get(parent), str):
                versions.setdefault(owner, []).append((origin, record))
            else:
                prompts[record["id"]] = origin, record
        if not records:
            yield origin, Failure(origin, "it has neither prompts nor versions")
    for id, (origin, prompt) in prompts.items():
        yield origin, (prompt, versions.pop(id, []))
    for (origin, _), *_ in versions.values():
        yield origin, Failure(origin, "it has versions of a prompt that is in none of the files")


def _list_records(value: Any) -> Iterator[Document]:
    """List the objects with an id in a response, without what stands around them."""
    if isinstance(value, list):
        for item in value:
            yield from _list_records(item)
    elif isinstance(value, dict):
        if isinstance(value.get("id"), str):
            yield value
        for name in AROUND:
            if isinstance(value.get(name), dict | list):
                yield from _list_records(value[name])
