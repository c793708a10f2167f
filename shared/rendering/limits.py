"""Limits of templates, so that no template can exhaust the processes that all teams share."""

from __future__ import annotations

from dataclasses import dataclass


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


@dataclass(slots=True)
class Usage:
    """What the texts of one rendering have used so far, of the limits that they share.

    Attributes:
        steps: The work of the texts before, in steps.
        output_bytes: The size of their output in UTF-8, in bytes.
    """

    steps: int = 0
    output_bytes: int = 0
