"""Expressions and nodes that charge for what they look at.

A tree that the library has read is made of its own classes. Those whose work depends on values
become the subclasses here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TextIO, cast

from liquid.ast import Node
from liquid.builtin.expressions.logical import (
    BooleanExpression,
    ContainsExpression,
    EqExpression,
    GeExpression,
    GtExpression,
    LeExpression,
    LtExpression,
    NeExpression,
)
from liquid.builtin.expressions.logical import _contains as contains
from liquid.builtin.expressions.logical import _eq as is_equal
from liquid.builtin.expressions.logical import _le as is_at_most
from liquid.builtin.expressions.logical import _lt as is_less
from liquid.builtin.expressions.loop import LoopExpression
from liquid.builtin.expressions.primitive import Blank, RangeLiteral
from liquid.builtin.output import OutputNode
from liquid.builtin.tags.case_tag import _AnyExpression as WhenExpression
from liquid.builtin.tags.cycle_tag import CycleNode
from liquid.builtin.tags.echo_tag import EchoNode
from liquid.stringify import to_liquid_string

from ..substitution import dump_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from liquid import RenderContext
    from liquid.expression import Expression

    from .context import Context
    from .meter import Meter


def _get_meter(context: RenderContext) -> Meter:
    return cast("Context", context).meter


def _charge_comparison(context: RenderContext, left: Any, right: Any) -> None:
    meter = _get_meter(context)
    if isinstance(left, str) and isinstance(right, str):
        meter.spend(1 + (min(len(left), len(right)) >> 4))
    elif isinstance(left, list | tuple | dict) and isinstance(right, list | tuple | dict):
        meter.spend_value(left)
    elif isinstance(left, Blank) or isinstance(right, Blank):
        # To be blank, each character of a text is white space.
        meter.spend(1 + sum(len(side) >> 4 for side in (left, right) if isinstance(side, str)))
    else:
        meter.spend(1)


class MeteredBoolean(BooleanExpression):
    """A condition."""

    __slots__ = ()

    def evaluate(self, context: RenderContext) -> bool:
        """Evaluate the condition."""
        _get_meter(context).spend(1)
        return super().evaluate(context)


class MeteredEq(EqExpression):
    """A comparison with `==`."""

    __slots__ = ()

    def evaluate(self, context: RenderContext) -> object:
        """Compare the operands."""
        left, right = self.left.evaluate(context), self.right.evaluate(context)
        _charge_comparison(context, left, right)
        return is_equal(left, right)


class MeteredNe(NeExpression):
    """A comparison with `!=`."""

    __slots__ = ()

    def evaluate(self, context: RenderContext) -> object:
        """Compare the operands."""
        left, right = self.left.evaluate(context), self.right.evaluate(context)
        _charge_comparison(context, left, right)
        return not is_equal(left, right)


class MeteredLt(LtExpression):
    """A comparison with `<`."""

    __slots__ = ()

    def evaluate(self, context: RenderContext) -> object:
        """Compare the operands."""
        left, right = self.left.evaluate(context), self.right.evaluate(context)
        _charge_comparison(context, left, right)
        return is_less(self.token, left, right)


class MeteredGt(GtExpression):
    """A comparison with `>`."""

    __slots__ = ()

    def evaluate(self, context: RenderContext) -> object:
        """Compare the operands."""
        right, left = self.right.evaluate(context), self.left.evaluate(context)
        _charge_comparison(context, left, right)
        return is_less(self.token, right, left)


class MeteredLe(LeExpression):
    """A comparison with `<=`."""

    __slots__ = ()

    def evaluate(self, context: RenderContext) -> object:
        """Compare the operands."""
        left, right = self.left.evaluate(context), self.right.evaluate(context)
        _charge_comparison(context, left, right)
        return is_at_most(left, right)


class MeteredGe(GeExpression):
    """A comparison with `>=`."""

    __slots__ = ()

    def evaluate(self, context: RenderContext) -> object:
        """Compare the operands."""
        left, right = self.left.evaluate(context), self.right.evaluate(context)
        _charge_comparison(context, left, right)
        return is_at_most(right, left)


class MeteredContains(ContainsExpression):
    """A search in a text or a list."""

    __slots__ = ()

    def evaluate(self, context: RenderContext) -> object:
        """Search the left operand for the right one."""
        left, right = self.left.evaluate(context), self.right.evaluate(context)
        meter = _get_meter(context)
        meter.spend_value(left)
        meter.spend_value(right)
        return contains(self.token, left, right)


class MeteredWhen(WhenExpression):
    """The values of a `when`."""

    __slots__ = ()

    def evaluate(self, context: RenderContext) -> list[bool]:
        """Compare the value of the `case` with each."""
        left = self.left.evaluate(context)
        matches = []
        for expression in self.expressions:
            right = expression.evaluate(context)
            _charge_comparison(context, left, right)
            matches.append(is_equal(left, right))
        return matches


class MeteredRange(RangeLiteral):
    """A range of numbers, as long as the limits allow."""

    __slots__ = ()

    def evaluate(self, context: RenderContext) -> range:
        """Make the range."""
        numbers = super().evaluate(context)
        # Filters charge for each number; this is for what skips them.
        _get_meter(context).spend(1 + (max(0, numbers.stop - numbers.start) >> 4))
        return numbers


class MeteredLoop(LoopExpression):
    """What a loop goes through."""

    __slots__ = ()

    def evaluate(self, context: RenderContext) -> tuple[Iterator[object], int]:
        """Evaluate the items, and how many they are."""
        # The library names the loop after its expression, several times.
        _get_meter(context).spend(1 + len(str(self.iterable)))
        return super().evaluate(context)

    def _slice(
        self,
        it: Iterator[object],
        length: int,
        context: RenderContext,
        *,
        limit: int | None,
        offset: int | str | None,
    ) -> tuple[Iterator[object], int]:
        # An offset is skipped item by item, and reversing makes a list.
        _get_meter(context).spend(length if self.reversed else length >> 4)
        return super()._slice(it, length, context, limit=limit, offset=offset)


def _write_value(expression: Expression, context: RenderContext, buffer: TextIO) -> int:
    value = expression.evaluate(context)
    if not isinstance(value, str):
        _get_meter(context).spend_value(value)
    text = dump_json(value) if type(value) is dict else to_liquid_string(value, autoescape=False)
    return buffer.write(text)


class MeteredOutput(OutputNode):
    """An output; an object is printed as JSON."""

    __slots__ = ()

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        """Write the value."""
        return _write_value(self.expression, context, buffer)


class MeteredEcho(EchoNode):
    """An output in a tag."""

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        """Write the value."""
        return _write_value(self.expression, context, buffer)


class MeteredCycle(CycleNode):
    """A cycle, whose values the library prints together."""

    __slots__ = ()

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        """Write the next value."""
        meter = _get_meter(context)
        for expression in (*self.args, *((self.group,) if self.group else ())):
            meter.spend_value(expression.evaluate(context))
        return super().render_to_output(context, buffer)


# By the library's class.
_METERED: Final[dict[type, type]] = {
    metered.__mro__[1]: metered
    for metered in (
        MeteredBoolean,
        MeteredContains,
        MeteredCycle,
        MeteredEcho,
        MeteredEq,
        MeteredGe,
        MeteredGt,
        MeteredLe,
        MeteredLoop,
        MeteredLt,
        MeteredNe,
        MeteredOutput,
        MeteredRange,
        MeteredWhen,
    )
}


def meter_tree(nodes: Iterable[Node]) -> None:
    """Make the nodes and expressions of a tree charge for their work."""
    parts: list[Any] = [*nodes]
    while parts:
        part = parts.pop()
        if metered := _METERED.get(type(part)):
            part.__class__ = metered
        parts += _list_parts(part)


def _list_parts(part: Any) -> Iterable[Any]:
    """List the nodes and expressions that a node or an expression is made of."""
    if isinstance(part, Node):
        # The context is for tags that include other templates, which there are not.
        return (*part.children(cast("Context", None)), *part.expressions())
    children: Iterable[Any] = part.children()
    return children
