"""The tests that a template can use after `is`: all of Jinja's.

After `context` and `value`, the parameters of a test are those that templates can pass by name.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, TypeAlias

from jinja2 import tests as jinja
from jinja2.runtime import LoopContext, Macro, Undefined

from .operators import apply_operator, compare
from .values import CONTAINERS, Function

if TYPE_CHECKING:
    from .context import Context
    from .values import Value

Test: TypeAlias = Callable[..., bool]


def _build_value_test(is_true: Callable[..., object]) -> Test:
    return lambda context, value: bool(is_true(value))


def _build_comparison_test(comparison: str) -> Test:
    return lambda context, value, other: compare(context.meter, comparison, value, other)


def _build_text_test(is_true: Callable[[str], bool]) -> Test:
    return lambda context, value: is_true(context.meter.print_value(value))


def _divisibleby(context: Context, value: Value, num: int) -> bool:
    return bool(_compute_remainder(context, value, num) == 0)


def _compute_remainder(context: Context, value: Value, num: int) -> Value:
    if type(value) is str:
        raise TypeError("a remainder needs a number, not a string")
    return apply_operator(context.meter, "%", value, num)


def _is_sequence(value: Value) -> bool:
    return type(value) in CONTAINERS or type(value) in (str, range)


def _is_iterable(value: Value) -> bool:
    if isinstance(value, Undefined):
        iter(value)  # raises an error that names the variable
    return _is_sequence(value)


def _is_filter(context: Context, value: str) -> bool:
    return type(value) is str and value in context.environment.filters


def _is_test(context: Context, value: str) -> bool:
    return type(value) is str and value in context.environment.tests


_VALUE_TESTS: Final = (
    "boolean defined false float integer mapping none number string true undefined"
)

TESTS: Final[dict[str, Test]] = {
    **{name: _build_value_test(getattr(jinja, f"test_{name}")) for name in _VALUE_TESTS.split()},
    **{name: _build_comparison_test("eq") for name in ("==", "eq", "equalto")},
    **{name: _build_comparison_test("ne") for name in ("!=", "ne")},
    **{name: _build_comparison_test("gt") for name in (">", "gt", "greaterthan")},
    **{name: _build_comparison_test("gteq") for name in (">=", "ge")},
    **{name: _build_comparison_test("lt") for name in ("<", "lt", "lessthan")},
    **{name: _build_comparison_test("lteq") for name in ("<=", "le")},
    "callable": _build_value_test(lambda value: isinstance(value, Function | Macro | LoopContext)),
    "divisibleby": _divisibleby,
    "even": lambda context, value: _compute_remainder(context, value, 2) == 0,
    "filter": _is_filter,
    "in": _build_comparison_test("in"),
    "iterable": _build_value_test(_is_iterable),
    "lower": _build_text_test(str.islower),
    "odd": lambda context, value: _compute_remainder(context, value, 2) == 1,
    "sameas": lambda context, value, other: value is other,
    "sequence": _build_value_test(_is_sequence),
    "test": _is_test,
    "upper": _build_text_test(str.isupper),
}
