"""The filters of templates: Jinja's, except those in `unsupported.py`.

These return a list where Jinja returns a generator, because a list can be printed and is charged
for when it is made. There is no markup type, so `escape` returns an ordinary string.

After `context` and `value`, the parameters of a filter are those that templates can pass by name.
"""

from __future__ import annotations

import json
import math
import operator
from collections.abc import Callable, Collection
from itertools import groupby
from typing import TYPE_CHECKING, Final

from jinja2 import filters as jinja
from jinja2.exceptions import FilterArgumentError
from jinja2.runtime import Undefined
from markupsafe import escape

from ..errors import LimitExceededError
from ..meter import check_integer_bits
from .formatting import printf
from .members import build_pad_method, join_texts, replace, strip
from .operators import apply_operator
from .values import ATOMS, CONTAINERS, Group, Value, describe

if TYPE_CHECKING:
    from .context import Context

Filter = Callable[..., Value]
Getter = Callable[[Value], Value]
Attribute = str | int | None

_ROUNDING_DIGITS: Final = 400  # more than a float has; Python computes ten to this power


# Text


def _build_text_filter(convert: Callable[[str], str], *, steps_per_character: int = 0) -> Filter:
    """Build a filter whose cost and result are proportional to its text."""

    def run(context: Context, value: Value) -> str:
        text = context.meter.print_value(value)
        context.meter.spend(len(text) * steps_per_character)
        text = convert(text)
        context.meter.spend_text(len(text))
        return text

    return run


def _center(context: Context, value: Value, width: int = 80) -> str:
    return str(build_pad_method("center")(context, context.meter.print_value(value), width))


def _format(context: Context, value: Value, *args: Value, **kwargs: Value) -> str:
    if args and kwargs:
        raise FilterArgumentError("a format takes positional or named values, not both")
    return printf(context.meter, context.meter.print_value(value), kwargs or args)


def _indent(
    context: Context,
    value: Value,
    width: int | str = 4,
    first: bool = False,
    blank: bool = False,
) -> str:
    text = context.meter.print_value(value)
    context.meter.spend(len(text) >> 2)
    step = len(width) if isinstance(width, str) else operator.index(width)
    context.meter.spend_text(len(text) + (len(text.splitlines()) + 1) * (max(step, 0) + 1))
    return jinja.do_indent(text, width, first, blank)


def _join(context: Context, value: Value, d: Value = "", attribute: Attribute = None) -> str:
    get = _build_getter(context, attribute)
    parts = [context.meter.print_value(get(item)) for item in _list_elements(context, value)]
    return join_texts(context, context.meter.print_value(d), parts)


def _replace(
    context: Context, value: Value, old: Value, new: Value, count: int | None = None
) -> str:
    text, old, new = map(context.meter.print_value, (value, old, new))
    return replace(context, text, old, new, -1 if count is None else count)


def _striptags(text: str) -> str:
    from html import unescape

    for opening, closing in ("<!--", "-->"), ("<", ">"):
        text = _remove_tags(text, opening, closing)
    return unescape(" ".join(text.split()))


def _remove_tags(text: str, opening: str, closing: str) -> str:
    """Remove tags in one pass; removing them one by one would copy the text each time."""
    parts: list[str] = []
    position = 0
    while (start := text.find(opening, position)) >= 0:
        end = text.find(closing, start)
        if end < 0:
            break
        parts.append(text[position:start])
        position = end + len(closing)
    return "".join([*parts, text[position:]])


def _trim(context: Context, value: Value, chars: str | None = None) -> str:
    return strip(context, context.meter.print_value(value), chars)


def _truncate(
    context: Context,
    value: Value,
    length: int = 255,
    killwords: bool = False,
    end: str = "...",
    leeway: int | None = None,
) -> str:
    text = context.meter.print_value(value)
    leeway = 5 if leeway is None else leeway
    if length < len(end) or leeway < 0:
        raise FilterArgumentError("the length must not be smaller than the length of the end")
    if len(text) <= length + leeway:
        return text
    start = text[: length - len(end)]
    return (start if killwords else start.rsplit(" ", 1)[0]) + end


def _wordcount(context: Context, value: Value) -> int:
    text = context.meter.print_value(value)
    context.meter.spend(len(text))
    return jinja.do_wordcount(text)


def _wordwrap(
    context: Context,
    value: Value,
    width: int = 79,
    break_long_words: bool = True,
    wrapstring: str | None = None,
    break_on_hyphens: bool = True,
) -> str:
    text = context.meter.print_value(value)
    # Each character is expensive, and a long word is copied for each line it is broken into.
    words = text.split()
    longest = max(map(len, words), default=0)
    context.meter.spend(len(text) * 4 + longest**2 // (max(operator.index(width), 1) << 8))
    lines = len(text) // max(width, 1) + len(text.splitlines()) + len(words)
    context.meter.spend_text(len(text) + lines * len(wrapstring or "\n"))
    return jinja.do_wordwrap(
        context.environment, text, width, break_long_words, wrapstring, break_on_hyphens
    )


# Data as text


def _pprint(context: Context, value: Value) -> str:
    context.meter.spend(20)
    for _ in range(8):  # it measures every part at each level again
        context.meter.spend_value(value)
    text = jinja.do_pprint(value)
    context.meter.spend_text(len(text))
    return text


def _tojson(
    context: Context,
    value: Value,
    indent: int | None = None,
    ensure_ascii: bool = False,
    sort_keys: bool = False,
) -> str:
    # For a model to read, not for a page: no escapes for HTML, and keys in their order.
    context.meter.spend(20)  # Python makes an encoder for each call
    context.meter.spend_value(value, indent=max(operator.index(indent or 0), 0))
    text = json.dumps(
        value, indent=indent, ensure_ascii=bool(ensure_ascii), sort_keys=bool(sort_keys)
    )
    context.meter.spend_text(len(text))
    return text


def _urlencode(context: Context, value: Value) -> str:
    context.meter.spend(10 + context.meter.spend_value(value))
    text = jinja.do_urlencode(value)
    context.meter.spend_text(len(text))
    return text


def _xmlattr(context: Context, value: Value, autospace: bool = True) -> str:
    if type(value) is not dict:
        raise TypeError(f"only an object can be converted to attributes, not {describe(value)}")
    context.meter.spend_value(value)
    text = jinja.do_xmlattr(context.eval_ctx, value, autospace)
    context.meter.spend_text(len(text))
    return text


# Numbers


def _abs(context: Context, value: Value) -> Value:
    return abs(value)


def _filesizeformat(context: Context, value: Value, binary: bool = False) -> str:
    context.meter.spend_value(value)
    return jinja.do_filesizeformat(value, binary)


def _float(context: Context, value: Value, default: Value = 0.0) -> Value:
    context.meter.spend_value(value)
    return jinja.do_float(value, default)


def _int(context: Context, value: Value, default: Value = 0, base: int = 10) -> Value:
    context.meter.spend_value(value)
    number = jinja.do_int(value, default, base)
    if type(number) is int:
        check_integer_bits(number.bit_length())
    return number


def _round(context: Context, value: Value, precision: int = 0, method: str = "common") -> Value:
    if method not in ("common", "ceil", "floor"):
        raise FilterArgumentError("the method must be common, ceil or floor")
    if abs(operator.index(precision)) > _ROUNDING_DIGITS:
        raise LimitExceededError(
            f"a number cannot be rounded to more than {_ROUNDING_DIGITS} digits; use fewer"
        )
    context.meter.spend_value(value)
    if method == "common":
        return round(value, precision)
    round_to_integer = math.ceil if method == "ceil" else math.floor
    return round_to_integer(value * 10**precision) / 10**precision


def _sum(context: Context, value: Value, attribute: Attribute = None, start: Value = 0) -> Value:
    get = _build_getter(context, attribute)
    for item in _list_elements(context, value):
        start = apply_operator(context.meter, "+", start, get(item))
    return start


# Lists


def _batch(
    context: Context, value: Value, linecount: int, fill_with: Value = None
) -> list[list[Value]]:
    if fill_with is not None:
        context.meter.spend(max(operator.index(linecount), 0))
    return list(jinja.do_batch(_list_elements(context, value), linecount, fill_with))


def _slice(
    context: Context, value: Value, slices: int, fill_with: Value = None
) -> list[list[Value]]:
    context.meter.spend(max(operator.index(slices), 0))
    return list(jinja.sync_do_slice(_list_elements(context, value), slices, fill_with))


def _first(context: Context, value: Value) -> Value:
    for item in _check_iterable(value):
        return item
    return context.environment.undefined("there is no first item: the sequence is empty")


def _last(context: Context, value: Value) -> Value:
    for item in reversed(_check_iterable(value)):  # type: ignore[call-overload]  # all can be reversed
        return item
    return context.environment.undefined("there is no last item: the sequence is empty")


def _random(context: Context, value: Value) -> Value:
    return jinja.do_random(context, list(_list_elements(context, value)))


def _length(context: Context, value: Value) -> int:
    return len(_check_iterable(value))


def _list(context: Context, value: Value) -> list[Value]:
    return list(_list_elements(context, value))


def _items(context: Context, value: Value) -> list[tuple[str, Value]]:
    if isinstance(value, Undefined):
        return []
    if type(value) is not dict:
        raise TypeError(f"only an object has items, not {describe(value)}")
    context.meter.spend(len(value))
    return list(value.items())


def _reverse(context: Context, value: Value) -> Value:
    if type(value) is str:
        context.meter.spend_text(len(value))
        return value[::-1]
    return list(_list_elements(context, value))[::-1]


def _sort(
    context: Context,
    value: Value,
    reverse: bool = False,
    case_sensitive: bool = False,
    attribute: Attribute = None,
) -> list[Value]:
    names: list[Attribute] = [attribute]
    if isinstance(attribute, str):
        context.meter.spend(len(attribute) * 16)
        names = [*attribute.split(",")]
    getters = [_build_getter(context, name, ignore_case=not case_sensitive) for name in names]
    items = _list_for_sorting(context, value)
    return _sort_by_keys(
        context, items, [[get(item) for get in getters] for item in items], reverse
    )


def _dictsort(
    context: Context,
    value: Value,
    case_sensitive: bool = False,
    by: str = "key",
    reverse: bool = False,
) -> list[tuple[str, Value]]:
    if by not in ("key", "value"):
        raise FilterArgumentError("'by' must be 'key' or 'value'")
    pairs = _list_for_sorting(context, _items(context, value))
    get = _build_getter(context, 0 if by == "key" else 1, ignore_case=not case_sensitive)
    return _sort_by_keys(context, pairs, [get(pair) for pair in pairs], reverse)


def _groupby(
    context: Context,
    value: Value,
    attribute: str | int,
    default: Value = None,
    case_sensitive: bool = False,
) -> list[Group]:
    get = _build_getter(context, attribute, default=default)
    get_key = _build_getter(context, attribute, default=default, ignore_case=not case_sensitive)
    items = _list_for_sorting(context, value)
    keys = [get_key(item) for item in items]
    pairs = _sort_by_keys(context, list(zip(keys, items, strict=True)), keys, False)
    groups = ([item for _, item in same] for _, same in groupby(pairs, operator.itemgetter(0)))
    # As in Jinja, the first item's spelling is the name of the group.
    return [Group(get(group[0]), group) for group in groups]


def _unique(
    context: Context,
    value: Value,
    case_sensitive: bool = False,
    attribute: Attribute = None,
) -> list[Value]:
    get = _build_getter(context, attribute, ignore_case=not case_sensitive)
    context.meter.spend(2 * len(_check_iterable(value)))
    first: dict[Value, Value] = {}
    for item in _list_elements(context, value):
        key = get(item)
        context.meter.spend_value(key)
        first.setdefault(_build_hash_key(key), item)
    return list(first.values())


def _build_extreme_filter(choose: Callable[..., Value]) -> Filter:
    """Build `min` or `max`."""

    def run(
        context: Context,
        value: Value,
        case_sensitive: bool = False,
        attribute: Attribute = None,
    ) -> Value:
        get = _build_getter(context, attribute, ignore_case=not case_sensitive)
        items = _list_elements(context, value)
        context.meter.spend(2 * len(items))
        if not items:
            return context.environment.undefined("the sequence is empty")
        pairs = [(get(item), item) for item in items]
        for key, _ in pairs:
            context.meter.spend_value(key)
        return choose(pairs, key=operator.itemgetter(0))[1]

    return run


def _map(context: Context, value: Value, *args: Value, **kwargs: Value) -> list[Value]:
    if not value:
        return []  # also for `none`, as in Jinja
    if not args and "attribute" in kwargs:
        get = _build_getter(context, kwargs.pop("attribute"), default=kwargs.pop("default", None))
        if kwargs:
            raise FilterArgumentError(f"unexpected keyword argument {next(iter(kwargs))!r}")
        return [get(item) for item in _list_elements(context, value)]
    if not args:
        raise FilterArgumentError("map requires a filter or an attribute")
    name, *rest = args
    call = context.environment.call_filter
    return [
        call(_check_name(name), item, rest, kwargs, context=context)
        for item in _list_elements(context, value)
    ]


def _build_selection_filter(selects: bool, *, by_attribute: bool) -> Filter:
    """Build `select` or `reject`, or its variant for an attribute."""

    def run(context: Context, value: Value, *args: Value, **kwargs: Value) -> list[Value]:
        if not value:
            return []
        attribute, *test_args = args if by_attribute and args else (None, *args)
        if by_attribute and not args:
            raise FilterArgumentError("the name of an attribute is missing")
        get = _build_getter(context, attribute)

        def passes(item: Value) -> bool:
            if not test_args:
                return bool(get(item))
            name, *rest = test_args
            test = context.environment.call_test
            return bool(test(_check_name(name), get(item), rest, kwargs, context=context))

        return [item for item in _list_elements(context, value) if passes(item) is selects]

    return run


# Any value


def _default(
    context: Context, value: Value, default_value: Value = "", boolean: bool = False
) -> Value:
    return jinja.do_default(value, default_value, boolean)


def _string(context: Context, value: Value) -> str:
    return context.meter.print_value(value)


# Parts of several filters


def _check_iterable(value: Value) -> Collection[Value]:
    if isinstance(value, Undefined):
        iter(value)  # raises an error that names the variable
        return ()
    if type(value) in CONTAINERS or type(value) in (str, range):
        return value  # type: ignore[no-any-return]  # all of them are
    raise TypeError(f"{describe(value)} cannot be iterated")


def _list_elements(context: Context, value: Value) -> Collection[Value]:
    """List the items of a value, after charging for each."""
    items = _check_iterable(value)
    context.meter.spend(len(items))
    return items


def _build_getter(
    context: Context, attribute: Attribute, *, default: Value = None, ignore_case: bool = False
) -> Getter:
    """Build a function that gets the value of an item that a filter uses.

    Args:
        context: The context of the rendering.
        attribute: Nested keys of the value, such as `"address.city"`; None for the item itself.
        default: A replacement for an undefined value; None for no replacement.
        ignore_case: Whether to convert strings to lower case.
    """
    path: list[str | int] = []
    if isinstance(attribute, str):
        context.meter.spend(len(attribute))
        path = [int(part) if part.isdecimal() else part for part in attribute.split(".")]
    elif attribute is not None:
        path = [attribute]
    look_up, meter = context.environment.getitem, context.meter

    def get(item: Value) -> Value:
        meter.spend(1 + len(path))
        for part in path:
            item = look_up(item, part)
            if default is not None and isinstance(item, Undefined):
                item = default
        if ignore_case and type(item) is str:
            meter.spend_text(len(item))
            return item.lower()
        return item

    return get


def _list_for_sorting(context: Context, value: Value) -> list[Value]:
    """List the items, after charging for about log2(n) comparisons of each."""
    items = _check_iterable(value)
    context.meter.spend(len(items) * (1 + len(items).bit_length()))
    return list(items)


def _sort_by_keys(
    context: Context, items: list[Value], keys: list[Value], reverse: bool
) -> list[Value]:
    """Sort items by their keys."""
    beyond_atoms = context.meter.spend_value(keys) - 3 * len(items)
    context.meter.spend(max(beyond_atoms, 0) * len(items).bit_length())
    order = sorted(range(len(items)), key=keys.__getitem__, reverse=reverse)
    return [items[index] for index in order]


def _build_hash_key(value: Value) -> Value:
    """Build a key that is equal for equal values, and whose hash a template cannot choose.

    Numbers can be chosen so that they have the same hash.
    """
    if type(value) in (int, float, bool):
        whole = value == value and abs(value) != math.inf and value == int(value)
        return (repr(int(value)) if whole else repr(value),)
    return value if type(value) in ATOMS else (value,)


def _check_name(name: Value) -> str:
    if type(name) is not str:
        raise FilterArgumentError("the name of a filter or test must be a string")
    return name


FILTERS: Final[dict[str, Filter]] = {
    "abs": _abs,
    "batch": _batch,
    "capitalize": _build_text_filter(str.capitalize),
    "center": _center,
    "count": _length,
    "d": _default,
    "default": _default,
    "dictsort": _dictsort,
    "e": _build_text_filter(lambda text: str(escape(text))),
    "escape": _build_text_filter(lambda text: str(escape(text))),
    "filesizeformat": _filesizeformat,
    "first": _first,
    "float": _float,
    "forceescape": _build_text_filter(lambda text: str(escape(text))),
    "format": _format,
    "groupby": _groupby,
    "indent": _indent,
    "int": _int,
    "items": _items,
    "join": _join,
    "last": _last,
    "length": _length,
    "list": _list,
    "lower": _build_text_filter(str.lower),
    "map": _map,
    "max": _build_extreme_filter(max),
    "min": _build_extreme_filter(min),
    "pprint": _pprint,
    "random": _random,
    "reject": _build_selection_filter(False, by_attribute=False),
    "rejectattr": _build_selection_filter(False, by_attribute=True),
    "replace": _replace,
    "reverse": _reverse,
    "round": _round,
    "safe": _string,
    "select": _build_selection_filter(True, by_attribute=False),
    "selectattr": _build_selection_filter(True, by_attribute=True),
    "slice": _slice,
    "sort": _sort,
    "string": _string,
    "striptags": _build_text_filter(_striptags, steps_per_character=1),
    "sum": _sum,
    "title": _build_text_filter(jinja.do_title, steps_per_character=1),
    "tojson": _tojson,
    "trim": _trim,
    "truncate": _truncate,
    "unique": _unique,
    "upper": _build_text_filter(str.upper),
    "urlencode": _urlencode,
    "wordcount": _wordcount,
    "wordwrap": _wordwrap,
    "xmlattr": _xmlattr,
}
