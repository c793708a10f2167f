"""What goes back: encoding, entity tags, and what is too large to go."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.problems import ResponseTooLarge
from shared.responses import (
    Response,
    encode_response,
    lists_etag,
    matches_current,
    require_size,
)


@given(st.dictionaries(st.text(max_size=3), st.integers(), max_size=3))
def test_the_same_body_has_the_same_tag_and_another_body_another(body: dict[str, int]) -> None:
    first, again = encode_response(Response(body=body)), encode_response(Response(body=dict(body)))
    other = encode_response(Response(body=body | {"more": 1 + body.get("more", 0)}))

    assert first == again
    assert re.fullmatch(r'"[0-9a-f]{32}"', first.headers["ETag"])
    assert first.headers["ETag"] != other.headers["ETag"]


@pytest.mark.parametrize(
    ("status", "tagged"), [(200, True), (201, True), (404, False), (500, False)]
)
def test_only_success_is_tagged(status: int, tagged: bool) -> None:
    answer = encode_response(Response(status=status, body={"a": 1}))

    assert ("ETag" in answer.headers) == tagged
    assert answer.headers["Content-Type"] == "application/json"


def test_an_answer_without_a_body_has_neither_type_nor_tag() -> None:
    answer = encode_response(Response(status=204, body=None))

    assert (answer.body, dict(answer.headers)) == (None, {})


def test_a_text_goes_out_as_it_is() -> None:
    answer = encode_response(
        Response(body=None, text="<html>", headers={"Content-Type": "text/html"})
    )

    assert answer.body == "<html>"
    assert answer.headers["Content-Type"] == "text/html"


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ('"a"', True),
        ('W/"a"', True),
        ("*", True),
        ('"b", "a"', True),
        ('"b" ,W/"a"', True),
        ("", False),
        ('"b"', False),
        ('"A"', False),
        ("a", False),
        ('"a', False),
        ('w/"a"', False),
        ('"b","c"', False),
    ],
)
def test_a_list_of_tags_is_read(header: str, found: bool) -> None:
    assert lists_etag(header, '"a"') == found


def test_a_precondition_is_about_what_a_read_would_answer() -> None:
    current = {"version": {"version": 1, "template": "x"}}
    etag = encode_response(Response(body=current)).headers["ETag"]

    assert matches_current(etag, current)
    assert not matches_current(etag, {"version": {"version": 1, "template": "y"}})


@pytest.mark.parametrize(
    ("text", "fits"),
    [("x" * 90, True), ("x" * 100, False), ('"' * 22, True), ('"' * 30, False), ("\\" * 30, False)],
)
def test_quotes_and_backslashes_count_twice_more(text: str, fits: bool) -> None:
    answer = encode_response(Response(body={"a": text}))

    if fits:
        require_size(answer, 110)
    else:
        with pytest.raises(ResponseTooLarge):
            require_size(answer, 105)


def test_no_body_is_never_too_large() -> None:
    require_size(encode_response(Response(status=204, body=None)), 0)
