"""The meter of one rendering in Jinja."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from jinja2.runtime import Undefined

from ..errors import LimitExceededError
from ..meter import Meter as BaseMeter
from ..meter import check_integer_bits
from .values import ATOMS, CONTAINERS, describe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..limits import Limits, Usage
    from .values import Value

# C code recurses into values to compare, print and serialise them.
MAX_VALUE_DEPTH: Final = 64

# Macros and recursive loops: each level takes about four of Python's thousand frames.
MAX_CALL_DEPTH: Final = 64

# The cost of a call itself: of a filter, test or method; of a macro or recursive loop.
CALL_STEPS: Final = 8
_MACRO_STEPS: Final = 50

# Values whose texts are charged for, and nothing else; integers up to this size.
_ONLY_STRINGS: Final = {str}
_PLAIN: Final = {str, int, float, bool, type(None)}
_FREE_BITS: Final = 63


class Meter(BaseMeter):
    """The meter of one rendering in Jinja, which counts nested calls too."""

    __slots__ = ("_depth",)

    def __init__(self, limits: Limits, usage: Usage) -> None:
        super().__init__(limits, usage)
        self._depth = 0

    def spend_value(self, value: Value, *, indent: int = 0) -> int:
        """Charge for an operation that visits all parts of a value, such as printing it.

        Parts that occur several times count each time: if a list contains a second one twice, the
        second a third one twice, and so on, it is small in memory, but printing it never ends.

        Args:
            value: The value.
            indent: The number of characters that the operation adds to an item for each level.

        Returns:
            The cost in steps.

        Raises:
            LimitExceededError: The value is nested too deeply, or the remaining steps do not
                suffice.
            TypeError: The value contains a part that is not allowed in templates.
            UndefinedError: The value contains an undefined part.
        """
        if type(value) not in CONTAINERS:
            steps = _count_steps(value)
            self.spend(steps)
            return steps
        before = self._remaining
        level, depth = [value], 0
        while level:
            depth += 1
            if depth > MAX_VALUE_DEPTH:
                raise LimitExceededError(
                    f"a value is nested more than {MAX_VALUE_DEPTH} levels deep; flatten it"
                )
            next_level: list[Value] = []
            for container in level:
                self.spend((1 + len(container)) * (1 + (depth * indent >> 4)))
                children = container
                if type(container) is dict:
                    self.spend(sum(map(_count_steps, container)))
                    children = container.values()
                for child in children:
                    if type(child) in CONTAINERS:
                        next_level.append(child)
                    elif steps := _count_steps(child):
                        self.spend(steps)
            level = next_level
        return before - self._remaining

    def print_value(self, value: Value) -> str:
        """Return the text that Jinja prints for a value, after charging for it."""
        if type(value) is not str:
            self.spend_value(value)
            value = str(value)
        self.spend_text(len(value))
        return str(value)

    def print_values(self, values: Sequence[Value]) -> Sequence[str] | None:
        """Return the texts that Jinja prints for plain values, after charging for all at once.

        Returns:
            None, without a charge, for other values and where a limit stops one of them: then
            `print_value` finds which.
        """
        kinds = set(map(type, values))
        if kinds != _ONLY_STRINGS:
            if not kinds <= _PLAIN or any(
                type(value) is int and value.bit_length() > _FREE_BITS for value in values
            ):
                return None
            values = list(map(str, values))
        lengths = list(map(len, values))
        steps = sum([length >> 4 for length in lengths])
        if steps > self._remaining or sum(lengths) > self._limits.output_bytes:
            return None
        self._remaining -= steps
        return values

    def enter_call(self) -> None:
        """Start a call that can be recursive; `leave_call` must follow in any case.

        Raises:
            LimitExceededError: Calls are nested too deeply, or the remaining steps do not suffice.
        """
        self._depth += 1
        self.spend(_MACRO_STEPS)
        if self._depth > MAX_CALL_DEPTH:
            raise LimitExceededError(
                f"macros and recursive loops are nested more than {MAX_CALL_DEPTH} levels deep; "
                "reduce the nesting"
            )

    def leave_call(self) -> None:
        """End a call that `enter_call` started."""
        self._depth -= 1


def _count_steps(value: Value) -> int:
    """Count the additional steps of a value without parts, and check that it is allowed."""
    kind = type(value)
    if kind is str:
        return len(value) >> 4
    if kind is int:
        bits: int = value.bit_length()
        check_integer_bits(bits)
        return bits >> 6
    if kind in ATOMS:
        return 0
    if isinstance(value, Undefined):
        str(value)  # raises an error that names the variable, unless it prints as nothing
        return 0
    raise TypeError(f"{describe(value)} cannot be used as a value")
