"""A translated text gives what the engine of the text as it is stored gives."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from liquid import Environment

from shared.rendering.engines import compile_template
from shared.rendering.errors import LimitExceededError, TemplateExecutionError, TemplateSyntaxError
from shared.rendering.limits import Limits
from shared.rendering.translation import MAX_PARTS, Reference, parse_pieces, translate

NAMES = frozenset({"name", "x", "user", "first name", "a.b", "größe", "2nd"})
LIBRARY = Environment()
LANGUAGES = ("liquid", "simple", "tela")
VERBATIM = None
# Source, in Liquid, in Maxim's language. Source: the contract that the translation was tried by.
EXAMPLES = [
    ("go", "Hello {{.name}}, {{ .user.city }}!", "Hello {{name}}, {{ user.city }}!", ...),
    ("go", '{"a":{"b":{{.x}}}}', '{"a":{"b":{{x}}}}', ...),
    ("go", '{{"{{"}}name}} {{.x}}', "{{ '{' }}{name}} {{x}}", VERBATIM),
    ("go", '{{"{"}}{{.x}}}', "{{ '{' }}{{x}}}", VERBATIM),
    (
        "go",
        "Write {% if %} and {{.x}}",
        "Write {{ '{' }}% if %} and {{x}}",
        "Write {% if %} and {{x}}",
    ),
    ("go", "{{`{%`}} {{.x}}", "{{ '{' }}% {{x}}", "{% {{x}}"),
    ("go", "{# {{.x}} #}", "{# {{x}} #}", ...),
    (
        "go",
        "{{.größe}} {{.nil}} {{.order.size}}",
        "{{größe}} {{['nil']}} {{order['size']}}",
        "{{größe}} {{nil}} {{order.size}}",
    ),
    *(
        ("go", text, VERBATIM, VERBATIM)
        for text in ("Hi {{- .name -}} !", "{{/* c */}}Hi", "{{.}}", '{{printf "%d" .n}}', "{{$x}}")
    ),
    ("jinja", "Hello {{  name }}", "Hello {{  name }}", ...),
    ("jinja", "{% raw %}{{ x }}{% endraw %} {{ y }}", "{{ '{' }}{ x }} {{ y }}", VERBATIM),
    ("jinja", r"{{ 'a\n' }}", VERBATIM, VERBATIM),
    *(
        ("jinja", text, VERBATIM, VERBATIM)
        for text in ("a{# note #}b {{ x }}", "{{ x | upper }}", "{{ x[0] }}", "{{ true }}")
    ),
    (
        "simple",
        "{{name}} {{ first name }} {{ 2nd }} {% x",
        "{{name}} {{ ['first name'] }} {{ ['2nd'] }} {{ '{' }}% x",
        "{{name}} {{ first name }} {{ 2nd }} {% x",
    ),
    ("simple", "{{a.b}}", "{{['a.b']}}", "{{a.b}}"),
    ("simple", "{{{x}}}", "{{ '{' }}{{x}}}", "{{{x}}}"),
    ("liquid", "Hi {{ user-name }}", "Hi {{ user-name }}", ...),
    ("liquid", "{{ x-}} y", "{{ x-}} y", VERBATIM),
    *(
        ("liquid", text, text, VERBATIM)
        for text in (
            "{{ x | upcase }}",
            "{{ a.size }}",
            "{%- if x %}",
            "{{ now }}",
            "{{ x['a.b'] }}",
        )
    ),
    ("text", "{ {{ name }} {%", "{ {{ '{' }}{ name }} {{ '{' }}%", VERBATIM),
    ("tela", "Hi {name} {y} {{", "Hi {{name}} {y} {{ '{' }}{", VERBATIM),
]


@pytest.mark.parametrize(("engine", "text", "liquid", "simple"), EXAMPLES)
def test_a_text_is_shown_in_the_readers_language(
    engine: str, text: str, liquid: str | None, simple: Any
) -> None:
    assert translate(text, engine, "liquid", names=NAMES) == liquid
    assert translate(text, engine, "simple", names=NAMES) == (liquid if simple is ... else simple)


def test_tela_is_shown_what_it_declares_and_nothing_else_as_a_variable() -> None:
    def show(text: str) -> str | None:
        return translate(text, "go", "tela", new_names={"name"})

    assert show("Hi {{ .name }} {x}") == "Hi {name} {x}"
    assert show("Hi {{.city}}") is None  # not declared
    assert show("Hi {name}") is None  # a literal would become a variable


def test_a_text_of_very_many_pieces_is_left_alone() -> None:
    assert translate("{{.a}} " * (MAX_PARTS // 2 - 1), "go", "liquid") is not None
    assert translate("{{.a}} " * MAX_PARTS, "go", "liquid") is None


# -- what readers' own engines make of what they are shown


def fill_simply(text: str, values: dict[str, str]) -> str:
    """Fill in `{{name}}` as Langfuse's client for Python does, from the first braces on."""
    return re.sub(r"\{\{([^{}]*)\}\}", lambda match: values.get(match[1].strip(), match[0]), text)


def render(text: str, engine: str, values: dict[str, Any]) -> str:
    template = compile_template(text, engine=engine, limits=Limits(), names=NAMES)
    return template.render(values, limits=Limits())


WORDS = st.text("ab {}%#\n'\"`\\.-é\r", max_size=6)
PARTS = {
    "go": ("{{.x}}", "{{ .name }}", "{{.größe}}", '{{"{{"}}', "{{`{`}}", "{{.nil}}", "{{- .x }}"),
    "jinja": (
        "{{x}}",
        "{{ name }}",
        "{% raw %}{{ x }}{% endraw %}",
        "{{ '{' }}",
        "{#",
        "{{größe}}",
    ),
    "liquid": ("{{x}}", "{{ name }}", "{{ ['first name'] }}", "{{ '{%' }}", "{{ x | upcase }}"),
    "simple": ("{{x}}", "{{ name }}", "{{ first name }}", "{{a.b}}", "{{2nd}}", "{{ x | y }}"),
    "text": ("{{x}}", "{name}", "{%"),
    "tela": ("{x}", "{name}", "{first name}", "{{x}}", "{y}"),
}
VALUES = {name: f"<{name} {{{{x}}}}>" for name in [*NAMES, "nil", "x | y"]}


@pytest.mark.parametrize("engine", PARTS)
@given(data=st.data())
def test_what_a_reader_makes_of_a_translation_is_what_is_rendered_here(
    engine: str, data: st.DataObject
) -> None:
    parts = WORDS | st.sampled_from(PARTS[engine])
    text = data.draw(st.lists(parts, max_size=6).map("".join))
    pieces = parse_pieces(text, engine, NAMES)
    if pieces is None:
        return
    try:
        expected = render(text, engine, VALUES)
    except (TemplateSyntaxError, TemplateExecutionError, LimitExceededError):
        assert engine in ("go", "jinja")  # such as an undefined name
        return

    liquid = translate(text, engine, "liquid", names=NAMES)
    simple = translate(text, engine, "simple", names=NAMES)
    tela = translate(text, engine, "tela", names=NAMES, new_names=NAMES)

    if liquid is not None:
        assert LIBRARY.from_string(liquid).render(VALUES) == expected
        assert render(liquid, "liquid", VALUES) == expected
    if simple is not None:
        assert fill_simply(simple, VALUES) == expected
        assert render(simple, "simple", VALUES) == expected
    if tela is not None:
        assert render(tela, "tela", VALUES) == expected


@pytest.mark.parametrize("engine", PARTS)
@given(text=st.text("{}%x.a '\"[]-\n`", max_size=14))
@example(text="{{ x}}")
def test_a_translation_is_read_as_the_same_pieces(engine: str, text: str) -> None:
    for language in LANGUAGES:
        shown = translate(text, engine, language, names=NAMES, new_names=NAMES)
        if shown is None or engine == language:
            continue
        before = parse_pieces(text, engine, NAMES)
        after = parse_pieces(shown, language, NAMES)
        assert before is not None
        assert after is not None
        assert [(".".join(p.path) if isinstance(p, Reference) else p) for p in after] == [
            (".".join(p.path) if isinstance(p, Reference) else p) for p in before
        ]
