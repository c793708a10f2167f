"""What the meters of engines have in common: they charge for each operation before it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .errors import LimitExceededError

if TYPE_CHECKING:
    from .limits import Limits, Usage

# Python does not print integers of more than 4300 digits, which have slightly more bits than this.
# The limit also bounds the time of arithmetic, which grows with the square of the digits.
MAX_INTEGER_BITS: Final = 14_000


class Meter:
    """The remaining steps of one rendering; a step is about one evaluated node or 16 characters."""

    __slots__ = ("_limits", "_remaining")

    def __init__(self, limits: Limits, usage: Usage) -> None:
        self._limits = limits
        self._remaining = limits.steps - usage.steps

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
            raise self._limits.build_steps_error()

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
        self.spend(characters >> 4)


def check_integer_bits(bits: int) -> None:
    """Check the size of an integer.

    Raises:
        LimitExceededError: The integer has more than `MAX_INTEGER_BITS` bits.
    """
    if bits > MAX_INTEGER_BITS:
        raise LimitExceededError(
            f"a number would have more than {MAX_INTEGER_BITS} bits; use smaller numbers"
        )
