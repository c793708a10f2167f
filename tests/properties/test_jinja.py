"""Whatever the template, the Jinja engine prints what Jinja and Python print."""

import json
import string
import warnings
from contextlib import suppress
from typing import Any

import jinja2
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from jinja2 import meta

from shared.rendering import jinja
from shared.rendering.errors import LimitExceededError, TemplateExecutionError
from shared.rendering.jinja.meter import Meter
from shared.rendering.limits import Limits, Usage

LIMITS = Limits(template_bytes=1_000_000, output_bytes=1_000_000, steps=200_000)
ORACLE = jinja2.Environment(
    undefined=jinja2.StrictUndefined,
    keep_trailing_newline=True,
    # Constants are evaluated by other rules than variables, so there are to be none.
    optimized=False,
    finalize=jinja2.pass_context(lambda context, value: value),
)

# A stated difference: JSON for a model to read, without escapes and in the order of the keys.
ORACLE.filters["tojson"] = lambda value: json.dumps(value, ensure_ascii=False)

oracle_settings = settings(max_examples=300)


def render(source: str, limits: Limits = LIMITS, /, **variables: object) -> str:
    return jinja.compile_template(source).render(variables, limits=limits)


JINJA_ERRORS = (
    jinja2.TemplateError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
)

names = st.sampled_from(["a", "b", "xs", "words", "d", "t"])
literals = st.one_of(
    st.integers(-20, 20).map(str),
    st.sampled_from(["1.5", "'x'", "'b a'", "''", "none", "true", "[]", "[3, 1, 2]", "{'k': 'v'}"]),
)
PIPES = [
    "upper", "lower", "title", "capitalize", "trim", "length", "first", "last", "list | string",
    "string", "sort | list", "sort(reverse=true) | join('-')", "unique | list",
    "reverse | list", "join(', ')", "default('?')", "default('?', true)", "abs", "int", "float",
    "round", "round(1, 'floor')", "sum", "min", "max", "map('string') | list", "select | list",
    "reject('none') | list", "select('string') | list", "replace('a', 'bb')",
    "string | truncate(5)", "center(9)", "wordcount", "wordwrap(3)", "indent(2, true)",
    "batch(2) | list", "batch(2, 'z') | list", "slice(2) | list", "urlencode", "striptags",
    "pprint", "dictsort", "items | list", "filesizeformat", "groupby(0) | list", "xmlattr",
]  # fmt: skip
CALLS = [
    "upper()", "split()", "split('a')", "strip()", "replace('a', 'zz')", "startswith('b')",
    "count('a')", "index('a')", "center(7, '*')", "zfill(5)", "title()", "find('x')", "get('k')",
    "get('z', 1)", "isdigit()", "splitlines()", "rjust(4)", "join(['p', 'q'])", "format(1)",
    "partition('a')",
]  # fmt: skip
OPERATORS = ["+", "-", "*", "/", "//", "%", "~", "==", "!=", "<", "<=", "in", "and", "or"]
expressions = st.recursive(
    names | literals,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(OPERATORS), inner).map(
            lambda parts: "({} {} {})".format(*parts)
        ),
        st.tuples(inner, st.sampled_from(PIPES)).map(lambda parts: "({} | {})".format(*parts)),
        st.tuples(inner, st.sampled_from(CALLS)).map(lambda parts: "({}).{}".format(*parts)),
        st.tuples(inner, inner).map(lambda parts: "({})[{}]".format(*parts)),
        st.tuples(inner, st.integers(-3, 3), st.integers(-3, 3)).map(
            lambda parts: "({})[{}:{}]".format(*parts)
        ),
        st.tuples(inner, inner, inner).map(lambda parts: "({} < {} <= {})".format(*parts)),
        st.tuples(inner, inner, inner).map(lambda parts: "({} if {} else {})".format(*parts)),
    ),
    max_leaves=6,
)
VARIABLES: dict[str, Any] = {
    "a": 3,
    "b": -2.5,
    "xs": [2, 1, 2, None],
    "words": ["pear", "Apple", "pear"],
    "d": {"k": 1, "b": [1, {"z": "y"}]},
    "t": "a <b>banana</b>\n and more text ",
}


@settings(max_examples=1500)
@given(expressions, st.sampled_from(["", " | e", " | tojson"]))
def test_an_expression_prints_what_jinja_prints(expression: str, last: str) -> None:
    # Escaped text is of a type of its own in Jinja, so only the last filter escapes.
    source = f"{{{{ {expression}{last} }}}}"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Jinja generates `(0)[0:0]`, at which Python wonders
            expected = ORACLE.from_string(source).render(VARIABLES)
    except JINJA_ERRORS:
        return  # we may render it: what is a generator there is a list here, and has a length
    if "generator object" in expected or "built-in method" in expected:
        return

    try:
        text = render(source, **VARIABLES)
    except TemplateExecutionError as error:
        # Jinja overlooks some undefined values, such as those in a list or before `in []`.
        if "has no" not in str(error):
            raise
    else:
        assert text == expected


def build_values(integers: st.SearchStrategy[int]) -> st.SearchStrategy[Any]:
    return st.recursive(
        st.none() | st.booleans() | integers | st.floats(allow_nan=False) | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
        ),
        max_leaves=5,
    )


json_values = build_values(st.integers())
# An integer can be the width of what follows, which Python makes however wide it is.
widths = build_values(st.integers(-1000, 1000))


@oracle_settings
@given(
    st.lists(
        st.from_regex(r"%[-#0 +]{0,2}([0-9]|\*)?(\.[0-9]?)?[dioxXeEfFgGcrsa%]", fullmatch=True)
        | st.text(string.ascii_letters, max_size=3),
        max_size=4,
    ).map("".join),
    st.lists(widths, max_size=4).map(tuple) | widths,
)
@example("%*d", (True, 1))
def test_percent_formats_as_python_does(template: str, values: Any) -> None:
    try:
        expected = template % values
    except (TypeError, ValueError, OverflowError):
        with pytest.raises(TemplateExecutionError):
            render("{{ template % values }}", template=template, values=values)
    else:
        assert render("{{ template % values }}", template=template, values=values) == expected


@oracle_settings
@given(
    st.sampled_from(["{}", "{0}", "{a}", "{!r}", "{0!s}", "{{}}", "{a[k]}", "{1}", "{", "x"])
    | st.from_regex(
        r"\{(a)?:[*]?[<>^=]?[+ -]?#?0?[0-9]?,?(\.[0-9])?[sdfgeEbxn%]?\}", fullmatch=True
    ),
    json_values,
    json_values,
)
def test_format_formats_as_python_does(template: str, first: Any, named: Any) -> None:
    source = "{{ template.format(first, a=named) }}"
    variables = {"template": template, "first": first, "named": named}
    try:
        expected = template.format(first, a=named)
    except (TypeError, ValueError, LookupError, OverflowError):
        with pytest.raises(TemplateExecutionError):
            render(source, **variables)
    else:
        assert render(source, **variables) == expected


statements = st.recursive(
    expressions.map(lambda expression: f"{{{{ {expression} }}}}"),
    lambda inner: st.one_of(
        st.tuples(names, expressions).map(lambda parts: "{{% set {} = {} %}}".format(*parts)),
        st.tuples(names, expressions, inner).map(
            lambda parts: "{{% for {} in {} if x %}}{}{{% endfor %}}".format(*parts)
        ),
        st.tuples(expressions, inner, inner).map(
            lambda parts: "{{% if {} %}}{}{{% else %}}{}{{% endif %}}".format(*parts)
        ),
        st.tuples(names, expressions, inner).map(
            lambda parts: "{{% macro f({}=({})) %}}{}{{% endmacro %}}{{{{ f() }}}}".format(*parts)
        ),
        st.tuples(names, expressions, inner).map(
            lambda parts: "{{% with {} = {} %}}{}{{% endwith %}}".format(*parts)
        ),
        st.tuples(inner, inner).map("".join),
    ),
    max_leaves=5,
)


@oracle_settings
@given(statements)
def test_the_variables_are_those_that_jinja_finds(source: str) -> None:
    try:
        expected = meta.find_undeclared_variables(ORACLE.parse(source))
    except JINJA_ERRORS:
        return  # Jinja evaluates constants to find them, with all that can go wrong then

    assert jinja.compile_template(source).list_variables() == sorted(expected)


@oracle_settings
@given(statements, st.integers(0, 300))
def test_a_smaller_budget_changes_nothing_but_whether_rendering_ends(
    source: str, steps: int
) -> None:
    def render_or_fail(limits: Limits) -> str:
        try:
            return render(source, limits, x=1, **VARIABLES)
        except TemplateExecutionError as error:
            return str(error)

    with suppress(LimitExceededError):
        assert render_or_fail(Limits(1000, 1000, steps)) == render_or_fail(LIMITS)


plain_values = st.one_of(
    json_values,
    st.text(min_size=10, max_size=60),
    st.integers(2**62, 2**70),
    st.just(2**14_001),
)
runs = st.lists(
    names | st.sampled_from(["", "é", "and ", "\n", "a text of some length "]),
    min_size=4,
    max_size=12,
)


@oracle_settings
@given(
    runs,
    st.sampled_from(["%s", "{%% macro m() %%}%s{%% endmacro %%}{{ m() }}"]),
    st.dictionaries(names, plain_values),
    st.integers(0, 150),
    st.integers(0, 400),
)
def test_texts_and_variables_in_a_row_print_what_they_print_one_by_one(
    run: list[str], context: str, variables: dict[str, Any], steps: int, size: int
) -> None:
    names = set(VARIABLES)
    source = context % "".join(f"{{{{ {part} }}}}" if part in names else part for part in run)
    template = jinja.compile_template(source)

    def render_or_fail(limits: Limits) -> str:
        usage = Usage()
        try:
            text = template.render(variables, limits=limits, usage=usage)
        except (TemplateExecutionError, LimitExceededError) as error:
            return f"{type(error)} {error}"
        return f"{text} {usage}"

    try:
        expected = ORACLE.from_string(source).render(variables)
    except jinja2.UndefinedError:
        with pytest.raises((TemplateExecutionError, LimitExceededError)):
            render(source, **variables)
    else:
        with suppress(LimitExceededError):
            assert render(source, **variables) == expected
    for limits in (LIMITS, Limits(output_bytes=1000, steps=steps), Limits(output_bytes=size)):
        at_once = render_or_fail(limits)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Meter, "print_values", lambda self, values: None)
            assert render_or_fail(limits) == at_once


@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=4), st.integers(0, 9))
def test_joiners_and_cyclers_go_on_as_those_of_jinja(items: list[str], times: int) -> None:
    source = (
        "{% set j = joiner(xs[0]) %}{% set c = cycler(*xs) %}{% for i in range(n) %}"
        "{{ j() }}{{ c.current }}{{ c.next() }}{% if i == 4 %}{{ c.reset() }}{% endif %}"
        "{% endfor %}{{ c.current }}"
    )

    assert render(source, xs=items, n=times) == ORACLE.from_string(source).render(xs=items, n=times)


json_objects = st.dictionaries(
    st.text(max_size=3),
    st.recursive(
        st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=3) | st.just("é<&'>"),
        lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=2), inner),
        max_leaves=5,
    ),
    max_size=4,
)


@given(json_objects, st.none() | st.integers(0, 4), st.booleans(), st.booleans())
def test_tojson_writes_what_python_writes(
    value: dict[str, Any], indent: int | None, ensure_ascii: bool, sort_keys: bool
) -> None:
    options = {"indent": indent, "ensure_ascii": ensure_ascii, "sort_keys": sort_keys}
    source = "{{ value | tojson(indent=i, ensure_ascii=e, sort_keys=s) }}"

    text = render(source, value=value, i=indent, e=ensure_ascii, s=sort_keys)

    assert text == json.dumps(value, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", [name for name in dir(dict) if not name.startswith("_")])
def test_a_key_named_like_a_method_is_found_where_jinja_finds_a_key(name: str) -> None:
    # Jinja finds the key by its brackets only; with a dot it finds the method.
    by_key = f"{{{{ order[{name!r}] }}}}"
    order = {name: "mine"}

    assert ORACLE.from_string(by_key).render(order=order) == "mine"
    assert render(by_key, order=order) == render(f"{{{{ order.{name} }}}}", order=order) == "mine"


@pytest.mark.parametrize("call", ["items() | list", "keys() | list", "values() | list", "copy()"])
def test_a_method_that_is_called_is_the_method_as_in_jinja(call: str) -> None:
    order = {name: "mine" for name in dir(dict) if not name.startswith("_")}
    source = f"{{{{ order.{call} }}}}"

    assert render(source, order=order) == ORACLE.from_string(source).render(order=order)
