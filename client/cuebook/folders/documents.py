"""Prompts as files that people read and compare: settings in YAML, and the text below them."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from ..errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

SUFFIX = ".prompt.md"
FENCE = "---"  # the line before and after the settings
NAME_BYTES = 200  # of a file's name, without the suffix; file systems take 255
# Names that Windows keeps for devices, whatever follows them after a dot.
DEVICES = frozenset(
    {"con", "prn", "aux", "nul", *(f"{name}{n}" for name in ("com", "lpt") for n in range(1, 10))}
)
# The name of each field in a file, in this order, and the field of the content that it is; the
# others are those of the prompt.
FIELDS = {
    "slug": "",
    "name": "",
    "description": "",
    "keywords": "",
    "engine": "engine",
    "model": "model",
    "params": "model_params",
    "inputs": "inputs",
    "tools": "tools",
    "response_format": "response_format",
    "messages": "messages",
    "template": "template",
}
# UTF-8 has no lone surrogates, and Git and editors change other line ends.
_NOT_IN_BODIES = re.compile("[\r\ud800-\udfff]")
_LISTS = frozenset({"keywords", "inputs", "tools", "messages"})
_MAPPINGS = frozenset({"params", "response_format"})


@dataclass(frozen=True, slots=True)
class PromptDocument:
    """What a file says.

    Attributes:
        slug: What programs ask for the prompt by.
        name: The name, which people see.
        content: The content of a version, as `take_content` makes it.
        description: What the prompt is for.
        keywords: Words to find it by.
    """

    slug: str
    name: str
    content: Mapping[str, Any]
    description: str = ""
    keywords: tuple[str, ...] = ()

    @property
    def description_hash(self) -> str:
        """A hash of what describes the prompt."""
        return _hash([self.slug, self.name, self.description, self.keywords])

    @property
    def content_hash(self) -> str:
        """A hash of the content, in which 1, 1.0 and true differ, and the order of fields not."""
        return _hash(self.content)

    def equals(self, other: PromptDocument) -> bool:
        """Tell whether another document says the same to the service."""
        return (self.description_hash, self.content_hash) == (
            other.description_hash,
            other.content_hash,
        )


def name_file(slug: str) -> str:
    """Name the file of a prompt: by its slug, where all file systems can have such a name."""
    if _is_safe(slug):
        return f"{slug}{SUFFIX}"
    stem = re.sub(r"[\W_]+", "_", slug.lower()[:40]).strip("_") or "prompt"
    return f"{stem}-{sha256(slug.encode(errors='replace')).hexdigest()[:8]}{SUFFIX}"


def can_be_slug(text: str) -> bool:
    """Tell whether the service gives a new prompt this slug, and no other one made from it."""
    return text == unicodedata.normalize("NFC", text) and all(
        part != ""
        and part == part.lower()
        and all(unicodedata.category(each)[0] in "LM" or each.isdecimal() for each in part)
        for part in text.split("_")
    )


def dump_document(document: PromptDocument, stem: str | None = None, *, settings: str = "") -> str:
    """Dump what a file says; its lines end with a line feed.

    Args:
        document: The document.
        stem: The name of the file without the suffix; None for that of `name_file`.
        settings: The settings of the file before: what stays the same is spelled as there.
    """
    stem = name_file(document.slug).removesuffix(SUFFIX) if stem is None else stem
    text = document.content.get("template")
    values = {name: document.content.get(field) for name, field in FIELDS.items()} | {
        "slug": None if _load_slug(stem) == document.slug else document.slug,
        "name": None if document.name == document.slug else document.name,
        "description": document.description or None,
        "keywords": [*document.keywords] or None,
        "template": None if text is None or _is_body(text) else text,
    }
    settings = _revise(
        settings, {name: values[name] for name in values if values[name] is not None}
    )
    body = "" if text is None or not _is_body(text) else f"{text}\n"
    return f"{FENCE}\n{settings}{FENCE}\n{body}"


def revise_document(data: bytes, document: PromptDocument, stem: str) -> str:
    """Dump a document into a file that says something else, whose comments stay if they can.

    Args:
        data: The bytes of the file, which is well-formed.
        document: The document.
        stem: The name of the file without the suffix.
    """
    text = dump_document(document, stem, settings=_split(_decode(data, stem), stem)[0])
    # Where several fields are in one line, it cannot be taken apart.
    try:
        if load_document(text.encode(), stem, stem).equals(document):
            return text
    except ConfigurationError:
        pass
    return dump_document(document, stem)


def _revise(settings: str, values: Mapping[str, Any]) -> str:
    """Revise settings: fields that stay as they are keep their lines, and all the comments stay."""
    from .._yaml import dump, load_fields

    lines, fields = settings.splitlines(keepends=True), load_fields(settings)
    starts = [*(line for line, _ in fields.values()), len(lines)]
    parts = lines[: starts[0]]
    for (name, (start, value)), end in zip(fields.items(), starts[1:], strict=True):
        block = lines[start:end]
        if name not in values:
            block = _take_comments(block)
        elif _hash(values[name]) != _hash(value):
            block = [dump({name: values[name]}), *_take_comments(block)]
        parts += block
    rest = {name: value for name, value in values.items() if name not in fields}
    return "".join([*parts, dump(rest) if rest else ""])


def _take_comments(lines: list[str]) -> list[str]:
    """Take the comments and the blank lines that stand at the end."""
    end = len(lines)
    while end and (not lines[end - 1].strip() or lines[end - 1].startswith("#")):
        end -= 1
    return lines[end:]


def load_document(data: bytes, stem: str, place: str) -> PromptDocument:
    """Load what a file says.

    Args:
        data: The bytes of the file.
        stem: Its name without the suffix, which is the slug if it names no other one.
        place: How messages name it.

    Raises:
        ConfigurationError: It is malformed; the message names the line.
    """
    settings, body = _split(_decode(data, place), place)
    fields = _load_fields(settings, place)
    if body and not fields.keys() & {"messages", "template"}:
        fields["template"] = body
    elif body:
        line = settings.count("\n") + 3
        raise ConfigurationError(
            f"{place}:{line}: there is a text besides `messages` or `template`; remove one of them"
        )
    slug = fields.get("slug") or _load_slug(stem)
    content = {field: fields[name] for name, field in FIELDS.items() if field and name in fields}
    if not content.keys() & {"messages", "template"}:
        raise ConfigurationError(
            f"{place}:1: there is no text; write it below a line {FENCE} after the settings"
        )
    return PromptDocument(
        slug=slug,
        name=fields.get("name") or slug,
        description=fields.get("description", ""),
        keywords=(*fields.get("keywords", ()),),
        content={"engine": "go", **content},
    )


def _load_slug(stem: str) -> str:
    """Load the slug from the name of a file, which some file systems decompose."""
    return unicodedata.normalize("NFC", stem)


def _decode(data: bytes, place: str) -> str:
    try:
        # Editors and Git of Windows add a mark, and write line ends of their own.
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigurationError(f"{place}:{line}: this is not UTF-8; save it as UTF-8") from error


def _split(text: str, place: str) -> tuple[str, str]:
    """Split a file into the settings and the text, without the end of its last line."""
    if not text.startswith(f"{FENCE}\n"):
        return "", text.removesuffix("\n")
    # The line feed of the first line may be the one before the second.
    head, end, body = text[len(FENCE) :].partition(f"\n{FENCE}\n")
    if not end:
        head, end, body = text[len(FENCE) :].rpartition(f"\n{FENCE}")
        if not end or body:
            raise ConfigurationError(
                f"{place}:1: the settings do not end; write a line {FENCE} below them"
            )
    return head[1:] and f"{head[1:]}\n", body.removesuffix("\n")


def _load_fields(settings: str, place: str) -> dict[str, Any]:
    """Load the settings; fields that are null are left out."""
    if not settings:
        return {}
    from .._yaml import YamlError, load_fields

    try:
        fields = load_fields(settings)
    except YamlError as error:
        # The settings begin in the second line.
        raise ConfigurationError(f"{place}:{error.line + 2}: {error}") from error
    for name, (line, value) in fields.items():
        if name not in FIELDS:
            raise ConfigurationError(
                f"{place}:{line + 2}: there is no field {name!r}; use {', '.join(FIELDS)}"
            )
        if value is not None and (problem := _find_problem(name, value)):
            raise ConfigurationError(f"{place}:{line + 2}: {name}: write {problem}")
    if {"messages", "template"} <= fields.keys():
        line = fields["template"][0] + 2
        raise ConfigurationError(f"{place}:{line}: write `messages` or a `template`, not both")
    return {name: value for name, (_, value) in fields.items() if value is not None}


def _find_problem(name: str, value: Any) -> str | None:
    """Find what should be written instead of a value; None if it is right."""
    if name in _MAPPINGS:
        return None if isinstance(value, dict) else "a mapping, such as `temperature: 0`"
    if name not in _LISTS:
        return None if isinstance(value, str) else "a text; put it in quotes"
    kind, what = (str, "texts") if name == "keywords" else (dict, "mappings")
    is_right = isinstance(value, list) and all(isinstance(item, kind) for item in value)
    return None if is_right else f"a list of {what}, each after a dash"


def _hash(value: Any) -> str:
    return sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def _is_body(text: str) -> bool:
    """Tell whether a text can stand below the settings: reading a file gives it back as it is."""
    return text != "" and not _NOT_IN_BODIES.search(text)


def _is_safe(slug: str) -> bool:
    return (
        slug != ""
        and slug == unicodedata.normalize("NFC", slug.lower())
        and all(map(_is_plain, slug))
        and slug[0] not in ".-"
        and slug[-1] != "."
        and slug.partition(".")[0] not in DEVICES
        and len(slug.encode()) <= NAME_BYTES
    )


def _is_plain(character: str) -> bool:
    return character in "_-." or unicodedata.category(character)[0] in "LMN"
