"""Whatever Tela's clients write they read back, and giving it back as it is changes nothing."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from infra.local.aws import build_environment
from shared import exact_json
from shared.dialects.formats import to_camel_case, to_snake_case
from shared.dialects.tela.contents import dump_content, load_content, revise_content
from shared.domain.content import Content
from shared.settings import Settings

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

    Document = dict[str, Any]

SETTINGS = Settings.load(build_environment())


def build_objects(required: Document | None = None, **optional: SearchStrategy[Any]) -> Any:
    return st.fixed_dictionaries(required or {}, optional=optional)


def extend_objects(documents: SearchStrategy[Any], *taken: str) -> Any:
    """With more keys than are known."""
    more = st.dictionaries(names.filter(lambda name: name not in taken), values, max_size=2)
    return st.builds(lambda document, more: more | document, documents, more)


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
texts = texts | st.sampled_from(["Hi {{ name }}", "{{.name}}", "{% if", "{{ a }} {{ b.c }}"])
names = st.sampled_from(["name", "topP", "top_p", "top_P", "maxTokens", "a_b_c", "_x", "X"]) | texts
decimals = st.decimals(allow_nan=False, allow_infinity=False, min_value=-9, max_value=9, places=2)
numbers = st.integers(-(10**20), 10**20) | decimals
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(names, inner, max_size=2),
    max_leaves=4,
)
messages = extend_objects(
    build_objects(
        {"role": st.sampled_from(["user", "assistant", "system", "function"])},
        content=st.none() | texts,
        index=st.integers(0, 9),
    ),
    *("role", "content", "index"),
)
outputs = extend_objects(
    build_objects(enabled=st.booleans(), schema=st.dictionaries(names, values, max_size=3)),
    *("enabled", "schema"),
)
configurations = extend_objects(
    build_objects(
        {
            "model": texts | st.just("openai/gpt-4o"),
            "type": st.sampled_from(["chat", "completion"]),
        },
        temperature=numbers,
        structuredOutput=outputs,
    ),
    *("model", "type", "temperature", "structuredOutput", "structured_output"),
)
variables = extend_objects(
    build_objects(
        {"name": names, "type": st.sampled_from(["file", "text"]), "required": st.booleans()},
        description=texts,
        processingOptions=build_objects(allowMultimodal=st.booleans()),
    ),
    *("name", "type", "required", "description", "processingOptions", "processing_options"),
)
documents = build_objects(
    {"configuration": configurations, "variables": st.lists(variables, max_size=3)},
    content=st.none() | texts,
    markdownContent=st.none() | texts,
    messages=messages | st.lists(messages, max_size=3),
)
CONFIGURATION: Document = {"model": "m", "type": "chat"}


def store_and_load(content: Content) -> Content:
    return Content.load(content.document)


@given(documents)
@example({"configuration": CONFIGURATION, "variables": [], "content": "Hi {{ name }}"})
@example({"configuration": {**CONFIGURATION, "top_p": 1, "topP": 2}, "variables": []})
def test_what_was_written_is_read_back(document: Document) -> None:
    content = store_and_load(load_content(document, SETTINGS))

    assert exact_json.encode_sorted(dump_content(content, SETTINGS)) == exact_json.encode_sorted(
        document
    )
    assert revise_content(content, document, SETTINGS) is content


@given(documents, documents, st.sets(st.sampled_from(["content", "messages", "variables"])))
@example(
    {"configuration": CONFIGURATION, "variables": [], "content": "Hi"},
    {"configuration": CONFIGURATION, "messages": {"role": "user"}},
    {"messages"},
)
def test_what_is_changed_is_read_back_and_the_rest_stays(
    before: Document, after: Document, names: set[str]
) -> None:
    changes = {name: after[name] for name in (*names, "configuration") if name in after}

    content = store_and_load(revise_content(load_content(before, SETTINGS), changes, SETTINGS))

    read = dump_content(content, SETTINGS)
    expected = before | changes
    assert {name: read.get(name) for name in expected} == expected


@given(documents, texts)
def test_texts_that_another_dialect_has_changed_since_are_shown_as_they_are_now(
    document: Document, text: str
) -> None:
    content = load_content(document, SETTINGS)

    changed = store_and_load(replace(content, template=text, messages=None))

    read = dump_content(changed, SETTINGS)
    if (content.template, content.messages) != (text, None):
        assert read.get("content") == text
        assert not read.keys() & {"markdownContent", "messages"}
    assert (read["configuration"], read["variables"]) == (
        document["configuration"],
        document["variables"],
    )


@given(documents)
def test_no_text_is_lost_to_those_who_read_the_canonical_content(document: Document) -> None:
    content = load_content(document, SETTINGS)

    said = content.text
    several = document.get("messages", [])
    for message in several if isinstance(several, list) else [several]:
        assert (message.get("content") or "") in said
    assert (document.get("content") or "") in said


@pytest.mark.parametrize(
    ("one", "other"), [("top_p", "topP"), ("a_b_c", "aBC"), ("x", "x"), ("max_tokens", "maxTokens")]
)
def test_names_of_parameters_are_spelt_in_two_ways(one: str, other: str) -> None:
    assert (to_camel_case(one), to_snake_case(other)) == (other, one)


def test_parameters_are_known_to_others_by_their_common_names() -> None:
    configuration = {
        **CONFIGURATION,
        "temperature": Decimal("0.7"),
        "topP": 1,
        "maxTokens": 5,
        "x_y": 1,
    }

    content = load_content({"configuration": configuration, "variables": []}, SETTINGS)

    assert content.parameters == {
        "temperature": Decimal("0.7"),
        "top_p": 1,
        "max_tokens": 5,
        "x_y": 1,
    }


def test_a_common_version_is_stored_without_a_copy() -> None:
    variable = {"name": "q", "type": "text", "required": True}
    output = {"enabled": True, "schema": {"type": "object"}}
    configuration = {**CONFIGURATION, "model": "openai/gpt-4o", "structuredOutput": output}
    document = {"content": "Hi {{q}}", "configuration": configuration, "variables": [variable]}

    assert load_content(document, SETTINGS).extras == {}


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (1, Decimal("1.0"), True),
        (1, True, False),
        (0, False, False),
        ([1], [True], False),
        ({"a": [Decimal("0.70")]}, {"a": [Decimal("0.7")]}, True),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, True),
        ({"a": 1}, {"a": 1, "b": None}, False),
        ([1, 2], [2, 1], False),
        ("1", 1, False),
        (None, None, True),
        (None, [], False),
    ],
)
def test_values_are_the_same_as_json_has_it(one: object, other: object, expected: bool) -> None:
    assert exact_json.is_equal(one, other) is expected
    assert exact_json.is_equal(other, one) is expected
