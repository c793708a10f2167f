"""The Jinja engine renders what Jinja does, names what is missing and stops what runs away."""

import math
import re
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import jinja2.defaults
import jinja2.tests
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.rendering import jinja
from shared.rendering.errors import LimitExceededError, TemplateExecutionError, TemplateSyntaxError
from shared.rendering.jinja.compiler import MAX_PARTS
from shared.rendering.jinja.context import Context
from shared.rendering.jinja.environment import ENVIRONMENT
from shared.rendering.jinja.filters import FILTERS
from shared.rendering.jinja.members import METHOD_NAMES
from shared.rendering.jinja.meter import Meter
from shared.rendering.jinja.unsupported import GAPS
from shared.rendering.limits import Limits, Usage

LIMITS = Limits(template_bytes=1_000_000, output_bytes=1_000_000, steps=200_000)


def render(source: str, limits: Limits = LIMITS, /, **variables: object) -> str:
    return jinja.compile_template(source).render(variables, limits=limits)


# What a template renders


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("Hello {{ name }}!", "Hello Ada!"),
        ("{{ order.id }} {{ order['id'] }} {{ xs[0] }} {{ xs.1 }} {{ xs[-1] }}", "7 7 3 1 2"),
        ("{{ name.upper() }} {{ name[::-1] }} {{ name[:2] }}", "ADA adA Ad"),
        ("{{ 'a,b'.split(',') }} {{ order.get('none', 'x') }}", "['a', 'b'] x"),
        ("{% for key, value in order.items() %}{{ key }}={{ value }};{% endfor %}", "id=7;"),
        ("{% for x in xs if x > 1 %}{{ loop.index }}/{{ loop.length }} {% endfor %}", "1/2 2/2 "),
        ("{% for x in [] %}{% else %}none{% endfor %}", "none"),
        ("{% if name == 'Ada' and not xs %}a{% elif 1 in xs %}b{% else %}c{% endif %}", "b"),
        (
            "{% set n = namespace(t=0) %}"
            "{% for x in xs %}{% set n.t = n.t + x %}{% endfor %}{{ n.t }}",
            "6",
        ),
        (
            "{% macro f(a, b='!') %}{{ a }}{{ b }}{% endmacro %}{{ f('x') }}{{ f('y', b='?') }}",
            "x!y?",
        ),
        ("{% macro f() %}<{{ caller() }}>{% endmacro %}{% call f() %}in{% endcall %}", "<in>"),
        ("{% filter upper %}a{{ name }}{% endfilter %}", "AADA"),
        ("{% filter length %}abc{% endfilter %}", "3"),
        ("{% set t %}a{{ name }}{% endset %}{{ t ~ t }}", "aAdaaAda"),
        ("{% with a = 1 %}{{ a }}{% endwith %}{% raw %}{{ a }}{% endraw %}{# b #}", "1{{ a }}"),
        ("{{ 1 < 2 < 3 }} {{ 3 > 2 > 2 }} {{ 1 < 0 < nothing }}", "True False False"),
        (
            "{{ '%.2f' | format(2.5) }} {{ '%s-%03d' % ('a', 7) }} {{ '{:>4}'.format(5) }}",
            "2.50 a-007    5",
        ),
        ("{{ {'a': [1, none, true]} | tojson }}", '{"a": [1, null, true]}'),
        ("{{ {'b': '<é>', 'a': \"'&\"} | tojson }}", '{"b": "<é>", "a": "\'&"}'),
        ("{{ {'b': 'é', 'a': 1} | tojson(ensure_ascii=true) }}", '{"b": "\\u00e9", "a": 1}'),
        ("{{ {'b': 2, 'a': 1} | tojson(sort_keys=true, indent=1) }}", '{\n "a": 1,\n "b": 2\n}'),
        ("{% set c = joiner(' | ') %}{% for x in xs %}{{ c() }}{{ x }}{% endfor %}", "3 | 1 | 2"),
        ("{% set c = joiner() %}{{ c() }}a{{ c() }}b", "a, b"),
        (
            "{% set c = cycler('odd', 'even') %}"
            "{{ c.next() }} {{ c.next() }} {{ c.next() }} {{ c.current }}{{ c.reset() or '' }}"
            " {{ c.current }}",
            "odd even odd even odd",
        ),
        ("{{ xs | sort | join(', ') }} {{ xs | map('string') | list }}", "1, 2, 3 ['3', '1', '2']"),
        ("{{ people | groupby('city') | map(attribute='grouper') | list }}", "['Paris', 'Rome']"),
        ("{{ people | selectattr('age', '>', 40) | map(attribute='name') | first }}", "Bo"),
        ("{{ people | sort(attribute='city,name') | map(attribute='name') | join }}", "CyAlBo"),
        ("{% for g in people | groupby('city') %}{{ g.list | length }}{% endfor %}", "12"),
        ("{{ range(3) | list }} {{ dict(a=1) }} {{ (1, 2) }}", "[0, 1, 2] {'a': 1} (1, 2)"),
        ("{{ 'a' if false }}", ""),
        (
            "{% for x in [1, [2, [3]]] recursive %}"
            "{% if x is iterable %}({{ loop(x) }}){% else %}{{ x }}{% endif %}{% endfor %}",
            "1(2(3))",
        ),
    ],
)
def test_a_template_renders_as_in_jinja(source: str, expected: str) -> None:
    people = [
        {"name": "Al", "city": "Rome", "age": 30},
        {"name": "Bo", "city": "Rome", "age": 50},
        {"name": "Cy", "city": "Paris", "age": 20},
    ]

    assert render(source, name="Ada", order={"id": 7}, xs=[3, 1, 2], people=people) == expected


def test_a_key_wins_over_the_method_of_the_same_name() -> None:
    order = {"items": ["pen"], "get": "got"}

    assert render("{{ order.items }} {{ order.get }}", order=order) == "['pen'] got"
    assert render("{{ order.items() }}", order={"id": 1}) == "[('id', 1)]"
    assert render("{{ order.items() }}", order={"items": 1}) == "[('items', 1)]"
    assert render("{{ order.keys() | list }}", order={"keys": {"a": 1}}) == "['keys']"
    assert render("{% macro f() %}m{% endmacro %}{{ {'get': f}.get() }}") == "m"


def test_html_is_not_escaped_unless_asked() -> None:
    assert render("{{ x }} {{ x | e }}", x="<b>") == "<b> &lt;b&gt;"


@pytest.mark.parametrize("text", ["a\r\nb\rc\nd\n\n", "\r", "\x1c\r\n\x1d", " \t \n"])
def test_line_ends_come_back_as_they_were(text: str) -> None:
    assert render(text) == text
    assert render(f"{{% if true %}}{text}{{% endif %}}") == text


def test_carriage_returns_inside_tags_are_spaces_and_in_strings_are_kept() -> None:
    assert render("{{\r\n 'a\r\nb'\r\n}}") == "a\r\nb"
    assert render("a \r\n{%- if true -%}\r\n b{% endif %}") == "ab"


@given(st.text(st.characters(exclude_characters="{", exclude_categories=["Cs"])))
def test_text_without_tags_comes_back_exactly(text: str) -> None:
    assert render(text) == text


# What is missing


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("{{ name }}", "line 1: 'name' is undefined"),
        ("a\n\n{{ name }}", "line 3: 'name' is undefined"),
        ("a\r\n{{ 1\r\n}}{{ name }}", "line 3: 'name' is undefined"),
        (4 * "{{ user }}\n" + "{{\nname }}{{ b }}", "line 6: 'name' is undefined"),
        (4 * "{{ user }}" + "\n{{ 1 + name }}", "line 2: 'name' is undefined"),
        ("{% if name %}{% endif %}", "line 1: 'name' is undefined"),
        ("{% for x in name %}{% endfor %}", "line 1: 'name' is undefined"),
        ("{{ name.first }}", "line 1: 'name' is undefined"),
        ("{{ name | upper }}", "line 1: 'name' is undefined"),
        ("{{ 'a' ~ name }}", "line 1: 'name' is undefined"),
        ("{{ 1 + name }}", "line 1: 'name' is undefined"),
        ("{{ 1 == name }}", "line 1: 'name' is undefined"),
        ("{{ name in 'abc' }}", "line 1: 'name' is undefined"),
        ("{{ [1, name] }}", "line 1: 'name' is undefined"),
        ("{{ {'a': name} | tojson }}", "line 1: 'name' is undefined"),
        ("{{ range(name) }}", "line 1: 'name' is undefined"),
        ("{{ 'a'.replace(name, 'b') }}", "line 1: 'name' is undefined"),
        ("{{ 'a' | center(name) }}", "line 1: 'name' is undefined"),
        ("{{ '%s' % name }}", "line 1: 'name' is undefined"),
        ("{{ '{}'.format(name) }}", "line 1: 'name' is undefined"),
        ("{{ {name: 1} }}", "line 1: 'name' is undefined"),
        ("{{ user[name] }}", "line 1: 'name' is undefined"),
        ("{{ name() }}", "line 1: 'name' is undefined"),
        (
            "{% macro f(a) %}\n{{ a }}{% endmacro %}{{ f() }}",
            "line 2: parameter 'a' was not provided",
        ),
        ("{{ user.email }}", "line 1: an object has no 'email'"),
        ("{{ user.address.street }}", "line 1: an object has no 'address'"),
        ("{{ '%(email)s' % user }}", "line 1: 'email' is undefined"),
        ("{{ '{email}'.format(**user) }}", "line 1: 'email' is not among the values to format"),
        ("{{ [] | first }}", "line 1: there is no first item: the sequence is empty"),
    ],
)
def test_what_is_missing_is_named_with_its_line(source: str, message: str) -> None:
    with pytest.raises(TemplateExecutionError) as error:
        render(source, user={"id": 1})

    assert str(error.value) == message


def test_plain_variables_in_a_row_are_printed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    names = [f"name_{number}" for number in range(41)]
    source = "".join(f"The {name} is {{{{ {name} }}}}.\n" for name in names)
    monkeypatch.delattr(Meter, "print_value")  # which prints one by one

    for value in ("x", 1, None, 2.5, True):
        text = render(source, **dict.fromkeys(names[1:], "x"), name_0=value)
        assert text.startswith(f"The name_0 is {value}.\nThe name_1 is x.\n")


def test_a_missing_variable_can_be_asked_for_and_defaulted() -> None:
    assert render("{{ a is defined }} {{ u.a is undefined }}", u={}) == "False True"
    assert (
        render("{{ a | default('x') }} {{ u.a | d('y') }} {{ '' | d('z', true) }}", u={}) == "x y z"
    )


# Errors


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("\n{{ 1 / 0 }}", "line 2: division by zero"),
        ("{{ 'a' + 1 }}", 'line 1: can only concatenate str (not "int") to str'),
        ("{{ 5 | upper(1) }}", "line 1: filter 'upper': too many positional arguments"),
        ("{{ 5 | replace }}", "line 1: filter 'replace': missing a required argument: 'old'"),
        (
            "{{ 5 is divisibleby }}",
            "line 1: test 'divisibleby': missing a required argument: 'num'",
        ),
        ("{{ 'a'.center() }}", "line 1: 'center': missing a required argument: 'width'"),
        ("{{ 'a'.upper }}", "line 1: the method 'upper' must be called: write upper()"),
        ("{% macro f() %}{% endmacro %}{{ f }}", "line 1: a macro cannot be used as a value"),
        ("{{ 5() }}", "line 1: a number cannot be called"),
        ("{{ [1] | map('nope') }}", "line 1: No filter named 'nope'."),
        ("{{ (-8) ** 0.5 }}", "line 1: a negative number cannot have a fractional power"),
        ("{{ '%d %d' % (1,) }}", "line 1: there are fewer values than the text has formats"),
        ("{{ '%d' % (1, 2) }}", "line 1: there are more values than the text has formats"),
        ("{{ dict(**5) }}", "line 1: the value after ** must be an object"),
        (
            "{{ dict(a=1, **{'a': 2}) }}",
            "line 1: call() got multiple values for keyword argument 'a'",
        ),
    ],
)
def test_an_error_while_rendering_tells_its_line(source: str, message: str) -> None:
    with pytest.raises(TemplateExecutionError) as error:
        render(source)

    assert message in str(error.value)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("a\n{% if %}", "line 2: Expected an expression, got 'end of statement block'"),
        ("{{ a", "line 1: unexpected end of template"),
        ("\n{% endif %}", "line 2: Encountered unknown tag 'endif'."),
        ("{{ 1 | nope }}", "line 1: No filter named 'nope'."),
        ("{{ 1 is nope }}", "line 1: No test named 'nope'."),
        ("{{ f(a=1, a=2) }}", "line 1: keyword argument repeated: a"),
        ("\n{{ 1e999 }}", "line 2: a number is too large"),
        ("\n{{ " + "9" * 5000 + " }}", "line 2: a number has too many digits"),
        ("\n{{ 0x" + "f" * 5000 + " }}", "line 2: a number has too many digits"),
        ("\n{% include 'a' %}", "line 2: the tag 'include' is not supported; there are"),
        ("{% import 'a' as b %}", "line 1: the tag 'import' is not supported; there are"),
        ("{% from 'a' import b %}", "line 1: the tag 'from' is not supported; there are"),
        ("{% extends 'a' %}", "line 1: the tag 'extends' is not supported; there are"),
        ("{% block a %}{% endblock %}", "line 1: the tag 'block' is not supported; there are"),
    ],
)
def test_the_error_of_a_template_that_cannot_be_parsed_tells_its_line(
    source: str, message: str
) -> None:
    with pytest.raises(TemplateSyntaxError) as error:
        jinja.compile_template(source)

    assert str(error.value).startswith(message)


# What Jinja has and this engine has not


def find_names_left_out() -> set[tuple[str, str]]:
    """Find what Jinja and Python have, except what starts with an underscore."""
    kinds: tuple[type, ...] = (str, list, tuple, dict, int, float, bool)
    methods = {
        name
        for kind in kinds
        for name in dir(kind)
        if not name.startswith("_") and callable(getattr(kind, name))
    }
    names: dict[str, set[str]] = {
        "filter": set(jinja2.filters.FILTERS) - set(ENVIRONMENT.filters),
        "test": set(jinja2.tests.TESTS) - set(ENVIRONMENT.tests),
        "function": {*jinja2.defaults.DEFAULT_NAMESPACE, "super"} - set(ENVIRONMENT.globals),
        "method": methods - METHOD_NAMES,
    }
    return {(kind, name) for kind in names for name in names[kind]}


def test_all_that_is_left_out_is_listed_and_nothing_else() -> None:
    listed = {(gap.kind, name) for gap in GAPS for name in gap.names if gap.kind != "tag"}

    assert listed == find_names_left_out()


TEMPLATES_OF_KINDS = {
    "filter": "{{ x | NAME }}",
    "test": "{{ x is NAME }}",
    "function": "{{ NAME() }}",
    "method": "{{ x.NAME() }}",
}


@pytest.mark.parametrize(("kind", "name"), sorted(find_names_left_out()))
def test_what_is_left_out_is_found_before_it_is_rendered_even_in_a_condition(
    kind: str, name: str
) -> None:
    expression = TEMPLATES_OF_KINDS[kind].replace("NAME", name)

    gap = jinja.compile_template(f"\n{{% if x %}}{expression}{{% endif %}}").find_gap()

    assert gap is not None
    assert str(gap).startswith(f"line 2: the {kind} {name!r} is not supported; ")
    assert (gap.line, str(gap)) == (2, f"line 2: {gap.reason}")


@pytest.mark.parametrize(
    "source",
    [
        "{{ lipsum }} {{ x.append }} {{ x.update }}",
        "{% macro lipsum() %}a{% endmacro %}{{ lipsum() }}",
        "{{ joiner()() }}{{ cycler(1).next() }}{{ x.items() }}{{ x.real }}",
    ],
)
def test_nothing_else_is_left_out(source: str) -> None:
    assert jinja.compile_template(source).find_gap() is None


def test_the_first_of_several_that_are_left_out_is_named() -> None:
    source = "{{ 1 }}" + "\n" * 9 + "{{ x.pop() }}" + "\n{{ [[x.update()]] }}" + "{{ lipsum() }}"

    assert str(jinja.compile_template(source).find_gap()).startswith("line 10: the method 'pop'")


def test_a_cycler_without_items_is_an_error_of_the_template() -> None:
    with pytest.raises(TemplateExecutionError, match="cycler': give at least one item"):
        render("{{ cycler() }}")


# The sandbox


@pytest.mark.parametrize(
    "source",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ ''['__class__'] }}",
        "{{ '{0.__class__}'.format(1) }}",
        "{{ '{a[__class__]}'.format_map({'a': 'x'}) }}",
        "{{ ['x'] | map(attribute='__class__') | list }}",
        "{{ f.__globals__ }}{% macro f() %}{% endmacro %}",
        "{{ range.run }}",
        "{{ ''.upper.run }}",
        "{{ self.__init__ }}",
        "{% set ns = namespace() %}{{ ns._Namespace__attrs }}",
        "{% for x in [1] %}{{ loop._iterator }}{% endfor %}",
        "{{ x.append(1) }}",
        "{{ x.clear() }}",
        "{{ y.update({}) }}",
        "{{ y.pop('a') }}",
        "{{ 'a'.encode() }}",
        "{{ lipsum() }}",
        "{{ cycler(1) }}",
        "{{ cycler(1).items }}",
        "{{ joiner() }}",
        "{{ self }}",
    ],
)
def test_nothing_else_can_be_reached(source: str) -> None:
    with pytest.raises(TemplateExecutionError) as error:
        render(source, x=[], y={})

    assert not re.search(r"0x|jinja2|shared|<", str(error.value))


@pytest.mark.parametrize("name", ["attr", "urlize"])
def test_a_filter_that_is_not_listed_is_unknown(name: str) -> None:
    with pytest.raises(TemplateSyntaxError, match="No filter named"):
        jinja.compile_template(f"{{{{ 'a' | {name} }}}}")


def test_every_filter_of_jinja_is_listed_or_left_out_on_purpose() -> None:
    assert set(jinja2.filters.FILTERS) - set(FILTERS) == {"attr", "urlize"}
    assert set(jinja2.tests.TESTS) - set(ENVIRONMENT.tests) == {"escaped"}


def test_variables_are_not_changed_by_rendering() -> None:
    variables = {"xs": [3, 1], "d": {"b": 1}}

    render("{{ xs | sort }}{{ d | dictsort }}{% set xs = xs + [4] %}{{ xs }}", **variables)

    assert variables == {"xs": [3, 1], "d": {"b": 1}}


# The limits

GROWING_TEXT = (
    "{% set n = namespace(x='x') %}{% for i in range(99) %}{% set n.x = n.x ~ n.x %}{% endfor %}"
)
GROWING_LIST = (
    "{% set n = namespace(x=[1]) %}{% for i in range(99) %}{% set n.x = n.x + n.x %}{% endfor %}"
)
# Sixty pairs in memory, 2**60 when unfolded.
UNFOLDING = (
    "{% set n = namespace(x=(1,), y=(1,)) %}{% for i in range(60) %}"
    "{% set n.x = (n.x, n.x) %}{% set n.y = (n.y, n.y) %}{% endfor %}"
)
BOMBS = [
    "{{ 'a' * 10**9 }}",
    "{{ 10**9 * 'a' }}",
    "{{ [0] * 10**9 }}",
    "{{ [] | list * 10**9999 }}",
    "{{ (10**10)**(10**10) }}",
    "{{ 10**(10**10) }}",
    "{{ 2**99999999 }}",
    "{{ 9**4999 }}",
    "{{ 'x'.ljust(10**9) }}",
    "{{ 'x'.rjust(10**9) }}",
    "{{ 'x'.center(10**9) }}",
    "{{ 'x'.zfill(10**9) }}",
    "{{ '\\t'.expandtabs(10**9) }}",
    "{{ '%999999999d' % 1 }}",
    "{{ '%.999999999f' % 1.5 }}",
    "{{ '%*d' % (10**9, 1) }}",
    "{{ '%(a)s' * 99999 % {'a': 1} }}",
    "{{ '%999999999s' | format('a') }}",
    "{{ '{:999999999}'.format(1) }}",
    "{{ '{:{}}'.format(1, 10**9) }}",
    "{{ ('{0}' * 99999).format(1) }}",
    "{{ '{a:>999999999}'.format_map({'a': 'b'}) }}",
    "{{ 'a' | center(10**9) }}",
    "{{ 'a\nb' | indent(10**9) }}",
    "{{ 'a' | replace('', 'a' * 99999) | replace('', 'a' * 99999) }}",
    "{{ 'a'.replace('a', 'b' * 99999).replace('b', 'b' * 99999) }}",
    "{{ ('a' * 99999).join(xs | map('string')) }}",
    "{{ xs | join('a' * 99999) }}",
    "{{ ('a b' * 99999) | wordwrap(1) }}",
    "{{ 'a' | wordwrap(1, wrapstring='a' * 9999999) }}",
    "{{ ('\\n' * 99999) | indent(99) }}",
    "{{ xs | tojson(10**9) }}",
    "{{ [1] | batch(10**9, 1) }}",
    "{{ [1] | slice(10**9) }}",
    "{{ 1 | round(10**9) }}",
    "{{ 1 | round(-10**9) }}",
    "{{ 1.5 | round(10**9, 'ceil') }}",
    "{{ ('9' * 99999) | int(0, 16) }}",
    "{{ range(10**9) }}",
    "{{ range(10**99) }}",
    "{% for i in range(10**9) %}{% endfor %}",
    "{% for i in xs %}{{ range(9999) | list | string | length }}{% endfor %}",
    "{% for a in xs %}{% for b in xs %}{% for c in xs %}{% endfor %}{% endfor %}{% endfor %}",
    "{% for a in xs %}{% for b in xs %}{% for c in xs if 0 %}{% endfor %}{% endfor %}{% endfor %}",
    "{% for a in xs %}{% for b in xs %}"
    + "{{ ["
    + "a," * 999
    + "] is string }}{% endfor %}{% endfor %}",
    "{% macro f(a=[" + "x," * 999 + "]) %}{% endmacro %}{% for a in xs %}{{ f() }}{% endfor %}",
    "{% for a in xs %}{% for b in xs %}" + "x" * 999 + "{% endfor %}{% endfor %}",
    "{% set x %}{% for a in xs %}{% for b in xs %}"
    + "x" * 999
    + "{% endfor %}{% endfor %}{% endset %}",
    "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
    "{% macro f() %}{{ caller() }}{% endmacro %}"
    "{% macro g() %}{% call f() %}{{ g() }}{% endcall %}{% endmacro %}{{ g() }}",
    "{% macro f(n) %}{% if n %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(40) }}",
    "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}",
    GROWING_TEXT,
    GROWING_TEXT.replace("~", "+"),
    GROWING_LIST,
    UNFOLDING + "{{ n.x }}",
    UNFOLDING + "{{ n.x ~ '' }}",
    UNFOLDING + "{{ n.x == n.y }}",
    UNFOLDING + "{{ n.x < n.y }}",
    UNFOLDING + "{{ n.x in [n.y] }}",
    UNFOLDING + "{{ n.x in {} }}",
    UNFOLDING + "{{ [n.x].index(n.y) }}",
    UNFOLDING + "{{ [n.x].count(n.y) }}",
    UNFOLDING + "{{ '%s' % (n.x,) }}",
    UNFOLDING + "{{ '%r' % (n.x,) }}",
    UNFOLDING + "{{ '{}'.format(n.x) }}",
    UNFOLDING + "{{ '{!r}'.format(n.x) }}",
    UNFOLDING + "{{ n.x is eq n.y }}",
    *(
        UNFOLDING + f"{{{{ {use} }}}}"
        for use in (
            "n.x | tojson",
            "n.x | pprint",
            "n.x | string",
            "n.x | upper",
            "n.x | urlencode",
            "{'a': n.x} | xmlattr",
            "[n.x] | join",
            "[n.x, n.y] | sort",
            "[n.x, n.y] | min",
            "[n.x, n.y] | unique",
            "{'a': n.x, 'b': n.y} | dictsort(by='value')",
            "[[n.x], [n.y]] | groupby(0)",
            "[n.x] | select('eq', n.y)",
        )
    ),
    "{% for x in [1] %}{{ loop.changed(y) }}{{ loop.changed(z) }}{% endfor %}",
    "{% set n = namespace(x=[]) %}{% for i in xs %}{% set n.x = [n.x] %}{% endfor %}{{ n.x }}",
    "{% set n = namespace(x=3) %}{% for i in xs %}{% set n.x = n.x * n.x %}{% endfor %}",
    "{% set n = namespace(x=3) %}{% for i in xs * 99 %}{% set n.x = n.x + n.x %}{% endfor %}",
    "{{ xs | sort(attribute=',' * 99999) }}",
    "{{ xs | map(attribute='0.' * 999, default='a') }}",
]


@pytest.mark.parametrize("source", BOMBS, ids=lambda source: source[-60:])
def test_what_runs_away_is_stopped(source: str) -> None:
    deep: list[Any] = []
    for _ in range(40):
        deep = [deep, deep]

    with pytest.raises(LimitExceededError) as error:
        render(source, xs=list(range(1000)), y=deep, z=deep)

    assert re.search(r"steps of work|longer than|larger than|deep|bits|digits", str(error.value))


def test_constants_are_not_evaluated_while_parsing() -> None:
    for source in BOMBS:
        jinja.compile_template(source)


@pytest.mark.parametrize(
    ("source", "expected"),
    [("{{ ('9' * 9999) | int }}", "0"), ("{{ 1e308 * 10 }}", "inf"), ("{{ 1 ** 10**99 }}", "1")],
)
def test_what_looks_dangerous_and_is_not_renders(source: str, expected: str) -> None:
    assert render(source) == expected


def test_numbers_that_share_a_hash_cost_no_more_than_others() -> None:
    same_hash = [index * sys.hash_info.modulus for index in range(2000)]

    assert render("{{ xs | unique | length }}", xs=same_hash) == "2000"
    with pytest.raises(TemplateExecutionError, match="a key must be a string or a small integer"):
        render("{{ dict(xs) }}", xs=[[number, 1] for number in same_hash])


NESTED: list[tuple[str, Callable[[int], str]]] = [
    ("parentheses", lambda n: "{{ " + "(" * n + "1" + ")" * n + " }}"),
    ("lists", lambda n: "{{ " + "[" * n + "]" * n + " }}"),
    ("negations", lambda n: "{{ " + "-" * n + "1 }}"),
    ("nots", lambda n: "{{ " + "not " * n + "1 }}"),
    ("conditions", lambda n: "{{ " + "1 if 1 else " * n + "1 }}"),
    ("attributes", lambda n: "{{ a" + ".b" * n + " }}"),
    ("items", lambda n: "{{ a" + "[0]" * n + " }}"),
    ("calls", lambda n: "{{ a" + "()" * n + " }}"),
    ("filters", lambda n: "{{ a" + "|upper" * n + " }}"),
    ("sums", lambda n: "{{ a" + "+1" * n + " }}"),
    ("ands", lambda n: "{{ a" + " and a" * n + " }}"),
    ("ifs", lambda n: "{% if 1 %}" * n + "{% endif %}" * n),
    ("loops", lambda n: "{% for x in [1] %}" * n + "{% endfor %}" * n),
    ("macros", lambda n: "{% macro f() %}" * n + "{% endmacro %}" * n),
    ("filter blocks", lambda n: "{% filter upper %}" * n + "{% endfilter %}" * n),
    ("set blocks", lambda n: "{% set a %}" * n + "{% endset %}" * n),
    ("with blocks", lambda n: "{% with %}" * n + "{% endwith %}" * n),
]


@pytest.mark.parametrize(("kind", "nest"), NESTED, ids=[kind for kind, _ in NESTED])
@pytest.mark.parametrize("depth", [250, 20_000])
def test_what_is_nested_too_deeply_is_a_syntax_error(
    kind: str, nest: Callable[[int], str], depth: int
) -> None:
    with pytest.raises(TemplateSyntaxError, match=r"^line 1: .*(nested|more than)"):
        jinja.compile_template(nest(depth))


@pytest.mark.parametrize(("kind", "nest"), NESTED, ids=[kind for kind, _ in NESTED])
def test_ordinary_nesting_parses_even_when_the_stack_is_half_used(
    kind: str, nest: Callable[[int], str]
) -> None:
    def parse_at(frames: int) -> None:
        if frames:
            parse_at(frames - 1)
        else:
            jinja.compile_template(nest(18))

    parse_at(400)


def test_a_template_of_very_many_tags_is_refused() -> None:
    with pytest.raises(TemplateSyntaxError, match="more than 10000 tokens"):
        jinja.compile_template("{{ a }}" * 5000)


def test_the_output_is_counted_in_bytes_while_it_is_made() -> None:
    limits = Limits(template_bytes=1000, output_bytes=10, steps=1000)

    assert render("{{ x }}", limits, x="é" * 5) == "é" * 5
    with pytest.raises(LimitExceededError, match="the output is larger than 10 bytes"):
        render("{{ x }}{{ x }}", limits, x="é" * 3)


def test_each_turn_of_a_loop_costs_about_as_many_steps_as_its_nodes() -> None:
    template = jinja.compile_template("{% for x in xs %}{{ x }}{% endfor %}")

    def count_steps(turns: int) -> int:
        return next(
            steps
            for steps in range(10_000)
            if not exceeds_limit(template, {"xs": [1] * turns}, steps)
        )

    assert 2 <= (count_steps(30) - count_steps(20)) / 10 <= 6


def exceeds_limit(template: jinja.Template, variables: dict[str, object], steps: int) -> bool:
    try:
        template.render(variables, limits=Limits(100, 1000, steps))
    except LimitExceededError:
        return True
    return False


def test_threads_that_share_a_template_share_no_budget() -> None:
    template = jinja.compile_template("{% for x in xs %}{{ x }},{% endfor %}{{ name }}")
    limits = Limits(template_bytes=1000, output_bytes=10_000, steps=9 * 500)

    def run(number: int) -> str:
        return template.render({"xs": [number] * 500, "name": number}, limits=limits)

    with ThreadPoolExecutor(8) as pool:
        texts = list(pool.map(run, range(64)))

    assert texts == [f"{number}," * 500 + str(number) for number in range(64)]


# The names a template needs


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("", []),
        ("{{ b.c }}{{ a }}{{ b }}", ["a", "b"]),
        ("{% set a = 1 %}{{ a }}{% for x in xs %}{{ x }}{{ loop.index }}{% endfor %}", ["xs"]),
        ("{% macro f(a, b=c) %}{{ a }}{{ d }}{% endmacro %}{{ f(range(3)) }}", ["c", "d"]),
        ("{% if a is defined %}{{ b | default(c) }}{% endif %}", ["a", "b", "c"]),
        ("{{ namespace(x=y).x }}{{ dict() }}", ["y"]),
    ],
)
def test_the_variables_of_a_template_are_listed_sorted(source: str, names: list[str]) -> None:
    assert jinja.compile_template(source).list_variables() == names


def test_rendering_leaves_the_numbers_of_the_variables_as_they_are() -> None:
    values = {"big": 10**40, "small": 1e-7, "nan": math.nan}

    assert render("{{ big }} {{ small }} {{ nan }}", **values) == f"{10**40} 1e-07 nan"


def test_a_context_belongs_to_one_rendering() -> None:
    first, second = (Context(ENVIRONMENT, {}, LIMITS, Usage()) for _ in range(2))

    assert first.meter is not second.meter


@pytest.mark.parametrize("part", ["{##}", "{# a #}", "{%raw%}{%endraw%}"])
def test_comments_and_raw_blocks_are_bounded_while_they_are_read(part: str) -> None:
    with pytest.raises(TemplateSyntaxError, match=f"more than {MAX_PARTS} parts"):
        jinja.compile_template(part * 50_000)
