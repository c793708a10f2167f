"""Details of problems with a body: the path of each field, with a message that names it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from shared.exact_json import NotJSONError

PATH_LENGTH = 100  # characters; a path can contain names that the caller has chosen


def dump_field_error(error: ErrorDetails) -> dict[str, str]:
    """Dump the path of an invalid field, and a message that names it and says what is expected."""
    path = ""
    for step in error["loc"]:
        if isinstance(step, int):
            path += f"[{step}]"
        elif not step.startswith("<"):  # the tag of a union, not a field
            path += f".{step}" if path else step
    path = path[:PATH_LENGTH]
    if error["type"] == "missing":
        return {"path": path, "message": f"{path} is required"}
    sentence = error["msg"]
    return {"path": path, "message": f"{path}: {sentence[:1].lower()}{sentence[1:]}"}


def dump_syntax_error(error: NotJSONError) -> dict[str, str]:
    """Dump why a body is not JSON, and where."""
    return {"path": "", "message": f"the body is not JSON: {error}"}
