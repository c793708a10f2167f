"""The sandbox: a Jinja environment in which templates can use only what is listed."""

from __future__ import annotations

from functools import cached_property
from inspect import signature
from typing import TYPE_CHECKING, Final

from jinja2.exceptions import SecurityError
from jinja2.lexer import Lexer, TokenStream
from jinja2.runtime import LoopContext, Macro, StrictUndefined, Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Cycler, Namespace, missing, pass_context

from ..errors import LimitExceededError
from .compiler import (
    CHARGE_FILTER,
    KEYWORD_SPREAD_FILTER,
    PRINT_FILTER,
    SPREAD_FILTER,
    BoundedLexer,
    MeteredCodeGenerator,
    check_tokens,
    hide_carriage_returns,
)
from .context import Context
from .filters import FILTERS
from .members import ABSENT, find_attribute, find_item, find_method
from .meter import CALL_STEPS
from .operators import (
    BINARY_OPERATORS,
    apply_operator,
    check_key,
    compare,
    concatenate,
    slice_value,
)
from .tests import TESTS
from .values import ATOMS, SEQUENCES, Function, describe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from jinja2.runtime import Context as JinjaContext

    from .meter import Meter
    from .values import Value


class MissingValue(StrictUndefined):
    """Jinja's strict undefined, which also raises when it is converted or formatted."""

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
    """The environment of all templates, which has no state."""

    intercepted_binops = BINARY_OPERATORS

    def __init__(self) -> None:
        super().__init__(
            undefined=MissingValue,
            finalize=Context.print_value,
            keep_trailing_newline=True,
            optimized=False,
            cache_size=0,
        )
        # With this class Jinja's own methods to compile fail; their code would have no charges.
        self.code_generator_class = MeteredCodeGenerator
        self.filters = {name: _build_callable("filter", name, run) for name, run in FILTERS.items()}
        self.filters |= {
            CHARGE_FILTER: _charge,
            PRINT_FILTER: Context.print_value,
            SPREAD_FILTER: _check_spread,
            KEYWORD_SPREAD_FILTER: _check_keyword_spread,
        }
        self.tests = {name: _build_callable("test", name, run) for name, run in TESTS.items()}
        self.globals = {name: Function(name, run) for name, run in _GLOBALS.items()}

    @cached_property
    def lexer(self) -> Lexer:
        """The lexer of all templates."""
        return BoundedLexer(self)

    def _tokenize(
        self, source: str, name: str | None, filename: str | None = None, state: str | None = None
    ) -> TokenStream:
        source, stand_in = hide_carriage_returns(source)
        stream = super()._tokenize(source, name, filename, state)
        return TokenStream(check_tokens(stream, stand_in), name, filename)

    # Methods that the generated code calls

    def call_binop(self, context: JinjaContext, operator: str, left: Value, right: Value) -> Value:
        """Compute `left + right`, or another of the intercepted operators."""
        return apply_operator(_get_meter(context), operator, left, right)

    def compare(self, context: Context, comparison: str, left: Value, right: Value) -> bool:
        """Compute `left == right`, or another comparison."""
        return compare(context.meter, comparison, left, right)

    def concatenate(self, context: Context, parts: Iterable[Value]) -> str:
        """Compute `first ~ second ~ third`."""
        return concatenate(context.meter, parts)

    def slice_value(self, context: Context, value: Value, *bounds: Value) -> Value:
        """Compute `value[start:stop:step]`."""
        return slice_value(context.meter, value, *bounds)

    def check_key(self, value: Value) -> Value:
        """Check a key of a dict in the template."""
        return check_key(value)

    def getattr(self, obj: Value, attribute: str) -> Value:
        """Return `obj.attribute`, or an undefined value."""
        return self._look_up(obj, attribute, find_attribute)

    def get_method(self, obj: Value, name: str) -> Value:
        """Return `obj.name` of `obj.name()`: a key that cannot be called hides no method."""
        return find_method(obj, name) or self.getattr(obj, name)

    def getitem(self, obj: Value, argument: Value) -> Value:
        """Return `obj[argument]`, or an undefined value."""
        return self._look_up(obj, argument, find_item)

    def call(self, context: JinjaContext, obj: Value, /, *args: Value, **kwargs: Value) -> Value:
        """Call a function, a method, a macro or the loop.

        Raises:
            LimitExceededError: The call exceeds a limit.
            TypeError: The object cannot be called, or not with these arguments.
            UndefinedError: The object or an argument is undefined.
        """
        # Jinja passes the scope for functions that use it; none here does.
        kwargs.pop("_loop_vars", None)
        kwargs.pop("_block_vars", None)
        meter = _get_meter(context)
        meter.spend(CALL_STEPS + len(args) + len(kwargs))
        if isinstance(obj, Function):
            return _run_function("", obj.name, obj.run, context, *obj.receiver, *args, **kwargs)
        if isinstance(obj, Macro | LoopContext):
            meter.enter_call()
            try:
                return obj(*args, **kwargs)
            finally:
                meter.leave_call()
        if isinstance(obj, Undefined):
            obj._fail_with_undefined_error()
        raise TypeError(f"{describe(obj)} cannot be called")

    def _look_up(self, obj: Value, name: Value, find: Callable[[Value, Value], Value]) -> Value:
        if isinstance(obj, Undefined):
            obj._fail_with_undefined_error()
        if isinstance(name, Undefined):
            name._fail_with_undefined_error()
        value = find(obj, name)
        if value is not ABSENT:
            return value
        if isinstance(name, str) and name.startswith("_"):
            return self.undefined(
                f"{name!r} is not accessible: it starts with an underscore", exc=SecurityError
            )
        if type(name) not in ATOMS:
            return self.undefined(f"{describe(obj)} has no such key: it is {describe(name)}")
        return self.undefined(obj=obj, name=name)


def _get_meter(context: JinjaContext) -> Meter:
    assert isinstance(context, Context)
    return context.meter


@pass_context
def _charge(context: Context, value: Value, steps: int) -> Value:
    context.meter.spend(steps)
    return value


@pass_context
def _check_spread(context: Context, value: Value) -> Value:
    if not isinstance(value, SEQUENCES):
        raise TypeError(f"the value after * must be a list, not {describe(value)}")
    context.meter.spend(len(value))
    return value


@pass_context
def _check_keyword_spread(context: Context, value: Value) -> Value:
    if type(value) is not dict or not all(type(key) is str for key in value):
        raise TypeError("the value after ** must be an object")
    context.meter.spend(len(value))
    return value


def _build_callable(kind: str, name: str, run: Callable[..., Value]) -> Callable[..., Value]:
    """Build a filter or test with the parameters that Jinja passes."""

    @pass_context
    def call(context: Context, value: Value, /, *args: Value, **kwargs: Value) -> Value:
        context.meter.spend(CALL_STEPS + len(args) + len(kwargs))
        return _run_function(kind, name, run, context, value, *args, **kwargs)

    return call


def _run_function(
    kind: str, name: str, run: Callable[..., Value], /, *args: Value, **kwargs: Value
) -> Value:
    """Run a function, with error messages about its arguments that name it as the template does.

    Args:
        kind: The kind of the function in error messages.
        name: The name of the function in templates.
        run: The function.
        *args: Its positional arguments.
        **kwargs: Its keyword arguments.

    Raises:
        TypeError: The function does not accept these arguments.
    """
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
        # Items are charged for when they are used; this rejects ranges that no limit would allow.
        context.meter.spend(len(numbers) >> 4)
    except OverflowError:
        raise LimitExceededError(
            "a range is longer than the limits allow; use a smaller one"
        ) from None
    return numbers


def _dict(context: Context, /, *sources: Value, **keywords: Value) -> dict[Value, Value]:
    result: dict[Value, Value] = {}
    for source in sources:
        pairs = source.items() if type(source) is dict else source
        context.meter.spend(len(pairs))
        result.update((check_key(key), value) for key, value in pairs)
    return result | keywords


def _namespace(context: Context, /, *sources: Value, **keywords: Value) -> Namespace:
    return Namespace(_dict(context, *sources, **keywords))


def _joiner(context: Context, sep: Value = ", ") -> Function:
    texts = iter(("",))
    return Function("joiner", lambda context: next(texts, sep))


def _cycler(context: Context, *items: Value) -> Cycler:
    if not items:
        raise TypeError("function 'cycler': give at least one item")
    return Cycler(*items)


_GLOBALS: Final[dict[str, Callable[..., Value]]] = {
    "cycler": _cycler,
    "dict": _dict,
    "joiner": _joiner,
    "namespace": _namespace,
    "range": _range,
}

ENVIRONMENT: Final = Environment()
