"""What is suggested to who has written one engine's language for the other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.rendering.engines import compile_template
from shared.rendering.errors import TemplateSyntaxError
from shared.rendering.limits import Limits
from shared.rendering.suggestions import suggest_other_engine

LIMITS = Limits(template_bytes=1_000_000, output_bytes=1_000_000, steps=200_000)


@pytest.mark.parametrize(
    ("source", "suggestion"),
    [
        ("Hi {{ name }}!", "did you mean {{.name}}, or engine: jinja"),
        ("{{.a}} {{print 1}} {{- user.city -}}", "did you mean {{.user.city}}, or engine: jinja"),
        ("{{name|upper}}", "did you mean {{.name}}, or engine: jinja"),
        ("{{ items[0] }}", "did you mean {{.items}}, or engine: jinja"),
        ("{{ größe }}", "did you mean {{.größe}}, or engine: jinja"),
        (f"{{{{ {'n' * 500} }}}}", f"did you mean {{{{.{'n' * 100}...}}}}, or engine: jinja"),
        ("{{.name}} {{", None),
        ("{{print}} {{nil}} {{true}} {{and}} {{else}}", None),
    ],
)
def test_jinja_for_go(source: str, suggestion: str | None) -> None:
    assert suggest_other_engine(source, engine="go") == suggestion


@pytest.mark.parametrize(
    ("source", "suggestion"),
    [
        ("Hi {{.name}}!", "did you mean {{ name }}, or engine: go"),
        ("{{ a }} {{- .user.city -}}", "did you mean {{ user.city }}, or engine: go"),
        ("{{if .vip}}{{.name}}{{end}}", "did you mean {% if vip %}, or engine: go"),
        ("{{range .xs}}{{.}}{{end}}", "did you mean {% for item in xs %}, or engine: go"),
        (f"{{{{.{'n' * 500}}}}}", f"did you mean {{{{ {'n' * 100}... }}}}, or engine: go"),
        ("{{ name }} {% if %}", None),
    ],
)
def test_go_for_jinja(source: str, suggestion: str | None) -> None:
    assert suggest_other_engine(source, engine="jinja") == suggestion


@given(name=st.from_regex(r"v_[a-z0-9_]{0,90}", fullmatch=True), spaces=st.sampled_from(["", " "]))
def test_what_is_suggested_is_a_template(name: str, spaces: str) -> None:
    for dot, engine in (("", "go"), (".", "jinja")):
        source = f"{{{{{spaces}{dot}{name}{spaces}}}}}"
        with pytest.raises(TemplateSyntaxError):
            compile_template(source, engine=engine, limits=LIMITS)

        suggestion = suggest_other_engine(source, engine=engine)

        action, _, other = str(suggestion).partition(", or engine: ")
        template = compile_template(
            action.removeprefix("did you mean "), engine=engine, limits=LIMITS
        )
        assert template.list_variables() == [name]
        assert compile_template(source, engine=other, limits=LIMITS).list_variables() == [name]
