"""Translation of texts between the languages of engines, where it is exact.

A text is read as pieces: literals, and plain references to variables. What consists of nothing else
has the same meaning in each language that can spell it; all other texts have no translation.
Neither an engine nor a parser is loaded for this.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from ..texts import replace_lone_surrogates

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from collections.abc import Set as AbstractSet

# Contents with more names in references, literals, and braces to escape are left alone; each takes
# time and memory, and no engine renders many more references.
MAX_PARTS: Final = 20_000
_MAX_RESULT: Final = 3 * MAX_PARTS  # each brace becomes an output, between literals


class Reference(NamedTuple):
    """A reference to a variable.

    Attributes:
        left: The white space before it, inside the braces.
        path: The names of the path, at least one.
        right: The white space after it.
    """

    left: str
    path: tuple[str, ...]
    right: str


Piece: TypeAlias = str | Reference


@dataclass(slots=True)
class Budget:
    """What the texts of one content can still have together.

    Attributes:
        parts: The parts that are left, negative if there were too many.
    """

    parts: int = MAX_PARTS

    def spend(self, parts: int) -> bool:
        """Take parts, and tell whether there were so many."""
        self.parts -= parts
        return self.parts >= 0


_SPACE: Final = r"[ \t\r\n]*+"
_NAME: Final = r"[^\W\d]\w*+"
# A dash before the braces would be white space control.
_LIQUID_NAME: Final = r"[^\W\d](?:[\w-]*\w)?"
_QUOTATION: Final = r"'[^'\\]*+'|\"[^\"\\]*+\""
# In Liquid, braces are the end, also in quotes.
_LIQUID_QUOTATION: Final = r"'(?:[^'\\}]|\}(?!\}))*+'|\"(?:[^\"\\}]|\}(?!\}))*+\""
# The first end in any spelling must be a plain one; dashes and plus signs change what is around it.
_RAW: Final = r"\{%[ ]*+raw[ ]*+%\}(?>(.*?)(?=\{%[-+]?\s*+endraw))\{%[ ]*+endraw[ ]*+%\}"
_LIQUID_PATH: Final = (
    rf"(?:{_LIQUID_NAME}|\[(?:{_LIQUID_QUOTATION})\])"
    rf"(?:\.{_LIQUID_NAME}|\[(?:{_LIQUID_QUOTATION})\])*+"
)


def _compile_output(path: str, quotation: str, more: str = "") -> re.Pattern[str]:
    """Compile a pattern with five groups: a reference's three, a quotation, a raw block."""
    return re.compile(
        rf"\{{\{{(?:({_SPACE})({path})({_SPACE})|{_SPACE}({quotation}){_SPACE})\}}\}}{more}", re.S
    )


_GO_STRING: Final = r'"(?:[^"\\\n]|\\["\\])*+"|`[^`]*+`'
_MARKUP: Final = {
    "go": _compile_output(rf"(?:\.{_NAME})++", _GO_STRING, "|(?!)()"),
    "jinja": _compile_output(rf"{_NAME}(?:\.{_NAME})*+", _QUOTATION, f"|{_RAW}"),
    "liquid": _compile_output(_LIQUID_PATH, _LIQUID_QUOTATION, f"|{_RAW}"),
}
_OPENING: Final = {
    "go": re.compile(r"\{\{"),
    "jinja": re.compile(r"\{[{%#]"),
    "liquid": re.compile(r"\{[{%]"),
}
_FLAT: Final = {"simple": re.compile(r"\{\{([^{}]+)\}\}"), "tela": re.compile(r"\{([^{}]+)\}")}
_SEGMENT: Final = re.compile(rf"\.?({_LIQUID_NAME})|\[({_QUOTATION})\]")
_PLAIN: Final = re.compile(_LIQUID_NAME)
_BRACE: Final = re.compile(r"\{(?=[{%])")
_LAST_BRACE: Final = re.compile(r"\{(?=[{%])|\{\Z")
# They mean something else than a variable of the name.
_JINJA_WORDS: Final = frozenset(
    (
        *("true", "false", "none", "True", "False", "None"),
        *("and", "or", "not", "in", "is", "if", "else"),
        *("loop", "self", "caller", "varargs", "kwargs"),
        *("range", "dict", "namespace", "lipsum", "cycler", "joiner"),
    )
)
_LIQUID_WORDS: Final = frozenset(
    (
        *("true", "false", "nil", "null", "empty", "blank"),
        *("and", "or", "not", "contains", "if", "else"),
        *("with", "as", "for", "in", "reversed", "limit", "offset", "cols", "continue", "required"),
        *("forloop", "tablerowloop", "now", "today"),
    )
)
_COUNTS: Final = frozenset(("size", "first", "last"))  # after a dot
_PARTIAL: Final = "partial"  # a variable that LangWatch's client for Python sets itself


def translate(
    text: str,
    engine: str,
    language: str,
    *,
    names: AbstractSet[str] = frozenset(),
    new_names: AbstractSet[str] = frozenset(),
    budget: Budget | None = None,
) -> str | None:
    """Translate a text.

    Args:
        text: The text.
        engine: The language that it is in.
        language: The language to write it in: `liquid`, `simple`, `tela` or `text`. Nobody is shown
            another one that did not write it.
        names: The variables that it declares, if it is in Tela's language.
        new_names: The variables that are declared for the result, if that is in Tela's language.
        budget: What it shares with other texts.

    Returns:
        The text in the other language; None if there is no exact translation.
    """
    if engine == language:
        return text
    if "{" not in text:
        return replace_lone_surrogates(text)
    if language in _MARKUP and language != "liquid":
        return None
    budget = budget or Budget()
    pieces = parse_pieces(text, engine, names, budget)
    if pieces is None:
        return None
    if language == "liquid":
        braces = sum(piece.count("{") for piece in pieces if isinstance(piece, str))
        if not budget.spend(braces):
            return None
    if not (engine in _FLAT and language in _FLAT) and any(
        "." in name for piece in pieces if isinstance(piece, Reference) for name in piece.path
    ):
        return None  # a flat language takes it for a path where no variable has the whole name
    result = _write_pieces(pieces, language)
    if result is None:
        return None
    # Whatever the new language takes differently, such as braces side by side, has none.
    expected = pieces if language == "liquid" else [_flatten(piece, language) for piece in pieces]
    return (
        result
        if parse_pieces(result, language, new_names, Budget(_MAX_RESULT)) == expected
        else None
    )


def parse_pieces(
    text: str,
    engine: str,
    names: AbstractSet[str] = frozenset(),
    budget: Budget | None = None,
) -> list[Piece] | None:
    """Read a text as pieces.

    Args:
        text: The text.
        engine: The language that it is in.
        names: The variables that it declares, if it is in Tela's language.
        budget: What it shares with other texts.

    Returns:
        The pieces; None if there is anything else in the text, or too much.
    """
    text = replace_lone_surrogates(text)  # as engines do
    if "{" not in text or engine == "text":
        return [text] if text else []
    parts = _read_flat(text, engine, names) if engine in _FLAT else _read_markup(text, engine)
    pieces: list[Piece] = []
    literal: list[str] = []
    # Each part is counted, also those that become one literal.
    budget = budget or Budget()
    for part in parts:
        if part is None or not budget.spend(1 if isinstance(part, str) else len(part.path)):
            return None
        if isinstance(part, str):
            literal.append(part)
            continue
        _add_literal(pieces, literal)
        pieces.append(part)
    _add_literal(pieces, literal)
    return pieces


def _add_literal(pieces: list[Piece], literal: list[str]) -> None:
    """Add one literal of several parts, and empty their list."""
    if text := "".join(literal):
        pieces.append(text)
    literal.clear()


def _read_flat(text: str, engine: str, names: AbstractSet[str]) -> Iterator[Piece]:
    """Read a language in which everything but references is literal."""
    position = 0
    for match in _FLAT[engine].finditer(text):
        name = match[1]
        if engine == "tela":
            reference = Reference("", (name,), "") if name in names else None
        else:
            reference = _split_spaces(name)
        if reference:
            yield text[position : match.start()]
            yield reference
            position = match.end()
    yield text[position:]


def _split_spaces(inside: str) -> Reference | None:
    name = inside.strip()
    if not name:
        return None
    start = inside.index(name)
    return Reference(inside[:start], (name,), inside[start + len(name) :])


def _read_markup(text: str, engine: str) -> Iterator[Piece | None]:
    """Read a language with other markup than references; None for such."""
    opening, markup = _OPENING[engine], _MARKUP.get(engine)
    position = 0
    while start := opening.search(text, position):
        match = markup.match(text, start.start()) if markup else None
        if match is None:
            yield None
            return
        yield text[position : start.start()]
        position = match.end()
        if match[2]:
            yield _read_reference(engine, match)
        elif match[4]:
            yield _unquote(engine, match[4])
        else:
            yield match[5] or ""
    yield text[position:]


def _unquote(engine: str, quotation: str) -> str:
    inside = quotation[1:-1]
    if engine != "go":
        return inside
    if quotation[0] == "`":
        return inside.replace("\r", "")  # as Go does
    # Each quotation mark inside is escaped, so that those left are pairs of backslashes.
    return inside.replace('\\"', '"').replace("\\\\", "\\")


def _read_reference(engine: str, match: re.Match[str]) -> Reference | None:
    left, spelling, right = match[1], match[2], match[3]
    if spelling.count(".") + spelling.count("[") > MAX_PARTS:
        return None  # before it is split
    if engine == "go":
        return Reference(left, tuple(spelling[1:].split(".")), right)
    if engine == "jinja":
        path = tuple(spelling.split("."))
        return None if path[0] in _JINJA_WORDS else Reference(left, path, right)
    segments = _SEGMENT.findall(spelling)
    if any(name in _LIQUID_WORDS for name, _ in segments):
        return None
    if any(name in _COUNTS for name, _ in segments[1:]):
        return None
    return Reference(left, tuple(name or quoted[1:-1] for name, quoted in segments), right)


def _write_pieces(pieces: Sequence[Piece], language: str) -> str | None:
    output = []
    for place, piece in enumerate(pieces):
        if isinstance(piece, Reference):
            spelling = _write_reference(piece, language)
            if spelling is None:
                return None
            output.append(spelling)
        elif language == "liquid":
            pattern = _LAST_BRACE if place + 1 < len(pieces) else _BRACE
            output.append(pattern.sub("{{ '{' }}", piece))
        elif language == "simple" and (
            "{{" in piece or (piece.endswith("{") and place + 1 < len(pieces))
        ):
            return None  # vendors take such braces differently
        else:
            output.append(piece)
    return "".join(output)


def _write_reference(reference: Reference, language: str) -> str | None:
    left, path, right = reference
    if language == "text":
        return None
    if language == "liquid":
        if path[0] == _PARTIAL:
            return None
        segments = [_write_segment(name, is_first=not place) for place, name in enumerate(path)]
        if None in segments:
            return None
        return f"{{{{{left}{''.join(map(str, segments))}{right}}}}}"
    if len(path) > 1 and not all(path):
        return None  # it would be another path
    name = ".".join(path)
    return f"{{{name}}}" if language == "tela" else f"{{{{{left}{name}{right}}}}}"


def _write_segment(name: str, *, is_first: bool) -> str | None:
    """Write a name of a path in Liquid, in brackets where it is no word or has a meaning."""
    is_word = name in _LIQUID_WORDS or (name in _COUNTS and not is_first)
    if _PLAIN.fullmatch(name) and not is_word:
        return name if is_first else f".{name}"
    if "\\" in name or "}}" in name or "%}" in name:
        return None  # clients take a backslash for an escape, and braces for the end
    if "'" not in name:
        return f"['{name}']"
    return None if '"' in name else f'["{name}"]'


def _flatten(piece: Piece, language: str) -> Piece:
    """Make a piece as a language has it that has one name, and Tela's no white space."""
    if isinstance(piece, str):
        return piece
    name = (".".join(piece.path),)
    return (
        Reference("", name, "") if language == "tela" else Reference(piece.left, name, piece.right)
    )
