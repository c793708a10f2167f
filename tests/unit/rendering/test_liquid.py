"""Liquid as LangWatch's client for Python renders it, under limits on work, memory and output."""

import json
import tracemalloc
from inspect import signature
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from liquid import Environment, RenderContext
from liquid.builtin.expressions.loop import LoopExpression
from liquid.exceptions import LiquidError
from liquid.template import BoundTemplate

from shared.rendering import liquid
from shared.rendering.errors import (
    LimitExceededError,
    MissingVariableError,
    TemplateExecutionError,
    TemplateSyntaxError,
)
from shared.rendering.limits import Limits, Usage
from shared.rendering.liquid.context import Context
from shared.rendering.liquid.expressions import _METERED, MeteredLoop
from shared.rendering.liquid.scanner import MAX_EXPRESSION
from shared.rendering.liquid.template import _ENVIRONMENT

ERRORS = (TemplateSyntaxError, TemplateExecutionError, LimitExceededError)
DEFAULT: Final = Limits()
VALUES: Final[dict[str, Any]] = {
    "a": {"b": {"c": "deep"}, "size": "XL"},
    "l": ["x", "y", "z"],
    "n": 7,
    "f": 2.5,
    "s": "Hello <b>World</b>",
    "t": True,
    "no": None,
    "rows": [{"k": 2, "v": "b"}, {"k": 1, "v": "a"}, {"v": "c"}],
    "user-name": "Ada",
}
# As the library is used by LangWatch's client.
LIBRARY: Final = Environment()


def render(source: str, limits: Limits = DEFAULT, **values: Any) -> str:
    return liquid.compile_template(source).render(values, limits=limits)


SOURCES = [
    "{{{% if n %}y{% endif %}",  # braces before a tag are text
    "{{ a.b.c }} {{ a['b'].c }} {{ l[0] }}{{ l[-1] }} {{ l.size }} {{ a.size }} {{ user-name }}",
    "[{{ nope }}{{ nope.x }}{{ no }}] {{ t }} {{ n }} {{ f }} {{ l }}",
    "{% for i in l limit:2 offset:1 reversed %}{{ forloop.index }}{{ i }}{% else %}no{% endfor %}",
    "{% for i in (1..n) %}{% if i == 3 %}{% continue %}{% endif %}{{ i }}{% endfor %}",
    "{% for r in rows %}{% for i in l %}{{ forloop.parentloop.index }}{% endfor %}{% endfor %}",
    "{% for i in l limit: 1 %}{{ i }}{% endfor %}{% for i in l offset: continue %}-{% endfor %}",
    "{% assign x = 'a,b,c' | split: ',' %}{{ x | join: '-' | upcase | append: '!' }}",
    "{% capture c %}<{{ n }}>{% endcapture %}{{ c }}{{ c | size }}",
    "{% case n %}{% when 1, 7 %}seven{% when 8 %}eight{% else %}other{% endcase %}",
    "{% if t and no or n %}1{% elsif s contains 'World' %}2{% else %}3{% endif %}",
    "{% unless no %}u{% endunless %}{% if l contains 'y' %}c{% endif %}{% if n >= 7 %}g{% endif %}",
    "{% cycle 'a', 'b' %}{% cycle 'a', 'b' %}{% increment i %}{% increment i %}{% decrement d %}",
    "{% tablerow i in l cols:2 %}{{ i }}{% endtablerow %}",
    "{% raw %}{{ x }}{% endraw %}{% comment %}{{ y }}{% endcomment %}{% # note %}",
    "{% liquid\n assign y = n | plus: 1\n echo y\n for i in l\n echo i\n endfor %}",
    "{{ rows | map: 'v' | join }} {{ rows | where: 'k', 1 | map: 'v' }} {{ rows | sum: 'k' }}",
    "{{ rows | sort: 'k' | map: 'v' | first }} {{ l | reverse | last }} {{ l | concat: l | uniq }}",
    "{{ s | strip_html | truncate: 8 }} {{ s | truncatewords: 1 }} {{ s | replace: 'l', 'L' }}",
    "{{ s | escape }} {{ s | url_encode }} {{ 'a b' | slice: 1, 2 }} {{ s | split: 'o' | size }}",
    "{{ n | times: 3 | divided_by: 2 }} {{ f | round }} {{ f | ceil }} {{ '3' | plus: 4 }}",
    "{{ nope | default: 'd' }} {{ '2024-01-02' | date: '%Y/%m/%d' }} {{ s | capitalize }}",
    "a\n{%- if true -%}\n yes \n{%- endif -%}\n b {{- n -}} c",
    "{% ifchanged %}{{ n }}{% endifchanged %}{% ifchanged %}{{ n }}{% endifchanged %}",
    "{% assign b = l %}{% for i in b %}{% assign last = i %}{% endfor %}{{ last }}",
    "{{ 'x' | nope }}",
    "{{ n | divided_by: 0 }}",
    "{% if s > 1 %}{% endif %}",
]


@pytest.mark.parametrize("source", SOURCES)
def test_a_template_renders_as_the_library_alone_renders_it(source: str) -> None:
    try:
        expected = LIBRARY.from_string(source).render(VALUES)
    except LiquidError:
        with pytest.raises(TemplateExecutionError, match=r"^line 1: "):
            render(source, **VALUES)
    else:
        assert render(source, **VALUES) == expected


PARTS = st.sampled_from(
    [
        *("{{ n }}", "{{ s | upcase }}", "{{ nope }}", "{{- l -}}", " \n ", "{", "}}", "%}", "x"),
        *("{% if n %}", "{% if nope == nil %}", "{% else %}", "{% endif %}", "{% elsif t %}"),
        *("{% for i in l %}", "{% endfor %}", "{% break %}", "{{ i }}", "{% assign n = i %}"),
        *("{% raw %}", "{% endraw %}", "{% comment %}", "{% endcomment %}", "{{", "{%", "{% x %}"),
        *("{% case n %}", "{% when 7 %}", "{% endcase %}", "{% capture n %}", "{% endcapture %}"),
        *("{{ l | join: n | append: s }}", "{{ rows | sort: 'k' }}", "{% cycle n, s %}", "{{ }}"),
    ]
)


@given(st.lists(PARTS, max_size=8).map("".join))
def test_texts_of_parts_render_as_the_library_alone_renders_them(source: str) -> None:
    try:
        expected = LIBRARY.from_string(source).render(VALUES)
    except LiquidError:
        with pytest.raises((TemplateSyntaxError, TemplateExecutionError)):
            render(source, **VALUES)
    else:
        assert render(source, **VALUES) == expected


def test_an_object_is_printed_as_json() -> None:
    assert render("{{ a }}", a={"x": [1, None, "é"]}) == '{"x":[1,null,"é"]}'


@pytest.mark.parametrize("name", ["include", "render", "layout"])
def test_a_tag_that_reads_another_template_is_no_tag(name: str) -> None:
    with pytest.raises(TemplateSyntaxError, match=f"unexpected tag '{name}'"):
        render(f"{{% {name} 'x' %}}")


@pytest.mark.parametrize("source", ["{{ x }}", "{{ x.y }}", "{% if x %}{% endif %}", "{{ s.x }}"])
def test_a_missing_variable_is_an_error_only_in_a_strict_rendering(source: str) -> None:
    template = liquid.compile_template(source)

    assert template.render({"s": {}}, limits=DEFAULT) == ""
    with pytest.raises(MissingVariableError, match=r"^line 1: '\w(\.\w)?' is undefined"):
        template.render({"s": {}}, limits=DEFAULT, is_strict=True)


def test_names_that_the_library_uses_itself_are_variables() -> None:
    names = ("self", "partial", "template", "context", "globals")

    for name in names:
        template = liquid.compile_template(f"{{{{ {name} }}}}")
        assert template.render({name: "x"}, limits=DEFAULT) == "x"
        assert template.list_variables() == [name]


def test_a_filter_that_there_is_not_is_told_before_rendering() -> None:
    source = "{{ z | upcase }}\n{% if x %}{{ y | nope }}{% endif %}\n{{ a | bad }}{{ a | nope }}"
    gap = liquid.compile_template(source).find_gap()
    assert gap is not None
    assert str(gap) == "line 2: there is no filter 'nope'"
    assert (gap.line, gap.column, gap.reason) == (2, 18, "there is no filter 'nope'")
    assert liquid.compile_template("{{ y | upcase }}").find_gap() is None


def test_texts_share_the_steps_and_the_output_of_a_rendering() -> None:
    template, usage = liquid.compile_template("{{ x }}"), Usage()
    limits = Limits(output_bytes=25)

    for _ in range(2):
        template.render({"x": "é" * 5}, limits=limits, usage=usage)

    assert usage.output_bytes == 20
    assert usage.steps > 2
    with pytest.raises(LimitExceededError, match="larger than 25 bytes"):
        template.render({"x": "é" * 3}, limits=limits, usage=usage)
    with pytest.raises(LimitExceededError, match="more than 5 steps"):
        template.render({"x": "x"}, limits=Limits(steps=5), usage=Usage(steps=4))


# -- bounds

LONG: Final = "<é&x'" * 200_000
HUGE: Final[dict[str, Any]] = {
    "list": [{"k": number, "v": [number]} for number in range(20_000)],
    "texts": ["x" * 50] * 20_000,
    "long": LONG,
    "same": "".join([*LONG]),
    "one": [{"k": ["x" * 100] * 1_000}],
}
TURN: Final = "{%% for i in (1..999999) %%}%s{%% endfor %%}"


@pytest.mark.parametrize(
    "source",
    [
        *(
            TURN % body
            for body in (
                "",
                "x",
                "{% if long == same %}{% endif %}",
                "{% if list == list %}{% endif %}",
                "{% if list contains 'x' %}{% endif %}",
                "{% if long contains 'y' %}{% endif %}",
                "{% case 0 %}{% when 1" + ", 1" * 5_000 + " %}{% endcase %}",
                "{% if false %}" + "{% elsif false %}" * 5_000 + "{% endif %}",
                "{% for j in list reversed %}{% break %}{% endfor %}",
                "{% for j in (1..999999) offset: 999998 %}{% endfor %}",
                "{% for j in a" + ".b" * 20_000 + " %}{% endfor %}",
                "{{ a" + ".b" * 20_000 + " }}",
                "{% cycle long, i %}",
                "{% capture c %}{{ long }}{% endcapture %}",
                "{% ifchanged %}{{ long }}{% endifchanged %}",
                "{% assign x = list | sort: 'k' %}",
                "{% assign x = texts | uniq %}",
                "{% assign x = long | split: '' %}",
                "{% assign x = long | url_encode %}",
                "{% assign x = long | strip_html %}",
                "{% assign x = long | upcase %}",
                "{% assign x = list | map: 'v' %}",
                "{% assign x = list | where: 'k', 1 %}",
                "{% assign x = texts | join %}",
                "{% tablerow j in (1..100) %}{% endtablerow %}",
            )
        ),
        "{% for i in (1..9999) %}{% endfor %}" * 400,
        "{% for i in (1..9999) %}{{ i" + " | plus: 1" * 200 + " }}{% endfor %}",
        *(
            f"{{{{ (1..9999999) | {name} }}}}"
            for name in ("join: ','", "reverse", "compact", "sum")
        ),
        "{% if (1..99999999) contains 'x' %}{% endif %}",
        "{{ long | replace: 'x', long }}",
        "{{ long | replace: '', long }}",
        "{{ texts | join: long }}",
        "{% assign s = 'xxxxxxxx' %}" + "{% assign s = s | append: s %}" * 40,
        "{% assign s = 'xxxxxxxx' %}" + "{% capture s %}{{ s }}{{ s }}{% endcapture %}" * 40,
        "{% assign s = texts %}" + "{% assign s = s | concat: s %}" * 40,
        "{% assign s = one %}" + "{% assign s = s | concat: s %}" * 12 + "{{ s | map: 'k' | size }}"
        "{% assign k = s | map: 'k' %}{{ k | join | size }}",
        "{% assign n = 99999999 %}" + "{% assign n = n | times: n %}" * 60,
        "{{ 2" + " | times: 1000000007" * 2_000 + " }}",
        "{{ list | uniq | size }}",
        "{{ long | date: '%Y' }}",
        "{{ 'now' | date: long }}",
        "{% for a in (1..1000) %}{% for b in (1..1000) %}{% for c in (1..1000) %}x"
        + "{% endfor %}" * 3,
        "{% for a in (1..900000) reversed %}" * 15 + "{% endfor %}" * 15,
    ],
)
def test_endless_work_ends_at_a_limit_and_in_little_memory(source: str) -> None:
    template = liquid.compile_template(source)
    tracemalloc.start()
    try:
        with pytest.raises(LimitExceededError):
            template.render(HUGE, limits=Limits(steps=200_000))
    finally:
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()

    assert peak < 60_000_000


@pytest.mark.parametrize("arguments", ["", ": 0", ": 0, 3000000", ": 'x'", ": r", ": r, r"])
@pytest.mark.parametrize("name", sorted(_ENVIRONMENT.filters))
def test_no_filter_makes_a_list_of_a_range_before_it_is_charged_for(
    name: str, arguments: str
) -> None:
    template = liquid.compile_template(
        "{% assign r = (1..3000000) %}{% assign x = r | " + name + arguments + " %}"
    )
    tracemalloc.start()
    try:
        template.render({}, limits=Limits(steps=200_000))
    except (LimitExceededError, TemplateExecutionError):
        pass
    finally:
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()

    assert peak < 5_000_000


@pytest.mark.parametrize(
    "source",
    [
        *("{{" * 8_000, "{" * 40_000, "{% raw %}" * 8_000, "{% doc %}" * 8_000),
        *("{{" + " " * 8_000 + "x", "{{" + " " * 8_000 + "}}", "{%" + " " * 8_000 + "%}"),
        *("{% comment %}" + "{{" * 8_000, "{% comment %}" + "{% raw %}" * 8_000),
        *("{% break" + " " * 20_000 + "%}", "{{ " + "(" * 20_000 + " }}"),
        *("{{ " + "['a' " * 8_000 + " }}", "{{ a" + "['b']" * 30_000 + " }}"),
        *("{% liquid" + "\n" * 20_000 + "%}", "{% #" + "\n" * 20_000 + "x %}"),
        *(
            "{{ '" + "x" * MAX_EXPRESSION + "' }}",
            "{{ a }}" * 60_000,
            "{{ a" + "|b" * 30_000 + "}}",
        ),
        *(
            "{{ " + "a[" * 3_000 + "]" * 3_000 + "}}",
            "{% if a" + " and a" * 5_000 + "%}{% endif %}",
        ),
        *("{% if a %}" * 200 + "{% endif %}" * 200, "{% if a" + " == a" * 5_000 + " %}{% endif %}"),
    ],
)
def test_what_takes_the_library_long_to_read_is_refused_before(
    source: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads = []

    def read(self: Environment, source: str) -> Any:
        reads.append(source)
        return parse(self, source)

    parse = Environment._parse
    monkeypatch.setattr(Environment, "_parse", read)

    with pytest.raises((TemplateSyntaxError, LimitExceededError)):
        liquid.compile_template(source)

    # What the library is given is deep at most, which it tells at once.
    assert all(len(text) < 40_000 for text in reads)


@pytest.mark.parametrize(
    ("source", "values"),
    [
        ("{{ n | times: n }}", {"n": 10**4299}),
        ("{{ n }}", {"n": 10**4200}),
        *(("{{ x | round }}", {"x": text}) for text in ("1e400", "nan", "1e-400", "9" * 5_000)),
        *(("{{ x | ceil }}", {"x": text}) for text in ("1e400", "nan")),
        ("{{ x | date: '%Y' }}", {"x": "9" * 20}),
        ("{{ x | date: '%999999999d' }}", {"x": "2024-01-01"}),
        ("{{ x | slice: 'a' }}", {"x": "abc"}),
        ("{{ x | sort }}", {"x": [1, "a", None]}),
        ("{{ x | sum }}", {"x": ["1e999999", "Infinity", "-Infinity"]}),
        ("{{ x | base64_decode }}", {"x": "////"}),
        ("{{ x | uniq: 'k' }}", {"x": [1]}),
        ("{{ x[y] }}", {"x": {"a": 1}, "y": {"b": []}}),
        ("{{ [y] }}", {"y": [1]}),
        ("{% break %}", {}),
        ("{{ x | modulo: 'nan' }}", {"x": 5}),
    ],
)
def test_odd_values_give_a_text_or_an_error_of_ours(source: str, values: dict[str, Any]) -> None:
    result = ""
    try:
        result = render(source, **values)
    except ERRORS as error:
        result = str(error)

    assert len(result) < 5_000
    assert json.loads(json.dumps(result)) == result


def test_an_ordinary_large_template_fits_in_the_default_limits() -> None:
    rows = [{"name": f"row {number}", "kind": "ab"[number % 2]} for number in range(10_000)]
    source = (
        "{% for r in rows %}{{ forloop.index }}: {{ r.name | upcase }}"
        "{% if r.kind == 'b' %}!{% endif %}\n{% endfor %}"
    )

    assert render(source, rows=rows).splitlines()[9_999] == "10000: ROW 9999!"
    many = "Some words before {{ name }} and after.\n" * 3_000
    assert render(many, name="x") == many.replace("{{ name }}", "x")


# -- what ours relies on, and the library does not promise to keep


def test_the_library_calls_what_ours_replaces() -> None:
    for ours, theirs, names in (
        (Context, RenderContext, ("get", "filter", "loop", "cycle", "get_buffer")),
        (MeteredLoop, LoopExpression, ("evaluate", "_slice")),
    ):
        for name in names:
            assert [*signature(getattr(ours, name)).parameters] == [
                *signature(getattr(theirs, name)).parameters
            ], name
    assert [*signature(BoundTemplate.make_partial_namespace).parameters] == [
        "self",
        "partial",
        "render_args",
    ]
    for original, metered in _METERED.items():
        assert metered.__mro__[1] is original
        assert metered.__dict__.keys() & {"evaluate", "render_to_output"}, metered
