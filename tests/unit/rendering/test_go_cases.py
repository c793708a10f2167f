"""The engine renders, byte for byte, what Go 1.25 rendered for the same template and variables.

`go_cases.json` was written by running Go's text/template: a text, the syntax error of a template
without a name, or the execution error of one with the name "prompt".
"""

import json
import re
from pathlib import Path
from typing import Any, Final

import pytest

from shared.rendering import go
from shared.rendering.errors import TemplateExecutionError, TemplateSyntaxError
from shared.rendering.limits import Limits
from shared.texts import MAX_EXCERPT

DATA: Final = json.loads(Path(__file__).with_name("go_cases.json").read_text(encoding="utf-8"))

# After as many characters of the caller's as a message may repeat.
CUT: Final = re.compile(rf"(?s)(?<=.{{{MAX_EXCERPT}}})\.\.\.")


def render_or_fail(template: str, variables: dict[str, Any]) -> tuple[str, str]:
    try:
        return "text", go.compile_template(template).render(variables, limits=Limits())
    except TemplateSyntaxError as error:
        return "syntax_error", str(error)
    except TemplateExecutionError as error:
        return "execution_error", str(error)


@pytest.mark.parametrize("case", DATA["cases"], ids=lambda case: case["template"][:60])
def test_go_gave_the_same(case: dict[str, str]) -> None:
    variables = DATA["variables"][case["variables"]]
    expected = {key: case[key] for key in case.keys() - {"template", "variables"}}

    ((kind, text),) = (render_or_fail(case["template"], variables),)
    assert expected.keys() == {kind}
    if kind == "text":
        assert text == expected[kind]
    else:
        # Long parts of a template are cut in errors, where they were longer than what is left.
        pattern = "(?s:.+)".join(map(re.escape, CUT.split(text)))
        assert re.fullmatch(pattern, expected[kind]), (text, expected)


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("{{if .f}}{{$x := 1}}{{else}}{{$x 2}}{{end}}", "undefined variable: $x"),
        ("{{$x := 1}}{{$x 2}}", "can't give argument to non-function $x"),
    ],
)
def test_a_variable_is_looked_up_before_its_argument_is_refused(
    template: str, message: str
) -> None:
    kind, text = render_or_fail(template, {"f": False})

    assert kind == "execution_error"
    assert text.endswith(f"at <$x>: {message}")
