"""Parsing of what a client holds of prompts, as `requests` explains.

This is done without pydantic: clients call it all the time, and pydantic is a good part of a start.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shared.dialects.registry.requests import (
    LARGEST_NUMBER,
    PLAIN,
    load_document,
    parse_selector,
)
from shared.domain.checks import NAME_LENGTH
from shared.domain.model import LIVE
from shared.domain.prompts import TAG
from shared.problems import MAX_DETAILS, InvalidRequest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from shared.domain.model import Selector
    from shared.request import Request

MAX_PROMPTS = 100  # of one request; as many heads as one read of DynamoDB gets
ETAG_LENGTH = 255  # characters
FIELDS = ("name", "pointer", "etag")
POINTER = "send live, latest, a tag, or the number of a version"


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptCopy:
    """A prompt that a client holds, or asks for.

    Attributes:
        name: The slug or the id, as it was sent.
        pointer: The pointer or the number that the client follows, as it was sent.
        etag: The ETag of what the client holds; empty for nothing.
    """

    name: str
    pointer: int | str
    etag: str

    @property
    def selector(self) -> Selector:
        """The selector of the version."""
        return self.pointer if isinstance(self.pointer, int) else parse_selector(self.pointer)


def load_copies(request: Request) -> list[PromptCopy]:
    """Load what a client holds.

    Raises:
        InvalidRequest: The body is malformed; the details name each field.
    """
    document = load_document(request)
    errors = [*_find_errors(document)]
    if errors:
        details = [{"path": path, "message": f"{path}: {text}"} for path, text in errors]
        raise InvalidRequest(details=details[:MAX_DETAILS])
    return [_load(entry) for entry in document["prompts"]]


def _load(entry: Mapping[str, Any]) -> PromptCopy:
    pointer = entry.get("pointer")
    return PromptCopy(
        name=entry["name"],
        pointer=LIVE if pointer is None else pointer,
        etag=entry.get("etag") or "",
    )


def _find_errors(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Find what is wrong with a body: the path of each field, and what is expected there."""
    for name in document.keys() - {"prompts"}:
        yield name if PLAIN.fullmatch(name) else "body", "is not a field; send prompts"
    entries = document.get("prompts")
    if not isinstance(entries, list):
        yield "prompts", "send a list of objects with the fields name, pointer and etag"
        return
    if len(entries) > MAX_PROMPTS:
        yield "prompts", f"send at most {MAX_PROMPTS}, and the others in another call"
        return
    places: dict[PromptCopy, int] = {}
    for number, entry in enumerate(entries):
        path = f"prompts[{number}]"
        if not isinstance(entry, dict):
            yield path, "send an object with the fields name, pointer and etag"
        elif errors := [*_find_errors_of_entry(entry)]:
            yield from ((path + field, text) for field, text in errors)
        else:
            copy = PromptCopy(name=entry["name"], pointer=_load(entry).pointer, etag="")
            if (first := places.setdefault(copy, number)) != number:
                yield path, f"has the name and the pointer of prompts[{first}]; send each once"


def _find_errors_of_entry(entry: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name in entry.keys() - {*FIELDS}:
        field = f".{name}" if PLAIN.fullmatch(name) else ""
        yield field, f"is not a field; send {', '.join(FIELDS)}"
    if not _is_text(entry.get("name"), NAME_LENGTH):
        yield ".name", f"send a slug or an id, of at most {NAME_LENGTH} characters"
    if not _is_pointer(entry.get("pointer")):
        yield ".pointer", POINTER
    if (etag := entry.get("etag")) is not None and etag != "" and not _is_text(etag, ETAG_LENGTH):
        yield ".etag", f"send the etag of an earlier response, of at most {ETAG_LENGTH} characters"


def _is_text(value: object, max_length: int) -> bool:
    return isinstance(value, str) and 0 < len(value) <= max_length and "\0" not in value


def _is_pointer(value: object) -> bool:
    if isinstance(value, str):
        return TAG.fullmatch(value) is not None
    if isinstance(value, int) and not isinstance(value, bool):
        return 0 < value <= LARGEST_NUMBER
    return value is None
