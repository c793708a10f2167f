"""Limits of templates, so that no template can exhaust the processes that all teams share."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

from .errors import LimitExceededError

if TYPE_CHECKING:
    from collections.abc import Collection

# Of one template, and of all that are rendered together, by engine. They bound the time of
# compiling, which depends on the number of tokens; in Jinja one takes about 20 microseconds.
MAX_TOKENS: Final = {"go": 60_000, "jinja": 10_000, "liquid": 60_000}

_OPENING: Final = re.compile(r"\{[{%]")
_CLOSING: Final = re.compile(r"[}%]\}")
_TOKEN: Final = re.compile(r"\w+|[^\w\s]")


def check_tokens(sources: Collection[str], engine: str) -> None:
    """Check that templates that are rendered together have no more tokens than one may have.

    Args:
        sources: The texts of the templates.
        engine: Their engine.

    Raises:
        LimitExceededError: They have more.
    """
    remaining = maximum = MAX_TOKENS.get(engine)
    if remaining is None or sum(map(len, sources)) <= remaining:  # a token has a character
        return
    for source in sources:
        remaining -= count_tokens(source, remaining)
        if remaining < 0:
            raise LimitExceededError(
                f"the messages together have more than {maximum} tokens; shorten them"
            )


def count_tokens(source: str, maximum: int) -> int:
    """Count the tokens of a template, up to one more than the maximum.

    Args:
        source: The text of the template, in an engine of `MAX_TOKENS`.
        maximum: Where counting may end.
    """
    count = 0
    for part in _OPENING.split(source)[1:]:
        end = _CLOSING.search(part)
        tokens = _TOKEN.finditer(part, 0, end.start() if end else len(part))
        count += 1 + sum(1 for _ in islice(tokens, maximum - count))
        if count > maximum:
            break
    return count


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one template, which each engine enforces.

    Attributes:
        template_bytes: The maximum size of the text in UTF-8, in bytes.
        output_bytes: The maximum size of the output in UTF-8, in bytes.
        steps: The maximum work of one rendering: about one step per evaluated node, iteration of a
            loop and function call, and one more for every few dozen bytes that an operation reads
            or builds. A step takes at most about a microsecond.
    """

    template_bytes: int = 4 * 1024 * 1024
    output_bytes: int = 5_000_000
    steps: int = 1_000_000

    def build_output_error(self) -> LimitExceededError:
        """Build the error of an output that is too large."""
        return LimitExceededError(
            f"the output is larger than {self.output_bytes} bytes; shorten it"
        )

    def build_steps_error(self) -> LimitExceededError:
        """Build the error of a rendering that takes too many steps."""
        return LimitExceededError(
            f"rendering takes more than {self.steps} steps of work; simplify the template"
        )


@dataclass(slots=True)
class Usage:
    """What the texts of one rendering have used so far, of the limits that they share.

    Attributes:
        steps: The work of the texts before, in steps.
        output_bytes: The size of their output in UTF-8, in bytes.
    """

    steps: int = 0
    output_bytes: int = 0
