"""The variables of Liquid templates: how many parts of a text are looked at."""

from __future__ import annotations

import pytest

from shared.dialects.langwatch.liquid import MAX_MARKUP, list_variables
from shared.rendering.suggestions import suggest_other_engine


def test_parts_that_no_engine_renders_are_not_looked_at() -> None:
    assert list_variables("{{a}}" * (MAX_MARKUP - 1) + "{{b}}") == {"a", "b"}
    assert list_variables("{{a}}" * MAX_MARKUP + "{{b}}") == {"a"}


def test_a_suggestion_is_about_the_first_actions() -> None:
    assert suggest_other_engine("{{.a}}" * 900 + "{{b}}", engine="go")
    assert suggest_other_engine("{{.a}}" * 9_000 + "{{b}}", engine="go") is None


@pytest.mark.parametrize(
    "name", ["имя", "名前", "नाम", "שם", "نام", "é", "e\u0301", "ñandú-2", "_x1"]
)
def test_names_are_of_any_script(name: str) -> None:
    output = f"{{{{ {name} }}}} {{{{ {name}.{name} | default: '{name}x' }}}}"
    assert list_variables(output) == {name}
    assert list_variables(f"{{% for {name} in list limit: 5 %}}{{{{ {name} }}}}{{% endfor %}}") == {
        "list"
    }


@pytest.mark.parametrize("space", ["\u00a0", "\u2009", "\u3000", "\u2028"])
def test_spaces_of_any_script_are_not_in_names(space: str) -> None:
    assert list_variables(f"{{{{{space}a{space}}}}}") == {"a"}
