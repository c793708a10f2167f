"""What every problem looks like, whatever the route."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

from infra.openapi import load_models
from shared.dialects.dialect import get_dialect

if TYPE_CHECKING:
    from shared.routes import Route
    from tests.client import Response


def assert_problem(response: Response, route: Route, *statuses: int) -> None:
    """Assert that a response tells of a problem as its dialect does, without a word of AWS.

    Args:
        response: The response.
        route: Whose response it is.
        statuses: Of which it must have one.
    """
    assert response.status in statuses, f"{response.status} {response.text}"
    assert response.headers["Content-Type"] == "application/json"
    assert_shape(response.json, route.dialect)
    assert response.headers["X-Request-Id"] in response.text
    assert "ETag" not in response.headers
    assert "AWS" not in response.text
    assert "Traceback" not in response.text


def assert_shape(body: Any, dialect: str) -> None:
    """Assert that a body is what the dialect documents of its problems, and no more."""
    assert _build_shape(dialect).validate_python(body, strict=True) == body


@cache
def _build_shape(dialect: str) -> TypeAdapter[Any]:
    return TypeAdapter(getattr(load_models(dialect), get_dialect(dialect).error_model))
