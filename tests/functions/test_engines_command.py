"""`make change-engine`: a prompt moves on to another template language by a new version."""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.engines import change_engine, convert_content
from infra.operator import OperatorError
from shared.domain.content import ENGINES, Content
from shared.problems import TemplateFailed
from shared.settings import get_settings
from shared.templates import render
from tests.functions.test_composition import create, refer
from tests.unit.rendering.test_translation import NAMES, PARTS, VALUES

if TYPE_CHECKING:
    from shared.domain.content import Engine
    from tests.client import Registry


def test_a_prompt_moves_on_by_a_draft_and_its_versions_stay(registry: Registry) -> None:
    editor = registry.editor
    prompt = editor.create_prompt()
    path = f"/v1/prompts/{prompt['id']}/versions"
    made = editor.create_version(
        prompt["id"], "Hi {{ name }}{% raw %}{{{% endraw %}", engine="jinja", model="openai/gpt-4o"
    )
    editor.promote(prompt["id"], 1, times=2)
    before = editor("GET", f"{path}/1").json["version"]

    draft = change_engine(get_settings(), prompt["id"], "liquid")

    after = editor("GET", f"{path}/2").json["version"]
    assert (draft.number, after["status"], after["engine"]) == (2, "draft", "liquid")
    assert after["template"] == "Hi {{ name }}{{ '{' }}{"
    assert (after["model"], made["id"]) == ("openai/gpt-4o", before["id"])
    assert editor("GET", f"{path}/1").json["version"] == before
    with pytest.raises(OperatorError, match="version 2 has the engine liquid already"):
        change_engine(get_settings(), prompt["id"], "liquid")


@pytest.mark.parametrize(
    ("engine", "text", "new", "result"),
    [
        ("jinja", "{% if x %}{{ x | upcase }}{% endif %}", "liquid", ...),  # Liquid by mistake
        ("go", "Hi {{.name}}", "tela", "Hi {name}"),
        ("go", "Hi {{.name}}", "simple", "Hi {{name}}"),
        ("simple", "Hi {{ a.b }}", "liquid", None),
        ("simple", "Hi {{ name }}", "text", None),
        ("go", "{{if .vip}}Hello{{end}} {{.name}}", "simple", None),
        ("go", "{{if .vip}}Hello{{end}}", "text", None),
        ("go", "{{if .vip}}Hello{{end}}", "tela", None),
        ("jinja", "{% if x %}y{% endif %}", "simple", None),
        ("liquid", "{% if x %}y{% endif %}", "jinja", None),
        ("liquid", "{{ x }}", "go", None),
    ],
)
def test_a_text_is_translated_or_refused(
    registry: Registry, engine: Engine, text: str, new: Engine, result: Any
) -> None:
    if result is None:
        with pytest.raises(OperatorError, match=f"the template .* {engine} to {new}; write"):
            convert_content(Content(template=text, engine=engine), new, get_settings())
        return
    content = convert_content(Content(template=text, engine=engine), new, get_settings())

    assert (content.template, content.engine) == (text if result is ... else result, new)
    names = [item["name"] for item in content.inputs or ()]
    assert names == (["name"] if new == "tela" else [])


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("new", ENGINES)
def test_a_text_without_markup_is_of_every_language(
    registry: Registry, engine: Engine, new: Engine
) -> None:
    content = Content(messages=[{"role": "user", "content": "Hi }} %} é"}], engine=engine)
    assert convert_content(content, new, get_settings()).texts == content.texts


# What is Liquid by mistake may be rendered otherwise as Jinja.
MOVES = [pair for pair in permutations(ENGINES, 2) if pair != ("jinja", "liquid")]


@pytest.mark.usefixtures("memory")
@settings(max_examples=300)
@given(move=st.sampled_from(MOVES), data=st.data())
def test_a_new_engine_renders_the_same_or_is_refused(
    move: tuple[Engine, Engine], data: st.DataObject
) -> None:
    """No text is taken for one of another language, in which it would mean something else."""
    engine, new = move
    parts = st.lists(st.sampled_from([*PARTS[engine], "a", "{", "}"]), max_size=4).map("".join)
    messages = [
        {"role": "user", "content": text} for text in data.draw(st.lists(parts, max_size=2))
    ]
    inputs = [{"name": name} for name in NAMES] if engine == "tela" else None
    content = Content(messages=messages, engine=engine, inputs=inputs)
    try:
        expected = render(content, VALUES, get_settings()).messages
        result = convert_content(content, new, get_settings())
    except (OperatorError, TemplateFailed):
        return
    assert render(result, VALUES, get_settings()).messages == expected


def test_a_message_that_has_no_translation_is_named(registry: Registry) -> None:
    texts = ["Hi {{.name}}", "x", "{{if .vip}}y{{end}}"]
    messages = [{"role": "user", "content": text} for text in texts]
    content = Content(messages=messages, engine="go")
    with pytest.raises(OperatorError, match=r"messages\[2\] has no translation from go to simple"):
        convert_content(content, "simple", get_settings())


@pytest.mark.parametrize("text", ["{{ x | default('d') }}", "{% include 'a' %}", "{{ x"])
def test_what_is_no_template_of_the_language_is_left_to_people(
    registry: Registry, text: str
) -> None:
    with pytest.raises(OperatorError, match=r"no liquid template|refused"):
        convert_content(Content(template=text, engine="jinja"), "liquid", get_settings())


def test_a_prompt_that_there_is_not_is_told(registry: Registry) -> None:
    with pytest.raises(OperatorError, match="there is no prompt"):
        change_engine(get_settings(), "6f1d0c52-93e4-4b8a-a6c1-2f5e8d90b347", "liquid")
    with pytest.raises(OperatorError, match="has no version"):
        change_engine(get_settings(), registry.editor.create_prompt()["id"], "liquid")


def test_a_version_that_includes_one_of_another_language_is_refused(registry: Registry) -> None:
    editor = registry.editor
    create(editor, "Base", "x {{.name}}")
    parent = create(editor, "Parent", refer("base"))
    with pytest.raises(OperatorError, match="its engine is go"):
        change_engine(get_settings(), parent["id"], "liquid")
