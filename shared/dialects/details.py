"""Bodies that are JSON objects, and the details of what is wrong with a body."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shared import exact_json
from shared.problems import InvalidRequest

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from shared.request import Request

NO_OBJECT = "the request body must be a JSON object"
PATH_LENGTH = 100  # characters; a path can contain names that the caller has chosen


def load_object(request: Request) -> dict[str, Any]:
    """Load a body, in dialects that have no words of their own for one that is no JSON object.

    Raises:
        InvalidRequest: The body is not a JSON object, or exceeds a limit.
    """
    try:
        value = request.document
    except exact_json.LimitError as error:
        raise InvalidRequest(f"the request body exceeds a limit: {error}") from error
    except exact_json.NotJSONError as error:
        raise InvalidRequest(NO_OBJECT, details=[dump_syntax_error(error)]) from error
    if not isinstance(value, dict):
        raise InvalidRequest(NO_OBJECT)
    return value


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


def dump_syntax_error(error: exact_json.NotJSONError) -> dict[str, str]:
    """Dump why a body is not JSON, and where."""
    return {"path": "", "message": f"the body is not JSON: {error}"}
