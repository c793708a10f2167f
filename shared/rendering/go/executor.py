"""Compilation and execution of templates without recursion, which could exhaust the stack.

The argument `dot_in_interface` of these functions tells whether Go has dot in an interface when the
operation runs.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from ...texts import excerpt
from .expressions import compile_field, compile_pipeline, unwrap_interface
from .nodes import (
    Action,
    Break,
    Call,
    Command,
    Conditional,
    Continue,
    Field,
    Function,
    Pipeline,
    Range,
    Text,
)
from .printing import print_value
from .quoting import cite
from .state import ExecutionError
from .values import NO_VALUE, Byte, Int

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
    from typing import TypeAlias

    from .expressions import Expression
    from .nodes import Node, NodeList, Operand
    from .state import Cell, State
    from .values import Value

    # A coroutine: it yields each Run that must end before it can continue.
    Run: TypeAlias = Generator[Any, None, None]
    Operation: TypeAlias = Callable[[State, Value], Run | None]

# Go allows a hundred thousand. Templates that reach this depth recurse without an end.
MAX_TEMPLATE_DEPTH: Final = 10_000

# Blocks that are nested less deeply are executed by recursion, which is faster.
_INLINE_HEIGHT: Final = 8


class _BreakError(Exception):
    """The signal that ends the innermost loop, which always catches it; in Go also an error."""


class _ContinueError(Exception):
    """The signal that ends one iteration of the innermost loop; in Go also an error."""


@dataclass(slots=True, eq=False)
class Body:
    """A compiled list of nodes.

    Attributes:
        steps: The cost of one execution in steps, without the bodies inside.
        is_inline: Whether it is executed by recursion, so that no operation returns a `Run`.
        operations: The operations, in order.
    """

    steps: int
    is_inline: bool
    operations: list[Operation] = field(default_factory=list)


def execute(templates: dict[str, Body], state: State, dot: Value) -> None:
    """Execute the template that the state names, and write to the state's output.

    Args:
        templates: All templates by name.
        state: A new state.
        dot: The variables.

    Raises:
        ExecutionError: The template cannot be executed with these variables.
        LimitExceededError: The execution exceeds a limit.
    """
    stack = [_run(templates[state.template_name], state, dot)]
    signal: Exception | None = None
    while stack:
        inner: Run | None = None
        try:
            inner = stack[-1].throw(signal) if signal else next(stack[-1], None)
            signal = None
        except (_BreakError, _ContinueError) as error:
            signal = error
        except StopIteration:
            # The loop has caught the signal.
            signal = None
        if inner is None:
            stack.pop()
        else:
            stack.append(inner)


def _run(body: Body, state: State, dot: Value, scope_length: int | None = None) -> Run:
    """Execute a body; at its end, remove all but the first `scope_length` variables."""
    state.spend(body.steps)
    for operation in body.operations:
        inner = operation(state, dot)
        if inner is not None:
            yield inner
    if scope_length is not None:
        state.truncate_scope(scope_length)


def _run_inline(body: Body, state: State, dot: Value) -> None:
    state.spend(body.steps)
    for operation in body.operations:
        operation(state, dot)


def compile_templates(lists: dict[str, NodeList]) -> dict[str, Body]:
    """Compile all templates, by name."""
    return _Compiler().compile(lists)


class _Compiler:
    """A compiler without recursion: the bodies of a block are compiled after the block."""

    def __init__(self) -> None:
        self.pending: list[tuple[NodeList, Body, bool]] = []
        self.templates: dict[str, Body] = {}

    def compile(self, lists: dict[str, NodeList]) -> dict[str, Body]:
        for name, nodes in lists.items():
            self.templates[name] = self._add_body(nodes, dot_in_interface=False)
        while self.pending:
            nodes, body, dot_in_interface = self.pending.pop()
            body.operations += self._compile_nodes(nodes, dot_in_interface)
        return self.templates

    def _add_body(self, nodes: NodeList, *, dot_in_interface: bool) -> Body:
        body = Body(1 + sum(map(_count_steps, nodes.nodes)), nodes.height <= _INLINE_HEIGHT)
        self.pending.append((nodes, body, dot_in_interface))
        return body

    def _compile_nodes(self, nodes: NodeList, dot_in_interface: bool) -> Iterator[Operation]:
        """Compile nodes: texts and plain fields in a row become one operation."""
        simple_nodes: list[Text | Field] = []
        for node in nodes.nodes:
            if isinstance(node, Text | Field):
                simple_nodes.append(node)
                continue
            if simple_nodes:
                yield from _compile_texts_and_fields(simple_nodes, dot_in_interface)
                simple_nodes = []
            yield self._compile_node(node, dot_in_interface)
        if simple_nodes:
            yield from _compile_texts_and_fields(simple_nodes, dot_in_interface)

    def _compile_node(self, node: Node, dot_in_interface: bool) -> Operation:
        match node:
            case Text() | Field():
                return _compile_text_or_field(node, dot_in_interface)
            case Action():
                return _compile_write(
                    compile_pipeline(node.pipeline, dot_in_interface=dot_in_interface),
                    node.pipeline,
                )
            case Conditional():
                body = self._add_body(
                    node.body, dot_in_interface=dot_in_interface and not node.sets_dot
                )
                otherwise = self._add_body(node.otherwise, dot_in_interface=dot_in_interface)
                return _compile_conditional(node, body, otherwise, dot_in_interface)
            case Range():
                body = self._add_body(node.body, dot_in_interface=True)
                otherwise = self._add_body(node.otherwise, dot_in_interface=dot_in_interface)
                return _compile_range(node, body, otherwise, dot_in_interface)
            case Call():
                return _compile_call(node, self.templates, dot_in_interface)
            case Break():
                return _break_loop
            case Continue():
                return _continue_loop


def _count_steps(node: Node | Operand | Command) -> int:
    """Count the steps that one run of a node costs, without its bodies."""
    match node:
        case Action() | Conditional() | Range() | Call():
            return 1 + (_count_steps(node.pipeline) if node.pipeline else 0)
        case Field():
            return 1 + len(node.keys)
        case Function():
            return 3
        case Pipeline():
            return len(node.variables) + sum(map(_count_steps, node.commands))
        case Command():
            return sum(map(_count_steps, node.operands))
        case _:
            return 1


# Writing.


def _compile_write(evaluate: Expression, pipeline: Pipeline | None = None) -> Operation:
    def write(state: State, dot: Value) -> None:
        state.write(print_value(evaluate(state, dot), state.spend))

    def declare(state: State, dot: Value) -> None:
        evaluate(state, dot)

    return declare if pipeline and pipeline.variables else write


def _compile_text_or_field(node: Text | Field, dot_in_interface: bool) -> Operation:
    if isinstance(node, Field):
        return _compile_write(
            unwrap_interface(compile_field(node, dot_in_interface=dot_in_interface))
        )
    text = node.text

    def write(state: State, dot: Value) -> None:
        state.write(text)

    return write


def _compile_texts_and_fields(
    nodes: list[Text | Field], dot_in_interface: bool
) -> Iterable[Operation]:
    """Compile texts and plain fields; this is optimized, because most templates have no others."""
    keys = [node.keys[0] for node in nodes if isinstance(node, Field)]
    if len(keys) < 2:
        return [_compile_text_or_field(node, dot_in_interface) for node in nodes]
    # Texts and values alternate; the first and the last part is a text.
    pattern = [""]
    for node in nodes:
        if isinstance(node, Text):
            pattern[-1] += node.text
        else:
            pattern += ("", "")
    look_up_keys: Callable[[Value], Sequence[Value]] = itemgetter(*keys)

    def write(state: State, dot: Value) -> None:
        try:
            values = look_up_keys(dot)
        except (KeyError, TypeError):
            # Write everything before the field that fails, then raise its error.
            for node in nodes:
                _compile_text_or_field(node, dot_in_interface)(state, dot)
            return
        if set(map(type, values)) != _ONLY_STRINGS:
            spend = state.spend
            values = [print_value(NO_VALUE if value is None else value, spend) for value in values]
        if sum(map(len, values)) > state.remaining_output:
            raise state.limits.build_output_error()
        parts = pattern.copy()
        parts[1::2] = values
        state.write("".join(parts))

    return [write]


_ONLY_STRINGS: Final = {str}


# Blocks.


def _compile_conditional(
    node: Conditional, body: Body, otherwise: Body, dot_in_interface: bool
) -> Operation:
    evaluate = compile_pipeline(node.pipeline, dot_in_interface=dot_in_interface)
    sets_dot = node.sets_dot

    def run(state: State, dot: Value) -> Run | None:
        scope_length = len(state.scope)
        value = evaluate(state, dot)
        branch = otherwise
        if value:
            branch = body
            if sets_dot:
                dot = value
        if not branch.is_inline:
            return _run(branch, state, dot, scope_length)
        if branch.operations:
            _run_inline(branch, state, dot)
        if len(state.scope) > scope_length:
            state.truncate_scope(scope_length)
        return None

    return run


def _compile_range(node: Range, body: Body, otherwise: Body, dot_in_interface: bool) -> Operation:
    evaluate = compile_pipeline(node.pipeline, dot_in_interface=dot_in_interface)
    pipeline = node.pipeline
    is_inline = body.is_inline and otherwise.is_inline

    def run(state: State, dot: Value) -> Run:
        outer_length = len(state.scope)
        value = evaluate(state, dot)
        inner_length = len(state.scope)
        cells = [] if pipeline.assigns else state.scope[inner_length - len(pipeline.variables) :]
        is_empty = True
        for key, element in _list_turns(value, pipeline, state):
            is_empty = False
            if pipeline.variables:
                _set_variables(pipeline, state, cells, key, element)
            try:
                if body.is_inline:
                    _run_inline(body, state, element)
                else:
                    yield _run(body, state, element)
            except _ContinueError:
                pass
            except _BreakError:
                break
            if len(state.scope) > inner_length:
                state.truncate_scope(inner_length)
        if is_empty:
            if otherwise.is_inline:
                _run_inline(otherwise, state, dot)
            else:
                yield _run(otherwise, state, dot)
        state.truncate_scope(outer_length)

    def run_inline(state: State, dot: Value) -> None:
        for _ in run(state, dot):
            pass

    return run_inline if is_inline else run


def _list_turns(value: Value, pipeline: Pipeline, state: State) -> Iterable[tuple[Value, Value]]:
    """List the iterations of a loop: pairs of an index, a key or no value, and an element."""
    if isinstance(value, list):
        return ((Int(index), element) for index, element in enumerate(value))
    if isinstance(value, dict):
        state.spend(len(value))
        return sorted(value.items(), key=itemgetter(0))
    if value is NO_VALUE:
        return ()
    if not isinstance(value, Int | Byte):
        raise ExecutionError(f"range can't iterate over {excerpt(print_value(value, state.spend))}")
    if len(pipeline.variables) > 1:
        raise ExecutionError(
            f"can't use {excerpt(str(value))} to iterate over more than one variable"
        )
    return ((NO_VALUE, type(value)(number)) for number in range(value))


def _set_variables(
    pipeline: Pipeline, state: State, cells: list[Cell], key: Value, element: Value
) -> None:
    names = pipeline.variables
    in_interface = not isinstance(element, Int | Byte)
    if not pipeline.assigns:
        cells[-1].set(element, in_interface=in_interface)
        if len(names) > 1:
            cells[-2].set(key)
    elif len(names) > 1:
        state.get_cell(names[0]).set(key)
        state.get_cell(names[1]).set(element, in_interface=in_interface)
    else:
        state.get_cell(names[0]).set(element, in_interface=in_interface)


def _break_loop(state: State, dot: Value) -> None:
    raise _BreakError


def _continue_loop(state: State, dot: Value) -> None:
    raise _ContinueError


def _compile_call(node: Call, templates: dict[str, Body], dot_in_interface: bool) -> Operation:
    evaluate = (
        compile_pipeline(node.pipeline, dot_in_interface=dot_in_interface)
        if node.pipeline
        else None
    )
    name = node.name

    def run(state: State, dot: Value) -> Run:
        state.node = node
        body = templates.get(name)
        if body is None:
            raise ExecutionError(f"template {cite(name)} not defined")
        if state.depth == MAX_TEMPLATE_DEPTH:
            raise ExecutionError(f"exceeded maximum template depth ({MAX_TEMPLATE_DEPTH})")
        argument = evaluate(state, dot) if evaluate else NO_VALUE
        caller = state.template_name, state.cells, state.scope
        state.template_name = name
        state.depth += 1
        state.enter_template(argument)
        if body.is_inline:
            _run_inline(body, state, argument)
        else:
            yield _run(body, state, argument)
        state.depth -= 1
        state.template_name, state.cells, state.scope = caller

    return run
