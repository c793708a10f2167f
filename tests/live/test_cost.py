"""No endpoint asks AWS for more than the record of its costs says, nor for less."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from infra.cost.machine import Runner, surroundings
from infra.cost.record import Record, Use, differences
from tests.live.conftest import durable_folder
from tests.live.serving import JAR

if TYPE_CHECKING:
    from collections.abc import Mapping


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Use]:
    """Every sample's call, recorded now; without processor times, of which none is looked at."""
    jar = durable_folder(tmp_path_factory.mktemp("cost")) / JAR.name
    with surroundings(jar) as environment:
        runner = Runner(deployed=False)
        said = runner.run("-m", "infra.cost.worker", "record", "0", environment=environment)
    return {name: Use(**use) for name, use in said["calls"].items()}


def test_every_call_uses_what_the_record_says(calls: Mapping[str, Use]) -> None:
    changed = [*differences(Record.read().calls, calls)]

    assert not changed, "\n".join([*changed, "If it is meant to be so: make cost ARGS=--write"])
