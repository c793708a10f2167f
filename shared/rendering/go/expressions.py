"""Compilation of pipelines to closures.

Every closure sets the state's node to the one that it evaluates. As in Go, errors cite this node,
even if a later operation fails.

The argument `dot_in_interface` of these functions tells whether Go has dot in an interface when the
closure runs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from ...texts import excerpt
from .functions import FUNCTIONS, SHORT_CIRCUITS, CallError
from .nodes import (
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
from .quoting import cite
from .state import CitableNode, ExecutionError, MissingKeyError, State
from .values import (
    INTERFACE,
    INTERFACE_TYPE,
    NO_VALUE,
    Byte,
    Int,
    Value,
    get_type_name,
)

Expression: TypeAlias = Callable[[State, Value], Value]
# Also takes the value of the previous command in the pipeline, if there is one.
Stage: TypeAlias = Callable[..., Value]


def compile_pipeline(pipeline: Pipeline, *, dot_in_interface: bool) -> Expression:
    """Compile a pipeline."""
    first, *others = (
        _compile_command(pipeline, stage, command, dot_in_interface)
        for stage, command in enumerate(pipeline.commands)
    )
    names, assigns = pipeline.variables, pipeline.assigns
    if not (others or names):
        return unwrap_interface(first)

    def evaluate(state: State, dot: Value) -> Value:
        value = first(state, dot)
        for run_stage in others:
            value = run_stage(state, dot, NO_VALUE if value is None else value)
        if value is None:
            value = NO_VALUE
        for name in names:
            if assigns:
                state.get_cell(name).set(value)
            else:
                state.declare(name, value)
        return value

    return evaluate


def unwrap_interface(expression: Expression) -> Expression:
    """Convert nil, the value of an empty interface, to no value, as a pipeline does."""

    def evaluate(state: State, dot: Value) -> Value:
        value = expression(state, dot)
        return NO_VALUE if value is None else value

    return evaluate


def _compile_error(node: CitableNode | None, message: str) -> Stage:
    def fail(state: State, dot: Value, final: Value = None) -> Value:
        if node is not None:
            state.node = node
        raise ExecutionError(message)

    return fail


def _compile_variable_error(variable: Variable, message: str) -> Stage:
    find_variable, fail = _compile_variable(variable), _compile_error(variable, message)

    def find_and_fail(state: State, dot: Value, final: Value = None) -> Value:
        find_variable(state, dot)
        return fail(state, dot)

    return find_and_fail


def _compile_command(
    pipeline: Pipeline, stage: int, command: Command, dot_in_interface: bool
) -> Stage:
    operands = command.operands
    first = operands[0]
    has_arguments = len(operands) > 1 or stage > 0
    if isinstance(first, Function):
        return _compile_call(first, command, operands[1:], stage > 0, dot_in_interface)
    if isinstance(first, Field | Chain) or (isinstance(first, Variable) and first.keys):
        look_up_keys = _compile_lookup(first, dot_in_interface, has_arguments)
        # A value from a pipe counts as an argument, which keys do not accept.
        return (lambda state, dot, final: look_up_keys(state, dot)) if stage else look_up_keys
    if has_arguments:
        message = f"can't give argument to non-function {excerpt(str(first))}"
        if isinstance(first, Variable):
            # Whether there is such a variable is found out first.
            return _compile_variable_error(first, message)
        if not isinstance(first, Pipeline):
            return _compile_error(first, message)
        # Parentheses do not set the node: the error cites the pipeline or the previous command.
        return _compile_error(None if stage else pipeline, message)
    if isinstance(first, Nil):
        return _compile_error(first, "nil is not a command")
    return _compile_operand(first, dot_in_interface)


def _compile_operand(node: Operand, dot_in_interface: bool) -> Expression:
    match node:
        case Dot():
            return _compile_dot(node)
        case Nil():
            return _compile_constant(node, NO_VALUE)
        case Constant():
            if node.value is None:
                return _compile_error(node, f"{excerpt(str(node))} overflows int")
            return _compile_constant(node, node.value)
        case Variable() if not node.keys:
            return _compile_variable(node)
        case Field() | Variable() | Chain():
            return _compile_lookup(node, dot_in_interface, False)
        case Function():
            return _compile_call(node, node, (), False, dot_in_interface)
        case Pipeline():
            return compile_pipeline(node, dot_in_interface=dot_in_interface)


def _compile_dot(node: Dot) -> Expression:
    def evaluate(state: State, dot: Value) -> Value:
        state.node = node
        return dot

    return evaluate


def _compile_constant(node: Nil | Constant, value: Value) -> Expression:
    def evaluate(state: State, dot: Value) -> Value:
        state.node = node
        return value

    return evaluate


def _compile_variable(node: Variable) -> Expression:
    name = node.name

    def evaluate(state: State, dot: Value) -> Value:
        state.node = node
        return state.get_cell(name).value

    return evaluate


# Fields.


def look_up(receiver: Value, key: str, *, in_interface: bool, has_arguments: bool = False) -> Value:
    """Return the value of a map's key; other values have no fields, and no value has methods.

    Args:
        receiver: The map.
        key: The key.
        in_interface: Whether Go has the receiver in an interface.
        has_arguments: Whether the template calls the field like a method.

    Raises:
        MissingKeyError: The map has no such key.
        ExecutionError: The receiver is not a map, or there are arguments.
    """
    if isinstance(receiver, dict):
        if has_arguments:
            raise ExecutionError(f"{excerpt(key)} is not a method but has arguments")
        if key in receiver:
            return receiver[key]
        raise MissingKeyError(f"map has no entry for key {cite(key)}")
    if receiver is NO_VALUE:
        raise ExecutionError(f"nil data; no entry for key {cite(key)}")
    if receiver is None:
        raise ExecutionError(f"nil pointer evaluating {INTERFACE_TYPE}.{excerpt(key)}")
    # Integers come from loops over numbers, which do not have them in interfaces.
    in_interface = in_interface and not isinstance(receiver, Int | Byte)
    kind = INTERFACE_TYPE if in_interface else get_type_name(receiver)
    raise ExecutionError(f"can't evaluate field {excerpt(key)} in type {kind}")


def _compile_lookup(
    node: Field | Variable | Chain, dot_in_interface: bool, has_arguments: bool
) -> Expression:
    """Compile the look-up of a node's nested keys."""
    if isinstance(node, Field):
        return compile_field(node, dot_in_interface=dot_in_interface, has_arguments=has_arguments)
    first, *rest = node.keys
    last = len(rest)
    name = node.name if isinstance(node, Variable) else ""
    base = _compile_operand(node.base, dot_in_interface) if isinstance(node, Chain) else None

    def evaluate(state: State, dot: Value) -> Value:
        state.node = node
        if base is None:
            cell = state.get_cell(name)
            value, in_interface = cell.value, cell.in_interface
        else:
            value, in_interface = base(state, dot), False
        value = look_up(
            value, first, in_interface=in_interface, has_arguments=has_arguments and not last
        )
        for position, key in enumerate(rest, 1):
            value = look_up(
                value, key, in_interface=True, has_arguments=has_arguments and position == last
            )
        return value

    return evaluate


def compile_field(
    node: Field, *, dot_in_interface: bool, has_arguments: bool = False
) -> Expression:
    """Compile the look-up of keys in dot."""
    first, *rest = node.keys
    last = len(rest)

    def evaluate(state: State, dot: Value) -> Value:
        state.node = node
        value = look_up(
            dot, first, in_interface=dot_in_interface, has_arguments=has_arguments and not last
        )
        for position, key in enumerate(rest, 1):
            value = look_up(
                value, key, in_interface=True, has_arguments=has_arguments and position == last
            )
        return value

    def evaluate_one(state: State, dot: Value) -> Value:
        state.node = node
        if type(dot) is dict and first in dot:
            return dot[first]
        return look_up(dot, first, in_interface=dot_in_interface)

    return evaluate if rest or has_arguments else evaluate_one


# Calls.


def _compile_call(
    node: Function,
    citation: Command | Function,
    arguments: tuple[Operand, ...],
    is_piped: bool,
    dot_in_interface: bool,
) -> Stage:
    name = node.name
    count = len(arguments) + is_piped
    if name in SHORT_CIRCUITS:
        if not count:
            return _compile_error(node, _format_arity_error(name, "at least 1", 0))
        return _compile_short_circuit(
            node, name == "or", [_compile_operand(a, dot_in_interface) for a in arguments]
        )
    function = FUNCTIONS[name]
    if count < function.minimum and function.maximum is None:
        return _compile_error(
            node, _format_arity_error(name, f"at least {function.minimum}", len(arguments))
        )
    if function.maximum is not None and count != function.maximum:
        return _compile_error(node, _format_arity_error(name, str(function.maximum), count))
    expressions = [_compile_operand(argument, dot_in_interface) for argument in arguments]
    if name == "slice":
        expressions[1:] = [
            _compile_slice_index(argument, dot_in_interface) for argument in arguments[1:]
        ]
    if name == "call":
        return _compile_indirect_call(node, citation, arguments, expressions)
    if name == "printf":
        if not arguments:
            return _compile_piped_printf(node)
        expressions[0] = _compile_printf_template(arguments[0], expressions[0])
    run = function.run

    def evaluate(state: State, dot: Value, *final: Value) -> Value:
        state.node = node
        values = [expression(state, dot) for expression in expressions]
        values += final
        try:
            return run(values, state.spend)
        except CallError as error:
            state.node = citation
            raise ExecutionError(f"error calling {name}: {error}") from None

    return evaluate


def _format_arity_error(name: str, expected: str, count: int) -> str:
    return f"wrong number of args for {name}: want {expected} got {count}"


def _compile_short_circuit(node: Function, stops_at: bool, expressions: list[Expression]) -> Stage:
    def evaluate(state: State, dot: Value, *final: Value) -> Value:
        state.node = node
        value: Value = NO_VALUE
        for expression in expressions:
            value = expression(state, dot)
            if bool(value) is stops_at:
                return value
        return final[0] if final else value

    return evaluate


def _compile_slice_index(argument: Operand, dot_in_interface: bool) -> Expression:
    """Compile an index of `slice`, the only function that does not unwrap interfaces."""
    expression = _compile_operand(argument, dot_in_interface)

    def evaluate(state: State, dot: Value) -> Value:
        value = expression(state, dot)
        match argument:
            case Field() | Chain():
                in_interface = True
            case Variable():
                in_interface = bool(argument.keys) or state.get_cell(argument.name).in_interface
            case Dot():
                in_interface = dot_in_interface
            case _:
                in_interface = False
        return INTERFACE if in_interface and not isinstance(value, Int | Byte) else value

    return evaluate


def _compile_indirect_call(
    node: Function,
    citation: Command | Function,
    arguments: tuple[Operand, ...],
    expressions: list[Expression],
) -> Stage:
    run = FUNCTIONS["call"].run

    def evaluate(state: State, dot: Value, *final: Value) -> Value:
        state.node = node
        values = [*(expression(state, dot) for expression in expressions), *final]
        callee = str(arguments[0]) if arguments else _print_reflect_value(values[0])
        try:
            return run([callee, *values], state.spend)
        except CallError as error:
            state.node = citation
            raise ExecutionError(f"error calling call: {error}") from None

    return evaluate


def _print_reflect_value(value: Value) -> str:
    """Return what Go's `reflect.Value` prints for a value."""
    if value is NO_VALUE:
        return ""
    return value if isinstance(value, str) else f"<{get_type_name(value)} Value>"


# The first argument of printf is checked before the others are evaluated.


def _check_string(value: Value) -> str:
    if isinstance(value, str):
        return value
    if value is NO_VALUE:
        raise ExecutionError("invalid value; expected string")
    kind = INTERFACE_TYPE if value is None else get_type_name(value)
    raise ExecutionError(f"wrong type for value; expected string; got {kind}")


def _compile_printf_template(argument: Operand, expression: Expression) -> Expression:
    match argument:
        case Constant(value=str()):
            return expression
        case Constant():
            return _compile_error(argument, f"expected string; found {excerpt(str(argument))}")
        case Nil():
            return _compile_error(argument, "cannot assign nil to string")

    def evaluate(state: State, dot: Value) -> Value:
        return _check_string(expression(state, dot))

    return evaluate


def _compile_piped_printf(node: Function) -> Stage:
    run = FUNCTIONS["printf"].run

    def evaluate(state: State, dot: Value, final: Value) -> Value:
        state.node = node
        return run([_check_string(final)], state.spend)

    return evaluate
