"""The meter of one rendering in Liquid."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..meter import Meter as BaseMeter
from ..meter import check_integer_bits

if TYPE_CHECKING:
    from ..limits import Limits, Usage


class Meter(BaseMeter):
    """The meter of one rendering in Liquid, which knows how much output is left."""

    __slots__ = ("_remaining_output",)

    def __init__(self, limits: Limits, usage: Usage) -> None:
        super().__init__(limits, usage)
        self._remaining_output = limits.output_bytes - usage.output_bytes

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
            raise self._limits.build_output_error()

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
                check_integer_bits(item.bit_length())
            else:
                self.spend(1)
        return before - self._remaining
