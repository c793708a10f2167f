"""Splits a template into tokens as Go's text/template does, so that its mistakes read alike."""

import re
from enum import IntEnum
from typing import Final, NamedTuple

from shared.rendering.errors import LimitExceeded
from shared.rendering.go.quoting import quote, show_rune


class Kind(IntEnum):
    """What a token is; those after `KEYWORD` are keywords."""

    ERROR = 0
    EOF = 1
    TEXT = 2
    # A whole action that only writes a key, such as {{.name}}: most actions are just that.
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


_WORDS: Final = {
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

# Words, signs and spaces inside actions, and the texts between them. Long texts are cheap; this
# bounds the seconds that parsing takes.
MAX_TOKENS: Final = 200_000

_SPACES: Final = " \t\r\n"
_AFTER_OPERAND: Final = frozenset(" \t\r\n.,|:()")

# Possessive quantifiers: an unterminated string must fail at once, not after backtracking.
_KEY_ACTION: Final = re.compile(r"\{\{ ?(\.[A-Za-z_][A-Za-z0-9_]*) ?\}\}")
_SPACE: Final = re.compile(r"[ \t\r\n]+")
_WORD: Final = re.compile(r"\w*")
_QUOTED: Final = re.compile(r'"(?:[^"\\\n]++|\\[^\n])*+"')
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
    def __init__(self, pos: int, reason: str) -> None:
        super().__init__(reason)
        self.pos = pos


def tokenize(source: str) -> list[Token]:
    """Return the tokens of a template; the last one is the end or the first mistake."""
    return _Lexer(source).run()


class _Lexer:
    __slots__ = ("_counted", "_line", "pos", "source", "tokens")

    def __init__(self, source: str) -> None:
        self.source = source
        self.pos = 0
        self.tokens: list[Token] = []
        self._line = 1
        self._counted = 0

    def run(self) -> list[Token]:
        try:
            while self._text():
                self._action()
        except LexicalError as mistake:
            self._emit(Kind.ERROR, mistake.pos, str(mistake))
        else:
            self._emit(Kind.EOF, len(self.source), "")
        return self.tokens

    def _emit(self, kind: Kind, pos: int, text: str) -> None:
        self._line += self.source.count("\n", self._counted, pos)
        self._counted = pos
        if len(self.tokens) == MAX_TOKENS:
            raise LimitExceeded(f"the template has more than {MAX_TOKENS} parts")
        self.tokens.append(Token(kind, pos, text, self._line))

    def _text(self) -> bool:
        """Emit the text up to the next action; tell whether there is one."""
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
            trimmed = source.startswith("-", self.pos) and source[self.pos + 1 : self.pos + 2] in (
                *_SPACES,
            )
            text = source[start:stop]
            if trimmed:
                text = text.rstrip(_SPACES)
            if text:
                self._emit(Kind.TEXT, start, text)
            inside = self.pos + 2 if trimmed else self.pos
            if not source.startswith("/*", inside):
                self._emit(Kind.LEFT, stop, "{{")
                self.pos = inside
                return True
            self._comment(inside)

    def _comment(self, start: int) -> None:
        stop = self.source.find("*/", start + 2)
        if stop < 0:
            raise LexicalError(start, "unclosed comment")
        self.pos = stop + 2
        if not self._at_right_delimiter():
            raise LexicalError(start, "comment ends before closing delimiter")
        self._right_delimiter()

    def _at_right_delimiter(self) -> bool:
        return self.source.startswith("}}", self.pos) or self._at_trimming_delimiter()

    def _at_trimming_delimiter(self) -> bool:
        source, pos = self.source, self.pos
        return source.startswith("-}}", pos + 1) and source[pos] in _SPACES

    def _right_delimiter(self) -> int:
        """Pass the delimiter and the space it trims; return where it began."""
        trims = self._at_trimming_delimiter()
        start = self.pos + 2 if trims else self.pos
        self.pos = start + 2
        if trims and (space := _SPACE.match(self.source, self.pos)):
            self.pos = space.end()
        return start

    def _close(self) -> None:
        start = self._right_delimiter()
        self._emit(Kind.RIGHT, start, "}}")

    def _action(self) -> None:
        """Emit the tokens of an action, including its right delimiter."""
        source, end = self.source, len(self.source)
        parens = 0
        while True:
            if self._at_right_delimiter():
                if parens:
                    raise LexicalError(self.pos, "unclosed left paren")
                return self._close()
            pos = self.pos
            if pos >= end:
                raise LexicalError(pos, "unclosed action")
            char = source[pos]
            if char in _SPACES:
                self._space()
            elif char == ".":
                following = source[pos + 1 : pos + 2]
                if not following or following in "0123456789":
                    self._number()
                else:
                    self._name(Kind.FIELD, Kind.DOT)
            elif char == "$":
                self._name(Kind.VARIABLE, Kind.VARIABLE)
            elif char == '"':
                self._match(_QUOTED, Kind.STRING, "unterminated quoted string")
            elif char == "`":
                self._raw_string()
            elif char == "'":
                self._match(_CHARACTER, Kind.CHAR_CONSTANT, "unterminated character constant")
            elif char in "+-0123456789":
                self._number()
            elif char == "_" or char.isalpha() or char.isdecimal():
                self._identifier()
            elif char == "(":
                parens += 1
                self._single(Kind.LEFT_PAREN)
            elif char == ")":
                parens -= 1
                if parens < 0:
                    raise LexicalError(pos, "unexpected right paren")
                self._single(Kind.RIGHT_PAREN)
            elif char == ":":
                if not source.startswith(":=", pos):
                    raise LexicalError(pos, "expected :=")
                self._emit(Kind.DECLARE, pos, ":=")
                self.pos = pos + 2
            elif char in _PUNCTUATION:
                self._single(_PUNCTUATION[char])
            elif char.isascii() and char.isprintable():
                self._single(Kind.CHAR)
            else:
                raise LexicalError(pos, f"unrecognized character in action: {show_rune(char)}")

    def _single(self, kind: Kind) -> None:
        self._emit(kind, self.pos, self.source[self.pos])
        self.pos += 1

    def _match(self, pattern: re.Pattern[str], kind: Kind, mistake: str) -> None:
        found = pattern.match(self.source, self.pos)
        if not found:
            raise LexicalError(self.pos, mistake)
        self._emit(kind, self.pos, found.group())
        self.pos = found.end()

    def _raw_string(self) -> None:
        stop = self.source.find("`", self.pos + 1) + 1
        if not stop:
            raise LexicalError(self.pos, "unterminated raw quoted string")
        self._emit(Kind.RAW_STRING, self.pos, self.source[self.pos : stop])
        self.pos = stop

    def _space(self) -> None:
        start = self.pos
        found = _SPACE.match(self.source, start)
        assert found
        self.pos = found.end()
        # The last space may belong to a right delimiter that trims.
        if self.source.startswith("-}}", self.pos):
            self.pos -= 1
        if self.pos > start:
            self._emit(Kind.SPACE, start, self.source[start : self.pos])

    def _word_end(self, start: int) -> int:
        """Find the end of a run of what Go takes for letters, digits and underscores."""
        found = _WORD.match(self.source, start)
        assert found
        word = found.group()
        if word.isascii():
            return found.end()
        for offset, char in enumerate(word):
            if not (char == "_" or char.isalpha() or char.isdecimal()):
                return start + offset
        return found.end()

    def _check_terminated(self, start: int) -> None:
        rest = self.source[self.pos : self.pos + 2]
        if rest and rest[0] not in _AFTER_OPERAND and rest != "}}":
            raise LexicalError(start, f"bad character {show_rune(rest[0])}")

    def _name(self, kind: Kind, bare: Kind) -> None:
        """Emit a field or variable, or the bare sign that begins it."""
        start = self.pos
        self.pos = self._word_end(start + 1)
        self._check_terminated(start)
        text = self.source[start : self.pos]
        self._emit(kind if len(text) > 1 else bare, start, text)

    def _identifier(self) -> None:
        start = self.pos
        self.pos = self._word_end(start)
        self._check_terminated(start)
        word = self.source[start : self.pos]
        self._emit(_WORDS.get(word, Kind.IDENTIFIER), start, word)

    def _number(self) -> None:
        start = self.pos
        kind = Kind.NUMBER
        good = self._scan_number()
        if good and self.source[self.pos : self.pos + 1] in ("+", "-"):
            # A complex constant: no space, and it must end in i.
            kind = Kind.COMPLEX
            good = self._scan_number() and self.source[self.pos - 1] == "i"
        text = self.source[start : self.pos]
        if not good:
            raise LexicalError(start, f"bad number syntax: {quote(text)}")
        self._emit(kind, start, text)

    def _scan_number(self) -> bool:
        found = _NUMBER.match(self.source, self.pos)
        assert found
        self.pos = found.end()
        follower = self.source[self.pos : self.pos + 1]
        if follower == "_" or follower.isalpha() or follower.isdecimal():
            self.pos += 1
            return False
        return True
