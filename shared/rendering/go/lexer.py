"""A lexer that splits templates into tokens like Go's text/template, with the same errors."""

from __future__ import annotations

import re
from enum import IntEnum
from typing import Final, NamedTuple

from .. import limits
from ..errors import LimitExceededError
from .quoting import cite, format_rune, quote


class Kind(IntEnum):
    """The kind of a token; those after `KEYWORD` are keywords."""

    ERROR = 0
    EOF = 1
    TEXT = 2
    # A whole action that writes the value of a key, such as {{.name}}, as most actions do.
    KEY_ACTION = 3
    LEFT = 4
    RIGHT = 5
    SPACE = 6
    IDENTIFIER = 7
    FIELD = 8
    VARIABLE = 9
    BOOL = 10
    CHAR_CONSTANT = 11
    NUMBER = 12
    COMPLEX = 13
    STRING = 14
    RAW_STRING = 15
    ASSIGN = 16
    DECLARE = 17
    PIPE = 18
    LEFT_PAREN = 19
    RIGHT_PAREN = 20
    CHAR = 21
    KEYWORD = 22
    DOT = 23
    NIL = 24
    BLOCK = 25
    BREAK = 26
    CONTINUE = 27
    DEFINE = 28
    ELSE = 29
    END = 30
    IF = 31
    RANGE = 32
    TEMPLATE = 33
    WITH = 34


class Token(NamedTuple):
    """A token; `str` returns the text that Go's error messages contain for it.

    Attributes:
        kind: The kind of the token.
        pos: The start of the token, in characters from the start of the template.
        text: The text of the token, or the message of an `ERROR`.
        line: The line in which the token starts, counted from 1.
    """

    kind: Kind
    pos: int
    text: str
    line: int

    def __str__(self) -> str:
        if self.kind is Kind.EOF:
            return "EOF"
        if self.kind is Kind.ERROR:
            return self.text
        if self.kind > Kind.KEYWORD:
            return f"<{self.text}>"
        return quote(self.text[:10]) + "..." if _is_long(self.text) else quote(self.text)


def _is_long(text: str) -> bool:
    return len(text) > 10 or len(text.encode()) > 10


WORDS: Final = {
    "true": Kind.BOOL,
    "false": Kind.BOOL,
    "nil": Kind.NIL,
    "block": Kind.BLOCK,
    "break": Kind.BREAK,
    "continue": Kind.CONTINUE,
    "define": Kind.DEFINE,
    "else": Kind.ELSE,
    "end": Kind.END,
    "if": Kind.IF,
    "range": Kind.RANGE,
    "template": Kind.TEMPLATE,
    "with": Kind.WITH,
}
_PUNCTUATION: Final = {"=": Kind.ASSIGN, "|": Kind.PIPE}

MAX_TOKENS: Final = limits.MAX_TOKENS["go"]

# Bound the time and memory of parsing a literal.
MAX_NUMBER: Final = 5_000  # characters
MAX_ESCAPES: Final = 100_000  # in all strings of a template

_SPACES: Final = " \t\r\n"
_AFTER_OPERAND: Final = frozenset(" \t\r\n.,|:()")

# Possessive quantifiers: an unterminated string must fail at once, not after backtracking.
_KEY_ACTION: Final = re.compile(r"\{\{ ?(\.[A-Za-z_][A-Za-z0-9_]*) ?\}\}")
_SPACE: Final = re.compile(r"[ \t\r\n]+")
_WORD: Final = re.compile(r"\w*")
_STRING: Final = re.compile(r'"(?:[^"\\\n]++|\\[^\n])*+"')
_CHARACTER: Final = re.compile(r"'(?:[^'\\\n]++|\\[^\n])*+'")
_NUMBER: Final = re.compile(
    r"""[+-]?
    (?: 0[xX] [0-9a-fA-F_]* (?:\.[0-9a-fA-F_]*)? (?:[pP][+-]?[0-9_]*)?
      | 0[oO] [0-7_]* (?:\.[0-7_]*)?
      | 0[bB] [01_]* (?:\.[01_]*)?
      | [0-9_]* (?:\.[0-9_]*)? (?:[eE][+-]?[0-9_]*)?
    ) i?""",
    re.VERBOSE,
)


class LexicalError(Exception):
    """The text cannot be split into tokens.

    Attributes:
        pos: The position of the error, in characters from the start of the text.
    """

    def __init__(self, pos: int, message: str) -> None:
        super().__init__(message)
        self.pos = pos


def tokenize(source: str) -> list[Token]:
    """Split a template into tokens; the last token is the end or the first error.

    Raises:
        LimitExceededError: The template has more than `MAX_TOKENS` tokens and comments.
    """
    return _Lexer(source).tokenize()


class _Lexer:
    __slots__ = ("_comments", "_escapes", "_line", "_line_pos", "pos", "source", "tokens")

    def __init__(self, source: str) -> None:
        self.source = source
        self.pos = 0
        self.tokens: list[Token] = []
        self._comments = 0
        self._escapes = 0
        # The line of the last token.
        self._line = 1
        self._line_pos = 0

    def tokenize(self) -> list[Token]:
        try:
            while self._scan_text():
                self._scan_action()
        except LexicalError as error:
            self._emit(Kind.ERROR, error.pos, str(error))
        else:
            self._emit(Kind.EOF, len(self.source), "")
        return self.tokens

    def _emit(self, kind: Kind, pos: int, text: str) -> None:
        self._line += self.source.count("\n", self._line_pos, pos)
        self._line_pos = pos
        self._check_parts()
        self.tokens.append(Token(kind, pos, text, self._line))

    def _check_parts(self) -> None:
        if len(self.tokens) + self._comments >= MAX_TOKENS:
            raise LimitExceededError(f"the template has more than {MAX_TOKENS} parts; shorten it")

    def _scan_text(self) -> bool:
        """Emit the texts, comments and key actions up to the next other action.

        Returns:
            Whether there is another action.
        """
        source = self.source
        while True:
            start = self.pos
            stop = source.find("{{", start)
            if stop < 0:
                if start < len(source):
                    self._emit(Kind.TEXT, start, source[start:])
                return False
            self.pos = stop + 2
            if simple := _KEY_ACTION.match(source, stop):
                if stop > start:
                    self._emit(Kind.TEXT, start, source[start:stop])
                self._emit(Kind.KEY_ACTION, simple.start(1), simple.group(1))
                self.pos = simple.end()
                continue
            trims = source.startswith("-", self.pos) and source[self.pos + 1 : self.pos + 2] in (
                *_SPACES,
            )
            text = source[start:stop]
            if trims:
                text = text.rstrip(_SPACES)
            if text:
                self._emit(Kind.TEXT, start, text)
            inside = self.pos + 2 if trims else self.pos
            if not source.startswith("/*", inside):
                self._emit(Kind.LEFT, stop, "{{")
                self.pos = inside
                return True
            self._scan_comment(inside)

    def _scan_comment(self, start: int) -> None:
        self._check_parts()
        self._comments += 1
        stop = self.source.find("*/", start + 2)
        if stop < 0:
            raise LexicalError(start, "unclosed comment")
        self.pos = stop + 2
        if not self._is_at_right_delimiter():
            raise LexicalError(start, "comment ends before closing delimiter")
        self._skip_right_delimiter()

    def _is_at_right_delimiter(self) -> bool:
        return self.source.startswith("}}", self.pos) or self._is_at_trimming_delimiter()

    def _is_at_trimming_delimiter(self) -> bool:
        source, pos = self.source, self.pos
        return source.startswith("-}}", pos + 1) and source[pos] in _SPACES

    def _skip_right_delimiter(self) -> int:
        """Skip the delimiter and the space it trims; return where the delimiter starts."""
        trims = self._is_at_trimming_delimiter()
        start = self.pos + 2 if trims else self.pos
        self.pos = start + 2
        if trims and (space := _SPACE.match(self.source, self.pos)):
            self.pos = space.end()
        return start

    def _emit_right_delimiter(self) -> None:
        start = self._skip_right_delimiter()
        self._emit(Kind.RIGHT, start, "}}")

    def _scan_action(self) -> None:
        """Emit the tokens of an action, including its right delimiter."""
        source, end = self.source, len(self.source)
        parens = 0
        while True:
            if self._is_at_right_delimiter():
                if parens:
                    raise LexicalError(self.pos, "unclosed left paren")
                return self._emit_right_delimiter()
            pos = self.pos
            if pos >= end:
                raise LexicalError(pos, "unclosed action")
            char = source[pos]
            if char in _SPACES:
                self._scan_space()
            elif char == ".":
                next_char = source[pos + 1 : pos + 2]
                if not next_char or next_char in "0123456789":
                    self._scan_number()
                else:
                    self._scan_name(Kind.FIELD, Kind.DOT)
            elif char == "$":
                self._scan_name(Kind.VARIABLE, Kind.VARIABLE)
            elif char == '"':
                self._scan_pattern(_STRING, Kind.STRING, "unterminated quoted string")
            elif char == "`":
                self._scan_raw_string()
            elif char == "'":
                self._scan_pattern(
                    _CHARACTER, Kind.CHAR_CONSTANT, "unterminated character constant"
                )
            elif char in "+-0123456789":
                self._scan_number()
            elif char == "_" or char.isalpha() or char.isdecimal():
                self._scan_identifier()
            elif char == "(":
                parens += 1
                self._emit_character(Kind.LEFT_PAREN)
            elif char == ")":
                parens -= 1
                if parens < 0:
                    raise LexicalError(pos, "unexpected right paren")
                self._emit_character(Kind.RIGHT_PAREN)
            elif char == ":":
                if not source.startswith(":=", pos):
                    raise LexicalError(pos, "expected :=")
                self._emit(Kind.DECLARE, pos, ":=")
                self.pos = pos + 2
            elif char in _PUNCTUATION:
                self._emit_character(_PUNCTUATION[char])
            elif char.isascii() and char.isprintable():
                self._emit_character(Kind.CHAR)
            else:
                raise LexicalError(pos, f"unrecognized character in action: {format_rune(char)}")

    def _emit_character(self, kind: Kind) -> None:
        self._emit(kind, self.pos, self.source[self.pos])
        self.pos += 1

    def _scan_pattern(self, pattern: re.Pattern[str], kind: Kind, message: str) -> None:
        match = pattern.match(self.source, self.pos)
        if not match:
            raise LexicalError(self.pos, message)
        self._escapes += match.group().count("\\")
        if self._escapes > MAX_ESCAPES:
            raise LimitExceededError(
                f"the template has more than {MAX_ESCAPES} backslashes in strings; "
                "use strings in backquotes"
            )
        self._emit(kind, self.pos, match.group())
        self.pos = match.end()

    def _scan_raw_string(self) -> None:
        stop = self.source.find("`", self.pos + 1) + 1
        if not stop:
            raise LexicalError(self.pos, "unterminated raw quoted string")
        self._emit(Kind.RAW_STRING, self.pos, self.source[self.pos : stop])
        self.pos = stop

    def _scan_space(self) -> None:
        start = self.pos
        match = _SPACE.match(self.source, start)
        assert match
        self.pos = match.end()
        # The last space may belong to a right delimiter that trims.
        if self.source.startswith("-}}", self.pos):
            self.pos -= 1
        if self.pos > start:
            self._emit(Kind.SPACE, start, self.source[start : self.pos])

    def _locate_word_end(self, start: int) -> int:
        """Return the end of a run of letters, digits and underscores, by Go's definition."""
        match = _WORD.match(self.source, start)
        assert match
        word = match.group()
        if word.isascii():
            return match.end()
        for offset, char in enumerate(word):
            if not (char == "_" or char.isalpha() or char.isdecimal()):
                return start + offset
        return match.end()

    def _check_terminator(self, start: int) -> None:
        """Check that a space, a sign or a delimiter follows a word."""
        rest = self.source[self.pos : self.pos + 2]
        if rest and rest[0] not in _AFTER_OPERAND and rest != "}}":
            raise LexicalError(start, f"bad character {format_rune(rest[0])}")

    def _scan_name(self, kind: Kind, bare: Kind) -> None:
        """Emit a field or variable, or the sign that starts it if no name follows."""
        start = self.pos
        self.pos = self._locate_word_end(start + 1)
        self._check_terminator(start)
        text = self.source[start : self.pos]
        self._emit(kind if len(text) > 1 else bare, start, text)

    def _scan_identifier(self) -> None:
        start = self.pos
        self.pos = self._locate_word_end(start)
        self._check_terminator(start)
        word = self.source[start : self.pos]
        self._emit(WORDS.get(word, Kind.IDENTIFIER), start, word)

    def _scan_number(self) -> None:
        start = self.pos
        kind = Kind.NUMBER
        good = self._skip_number()
        if good and self.source[self.pos : self.pos + 1] in ("+", "-"):
            # A complex constant has no spaces and must end in i.
            kind = Kind.COMPLEX
            good = self._skip_number() and self.source[self.pos - 1] == "i"
        text = self.source[start : self.pos]
        if len(text) > MAX_NUMBER:
            raise LexicalError(start, f"number is longer than {MAX_NUMBER} characters")
        if not good:
            raise LexicalError(start, f"bad number syntax: {cite(text)}")
        self._emit(kind, start, text)

    def _skip_number(self) -> bool:
        """Skip a number; return whether a number can end there."""
        match = _NUMBER.match(self.source, self.pos)
        assert match
        self.pos = match.end()
        next_char = self.source[self.pos : self.pos + 1]
        if next_char == "_" or next_char.isalpha() or next_char.isdecimal():
            self.pos += 1
            return False
        return True
