"""Content: its stored form is exact, and leaves out nothing that it says."""

from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import exact_json
from shared.domain.content import Content

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2)
    ),
    max_leaves=5,
)
OBJECTS = st.dictionaries(st.text(max_size=3), JSON, max_size=3)
CONTENTS = st.builds(
    Content,
    template=st.text(max_size=10),
    engine=st.sampled_from(["go", "jinja"]),
    provider=st.none() | st.text(min_size=1, max_size=5),
    model=st.none() | st.text(min_size=1, max_size=5),
    parameters=st.none() | OBJECTS,
)


@given(CONTENTS)
def test_content_is_read_back_from_its_document(content: Content) -> None:
    read = Content.load(content.document)

    assert read == content
    assert read.document == content.document


@pytest.mark.parametrize(
    "change",
    [
        {"template": "b"},
        {"engine": "jinja"},
        {"model": "m"},
        {"provider": "p"},
        {"parameters": {}},
        {"parameters": {"a": 1}},
    ],
)
def test_every_field_counts_in_the_document(change: dict[str, Any]) -> None:
    content = Content(template="a")

    assert replace(content, **change).document != content.document
    assert change.keys() <= {field.name for field in fields(Content)}


def test_the_order_of_keys_is_kept_at_every_depth() -> None:
    parameters = {"b": 1, "a": {"z": [{"y": 1, "x": 2}], "c": 3}}

    read = Content.load(Content(template="a", parameters=parameters).document)

    assert exact_json.encode(read.parameters) == exact_json.encode(parameters)


def test_the_hash_stays_what_it_is() -> None:
    # Objects in the bucket are found by it: a new spelling would lose them all.
    assert Content(template="Hello {{.name}}").document == (
        '{"template":"Hello {{.name}}","engine":"go"}'
    )
