"""The parts of a parsed template; `str` of an expression is how Go cites it in an error."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from shared.rendering.go.quoting import quote

if TYPE_CHECKING:
    from shared.rendering.go.values import Int


@dataclass(frozen=True, slots=True)
class Dot:
    pos: int

    def __str__(self) -> str:
        return "."


@dataclass(frozen=True, slots=True)
class Nil:
    pos: int

    def __str__(self) -> str:
        return "nil"


@dataclass(frozen=True, slots=True)
class Constant:
    """A boolean, number or string; None stands for a number too large for Go's int."""

    pos: int
    source: str
    value: bool | Int | float | complex | str | None

    def __str__(self) -> str:
        return self.source


@dataclass(frozen=True, slots=True)
class Field:
    """Keys looked up in dot, one in the other: `.user.name`; as a node, the action `{{.key}}`."""

    pos: int
    keys: tuple[str, ...]

    def __str__(self) -> str:
        return "." + ".".join(self.keys)


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable, perhaps with keys to look up in it: `$user.name`."""

    pos: int
    name: str
    keys: tuple[str, ...] = ()

    def __str__(self) -> str:
        return ".".join((self.name, *self.keys))


@dataclass(frozen=True, slots=True)
class Function:
    pos: int
    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Chain:
    """Keys looked up in any other expression: `(index .users 0).name`."""

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
    """Commands, each given the result of the one before, and the variables that take the last."""

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
    text: str


@dataclass(frozen=True, slots=True)
class Action:
    pipeline: Pipeline


@dataclass(frozen=True, slots=True)
class Conditional:
    """`if`, or `with`, which also makes the condition's value the dot of its body."""

    pipeline: Pipeline
    body: NodeList
    otherwise: NodeList
    sets_dot: bool


@dataclass(frozen=True, slots=True)
class Range:
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
    pass


@dataclass(frozen=True, slots=True)
class Continue:
    pass


Node: TypeAlias = Text | Field | Action | Conditional | Range | Call | Break | Continue


@dataclass(slots=True, eq=False)
class NodeList:
    """What stands between two of the actions that open, divide or close a block.

    `height` is how deep blocks are nested in it; `CALLS` means a depth only known when rendering,
    because it uses another template.
    """

    nodes: list[Node] = field(default_factory=list)
    height: int = 0

    def is_blank(self) -> bool:
        return all(isinstance(node, Text) and not node.text.strip(_SPACES) for node in self.nodes)


CALLS = 1_000_000

# What Go trims, which is not quite what Python does.
_SPACES = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
