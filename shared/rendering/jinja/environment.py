"""The sandbox: a Jinja environment where nothing is reachable, callable or free unless listed."""

from collections.abc import Callable, Iterable, Mapping
from inspect import signature
from typing import Final

from jinja2.exceptions import SecurityError
from jinja2.lexer import TokenStream
from jinja2.runtime import Context as JinjaContext
from jinja2.runtime import LoopContext, Macro, StrictUndefined, Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Namespace, missing, pass_context

from shared.rendering.errors import LimitExceeded
from shared.rendering.jinja import members, operators
from shared.rendering.jinja.checks import CHECKS
from shared.rendering.jinja.compiler import (
    METERED,
    PRINTED,
    SPREAD,
    SPREAD_NAMED,
    MeteredCodeGenerator,
    carriage_returns_hidden,
    checked_tokens,
)
from shared.rendering.jinja.filters import FILTERS
from shared.rendering.jinja.meter import CALL_STEPS, Meter
from shared.rendering.jinja.values import ATOMS, SEQUENCES, Function, Value, describe
from shared.rendering.limits import Limits


class Context(JinjaContext):
    """The variables of one rendering and its budget; made anew for each, so threads share none."""

    environment: "Environment"

    def __init__(self, variables: Mapping[str, Value], limits: Limits) -> None:
        super().__init__(ENVIRONMENT, {**ENVIRONMENT.globals, **variables}, None, {})
        self.meter = Meter(limits)


class MissingValue(StrictUndefined):
    """Jinja's strict undefined, which also stands its ground where Python asks for a number."""

    __slots__ = ()

    __abs__ = __format__ = __index__ = __reversed__ = __round__ = (
        StrictUndefined._fail_with_undefined_error
    )

    @property
    def _undefined_message(self) -> str:
        if self._undefined_hint or self._undefined_obj is missing:
            return super()._undefined_message
        return f"{describe(self._undefined_obj)} has no {self._undefined_name!r}"


class Environment(ImmutableSandboxedEnvironment):
    """Compiles and runs templates; it holds no state of its own."""

    intercepted_binops = operators.BINARY_OPERATORS

    def __init__(self) -> None:
        super().__init__(
            undefined=MissingValue,
            finalize=_printed,
            keep_trailing_newline=True,
            optimized=False,
            cache_size=0,
        )
        self.code_generator_class = MeteredCodeGenerator
        self.filters = {name: _checked("filter", name, run) for name, run in FILTERS.items()}
        self.filters |= {
            METERED: _charged,
            PRINTED: _printed,
            SPREAD: _spread,
            SPREAD_NAMED: _spread_named,
        }
        self.tests = {name: _checked("test", name, run) for name, run in CHECKS.items()}
        self.globals = {name: Function(name, run) for name, run in _GLOBALS.items()}

    def _tokenize(
        self, source: str, name: str | None, filename: str | None = None, state: str | None = None
    ) -> TokenStream:
        source, stand_in = carriage_returns_hidden(source)
        stream = super()._tokenize(source, name, filename, state)
        return TokenStream(checked_tokens(stream, stand_in), name, filename)

    # What the generated code calls

    def call_binop(self, context: JinjaContext, operator: str, left: Value, right: Value) -> Value:
        return operators.binary(_meter(context), operator, left, right)

    def compare(self, context: Context, comparison: str, left: Value, right: Value) -> bool:
        return operators.compare(context.meter, comparison, left, right)

    def concatenate(self, context: Context, parts: Iterable[Value]) -> str:
        return operators.concatenate(context.meter, parts)

    def cut(self, context: Context, value: Value, *bounds: Value) -> Value:
        return operators.cut(context.meter, value, *bounds)

    def dict_key(self, value: Value) -> Value:
        return operators.dict_key(value)

    def getattr(self, obj: Value, attribute: str) -> Value:
        return self._found(obj, attribute, members.attribute)

    def getitem(self, obj: Value, argument: Value) -> Value:
        return self._found(obj, argument, members.item)

    def call(self, context: JinjaContext, obj: Value, /, *args: Value, **kwargs: Value) -> Value:
        # Jinja passes the scope to functions that want it; none here does.
        kwargs.pop("_loop_vars", None)
        kwargs.pop("_block_vars", None)
        meter = _meter(context)
        meter.spend(CALL_STEPS + len(args) + len(kwargs))
        if isinstance(obj, Function):
            return _explained("", obj.name, obj.run, context, *obj.receiver, *args, **kwargs)
        if isinstance(obj, Macro | LoopContext):
            meter.enter()
            try:
                return obj(*args, **kwargs)
            finally:
                meter.leave()
        if isinstance(obj, Undefined):
            obj._fail_with_undefined_error()
        raise TypeError(f"{describe(obj)} cannot be called")

    def _found(self, obj: Value, name: Value, look_up: Callable[[Value, Value], Value]) -> Value:
        if isinstance(obj, Undefined):
            obj._fail_with_undefined_error()
        if isinstance(name, Undefined):
            name._fail_with_undefined_error()
        value = look_up(obj, name)
        if value is not members.ABSENT:
            return value
        if isinstance(name, str) and name.startswith("_"):
            return self.undefined(
                f"{name!r} is not accessible: it starts with an underscore", exc=SecurityError
            )
        if type(name) not in ATOMS:
            return self.undefined(f"{describe(obj)} has no such key: it is {describe(name)}")
        return self.undefined(obj=obj, name=name)


def _meter(context: JinjaContext) -> Meter:
    assert isinstance(context, Context)
    return context.meter


@pass_context
def _printed(context: Context, value: Value) -> str:
    """What `{{ value }}` prints."""
    if isinstance(value, Function):
        raise TypeError(f"{describe(value)} is to be called: write {value.name}()")
    return context.meter.text(value)


@pass_context
def _charged(context: Context, value: Value, price: int) -> Value:
    context.meter.spend(price)
    return value


@pass_context
def _spread(context: Context, value: Value) -> Value:
    if not isinstance(value, SEQUENCES):
        raise TypeError(f"a call takes its arguments from a list, not from {describe(value)}")
    context.meter.spend(len(value))
    return value


@pass_context
def _spread_named(context: Context, value: Value) -> Value:
    if type(value) is not dict or not all(type(key) is str for key in value):
        raise TypeError("a call takes its named arguments from an object")
    context.meter.spend(len(value))
    return value


def _checked(kind: str, name: str, run: Callable[..., Value]) -> Callable[..., Value]:
    """A filter or test as Jinja calls it."""

    @pass_context
    def checked(context: Context, value: Value, /, *args: Value, **kwargs: Value) -> Value:
        context.meter.spend(CALL_STEPS + len(args) + len(kwargs))
        return _explained(kind, name, run, context, value, *args, **kwargs)

    return checked


def _explained(
    kind: str, name: str, run: Callable[..., Value], /, *args: Value, **kwargs: Value
) -> Value:
    """Call it; if its arguments are at fault, say so in the template's terms."""
    try:
        return run(*args, **kwargs)
    except TypeError:
        for value in (*args, *kwargs.values()):
            if isinstance(value, Undefined):
                value._fail_with_undefined_error()
        try:
            signature(run).bind(*args, **kwargs)
        except TypeError as error:
            raise TypeError(f"{kind} {name!r}: {error}".lstrip()) from None
        raise


def _range(context: Context, *bounds: int) -> range:
    numbers = range(*bounds)
    try:
        # Its items are paid as they are used; this only stops what could never be.
        context.meter.spend(len(numbers) >> 4)
    except OverflowError:
        raise LimitExceeded("a range is longer than any rendering can use") from None
    return numbers


def _dict(context: Context, /, *sources: Value, **named: Value) -> dict[Value, Value]:
    made: dict[Value, Value] = {}
    for source in sources:
        pairs = source.items() if type(source) is dict else source
        context.meter.spend(len(pairs))
        made.update((operators.dict_key(key), value) for key, value in pairs)
    return made | named


def _namespace(context: Context, /, *sources: Value, **named: Value) -> Namespace:
    return Namespace(_dict(context, *sources, **named))


_GLOBALS: Final[dict[str, Callable[..., Value]]] = {
    "dict": _dict,
    "namespace": _namespace,
    "range": _range,
}

ENVIRONMENT: Final = Environment()
