"""The filters a template may use: Jinja's, but for `attr` and `urlize`.

Where Jinja returns a generator these return a list: it prints as what it is, and its cost is paid
when it is made. There is no markup type, so `escape` gives an ordinary string.
"""

import math
import operator
from collections.abc import Callable, Collection
from itertools import groupby
from typing import TYPE_CHECKING, Final

from jinja2 import filters as jinja
from jinja2.exceptions import FilterArgumentError
from jinja2.runtime import Undefined
from markupsafe import escape

from shared.rendering.errors import LimitExceeded
from shared.rendering.jinja import members
from shared.rendering.jinja.formatting import printf
from shared.rendering.jinja.meter import check_integer
from shared.rendering.jinja.operators import binary
from shared.rendering.jinja.values import ATOMS, HOLDERS, Group, Value, describe

if TYPE_CHECKING:
    from shared.rendering.jinja.environment import Context

Filter = Callable[..., Value]
Getter = Callable[[Value], Value]
Attribute = str | int | None

_ROUNDING_DIGITS: Final = 400  # a float has fewer, and Python computes ten to that power


# Text


def _text(method: Callable[[str], str], *, steps_per_character: int = 0) -> Filter:
    """A filter whose cost, and whose result, is proportional to the text it is given."""

    def run(context: "Context", value: Value) -> str:
        text = context.meter.text(value)
        context.meter.spend(len(text) * steps_per_character)
        text = method(text)
        context.meter.hold(len(text))
        return text

    return run


def _center(context: "Context", value: Value, width: int = 80) -> str:
    return str(members.pad("center")(context, context.meter.text(value), width))


def _format(context: "Context", value: Value, *args: Value, **kwargs: Value) -> str:
    if args and kwargs:
        raise FilterArgumentError("a format takes positional or named values, not both")
    return printf(context.meter, context.meter.text(value), kwargs or args)


def _indent(
    context: "Context",
    value: Value,
    width: int | str = 4,
    first: bool = False,
    blank: bool = False,
) -> str:
    text = context.meter.text(value)
    context.meter.spend(len(text) >> 2)
    step = len(width) if isinstance(width, str) else operator.index(width)
    context.meter.hold(len(text) + (len(text.splitlines()) + 1) * (max(step, 0) + 1))
    return jinja.do_indent(text, width, first, blank)


def _join(context: "Context", value: Value, d: Value = "", attribute: Attribute = None) -> str:
    get = _getter(context, attribute)
    parts = [context.meter.text(get(item)) for item in _elements(context, value)]
    return members.joined(context, context.meter.text(d), parts)


def _replace(
    context: "Context", value: Value, old: Value, new: Value, count: int | None = None
) -> str:
    text = context.meter.text
    return members.replace(
        context, text(value), text(old), text(new), -1 if count is None else count
    )


def _striptags(text: str) -> str:
    from html import unescape

    for opening, closing in ("<!--", "-->"), ("<", ">"):
        text = _without(text, opening, closing)
    return unescape(" ".join(text.split()))


def _without(text: str, opening: str, closing: str) -> str:
    """One pass, where removing a tag at a time would copy the rest of the text for each."""
    kept: list[str] = []
    position = 0
    while (start := text.find(opening, position)) >= 0:
        end = text.find(closing, start)
        if end < 0:
            break
        kept.append(text[position:start])
        position = end + len(closing)
    return "".join([*kept, text[position:]])


def _trim(context: "Context", value: Value, chars: str | None = None) -> str:
    return members.strip(context, context.meter.text(value), chars)


def _truncate(
    context: "Context",
    value: Value,
    length: int = 255,
    killwords: bool = False,
    end: str = "...",
    leeway: int | None = None,
) -> str:
    text = context.meter.text(value)
    leeway = 5 if leeway is None else leeway
    if length < len(end) or leeway < 0:
        raise FilterArgumentError("a text cannot be truncated to less than its ending")
    if len(text) <= length + leeway:
        return text
    kept = text[: length - len(end)]
    return (kept if killwords else kept.rsplit(" ", 1)[0]) + end


def _wordcount(context: "Context", value: Value) -> int:
    text = context.meter.text(value)
    context.meter.spend(len(text))
    return jinja.do_wordcount(text)


def _wordwrap(
    context: "Context",
    value: Value,
    width: int = 79,
    break_long_words: bool = True,
    wrapstring: str | None = None,
    break_on_hyphens: bool = True,
) -> str:
    text = context.meter.text(value)
    # Slow for each character, and a long word is copied again for each line it is broken into.
    words = text.split()
    longest = max(map(len, words), default=0)
    context.meter.spend(len(text) * 4 + longest**2 // (max(operator.index(width), 1) << 8))
    lines = len(text) // max(width, 1) + len(text.splitlines()) + len(words)
    context.meter.hold(len(text) + lines * len(wrapstring or "\n"))
    return jinja.do_wordwrap(
        context.environment, text, width, break_long_words, wrapstring, break_on_hyphens
    )


# Data as text


def _pprint(context: "Context", value: Value) -> str:
    context.meter.spend(20)
    for _ in range(8):  # it measures every part again at each level
        context.meter.walk(value)
    text = jinja.do_pprint(value)
    context.meter.hold(len(text))
    return text


def _tojson(context: "Context", value: Value, indent: int | None = None) -> str:
    context.meter.spend(20)  # Python makes an encoder for each
    context.meter.walk(value, indent=max(operator.index(indent or 0), 0))
    text = str(jinja.do_tojson(context.eval_ctx, value, indent))
    context.meter.hold(len(text))
    return text


def _urlencode(context: "Context", value: Value) -> str:
    context.meter.spend(10 + context.meter.walk(value))
    text = jinja.do_urlencode(value)
    context.meter.hold(len(text))
    return text


def _xmlattr(context: "Context", value: Value, autospace: bool = True) -> str:
    if type(value) is not dict:
        raise TypeError("only an object can become attributes")
    context.meter.walk(value)
    text = jinja.do_xmlattr(context.eval_ctx, value, autospace)
    context.meter.hold(len(text))
    return text


# Numbers


def _abs(context: "Context", value: Value) -> Value:
    return abs(value)


def _filesizeformat(context: "Context", value: Value, binary: bool = False) -> str:
    context.meter.walk(value)
    return jinja.do_filesizeformat(value, binary)


def _float(context: "Context", value: Value, default: Value = 0.0) -> Value:
    context.meter.walk(value)
    return jinja.do_float(value, default)


def _int(context: "Context", value: Value, default: Value = 0, base: int = 10) -> Value:
    context.meter.walk(value)
    number = jinja.do_int(value, default, base)
    if type(number) is int:
        check_integer(number.bit_length())
    return number


def _round(context: "Context", value: Value, precision: int = 0, method: str = "common") -> Value:
    if method not in ("common", "ceil", "floor"):
        raise FilterArgumentError("the method must be common, ceil or floor")
    if abs(operator.index(precision)) > _ROUNDING_DIGITS:
        raise LimitExceeded(f"a number cannot be rounded to more than {_ROUNDING_DIGITS} digits")
    context.meter.walk(value)
    if method == "common":
        return round(value, precision)
    toward = math.ceil if method == "ceil" else math.floor
    return toward(value * 10**precision) / 10**precision


def _sum(context: "Context", value: Value, attribute: Attribute = None, start: Value = 0) -> Value:
    get = _getter(context, attribute)
    for item in _elements(context, value):
        start = binary(context.meter, "+", start, get(item))
    return start


# Lists


def _batch(
    context: "Context", value: Value, linecount: int, fill_with: Value = None
) -> list[list[Value]]:
    if fill_with is not None:
        context.meter.spend(max(operator.index(linecount), 0))
    return list(jinja.do_batch(_elements(context, value), linecount, fill_with))


def _slice(
    context: "Context", value: Value, slices: int, fill_with: Value = None
) -> list[list[Value]]:
    context.meter.spend(max(operator.index(slices), 0))
    return list(jinja.sync_do_slice(_elements(context, value), slices, fill_with))


def _first(context: "Context", value: Value) -> Value:
    for item in _iterable(value):
        return item
    return context.environment.undefined("there is no first item: the sequence is empty")


def _last(context: "Context", value: Value) -> Value:
    for item in reversed(_iterable(value)):  # type: ignore[call-overload]  # all can be reversed
        return item
    return context.environment.undefined("there is no last item: the sequence is empty")


def _random(context: "Context", value: Value) -> Value:
    return jinja.do_random(context, list(_elements(context, value)))


def _length(context: "Context", value: Value) -> int:
    return len(_iterable(value))


def _list(context: "Context", value: Value) -> list[Value]:
    return list(_elements(context, value))


def _items(context: "Context", value: Value) -> list[tuple[str, Value]]:
    if isinstance(value, Undefined):
        return []
    if type(value) is not dict:
        raise TypeError(f"only an object has items, not {describe(value)}")
    context.meter.spend(len(value))
    return list(value.items())


def _reverse(context: "Context", value: Value) -> Value:
    if type(value) is str:
        context.meter.hold(len(value))
        return value[::-1]
    return list(_elements(context, value))[::-1]


def _sort(
    context: "Context",
    value: Value,
    reverse: bool = False,
    case_sensitive: bool = False,
    attribute: Attribute = None,
) -> list[Value]:
    names: list[Attribute] = [attribute]
    if isinstance(attribute, str):
        context.meter.spend(len(attribute) * 16)
        names = [*attribute.split(",")]
    gets = [_getter(context, name, fold=not case_sensitive) for name in names]
    items = _to_sort(context, value)
    return _sorted(context, items, [[get(item) for get in gets] for item in items], reverse)


def _dictsort(
    context: "Context",
    value: Value,
    case_sensitive: bool = False,
    by: str = "key",
    reverse: bool = False,
) -> list[tuple[str, Value]]:
    if by not in ("key", "value"):
        raise FilterArgumentError("an object is sorted by 'key' or 'value'")
    pairs = _to_sort(context, _items(context, value))
    get = _getter(context, 0 if by == "key" else 1, fold=not case_sensitive)
    return _sorted(context, pairs, [get(pair) for pair in pairs], reverse)


def _groupby(
    context: "Context",
    value: Value,
    attribute: str | int,
    default: Value = None,
    case_sensitive: bool = False,
) -> list[Group]:
    get = _getter(context, attribute, default=default)
    fold = _getter(context, attribute, default=default, fold=not case_sensitive)
    items = _to_sort(context, value)
    keys = [fold(item) for item in items]
    pairs = _sorted(context, list(zip(keys, items, strict=True)), keys, False)
    groups = ([item for _, item in same] for _, same in groupby(pairs, operator.itemgetter(0)))
    # Named as the first of its items spells it, as Jinja does.
    return [Group(get(group[0]), group) for group in groups]


def _unique(
    context: "Context",
    value: Value,
    case_sensitive: bool = False,
    attribute: Attribute = None,
) -> list[Value]:
    get = _getter(context, attribute, fold=not case_sensitive)
    context.meter.spend(2 * len(_iterable(value)))
    first: dict[Value, Value] = {}
    for item in _elements(context, value):
        key = get(item)
        context.meter.walk(key)
        first.setdefault(_identity(key), item)
    return list(first.values())


def _extreme(choose: Callable[..., Value]) -> Filter:
    """`min` and `max`."""

    def run(
        context: "Context",
        value: Value,
        case_sensitive: bool = False,
        attribute: Attribute = None,
    ) -> Value:
        get = _getter(context, attribute, fold=not case_sensitive)
        items = _elements(context, value)
        context.meter.spend(2 * len(items))
        if not items:
            return context.environment.undefined("the sequence is empty")
        keyed = [(get(item), item) for item in items]
        for key, _ in keyed:
            context.meter.walk(key)
        return choose(keyed, key=operator.itemgetter(0))[1]

    return run


def _map(context: "Context", value: Value, *args: Value, **kwargs: Value) -> list[Value]:
    if not value:
        return []  # of `none` too, as in Jinja
    if not args and "attribute" in kwargs:
        get = _getter(context, kwargs.pop("attribute"), default=kwargs.pop("default", None))
        if kwargs:
            raise FilterArgumentError(f"unexpected keyword argument {next(iter(kwargs))!r}")
        return [get(item) for item in _elements(context, value)]
    if not args:
        raise FilterArgumentError("map requires a filter or an attribute")
    name, *rest = args
    call = context.environment.call_filter
    return [
        call(_named(name), item, rest, kwargs, context=context)
        for item in _elements(context, value)
    ]


def _chosen(wanted: bool, *, by_attribute: bool) -> Filter:
    """`select`, `reject` and their `attr` variants."""

    def run(context: "Context", value: Value, *args: Value, **kwargs: Value) -> list[Value]:
        if not value:
            return []
        attribute, *args_ = args if by_attribute and args else (None, *args)
        if by_attribute and not args:
            raise FilterArgumentError("the name of an attribute is missing")
        get = _getter(context, attribute)

        def passes(item: Value) -> bool:
            if not args_:
                return bool(get(item))
            name, *rest = args_
            test = context.environment.call_test
            return bool(test(_named(name), get(item), rest, kwargs, context=context))

        return [item for item in _elements(context, value) if passes(item) is wanted]

    return run


# Whatever they are given


def _default(
    context: "Context", value: Value, default_value: Value = "", boolean: bool = False
) -> Value:
    return jinja.do_default(value, default_value, boolean)


def _string(context: "Context", value: Value) -> str:
    return context.meter.text(value)


# What they share


def _iterable(value: Value) -> Collection[Value]:
    if isinstance(value, Undefined):
        iter(value)  # raises, naming the variable
        return ()
    if type(value) in HOLDERS or type(value) in (str, range):
        return value  # type: ignore[no-any-return]  # all of them are
    raise TypeError(f"{describe(value)} cannot be iterated")


def _elements(context: "Context", value: Value) -> Collection[Value]:
    """What iterating gives, paid for each item."""
    items = _iterable(value)
    context.meter.spend(len(items))
    return items


def _getter(
    context: "Context", attribute: Attribute, *, default: Value = None, fold: bool = False
) -> Getter:
    """How to find what a filter works on: the item, or what lies at `"address.city"` in it."""
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
        if fold and type(item) is str:
            meter.hold(len(item))
            return item.lower()
        return item

    return get


def _to_sort(context: "Context", value: Value) -> list[Value]:
    """The items, each compared about as often as their list can be halved."""
    items = _iterable(value)
    context.meter.spend(len(items) * (1 + len(items).bit_length()))
    return list(items)


def _sorted(
    context: "Context", items: list[Value], keys: list[Value], reverse: bool
) -> list[Value]:
    """Items by their keys."""
    beyond_atoms = context.meter.walk(keys) - 3 * len(items)
    context.meter.spend(max(beyond_atoms, 0) * len(items).bit_length())
    order = sorted(range(len(items)), key=keys.__getitem__, reverse=reverse)
    return [items[index] for index in order]


def _identity(value: Value) -> Value:
    """A key equal for equal values whose hash nobody can choose, as they can that of a number."""
    if type(value) in (int, float, bool):
        whole = value == value and abs(value) != math.inf and value == int(value)
        return (repr(int(value)) if whole else repr(value),)
    return value if type(value) in ATOMS else (value,)


def _named(name: Value) -> str:
    if type(name) is not str:
        raise FilterArgumentError("a filter or a test is named by a string")
    return name


FILTERS: Final[dict[str, Filter]] = {
    "abs": _abs,
    "batch": _batch,
    "capitalize": _text(str.capitalize),
    "center": _center,
    "count": _length,
    "d": _default,
    "default": _default,
    "dictsort": _dictsort,
    "e": _text(lambda text: str(escape(text))),
    "escape": _text(lambda text: str(escape(text))),
    "filesizeformat": _filesizeformat,
    "first": _first,
    "float": _float,
    "forceescape": _text(lambda text: str(escape(text))),
    "format": _format,
    "groupby": _groupby,
    "indent": _indent,
    "int": _int,
    "items": _items,
    "join": _join,
    "last": _last,
    "length": _length,
    "list": _list,
    "lower": _text(str.lower),
    "map": _map,
    "max": _extreme(max),
    "min": _extreme(min),
    "pprint": _pprint,
    "random": _random,
    "reject": _chosen(False, by_attribute=False),
    "rejectattr": _chosen(False, by_attribute=True),
    "replace": _replace,
    "reverse": _reverse,
    "round": _round,
    "safe": _string,
    "select": _chosen(True, by_attribute=False),
    "selectattr": _chosen(True, by_attribute=True),
    "slice": _slice,
    "sort": _sort,
    "string": _string,
    "striptags": _text(_striptags, steps_per_character=1),
    "sum": _sum,
    "title": _text(jinja.do_title, steps_per_character=1),
    "tojson": _tojson,
    "trim": _trim,
    "truncate": _truncate,
    "unique": _unique,
    "upper": _text(str.upper),
    "urlencode": _urlencode,
    "wordcount": _wordcount,
    "wordwrap": _wordwrap,
    "xmlattr": _xmlattr,
}
