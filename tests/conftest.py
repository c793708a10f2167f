"""Each test gets a registry of its own: empty tables in this process, and clients of two teams."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from infra.local.aws import environment, local_aws
from shared import serve, settings
from shared.store import aws
from tests.client import Registry

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Registry]:
    for name, value in environment().items():
        monkeypatch.setenv(name, value)
    _forget()
    with local_aws(None, tmp_path):
        yield Registry(serve.store())
    _forget()


def _forget() -> None:
    """What a process remembers must not outlive the test that it was learnt in."""
    settings.settings.cache_clear()
    serve.store.cache_clear()
    aws.dynamodb.cache_clear()
    aws.s3.cache_clear()
