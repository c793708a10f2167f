"""Python values to DynamoDB attributes and back."""

from typing import Any

import pytest
from boto3.dynamodb.types import TypeDeserializer
from hypothesis import given
from hypothesis import strategies as st

from shared.store import attributes

SCALARS = st.booleans() | st.text() | st.integers(-(10**37), 10**37)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
ITEMS = st.dictionaries(st.text(min_size=1), VALUES, max_size=4)


@given(ITEMS)
def test_what_is_stored_is_read_back(values: dict[str, Any]) -> None:
    read = attributes.load_item(attributes.dump_item(values))

    assert repr(read) == repr(values)


@given(ITEMS)
def test_boto3_reads_our_attributes_in_the_same_way(values: dict[str, Any]) -> None:
    deserialize = TypeDeserializer().deserialize

    read = {name: deserialize(stored) for name, stored in attributes.dump_item(values).items()}

    assert read == values


def test_an_absent_attribute_stands_for_none() -> None:
    assert attributes.dump_item({"a": None, "b": "", "c": 0, "d": False, "e": {}, "f": []}) == {
        "b": {"S": ""},
        "c": {"N": "0"},
        "d": {"BOOL": False},
        "e": {"M": {}},
        "f": {"L": []},
    }


def test_a_tuple_is_stored_as_a_list() -> None:
    assert attributes.dump_value(("a", 1)) == {"L": [{"S": "a"}, {"N": "1"}]}


@pytest.mark.parametrize("value", [1.5, None, object(), {"a": None}, [1.5], b"x"])
def test_what_our_items_never_hold_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        attributes.dump_value(value)
