"""The library's filters, which are charged for before they run.

None of the library's own limits applies within a filter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from liquid.undefined import Undefined

from ..errors import LimitExceededError
from ..meter import check_integer_bits

if TYPE_CHECKING:
    from collections.abc import Callable

    from .meter import Meter

_CALL_STEPS: Final = 4
_MAX_DATE: Final = 1_000  # characters
# They look at no part of a value but its end.
_SHALLOW: Final = frozenset({"size", "first", "last", "default"})
# How many times as long as its text a result can be, or what is built on the way.
_GROWTH: Final = {
    "capitalize": 3,
    "downcase": 3,
    "upcase": 3,
    "sort_natural": 3,
    "escape": 6,
    "escape_once": 6,
    "escapejs": 6,
    "newline_to_br": 7,
    "base64_encode": 2,
    "base64_url_safe_encode": 2,
    "url_encode": 24,
    "url_decode": 12,
}


def run_filter(
    meter: Meter, name: str, run: Callable[..., Any], left: Any, *args: Any, **kwargs: Any
) -> Any:
    """Run a filter.

    Args:
        meter: The meter of the rendering.
        name: The filter's name.
        run: The filter.
        left: The value before the filter.
        *args: The filter's arguments.
        **kwargs: The filter's named arguments.

    Raises:
        LimitExceededError: The filter takes too much work or memory, or its result is too large.
        LiquidError: The library refuses the arguments.
    """
    meter.spend(_CALL_STEPS + len(args) + len(kwargs))
    is_slice = name == "slice" and isinstance(left, str | list)  # whose result is no larger
    if not is_slice and name not in _SHALLOW:
        size = meter.spend_value(left)
        for value in (*args, *kwargs.values()):
            meter.spend_value(value)
        meter.spend(size * (_GROWTH.get(name, 1) - 1))
        if check := _CHECKS.get(name):
            check(meter, size, left, *args)
    result = run(left, *args, **kwargs)
    if isinstance(result, str):
        if result is not left:
            meter.spend_text(len(result))
    elif type(result) is list:
        meter.spend(len(result))
    elif isinstance(result, int):
        check_integer_bits(result.bit_length())
    return result


def _get_text(value: Any) -> str:
    """Return the text that filters make of a value, which has been charged for."""
    if isinstance(value, str):
        return value
    return "" if value is None else str(value)


def _count_items(value: Any, levels: int = 5) -> int:
    """Count the items of a list, whose inner lists filters flatten."""
    if isinstance(value, list | tuple) and levels >= 0:
        return sum(_count_items(item, levels - 1) for item in value)
    return len(value) if isinstance(value, range) else 1


def _check_replace(meter: Meter, size: int, left: Any, *args: Any) -> None:
    if not args:
        return
    text, old = _get_text(left), _get_text(args[0])
    new = _get_text(args[1]) if len(args) > 1 else ""
    meter.spend_text(len(text) + text.count(old) * max(0, len(new) - len(old)))


def _check_join(meter: Meter, size: int, left: Any, *args: Any) -> None:
    separator = _get_text(args[0]) if args else " "
    meter.spend_text(_count_items(left) * len(separator))


def _check_split(meter: Meter, size: int, left: Any, *args: Any) -> None:
    text = _get_text(left)
    separator = "" if not args or isinstance(args[0], Undefined) else _get_text(args[0])
    # Each part is a text of its own.
    meter.spend(1 + (len(text) >> 1 if separator == " " else text.count(separator)))


def _check_words(meter: Meter, size: int, left: Any, *args: Any) -> None:
    meter.spend(len(_get_text(left)) >> 1)


def _check_sort(meter: Meter, size: int, left: Any, *args: Any) -> None:
    meter.spend(size * size.bit_length())


def _check_uniq(meter: Meter, size: int, left: Any, *args: Any) -> None:
    meter.spend(size * size >> 8)  # each item is compared with all before it


def _check_html(meter: Meter, size: int, left: Any, *args: Any) -> None:
    text = _get_text(left)
    meter.spend(text.count("<") * len(text) >> 12)


def _check_date(meter: Meter, size: int, left: Any, *args: Any) -> None:
    if len(_get_text(left)) > _MAX_DATE or any(len(_get_text(text)) > _MAX_DATE for text in args):
        raise LimitExceededError(f"a date or its format is longer than {_MAX_DATE} characters")


_CHECKS: Final[dict[str, Callable[..., None]]] = {
    "date": _check_date,
    "join": _check_join,
    "replace": _check_replace,
    "sort": _check_sort,
    "sort_natural": _check_sort,
    "split": _check_split,
    "strip_html": _check_html,
    "truncatewords": _check_words,
    "uniq": _check_uniq,
}
