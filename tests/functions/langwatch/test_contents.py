"""The mapping between configurations and content: nothing is lost, nothing is altered unasked."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.dialects.langwatch import contents, liquid
from shared.domain.content import Content
from shared.settings import Settings

SETTINGS = Settings(
    prompts_table="",
    versions_table="",
    payloads_table="",
    lookups_table="",
    access_table="",
    history_table="",
    content_bucket="",
)
TEXT = st.text(max_size=20)
FILLED = st.text(min_size=1, max_size=8)
NUMBER = st.integers() | st.decimals(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBER | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(FILLED, inner, max_size=3),
    max_leaves=6,
)
OBJECT = st.dictionaries(FILLED, JSON, max_size=3)
INPUT_TYPES = ("str", "float", "int", "bool", "image", "list", "list[str]", "dict", "chat_messages")
MESSAGES = st.lists(
    st.fixed_dictionaries(
        {"role": st.sampled_from(("user", "assistant", "system")), "content": TEXT},
    ),
    max_size=4,
)
INPUTS = st.lists(
    st.fixed_dictionaries({"identifier": FILLED, "type": st.sampled_from(INPUT_TYPES)}), max_size=4
)
OUTPUTS = st.lists(
    st.fixed_dictionaries(
        {
            "identifier": FILLED,
            "type": st.sampled_from(("str", "float", "bool", "json_schema")),
        },
        optional={"json_schema": OBJECT.map(lambda schema: schema | {"type": "object"})},
    ),
    min_size=1,
    max_size=3,
)
NUMBERS = dict.fromkeys(contents.NUMBERS, NUMBER)
EXTRAS = {"version": NUMBER, "demonstrations": OBJECT, "prompting_technique": OBJECT}
CONFIGS = st.fixed_dictionaries(
    {"prompt": TEXT, "messages": MESSAGES, "inputs": INPUTS, "outputs": OUTPUTS, "model": FILLED},
    optional={**NUMBERS, "reasoning": TEXT, "verbosity": TEXT, **EXTRAS},
)
# What other dialects leave behind, in shapes that this one cannot say.
FOREIGN = st.builds(
    Content,
    template=st.none(),
    messages=st.lists(
        st.fixed_dictionaries(
            {
                "role": st.sampled_from(("system", "developer", "user", "assistant", "tool")),
                "content": st.none()
                | TEXT
                | st.lists(
                    st.fixed_dictionaries({"type": st.just("text"), "text": TEXT})
                    | st.just({"type": "image_url", "image_url": {"url": "https://x.test/y"}}),
                    max_size=2,
                ),
            },
            optional={"tool_calls": st.just([{"id": "1"}]), "name": TEXT},
        ),
        max_size=4,
    ),
    engine=st.sampled_from(("go", "jinja")),
    provider=st.none() | st.just("openai"),
    model=st.none() | st.just("gpt-4o"),
    parameters=st.none()
    | st.dictionaries(st.sampled_from((*contents.SETTINGS, "other")), JSON, max_size=4),
    inputs=st.none()
    | st.lists(
        st.fixed_dictionaries(
            {"name": FILLED},
            optional={"type": TEXT, "required": st.booleans(), "description": TEXT},
        ),
        max_size=3,
    ),
    outputs=st.none()
    | st.lists(
        st.fixed_dictionaries({"name": FILLED}, optional={"type": TEXT, "schema": OBJECT}),
        max_size=3,
    ),
    tools=st.none() | st.just([{"type": "function"}]),
    extras=st.just({}) | st.just({"maxim": {"x": 1}}),
)


@given(CONFIGS)
def test_a_configuration_is_read_as_it_was_written(config: dict[str, Any]) -> None:
    content = Content.load(contents.load_content(config, SETTINGS).document)

    assert contents.dump_config(content, SETTINGS) == config


@given(FOREIGN)
def test_what_is_read_and_written_back_changes_nothing(content: Content) -> None:
    shown = contents.dump_config(content, SETTINGS)

    assert contents.revise_content(content, shown, SETTINGS) == content


@given(FOREIGN, CONFIGS)
def test_what_replaces_foreign_content_is_read_as_it_was_written(
    content: Content, config: dict[str, Any]
) -> None:
    changes = dict.fromkeys((*contents.SETTINGS, *EXTRAS)) | config

    revised = contents.revise_content(content, changes, SETTINGS)

    assert contents.dump_config(revised, SETTINGS) == config
    assert revised.tools == content.tools
    assert revised.extras.get("maxim") == content.extras.get("maxim")


@given(FOREIGN, st.sampled_from(("prompt", "model", "temperature", "inputs", "outputs")), CONFIGS)
def test_a_change_of_one_field_leaves_the_others_as_they_are(
    content: Content, name: str, config: dict[str, Any]
) -> None:
    value = config.get(name)

    revised = contents.revise_content(content, {name: value}, SETTINGS)

    kept = {
        "prompt": ("provider", "model", "parameters", "inputs", "outputs"),
        "model": ("template", "messages", "engine", "parameters", "inputs", "outputs"),
        "temperature": ("template", "messages", "engine", "provider", "model", "inputs"),
        "inputs": ("template", "messages", "engine", "parameters", "model", "outputs"),
        "outputs": ("template", "messages", "engine", "parameters", "model", "inputs"),
    }[name]
    assert {field: getattr(revised, field) for field in kept} == {
        field: getattr(content, field) for field in kept
    }
    assert revised.tools == content.tools


def test_messages_that_stay_keep_what_is_not_shown() -> None:
    image = {"type": "image_url", "image_url": {"url": "https://x.test/y"}}
    look = {"role": "user", "content": [{"type": "text", "text": "Look"}, image]}
    done = {"role": "assistant", "content": None, "tool_calls": [{"id": "1"}]}
    content = Content(messages=[look, done], engine="jinja")
    shown = contents.dump_config(content, SETTINGS)["messages"]

    revised = contents.revise_content(
        content, {"messages": [*shown, {"role": "user", "content": "more"}]}, SETTINGS
    )

    assert revised.messages == [look, done, {"role": "user", "content": "more"}]


@pytest.mark.parametrize("text", ["Dear {{.name}}", "Dear {{ name }}", "Dear Sir"])
def test_an_edited_text_that_was_shown_as_liquid_is_liquid(text: str) -> None:
    content = Content(template="Hello {{.name}}", engine="go")

    revised = contents.revise_content(content, {"prompt": text}, SETTINGS)

    assert (revised.template, revised.engine) == (text, "liquid")


@pytest.mark.parametrize(
    ("text", "engine"),
    [
        ("{{if .vip}}Dear{{end}} {{.name}}", "go"),
        ("{% if vip %}Dear{% endif %} {{ name }}", "liquid"),
        ("Dear Sir", "go"),
    ],
)
def test_an_edited_text_that_was_shown_as_go_is_go_as_long_as_it_reads_as_such(
    text: str, engine: str
) -> None:
    content = Content(template="{{if .vip}}Hello{{end}} {{.name}}", engine="go")

    revised = contents.revise_content(content, {"prompt": text}, SETTINGS)

    assert (revised.template, revised.engine) == (text, engine)


def test_undeclared_inputs_are_the_variables_of_the_text() -> None:
    def list_names(content: Content) -> list[str]:
        return [item["identifier"] for item in contents.dump_config(content, SETTINGS)["inputs"]]

    go = Content(template="{{.b}} {{.a}}", engine="go")

    assert list_names(go) == ["a", "b"]
    assert list_names(replace(go, engine="jinja", template="{{ x }} {% if y %}{% endif %}")) == [
        "x",
        "y",
    ]
    assert list_names(replace(go, template="{{ broken")) == []
    assert list_names(replace(go, inputs=[])) == []


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("{{ a }} {{b}} {{- c -}}", {"a", "b", "c"}),
        ("{{ user.name }} {{ list[index].first }}", {"user", "list", "index"}),
        ("{{ a | default: b | append: 'c' | truncate: 5, '…' }}", {"a", "b"}),
        ("{% if a == 'x' and b contains c %}{% elsif d %}{% endif %}", {"a", "b", "c", "d"}),
        ("{% for i in items limit: n %}{{ i }} {{ forloop.index }}{% endfor %}", {"items", "n"}),
        ("{% assign x = a | upcase %}{{ x }}", {"a"}),
        ("{% capture x %}{{ a }}{% endcapture %}{{ x }}", {"a"}),
        ("{% unless a %}{% case b %}{% when 'c' %}{% endcase %}{% endunless %}", {"a", "b"}),
        ("{% raw %}{{ a }}{% endraw %}{% comment %}{{ b }}{% endcomment %}", set()),
        ("{{ 'a' }} {{ true }} {{ 5 }} {{ nil }}", set()),
        ("{{ a {% if b %}", {"b"}),
        ("{% raw %}{{ a }}", set()),
        ("{{", set()),
        ("no markup", set()),
    ],
)
def test_liquid_variables(text: str, names: set[str]) -> None:
    assert liquid.list_variables(text) == names


@given(st.text(alphabet="{}%|'\". ab-\n", max_size=60))
def test_any_text_has_liquid_variables_or_none(text: str) -> None:
    assert liquid.list_variables(text) <= {"".join(c) for c in _split_words(text)}


def _split_words(text: str) -> set[str]:
    return {text[i:j] for i in range(len(text)) for j in range(i + 1, len(text) + 1)}


def test_differences_are_told_in_order() -> None:
    local = {"model": "a", "prompt": "x", "temperature": Decimal("0.1"), "seed": 1}
    remote = {"model": "b", "prompt": "y", "temperature": Decimal("0.2")}

    assert contents.describe_differences(local, remote) == [
        "model: a → b",
        "prompt content differs",
        "temperature: 0.1 → 0.2",
        "seed: 1 → undefined",
    ]
