"""Jinja's parser and code generator: they refuse what is too deep and meter what they emit."""

import math
from collections.abc import Iterable, Iterator
from io import StringIO
from typing import TYPE_CHECKING, Final, NoReturn, TypeAlias

from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.exceptions import TemplateSyntaxError
from jinja2.lexer import Token, TokenStream
from jinja2.parser import Parser

from shared.rendering.jinja.meter import MAX_INTEGER_BITS

if TYPE_CHECKING:
    from jinja2.environment import Environment

# The parser, the generator and Python's compiler recurse into what is nested. These bounds keep
# them all well inside Python's own, whatever the depth of the stack parsing starts from.
MAX_BRACKETS: Final = 20
MAX_BLOCKS: Final = 30
MAX_EXPRESSION_DEPTH: Final = 100

# Compiling takes about 20 microseconds per token.
MAX_TOKENS: Final = 10_000

# Filters that the parser puts around what it has read; no template can spell their names.
METERED: Final = "an expression that no block accounts for"
PRINTED: Final = "the result of a filter block"
SPREAD: Final = "what follows *"
SPREAD_NAMED: Final = "what follows **"

_TOO_DEEP: Final = "the template is nested too deeply"

# Fields whose nodes are charged for when their own block is entered, or by METERED.
_ENTERED_LATER: Final = ("body", "else_", "defaults")

# Separators of old that Jinja takes for spaces and almost nobody writes.
_STAND_INS: Final = "\x1c\x1d\x1e\x1f"


def carriage_returns_hidden(source: str) -> tuple[str, str]:
    """The source without carriage returns, and what stands in for them.

    Jinja's lexer would make one kind of line end of all; a template's text comes back as it is.
    """
    stand_in = next((mark for mark in _STAND_INS if mark not in source), "")
    if stand_in and "\r" in source:
        return source.replace("\r", stand_in), stand_in
    return source, ""


def checked_tokens(stream: TokenStream, stand_in: str) -> Iterator[Token]:
    """The tokens as written, as long as they are not too many nor too deep."""
    depth = 0
    try:
        for count, token in enumerate(stream):
            line, kind, value = token.lineno, token.type, token.value
            if count == MAX_TOKENS:
                raise TemplateSyntaxError(f"the template has more than {MAX_TOKENS} tokens", line)
            if kind in ("lparen", "lbracket", "lbrace"):
                depth += 1
                if depth > MAX_BRACKETS:
                    raise TemplateSyntaxError(_TOO_DEEP, line)
            elif kind in ("rparen", "rbracket", "rbrace"):
                depth -= 1
            elif stand_in and kind in ("data", "string"):
                token = Token(line, kind, value.replace(stand_in, "\r"))
            yield token
    except ValueError:
        # Python reads integers of up to 4300 digits.
        line = stream.current.lineno  # of the token before
        raise TemplateSyntaxError("a number has too many digits", line) from None


_Arguments: TypeAlias = tuple[
    list[nodes.Expr], list[nodes.Keyword], nodes.Expr | None, nodes.Expr | None
]


class TemplateParser(Parser):
    """Parses templates that stand alone."""

    def __init__(self, environment: "Environment", source: str) -> None:
        self._blocks = 0
        super().__init__(environment, source)

    def parse_tree(self) -> nodes.Template:
        tree = self.parse()
        level: list[nodes.Node] = [tree]
        for _ in range(MAX_EXPRESSION_DEPTH):
            level = [child for node in level for child in node.iter_child_nodes()]
        if level:
            self.fail(_TOO_DEEP, next((node.lineno for node in level if node.lineno), 1))
        return tree

    def subparse(self, end_tokens: tuple[str, ...] | None = None) -> list[nodes.Node]:
        self._blocks += 1
        if self._blocks > MAX_BLOCKS:
            self.fail(_TOO_DEEP)
        try:
            return super().subparse(end_tokens)
        finally:
            self._blocks -= 1

    def parse_for(self) -> nodes.For:
        loop = super().parse_for()
        if loop.test is not None:
            loop.test = _metered(loop.test)
        return loop

    def parse_filter_block(self) -> nodes.FilterBlock:
        block = super().parse_filter_block()
        block.filter = _filtered(block.filter, PRINTED)
        return block

    def parse_call_args(self) -> _Arguments:
        positional, named, spread, spread_named = super().parse_call_args()
        return (
            positional,
            named,
            spread and _filtered(spread, SPREAD),
            spread_named and _filtered(spread_named, SPREAD_NAMED),
        )

    def parse_macro(self) -> nodes.Macro:
        macro = super().parse_macro()
        macro.defaults = [_metered(default) for default in macro.defaults]
        return macro

    def parse_call_block(self) -> nodes.CallBlock:
        block = super().parse_call_block()
        block.defaults = [_metered(default) for default in block.defaults]
        return block

    def _refuse(self) -> NoReturn:
        self.fail(f"the tag {self.stream.current.value!r} is not available here")

    # Other templates, and HTML's escaping; `block` has no use without the first.
    parse_autoescape = parse_block = parse_extends = _refuse
    parse_from = parse_import = parse_include = _refuse


class MeteredCodeGenerator(CodeGenerator):
    """Emits the code of a template, in which all work is charged for before it is done.

    A block is charged for as a whole when it is entered, by the number of its nodes; what depends
    on values is charged for by the operators, filters, tests and calls themselves.
    """

    def __init__(self, environment: "Environment") -> None:
        # Not optimized: that would evaluate constant expressions here, without limits.
        self._source = StringIO()
        super().__init__(environment, None, None, self._source, optimized=False)
        self.undeclared: set[str] = set()

    def source(self, tree: nodes.Template) -> str:
        self.visit(tree)
        return self._source.getvalue()

    def template_line(self, code_line: int) -> int:
        lines = [line for line, code in self.debug_info if code <= code_line]
        return lines[-1] if lines else 1

    def enter_frame(self, frame: Frame) -> None:
        super().enter_frame(frame)
        self.undeclared |= {
            name
            for action, name in frame.symbols.loads.values()
            if action == "resolve" and name not in self.environment.globals
        }

    def blockvisit(self, nodes: Iterable[nodes.Node], frame: Frame) -> None:
        nodes = list(nodes)
        self.writeline(f"context.meter.spend({_weight(nodes)})", nodes[0] if nodes else None)
        super().blockvisit(nodes, frame)

    def visit_Const(self, node: nodes.Const, frame: Frame) -> None:
        value = node.value
        if isinstance(value, float) and math.isinf(value):
            self.fail("a number is too large", node.lineno)  # would be generated as a name
        if isinstance(value, int) and value.bit_length() > MAX_INTEGER_BITS:
            self.fail("a number has too many digits", node.lineno)
        super().visit_Const(node, frame)

    def visit_Dict(self, node: nodes.Dict, frame: Frame) -> None:
        self.write("{")
        for pair in node.items:
            self.write("environment.dict_key(")
            self.visit(pair.key, frame)
            self.write("): ")
            self.visit(pair.value, frame)
            self.write(", ")
        self.write("}")

    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:
        self.write("environment.concatenate(context, (")
        for part in node.nodes:
            self.visit(part, frame)
            self.write(", ")
        self.write("))")

    def visit_Compare(self, node: nodes.Compare, frame: Frame) -> None:
        # `a < b < c` evaluates b once, and c only if a < b.
        left: str | None = None
        self.write("(")
        for position, operand in enumerate(node.ops):
            if position:
                self.write(" and ")
            self.write(f"environment.compare(context, {operand.op!r}, ")
            if left is None:
                self.visit(node.expr, frame)
            else:
                self.write(left)
            self.write(", ")
            if position < len(node.ops) - 1:
                left = self.temporary_identifier()
                self.write(f"({left} := ")
                self.visit(operand.expr, frame)
                self.write(")")
            else:
                self.visit(operand.expr, frame)
            self.write(")")
        self.write(")")

    def visit_Getitem(self, node: nodes.Getitem, frame: Frame) -> None:
        if not isinstance(node.arg, nodes.Slice):
            super().visit_Getitem(node, frame)
            return
        self.write("environment.cut(context, ")
        self.visit(node.node, frame)
        for bound in (node.arg.start, node.arg.stop, node.arg.step):
            self.write(", ")
            if bound is None:
                self.write("None")
            else:
                self.visit(bound, frame)
        self.write(")")


def _metered(expression: nodes.Node) -> nodes.Filter:
    return _filtered(expression, METERED, nodes.Const(_weight([expression])))


def _filtered(expression: nodes.Node, name: str, *arguments: nodes.Expr) -> nodes.Filter:
    line = expression.lineno
    return nodes.Filter(expression, name, list(arguments), [], None, None, lineno=line)


def _weight(block: Iterable[nodes.Node]) -> int:
    """The nodes of a block, and a step for each sixteen characters of its text."""
    weight, pending = 1, list(block)
    while pending:
        node = pending.pop()
        weight += 1
        if isinstance(node, nodes.TemplateData):
            weight += len(node.data) >> 4
        pending.extend(node.iter_child_nodes(exclude=_ENTERED_LATER))
    return weight
