"""A parser that converts tokens to nodes like Go's text/template, with the same errors."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, NoReturn

from ...texts import locate
from ..errors import TemplateSyntaxError
from .functions import FUNCTIONS, SHORT_CIRCUITS
from .lexer import Kind, Token, tokenize
from .nodes import (
    CALLS,
    Action,
    Break,
    Call,
    Chain,
    Command,
    Conditional,
    Constant,
    Continue,
    Dot,
    Field,
    Function,
    Nil,
    Node,
    NodeList,
    Operand,
    Pipeline,
    Range,
    Text,
    Variable,
)
from .numbers import parse_complex, parse_number
from .quoting import cite, unquote, unquote_character
from .values import Int

# The parser and the executor recurse into parentheses. Go allows ten thousand levels, which would
# overflow Python's stack.
MAX_PARENTHESES: Final = 64

# The parser does not recurse into blocks, but Python does when it frees them. Every `else if` of a
# chain counts.
MAX_BLOCKS: Final = 1_000

_CONTROLS: Final = frozenset(
    {
        Kind.BLOCK,
        Kind.BREAK,
        Kind.CONTINUE,
        Kind.ELSE,
        Kind.END,
        Kind.IF,
        Kind.RANGE,
        Kind.TEMPLATE,
        Kind.WITH,
    }
)
_OPERANDS: Final = frozenset(
    {
        Kind.BOOL,
        Kind.CHAR_CONSTANT,
        Kind.COMPLEX,
        Kind.DOT,
        Kind.FIELD,
        Kind.IDENTIFIER,
        Kind.NUMBER,
        Kind.NIL,
        Kind.RAW_STRING,
        Kind.STRING,
        Kind.VARIABLE,
        Kind.LEFT_PAREN,
    }
)


def parse_templates(source: str, root_name: str) -> dict[str, NodeList]:
    """Parse a text, and return all its templates by name; the text itself has `root_name`.

    Raises:
        TemplateSyntaxError: The text is not a template; the message is Go's for a template
            without a name.
        LimitExceededError: The text has too many tokens.
    """
    return _Parser(source).parse(root_name)


@dataclass(slots=True, eq=False)
class _Scope:
    """The state that Go has for each named template while it is parsed."""

    # The line of the last token that was read, which errors cite, and of the current action.
    line: int = 0
    action_line: int = 0
    loops: int = 0
    variables: list[str] = field(default_factory=lambda: ["$"])
    declarations: dict[str, int] = field(default_factory=lambda: {"$": 1})

    def declare(self, name: str) -> None:
        self.variables.append(name)
        self.declarations[name] = self.declarations.get(name, 0) + 1

    def truncate(self, length: int) -> None:
        """Remove all but the first `length` variables."""
        while len(self.variables) > length:
            self.declarations[self.variables.pop()] -= 1


@dataclass(slots=True, eq=False)
class _Block:
    """An action whose `{{end}}` has not been parsed yet, or the whole text."""

    context: str
    body: NodeList
    pipeline: Pipeline | None = None
    scope_length: int = 0
    otherwise: NodeList | None = None
    # An `else if` ends together with its `if`.
    is_continuation: bool = False
    # A `define` or `block` is parsed like a separate text; this is the scope around it.
    name: str = ""
    outer: _Scope | None = None

    @property
    def current(self) -> NodeList:
        return self.body if self.otherwise is None else self.otherwise


class _Parser:
    """A parser with its own stack of open blocks, instead of recursion."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.tokens = tokenize(source)
        self.next_index = 0
        self.furthest = -1
        self.templates: dict[str, NodeList] = {}
        self.scope = _Scope()
        self.root = _Block("root", NodeList())
        self.blocks = [self.root]
        self.parentheses = 0

    def parse(self, root_name: str) -> dict[str, NodeList]:
        while True:
            token = self._take_non_space()
            if token.kind is Kind.TEXT:
                self._append(Text(token.text))
            elif token.kind is Kind.KEY_ACTION:
                self._append(Field(token.pos, (token.text[1:],)))
                self.scope.action_line = 0
            elif token.kind is Kind.LEFT:
                self._parse_action(token)
            elif token.kind is Kind.EOF:
                if len(self.blocks) > 1:
                    self._fail("unexpected EOF")
                # The text must not define itself, neither under the empty name that it has while Go
                # parses it, nor under the name that it gets afterwards.
                self._can_define("", self.root.body)
                self._add_template(root_name, self.root.body)
                return self.templates
            else:
                self._fail_unexpected(token, "input")

    # Tokens. Errors cite the line of the last token that was read, even if it was put back.

    def _peek(self) -> Token:
        index = self.next_index
        token = self.tokens[index]
        if index > self.furthest:
            self.furthest = index
            self.scope.line = token.line
        return token

    def _take(self) -> Token:
        token = self._peek()
        if self.next_index < len(self.tokens) - 1:
            self.next_index += 1
        return token

    def _peek_non_space(self) -> Token:
        """Return the next token that is not space, after skipping space."""
        token = self._peek()
        if token.kind is Kind.SPACE:
            self.next_index += 1
            token = self._peek()
        return token

    def _take_non_space(self) -> Token:
        """Take the next token that is not space."""
        self._peek_non_space()
        return self._take()

    def _expect_right_delimiter(self, context: str) -> None:
        token = self._take_non_space()
        if token.kind is not Kind.RIGHT:
            self._fail_unexpected(token, context)

    def _fail(self, reason: str) -> NoReturn:
        line = self.scope.line
        last = self.tokens[self.furthest]
        # What Go reports after the body of a block is in another line.
        column = locate(self.source, last.pos)[1] if last.line == line else None
        message = f"template: :{line}: {reason}"
        raise TemplateSyntaxError(message, reason=reason, line=line, column=column)

    def _fail_unexpected(self, token: Token, context: str) -> NoReturn:
        if token.kind is not Kind.ERROR:
            self._fail(f"unexpected {token} in {context}")
        start_line = self.scope.action_line
        if not start_line or start_line == token.line:
            self._fail(token.text)
        where = "" if token.text.endswith(" action") else " in action"
        self._fail(f"{token.text}{where} started at :{start_line}")

    # Actions.

    def _parse_action(self, left: Token) -> None:
        token = self._peek_non_space()
        if token.kind is Kind.DEFINE and len(self.blocks) == 1:
            self._take()
            self._parse_define()
            return
        self.scope.action_line = left.line
        if token.kind not in _CONTROLS:
            self._append(_simplify(self._parse_pipeline("command", Kind.RIGHT)))
            self.scope.action_line = 0
            return
        self._take()
        match token.kind:
            case Kind.BLOCK:
                self._parse_block()
            case Kind.BREAK:
                self._parse_loop_exit("{{break}}", Break())
            case Kind.CONTINUE:
                self._parse_loop_exit("{{continue}}", Continue())
            case Kind.ELSE:
                self._parse_else()
            case Kind.END:
                self._parse_end()
            case Kind.TEMPLATE:
                self._parse_call()
            case _:
                self._open_block(token.text)

    def _append(self, node: Node, height: int = 0) -> None:
        siblings = self.blocks[-1].current
        siblings.nodes.append(node)
        siblings.height = max(siblings.height, height)

    def _add_template(self, name: str, body: NodeList) -> None:
        if self._can_define(name, body):
            self.templates[name] = body

    def _can_define(self, name: str, body: NodeList) -> bool:
        """Tell whether a template can define a name; a blank one does not replace another.

        Raises:
            TemplateSyntaxError: Neither this template nor the one of that name is blank.
        """
        previous = self.templates.get(name)
        if previous is None or previous.is_blank():
            return True
        if not body.is_blank():
            self._fail(f"template: multiple definition of template {cite(name)}")
        return False

    def _open_block(self, context: str, *, is_continuation: bool = False) -> None:
        scope_length = len(self.scope.variables)
        pipeline = self._parse_pipeline(context, Kind.RIGHT)
        if context == "range":
            self.scope.loops += 1
        if len(self.blocks) > MAX_BLOCKS:
            self._fail("max block depth exceeded")
        self.blocks.append(
            _Block(context, NodeList(), pipeline, scope_length, is_continuation=is_continuation)
        )

    def _parse_define(self) -> None:
        # Go parses the clause as part of the new template.
        context = "define clause"
        outer, self.scope = self.scope, _Scope(self.scope.line)
        name = self._parse_template_name(context)
        self._expect_right_delimiter(context)
        self.blocks.append(_Block(context, NodeList(), name=name, outer=outer))

    def _parse_block(self) -> None:
        context = "block clause"
        pos = self._peek_non_space().pos
        name = self._parse_template_name(context)
        self._append(Call(pos, name, self._parse_pipeline(context, Kind.RIGHT)), CALLS)
        outer, self.scope = self.scope, _Scope(self.scope.line)
        self.blocks.append(_Block(context, NodeList(), name=name, outer=outer))

    def _parse_call(self) -> None:
        context = "template clause"
        pos = self._peek_non_space().pos
        name = self._parse_template_name(context)
        pipeline = None
        if self._peek_non_space().kind is Kind.RIGHT:
            self._take()
        else:
            pipeline = self._parse_pipeline(context, Kind.RIGHT)
        self._append(Call(pos, name, pipeline), CALLS)
        self.scope.action_line = 0

    def _parse_template_name(self, context: str) -> str:
        token = self._take_non_space()
        if token.kind not in (Kind.STRING, Kind.RAW_STRING):
            self._fail_unexpected(token, context)
        return self._unquote(token)

    def _parse_loop_exit(self, context: str, node: Node) -> None:
        self._expect_right_delimiter(context)
        if not self.scope.loops:
            self._fail(f"{context} outside {{{{range}}}}")
        self._append(node)
        self.scope.action_line = 0

    def _parse_else(self) -> None:
        next_kind = self._peek_non_space().kind
        if next_kind not in (Kind.IF, Kind.WITH):
            self._expect_right_delimiter("else")
        self.scope.action_line = 0
        block = self.blocks[-1]
        if block is self.root:
            self._fail("unexpected {{else}}")
        if block.outer:
            if block.context == "block clause":
                # Go reports this after the body, for the line in which the block starts.
                self.scope = block.outer
            self._fail(f"unexpected {{{{else}}}} in {block.context}")
        if block.otherwise is not None:
            self._fail("expected end; found {{else}}")
        if block.context == "range":
            self.scope.loops -= 1
        block.otherwise = NodeList()
        if (block.context, next_kind) in (("if", Kind.IF), ("with", Kind.WITH)):
            self._take()
            self._open_block(block.context, is_continuation=True)

    def _parse_end(self) -> None:
        self._expect_right_delimiter("end")
        self.scope.action_line = 0
        if len(self.blocks) == 1:
            self._fail("unexpected {{end}}")
        block = self._close_block()
        while block.is_continuation:
            block = self._close_block()

    def _close_block(self) -> _Block:
        """Close the innermost block: add its template, or its node to the enclosing block."""
        block = self.blocks.pop()
        if block.outer:
            self._add_template(block.name, block.body)
            self.scope = block.outer
            self.scope.action_line = 0
            return block
        assert block.pipeline
        self.scope.truncate(block.scope_length)
        otherwise = block.otherwise
        if otherwise is None:
            otherwise = NodeList()
            self.scope.loops -= block.context == "range"
        height = 1 + max(block.body.height, otherwise.height)
        if block.context == "range":
            self._append(Range(block.pipeline, block.body, otherwise), height)
        else:
            sets_dot = block.context == "with"
            self._append(Conditional(block.pipeline, block.body, otherwise, sets_dot), height)
        return block

    # Pipelines.

    def _parse_pipeline(self, context: str, end: Kind) -> Pipeline:
        pos = self._peek_non_space().pos
        variables, assigns = self._parse_declarations(context)
        commands: list[Command] = []
        while True:
            token = self._peek_non_space()
            if token.kind is end:
                self._take()
                break
            if token.kind not in _OPERANDS:
                self._take()
                self._fail_unexpected(token, context)
            commands.append(self._parse_command())
        if not commands:
            self._fail(f"missing value for {context}")
        for stage, command in enumerate(commands[1:], 2):
            if isinstance(command.operands[0], Constant | Dot | Nil):
                self._fail(f"non executable command in pipeline stage {stage}")
        return Pipeline(pos, variables, assigns, tuple(commands))

    def _parse_declarations(self, context: str) -> tuple[tuple[str, ...], bool]:
        """Parse the variables before := or =, if there are any; return whether it is =."""
        names: list[str] = []
        while self._peek_non_space().kind is Kind.VARIABLE:
            start = self.next_index
            name = self._take().text
            token = self._peek_non_space()
            if token.kind in (Kind.DECLARE, Kind.ASSIGN):
                self._take()
                self.scope.declare(name)
                names.append(name)
                return tuple(names), token.kind is Kind.ASSIGN
            if token.kind is not Kind.CHAR or token.text != ",":
                self.next_index = start
                break
            self._take()
            self.scope.declare(name)
            names.append(name)
            if context != "range" or len(names) == 2:
                self._fail(f"too many declarations in {context}")
            if self._peek_non_space().kind not in (Kind.VARIABLE, Kind.RIGHT, Kind.RIGHT_PAREN):
                self._fail("range can only initialize variables")
        return tuple(names), False

    def _parse_command(self) -> Command:
        pos = self._peek_non_space().pos
        operands: list[Operand] = []
        while True:
            operand = self._parse_operand()
            if operand is not None:
                operands.append(operand)
            token = self._peek()
            if token.kind is Kind.SPACE:
                self._take()
                continue
            if token.kind not in (Kind.RIGHT, Kind.RIGHT_PAREN):
                self._take()
                if token.kind is not Kind.PIPE:
                    self._fail_unexpected(token, "operand")
            break
        if not operands:
            self._fail("empty command")
        return Command(pos, tuple(operands))

    def _parse_operand(self) -> Operand | None:
        """Parse a term and the fields that directly follow it."""
        term = self._parse_term()
        token = self._peek()
        if term is None or token.kind is not Kind.FIELD:
            return term
        keys: list[str] = []
        while self._peek().kind is Kind.FIELD:
            keys.append(self._take().text[1:])
        match term:
            case Field():
                return Field(token.pos, (*term.keys, *keys))
            case Variable():
                return Variable(token.pos, term.name, tuple(keys))
            case Function() | Pipeline():
                return Chain(token.pos, term, tuple(keys))
            case _:
                self._fail(f"unexpected . after term {cite(str(term))}")

    def _parse_term(self) -> Operand | None:
        token = self._peek_non_space()
        kind, pos, text = token.kind, token.pos, token.text
        if kind not in _OPERANDS:
            return None
        self._take()
        match kind:
            case Kind.FIELD:
                return Field(pos, (text[1:],))
            case Kind.IDENTIFIER:
                if text not in FUNCTIONS and text not in SHORT_CIRCUITS:
                    self._fail(f"function {cite(text)} not defined")
                return Function(pos, text)
            case Kind.STRING | Kind.RAW_STRING:
                return Constant(pos, text, self._unquote(token))
            case Kind.VARIABLE:
                if not self.scope.declarations.get(text):
                    self._fail(f"undefined variable {cite(text)}")
                return Variable(pos, text)
            case Kind.LEFT_PAREN:
                return self._parse_parentheses()
            case Kind.DOT:
                return Dot(pos)
            case Kind.NIL:
                return Nil(pos)
            case Kind.BOOL:
                return Constant(pos, text, text == "true")
            case _:
                return self._parse_number_constant(token)

    def _parse_parentheses(self) -> Pipeline:
        self.parentheses += 1
        if self.parentheses > MAX_PARENTHESES:
            self._fail("max expression depth exceeded")
        pipeline = self._parse_pipeline("parenthesized pipeline", Kind.RIGHT_PAREN)
        self.parentheses -= 1
        return pipeline

    def _parse_number_constant(self, token: Token) -> Constant:
        value: Int | float | complex | None
        try:
            if token.kind is Kind.CHAR_CONSTANT:
                value = Int(unquote_character(token.text))
            elif token.kind is Kind.COMPLEX:
                value = parse_complex(token.text)
            else:
                value = parse_number(token.text)
        except ValueError as error:
            self._fail(str(error))
        return Constant(token.pos, token.text, value)

    def _unquote(self, token: Token) -> str:
        try:
            return unquote(token.text)
        except ValueError as error:
            self._fail(str(error))


def _simplify(pipeline: Pipeline) -> Action | Field:
    """Convert the action {{.key}}, with any spaces, to the field."""
    match pipeline:
        case Pipeline(variables=(), commands=(Command(operands=(Field(keys=(_,)) as plain,)),)):
            return plain
    return Action(pipeline)
