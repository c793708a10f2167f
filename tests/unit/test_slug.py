"""Slugs, compared with a rule written another way."""

import re
from unicodedata import category, normalize

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
        ("a\u0301", "á"),
        ("q\u0301 a", "q\u0301_a"),
        ("J\u030c", "ǰ"),
        ("हिन्दी में", "हिन्दी_में"),
        ("สวัสดี", "สวัสดี"),
        ("עִבְרִית", "עִבְרִית"),
        ("\u0301a", "a"),
        ("a_\u0301b", "a_b"),
        ("❤\ufe0f", ""),
        ("\u0301", ""),
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
    assert once == normalize("NFC", once)
    assert make_slug(normalize("NFD", name)) == once
    assert "__" not in once
    assert once.strip("_") == once


@given(st.text())
def test_it_is_empty_only_without_a_letter_or_a_digit(name: str) -> None:
    has_content = any(category(letter) == "Nd" or category(letter)[0] == "L" for letter in name)

    assert bool(make_slug(name)) is has_content


@given(st.text(st.characters(categories=["L", "M", "Nd"]), min_size=1))
def test_letters_marks_and_digits_are_never_taken_apart(word: str) -> None:
    assert "_" not in make_slug(f"a{word}")
