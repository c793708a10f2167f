"""The variables a Go template may ask for are found without running it."""

import pytest

from shared.rendering import go


@pytest.mark.parametrize(
    ("template", "names"),
    [
        ("plain text", ""),
        ("{{.b}} {{.a}} {{ .b }}", "a b"),
        ("{{.user.name}}", "user"),
        ("{{$.a}} {{$.b.c}}", "a b"),
        ("{{if .a}}{{.b}}{{else if .c}}{{.d}}{{else}}{{.e}}{{end}}", "a b c d e"),
        ("{{with .a}}{{.inner}}{{$.b}}{{else}}{{.c}}{{end}}", "a b c"),
        ("{{range .a}}{{.inner}}{{$.b}}{{else}}{{.c}}{{end}}", "a b c"),
        ("{{range $i, $e := .a}}{{$e.inner}}{{.other}}{{end}}", "a"),
        ("{{with .}}{{.a}}{{end}}{{with $}}{{.b}}{{end}}", "a b"),
        ("{{range .a}}{{with $}}{{.b}}{{end}}{{end}}", "a b"),
        ("{{range .a}}{{with .b}}{{.c}}{{end}}{{end}}", "a"),
        ('{{index . "a-b"}} {{index $ "c" "d"}} {{index .e "f"}}', "a-b c e"),
        ('{{(index . "a").inner}} {{(.).b}} {{($).c}}', "a b c"),
        ("{{printf .a (len .b) | eq .c}}", "a b c"),
        ("{{$x := .a}}{{$x.inner}}{{$r := .}}{{$r.b}}{{$r = .c}}", "a b c"),
        ('{{define "t"}}{{.a}}{{$.b}}{{end}}{{template "t" .}}', "a b"),
        ('{{define "t"}}{{.inner}}{{$.inner}}{{end}}{{template "t" .a}}', "a"),
        ('{{define "t"}}{{.inner}}{{end}}{{template "t"}}', ""),
        ('{{define "t"}}{{.a}}{{end}}', ""),
        (
            '{{define "t"}}{{.a}}{{template "t" .}}{{end}}{{range .b}}{{template "t" $}}{{end}}',
            "a b",
        ),
        ('{{block "t" .}}{{.a}}{{end}}{{block "u" .b}}{{.inner}}{{end}}', "a b"),
        ('{{template "missing" .a}}', "a"),
        ('{{define "prompt"}}{{.a}}{{end}}', "a"),
    ],
)
def test_variables(template: str, names: str) -> None:
    assert go.compile_template(template).list_variables() == names.split()
