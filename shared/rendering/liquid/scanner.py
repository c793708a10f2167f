"""A look at a text before the library reads it, in linear time.

The library's regular expressions take quadratic time for what is not closed, for long runs of white
space and for brackets, and no limit of its own applies. This refuses what it would refuse anyway,
and what would take too long.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import Final

from ...texts import locate
from .. import limits
from ..errors import LimitExceededError, TemplateSyntaxError

# Each token takes memory, and time in every rendering.
MAX_TOKENS: Final = limits.MAX_TOKENS["liquid"]
# Characters that the library's expressions read at most, other than once.
MAX_REPEATED_READS: Final = 10_000_000
# Characters of one tag or output; while it reads one, Python takes some 260 bytes for each.
MAX_EXPRESSION: Final = 50_000

_OPENING: Final = re.compile(r"\{[{%]")
_CLOSING: Final = {"{{": "}}", "{%": "%}"}
_VERBATIM: Final = re.compile(r"\{%-?\s*(raw|doc)\s*-?%\}")
_END: Final = {name: re.compile(rf"\{{%-?\s*end{name}\s*-?%\}}") for name in ("raw", "doc")}
_COMMENT: Final = re.compile(r"-?\s*comment\b")
_TOKEN: Final = re.compile(r"\w+|[^\w\s]")
_SPACES: Final = re.compile(r"\s{2,}")


def check_source(source: str) -> None:
    """Check that the library can read a text in reasonable time.

    Raises:
        TemplateSyntaxError: A tag or an output is not closed, or an output is empty.
        LimitExceededError: The text has too many tokens, or its expressions are too long.
    """
    position = tokens = reads = 0
    has_comment = False  # in a comment, what is not closed or is empty is no error
    while opening := _OPENING.search(source, position):
        start = opening.start()
        position = opening.end()
        verbatim = _VERBATIM.match(source, start)
        if verbatim and (end := _END[verbatim[1]].search(source, verbatim.end())):
            position = end.end()
            tokens += 1
        elif (stop := source.find(_CLOSING[opening[0]], position)) >= 0:
            inside = source[position:stop]
            position = stop + 2
            _check_length(len(inside))
            has_comment = has_comment or _COMMENT.match(inside) is not None
            if not has_comment and opening[0] == "{{" and not inside.replace("-", " ").strip():
                raise _build_error(source, start, "an expression is missing")
            tokens += 1 + sum(1 for _ in islice(_TOKEN.finditer(inside), MAX_TOKENS))
            reads += _count_reads(inside)
            if verbatim:
                reads += _count_vain_reads(source[start:])
        elif has_comment:
            reads += _count_vain_reads(source[start:])
        elif opening[0] == "{{" and source.startswith(("{", "%"), position):
            position -= 1  # the first brace is text, before another opening
            reads += _count_vain_reads(source[start:])
        else:
            raise _build_error(source, start, f"{_CLOSING[opening[0]]!r} is missing")
        if tokens > MAX_TOKENS or reads > MAX_REPEATED_READS:
            raise LimitExceededError(
                f"the template has more than {MAX_TOKENS} parts, or its expressions are too long; "
                "shorten it"
            )


def _count_reads(inside: str) -> int:
    """Count the characters that the library reads more than once, at most."""
    brackets = inside.count("(") + inside.count("[")
    return len(inside) * brackets + _count_space_reads(inside)


def _count_vain_reads(rest: str) -> int:
    """Count the characters that the library reads to look for an end that there is not."""
    _check_length(len(rest))
    return len(rest) + _count_space_reads(rest)


def _count_space_reads(text: str) -> int:
    spaces = (match.end() - match.start() for match in _SPACES.finditer(text))
    return sum(length * length for length in spaces)


def _check_length(length: int) -> None:
    if length > MAX_EXPRESSION:
        raise LimitExceededError(
            f"a tag is longer than {MAX_EXPRESSION} characters; close or shorten it"
        )


def _build_error(source: str, position: int, message: str) -> TemplateSyntaxError:
    return TemplateSyntaxError.build(message, *locate(source, position))
