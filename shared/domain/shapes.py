"""Shapes of stored JSON, against damage and against forms that only a later release knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from types import EllipsisType

    # A type; a list with the shape of its items; or a dict with the shapes of required keys, and
    # under `...` the shape of all other values. Several shapes are alternatives.
    Shape = type | list["Shape"] | dict[str | EllipsisType, "Shape"] | tuple["Shape", ...]

Value = TypeVar("Value")


def has_shape(value: Any, shape: Shape) -> bool:
    """Tell whether a decoded JSON value has a shape."""
    if isinstance(shape, tuple):
        return any(has_shape(value, alternative) for alternative in shape)
    if isinstance(shape, list):
        return isinstance(value, list) and all(has_shape(item, shape[0]) for item in value)
    if isinstance(shape, dict):
        return isinstance(value, dict) and _has_items(value, shape)
    return type(value) is shape


def _has_items(value: dict[str, Any], shape: dict[str | EllipsisType, Shape]) -> bool:
    required = {name: inner for name, inner in shape.items() if name is not ...}
    others = shape.get(..., object)
    return all(
        name in value and has_shape(value[name], inner) for name, inner in required.items()
    ) and (
        others is object
        or all(has_shape(item, others) for name, item in value.items() if name not in required)
    )


def check_shape(value: Value, shape: Shape) -> Value:
    """Check that a decoded JSON value has a shape.

    Returns:
        The same value.

    Raises:
        TypeError: It has another shape.
    """
    if not has_shape(value, shape):
        raise TypeError("a stored value has another shape")
    return value
