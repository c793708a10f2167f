"""How many steps a regular expression takes, counted by a matcher that backtracks as Python's does.

Python's own leaves some steps out, and takes no others.
"""

from __future__ import annotations

import unicodedata
from re import _constants as ops
from re import _parser as parser
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterator, Sequence

_CATEGORIES: dict[Any, Callable[[str], bool]] = {
    ops.CATEGORY_DIGIT: lambda char: unicodedata.category(char) == "Nd",
    ops.CATEGORY_SPACE: str.isspace,
    ops.CATEGORY_WORD: lambda char: char.isalnum() or char == "_",
    ops.CATEGORY_NOT_DIGIT: lambda char: unicodedata.category(char) != "Nd",
    ops.CATEGORY_NOT_SPACE: lambda char: not char.isspace(),
    ops.CATEGORY_NOT_WORD: lambda char: not (char.isalnum() or char == "_"),
}
_REPEATS = (ops.MAX_REPEAT, ops.MIN_REPEAT, ops.POSSESSIVE_REPEAT)


def find_spans(pattern: re.Pattern[str], text: str) -> tuple[list[tuple[int, int]], int]:
    """Find what `pattern.finditer` finds.

    Returns:
        The spans, and the number of steps.
    """
    nodes = parser.parse(pattern.pattern, pattern.flags)
    matcher = _Matcher(text, pattern.flags)
    spans = []
    start, is_after_empty = 0, False
    while start <= len(text):
        ends = matcher.list_ends(nodes, start)
        end = next((end for end in ends if end > start or not is_after_empty), None)
        is_after_empty = end == start
        if end is None:
            start += 1
        else:
            spans.append((start, end))
            start = end
    return spans, matcher.steps


def count_steps(pattern: re.Pattern[str], text: str) -> int:
    """Count the steps of `pattern.match`."""
    matcher = _Matcher(text, pattern.flags)
    next(matcher.list_ends(parser.parse(pattern.pattern, pattern.flags), 0), None)
    return matcher.steps


class _Matcher:
    def __init__(self, text: str, flags: int) -> None:
        self.text = text
        self.flags = flags
        self.steps = 0

    def list_ends(self, nodes: Sequence[Any], start: int) -> Iterator[int]:
        """List where a match from a place on can end, in the order in which they are tried."""
        if not len(nodes):
            yield start
            return
        rest = nodes[1:]
        for end in self._list_ends(start, *nodes[0]):
            yield from self.list_ends(rest, end)

    def _list_ends(self, start: int, op: Any, value: Any) -> Iterator[int]:
        self.steps += 1
        if op in (ops.LITERAL, ops.NOT_LITERAL, ops.ANY, ops.IN):
            if self._is_match(start, op, value):
                yield start + 1
        elif op is ops.BRANCH:
            for branch in value[1]:
                yield from self.list_ends(branch, start)
        elif op is ops.SUBPATTERN:
            assert not value[1], "flags of a group"
            yield from self.list_ends(value[3], start)
        elif op is ops.ATOMIC_GROUP:
            yield from self._take_first(value, start)
        elif op in (ops.ASSERT, ops.ASSERT_NOT):
            direction, nodes = value
            place = start if direction > 0 else start - nodes.getwidth()[0]
            ends = self.list_ends(nodes, place) if place >= 0 else iter(())
            if any(True for _ in ends) == (op is ops.ASSERT):
                yield start
        elif op is ops.AT:
            if self._is_at(value, start):
                yield start
        elif op is not ops.FAILURE:
            assert op in _REPEATS, op
            yield from self._repeat(start, op, *value)

    def _take_first(self, nodes: Sequence[Any], start: int) -> list[int]:
        end = next(self.list_ends(nodes, start), None)
        return [] if end is None else [end]

    def _repeat(self, start: int, op: Any, least: int, most: int, nodes: Any) -> Iterator[int]:
        if op is ops.POSSESSIVE_REPEAT:
            count = 0
            while count < most and (end := next(self.list_ends(nodes, start), start)) > start:
                start, count = end, count + 1
            if count >= least:
                yield start
        elif len(nodes) == 1 and nodes[0][0] in (ops.LITERAL, ops.NOT_LITERAL, ops.ANY, ops.IN):
            longest = 0
            if op is ops.MAX_REPEAT:
                while longest < most and self._is_match(start + longest, *nodes[0]):
                    longest += 1
                    self.steps += 1
                for count in range(longest, least - 1, -1):
                    self.steps += 1
                    yield start + count
            else:
                while longest <= most:
                    self.steps += 1
                    if longest >= least:
                        yield start + longest
                    if not self._is_match(start + longest, *nodes[0]):
                        return
                    longest += 1
        elif op is ops.MAX_REPEAT:
            if most > 0:
                for end in self.list_ends(nodes, start):
                    if end > start:
                        yield from self._repeat(end, op, max(0, least - 1), most - 1, nodes)
            if least <= 0:
                yield start
        else:
            if least <= 0:
                yield start
            if most > 0:
                for end in self.list_ends(nodes, start):
                    if end > start:
                        yield from self._repeat(end, op, max(0, least - 1), most - 1, nodes)

    def _is_match(self, place: int, op: Any, value: Any) -> bool:
        if place >= len(self.text):
            return False
        char = self.text[place]
        if self.flags & 2:  # re.IGNORECASE
            char = char.lower()
        if op is ops.ANY:
            return bool(self.flags & 16) or char != "\n"  # re.DOTALL
        if op is not ops.IN:
            return bool((ord(char) == value) == (op is ops.LITERAL))
        is_negated = value[0][0] is ops.NEGATE
        return bool(is_negated != any(_is_in(char, *item) for item in value))

    def _is_at(self, place_kind: Any, place: int) -> bool:
        if place_kind in (ops.AT_BOUNDARY, ops.AT_NON_BOUNDARY):
            is_word = _CATEGORIES[ops.CATEGORY_WORD]
            before = place > 0 and is_word(self.text[place - 1])
            after = place < len(self.text) and is_word(self.text[place])
            return bool((before != after) == (place_kind is ops.AT_BOUNDARY))
        if place_kind in (ops.AT_BEGINNING, ops.AT_BEGINNING_STRING):
            return place == 0
        assert place_kind in (ops.AT_END, ops.AT_END_STRING), place_kind
        rest = self.text[place:]
        return not rest or (place_kind is ops.AT_END and rest == "\n")


def _is_in(char: str, op: Any, value: Any) -> bool:
    if op is ops.LITERAL:
        return bool(ord(char) == value)
    if op is ops.RANGE:
        return bool(value[0] <= ord(char) <= value[1])
    return bool(op is ops.CATEGORY) and _CATEGORIES[value](char)
