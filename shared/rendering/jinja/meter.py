"""The budget of one rendering: whatever a template does is paid here before it is done."""

from typing import Final

from jinja2.runtime import Undefined

from shared.rendering.errors import LimitExceeded
from shared.rendering.jinja.values import ATOMS, HOLDERS, Value, describe
from shared.rendering.limits import Limits

# Python refuses to print integers of more than 4300 digits; this is just below, and keeps the
# quadratic arithmetic on them short.
MAX_INTEGER_BITS: Final = 14_000

# Values are compared, printed and serialised by recursive C code.
MAX_VALUE_DEPTH: Final = 64

# Macros and recursive loops; each level takes about four Python frames of the thousand there are.
MAX_CALL_DEPTH: Final = 64

# What calling takes, beside what is called: a filter, test or method; a macro or recursive loop.
CALL_STEPS: Final = 8
_MACRO_STEPS: Final = 50


class Meter:
    """Steps and sizes; a step is about one evaluated node, or sixteen characters handled."""

    __slots__ = ("_depth", "_left", "_limits")

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._left = limits.steps
        self._depth = 0

    def spend(self, steps: int) -> None:
        self._left -= steps
        if self._left < 0:
            raise LimitExceeded(f"the template does more than {self._limits.steps} steps of work")

    def hold(self, characters: int) -> None:
        """Pay for a text of that length; no text may be longer than the whole output."""
        if characters > self._limits.output_bytes:
            raise LimitExceeded(
                f"a text would be longer than {self._limits.output_bytes} characters"
            )
        self.spend(characters >> 4)

    def walk(self, value: Value, *, indent: int = 0) -> int:
        """Pay for an operation that visits all of a value, such as printing it.

        The price, which is returned, is that of the unfolded tree. A list can hold another one
        twice, and that one a third one twice: small in memory and never done printing.

        Args:
            indent: characters the operation adds to an item per level.
        """
        if type(value) not in HOLDERS:
            price = _weight(value)
            self.spend(price)
            return price
        left = self._left
        level, depth = [value], 0
        while level:
            depth += 1
            if depth > MAX_VALUE_DEPTH:
                raise LimitExceeded(f"a value is nested more than {MAX_VALUE_DEPTH} levels deep")
            deeper: list[Value] = []
            for holder in level:
                self.spend((1 + len(holder)) * (1 + (depth * indent >> 4)))
                children = holder
                if type(holder) is dict:
                    self.spend(sum(map(_weight, holder)))
                    children = holder.values()
                for child in children:
                    if type(child) in HOLDERS:
                        deeper.append(child)
                    elif weight := _weight(child):
                        self.spend(weight)
            level = deeper
        return left - self._left

    def text(self, value: Value) -> str:
        """The value as Jinja prints it."""
        if type(value) is not str:
            self.walk(value)
            value = str(value)
        self.hold(len(value))
        return str(value)

    def enter(self) -> None:
        """Begin a call that may call itself; always followed by `leave`."""
        self._depth += 1
        self.spend(_MACRO_STEPS)
        if self._depth > MAX_CALL_DEPTH:
            raise LimitExceeded(
                f"macros and recursive loops call each other more than {MAX_CALL_DEPTH} deep"
            )

    def leave(self) -> None:
        self._depth -= 1


def check_integer(bits: int) -> None:
    if bits > MAX_INTEGER_BITS:
        raise LimitExceeded(f"a number would have more than {MAX_INTEGER_BITS} bits")


def _weight(value: Value) -> int:
    """What an atom costs beyond its step; raises for what has no business in an expression."""
    kind = type(value)
    if kind is str:
        return len(value) >> 4
    if kind is int:
        bits: int = value.bit_length()
        check_integer(bits)
        return bits >> 6
    if kind in ATOMS:
        return 0
    if isinstance(value, Undefined):
        str(value)  # raises, naming the variable, unless Jinja means it to print as nothing
        return 0
    raise TypeError(f"{describe(value)} cannot be used as a value")
