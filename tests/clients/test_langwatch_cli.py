"""LangWatch's command line keeps prompts in files: it pushes, pulls, and meets conflicts."""

import json
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.clients.programs import NODE_MODULES, Clients, Result
from tests.live.server import Server

CLI = NODE_MODULES / "langwatch" / "dist" / "cli" / "index.js"
NUMBERS = count(1)
AT_FIRST = "You are a helpful assistant."  # as `create` writes it


@dataclass(frozen=True, slots=True)
class Project:
    """A folder that somebody keeps prompts in."""

    clients: Clients
    folder: Path

    def run_command(self, *words: str, typed: str = "") -> Result:
        done = self.clients.run(["node", str(CLI), "prompt", *words], cwd=self.folder, typed=typed)
        assert done.code == 0, done.output
        return done

    def write(self, handle: str, text: str, *, instead_of: str = AT_FIRST) -> None:
        file = self.find_file(handle)
        before = file.read_text()
        assert instead_of in before
        file.write_text(before.replace(instead_of, text))

    def find_file(self, handle: str) -> Path:
        (file,) = self.folder.rglob(f"{handle.rpartition('/')[2]}.prompt.yaml")
        return file

    def read_lock(self, handle: str) -> tuple[int, str]:
        """The version that the lock file has, and its id."""
        entry = json.loads((self.folder / "prompts-lock.json").read_text())["prompts"][handle]
        return entry["version"], entry["versionId"]


@pytest.fixture
def project(clients: Clients, tmp_path: Path) -> Project:
    return start_project(clients, tmp_path / "project")


def start_project(clients: Clients, folder: Path) -> Project:
    folder.mkdir()
    project = Project(clients, folder)
    project.run_command("init")
    return project


def fetch_prompt(server: Server, handle: str) -> dict[str, Any]:
    answer = server.call("GET", f"/api/prompts/{handle.replace('/', '%2F')}")
    assert answer.status == 200, answer
    found: dict[str, Any] = answer.json
    return found


def change(server: Server, handle: str, text: str) -> None:
    """Somebody else makes a version."""
    changes = {"prompt": text, "commitMessage": "from elsewhere"}
    answer = server.call("PUT", f"/api/prompts/{handle.replace('/', '%2F')}", changes)
    assert answer.status == 200, answer


def test_a_new_prompt_is_pushed_and_only_what_has_changed_is_pushed_again(
    project: Project, server: Server
) -> None:
    project.run_command("create", "cli/greet")

    pushed = project.run_command("push")

    first = fetch_prompt(server, "cli/greet")
    assert "Pushed cli/greet (version 1)" in pushed.out
    assert project.read_lock("cli/greet") == (1, first["versionId"])
    assert (first["prompt"], first["model"], first["temperature"]) == (
        AT_FIRST, "openai/gpt-5", 0.7
    )  # fmt: skip
    assert first["messages"][1:] == [{"role": "user", "content": "{{input}}"}]
    assert first["commitMessage"] == "Synced from local file: greet.prompt.yaml"

    again = project.run_command("push")

    assert "no changes" in again.out
    assert fetch_prompt(server, "cli/greet")["version"] == 1

    project.write("cli/greet", "You are terse.")
    changed = project.run_command("push")

    second = fetch_prompt(server, "cli/greet")
    assert "Pushed cli/greet (version 2)" in changed.out
    assert (second["version"], second["prompt"]) == (2, "You are terse.")
    assert project.read_lock("cli/greet") == (2, second["versionId"])


def test_a_prompt_is_added_listed_and_pulled(
    project: Project, clients: Clients, server: Server
) -> None:
    new = {"handle": "cli/remote", "prompt": "one", "model": "openai/gpt-4o", "temperature": 0}
    assert server.call("POST", "/api/prompts", new).status == 200

    project.run_command("add", "cli/remote")
    added = project.find_file("cli/remote").read_text()
    change(server, "cli/remote", "two")
    pulled = project.run_command("pull")

    assert "content: one" in added
    assert "Pulled cli/remote@latest (version 2)" in pulled.out
    assert "content: two" in project.find_file("cli/remote").read_text()
    assert "temperature: 0" in project.find_file("cli/remote").read_text()
    assert project.read_lock("cli/remote")[0] == 2
    listed = [line.split()[:3] for line in project.run_command("list").out.splitlines()]
    assert ["cli/remote", "2", "openai/gpt-4o"] in listed


@pytest.fixture
def conflict(project: Project, server: Server) -> str:
    """The handle of a prompt that was changed on both sides."""
    handle = f"cli/conflict-{next(NUMBERS)}"
    project.run_command("create", handle)
    project.run_command("push")
    change(server, handle, "You are from elsewhere.")
    project.write(handle, "You are from here.")
    return handle


def test_a_conflict_changes_nothing_where_nobody_can_be_asked(
    project: Project, server: Server, conflict: str
) -> None:
    before = project.find_file(conflict).read_text()

    said = project.run_command("sync").out

    assert f"Conflict detected for prompt: {conflict}" in said
    assert "Local version: 1, Remote version: 2" in said
    assert "prompt content differs" in said
    assert fetch_prompt(server, conflict)["prompt"] == "You are from elsewhere."
    assert fetch_prompt(server, conflict)["version"] == 2
    assert project.find_file(conflict).read_text() == before
    assert project.read_lock(conflict)[0] == 1


def test_in_a_conflict_the_local_version_can_win(
    project: Project, server: Server, conflict: str
) -> None:
    project.run_command("sync", typed="l\n")

    newest = fetch_prompt(server, conflict)
    assert (newest["version"], newest["prompt"]) == (3, "You are from here.")
    assert project.read_lock(conflict) == (3, newest["versionId"])


def test_in_a_conflict_the_remote_version_can_win(
    project: Project, server: Server, conflict: str
) -> None:
    project.run_command("sync", typed="r\n")

    assert fetch_prompt(server, conflict)["version"] == 2
    assert "You are from elsewhere." in project.find_file(conflict).read_text()
    assert project.read_lock(conflict)[0] == 2
    assert "no changes" in project.run_command("push").out
