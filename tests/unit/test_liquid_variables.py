"""The variables of Liquid templates: how many parts of a text are looked at."""

from __future__ import annotations

from shared.dialects.langwatch.liquid import MAX_MARKUP, list_variables
from shared.rendering.suggestions import suggest_other_engine


def test_parts_that_no_engine_renders_are_not_looked_at() -> None:
    assert list_variables("{{a}}" * (MAX_MARKUP - 1) + "{{b}}") == {"a", "b"}
    assert list_variables("{{a}}" * MAX_MARKUP + "{{b}}") == {"a"}


def test_a_suggestion_is_about_the_first_actions() -> None:
    assert suggest_other_engine("{{.a}}" * 900 + "{{b}}", engine="go")
    assert suggest_other_engine("{{.a}}" * 9_000 + "{{b}}", engine="go") is None
