"""What versions include, against a resolver that is as simple as can be."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.compositions import MAX_DEPTH, MAX_INSERTIONS, MAX_PARTS, Graph, Source
from shared.domain.content import Content
from shared.domain.model import Author, Prompt, Version
from shared.domain.references import parse_references, resolve_text
from shared.problems import CompositionFailed
from shared.rendering.engines import compile_template
from shared.rendering.limits import Limits, Usage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from shared.domain.content import Engine

AT = datetime(2026, 1, 1, tzinfo=UTC)
TAG = re.compile(r"@@@langfusePrompt:(.*?)@@@")
INSIDE = re.compile(r"name=p([0-9]+)\|version=1")
MAX_BYTES = 2_000
NUMBER = 8


def refer(number: int) -> str:
    return f"@@@langfusePrompt:name=p{number}|version=1@@@"


def build_source(number: int, content: Content) -> Source:
    id = str(UUID(int=number + 1))
    prompt = Prompt(
        id=id,
        team_id="t",
        slug=f"p{number}",
        name=f"P{number}",
        created_at=AT,
        updated_at=AT,
        changed_at=AT,
    )
    names = {reference.name for text in content.texts for _, reference in parse_references(text)}
    version = Version(
        prompt_id=id,
        number=1,
        id=str(UUID(int=number + 1001)),
        stage="stable",
        content=content,
        author=Author(id="a", name="a"),
        created_at=AT,
        updated_at=AT,
        includes={name: str(UUID(int=int(name[1:]) + 1)) for name in names},
    )
    return Source(prompt, version)


def compose(sources: Sequence[Source], max_bytes: int = MAX_BYTES) -> str:
    """Compose the first of some prompts, as the store does."""
    root = sources[0]
    by_id = {source.prompt.id: source for source in sources}
    graph = Graph(
        prompt=root.prompt,
        content=root.version.content,
        includes=root.version.includes,
        max_bytes=max_bytes,
        version_id=root.version.id,
    )
    for _ in range(MAX_DEPTH):
        for key in graph.list_unknown():
            if source := by_id.get(key[0]):
                graph.parts[key] = source
            else:
                graph.gaps[key] = "there is no such prompt"
    composition = graph.compose()
    return resolve_text(root.version.content.template or "", composition.texts)


class RefusedError(Exception):
    pass


@dataclass
class Oracle:
    """The simplest resolver there is: it puts in what it finds, and looks at the result."""

    texts: Mapping[int, str]
    insertions: int = 0

    def resolve(self, number: int, path: tuple[int, ...] = ()) -> str:
        if number in path or number not in self.texts or len(path) > MAX_DEPTH:
            raise RefusedError
        return TAG.sub(lambda match: self.insert(match, (*path, number)), self.texts[number])

    def insert(self, match: re.Match[str], path: tuple[int, ...]) -> str:
        inside = INSIDE.fullmatch(match[1])
        if inside is None:
            return match[0]
        self.insertions += 1
        if self.insertions > MAX_INSERTIONS:
            raise RefusedError
        return self.resolve(int(inside[1]), path)


pieces = st.one_of(
    st.sampled_from(["a", "ä😀", "{{.x}}", "@@@", "|", "@@@langfusePrompt:", "name=p1", "\n", ""]),
    st.integers(0, NUMBER).map(refer),
)
texts = st.lists(pieces, max_size=8).map("".join)


@given(st.lists(texts, min_size=1, max_size=NUMBER))
def test_parts_are_put_in_as_the_simplest_resolver_does(templates: list[str]) -> None:
    sources = [
        build_source(number, Content(template=text)) for number, text in enumerate(templates)
    ]
    try:
        expected: str | None = Oracle(dict(enumerate(templates))).resolve(0)
    except RefusedError:
        expected = None
    is_root_plain = not sources[0].version.includes
    if expected is not None and len(expected.encode()) > MAX_BYTES and not is_root_plain:
        expected = None
    if is_root_plain:
        assert expected == templates[0]
        return
    if expected is None:
        with pytest.raises(CompositionFailed, match="p0") as caught:
            compose(sources)
        assert caught.value.details
        return
    assert compose(sources) == expected


@given(st.data())
def test_what_grows_without_bound_is_refused_before_it_is_built(data: st.DataObject) -> None:
    count = data.draw(st.integers(100, 3_000))
    inner = data.draw(st.sampled_from(["", "x", "x" * 1_000]))
    sources = [
        build_source(number, Content(template=refer(number + 1) * count)) for number in range(4)
    ]
    sources.append(build_source(4, Content(template=inner)))
    with pytest.raises(CompositionFailed) as caught:
        compose(sources, 4 * 1024 * 1024)
    (detail,) = caught.value.details
    assert isinstance(detail, dict)
    assert detail["reason"] == "size"


def test_many_parts_are_refused() -> None:
    template = "".join(refer(number) for number in range(1, MAX_PARTS + 2))
    sources = [build_source(0, Content(template=template))]
    with pytest.raises(CompositionFailed, match=f"more than {MAX_PARTS}"):
        compose(sources)


# -- plain text in a template

MARKUP = ["{{", "}}", "{%", "%}", "{#", "#}", "{", "}", "'", '"', "`", " x ", "x", "-", "%", "raw"]
MARKUP += [
    "{{.x}}",
    "{{ x }}",
    "{x}",
    "{% raw %}",
    "{% endraw %}",
    "{# c #}",
    "{{ 'x' }}",
    "\\",
    "",
]
markup = st.lists(st.sampled_from(MARKUP), max_size=6).map("".join)
ENGINES: list[Engine] = ["go", "jinja", "liquid", "simple", "tela"]
LIMITS = Limits(template_bytes=10_000, output_bytes=10_000, steps=10_000)
VARIABLES: dict[str, Any] = {"x": "value", "name": "value"}
NAMES = frozenset({"x"})


def render(text: str, engine: Engine) -> str | None:
    try:
        template = compile_template(text, engine=engine, limits=LIMITS, names=NAMES)
        return template.render(VARIABLES, limits=LIMITS, is_strict=False, usage=Usage())
    except Exception:  # whatever it is, it is no text
        return None


@given(st.sampled_from(ENGINES), markup, markup, markup)
def test_plain_text_is_never_read_as_a_template(
    engine: Engine, before: str, plain: str, after: str
) -> None:
    """What is put in comes out as it is, if letters in its place do."""
    inputs = [{"name": "x", "type": "str"}]
    root = Content(template=f"{before}{refer(1)}{after}", engine=engine, inputs=inputs)
    sources = [
        build_source(0, root),
        build_source(1, Content(template=plain, engine="text")),
    ]
    try:
        result = compose(sources)
    except CompositionFailed:
        return
    assert result == f"{before}{plain}{after}"
    letters = "Q" * 10
    expected = render(f"{before}{letters}{after}", engine)
    if expected is None or not plain.strip() or plain != plain.strip():
        return
    assert render(result, engine) == expected.replace(letters, plain)
