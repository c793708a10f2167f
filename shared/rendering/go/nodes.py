"""The nodes of a parsed template.

`str` of a node returns the text that Go's error messages contain for it. The `pos` of a node is its
start, in characters from the start of the template.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from .quoting import quote

if TYPE_CHECKING:
    from .values import Int


@dataclass(frozen=True, slots=True)
class Dot:
    """The current value: `.`."""

    pos: int

    def __str__(self) -> str:
        return "."


@dataclass(frozen=True, slots=True)
class Nil:
    """The constant `nil`."""

    pos: int

    def __str__(self) -> str:
        return "nil"


@dataclass(frozen=True, slots=True)
class Constant:
    """A boolean, number or string; the value None stands for a number too large for Go's int."""

    pos: int
    source: str
    value: bool | Int | float | complex | str | None

    def __str__(self) -> str:
        return self.source


@dataclass(frozen=True, slots=True)
class Field:
    """Nested keys of dot, such as `.user.name`; as a node, the action `{{.key}}`."""

    pos: int
    keys: tuple[str, ...]

    def __str__(self) -> str:
        return "." + ".".join(self.keys)


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable, optionally with nested keys: `$user.name`."""

    pos: int
    name: str
    keys: tuple[str, ...] = ()

    def __str__(self) -> str:
        return ".".join((self.name, *self.keys))


@dataclass(frozen=True, slots=True)
class Function:
    """The name of a function: `len`."""

    pos: int
    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Chain:
    """Nested keys of any other expression: `(index .users 0).name`."""

    pos: int
    base: Function | Pipeline
    keys: tuple[str, ...]

    def __str__(self) -> str:
        base = f"({self.base})" if isinstance(self.base, Pipeline) else str(self.base)
        return ".".join((base, *self.keys))


@dataclass(frozen=True, slots=True)
class Command:
    """An operand, or a function and its arguments."""

    pos: int
    operands: tuple[Operand, ...]

    def __str__(self) -> str:
        return " ".join(
            f"({operand})" if isinstance(operand, Pipeline) else str(operand)
            for operand in self.operands
        )


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Commands that pass on their results, and variables for the result of the last one.

    `assigns` is true for `=` and false for `:=`.
    """

    pos: int
    variables: tuple[str, ...]
    assigns: bool
    commands: tuple[Command, ...]

    def __str__(self) -> str:
        text = " | ".join(map(str, self.commands))
        if not self.variables:
            return text
        return f"{', '.join(self.variables)} {'=' if self.assigns else ':='} {text}"


Operand: TypeAlias = Dot | Nil | Constant | Field | Variable | Function | Chain | Pipeline


@dataclass(frozen=True, slots=True)
class Text:
    """The text between two actions."""

    text: str


@dataclass(frozen=True, slots=True)
class Action:
    """A pipeline whose value is written: `{{.a | len}}`."""

    pipeline: Pipeline


@dataclass(frozen=True, slots=True)
class Conditional:
    """`if` or `with`; for `with` the value of the condition is the dot of the body."""

    pipeline: Pipeline
    body: NodeList
    otherwise: NodeList
    sets_dot: bool


@dataclass(frozen=True, slots=True)
class Range:
    """A loop, and the block for an empty value."""

    pipeline: Pipeline
    body: NodeList
    otherwise: NodeList


@dataclass(frozen=True, slots=True)
class Call:
    """The use of another template: `{{template "name" .}}`."""

    pos: int
    name: str
    pipeline: Pipeline | None

    def __str__(self) -> str:
        argument = "" if self.pipeline is None else f" {self.pipeline}"
        return f"{{{{template {quote(self.name)}{argument}}}}}"


@dataclass(frozen=True, slots=True)
class Break:
    """The end of a loop: `{{break}}`."""


@dataclass(frozen=True, slots=True)
class Continue:
    """The end of one iteration of a loop: `{{continue}}`."""


Node: TypeAlias = Text | Field | Action | Conditional | Range | Call | Break | Continue


@dataclass(slots=True, eq=False)
class NodeList:
    """The nodes of a block or of a part of one.

    Attributes:
        nodes: Texts, actions and blocks, in order.
        height: How deeply blocks are nested inside; `CALLS` if it uses another template, because
            then only rendering determines the depth.
    """

    nodes: list[Node] = field(default_factory=list)
    height: int = 0

    def is_blank(self) -> bool:
        """Tell whether the list contains only space."""
        return all(isinstance(node, Text) and not node.text.strip(_SPACES) for node in self.nodes)


CALLS = 1_000_000

# The spaces that Go trims, which differ from Python's.
_SPACES = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
