"""A project of Langfuse's for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.functions.langfuse.project import Project

if TYPE_CHECKING:
    from tests.client import Registry


@pytest.fixture
def project(registry: Registry) -> Project:
    return Project(registry)
