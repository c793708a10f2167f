"""Whatever the template and the variables, the Go engine renders or fails in its own words."""

import json
from decimal import Decimal
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.rendering import go
from shared.rendering.errors import LimitExceededError, TemplateExecutionError, TemplateSyntaxError
from shared.rendering.limits import Limits

SMALL: Final = Limits(output_bytes=20_000, steps=20_000)

JSON: Final = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("abké"), inner),
    max_leaves=10,
)
VARIABLES: Final = st.dictionaries(st.sampled_from("abcé"), JSON)

PIECES: Final = st.sampled_from(
    [
        *("{{", "}}", "{{- ", " -}}", "(", ")", "|", ".", "$", "$x", ":=", "=", ",", '"', "`", "'"),
        *(
            ".a",
            ".b.k",
            " ",
            "\n",
            "x",
            "é",
            "\\",
            "%",
            "1",
            "-1",
            "0x",
            "1.5",
            "1i",
            "nil",
            "true",
        ),
        *(
            "{{if .a}}",
            "{{else}}",
            "{{end}}",
            "{{range .a}}",
            "{{range $i, $e := .b}}",
            "{{with .c}}",
        ),
        *("{{break}}", "{{continue}}", '{{define "t"}}', '{{template "t" .}}', '{{block "u" .}}'),
        *("printf ", '"%v %5.2[1]*d"', "print ", "index ", "slice ", "len ", "eq ", "lt ", "and "),
        *("{{.}}", "{{$}}", "{{.a}}", "{{/* c */}}", "call ", "html ", "js ", "urlquery ", "not "),
    ]
)
TEMPLATES: Final = st.text() | st.lists(PIECES, max_size=25).map("".join)


def render_or_fail(template: str, variables: dict[str, Any]) -> str:
    """Render, or return the message of one of the errors that may come out."""
    try:
        return "text: " + go.compile_template(template).render(variables, limits=SMALL)
    except (TemplateSyntaxError, TemplateExecutionError, LimitExceededError) as error:
        return str(error)


@given(template=TEMPLATES, variables=VARIABLES)
def test_nothing_but_text_and_the_three_errors_comes_out(
    template: str, variables: dict[str, Any]
) -> None:
    result = render_or_fail(template, variables)

    starts = ("text: ", "template: :", "template: prompt:", "rendering takes more than ", "the ")
    assert result.startswith(starts)
    assert not result.startswith("text: ") or len(result.encode()) <= SMALL.output_bytes + 6


@given(template=TEMPLATES)
def test_a_template_that_parses_tells_its_variables(template: str) -> None:
    try:
        names = go.compile_template(template).list_variables()
    except TemplateSyntaxError:
        return
    assert names == sorted(set(names))


@given(text=st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_text_without_actions_is_kept(text: str) -> None:
    text = text.replace("{{", "{ {")

    assert go.compile_template(text).render({}, limits=SMALL) == text


@given(value=st.text(st.characters(exclude_categories=["Cs"])))
def test_strings_are_written_as_they_are_and_measured_in_bytes(value: str) -> None:
    template = go.compile_template("{{.a}}{{.a}}|{{len .a}}")

    assert template.render({"a": value}, limits=SMALL) == f"{value}{value}|{len(value.encode())}"


def format_float(number: float) -> str:
    """Format a float the slow way: the shortest digits, then the rule for the exponent."""
    sign, numerals, exponent = Decimal(repr(number)).normalize().as_tuple()
    assert isinstance(exponent, int)
    digits = "".join(map(str, numerals))
    power = exponent + len(digits) - 1 if number else 0
    if number and not -4 <= power < 6:
        text = f"{digits[0]}.{digits[1:]}".rstrip(".") + f"e{power:+03d}"
    else:
        text = format(Decimal(repr(abs(number))).normalize(), "f") if number else "0"
    return "-" * sign + text


FLOATS: Final = st.floats(allow_nan=False, allow_infinity=False)


@given(number=FLOATS | st.integers(-(10**25), 10**25).map(float) | st.decimals(-9, 9).map(float))
def test_numbers_are_written_as_the_rule_says(number: float) -> None:
    text = go.compile_template("{{.n}}").render({"n": number}, limits=SMALL)

    assert text == format_float(number)
    assert float(text) == number


@given(number=FLOATS)
def test_a_number_reads_the_same_wherever_it_is_printed(number: float) -> None:
    template = go.compile_template(
        '{{.n}} {{print .n}} {{printf "%v" .n}} {{.l}} {{range .l}}{{.}}{{end}}'
    )

    text = template.render({"n": number, "l": [number]}, limits=SMALL)

    expected = format_float(number)
    assert text == f"{expected} {expected} {expected} [{expected}] {expected}"


@pytest.mark.parametrize("number", [7, Decimal(7), 7.0])
def test_any_python_number_is_a_float64(number: float | Decimal) -> None:
    template = go.compile_template(
        '{{.n}} {{printf "%T" .n}} {{eq .n 7.0}} {{lt .n 8.0}} {{printf "%.1f" .n}}'
    )

    assert template.render({"n": number}, limits=SMALL) == "7 float64 true true 7.0"


@given(number=st.integers(-(10**17), 10**17) | st.decimals(-(10**9), 10**9, places=3))
def test_decimals_and_integers_print_as_the_float_they_stand_for(number: int | Decimal) -> None:
    template = go.compile_template("{{.n}} {{.l}}")

    exact = template.render({"n": number, "l": [number]}, limits=SMALL)

    value = float(number)
    assert exact == template.render({"n": value, "l": [value]}, limits=SMALL)


@given(value=JSON)
def test_rendering_does_not_change_the_variables(value: Any) -> None:
    variables = {"a": value}
    before = json.dumps(variables)

    render_or_fail(
        "{{$x := .}}{{range $i, $e := .a}}{{$e = 1}}{{$i = 2}}{{end}}{{slice .a 0 1}}{{$x = 3}}",
        variables,
    )

    assert json.dumps(variables) == before
