"""Templates with huge literals and tokens: no memory beyond their size, and short errors."""

from __future__ import annotations

import re
import tracemalloc
from typing import TYPE_CHECKING

import pytest

from shared.rendering.engines import COMPILERS
from shared.rendering.errors import LimitExceededError, TemplateExecutionError, TemplateSyntaxError
from shared.rendering.limits import Limits, Usage
from shared.rendering.translation import MAX_PARTS, parse_pieces, translate
from shared.texts import MAX_EXCERPT

if TYPE_CHECKING:
    from collections.abc import Iterator

ERRORS = (TemplateSyntaxError, TemplateExecutionError, LimitExceededError)
SIZE = 200_000
# One token of many characters, or one action with such a token.
TOKENS = {
    "digits": "9" * SIZE,
    "digits and underscores": "9_" * (SIZE // 2) + "9",
    "fraction": "1." + "9" * SIZE,
    "fraction and underscores": "1." + "9_" * (SIZE // 2) + "9",
    "exponent": "1e+" + "9" * SIZE,
    "exponent and underscores": "1e+" + "9_" * (SIZE // 2) + "9",
    "hexadecimal": "0x" + "f" * SIZE,
    "hexadecimal and underscores": "0x" + "f_" * (SIZE // 2) + "f",
    "octal": "0o" + "7_" * (SIZE // 2) + "7",
    "binary": "0b" + "1_" * (SIZE // 2) + "1",
    "complex": "1+" + "9_" * (SIZE // 2) + "9i",
    "name": "q" * SIZE,
    "field": "." + "q" * SIZE,
    "fields": ".q" * (SIZE // 2),
    "variable": "$" + "q" * SIZE,
    "letters": "\u00e9" * SIZE,
    "string": '"' + "q" * SIZE + '"',
    "single quotes": "'" + "q" * SIZE + "'",
    "backquotes": "`" + "q" * SIZE + "`",
    "unclosed string": '"' + "q" * SIZE,
    "unclosed single quotes": "'" + "q" * SIZE,
    "unclosed backquotes": "`" + "q" * SIZE,
    "backslashes": '"' + "\\\\" * (SIZE // 2) + '"',
    "unclosed backslashes": '"' + "\\\\" * (SIZE // 2),
    "unclosed single backslashes": "'" + "\\\\" * (SIZE // 2),
    "escapes": '"' + "\\n" * (SIZE // 2) + '"',
    "spaces": " " * SIZE,
    "signs": "-" * SIZE,
    "brackets": "(" * SIZE,
    "unknown": "\u00a7" * SIZE,
    "opening braces": "{" * SIZE,
    "opening braces and letters": "{{a" * (SIZE // 3),
    "opening tags": "{%" * (SIZE // 2),
    "closing braces": "}" * SIZE,
    "references": "{{a}}" * (SIZE // 5),
    "paths": ("{{q" + ".q" * 199 + "}}") * (SIZE // 404),
    "braces and references": "{%" * (SIZE // 2) + "{{.a}}",
    "raw blocks": "{% raw %}{% endraw %}" * (SIZE // 21),
}
CONTEXTS = {
    "go": ("{{%s}}", "{{if %s}}", "{{template %s}}", "{{.a.%s}}", "{{/*%s", "{{print %s | len}}"),
    "jinja": ("{{ %s }}", "{%% if %s %%}", "{%% %s %%}", "{{ a.%s }}", "{{ a | %s }}", "{#%s"),
    "liquid": (
        *("{{ %s }}", "{%% if %s %%}{%% endif %%}", "{%% %s %%}", "{{ a.%s }}", "{{ a | %s }}"),
        *(
            "{%% comment %%}%s",
            "{%% liquid %s %%}",
            "{%% assign x = %s %%}",
            "{{ a | append: %s }}",
        ),
        *("{%% comment %%}{{%s", "{%% raw %%}%s", "{{{%% assign x = 1 %%}%s"),
        *("{{%s", "{%%%s", "{{ a | date: %s }}", "{%% for x in (1..%s) limit: 1 %%}{%% endfor %%}"),
    ),
    "simple": ("{{%s}}", "{{%s", "{{{%s}}}", "{{ %s }"),
    "text": ("%s", "{{%s}}"),
    "tela": ("{%s}", "{%s", "{{%s}}"),
}
# Tokens of very many parts are in one context as long as the others, and shorter in the rest.
PARTED = {
    *("fields", "brackets", "escapes", "opening braces", "opening braces and letters"),
    *("opening tags", "references", "raw blocks"),
}
LANGUAGES = ("liquid", "simple", "tela", "text")  # that texts are translated to
BYTES = 20_000_000 // SIZE  # of memory, for each character of a token
# Of a token that is short enough to be read in parts, each of which takes memory for a while.
PART_BYTES = 300
NAMES = frozenset({"x", "q" * SIZE, "q" * 3000})
VALUES = {"q" * SIZE: {"w" * SIZE: 1}, "a": "q" * SIZE}


def list_sources(engine: str, name: str, *contexts: str) -> Iterator[tuple[str, str, int]]:
    """List the templates with a token: the context, the text, and the bytes that it may take."""
    for number, context in enumerate((*contexts, *CONTEXTS[engine])):
        is_short = number > 0 and name in PARTED
        length = SIZE // 20 if is_short else SIZE
        limit = length * (PART_BYTES if is_short else BYTES)
        yield context, context % TOKENS[name][:length], limit


@pytest.fixture(autouse=True, scope="module")
def load_engines() -> None:
    """Load what would count as memory of the first template."""
    for compile_text in COMPILERS.values():
        compile_text("x", NAMES)


@pytest.mark.parametrize("name", TOKENS)
@pytest.mark.parametrize("engine", COMPILERS)
def test_a_huge_token_takes_memory_like_its_text_and_its_error_is_short(
    engine: str, name: str
) -> None:
    for context, source, limit in list_sources(engine, name):
        message = ""
        tracemalloc.start()
        try:
            template = COMPILERS[engine](source, NAMES)
            template.list_variables()
            template.list_missing({})
            template.render(VALUES, limits=Limits(steps=100_000))
        except ERRORS as error:
            message = str(error)
        finally:
            _, peak = tracemalloc.get_traced_memory()
            tracemalloc.stop()
        assert peak < limit, context
        assert_short(message)


@pytest.mark.parametrize("name", TOKENS)
@pytest.mark.parametrize("engine", COMPILERS)
def test_a_translation_takes_memory_like_its_text(engine: str, name: str) -> None:
    for context, source, limit in list_sources(engine, name, "%s"):
        tracemalloc.start()
        # A text without pieces has no translation, and no language is written.
        if parse_pieces(source, engine, NAMES) is not None:
            for language in LANGUAGES:
                translate(source, engine, language, names=NAMES, new_names=NAMES)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < limit, context


@pytest.mark.parametrize("engine", COMPILERS)
def test_a_text_of_too_many_parts_has_no_translation(engine: str) -> None:
    """Reading it part by part would take time without a bound."""
    reference = "{x}" if engine == "tela" else "{{.x}}" if engine == "go" else "{{x}}"
    text = reference * MAX_PARTS + "{{" * MAX_PARTS
    for language in LANGUAGES[:3]:
        if language != engine and (engine, language) != ("text", "tela"):
            assert translate(text, engine, language, names=NAMES, new_names=NAMES) is None


@pytest.mark.parametrize(
    "part",
    [
        *("{{ d[s] }}", "{{ d.a[s] }}", "{{ l[s] }}", "{{ s | slice: 0, 1 | append: s | first }}"),
        *("{% if w == blank %}{% endif %}", "{% if blank != w %}{% endif %}"),
        *("{% case w %}{% when blank %}{% endcase %}", "{% if s == t %}{% endif %}"),
        *("{% if s < t %}{% endif %}", "{% if s contains t %}{% endif %}"),
    ],
)
def test_work_on_a_long_text_in_liquid_is_charged_for_its_length(part: str) -> None:
    values = {"d": {"a": {}}, "l": [], "s": "9" * SIZE, "t": "9" * SIZE, "w": " " * SIZE}
    source = "{% for i in (1..50) %}" + part + "{% endfor %}"
    template = COMPILERS["liquid"](source, NAMES)
    usage = Usage()

    template.render(values, limits=Limits(steps=10_000_000), usage=usage)
    assert usage.steps > 50 * SIZE // 16
    with pytest.raises(LimitExceededError):
        template.render(values, limits=Limits(steps=usage.steps - 1))


@pytest.mark.parametrize("engine", ["simple", "tela"])
def test_an_integer_that_python_does_not_print_is_too_large(engine: str) -> None:
    template = COMPILERS[engine]("{x}" if engine == "tela" else "{{x}}", NAMES)
    with pytest.raises(LimitExceededError, match="too many digits"):
        template.render({"x": [10**5000]}, limits=Limits())


# What errors repeat of a template or of its variables.
@pytest.mark.parametrize(
    ("engine", "source"),
    [
        *(
            ("go", source)
            for source in (
                "{{$x}}",
                "{{.x}}",
                "{{.a.x}}",
                "{{x}}",
                '{{template "x"}}',
                '{{define "x"}}{{end}}{{define "x"}}{{end}}',
                "{{.a.b.x}}",
                "{{call .x}}",
                '{{"x".y}}',
                '{{"x" 1}}',
                '{{index .a "x"}}',
                '{{len 1 | printf "x" | .b}}',
                "{{range .s}}{{end}}",
                "{{range $i, $e := .s}}{{end}}",
                "{{nil.x}}",
                "{{'x'}}",
                "{{1x}}",
                '{{slice "x" 9}}',
                '{{lt "x" 1}}',
                '{{with $x := "x"}}{{$x.y}}{{end}}',
                "{{end}}x",
                "{{if .x}}{{else if x}}{{end}}",
                "{{/* x",
                '{{template "x" .x}}',
                "{{.x | x}}",
                "{{break x}}",
            )
        ),
        *(
            ("jinja", source)
            for source in (
                "{{ x }}",
                "{{ a.x }}",
                "{{ a['x'] }}",
                "{{ a['x y'] }}",
                "{{ 1 | x }}",
                "{{ 1 is x }}",
                "{{ x() }}",
                "{% x %}",
                "{% if x %}",
                "{% for x in y %}{% endx %}",
                "{{ 'x' + 1 }}",
                "{{ 'x' | int(1) | length }}",
                "{{ dict(x=1).y }}",
                "{{ '%(x)s' % {} }}",
                "{{ '{x}'.format() }}",
                "{{ '{x y}'.format() }}",
                "{{ range('x') }}",
                "{{ x x }}",
                "{{ {'x': 1}['y'] }}",
                "{% macro m(x) %}{% endmacro %}{{ m(y=1) }}",
                "{% macro m(x, x) %}{% endmacro %}",
                "{{ 'x' | round }}",
                "{{ _x }}",
                "{{ a._x }}",
                "{{ 'x' x",
                "{{ s | float + s }}",
                "{{ s.x }}",
                "{{ range(s) }}",
                "{{ '%d' % s }}",
                "{{ '{:x}'.format(s) }}",
            )
        ),
        *(
            ("liquid", source)
            for source in (
                "{{ 1 | x }}",
                "{{ x x }}",
                "{{ x.",
                "{% x %}",
                "{% if x %}",
                "{% for x in y %}{% endx %}",
                "{% case a %}{% x %}{% endcase %}",
                "{{ 'x' | plus: 1 }}",
                "{{ 'x' | round: 'x' }}",
                "{{ s | slice: s }}",
                "{{ a | map: 'x' }}",
                "{{ s | date: s }}",
                "{% if s > 1 %}{% endif %}",
                "{% for i in s limit: s %}{% endfor %}",
                "{% include 'x' %}",
                "{{ x | default('x') }}",
                "{% assign x = %}",
                "{% cycle x: %}",
                "{{ 'x }}",
                "{% break %}",
            )
        ),
    ],
)
def test_an_error_repeats_at_most_100_characters_of_input(engine: str, source: str) -> None:
    for mark in ("q" * 3000, "Q1_" * 1000):
        hostile = re.sub(r"\bx\b", mark, source)
        values = {"a": {"b": mark}, "s": mark}
        try:
            COMPILERS[engine](hostile, NAMES).render(values, limits=Limits())
        except ERRORS as error:
            assert_short(str(error))


def assert_short(message: str) -> None:
    longest = max((len(run) for run in re.findall(r"(?:[qQ1_9fw7\\]|\u00e9)+", message)), default=0)
    assert longest <= MAX_EXCERPT, message[:1000]
    assert len(message) < 1000, message[:1000]
