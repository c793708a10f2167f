"""A file with what a client holds, for a process that starts while the service is down."""

from __future__ import annotations

import asyncio
import json
import os
import stat
from typing import TYPE_CHECKING

import pytest

from cuebook import AsyncCuebook, Cuebook, UnavailableError
from tests.python_client.conftest import KEY
from tests.python_client.service import Service, close_at_once
from tests.python_client.test_holding import Connect, expire, wait_until

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "prompts.json"


def save(service: Service, path: Path) -> None:
    with Cuebook(service.url, KEY, snapshot=path) as cues:
        cues.preload(["greeting", ("greeting", 3)])


@pytest.fixture(autouse=True)
def third(service: Service) -> None:
    service.texts["greeting", 3] = "third"


def test_a_process_begins_with_what_another_one_held(
    service: Service, connect: Connect, path: Path
) -> None:
    save(service, path)
    service.fault = close_at_once
    cues = connect(snapshot=path, attempts=1)

    prompt = cues.get("greeting")

    assert (prompt.state, prompt.render(name="Ada")) == ("stale", "Hello Ada")
    assert cues.get("greeting", version=3).state == "hit"
    with pytest.raises(UnavailableError):
        cues.get("other")


def test_a_process_refreshes_what_it_begins_with(
    service: Service, connect: Connect, path: Path
) -> None:
    save(service, path)
    service.texts["greeting", "live"] = "second"
    service.requests.clear()
    cues = connect(snapshot=path, refresh="inline")

    assert cues.get("greeting").template == "second"
    assert len(service.requests) == 1
    assert "etag" in service.requests[0]["prompts"][0]
    assert "second" in path.read_text()


def test_the_file_is_written_by_a_refresh_in_the_background(
    service: Service, connect: Connect, path: Path
) -> None:
    save(service, path)
    cues = connect(snapshot=path)
    cues.get("greeting")
    service.texts["greeting", "live"] = "second"
    expire(cues)
    cues.get("greeting")

    wait_until(lambda: "second" in path.read_text())


def test_a_client_for_asyncio_writes_it_when_it_is_closed(
    service: Service, connect: Connect, path: Path
) -> None:
    async def get() -> None:
        async with AsyncCuebook(service.url, KEY, snapshot=path) as cues:
            await cues.get("greeting")

    asyncio.run(get())

    service.fault = close_at_once
    assert connect(snapshot=path, attempts=1).get("greeting").state == "stale"


def test_the_file_is_for_its_owner_and_has_no_key(
    service: Service, connect: Connect, path: Path
) -> None:
    save(service, path)

    assert KEY not in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    for url, key in ((service.url, "ak_other"), (f"{service.url}/prod", KEY)):
        cues = connect(url=url, api_key=key, snapshot=path)
        assert cues._core.copies == {}


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: "",
        lambda text: text[: len(text) // 2],
        lambda text: "[]",
        lambda text: "[" * 100_000,
        lambda text: text.replace('"template"', '"other"'),
        lambda text: text.replace('"at": ', '"at": "x", "a": '),
        lambda text: json.dumps({**json.loads(text), "prompts": [1]}),
        lambda text: json.dumps({**json.loads(text), "prompts": 1}),
    ],
)
def test_a_damaged_file_is_left_alone(
    damage: object, service: Service, connect: Connect, path: Path
) -> None:
    save(service, path)
    path.write_text(damage(path.read_text()))  # type: ignore[operator]

    assert connect(snapshot=path).get("greeting").state == "miss"


def test_a_file_from_a_clock_that_was_ahead_is_not_fresh(
    service: Service, connect: Connect, path: Path
) -> None:
    save(service, path)
    document = json.loads(path.read_text())
    for row in document["prompts"]:
        row["at"] += 1e8
    path.write_text(json.dumps(document))
    service.texts["greeting", "live"] = "second"

    assert connect(snapshot=path, refresh="inline").get("greeting").template == "second"


@pytest.mark.parametrize(
    "row", [{"key": []}, {"key": [["a"], "live"]}, {"at": 10**400}, {"at": None}, {"entry": 5}]
)
def test_a_damaged_row_leaves_the_others(
    row: dict[str, object], service: Service, connect: Connect, path: Path
) -> None:
    save(service, path)
    document = json.loads(path.read_text())
    document["prompts"][0] |= row
    path.write_text(json.dumps(document))
    service.fault = close_at_once

    assert len(connect(snapshot=path)._core.copies) == 1


def test_a_pipe_is_not_waited_for(service: Service, connect: Connect, path: Path) -> None:
    os.mkfifo(path)

    assert connect(snapshot=path)._core.copies == {}


def test_what_could_not_be_written_is_written_later(
    service: Service, connect: Connect, tmp_path: Path
) -> None:
    folder = tmp_path / "later"
    cues = connect(snapshot=folder / "prompts.json")
    cues.preload(["greeting"])
    folder.mkdir()
    cues.close()

    assert (folder / "prompts.json").exists()


def test_what_comes_while_the_file_is_written_is_written_later(
    service: Service, connect: Connect, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cues, sync = connect(snapshot=path), os.fsync

    def get_another(descriptor: int) -> None:
        cues.get("greeting", version=3)
        sync(descriptor)

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", get_another)
        cues.preload(["greeting"])
    cues.close()

    keys = [row["key"] for row in json.loads(path.read_text())["prompts"]]
    assert keys == [["greeting", "live"], ["greeting", 3]]


def test_a_file_that_cannot_be_written_does_no_harm(
    service: Service, connect: Connect, path: Path
) -> None:
    with Cuebook(service.url, KEY, snapshot=path.parent / "none" / "prompts.json") as cues:
        assert cues.get("greeting").state == "miss"
    path.mkdir()
    with Cuebook(service.url, KEY, snapshot=path) as cues:
        assert cues.get("greeting").state == "miss"

    assert [file.name for file in path.parent.iterdir()] == [path.name]
