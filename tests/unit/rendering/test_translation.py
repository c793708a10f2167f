"""A translated text gives what the engine of the text as it is stored gives."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from liquid import Environment

from shared.dialects.languages import adopt, list_warnings, show
from shared.domain.content import Content
from shared.rendering.engines import compile_template
from shared.rendering.errors import LimitExceededError, TemplateExecutionError, TemplateSyntaxError
from shared.rendering.limits import Limits
from shared.rendering.translation import MAX_PARTS, Reference, parse_pieces, translate

if TYPE_CHECKING:
    from shared.dialects.languages import Language

NAMES = frozenset({"name", "x", "user", "user.city", "first name", "a.b", "größe", "2nd"})
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
    ("simple", "{{a.b}}", VERBATIM, "{{a.b}}"),  # one name, or else a path
    ("simple", "{{user.city}} {{x}}", VERBATIM, "{{user.city}} {{x}}"),
    ("tela", "{a.b}", VERBATIM, "{{a.b}}"),
    ("liquid", "{{ ['a.b'] }}", "{{ ['a.b'] }}", VERBATIM),
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
    *(
        (engine, text, text if engine == "liquid" else VERBATIM, VERBATIM)
        for engine in ("jinja", "liquid")
        for text in (
            "{% raw %}a{%- endraw %}b{% raw %}c{% endraw %} {{x}}",
            "{% raw %}a{%\tendraw %}b{% raw %}c{% endraw %} {{x}}",
            "{% raw %}a{% endraw -%} {{x}}",
            "{%- raw %}a{% endraw %} {{x}}",
        )
    ),
    ("go", "a{{`1\r\n2`}}{{.x}}", "a1\n2{{x}}", ...),
    ("go", r'{{"\\\"\\"}}{{.x}}', r"\"\{{x}}", ...),
    *((engine, "{{ partial }}", VERBATIM, "{{ partial }}") for engine in ("jinja", "simple")),
    ("go", "{{.partial.x}} {{.x.partial}}", VERBATIM, "{{partial.x}} {{x.partial}}"),
    ("go", "{{.x.partial}}", "{{x.partial}}", ...),
    ("liquid", "{{ '}}' }}", "{{ '}}' }}", VERBATIM),  # ends at the first braces
    ("go", "\ud800 {{.x}}", "\ufffd {{x}}", ...),  # as it is rendered
    ("go", "\ud800", "\ufffd", ...),
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


@pytest.mark.parametrize(
    "text", ["{{a" + ".a" * MAX_PARTS + "}}", ("{{a" + ".a" * 199 + "}}") * (MAX_PARTS // 199)]
)
@pytest.mark.parametrize("engine", ["go", "jinja", "liquid"])
def test_each_name_of_a_path_counts(text: str, engine: str) -> None:
    text = text.replace("{{", "{{.") if engine == "go" else text
    assert parse_pieces(text, engine) is None


@pytest.mark.parametrize("text", ["{{.a}}", "{%"])
def test_the_texts_of_a_content_count_together(text: str) -> None:
    """A conversation of many texts would take as many times as long."""

    def is_shown(count: int) -> bool:
        messages = [{"role": "user", "content": text * 100}] * (count // 100)
        return show(Content(engine="go", messages=messages), "liquid").engine == "liquid"

    assert is_shown(MAX_PARTS // 4)
    assert not is_shown(2 * MAX_PARTS)


class ListedNames(list[str]):
    """Names of a list, in which looking for one takes time like their number."""

    def __contains__(self, name: object) -> bool:
        raise AssertionError("the names are gone through")


@pytest.mark.parametrize("language", LANGUAGES)
def test_names_are_looked_up_and_not_gone_through(language: Language) -> None:
    names = ListedNames(["x", "y"])
    content = Content(engine="go", template="{{.x}} {{.y}}")
    view = show(content, language, names)
    assert view.engine == language
    settings: Any = None  # only templates need them, and nothing has changed
    assert adopt(view, content, language, settings, names) == content
    assert list_warnings(content, names) == []


# -- what readers' own engines make of what they are shown


def fill_simply(text: str, values: dict[str, Any]) -> str:
    """Fill in `{{name}}` as Langfuse's client for Python does, from the first braces on.

    The values in objects are beside the others, for the client finds none of a path.
    """
    values = {**values, **{f"user.{name}": value for name, value in values["user"].items()}}
    return re.sub(r"\{\{([^{}]*)\}\}", lambda match: values.get(match[1].strip(), match[0]), text)


def render(text: str, engine: str, values: dict[str, Any]) -> str:
    template = compile_template(text, engine=engine, limits=Limits(), names=NAMES)
    return template.render(values, limits=Limits())


WORDS = st.text("ab {}%#\n'\"`\\.-é\r", max_size=6)
PARTS = {
    "go": (
        "{{.x}}",
        "{{ .name }}",
        "{{.user.city}}",
        "{{.größe}}",
        "{{.partial}}",
        "{{`a\r\nb`}}",
        r'{{"\\\\\""}}',
        '{{"{{"}}',
        "{{`{`}}",
        "{{.nil}}",
        "{{- .x }}",
    ),
    "jinja": (
        "{{ user.city }}",
        "{{x}}",
        "{{ name }}",
        "{% raw %}{{ x }}{% endraw %}",
        "{{ '{' }}",
        "{#",
        "{{größe}}",
        "{{ partial }}",
        "{{ '}}' }}",
    ),
    "liquid": (
        "{{x}}",
        "{{ name }}",
        "{{user.city}}",
        "{{ ['user.city'] }}",
        "{{ ['first name'] }}",
        "{{ '{%' }}",
        "{{ '}}' }}",
        '{{ ["a}}"] }}',
        "{{ x | upcase }}",
    ),
    "simple": (
        "{{x}}",
        "{{ name }}",
        "{{ first name }}",
        "{{a.b}}",
        "{{user.city}}",
        "{{2nd}}",
        "{{partial}}",
        "{{ x | y }}",
    ),
    "text": ("{{x}}", "{name}", "{%"),
    "tela": ("{x}", "{name}", "{first name}", "{user.city}", "{{x}}", "{y}"),
}
# Tags around raw text, and what looks like them.
RAW_TAGS = st.builds(
    "{{%{}{}{}{}%}}".format,
    st.sampled_from(("", "", "-", "+")),
    st.sampled_from((" ", " ", "", "\t", "\r\n")),
    st.sampled_from(("raw", "endraw", "endraw x", "endrawing")),
    st.sampled_from((" ", " ", "", "\n", " -", "-", " +")),
)
VALUES: dict[str, Any] = {
    **{
        name: f"<{name} {{{{x}}}}>"
        for name in [*(NAMES - {"user.city"}), "nil", "x | y", "partial"]
    },
    "user": {"city": "Bonn"},
}


@pytest.mark.parametrize("engine", PARTS)
@given(data=st.data())
def test_what_a_reader_makes_of_a_translation_is_what_is_rendered_here(
    engine: str, data: st.DataObject
) -> None:
    parts = WORDS | st.sampled_from(PARTS[engine])
    if engine in ("jinja", "liquid"):
        inside = st.lists(RAW_TAGS | st.sampled_from((" a", "{{x}} ")), max_size=4).map("".join)
        parts |= inside.map("{{% raw %}}{}{{% endraw %}}".format)
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
