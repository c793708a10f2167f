"""The state of one rendering: output, variables and remaining limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from ...texts import excerpt

if TYPE_CHECKING:
    from ..limits import Limits, Usage
    from .values import Value


class CitableNode(Protocol):
    """A node that an error can cite."""

    @property
    def pos(self) -> int:
        """The start of the node, in characters from the start of the text."""
        ...


class ExecutionError(Exception):
    """The template cannot be executed; the state has the node that failed."""


class MissingKeyError(ExecutionError):
    """A map has no such key."""


class Cell:
    """A variable of a template.

    Attributes:
        name: The variable's name, including `$`.
        value: The value of the variable.
        in_interface: Whether Go has the value in an interface, like elements of lists and maps.
    """

    __slots__ = ("in_interface", "name", "value")

    def __init__(self, name: str, value: Value) -> None:
        self.name: Final = name
        self.set(value)

    def set(self, value: Value, *, in_interface: bool = False) -> None:
        """Assign a value."""
        self.value = value
        self.in_interface = in_interface


class State:
    """The state of one rendering; a template itself never changes.

    Attributes:
        limits: The limits.
        output: The texts that have been written.
        remaining_output: How many characters can still be written; the caller checks bytes.
        remaining_steps: How many steps can still be spent.
        depth: How many templates are being executed, one in the other.
        template_name: The name of the current template.
        node: The current node, which errors cite.
        scope: The variables of the current template, in the order of their declaration.
        cells: The same variables by name, the innermost last.
    """

    __slots__ = (
        "cells",
        "depth",
        "limits",
        "node",
        "output",
        "remaining_output",
        "remaining_steps",
        "scope",
        "template_name",
    )

    def __init__(self, template_name: str, dot: Value, limits: Limits, usage: Usage) -> None:
        self.limits: Final = limits
        self.output: list[str] = []
        self.remaining_output = limits.output_bytes - usage.output_bytes
        self.remaining_steps = limits.steps - usage.steps
        self.depth = 0
        self.template_name = template_name
        self.node: CitableNode
        self.enter_template(dot)

    def enter_template(self, dot: Value) -> None:
        """Start a template, whose only variable is `$`."""
        root = Cell("$", dot)
        self.scope = [root]
        self.cells = {"$": [root]}

    def spend(self, steps: int) -> None:
        """Charge for the work of the next operation.

        Raises:
            LimitExceededError: The remaining steps do not suffice.
        """
        self.remaining_steps -= steps
        if self.remaining_steps < 0:
            raise self.limits.build_steps_error()

    def write(self, text: str) -> None:
        """Write a text to the output.

        Raises:
            LimitExceededError: The output would be too long.
        """
        self.remaining_output -= len(text)
        if self.remaining_output < 0:
            raise self.limits.build_output_error()
        self.output.append(text)

    # Variables. Which one a name refers to can depend on the execution, so names are looked up at
    # run time, the innermost first.

    def declare(self, name: str, value: Value) -> None:
        """Add a variable, which hides others with its name."""
        cell = Cell(name, value)
        self.scope.append(cell)
        self.cells.setdefault(name, []).append(cell)

    def get_cell(self, name: str) -> Cell:
        """Return the variable that a name refers to.

        Raises:
            ExecutionError: There is no such variable.
        """
        cells = self.cells.get(name)
        if not cells:
            raise ExecutionError(f"undefined variable: {excerpt(name)}")
        return cells[-1]

    def truncate_scope(self, length: int) -> None:
        """Remove all but the first `length` variables."""
        scope = self.scope
        while len(scope) > length:
            self.cells[scope.pop().name].pop()
