"""The tests a template may use after `is`: all of Jinja's that ask about a value."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from jinja2 import tests as jinja
from jinja2.runtime import LoopContext, Macro, Undefined

from shared.rendering.jinja.operators import binary, compare
from shared.rendering.jinja.values import HOLDERS, Function, Value

if TYPE_CHECKING:
    from shared.rendering.jinja.environment import Context

Check = Callable[..., bool]


def _pure(question: Callable[..., object]) -> Check:
    return lambda context, value: bool(question(value))


def _compared(comparison: str) -> Check:
    return lambda context, value, other: compare(context.meter, comparison, value, other)


def _divisible(context: "Context", value: Value, num: int) -> bool:
    return bool(_remainder(context, value, num) == 0)


def _remainder(context: "Context", value: Value, num: int) -> Value:
    if type(value) is str:
        raise TypeError("a string has no remainder")
    return binary(context.meter, "%", value, num)


def _spelled(question: Callable[[str], bool]) -> Check:
    return lambda context, value: question(context.meter.text(value))


def _sequence(value: Value) -> bool:
    return type(value) in HOLDERS or type(value) in (str, range)


def _iterable(value: Value) -> bool:
    if isinstance(value, Undefined):
        iter(value)  # raises, naming the variable
    return _sequence(value)


def _is_filter(context: "Context", value: str) -> bool:
    return type(value) is str and value in context.environment.filters


def _is_test(context: "Context", value: str) -> bool:
    return type(value) is str and value in context.environment.tests


_PURE: Final = "boolean defined false float integer mapping none number string true undefined"

CHECKS: Final[dict[str, Check]] = {
    **{name: _pure(getattr(jinja, f"test_{name}")) for name in _PURE.split()},
    **{name: _compared("eq") for name in ("==", "eq", "equalto")},
    **{name: _compared("ne") for name in ("!=", "ne")},
    **{name: _compared("gt") for name in (">", "gt", "greaterthan")},
    **{name: _compared("gteq") for name in (">=", "ge")},
    **{name: _compared("lt") for name in ("<", "lt", "lessthan")},
    **{name: _compared("lteq") for name in ("<=", "le")},
    "callable": _pure(lambda value: isinstance(value, Function | Macro | LoopContext)),
    "divisibleby": _divisible,
    "even": lambda context, value: _remainder(context, value, 2) == 0,
    "filter": _is_filter,
    "in": _compared("in"),
    "iterable": _pure(_iterable),
    "lower": _spelled(str.islower),
    "odd": lambda context, value: _remainder(context, value, 2) == 1,
    "sameas": lambda context, value, other: value is other,
    "sequence": _pure(_sequence),
    "test": _is_test,
    "upper": _spelled(str.isupper),
}
