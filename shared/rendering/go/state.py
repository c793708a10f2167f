"""What changes while one template renders: its output, variables, allowance and whereabouts."""

from typing import Final, Protocol

from shared.rendering.errors import LimitExceeded
from shared.rendering.go.values import Value
from shared.rendering.limits import Limits


class Located(Protocol):
    """A node that an error can cite."""

    @property
    def pos(self) -> int: ...


class Failure(Exception):
    """Why rendering cannot go on; the state knows where."""


class Cell:
    """A variable. `held` tells that Go keeps its value in an interface, as lists and maps do."""

    __slots__ = ("held", "name", "value")

    def __init__(self, name: str, value: Value) -> None:
        self.name: Final = name
        self.set(value)

    def set(self, value: Value, *, held: bool = False) -> None:
        self.value = value
        self.held = held


class State:
    """Belongs to one rendering; a template itself never changes."""

    __slots__ = (
        "cells",
        "depth",
        "limits",
        "node",
        "output",
        "room",
        "scope",
        "steps",
        "template_name",
    )

    def __init__(self, template_name: str, dot: Value, limits: Limits) -> None:
        self.limits: Final = limits
        self.output: list[str] = []
        # Counted in characters while rendering; the caller checks the bytes.
        self.room = limits.output_bytes
        self.steps = limits.steps
        self.depth = 0
        self.template_name = template_name
        self.node: Located
        self.enter(dot)

    def enter(self, dot: Value) -> None:
        """Begin a template: it sees no variables but `$`."""
        root = Cell("$", dot)
        self.scope = [root]
        self.cells = {"$": [root]}

    def spend(self, steps: int) -> None:
        self.steps -= steps
        if self.steps < 0:
            raise LimitExceeded(f"rendering takes more than {self.limits.steps} steps")

    def write(self, text: str) -> None:
        self.room -= len(text)
        if self.room < 0:
            raise self.too_long()
        self.output.append(text)

    def too_long(self) -> LimitExceeded:
        return LimitExceeded(f"the output is longer than {self.limits.output_bytes} bytes")

    # Variables. Which one a name means can depend on what was evaluated, so it is looked up when
    # needed: innermost first.

    def declare(self, name: str, value: Value) -> None:
        cell = Cell(name, value)
        self.scope.append(cell)
        self.cells.setdefault(name, []).append(cell)

    def cell(self, name: str) -> Cell:
        cells = self.cells.get(name)
        if not cells:
            raise Failure(f"undefined variable: {name}")
        return cells[-1]

    def forget(self, known: int) -> None:
        """Drop all but the first `known` variables."""
        scope = self.scope
        while len(scope) > known:
            self.cells[scope.pop().name].pop()
