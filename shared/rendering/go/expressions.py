"""Compiles pipelines to closures, so that rendering does not look at their nodes again.

Every closure notes on the state the node it evaluates: that is the one an error cites, even where
the failing operation came later.
"""

from collections.abc import Callable
from typing import TypeAlias

from shared.rendering.go.functions import FUNCTIONS, SHORT_CIRCUITS, CallError
from shared.rendering.go.nodes import (
    Chain,
    Command,
    Constant,
    Dot,
    Field,
    Function,
    Nil,
    Operand,
    Pipeline,
    Variable,
)
from shared.rendering.go.quoting import quote
from shared.rendering.go.state import Failure, Located, State
from shared.rendering.go.values import (
    INTERFACE,
    INTERFACE_TYPE,
    NO_VALUE,
    Byte,
    Int,
    Value,
    type_name,
)

Expression: TypeAlias = Callable[[State, Value], Value]
# Also takes the value of the command before it in the pipeline, if there is one.
Stage: TypeAlias = Callable[..., Value]


def compile_pipeline(pipeline: Pipeline, *, held: bool) -> Expression:
    """Compile a pipeline; `held` tells that Go keeps the dot it will see in an interface."""
    first, *others = (
        _command(pipeline, stage, command, held) for stage, command in enumerate(pipeline.commands)
    )
    names, assigns = pipeline.variables, pipeline.assigns
    if not (others or names):
        return unwrapped(first)

    def evaluate(state: State, dot: Value) -> Value:
        value = first(state, dot)
        for stage in others:
            value = stage(state, dot, NO_VALUE if value is None else value)
        if value is None:
            value = NO_VALUE
        for name in names:
            if assigns:
                state.cell(name).set(value)
            else:
                state.declare(name, value)
        return value

    return evaluate


def unwrapped(expression: Expression) -> Expression:
    """Take the value out of the interface that holds it, as a pipeline does; of nil, no trace."""

    def evaluate(state: State, dot: Value) -> Value:
        value = expression(state, dot)
        return NO_VALUE if value is None else value

    return evaluate


def _failing(node: Located | None, reason: str) -> Stage:
    def fail(state: State, dot: Value, final: Value = None) -> Value:
        if node is not None:
            state.node = node
        raise Failure(reason)

    return fail


def _command(pipeline: Pipeline, stage: int, command: Command, held: bool) -> Stage:
    operands = command.operands
    first = operands[0]
    has_arguments = len(operands) > 1 or stage > 0
    if isinstance(first, Function):
        return _call(first, command, operands[1:], stage > 0, held)
    if isinstance(first, Field | Chain) or (isinstance(first, Variable) and first.keys):
        look_up_keys = _keyed(first, held, has_arguments)
        # Given a value by a pipe, it fails as with any other argument.
        return (lambda state, dot, final: look_up_keys(state, dot)) if stage else look_up_keys
    if has_arguments:
        reason = f"can't give argument to non-function {first}"
        if not isinstance(first, Pipeline):
            return _failing(first, reason)
        # Parentheses are not noted, so the error is at the whole or at what came before the pipe.
        return _failing(None if stage else pipeline, reason)
    if isinstance(first, Nil):
        return _failing(first, "nil is not a command")
    return _operand(first, held)


def _operand(node: Operand, held: bool) -> Expression:
    match node:
        case Dot():
            return _dot(node)
        case Nil():
            return _constant(node, NO_VALUE)
        case Constant():
            if node.value is None:
                return _failing(node, f"{node} overflows int")
            return _constant(node, node.value)
        case Variable() if not node.keys:
            return _variable(node)
        case Field() | Variable() | Chain():
            return _keyed(node, held, False)
        case Function():
            return _call(node, node, (), False, held)
        case Pipeline():
            return compile_pipeline(node, held=held)


def _dot(node: Dot) -> Expression:
    def evaluate(state: State, dot: Value) -> Value:
        state.node = node
        return dot

    return evaluate


def _constant(node: Nil | Constant, value: Value) -> Expression:
    def evaluate(state: State, dot: Value) -> Value:
        state.node = node
        return value

    return evaluate


def _variable(node: Variable) -> Expression:
    name = node.name

    def evaluate(state: State, dot: Value) -> Value:
        state.node = node
        return state.cell(name).value

    return evaluate


# Fields.


def look_up(receiver: Value, key: str, *, held: bool, has_arguments: bool = False) -> Value:
    """Read a key of a map; nothing else has fields, and no value has methods."""
    if isinstance(receiver, dict):
        if has_arguments:
            raise Failure(f"{key} is not a method but has arguments")
        if key in receiver:
            return receiver[key]
        raise Failure(f"map has no entry for key {quote(key)}")
    if receiver is NO_VALUE:
        raise Failure(f"nil data; no entry for key {quote(key)}")
    if receiver is None:
        raise Failure(f"nil pointer evaluating {INTERFACE_TYPE}.{key}")
    # Integers come from counting loops, which hold them directly.
    held = held and not isinstance(receiver, Int | Byte)
    kind = INTERFACE_TYPE if held else type_name(receiver)
    raise Failure(f"can't evaluate field {key} in type {kind}")


def _keyed(node: Field | Variable | Chain, held: bool, has_arguments: bool) -> Expression:
    """Compile the look-up of a node's keys, one in the value of the other."""
    if isinstance(node, Field):
        return compile_field(node, held=held, has_arguments=has_arguments)
    first, *rest = node.keys
    last = len(rest)
    name = node.name if isinstance(node, Variable) else ""
    base = _operand(node.base, held) if isinstance(node, Chain) else None

    def evaluate(state: State, dot: Value) -> Value:
        state.node = node
        if base is None:
            cell = state.cell(name)
            value, value_held = cell.value, cell.held
        else:
            value, value_held = base(state, dot), False
        value = look_up(value, first, held=value_held, has_arguments=has_arguments and not last)
        for place, key in enumerate(rest, 1):
            value = look_up(value, key, held=True, has_arguments=has_arguments and place == last)
        return value

    return evaluate


def compile_field(node: Field, *, held: bool, has_arguments: bool = False) -> Expression:
    """Compile the look-up of keys in dot."""
    first, *rest = node.keys
    last = len(rest)

    def evaluate(state: State, dot: Value) -> Value:
        state.node = node
        value = look_up(dot, first, held=held, has_arguments=has_arguments and not last)
        for place, key in enumerate(rest, 1):
            value = look_up(value, key, held=True, has_arguments=has_arguments and place == last)
        return value

    def evaluate_one(state: State, dot: Value) -> Value:
        state.node = node
        if type(dot) is dict and first in dot:
            return dot[first]
        return look_up(dot, first, held=held)

    return evaluate if rest or has_arguments else evaluate_one


# Calls.


def _call(
    node: Function,
    citation: Command | Function,
    arguments: tuple[Operand, ...],
    is_piped: bool,
    held: bool,
) -> Stage:
    name = node.name
    given = len(arguments) + is_piped
    if name in SHORT_CIRCUITS:
        if not given:
            return _failing(node, _arity(name, "at least 1", 0))
        return _short_circuit(node, name == "or", [_operand(a, held) for a in arguments])
    function = FUNCTIONS[name]
    if given < function.least and function.most is None:
        return _failing(node, _arity(name, f"at least {function.least}", len(arguments)))
    if function.most is not None and given != function.most:
        return _failing(node, _arity(name, str(function.most), given))
    expressions = [_operand(argument, held) for argument in arguments]
    if name == "slice":
        expressions[1:] = [_slice_index(argument, held) for argument in arguments[1:]]
    if name == "call":
        return _call_call(node, citation, arguments, expressions)
    if name == "printf":
        if not arguments:
            return _printf_piped(node)
        expressions[0] = _format(arguments[0], expressions[0])
    run = function.run

    def evaluate(state: State, dot: Value, *final: Value) -> Value:
        state.node = node
        values = [expression(state, dot) for expression in expressions]
        values += final
        try:
            return run(values, state.spend)
        except CallError as error:
            state.node = citation
            raise Failure(f"error calling {name}: {error}") from None

    return evaluate


def _arity(name: str, wanted: str, given: int) -> str:
    return f"wrong number of args for {name}: want {wanted} got {given}"


def _short_circuit(node: Function, stops_at: bool, expressions: list[Expression]) -> Stage:
    def evaluate(state: State, dot: Value, *final: Value) -> Value:
        state.node = node
        value: Value = NO_VALUE
        for expression in expressions:
            value = expression(state, dot)
            if bool(value) is stops_at:
                return value
        return final[0] if final else value

    return evaluate


def _slice_index(argument: Operand, held: bool) -> Expression:
    """Compile an index of `slice`, the one function that does not look into interfaces."""
    expression = _operand(argument, held)

    def evaluate(state: State, dot: Value) -> Value:
        value = expression(state, dot)
        match argument:
            case Field() | Chain():
                is_held = True
            case Variable():
                is_held = bool(argument.keys) or state.cell(argument.name).held
            case Dot():
                is_held = held
            case _:
                is_held = False
        return INTERFACE if is_held and not isinstance(value, Int | Byte) else value

    return evaluate


def _call_call(
    node: Function,
    citation: Command | Function,
    arguments: tuple[Operand, ...],
    expressions: list[Expression],
) -> Stage:
    run = FUNCTIONS["call"].run

    def evaluate(state: State, dot: Value, *final: Value) -> Value:
        state.node = node
        values = [*(expression(state, dot) for expression in expressions), *final]
        callee = str(arguments[0]) if arguments else _reflected(values[0])
        try:
            return run([callee, *values], state.spend)
        except CallError as error:
            state.node = citation
            raise Failure(f"error calling call: {error}") from None

    return evaluate


def _reflected(value: Value) -> str:
    if value is NO_VALUE:
        return ""
    return value if isinstance(value, str) else f"<{type_name(value)} Value>"


# The first argument of printf has to be a string before the others are evaluated.


def _check_string(value: Value) -> str:
    if isinstance(value, str):
        return value
    if value is NO_VALUE:
        raise Failure("invalid value; expected string")
    kind = INTERFACE_TYPE if value is None else type_name(value)
    raise Failure(f"wrong type for value; expected string; got {kind}")


def _format(argument: Operand, expression: Expression) -> Expression:
    match argument:
        case Constant(value=str()):
            return expression
        case Constant():
            return _failing(argument, f"expected string; found {argument}")
        case Nil():
            return _failing(argument, "cannot assign nil to string")

    def evaluate(state: State, dot: Value) -> Value:
        return _check_string(expression(state, dot))

    return evaluate


def _printf_piped(node: Function) -> Stage:
    run = FUNCTIONS["printf"].run

    def evaluate(state: State, dot: Value, final: Value) -> Value:
        state.node = node
        return run([_check_string(final)], state.spend)

    return evaluate
