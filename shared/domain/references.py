"""References: a text may include other prompts of its team.

A reference is Langfuse's tag, in all dialects and engines; the last part names a version by its
number, or by a pointer:

    @@@langfusePrompt:name=greeting|version=3@@@
    @@@langfusePrompt:name=greeting|label=production@@@

Whatever has another form is plain text. Texts are stored with their references. The parts are put
in before a text is rendered, never afterwards, so that no value of a variable is looked at.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from shared.texts import excerpt

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

OPENING = "@@@langfusePrompt:"  # a text without it has no reference
_TAG = re.compile(r"@@@langfusePrompt:(.*?)@@@")
_INSIDE = re.compile(r"name=([^|=]*)\|(?:version=([0-9]+)|label=([^|=]*))")
_NUMBER_LENGTH = 10  # digits; no version has a longer number


class Reference(NamedTuple):
    """A reference in a text.

    Attributes:
        tag: The text of the reference.
        name: What it calls the prompt.
        version: The number of the version; None if it names a pointer.
        label: The pointer; None if it names a number.
    """

    tag: str
    name: str
    version: int | None
    label: str | None

    @property
    def description(self) -> str:
        """What it refers to, for people."""
        if self.version is not None:
            return f"version {self.version} of {excerpt(self.name)!r}"
        return f"{excerpt(self.label or '')!r} of {excerpt(self.name)!r}"

    def dump(self) -> dict[str, Any]:
        """Dump the reference for a problem."""
        name = {"name": excerpt(self.name)}
        if self.version is not None:
            return {**name, "version": self.version}
        return {**name, "label": excerpt(self.label or "")}


def parse_references(text: str) -> Iterator[tuple[int, Reference]]:
    """Find the references in a text, each with the place where it starts."""
    if OPENING not in text:
        return
    for match in _TAG.finditer(text):
        if inside := _INSIDE.fullmatch(match[1]):
            name, number, label = inside.groups()
            version = None if number is None else _parse_number(number)
            yield match.start(), Reference(match[0], name, version, label)


def find_malformed_reference(text: str) -> str | None:
    """Find what starts like a reference and is none, for a message."""
    places = {place for place, _ in parse_references(text)}
    place = text.find(OPENING)
    while place in places:
        place = text.find(OPENING, place + 1)
    return None if place < 0 else excerpt(text[place:])


def _parse_number(digits: str) -> int:
    return int(digits) if len(digits) <= _NUMBER_LENGTH else 0  # which no version has


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A version that another one includes.

    Attributes:
        reference: A reference that leads to it.
        prompt_id: The id of its prompt.
        slug: The slug of its prompt.
        name: The name of its prompt.
        is_archived: Whether its prompt is archived.
        number: The number of the version.
        version_id: The id of the version.
    """

    reference: Reference
    prompt_id: str
    slug: str
    name: str
    is_archived: bool
    number: int
    version_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Composition:
    """What the references of a version stand for.

    Attributes:
        texts: What is put in, by the tags of the version's own references.
        dependencies: The parts of the version and of each of its parts, by the ids of the versions,
            in the order of their references; of those only that have any.
        direct: The parts of the version itself.
        parts: All parts, on all levels, each version once; the version's own come first.
    """

    texts: Mapping[str, str]
    dependencies: Mapping[str, Sequence[Part]]
    direct: Sequence[Part]
    parts: Sequence[Part]


def resolve_text(text: str, texts: Mapping[str, str]) -> str:
    """Put the parts of a text in; a reference without one stays as it is."""
    return "".join(_split(text, texts))


def resolve_strings(document: Any, texts: Mapping[str, str]) -> Any:
    """Put the parts of all texts of a JSON value in."""
    if isinstance(document, str):
        return resolve_text(document, texts)
    if isinstance(document, list):
        return [resolve_strings(item, texts) for item in document]
    if isinstance(document, dict):
        return {name: resolve_strings(item, texts) for name, item in document.items()}
    return document


def restore_references(document: Any, view: Any, original: Any) -> Any:
    """Replace each text that a client was shown by the stored one, with its references.

    Args:
        document: The JSON value that the client has sent.
        view: The one that it was shown.
        original: The same with the references in the texts.

    Returns:
        The client's value. A text that is not as it was shown under the same name stays.
    """
    originals = dict(_list_changes("", view, original))
    return _replace_strings("", document, originals) if originals else document


def _list_changes(name: str, view: Any, original: Any) -> Iterator[tuple[tuple[str, str], str]]:
    if isinstance(view, str) and isinstance(original, str) and view != original:
        yield (name, view), original
    elif isinstance(view, list) and isinstance(original, list):
        for one, other in zip(view, original, strict=False):
            yield from _list_changes(name, one, other)
    elif isinstance(view, dict) and isinstance(original, dict):
        for key in view.keys() & original.keys():
            yield from _list_changes(key, view[key], original[key])


def _replace_strings(name: str, document: Any, originals: Mapping[tuple[str, str], str]) -> Any:
    if isinstance(document, str):
        return originals.get((name, document), document)
    if isinstance(document, list):
        return [_replace_strings(name, item, originals) for item in document]
    if isinstance(document, dict):
        return {key: _replace_strings(key, item, originals) for key, item in document.items()}
    return document


def _split(text: str, texts: Mapping[str, str]) -> Iterator[str]:
    """Split a text into what stays, and parts instead of references."""
    position = 0
    for start, reference in parse_references(text):
        if (part := texts.get(reference.tag)) is not None:
            yield text[position:start]
            yield part
            position = start + len(reference.tag)
    yield text[position:]
