"""No Go template, however hostile, costs more than its limits or Python's stack allow."""

import sys
from threading import Thread
from typing import Any, Final

import pytest

from shared.rendering import go
from shared.rendering.errors import LimitExceededError, TemplateExecutionError, TemplateSyntaxError
from shared.rendering.limits import Limits

DEFAULT: Final = Limits()
LONG: Final = "<é&\x01" * 500_000


def render(template: str, variables: dict[str, Any] | None = None, limits: Limits = DEFAULT) -> str:
    return go.compile_template(template).render(variables or {}, limits=limits)


@pytest.mark.parametrize(
    "template",
    [
        "{{range 1000000000}}{{end}}",
        "{{range .list}}{{range $.list}}{{range $.list}}{{end}}{{end}}{{end}}",
        "{{range 1000000000}}{{if lt (len (print . 1)) (len $.map)}}{{end}}{{end}}",
        "{{range 1000000000}}{{$x := html $.long}}{{end}}",
        "{{range 1000000000}}{{$x := js $.long}}{{end}}",
        "{{range 1000000000}}{{$x := urlquery $.long}}{{end}}",
        '{{range 1000000000}}{{$x := printf "%q" $.long}}{{end}}',
        "{{range 1000000000}}{{$x := index $.long 1}}{{end}}",
        "{{range 1000000000}}{{$x := len $.long}}{{end}}",
        "{{range 1000000000}}{{$x := slice $.long 1}}{{end}}",
        "{{range 1000000000}}{{$x := slice $.list 1}}{{end}}",
        "{{range 1000000000}}{{$x := eq $.long $.same}}{{end}}",
        "{{range 1000000000}}{{$x := lt $.long $.same}}{{end}}",
        "{{range 1000000000}}{{$x := print $}}{{end}}",
        '{{$x := "a"}}{{range 1000000000}}{{$x = print $x $x}}{{end}}',
        '{{range 1000000000}}{{$x := printf "%1000000d" 1}}{{end}}',
        '{{range 1000000000}}{{$x := printf "%.1000000f" 1.0}}{{end}}',
        '{{printf "%1000000v" .list}}',
        '{{define "a"}}{{template "b"}}{{template "b"}}{{end}}'
        '{{define "b"}}{{template "c"}}{{template "c"}}{{end}}'
        '{{define "c"}}{{range 1000000000}}{{end}}{{end}}{{template "a"}}',
    ],
)
def test_endless_work_ends_at_the_step_limit(template: str) -> None:
    variables = {
        "list": [1.5] * 20_000,
        "map": {f"k{number}": None for number in range(1000)},
        "long": LONG,
        "same": "".join(list(LONG)),
    }

    with pytest.raises(LimitExceededError, match="more than 1000000 steps"):
        render(template, variables)


def test_an_ordinary_large_loop_fits_in_the_default_limits() -> None:
    template = '{{range $i, $e := .rows}}{{$i}}: {{$e.name}}{{if eq $e.kind "b"}}!{{end}}\n{{end}}'
    rows = [{"name": f"row {number}", "kind": "ab"[number % 2]} for number in range(10_000)]

    text = render(template, {"rows": rows})

    assert text.splitlines()[9_999] == "9999: row 9999!"


def test_a_large_template_fits_in_the_default_limits() -> None:
    template = "Some words before {{.name}} and after.\n" * 3_000

    assert render(template, {"name": "x"}) == template.replace("{{.name}}", "x")


@pytest.mark.parametrize(
    "template",
    ["{{.x}}", "{{.x}}{{.x}}", "{{print .x}}", "{{range 3}}{{$.x}}{{end}}", "y{{.n}}{{.x}}"],
)
def test_output_is_limited_in_bytes(template: str) -> None:
    variables = {"x": "é" * 6, "n": 1.0}
    size = len(render(template, variables).encode())

    assert render(template, variables, Limits(output_bytes=size))
    with pytest.raises(LimitExceededError, match=f"larger than {size - 1} bytes"):
        render(template, variables, Limits(output_bytes=size - 1))


def test_the_output_limit_holds_before_anything_is_joined() -> None:
    template = "{{.x}}" * 50_000

    with pytest.raises(LimitExceededError, match="larger than 5000000 bytes"):
        render(template, {"x": "x" * 4_000_000})


@pytest.mark.parametrize(
    "body",
    [
        '{{template "r" .}}',
        'x{{template "r" .}}{{template "r" .}}',
        '{{range 1}}{{if true}}{{with 1}}{{template "r" $}}{{end}}{{end}}{{end}}',
    ],
)
def test_endless_recursion_is_an_execution_error(body: str) -> None:
    with pytest.raises(TemplateExecutionError, match=r"exceeded maximum template depth \(10000\)$"):
        render('{{define "r"}}' + body + '{{end}}{{template "r" .}}')


def nest(opening: str, inside: str, closing: str, depth: int) -> str:
    return opening * depth + inside + closing * depth


@pytest.mark.parametrize("opening", ["{{if true}}", "{{range 1}}", "{{with .}}"])
def test_blocks_nest_deeper_than_python_recurses(opening: str) -> None:
    assert render(nest(opening, "x", "{{end}}", 1000), {"a": 1}) == "x"
    with pytest.raises(TemplateSyntaxError, match=r"^template: :1: max block depth exceeded$"):
        go.compile_template(nest(opening, "x", "{{end}}", 1001))


def test_parentheses_nest_up_to_a_limit() -> None:
    assert render("{{" + nest("(print ", "1", ")", 64) + "}}") == "1"
    with pytest.raises(TemplateSyntaxError, match=r"^template: :1: max expression depth exceeded$"):
        go.compile_template("{{" + nest("(", "1", ")", 65) + "}}")


@pytest.mark.parametrize(
    "piece", ["{{1}}", "{{.a}}x", "\n{{$x := 1}}", "{{", "{{if 1}}", "{{/**/}}"]
)
def test_a_template_of_too_many_parts_is_refused(piece: str) -> None:
    with pytest.raises(LimitExceededError, match="more than 60000 parts"):
        go.compile_template(piece * 150_000)


def test_deeply_nested_values_are_written_without_recursion() -> None:
    value: Any = 1.0
    for _ in range(50_000):
        value = [value]

    assert render("{{.v}}", {"v": value}) == nest("[", "1", "]", 50_000)


def test_a_thread_with_the_default_stack_is_enough() -> None:
    templates = [
        nest("{{range 1}}{{if 1}}{{with 1}}", "x", "{{end}}{{end}}{{end}}", 330),
        "{{" + nest("(len ", '"abc"', ")", 1) + "}}",
        "{{" + nest("(print (or nil ", "7", "))", 32) + "}}",
    ]
    texts: list[str] = []

    thread = Thread(target=lambda: texts.extend(map(render, templates)))
    thread.start()
    thread.join()

    assert texts == ["x", "3", "7"]
    assert sys.getrecursionlimit() <= 3000, "the limit was raised; this proves nothing"


def test_one_template_renders_in_several_threads_at_once() -> None:
    template = go.compile_template(
        "{{range $i, $x := .l}}{{$y := $x}}{{if $i}},{{end}}{{$y}}{{end}}"
    )
    texts: dict[int, str] = {}

    def work(number: int) -> None:
        texts[number] = template.render({"l": [float(number)] * 500}, limits=DEFAULT)

    threads = [Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert texts == {number: ",".join([str(number)] * 500) for number in range(8)}
