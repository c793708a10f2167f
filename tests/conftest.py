"""Each test gets a registry of its own: two new teams in tables in this process, and clients."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from infra.local.aws import environment, local_aws
from shared import serve, settings
from shared.store import aws
from tests.client import Registry

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Making the AWS clients takes longer than most tests; a test's own teams keep it apart."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment().items():
            patch.setenv(name, value)
        _forget_clients()
        with local_aws(None, tmp_path_factory.mktemp("objects")):
            yield
        _forget_clients()


@pytest.fixture
def registry(tables: None) -> Iterator[Registry]:
    _forget()
    registry = Registry(serve.store())
    yield registry
    registry.cloud.close()
    _forget()


def _forget() -> None:
    """What a process remembers must not outlive the test that it was learnt in."""
    settings.settings.cache_clear()
    serve.store.cache_clear()


def _forget_clients() -> None:
    aws.dynamodb.cache_clear()
    aws.s3.cache_clear()
