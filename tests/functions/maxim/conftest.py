"""A workspace for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.functions.maxim.workspace import Workspace

if TYPE_CHECKING:
    from tests.client import Registry


@pytest.fixture
def workspace(registry: Registry) -> Workspace:
    return Workspace(registry)
