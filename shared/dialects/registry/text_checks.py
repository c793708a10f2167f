"""What is wrong with a text that is not saved, as data for an editor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shared.dialects.languages import list_warnings
from shared.dialects.registry.chats import get_response_format
from shared.domain.content import MESSAGES, TEMPLATE
from shared.domain.json_schemas import find_errors
from shared.templates import find_variables

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.dialects.registry.models import Finding
    from shared.domain.content import Content
    from shared.problems import Problem
    from shared.settings import Settings

RESPONSE_FORMAT = "response_format"


def dump_findings(problem: Problem, *, is_composed: bool = False) -> Iterator[Finding]:
    """Dump the problem that a write or a rendering of the text would have.

    Args:
        problem: The problem.
        is_composed: Whether its lines are those of the text with other texts in it, which nobody
            has before their eyes.
    """
    reason = problem.reason or problem.message
    for detail in problem.details or [{}]:
        if isinstance(detail, dict):
            more = str(detail.get("message", reason))
            yield {
                "path": detail.get("path", TEMPLATE),
                "line": None if is_composed else detail.get("line"),
                "column": None if is_composed else detail.get("column"),
                "message": reason if more in reason else f"{reason}; {more}",
            }


def find_schema_errors(content: Content) -> Iterator[Finding]:
    """Find what is wrong with the schemas of what the model must produce, and of its tools."""
    for path, message in (*_find_in_response_format(content), *_find_in_tools(content)):
        yield build_finding(path, f"{path}: {message}")


def _find_in_response_format(content: Content) -> Iterator[tuple[str, str]]:
    response_format = get_response_format(content) or {}
    if response_format.get("type") != "json_schema":
        return
    path = f"{RESPONSE_FORMAT}.json_schema"
    match response_format.get("json_schema"):
        case {"schema": schema}:
            yield from find_errors(schema, f"{path}.schema")
        case _:
            yield path, "must be an object with a name and a schema"


def _find_in_tools(content: Content) -> Iterator[tuple[str, str]]:
    """Find errors in tools, which are those of any vendor."""
    for number, tool in enumerate(content.tools or ()):
        path = f"tools[{number}]"
        if "function" in tool:
            yield from _find_in_function(tool["function"], f"{path}.function")
        elif "input_schema" in tool:  # as Anthropic has it
            yield from find_errors(tool["input_schema"], f"{path}.input_schema")
        elif tool.get("type") == "function":
            yield from _find_in_function(tool, path)


def _find_in_function(function: Any, path: str) -> Iterator[tuple[str, str]]:
    if not isinstance(function, dict):
        yield path, "must be an object with a name"
        return
    if not isinstance(function.get("name"), str) or not function["name"]:
        yield f"{path}.name", "must be the name of the function"
    if function.get("parameters") is not None:
        yield from find_errors(function["parameters"], f"{path}.parameters")


def find_warnings(content: Content, settings: Settings) -> Iterator[Finding]:
    """Find what other dialects' clients cannot read of a content without errors."""
    path = TEMPLATE if content.messages is None else MESSAGES
    for warning in list_warnings(content, find_variables(content, settings)):
        yield build_finding(path, warning)


def build_finding(path: str, message: str) -> Finding:
    """Build a finding that is not about a line."""
    return {"path": path, "line": None, "column": None, "message": message}
