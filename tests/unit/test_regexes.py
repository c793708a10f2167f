"""Regular expressions that read whole texts read each part of them a bounded number of times."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.dialects import differences, languages
from shared.domain import references
from shared.rendering import suggestions, translation
from shared.rendering.liquid import scanner
from shared.rendering.simple import template as simple
from shared.rendering.tela import template as tela
from tests.regexes import count_steps, find_spans

if TYPE_CHECKING:
    from collections.abc import Iterator

MODULES = (differences, languages, references, scanner, simple, suggestions, tela, translation)
# Those that are tried at one place, where reading goes on behind what they find, or ends.
AT_ONE_PLACE = ("translation._MARKUP", "scanner._COMMENT", "scanner._VERBATIM")
FRAGMENTS = (
    *("", " ", "\n", "a", "-", ".a", "'", '"', "`", "\\\\", "{", "}", "{{", "{%", "[", "{{ a"),
    *("{{['", "{% raw %}", "{% endraw", "{% liquid", "liquid", "@@@langfusePrompt:"),
)
SHORT, LONG = 12, 24


def list_patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    for module in MODULES:
        for name, value in vars(module).items():
            where = f"{module.__name__.removesuffix('.template').rpartition('.')[2]}.{name}"
            items: dict[Any, Any] = value if isinstance(value, dict) else {"": value}
            for key, item in items.items():
                if isinstance(item, re.Pattern):
                    yield f"{where} {key}".rstrip(), item


PATTERNS = dict(list_patterns())


@pytest.mark.parametrize("name", PATTERNS)
def test_a_text_twice_as_long_takes_about_twice_the_steps(name: str) -> None:
    pattern, is_at_one_place = PATTERNS[name], name.startswith(AT_ONE_PLACE)

    def count(text: str) -> int:
        return count_steps(pattern, text) if is_at_one_place else find_spans(pattern, text)[1]

    for prefix in FRAGMENTS:
        for unit in FRAGMENTS[1:]:
            short, long = count(prefix + unit * SHORT), count(prefix + unit * LONG)
            assert long < 2.6 * short + 50, (prefix, unit)


def test_the_counter_finds_what_grows_faster() -> None:
    pattern = re.compile(r"(?:\n|\bliquid\b)\s*+include")
    assert find_spans(pattern, "\n" * LONG)[1] >= 3 * find_spans(pattern, "\n" * SHORT)[1]


@pytest.mark.parametrize("name", PATTERNS)
@given(text=st.lists(st.sampled_from(FRAGMENTS), max_size=8).map("".join))
def test_the_counter_finds_what_python_finds(name: str, text: str) -> None:
    spans, _ = find_spans(PATTERNS[name], text)
    assert spans == [match.span() for match in PATTERNS[name].finditer(text)]
