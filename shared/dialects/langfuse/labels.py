"""Labels: `production` is the live pointer, `latest` the newest version, all others are tags.

A tag that another dialect has named `production` or `latest` does not show here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.domain import prompts, versions
from shared.domain.model import LIVE, PRODUCTION
from shared.domain.prompts import check_tag

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.domain.changes import Change, Origin
    from shared.domain.model import Prompt, Selector, Version

LATEST = "latest"


def find_selector(label: str) -> Selector | None:
    """Find the selector of a label; None for a word that is no label here."""
    if label == PRODUCTION:
        return LIVE
    return None if label == LIVE else label


def list_labels(prompt: Prompt, number: int, *, is_newest: bool) -> list[str]:
    """List the labels of a version: `production`, its tags in alphabetical order, `latest`."""
    tags = [tag for tag in prompt.list_tags(number) if tag not in (PRODUCTION, LATEST)]
    production = [PRODUCTION] if prompt.live_version == number else []
    return [*production, *tags, *([LATEST] if is_newest else [])]


def set_labels(change: Change[Version], labels: Sequence[str], origin: Origin) -> Change[Version]:
    """Extend a change so that its version gets these labels, which leave the versions before.

    Raises:
        InvalidRequest: A label is reserved, or the number of a version.
        Unprocessable: The prompt would have too many labels.
        LimitReached: There are too many for one request.
    """
    if PRODUCTION in labels:
        version = change.subject
        change = change.then(lambda prompt: versions.promote_to_live(prompt, version, origin))
    names = [check_tag(label) for label in labels if label not in (PRODUCTION, LATEST)]
    return change.then(lambda prompt: prompts.set_tags(prompt, names, change.subject, origin))
