"""Compiles and runs templates without recursion, so nesting and calls cannot exhaust the stack."""

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Final, TypeAlias

from shared.rendering.go.expressions import Expression, compile_field, compile_pipeline, unwrapped
from shared.rendering.go.nodes import (
    Action,
    Break,
    Call,
    Command,
    Conditional,
    Continue,
    Field,
    Function,
    Node,
    NodeList,
    Operand,
    Pipeline,
    Range,
    Text,
)
from shared.rendering.go.printing import text_of
from shared.rendering.go.quoting import quote
from shared.rendering.go.state import Cell, Failure, State
from shared.rendering.go.values import NO_VALUE, Byte, Int, Value

# Go allows a hundred thousand; this is as endless, and found out before it costs anything.
MAX_TEMPLATE_DEPTH: Final = 10_000

# Blocks nested no deeper run inside each other, by recursion, which is faster.
_INLINE_HEIGHT: Final = 8

# Something that runs in steps: it yields what has to run to its end before it can go on.
Run: TypeAlias = Generator["Run", None, None]
Operation: TypeAlias = Callable[[State, Value], Run | None]


class _LeaveLoop(Exception):
    pass


class _NextTurn(Exception):
    pass


@dataclass(slots=True, eq=False)
class Body:
    """A compiled list of nodes. An inline one never has anything to hand over to run."""

    cost: int
    is_inline: bool
    operations: list[Operation] = field(default_factory=list)


def execute(templates: dict[str, Body], state: State, dot: Value) -> None:
    """Run the template the state names, writing to the state's output."""
    running = [_run(templates[state.template_name], state, dot)]
    signal: Exception | None = None
    while running:
        inner: Run | None = None
        try:
            inner = running[-1].throw(signal) if signal else next(running[-1], None)
            signal = None
        except (_LeaveLoop, _NextTurn) as raised:
            signal = raised
        except StopIteration:
            # The loop has caught the signal and was at its end.
            signal = None
        if inner is None:
            running.pop()
        else:
            running.append(inner)


def _run(body: Body, state: State, dot: Value, known: int | None = None) -> Run:
    """Run a body; at its end only the first `known` variables stay declared."""
    state.spend(body.cost)
    for operation in body.operations:
        inner = operation(state, dot)
        if inner is not None:
            yield inner
    if known is not None:
        state.forget(known)


def _run_inline(body: Body, state: State, dot: Value) -> None:
    state.spend(body.cost)
    for operation in body.operations:
        operation(state, dot)


def compile_templates(lists: dict[str, NodeList]) -> dict[str, Body]:
    """Compile every template by name."""
    return _Compiler().compile(lists)


class _Compiler:
    """Compiles lists one after the other: a block gets bodies that are filled in later."""

    def __init__(self) -> None:
        self.pending: list[tuple[NodeList, Body, bool]] = []
        self.templates: dict[str, Body] = {}

    def compile(self, lists: dict[str, NodeList]) -> dict[str, Body]:
        for name, nodes in lists.items():
            self.templates[name] = self._body(nodes, held=False)
        while self.pending:
            nodes, body, held = self.pending.pop()
            body.operations += self._operations(nodes, held)
        return self.templates

    def _body(self, nodes: NodeList, *, held: bool) -> Body:
        body = Body(1 + sum(map(_cost, nodes.nodes)), nodes.height <= _INLINE_HEIGHT)
        self.pending.append((nodes, body, held))
        return body

    def _operations(self, nodes: NodeList, held: bool) -> Iterator[Operation]:
        """Compile nodes, writing runs of text and plain fields at once."""
        plain: list[Text | Field] = []
        for node in nodes.nodes:
            if isinstance(node, Text | Field):
                plain.append(node)
                continue
            if plain:
                yield from _write_plain(plain, held)
                plain = []
            yield self._operation(node, held)
        if plain:
            yield from _write_plain(plain, held)

    def _operation(self, node: Node, held: bool) -> Operation:
        match node:
            case Text() | Field():
                return _write_one(node, held)
            case Action():
                return _write_value(compile_pipeline(node.pipeline, held=held), node.pipeline)
            case Conditional():
                body = self._body(node.body, held=held and not node.sets_dot)
                otherwise = self._body(node.otherwise, held=held)
                return _conditional(node, body, otherwise, held)
            case Range():
                body = self._body(node.body, held=True)
                otherwise = self._body(node.otherwise, held=held)
                return _range(node, body, otherwise, held)
            case Call():
                return _call(node, self.templates, held)
            case Break():
                return _leave_loop
            case Continue():
                return _next_turn


def _cost(node: Node | Operand | Command) -> int:
    """Count the nodes that one run of a node evaluates, bodies excepted."""
    match node:
        case Action() | Conditional() | Range() | Call():
            return 1 + (_cost(node.pipeline) if node.pipeline else 0)
        case Field():
            return 1 + len(node.keys)
        case Function():
            return 3
        case Pipeline():
            return len(node.variables) + sum(map(_cost, node.commands))
        case Command():
            return sum(map(_cost, node.operands))
        case _:
            return 1


# Writing.


def _write_value(evaluate: Expression, pipeline: Pipeline | None = None) -> Operation:
    def write(state: State, dot: Value) -> None:
        state.write(text_of(evaluate(state, dot), state.spend))

    def declare(state: State, dot: Value) -> None:
        evaluate(state, dot)

    return declare if pipeline and pipeline.variables else write


def _write_one(node: Text | Field, held: bool) -> Operation:
    if isinstance(node, Field):
        return _write_value(unwrapped(compile_field(node, held=held)))
    text = node.text

    def write(state: State, dot: Value) -> None:
        state.write(text)

    return write


def _write_plain(nodes: list[Text | Field], held: bool) -> Iterable[Operation]:
    """Compile text and plain fields: most templates are nothing else, so this is quick."""
    keys = [node.keys[0] for node in nodes if isinstance(node, Field)]
    if len(keys) < 2:
        return [_write_one(node, held) for node in nodes]
    # Texts and values take turns, beginning and ending with a text.
    pattern = [""]
    for node in nodes:
        if isinstance(node, Text):
            pattern[-1] += node.text
        else:
            pattern += ("", "")
    fetch: Callable[[Value], Sequence[Value]] = itemgetter(*keys)

    def write(state: State, dot: Value) -> None:
        try:
            values = fetch(dot)
        except (KeyError, TypeError):
            # One of the fields fails: go on as far as it.
            for node in nodes:
                _write_one(node, held)(state, dot)
            return
        if set(map(type, values)) != _ONLY_STRINGS:
            spend = state.spend
            values = [text_of(NO_VALUE if value is None else value, spend) for value in values]
        if sum(map(len, values)) > state.room:
            raise state.too_long()
        parts = pattern.copy()
        parts[1::2] = values
        state.write("".join(parts))

    return [write]


_ONLY_STRINGS: Final = {str}


# Blocks.


def _conditional(node: Conditional, body: Body, otherwise: Body, held: bool) -> Operation:
    evaluate = compile_pipeline(node.pipeline, held=held)
    sets_dot = node.sets_dot

    def run(state: State, dot: Value) -> Run | None:
        known = len(state.scope)
        value = evaluate(state, dot)
        chosen = otherwise
        if value:
            chosen = body
            if sets_dot:
                dot = value
        if not chosen.is_inline:
            return _run(chosen, state, dot, known)
        if chosen.operations:
            _run_inline(chosen, state, dot)
        if len(state.scope) > known:
            state.forget(known)
        return None

    return run


def _range(node: Range, body: Body, otherwise: Body, held: bool) -> Operation:
    evaluate = compile_pipeline(node.pipeline, held=held)
    pipeline = node.pipeline
    is_inline = body.is_inline and otherwise.is_inline

    def run(state: State, dot: Value) -> Run:
        outside = len(state.scope)
        value = evaluate(state, dot)
        inside = len(state.scope)
        declared = [] if pipeline.assigns else state.scope[inside - len(pipeline.variables) :]
        is_empty = True
        for key, element in _turns(value, pipeline, state):
            is_empty = False
            if pipeline.variables:
                _set_variables(pipeline, state, declared, key, element)
            try:
                if body.is_inline:
                    _run_inline(body, state, element)
                else:
                    yield _run(body, state, element)
            except _NextTurn:
                pass
            except _LeaveLoop:
                break
            if len(state.scope) > inside:
                state.forget(inside)
        if is_empty:
            if otherwise.is_inline:
                _run_inline(otherwise, state, dot)
            else:
                yield _run(otherwise, state, dot)
        state.forget(outside)

    def run_at_once(state: State, dot: Value) -> None:
        for _ in run(state, dot):
            pass

    return run_at_once if is_inline else run


def _turns(value: Value, pipeline: Pipeline, state: State) -> Iterable[tuple[Value, Value]]:
    """Return what a loop goes through: an index, key or nothing, and the element."""
    if isinstance(value, list):
        return ((Int(index), element) for index, element in enumerate(value))
    if isinstance(value, dict):
        state.spend(len(value))
        return sorted(value.items(), key=itemgetter(0))
    if value is NO_VALUE:
        return ()
    if not isinstance(value, Int | Byte):
        raise Failure(f"range can't iterate over {text_of(value, state.spend)}")
    if len(pipeline.variables) > 1:
        raise Failure(f"can't use {value} to iterate over more than one variable")
    return ((NO_VALUE, type(value)(number)) for number in range(value))


def _set_variables(
    pipeline: Pipeline, state: State, declared: list[Cell], key: Value, element: Value
) -> None:
    names = pipeline.variables
    held = not isinstance(element, Int | Byte)
    if not pipeline.assigns:
        declared[-1].set(element, held=held)
        if len(names) > 1:
            declared[-2].set(key)
    elif len(names) > 1:
        state.cell(names[0]).set(key)
        state.cell(names[1]).set(element, held=held)
    else:
        state.cell(names[0]).set(element, held=held)


def _leave_loop(state: State, dot: Value) -> None:
    raise _LeaveLoop


def _next_turn(state: State, dot: Value) -> None:
    raise _NextTurn


def _call(node: Call, templates: dict[str, Body], held: bool) -> Operation:
    evaluate = compile_pipeline(node.pipeline, held=held) if node.pipeline else None
    name = node.name

    def run(state: State, dot: Value) -> Run:
        state.node = node
        body = templates.get(name)
        if body is None:
            raise Failure(f"template {quote(name)} not defined")
        if state.depth == MAX_TEMPLATE_DEPTH:
            raise Failure(f"exceeded maximum template depth ({MAX_TEMPLATE_DEPTH})")
        argument = evaluate(state, dot) if evaluate else NO_VALUE
        caller = state.template_name, state.cells, state.scope
        state.template_name = name
        state.depth += 1
        state.enter(argument)
        if body.is_inline:
            _run_inline(body, state, argument)
        else:
            yield _run(body, state, argument)
        state.depth -= 1
        state.template_name, state.cells, state.scope = caller

    return run
