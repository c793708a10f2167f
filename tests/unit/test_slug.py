"""Slugs, compared with a rule written another way."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.prompts import make_slug


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("", ""),
        ("Hello World", "hello_world"),
        ("  Hello -- World!! ", "hello_world"),
        ("__a__B__", "a_b"),
        ("v2.0 (final)", "v2_0_final"),
        ("ÄÖÜ ß Ñ", "äöü_ß_ñ"),
        ("Ελλάδα", "ελλάδα"),
        ("日本語 プロンプト", "日本語_プロンプト"),
        ("٣ apples", "٣_apples"),
        ("x² ½ ①", "x"),
        ("a\u0301", "a"),
        ("😀", ""),
        ("!!!", ""),
        ("a\0b\nc", "a_b_c"),
        ("ǅ", "ǆ"),
        ("İ", "i"),
    ],
)
def test_letters_and_digits_of_any_script_stay(name: str, slug: str) -> None:
    assert make_slug(name) == slug


@given(st.text(st.characters(max_codepoint=127)))
def test_in_ascii_it_is_what_a_regular_expression_makes(name: str) -> None:
    assert make_slug(name) == re.sub("[^a-z0-9]+", "_", name.lower()).strip("_")


@given(st.text())
def test_a_slug_of_a_slug_is_itself(name: str) -> None:
    once = make_slug(name)

    assert make_slug(once) == once
    assert len(once) <= len(name)
    assert "__" not in once
    assert once.strip("_") == once
