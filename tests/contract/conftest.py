"""What the tests of rules over all routes have in common."""

from __future__ import annotations

import pytest

from shared import writing


@pytest.fixture(autouse=True)
def skip_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Writers that have lost a race need not spread out here, where there is one rival at most."""
    monkeypatch.setattr(writing, "LONGEST_PAUSE", 0.0)
