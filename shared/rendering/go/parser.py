"""Turns the tokens of a template into nodes, refusing what Go's text/template refuses."""

from dataclasses import dataclass, field
from typing import Final, NoReturn

from shared.rendering.errors import TemplateSyntaxError
from shared.rendering.go.functions import FUNCTIONS, SHORT_CIRCUITS
from shared.rendering.go.lexer import Kind, Token, tokenize
from shared.rendering.go.nodes import (
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
from shared.rendering.go.numbers import parse_complex, parse_number
from shared.rendering.go.quoting import quote, unquote, unquote_character
from shared.rendering.go.values import Int

# Parentheses nest by recursion, here and when rendering. Go allows ten thousand, which nobody
# writes and which would overflow Python's stack.
MAX_PARENTHESES: Final = 64

# Blocks nest without recursion, but even to free them Python would recurse. Counts every
# `else if` of a chain.
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


def parse(source: str, root_name: str) -> dict[str, NodeList]:
    """Return every template in a text by name, the text itself under `root_name`.

    Raises:
        TemplateSyntaxError: with the message Go has for a text that has no name yet.
    """
    return _Parser(source).run(root_name)


@dataclass(slots=True, eq=False)
class _Scope:
    """What Go keeps for each named template while parsing it."""

    # Lines of the last token read, which errors cite, and of the action being parsed.
    line: int = 0
    action_line: int = 0
    loops: int = 0
    variables: list[str] = field(default_factory=lambda: ["$"])
    declared: dict[str, int] = field(default_factory=lambda: {"$": 1})

    def declare(self, name: str) -> None:
        self.variables.append(name)
        self.declared[name] = self.declared.get(name, 0) + 1

    def forget(self, known: int) -> None:
        while len(self.variables) > known:
            self.declared[self.variables.pop()] -= 1


@dataclass(slots=True, eq=False)
class _Block:
    """An action that awaits its `{{end}}`, or the text as a whole."""

    context: str
    body: NodeList
    pipeline: Pipeline | None = None
    known_variables: int = 0
    otherwise: NodeList | None = None
    # An `else if` ends together with the `if` it continues.
    is_continuation: bool = False
    # A `define` or `block` is parsed like a text of its own, setting aside the scope around it.
    name: str = ""
    outer: _Scope | None = None

    @property
    def current(self) -> NodeList:
        return self.body if self.otherwise is None else self.otherwise


class _Parser:
    """Keeps open blocks on a stack of its own: nesting them costs no recursion."""

    def __init__(self, source: str) -> None:
        self.tokens = tokenize(source)
        self.next_index = 0
        self.furthest = -1
        self.templates: dict[str, NodeList] = {}
        self.scope = _Scope()
        self.root = _Block("root", NodeList())
        self.blocks = [self.root]
        self.parentheses = 0

    def run(self, root_name: str) -> dict[str, NodeList]:
        while True:
            token = self._next_token()
            if token.kind is Kind.TEXT:
                self._append(Text(token.text))
            elif token.kind is Kind.KEY_ACTION:
                self._append(Field(token.pos, (token.text[1:],)))
                self.scope.action_line = 0
            elif token.kind is Kind.LEFT:
                self._action(token)
            elif token.kind is Kind.EOF:
                if len(self.blocks) > 1:
                    self._fail("unexpected EOF")
                # Neither as the nameless text it is now, nor later under its name, may the text
                # contain another definition of itself.
                self._check_unique("", self.root.body)
                self._add(root_name, self.root.body)
                return self.templates
            else:
                self._unexpected(token, "input")

    # Tokens. Errors cite the line of the last token looked at, even if it was put back.

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

    def _peek_token(self) -> Token:
        """Look at the next token that is not space, taking any space before it."""
        token = self._peek()
        if token.kind is Kind.SPACE:
            self.next_index += 1
            token = self._peek()
        return token

    def _next_token(self) -> Token:
        """Take the next token that is not space."""
        self._peek_token()
        return self._take()

    def _expect_right(self, context: str) -> None:
        token = self._next_token()
        if token.kind is not Kind.RIGHT:
            self._unexpected(token, context)

    def _fail(self, reason: str) -> NoReturn:
        raise TemplateSyntaxError(f"template: :{self.scope.line}: {reason}")

    def _unexpected(self, token: Token, context: str) -> NoReturn:
        if token.kind is not Kind.ERROR:
            self._fail(f"unexpected {token} in {context}")
        started = self.scope.action_line
        if not started or started == token.line:
            self._fail(token.text)
        link = "" if token.text.endswith(" action") else " in action"
        self._fail(f"{token.text}{link} started at :{started}")

    # Actions.

    def _action(self, left: Token) -> None:
        token = self._peek_token()
        if token.kind is Kind.DEFINE and len(self.blocks) == 1:
            self._take()
            self._define()
            return
        self.scope.action_line = left.line
        if token.kind not in _CONTROLS:
            self._append(_simplest(self._pipeline("command", Kind.RIGHT)))
            self.scope.action_line = 0
            return
        self._take()
        match token.kind:
            case Kind.BLOCK:
                self._block()
            case Kind.BREAK:
                self._leave_loop("{{break}}", Break())
            case Kind.CONTINUE:
                self._leave_loop("{{continue}}", Continue())
            case Kind.ELSE:
                self._else()
            case Kind.END:
                self._end()
            case Kind.TEMPLATE:
                self._call()
            case _:
                self._open(token.text)

    def _append(self, node: Node, height: int = 0) -> None:
        siblings = self.blocks[-1].current
        siblings.nodes.append(node)
        siblings.height = max(siblings.height, height)

    def _add(self, name: str, body: NodeList) -> None:
        if self._check_unique(name, body):
            self.templates[name] = body

    def _check_unique(self, name: str, body: NodeList) -> bool:
        """Tell whether a template replaces the one of its name; either that or it is blank."""
        earlier = self.templates.get(name)
        if earlier is None or earlier.is_blank():
            return True
        if not body.is_blank():
            self._fail(f"template: multiple definition of template {quote(name)}")
        return False

    def _open(self, context: str, *, is_continuation: bool = False) -> None:
        known = len(self.scope.variables)
        pipeline = self._pipeline(context, Kind.RIGHT)
        if context == "range":
            self.scope.loops += 1
        if len(self.blocks) > MAX_BLOCKS:
            self._fail("max block depth exceeded")
        self.blocks.append(
            _Block(context, NodeList(), pipeline, known, is_continuation=is_continuation)
        )

    def _define(self) -> None:
        # Go parses the clause, too, as part of the new template.
        context = "define clause"
        outer, self.scope = self.scope, _Scope(self.scope.line)
        name = self._template_name(context)
        self._expect_right(context)
        self.blocks.append(_Block(context, NodeList(), name=name, outer=outer))

    def _block(self) -> None:
        context = "block clause"
        pos = self._peek_token().pos
        name = self._template_name(context)
        self._append(Call(pos, name, self._pipeline(context, Kind.RIGHT)), CALLS)
        outer, self.scope = self.scope, _Scope(self.scope.line)
        self.blocks.append(_Block(context, NodeList(), name=name, outer=outer))

    def _call(self) -> None:
        context = "template clause"
        pos = self._peek_token().pos
        name = self._template_name(context)
        pipeline = None
        if self._peek_token().kind is Kind.RIGHT:
            self._take()
        else:
            pipeline = self._pipeline(context, Kind.RIGHT)
        self._append(Call(pos, name, pipeline), CALLS)
        self.scope.action_line = 0

    def _template_name(self, context: str) -> str:
        token = self._next_token()
        if token.kind not in (Kind.STRING, Kind.RAW_STRING):
            self._unexpected(token, context)
        return self._unquote(token)

    def _leave_loop(self, context: str, node: Node) -> None:
        self._expect_right(context)
        if not self.scope.loops:
            self._fail(f"{context} outside {{{{range}}}}")
        self._append(node)
        self.scope.action_line = 0

    def _else(self) -> None:
        following = self._peek_token().kind
        if following not in (Kind.IF, Kind.WITH):
            self._expect_right("else")
        self.scope.action_line = 0
        block = self.blocks[-1]
        if block is self.root:
            self._fail("unexpected {{else}}")
        if block.outer:
            if block.context == "block clause":
                # Go notices this after the body, on the line where the block began.
                self.scope = block.outer
            self._fail(f"unexpected {{{{else}}}} in {block.context}")
        if block.otherwise is not None:
            self._fail("expected end; found {{else}}")
        if block.context == "range":
            self.scope.loops -= 1
        block.otherwise = NodeList()
        if (block.context, following) in (("if", Kind.IF), ("with", Kind.WITH)):
            self._take()
            self._open(block.context, is_continuation=True)

    def _end(self) -> None:
        self._expect_right("end")
        self.scope.action_line = 0
        if len(self.blocks) == 1:
            self._fail("unexpected {{end}}")
        block = self._close()
        while block.is_continuation:
            block = self._close()

    def _close(self) -> _Block:
        """End the innermost block: add its template, or its node to the block around it."""
        block = self.blocks.pop()
        if block.outer:
            self._add(block.name, block.body)
            self.scope = block.outer
            self.scope.action_line = 0
            return block
        assert block.pipeline
        self.scope.forget(block.known_variables)
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

    def _pipeline(self, context: str, end: Kind) -> Pipeline:
        pos = self._peek_token().pos
        variables, assigns = self._declarations(context)
        commands: list[Command] = []
        while True:
            token = self._peek_token()
            if token.kind is end:
                self._take()
                break
            if token.kind not in _OPERANDS:
                self._take()
                self._unexpected(token, context)
            commands.append(self._command())
        if not commands:
            self._fail(f"missing value for {context}")
        for stage, command in enumerate(commands[1:], 2):
            if isinstance(command.operands[0], Constant | Dot | Nil):
                self._fail(f"non executable command in pipeline stage {stage}")
        return Pipeline(pos, variables, assigns, tuple(commands))

    def _declarations(self, context: str) -> tuple[tuple[str, ...], bool]:
        """Parse the variables before := or =, if that is what follows."""
        names: list[str] = []
        while self._peek_token().kind is Kind.VARIABLE:
            start = self.next_index
            name = self._take().text
            token = self._peek_token()
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
            if self._peek_token().kind not in (Kind.VARIABLE, Kind.RIGHT, Kind.RIGHT_PAREN):
                self._fail("range can only initialize variables")
        return tuple(names), False

    def _command(self) -> Command:
        pos = self._peek_token().pos
        operands: list[Operand] = []
        while True:
            operand = self._operand()
            if operand is not None:
                operands.append(operand)
            token = self._peek()
            if token.kind is Kind.SPACE:
                self._take()
                continue
            if token.kind not in (Kind.RIGHT, Kind.RIGHT_PAREN):
                self._take()
                if token.kind is not Kind.PIPE:
                    self._unexpected(token, "operand")
            break
        if not operands:
            self._fail("empty command")
        return Command(pos, tuple(operands))

    def _operand(self) -> Operand | None:
        """Parse a term and the fields that follow it without space."""
        term = self._term()
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
                self._fail(f"unexpected . after term {quote(str(term))}")

    def _term(self) -> Operand | None:
        token = self._peek_token()
        kind, pos, text = token.kind, token.pos, token.text
        if kind not in _OPERANDS:
            return None
        self._take()
        match kind:
            case Kind.FIELD:
                return Field(pos, (text[1:],))
            case Kind.IDENTIFIER:
                if text not in FUNCTIONS and text not in SHORT_CIRCUITS:
                    self._fail(f"function {quote(text)} not defined")
                return Function(pos, text)
            case Kind.STRING | Kind.RAW_STRING:
                return Constant(pos, text, self._unquote(token))
            case Kind.VARIABLE:
                if not self.scope.declared.get(text):
                    self._fail(f"undefined variable {quote(text)}")
                return Variable(pos, text)
            case Kind.LEFT_PAREN:
                return self._parenthesized()
            case Kind.DOT:
                return Dot(pos)
            case Kind.NIL:
                return Nil(pos)
            case Kind.BOOL:
                return Constant(pos, text, text == "true")
            case _:
                return self._number(token)

    def _parenthesized(self) -> Pipeline:
        self.parentheses += 1
        if self.parentheses > MAX_PARENTHESES:
            self._fail("max expression depth exceeded")
        pipeline = self._pipeline("parenthesized pipeline", Kind.RIGHT_PAREN)
        self.parentheses -= 1
        return pipeline

    def _number(self, token: Token) -> Constant:
        value: Int | float | complex | None
        try:
            if token.kind is Kind.CHAR_CONSTANT:
                value = Int(unquote_character(token.text))
            elif token.kind is Kind.COMPLEX:
                value = parse_complex(token.text)
            else:
                value = parse_number(token.text)
        except ValueError as mistake:
            self._fail(str(mistake))
        return Constant(token.pos, token.text, value)

    def _unquote(self, token: Token) -> str:
        try:
            return unquote(token.text)
        except ValueError as mistake:
            self._fail(str(mistake))


def _simplest(pipeline: Pipeline) -> Action | Field:
    """Reduce the action {{.key}}, however it is spelt, to the field."""
    match pipeline:
        case Pipeline(variables=(), commands=(Command(operands=(Field(keys=(_,)) as plain,)),)):
            return plain
    return Action(pipeline)
