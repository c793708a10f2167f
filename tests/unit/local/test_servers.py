"""Servers of one folder: each has a file of its own, and the last one `demo.json` too."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from infra.local.demo import load_keys
from infra.local.durable import lock_data, write_pids
from infra.local.errors import StartError
from infra.local.servers import list_servers, publish_demo
from infra.project import ROOT

if TYPE_CHECKING:
    from pathlib import Path

# Publishes, and is killed.
KILLED = """
import os, signal, sys
from pathlib import Path
from infra.local.servers import publish_demo
with publish_demo(Path(sys.argv[1]), 8009, "killed"):
    os.kill(os.getpid(), signal.SIGKILL)
"""


def read(folder: Path) -> dict[str, str]:
    """Read what the folder says of its servers."""
    return {file.name: file.read_text() for file in folder.glob("demo*.json")}


def start(folder: Path, port: int, text: str) -> ExitStack:
    """Start a server, as far as its files go; the result ends it."""
    server = ExitStack()
    server.enter_context(publish_demo(folder, port, text))
    return server


def test_a_server_has_its_files_while_it_runs(tmp_path: Path) -> None:
    with publish_demo(tmp_path, 8000, "one"):
        assert read(tmp_path) == {"demo.json": "one", "demo-8000.json": "one"}
        for file in tmp_path.glob("demo*.json"):
            assert stat.S_IMODE(file.stat().st_mode) == 0o600

    assert read(tmp_path) == {}


def test_the_last_server_has_the_default_name_and_leaves_it_to_the_one_before(
    tmp_path: Path,
) -> None:
    first, second, third = (start(tmp_path, port, str(port)) for port in (8000, 8001, 8002))
    assert read(tmp_path)["demo.json"] == "8002"

    third.close()
    assert read(tmp_path) == {
        "demo.json": "8001",
        "demo-8000.json": "8000",
        "demo-8001.json": "8001",
    }

    first.close()
    assert read(tmp_path) == {"demo.json": "8001", "demo-8001.json": "8001"}

    second.close()
    assert read(tmp_path) == {}


def test_a_server_that_ends_leaves_the_default_name_to_a_later_one(tmp_path: Path) -> None:
    first, second = start(tmp_path, 8000, "first"), start(tmp_path, 8001, "second")

    first.close()

    assert read(tmp_path) == {"demo.json": "second", "demo-8001.json": "second"}
    second.close()


def test_a_server_that_was_killed_gets_nothing(tmp_path: Path) -> None:
    first = start(tmp_path, 8000, "first")
    subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], cwd=ROOT, check=False)
    assert read(tmp_path)["demo.json"] == "killed"

    second = start(tmp_path, 8001, "second")
    second.close()

    assert read(tmp_path) == {"demo.json": "first", "demo-8000.json": "first"}
    first.close()


def test_a_server_of_the_same_port_keeps_its_file(tmp_path: Path) -> None:
    """Two may have one port on different addresses."""
    first, second = start(tmp_path, 8000, "first"), start(tmp_path, 8000, "second")

    first.close()

    assert read(tmp_path) == {"demo.json": "second", "demo-8000.json": "second"}
    second.close()


def test_other_files_are_left_alone(tmp_path: Path) -> None:
    keys = load_keys(tmp_path)

    with publish_demo(tmp_path, 8000, "one"):
        assert [file.name for file in list_servers(tmp_path)] == ["demo-8000.json"]

    assert json.loads((tmp_path / "demo-keys.json").read_text()) == keys


def test_a_folder_that_is_removed_meanwhile_is_no_error(tmp_path: Path) -> None:
    folder = tmp_path / "local"
    folder.mkdir()

    with publish_demo(folder, 8000, "one"):
        for file in folder.iterdir():
            file.unlink()
        folder.rmdir()


# -- the demo's keys


def test_keys_are_made_once_for_all_servers_of_a_folder(tmp_path: Path) -> None:
    keys = load_keys(tmp_path)

    assert load_keys(tmp_path) == keys
    assert len({*keys.values()}) == 3
    assert stat.S_IMODE((tmp_path / "demo-keys.json").stat().st_mode) == 0o600


@pytest.mark.parametrize("text", ["", "[]", "nonsense", '{"api_key": "ak_1"}', '{"api_key": 1}'])
def test_keys_that_are_none_are_made_again(tmp_path: Path, text: str) -> None:
    (tmp_path / "demo-keys.json").write_text(text)

    assert {len(key) for key in load_keys(tmp_path).values()} == {67}


# -- the tables on disk


@pytest.mark.parametrize(
    ("pids", "message"),
    [
        ({"server": 1}, r"^another server \(pid 1\) is using .*; stop it first$"),
        ({"server": 1, "dynamodb": 1}, r"^another server \(pid 1\) is using"),
        ({"server": 2**22 + 1, "dynamodb": 1}, r"^DynamoDB Local \(pid 1\).*: kill 1$"),
        ({"server": 2**22 + 1}, "^another server is using"),
    ],
)
def test_data_in_use_is_reported_with_the_process_that_uses_it(
    tmp_path: Path, pids: dict[str, int], message: str
) -> None:
    with lock_data(tmp_path) as lock:
        assert lock is not None
        write_pids(lock, **pids)

        with pytest.raises(StartError, match=message), lock_data(tmp_path):
            pass
