"""The difference between the templates of two versions."""

from __future__ import annotations

import difflib
from collections import Counter
from typing import TYPE_CHECKING

from shared.problems import LimitReached

if TYPE_CHECKING:
    from shared.domain.model import Version

# The time of a comparison grows with the square of the number of lines, and with repeated lines.
MAX_LINES = 5_000
MAX_PAIRS = 20_000


def compare_templates(before: Version, after: Version) -> str:
    """Compare two templates.

    Only a line feed ends a line, and the text after the last one is a line too. Source: px0.

    Returns:
        A unified diff with three lines of context; empty if the templates are equal.

    Raises:
        LimitReached: A template has too many lines, or too many repeated lines.
    """
    old, new = _split_lines(before), _split_lines(after)
    if _count_pairs(old, new) > MAX_PAIRS:
        raise LimitReached(
            "the templates have too many repeated lines to be compared here; "
            "get both versions and compare them yourself"
        )
    return "".join(difflib.unified_diff(old, new, f"v{before.number}", f"v{after.number}"))


def _count_pairs(old: list[str], new: list[str]) -> int:
    """Count the pairs of equal lines, without those that difflib ignores.

    In a text of 200 lines or more it ignores lines that make up over 1% of the text. Source:
    difflib's documentation.
    """
    occurrences = Counter(new)
    limit = len(new) // 100 + 1 if len(new) >= 200 else len(new)
    return sum(occurrences[line] for line in old if occurrences[line] <= limit)


def _split_lines(version: Version) -> list[str]:
    lines = version.content.text.split("\n")
    if len(lines) > MAX_LINES:
        raise LimitReached(
            f"the template of version {version.number} has more than {MAX_LINES} lines, too many "
            "to be compared here; get both versions and compare them yourself"
        )
    return [f"{line}\n" for line in lines]
