"""The engine renders, byte for byte, what Go 1.25 rendered for the same template and variables.

`go_cases.json` was written by running Go's text/template: a text, the syntax error of a template
without a name, or the execution error of one with the name "prompt".
"""

import json
from pathlib import Path
from typing import Any, Final

import pytest

from shared.rendering import go
from shared.rendering.errors import TemplateExecutionError, TemplateSyntaxError
from shared.rendering.limits import Limits

DATA: Final = json.loads(Path(__file__).with_name("go_cases.json").read_text(encoding="utf-8"))


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

    assert dict([render_or_fail(case["template"], variables)]) == expected
