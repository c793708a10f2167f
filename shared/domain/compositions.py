"""What a version includes: the graph of its parts, checked and put together.

The version itself is the root, and below it are up to `MAX_DEPTH` levels of parts. The store finds
the parts; here they are put in each other, after it is known that they can be, and how large the
whole becomes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from shared.domain.content import TEMPLATE
from shared.domain.model import LIVE, PRODUCTION, Version
from shared.domain.references import Composition, Part, Reference, parse_references
from shared.problems import CompositionFailed
from shared.texts import excerpt, locate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from shared.domain.changes import Change
    from shared.domain.content import Content
    from shared.domain.model import Prompt

    Key = tuple[str, int | str]  # of a part: the id of its prompt, and the selector
    Target = tuple[Reference, Key]

MAX_DEPTH = 4  # levels of parts below a version, as in Langfuse
MAX_PARTS = 20  # different parts of a version, on all levels together
MAX_INSERTIONS = 10_000  # places of a version where a part is put in, on all levels together
LATEST = "latest"
WITHOUT_ENGINE = "text"
_POINTERS = {PRODUCTION: LIVE}


def get_selector(reference: Reference) -> int | str:
    """Get the number, `live`, `latest` or the tag that selects the version."""
    if reference.version is not None:
        return reference.version
    label = reference.label or ""
    return _POINTERS.get(label, label)


def build_graph(
    prompt: Prompt, version: Version, composition: Composition | None
) -> dict[str, Any] | None:
    """Build Langfuse's graph of what a version includes; None if it includes nothing."""
    if composition is None:
        return None
    return {
        "root": {"name": prompt.name, "version": version.number, "id": version.id},
        "dependencies": {
            id: [
                {"id": part.version_id, "name": part.name, "version": part.number} for part in parts
            ]
            for id, parts in composition.dependencies.items()
        },
    }


def has_references(content: Content) -> bool:
    """Tell whether a text of a content has a reference."""
    return any(True for text in content.texts for _ in parse_references(text))


def list_references(content: Content) -> list[Reference]:
    """List the different references of a content, in their order."""
    return list(
        dict.fromkeys(
            reference for text in content.texts for _, reference in parse_references(text)
        )
    )


def find_place(content: Content, tag: str) -> dict[str, Any]:
    """Find the first place of a reference in a content: the path of the text, line and column."""
    for path, text in content.placed_texts:
        if (position := text.find(tag)) >= 0:
            line, column = locate(text, position)
            return {"path": path, "line": line, "column": column}
    return {"path": TEMPLATE}


@dataclass(frozen=True, slots=True)
class Source:
    """A part as the store has found it.

    Attributes:
        prompt: Its prompt.
        version: The version.
    """

    prompt: Prompt
    version: Version

    def build_part(self, reference: Reference) -> Part:
        """Build the part, for a reference that leads to it."""
        return Part(
            reference=reference,
            prompt_id=self.prompt.id,
            slug=self.prompt.slug,
            name=self.prompt.name,
            is_archived=self.prompt.status == "archived",
            number=self.version.number,
            version_id=self.version.id,
        )


@dataclass(slots=True)
class Graph:
    """A version with all parts that were found for it.

    Attributes:
        prompt: The prompt of the version.
        content: Its content.
        includes: The ids of the prompts that its texts name.
        max_bytes: The largest size of its texts with all parts in them.
        version_id: The id of the version.
        parts: The parts that were found, by key.
        gaps: Why there is no part, by key.
    """

    prompt: Prompt
    content: Content
    includes: Mapping[str, str]
    max_bytes: int
    version_id: str
    parts: dict[Key, Source] = field(default_factory=dict)
    gaps: dict[Key, str] = field(default_factory=dict)
    _targets: dict[int, list[Target]] = field(default_factory=dict)
    _sizes: dict[Key, tuple[int, int]] = field(default_factory=dict)
    _texts: dict[Key, _Text] = field(default_factory=dict)

    def list_targets(self, content: Content, includes: Mapping[str, str]) -> list[Target]:
        """List the references of a content, each with the key of its part."""
        if (targets := self._targets.get(id(content))) is None:
            targets = [
                (reference, (includes[reference.name], get_selector(reference)))
                for reference in list_references(content)
                if reference.name in includes
            ]
            self._targets[id(content)] = targets
        return targets

    def list_unknown(self) -> dict[Key, Reference]:
        """List the parts of the version and of those that were found, without these.

        Raises:
            CompositionFailed: These are too many.
        """
        contents = [(self.content, self.includes)]
        contents += [(part.version.content, part.version.includes) for part in self.parts.values()]
        unknown: dict[Key, Reference] = {}
        for content, includes in contents:
            for reference, key in self.list_targets(content, includes):
                if key not in self.parts and key not in self.gaps:
                    unknown.setdefault(key, reference)
        if len(self.parts) + len(self.gaps) + len(unknown) > MAX_PARTS:
            reference = next(iter(unknown.values()))
            raise build_count_problem(self.prompt, reference)
        texts = (part.version.content.template or "" for part in self.parts.values())
        if sum(map(len, texts)) > 2 * self.max_bytes:
            # Each part is put in at least once, and only references go out.
            what = f"all parts together are larger than {self.max_bytes} bytes"
            raise _build_problem("size", what, [self.prompt.slug], None)
        return unknown

    def compose(self) -> Composition:
        """Put all parts together.

        Raises:
            CompositionFailed: A part cannot be put in, or the version includes itself, or too much.
        """
        root = self.list_targets(self.content, self.includes)
        if not root:  # the texts were changed by a release that knows no references
            return Composition(texts={}, dependencies={}, direct=(), parts=())
        path = [self.prompt.slug]
        self._check(root, path, [])
        self._measure(self.content, root, path)
        self._require_engine(self.content, root, path)
        texts = {
            reference.tag: self._build(key, [*path, reference.name]) for reference, key in root
        }
        self._require_inert(texts, root)
        dependencies: dict[str, list[Part]] = {}
        self._list_dependencies(self.version_id, root, dependencies)
        direct = {part.version_id: part for part in dependencies[self.version_id]}
        others = {part.version_id: part for parts in dependencies.values() for part in parts}
        return Composition(
            texts={tag: text.value for tag, text in texts.items()},
            dependencies=dependencies,
            direct=[*direct.values()],
            parts=[*{**direct, **others}.values()],
        )

    def _check(self, targets: Iterable[Target], names: list[str], ids: list[str]) -> None:
        """Check all ways through the graph; they are few, because the parts are."""
        for reference, key in targets:
            path = [*names, reference.name]
            if len(names) > MAX_DEPTH:
                what = f"parts are nested more than {MAX_DEPTH} levels deep"
                raise _build_problem("depth", what, path, reference)
            source = self.parts.get(key)
            if key[0] == self.prompt.id or (source and source.version.id in ids):
                raise _build_problem("cycle", "a prompt would include itself", path, reference)
            if source is None:
                raise _build_problem("unknown", self.gaps[key], path, reference)
            version = source.version
            if version.content.messages is not None:
                what = "the version is a conversation; only a text can be included"
                raise _build_problem("chat", what, path, reference)
            below = self.list_targets(version.content, version.includes)
            self._check(below, path, [*ids, version.id])

    def _measure(
        self, content: Content, targets: Sequence[Target], path: list[str]
    ) -> tuple[int, int]:
        """Measure the texts of a content with all parts in them, before any of these is built.

        Returns:
            Their bytes, and the number of places where a part is put in.
        """
        sizes = {}
        for reference, key in targets:
            if key not in self._sizes:
                version = self.parts[key].version
                below = self.list_targets(version.content, version.includes)
                self._sizes[key] = self._measure(version.content, below, [*path, reference.name])
            sizes[reference.tag] = self._sizes[key]
        size = places = 0
        for text in content.texts:
            size += _measure(text)
            for _, reference in parse_references(text):
                if reference.tag in sizes:
                    part_size, part_places = sizes[reference.tag]
                    size += part_size - _measure(reference.tag)
                    places += 1 + part_places
        if size > self.max_bytes:
            what = f"with all parts it is larger than {self.max_bytes} bytes"
            raise _build_problem("size", what, path, targets[0][0] if targets else None)
        if places > MAX_INSERTIONS:
            what = f"parts are put in in more than {MAX_INSERTIONS} places, on all levels together"
            raise _build_problem("size", what, path, targets[0][0])
        return size, places

    def _build(self, key: Key, path: list[str]) -> _Text:
        """Build the text of a part, whose size is known."""
        if (text := self._texts.get(key)) is not None:
            return text
        version = self.parts[key].version
        targets = self.list_targets(version.content, version.includes)
        self._require_engine(version.content, targets, path)
        parts = {
            reference.tag: self._build(other, [*path, reference.name])
            for reference, other in targets
        }
        text = _join(version.content.template or "", parts, version.content.engine)
        self._texts[key] = text
        return text

    def _require_inert(self, parts: Mapping[str, _Text], targets: Sequence[Target]) -> None:
        content, path = self.content, [self.prompt.slug]
        for source in content.texts:
            text = _join(source, parts, content.engine)
            if place := text.find_markup(content.engine, content.own_names):
                what = (
                    f"it is plain text, and {content.engine} would read more in it, from character "
                    f"{place} of the whole on; put it before all markup, or write it with the "
                    f"engine {content.engine}"
                )
                raise _build_problem("markup", what, path, targets[0][0])

    def _require_engine(
        self, content: Content, targets: Iterable[Target], path: Sequence[str]
    ) -> None:
        for reference, key in targets:
            engine = self.parts[key].version.content.engine
            if engine not in (content.engine, WITHOUT_ENGINE):
                what = (
                    f"its engine is {engine}; only texts of the same engine, {content.engine}, and "
                    f"those of the engine {WITHOUT_ENGINE} can be put in"
                )
                raise _build_problem("engine", what, [*path, reference.name], reference)

    def _list_dependencies(
        self,
        id: str,
        targets: Sequence[Target],
        dependencies: dict[str, list[Part]],
    ) -> None:
        if not targets or id in dependencies:
            return
        dependencies[id] = [self.parts[key].build_part(reference) for reference, key in targets]
        for _, key in targets:
            version = self.parts[key].version
            below = self.list_targets(version.content, version.includes)
            self._list_dependencies(version.id, below, dependencies)


@dataclass(frozen=True, slots=True)
class _Text:
    """A text with all parts in it.

    Attributes:
        value: The text.
        engine: The template language of the text.
        inert: The spans that no template language may read: those of parts without one.
    """

    value: str
    engine: str
    inert: Sequence[tuple[int, int]]

    def find_markup(self, engine: str, names: frozenset[str]) -> int | None:
        """Find where a template language would read what it may not.

        Args:
            engine: The language.
            names: The variables that are declared, in Tela's language.

        Returns:
            The number of a character, from 1; None if there is no such place.
        """
        pattern = _MARKUP.get(engine)
        spans = [span for span in self.inert if span[0] < span[1]]
        if pattern is None or not spans:
            return None
        place = 0
        for match in pattern.finditer(self.value):
            is_closed = match[1] is not None
            if engine == "tela" and match[1][1:-1] not in names:
                continue
            while place < len(spans) and spans[place][1] <= match.start():
                place += 1
            if place == len(spans):
                return None
            if not is_closed or spans[place][0] < match.end():
                return match.start() + 1
        return None


# Markup that ends where every reader of the language takes it to end. What begins otherwise, such
# as a string with braces in it, may end anywhere.
_INNER = r"""(?:[^{}"'`]++|"[^"{}\\\n]*+"|'[^'{}\\\n]*+'|`[^`{}]*+`)*+"""
_OUTPUT = r"\{\{" + _INNER + r"\}\}"
_BLOCK = r"\{%(?!\})" + _INNER + r"(?<=%)\}"
_COMMENT = r"\{#(?!\})[^{}]*+(?<=#)\}"
_MARKUP = {
    "go": re.compile(rf"({_OUTPUT})|\{{\{{"),
    "jinja": re.compile(rf"({_OUTPUT}|{_BLOCK}|{_COMMENT})|\{{[{{%#]"),
    "liquid": re.compile(rf"({_OUTPUT}|{_BLOCK})|\{{[{{%]"),
    "simple": re.compile(r"(\{\{[^{}]*+\}\})|\{\{"),
    "tela": re.compile(r"(\{[^{}]++\})"),
}


def _join(source: str, parts: Mapping[str, _Text], engine: str) -> _Text:
    """Put parts into a text; what no template language may read of it is noted."""
    pieces: list[str] = []
    inert: list[tuple[int, int]] = []
    position = start = 0
    for place, reference in parse_references(source):
        if (part := parts.get(reference.tag)) is None:
            continue
        before = source[start:place]
        pieces += (before, part.value)
        position += len(before)
        end = position + len(part.value)
        if part.engine == WITHOUT_ENGINE != engine:
            inert.append((position, end))
        else:
            inert += ((position + first, position + last) for first, last in part.inert)
        position, start = end, place + len(reference.tag)
    pieces.append(source[start:])
    return _Text("".join(pieces), engine, inert)


def _measure(text: str) -> int:
    return len(text.encode(errors="surrogatepass"))


def _build_problem(
    reason: str, what: str, path: Sequence[str], reference: Reference | None
) -> CompositionFailed:
    names = " -> ".join(map(excerpt, path))
    subject = "a text" if reference is None else reference.description
    details = {} if reference is None else reference.dump()
    return CompositionFailed(
        f"{subject} cannot be included: {what} ({names})",
        via=next(iter(path[1:]), reference.name if reference else ""),
        details=[{"reason": reason, "includes": names, **details, "message": what}],
    )


def build_unknown_problem(prompt: Prompt, reference: Reference) -> CompositionFailed:
    """Build the problem of a reference to a prompt that there is not."""
    path = [prompt.slug, reference.name]
    return _build_problem("unknown", "there is no such prompt in the team", path, reference)


def build_archived_problem(prompt: Prompt, reference: Reference) -> CompositionFailed:
    """Build the problem of a new reference to a prompt that is archived."""
    path = [prompt.slug, reference.name]
    return _build_problem("archived", "the prompt is archived; restore it first", path, reference)


def build_count_problem(prompt: Prompt, reference: Reference) -> CompositionFailed:
    """Build the problem of too many parts."""
    what = f"more than {MAX_PARTS} different parts are included, on all levels together"
    return _build_problem("count", what, [prompt.slug], reference)


def check_pointers(
    prompt: Prompt, version: Version, composition: Composition, pointers: frozenset[str]
) -> None:
    """Check that what a version includes, directly or through parts, changes by no other pointers.

    What is included by number never changes, and what is included by a pointer does with it.

    Args:
        prompt: The prompt of the version.
        version: The version.
        composition: What the version includes.
        pointers: The pointers that may be followed; `latest` is none of them.

    Raises:
        CompositionFailed: Something is included by another pointer.
    """
    slugs = {version.id: prompt.slug} | {part.version_id: part.slug for part in composition.parts}
    for id, parts in composition.dependencies.items():
        for part in parts:
            selector = get_selector(part.reference)
            if isinstance(selector, str) and selector not in pointers:
                what = (
                    f"version {version.number} comes to a pointer that the team protects, and "
                    "would change with one that it does not; include it by its number, or by one "
                    "of " + ", ".join(sorted(pointers))
                )
                path = [slugs[id], part.reference.name]
                raise _build_problem("unprotected", what, path, part.reference)


# -- changes


def writes_references(change: Change[Any]) -> bool:
    """Tell whether a change writes a text with references, or takes the last one out of a draft."""
    is_text = any(event.kind in ("version.created", "version.updated") for event in change.events)
    return is_text and any(
        isinstance(part, Version) and (part.includes or has_references(part.content))
        for part in change.puts
    )


def list_exclusions(change: Change[Any]) -> dict[int, frozenset[str]]:
    """List what a change takes out of what prompts are included by.

    Returns:
        The ids of the prompts by number of the version that includes them no more: what it does
        not name any more, or all, where it is deleted or archived, which is for good.
    """
    versions = [part for part in change.deletes if isinstance(part, Version)]
    versions += [
        part for part in change.puts if isinstance(part, Version) and part.stage == "archived"
    ]
    ends = {each.number: frozenset(each.includes.values()) for each in versions if each.includes}
    return {**change.exclusions, **ends}


def list_moves(change: Change[Any]) -> frozenset[str]:
    """List the labels, as selectors, by which a change hands out another version, or none."""
    before, after = change.before, change.after
    if before is None:
        return frozenset()
    moves = {
        name
        for name in (LIVE, *before.tags, *after.tags)
        if before.resolve_selector(name) != after.resolve_selector(name)
    }
    for event in change.events:
        is_stable = event.kind == "version.promoted" and event.detail.get("status") == "stable"
        if is_stable or event.kind == "version.archived":
            moves.add(LATEST)
    return frozenset(moves)


def is_handed_out(prompt: Prompt, version: Version) -> bool:
    """Tell whether somebody may get a version without asking for its number.

    That is by a pointer, as the newest, or in the text of a prompt that includes this one.
    """
    number = version.number
    numbers = {share.version for name in (LIVE, *prompt.tags) for share in prompt.list_shares(name)}
    numbers.update(deployment["number"] for deployment in prompt.deployments)
    newest = prompt.last_version if prompt.newest_stable is None else prompt.newest_stable
    is_part = prompt.inclusions > 0 and version.stage == "stable"
    return is_part or number == newest or number in numbers


def find_loss(change: Change[Any]) -> Callable[[Reference], bool | None] | None:
    """Find what a change takes away from those that include its prompt.

    Returns:
        What tells whether a reference to the prompt has lost its version; None for `latest`, of
        which another version may take the place. None if the change takes nothing away.
    """
    before, after = change.before, change.after
    if before is None:
        return None
    is_gone = after.status != before.status and after.status != "active"
    if is_gone or after.team_id != before.team_id:
        return lambda reference: True
    numbers = {
        event.detail.get("version") for event in change.events if event.kind == "version.archived"
    }

    if not numbers:
        return None

    def takes(reference: Reference) -> bool | None:
        if get_selector(reference) == LATEST:
            return None
        return before.resolve_selector(get_selector(reference)) in numbers

    return takes
