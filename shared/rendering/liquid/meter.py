"""The meter of one rendering, which charges for each operation before it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ..errors import LimitExceededError

if TYPE_CHECKING:
    from ..limits import Limits, Usage

# Python does not print integers of more than 4300 digits, which have slightly more bits than this.
# The limit also bounds the time of arithmetic, which grows with the square of the digits.
MAX_INTEGER_BITS: Final = 14_000


class Meter:
    """The remaining steps of one rendering; a step takes at most about a microsecond."""

    __slots__ = ("_limits", "_remaining", "_remaining_output")

    def __init__(self, limits: Limits, usage: Usage) -> None:
        self._limits = limits
        self._remaining = limits.steps - usage.steps
        self._remaining_output = limits.output_bytes - usage.output_bytes

    @property
    def steps(self) -> int:
        """The steps that have been spent, with those of the texts before."""
        return self._limits.steps - self._remaining

    def spend(self, steps: int) -> None:
        """Charge for an operation.

        Raises:
            LimitExceededError: The remaining steps do not suffice.
        """
        self._remaining -= steps
        if self._remaining < 0:
            raise LimitExceededError(
                f"the template does more than {self._limits.steps} steps of work; simplify it"
            )

    def spend_text(self, characters: int) -> None:
        """Charge for a text that an operation builds.

        Raises:
            LimitExceededError: The text is longer than the maximum output, or the remaining steps
                do not suffice.
        """
        if characters > self._limits.output_bytes:
            raise LimitExceededError(
                f"a text would be longer than {self._limits.output_bytes} characters; shorten it"
            )
        self.spend(1 + (characters >> 4))

    def spend_output(self, characters: int, size: int) -> None:
        """Charge for a text that is written.

        Args:
            characters: The length of the text.
            size: The length of the output with it.

        Raises:
            LimitExceededError: The output is too long, or the remaining steps do not suffice.
        """
        self.spend(1 + (characters >> 4))
        if size > self._remaining_output:
            raise self.build_output_error()

    def build_output_error(self) -> LimitExceededError:
        """Build the error of an output that is too long."""
        return LimitExceededError(
            f"the output is larger than {self._limits.output_bytes} bytes; shorten it"
        )

    def spend_value(self, value: Any) -> int:
        """Charge for an operation that visits all parts of a value, such as printing it.

        Parts that occur several times count each time, because the operation visits them each time.

        Returns:
            The cost in steps.

        Raises:
            LimitExceededError: The remaining steps do not suffice, or a number is too large.
        """
        before = self._remaining
        stack = [value]
        while stack:
            item = stack.pop()
            if isinstance(item, str):
                self.spend(1 + (len(item) >> 4))
            elif isinstance(item, list | tuple):
                self.spend(1 + len(item))  # before they are on the stack
                stack.extend(item)
            elif type(item) is dict:
                self.spend(1 + 2 * len(item))
                stack.extend(item)
                stack.extend(item.values())
            elif isinstance(item, range):
                self.spend(1 + len(item))
            elif isinstance(item, int):
                self.spend(1)
                check_integer(item)
            else:
                self.spend(1)
        return before - self._remaining


def check_integer(value: int) -> None:
    """Check the size of an integer.

    Raises:
        LimitExceededError: The integer has more than `MAX_INTEGER_BITS` bits.
    """
    if value.bit_length() > MAX_INTEGER_BITS:
        raise LimitExceededError(
            f"a number would have more than {MAX_INTEGER_BITS} bits; use smaller numbers"
        )
