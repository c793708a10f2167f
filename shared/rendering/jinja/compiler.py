"""Jinja's parser and code generator, with a limit on nesting and with charges for all work."""

from __future__ import annotations

import math
import re
from io import StringIO
from itertools import groupby
from typing import TYPE_CHECKING, Final, NoReturn, TypeAlias

from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.exceptions import TemplateSyntaxError
from jinja2.lexer import Failure, Lexer, Token, TokenStream, _Rule, float_re, string_re
from jinja2.parser import Parser

from .. import limits
from ..meter import MAX_INTEGER_BITS
from .unsupported import TAGS, describe_gap

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jinja2.environment import Environment

# The parser, the generator and Python's compiler recurse into nested code. These bounds keep them
# well within Python's limit on recursion, wherever on the stack parsing starts.
MAX_BRACKETS: Final = 20
MAX_BLOCKS: Final = 30
MAX_EXPRESSION_DEPTH: Final = 100

MAX_TOKENS: Final = limits.MAX_TOKENS["jinja"]
MAX_PARTS: Final = 4 * MAX_TOKENS  # tokens, comments and spaces

# Filters that the parser puts around expressions; their names are not valid in templates.
CHARGE_FILTER: Final = "an expression that no block accounts for"
PRINT_FILTER: Final = "the result of a filter block"
SPREAD_FILTER: Final = "what follows *"
KEYWORD_SPREAD_FILTER: Final = "what follows **"

_TOO_DEEP: Final = "the template is nested too deeply"

# Fields whose nodes are charged for separately: when their block is entered, or by CHARGE_FILTER.
_SEPARATE_FIELDS: Final = ("body", "else_", "defaults")

# Texts and plain variables in a row are printed at once from this number of variables on; fewer
# are printed faster one by one.
MIN_RUN: Final = 4

# Marks an attribute that is called, in the place of Jinja's "load".
CALLED: Final = "call"

# ASCII's separators, which Jinja treats as spaces and templates rarely contain.
_STAND_INS: Final = "\x1c\x1d\x1e\x1f"


def hide_carriage_returns(source: str) -> tuple[str, str]:
    """Replace carriage returns, because Jinja's lexer would normalize all line ends.

    Returns:
        The source without carriage returns, and the character in their place. The character is
        empty if nothing was replaced, because there are no carriage returns or because the source
        contains all possible replacements.
    """
    stand_in = next((mark for mark in _STAND_INS if mark not in source), "")
    if stand_in and "\r" in source:
        return source.replace("\r", stand_in), stand_in
    return source, ""


def check_tokens(stream: TokenStream, stand_in: str) -> Iterator[Token]:
    """Check tokens while they are read, and restore carriage returns.

    Raises:
        TemplateSyntaxError: There are too many tokens, brackets are nested too deeply, or a number
            has too many digits.
    """
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
        # Python parses integers of up to 4300 digits.
        line = stream.current.lineno  # the line of the previous token
        raise TemplateSyntaxError("a number has too many digits", line) from None


# Jinja's patterns for these need memory for each digit and each backslash.
MAX_WORD: Final = 5_000  # characters
_LONG_WORD: Final = _Rule(
    re.compile(
        rf"\w{{{MAX_WORD + 1}}}|\w++\.\w{{{MAX_WORD + 1}}}"
        rf"|(?:\w++\.)?+\w++[+-]\w{{{MAX_WORD + 1}}}"
    ),
    (Failure(f"a number has too many digits, or a name more than {MAX_WORD} characters"),),
    None,
)
_STRING: Final = re.compile(
    r"""('([^'\\]*+(?:\\.[^'\\]*+)*+)'|"([^"\\]*+(?:\\.[^"\\]*+)*+)")""", re.DOTALL
)


class BoundedLexer(Lexer):
    """Jinja's lexer, which takes no more memory than a template's text."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        for rules in self.rules.values():
            for position, rule in enumerate(rules):
                if rule.pattern is string_re:
                    rules[position] = rule._replace(pattern=_STRING)
            numbers = [rule.pattern is float_re for rule in rules]
            if any(numbers):
                rules.insert(numbers.index(True), _LONG_WORD)

    def tokeniter(
        self, source: str, name: str | None, filename: str | None = None, state: str | None = None
    ) -> Iterator[tuple[int, str, str]]:
        """Split a template into tokens, comments and spaces, which are no tokens for the parser.

        Raises:
            TemplateSyntaxError: The text is not a template, or has too many of them.
        """
        parts = super().tokeniter(source, name, filename, state)
        for count, (line, kind, value) in enumerate(parts):
            if count == MAX_PARTS:
                raise TemplateSyntaxError(f"the template has more than {MAX_PARTS} parts", line)
            yield line, kind, value


_Arguments: TypeAlias = tuple[
    list[nodes.Expr], list[nodes.Keyword], nodes.Expr | None, nodes.Expr | None
]


class TemplateParser(Parser):
    """Jinja's parser, without the tags that are not supported.

    Attributes:
        nodes: All nodes of the tree.
    """

    def __init__(self, environment: Environment, source: str) -> None:
        self._blocks = 0
        self.nodes: list[nodes.Node] = []
        super().__init__(environment, source)

    def parse_tree(self) -> nodes.Template:
        """Parse the template, and mark attributes that are called.

        Raises:
            TemplateSyntaxError: The text is not a template, or is nested too deeply.
        """
        tree = self.parse()
        level: list[nodes.Node] = [tree]
        for _ in range(MAX_EXPRESSION_DEPTH):
            self.nodes += level
            level = [child for node in level for child in node.iter_child_nodes()]
        if level:
            self.fail(_TOO_DEEP, next((node.lineno for node in level if node.lineno), 1))
        for node in self.nodes:
            if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Getattr):
                node.node.ctx = CALLED
        return tree

    def subparse(self, end_tokens: tuple[str, ...] | None = None) -> list[nodes.Node]:
        """Parse a block, and check its nesting."""
        self._blocks += 1
        if self._blocks > MAX_BLOCKS:
            self.fail(_TOO_DEEP)
        try:
            return super().subparse(end_tokens)
        finally:
            self._blocks -= 1

    def parse_for(self) -> nodes.For:
        """Parse a loop, whose condition is charged for in each iteration."""
        loop = super().parse_for()
        if loop.test is not None:
            loop.test = _wrap_in_charge(loop.test)
        return loop

    def parse_filter_block(self) -> nodes.FilterBlock:
        """Parse a filter block, whose result is printed like any other value."""
        block = super().parse_filter_block()
        block.filter = _wrap_in_filter(block.filter, PRINT_FILTER)
        return block

    def parse_call_args(self) -> _Arguments:
        """Parse the arguments of a call; those after `*` and `**` are checked at run time."""
        positional, keywords, spread, keyword_spread = super().parse_call_args()
        return (
            positional,
            keywords,
            spread and _wrap_in_filter(spread, SPREAD_FILTER),
            keyword_spread and _wrap_in_filter(keyword_spread, KEYWORD_SPREAD_FILTER),
        )

    def parse_macro(self) -> nodes.Macro:
        """Parse a macro, whose defaults are charged for in each call."""
        macro = super().parse_macro()
        macro.defaults = [_wrap_in_charge(default) for default in macro.defaults]
        return macro

    def parse_call_block(self) -> nodes.CallBlock:
        """Parse a call block, whose defaults are charged for in each call."""
        block = super().parse_call_block()
        block.defaults = [_wrap_in_charge(default) for default in block.defaults]
        return block

    def _refuse_tag(self) -> NoReturn:
        self.fail(describe_gap("tag", self.stream.current.value))


# Jinja looks up the parser of a tag by its name.
for _tag in TAGS:
    setattr(TemplateParser, f"parse_{_tag}", TemplateParser._refuse_tag)


class MeteredCodeGenerator(CodeGenerator):
    """Jinja's code generator, which adds charges for all work.

    A block is charged for when it is entered, by the number of its nodes. Operators, filters, tests
    and calls charge for work that depends on values.

    Attributes:
        undeclared_names: The names that the template looks up in its variables.
    """

    def __init__(self, environment: Environment) -> None:
        # The optimizer would evaluate constant expressions, without limits.
        self._output = StringIO()
        super().__init__(environment, None, None, self._output, optimized=False)
        self.undeclared_names: set[str] = set()

    def generate_source(self, tree: nodes.Template) -> str:
        """Generate the Python code of a template.

        Raises:
            TemplateSyntaxError: A number is too large.
        """
        self.visit(tree)
        return self._output.getvalue()

    def get_template_line(self, code_line: int) -> int:
        """Return the line of the template from which a line of code was generated."""
        lines = [line for line, code in self.debug_info if code <= code_line]
        return lines[-1] if lines else 1

    def enter_frame(self, frame: Frame) -> None:
        """Enter a frame, and collect the names that it looks up in the variables."""
        super().enter_frame(frame)
        self.undeclared_names |= {
            name
            for action, name in frame.symbols.loads.values()
            if action == "resolve" and name not in self.environment.globals
        }

    def blockvisit(self, nodes: Iterable[nodes.Node], frame: Frame) -> None:
        """Generate a block, with a charge when it is entered."""
        nodes = list(nodes)
        self.writeline(f"context.meter.spend({_count_steps(nodes)})", nodes[0] if nodes else None)
        super().blockvisit(nodes, frame)

    def visit_Output(self, node: nodes.Output, frame: Frame) -> None:
        """Generate output; texts and plain variables in a row are printed at once."""
        for is_plain, group in groupby(node.nodes, _is_plain):
            children = list(group)
            if is_plain and sum(isinstance(child, nodes.Name) for child in children) >= MIN_RUN:
                self._write_run(children, frame)
            else:
                super().visit_Output(nodes.Output(children, lineno=node.lineno), frame)

    def _write_run(self, children: list[nodes.Expr], frame: Frame) -> None:
        """Write a call of the context's `print_run`."""
        # Texts and names alternate; the first and the last part is a text.
        parts, values, lines = [""], "", []
        for child in children:
            if isinstance(child, nodes.Name):
                parts += (child.name, "")
                values += f"{frame.symbols.ref(child.name)}, "
                lines.append(child.lineno)
            elif isinstance(child, nodes.TemplateData):
                parts[-1] += child.data
        run = f"context.print_run({tuple(parts)!r}, {tuple(lines)!r}, ({values}))"
        before, after = (f"{frame.buffer}.extend(", ")") if frame.buffer else ("yield from ", "")
        self.writeline(f"{before}{run}{after}", children[0])

    def visit_Const(self, node: nodes.Const, frame: Frame) -> None:
        """Generate a constant, and check the size of numbers."""
        value = node.value
        if isinstance(value, float) and math.isinf(value):
            self.fail("a number is too large", node.lineno)  # `inf` would be a name in the code
        if isinstance(value, int) and value.bit_length() > MAX_INTEGER_BITS:
            self.fail("a number has too many digits", node.lineno)
        super().visit_Const(node, frame)

    def visit_Dict(self, node: nodes.Dict, frame: Frame) -> None:
        """Generate a dict, with checks of its keys."""
        self.write("{")
        for pair in node.items:
            self.write("environment.check_key(")
            self.visit(pair.key, frame)
            self.write("): ")
            self.visit(pair.value, frame)
            self.write(", ")
        self.write("}")

    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:
        """Generate a call of the environment's `concatenate`."""
        self.write("environment.concatenate(context, (")
        for part in node.nodes:
            self.visit(part, frame)
            self.write(", ")
        self.write("))")

    def visit_Compare(self, node: nodes.Compare, frame: Frame) -> None:
        """Generate calls of the environment's `compare`."""
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

    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:
        """Generate an attribute; where it is called, a key of its name does not hide a method."""
        self.write(f"environment.{'get_method' if node.ctx == CALLED else 'getattr'}(")
        self.visit(node.node, frame)
        self.write(f", {node.attr!r})")

    def visit_Getitem(self, node: nodes.Getitem, frame: Frame) -> None:
        """Generate an item, or a call of the environment's `slice_value`."""
        if not isinstance(node.arg, nodes.Slice):
            super().visit_Getitem(node, frame)
            return
        self.write("environment.slice_value(context, ")
        self.visit(node.node, frame)
        for bound in (node.arg.start, node.arg.stop, node.arg.step):
            self.write(", ")
            if bound is None:
                self.write("None")
            else:
                self.visit(bound, frame)
        self.write(")")


def _is_plain(node: nodes.Node) -> bool:
    return isinstance(node, nodes.TemplateData | nodes.Name)


def _wrap_in_charge(expression: nodes.Node) -> nodes.Filter:
    return _wrap_in_filter(expression, CHARGE_FILTER, nodes.Const(_count_steps([expression])))


def _wrap_in_filter(expression: nodes.Node, name: str, *arguments: nodes.Expr) -> nodes.Filter:
    line = expression.lineno
    return nodes.Filter(expression, name, list(arguments), [], None, None, lineno=line)


def _count_steps(block: Iterable[nodes.Node]) -> int:
    """Count the steps of a block: one per node, and one per sixteen characters of text."""
    steps, pending = 1, list(block)
    while pending:
        node = pending.pop()
        steps += 1
        if isinstance(node, nodes.TemplateData):
            steps += len(node.data) >> 4
        pending.extend(node.iter_child_nodes(exclude=_SEPARATE_FIELDS))
    return steps
