"""What each command does."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
import typer.main

from cuebook.cli.app import app
from shared.domain.access import Grant
from tests.documents import read_document

if TYPE_CHECKING:
    from pathlib import Path

    from tests.client import Registry
    from tests.python_client.commands import Shell

MESSAGES = [{"role": "system", "content": "Be\nbrief."}, {"role": "user", "content": "{{.text}}"}]


@pytest.fixture
def greeting(registry: Registry) -> str:
    """A prompt with a live version."""
    prompt = registry.editor.create_prompt("Greeting", slug="greeting")
    registry.editor.create_version(prompt["id"], "Hello {{.name}}")
    registry.editor.promote(prompt["id"], 1, times=2)
    return "greeting"


def set_editor(
    monkeypatch: pytest.MonkeyPatch, folder: Path, *, old: str, new: str, code: int = 0
) -> None:
    """Set an editor that replaces a text."""
    script = folder / "editor"
    script.write_text(f"#!/bin/sh\nsed -i 's/{old}/{new}/' \"$1\"\nexit {code}\n")
    script.chmod(0o700)
    monkeypatch.setenv("EDITOR", str(script))


# -- reading


def test_list_shows_what_a_search_finds(shell: Shell, registry: Registry, greeting: str) -> None:
    registry.editor.create_prompt("Farewell")

    rows = shell("list", "--json").json
    assert [row["slug"] for row in rows] == ["farewell", "greeting"]
    assert shell("list", "--search", "greet").output.splitlines()[1:] != []
    assert "farewell" not in shell("list", "--search", "greet").output
    assert shell("list", "--status", "archived", "--json").json == []


def test_show_has_the_live_version_or_else_the_latest(shell: Shell, greeting: str) -> None:
    shell("edit", greeting, "--file", "-", text="Hi {{.name}}\n")

    assert "Hello {{.name}}" in shell("show", greeting).output
    assert "Hi {{.name}}" in shell("show", greeting, "--version", "latest").output
    shell("demote", greeting)
    assert shell("show", greeting, "--json").json["version"]["template"] == "Hi {{.name}}"
    assert shell("show", greeting, "--version", "7").code == 1


def test_show_has_a_prompt_without_versions(shell: Shell) -> None:
    shell("new", "Empty")

    outcome = shell("show", "empty")
    assert (outcome.code, shell("show", "empty", "--json").json["version"]) == (0, None)
    assert "cuebook edit empty" in outcome.errors[0]


def test_diff_shows_texts_and_settings(shell: Shell, greeting: str) -> None:
    assert shell("diff", greeting, "--check").code == 0
    shell("edit", greeting, "--file", "-", "--model", "m", text="Hi {{.name}}")

    outcome = shell("diff", greeting, "--check")
    assert outcome.code == 3
    assert {"-Hello {{.name}}", "+Hi {{.name}}", "@ model", "+m"} <= {*outcome.output.splitlines()}


def test_both_ways_of_rendering_say_the_same(
    shell: Shell, registry: Registry, greeting: str
) -> None:
    payload = {"name": "usual", "variables": {"name": "Bob"}}
    registry.editor("POST", f"/v1/prompts/{greeting}/payloads", payload)
    file = shell.folder / "variables.json"
    file.write_text('{"name": "Cleo"}')
    calls = {
        ("--var", "name=Ada=1"): "Hello Ada=1",
        ("--payload", "usual"): "Hello Bob",
        ("--payload", "usual", "--vars", str(file)): "Hello Cleo",
        ("--vars", str(file), "--var", "name=Ada"): "Hello Ada",
        ("--version", "1", "--vars", "-"): "Hello Dan",
    }

    for options, text in calls.items():
        local = shell("render", greeting, *options, text='{"name": "Dan"}')
        remote = shell("render", greeting, *options, "--remote", text='{"name": "Dan"}')
        assert (local.output, remote.output) == (f"{text}\n", f"{text}\n")
    local, remote = (
        shell("render", greeting, "--var", "name=Ada", "--json", *options).json
        for options in ((), ("--remote",))
    )
    assert {**remote, **local, "model_params": None} == {**remote, "model_params": None}


@pytest.mark.parametrize(
    ("options", "code", "problem"),
    [
        ((), 1, "; give --var name=…"),
        (("--var", "name"), 2, "NAME=VALUE"),
        (("--payload", "none"), 1, "no payload 'none'; it has none"),
        (("--vars", "-"), 2, "not JSON"),
        (("--vars", "/nowhere"), 2, "no file /nowhere"),
    ],
)
def test_a_rendering_says_what_is_wrong(
    shell: Shell, greeting: str, options: tuple[str, ...], code: int, problem: str
) -> None:
    outcome = shell("render", greeting, *options, text="{")

    assert (outcome.code, outcome.output, len(outcome.errors)) == (code, "", 1)
    assert problem in outcome.errors[0]


def test_a_text_of_the_service_does_nothing_to_a_terminal(shell: Shell, registry: Registry) -> None:
    registry.editor.create_prompt("\x1b[2JGreeting", slug="greeting")

    assert "\x1b" not in shell("list").output
    assert "\x1b" not in "".join(shell("show", "greeting", "--version", "9").errors)


# -- writing


def test_new_creates_a_prompt_and_a_first_version(shell: Shell) -> None:
    file = shell.folder / "messages.yaml"
    file.write_text(json.dumps(MESSAGES))

    options = ("--file", str(file), "--model", "openai/gpt-4o", "--params", '{"temperature": 0}')
    assert shell("new", "Chat", "--slug", "chat", *options).output == "chat\n"
    version = shell("show", "chat", "--json").json["version"]
    assert (version["messages"], version["model_params"]) == (MESSAGES, {"temperature": 0})
    assert shell("new", "Chat").code == 3


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (("--model", "m"), "--file"),
        (("--file", "-", "--params", "{"), "not JSON"),
        (("--file", "-", "--params", "[]"), "not a JSON object"),
        (("--file", "{folder}/no_list.yaml"), "not a list of messages"),
        (("--file", "{folder}/malformed.yaml"), "malformed.yaml:1: expected"),
    ],
)
def test_new_refuses_what_is_malformed(
    shell: Shell, options: tuple[str, ...], problem: str
) -> None:
    (shell.folder / "no_list.yaml").write_text("role: user")
    (shell.folder / "malformed.yaml").write_text("- [")

    outcome = shell(
        "new", "Chat", *(each.replace("{folder}", str(shell.folder)) for each in options)
    )
    assert (outcome.code, len(outcome.errors)) == (2, 1)
    assert problem in outcome.errors[0]
    assert shell("list", "--json").json == []


def test_edit_creates_a_version_only_of_what_has_changed(
    shell: Shell, greeting: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_editor(monkeypatch, shell.folder, old="Hello", new="Hi")

    assert shell("edit", greeting, "-m", "shorter").output == "greeting: version 2 is draft\n"
    assert "Nothing has changed" in shell("edit", greeting).errors[0]
    assert shell("edit", greeting, "--model", "m").output == "greeting: version 3 is draft\n"
    version = shell("show", greeting, "--version", "3", "--json").json["version"]
    assert (version["template"], version["model"]) == ("Hi {{.name}}", "m")


def test_edit_writes_messages_as_a_file_that_people_can_read(
    shell: Shell, registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    prompt = registry.editor.create_prompt("Chat", slug="chat")
    registry.editor.create_version(prompt["id"], template="", messages=MESSAGES, model="m")
    set_editor(monkeypatch, shell.folder, old="  brief", new="  very brief")

    assert shell("edit", "chat").code == 0
    version = shell("show", "chat", "--version", "2", "--json").json["version"]
    assert version["messages"] == [{"role": "system", "content": "Be\nvery brief."}, MESSAGES[1]]
    assert version["model"] == "m"


@pytest.mark.parametrize(
    ("text", "options", "code"),
    [
        ("Hello {{.name", (), 2),
        ("Hello", ("--engine", "none"), 2),
        ("Hello", ("--message", "m" * 60_000), 1),  # which only the service refuses
    ],
)
def test_new_leaves_no_prompt_without_its_first_version(
    shell: Shell, text: str, options: tuple[str, ...], code: int
) -> None:
    file = shell.folder / "text"
    file.write_text(text)

    outcome = shell("new", "Greeting", "--file", str(file), *options)

    assert (outcome.code, outcome.output) == (code, "")
    assert shell("list", "--json").json == []


def test_edit_keeps_what_somebody_has_written_if_it_is_refused(
    shell: Shell, greeting: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_editor(monkeypatch, shell.folder, old="name}}", new="name")
    monkeypatch.setattr("tempfile.tempdir", str(shell.folder))

    outcome = shell("edit", greeting)
    assert outcome.code == 1
    (file,) = shell.folder.glob("cuebook-*.txt")
    assert outcome.errors[0] == f"What you have written is in {file}"
    assert file.read_text() == "Hello {{.name\n"


def test_edit_goes_on_beside_an_archived_version(
    shell: Shell, registry: Registry, greeting: str
) -> None:
    """Whatever is the newest of these, it is the same before and after."""
    registry.editor.create_version(
        shell("show", greeting, "--json").json["prompt"]["id"], "of somebody else"
    )
    for command in ("promote", "archive"):
        options = ("--yes",) if command == "archive" else ()
        assert shell(command, greeting, "2", *options).code == 0

    assert shell("edit", greeting, "--file", "-", text="mine").code == 0
    rows = shell("versions", greeting, "--json").json
    assert [row["version"] for row in rows] == [3, 2, 1]


def test_edit_is_a_conflict_if_somebody_else_has_written(
    shell: Shell, registry: Registry, greeting: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    prompt_id = shell("show", greeting, "--json").json["prompt"]["id"]

    def run_editor(command: list[str]) -> int:
        registry.editor.create_version(prompt_id, "of somebody else")
        with open(command[1], "w") as file:  # noqa: PTH123
            file.write("mine")
        return 0

    monkeypatch.setattr("subprocess.call", run_editor)
    monkeypatch.setenv("EDITOR", "an-editor")
    monkeypatch.setattr("tempfile.tempdir", str(shell.folder))

    assert shell("edit", greeting).code == 3
    assert [row["version"] for row in shell("versions", greeting, "--json").json] == [2, 1]
    (file,) = shell.folder.glob("cuebook-*.txt")
    assert file.read_text() == "mine"


@pytest.mark.parametrize("editor", ["false", "/nowhere/editor", "'"])
def test_an_editor_that_fails_changes_nothing(
    shell: Shell, greeting: str, monkeypatch: pytest.MonkeyPatch, editor: str
) -> None:
    monkeypatch.setenv("EDITOR", editor)
    monkeypatch.setattr("tempfile.tempdir", str(shell.folder))

    outcome = shell("edit", greeting)
    assert (outcome.code, len(outcome.errors)) == (2, 1)
    assert [*shell.folder.glob("cuebook-*")] == []


# -- releasing


def test_commands_of_the_readme_release_a_prompt(
    shell: Shell, registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    (block,) = read_document("docs/command.md").get_blocks("sh", "Commands")
    monkeypatch.chdir(shell.folder)
    (shell.folder / "greeting.txt").write_text("Hello {{.name}}\n")
    shell.use(None, None)

    for line in block.text.replace("https://…", shell.url).splitlines():
        outcome = shell(*shlex.split(line)[1:], text=f"{registry.editor.key}\n")
        assert outcome.code == 0, outcome
    assert outcome.output == "Hello Ada\n"


def test_a_version_is_released_and_taken_back(shell: Shell, greeting: str) -> None:
    shell("edit", greeting, "--file", "-", text="Hi {{.name}}")

    assert shell("promote", greeting, "latest", "--live", "--json").json["status"] == "live"
    assert (
        shell("rollback", greeting, "--reason", "too short").output
        == "greeting: version 1 is live\n"
    )
    assert "too short" in shell("history", greeting, "--limit", "1").output
    assert shell("tag", greeting, "canary", "2").output.endswith("with the tags canary\n")
    assert shell("render", greeting, "--version", "canary", "--var", "name=A").output == "Hi A\n"
    assert shell("tag", greeting, "canary", "--remove", "--json").json is None
    assert shell("demote", greeting).output == "greeting: version 1 is stable\n"


def test_a_pointer_is_split(shell: Shell, greeting: str) -> None:
    shell("edit", greeting, "--file", "-", text="Hi {{.name}}")
    shell("promote", greeting, "2")

    split = [{"version": 1, "weight": 9950}, {"version": 2, "weight": 50}]
    assert shell("split", greeting, "1=99.5", "2=.5", "--json").json["split"] == split
    assert shell("split", greeting).output.split() == [
        "version",
        "percent",
        "1",
        "99.5",
        "2",
        "0.5",
    ]
    assert shell("split", greeting, "--end", "--json").json["split"] == [
        {"version": 1, "weight": 10_000}
    ]


@pytest.mark.parametrize(
    "arguments",
    [
        ("split", "greeting", "1=50"),
        ("split", "greeting", "1=50", "1=50"),
        ("split", "greeting", "one=100"),
        ("split", "greeting", "1=NaN"),
        ("split", "greeting", "1=1e999999999"),
        ("split", "greeting", "1=200"),
        ("split", "greeting", "1=99.999", "2=0.001"),
        ("split", "greeting", "1=100", "--end"),
        ("tag", "greeting", "canary"),
        ("tag", "greeting", "canary", "1", "--remove"),
    ],
)
def test_a_malformed_release_changes_nothing(
    shell: Shell, greeting: str, arguments: tuple[str, ...]
) -> None:
    before = len(shell("history", greeting, "--json").json)

    outcome = shell(*arguments)
    assert (outcome.code, len(outcome.errors)) == (2, 1)
    assert len(shell("history", greeting, "--json").json) == before


# -- the team


def test_a_key_of_several_teams_has_to_choose(shell: Shell, registry: Registry) -> None:
    for operation in ("all", "read_render"):
        grant = Grant(
            name="both",
            operation=operation,
            team_ids=(registry.team_id, registry.stranger.team_id),
        )
        shell.use(shell.url, registry.create_key(grant))

        outcome = shell("list")
        assert outcome.code == 2
        assert f"Ours ({registry.team_id})" in outcome.errors[0]
        assert "CUEBOOK_TEAM" in outcome.errors[0]
        assert shell("list", "--team", "Theirs").code == 0
        assert shell("list", "--team", registry.team_id).code == 0
        assert "no team 'Nobody'" in shell("list", "--team", "Nobody").errors[0]


def test_a_key_that_only_reads_finds_its_team(shell: Shell, registry: Registry) -> None:
    shell.use(shell.url, registry.viewer.key)

    assert shell("list", "--json").json == []


def test_what_looks_like_a_date_is_a_text(shell: Shell, greeting: str) -> None:
    (shell.folder / "chat.yaml").write_text("- role: user\n  content: 2024-01-01\n")

    outcome = shell("edit", greeting, "--file", str(shell.folder / "chat.yaml"))

    assert outcome.code == 0, outcome
    version = shell("show", greeting, "--version", "latest", "--json").json["version"]
    assert version["messages"] == [{"role": "user", "content": "2024-01-01"}]


# -- teams


def test_a_slug_is_one_of_the_team(
    shell: Shell, registry: Registry, greeting: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = registry.stranger.create_prompt("Greeting", slug="greeting")["id"]
    registry.stranger.create_version(theirs, "Of the other team")
    teams = registry.team_id, registry.stranger.team_id
    grant = Grant(name="both", operation="admin", team_ids=teams)
    shell.use(shell.url, registry.create_key(grant))

    outcome = shell("show", greeting)
    assert (outcome.code, "several teams" in outcome.errors[0]) == (2, True)
    for team, text in zip(teams, ("Hello {{.name}}", "Of the other team"), strict=True):
        shown = shell("--team", team, "show", greeting, "--version", "1", "--json").json
        assert shown["version"]["template"] == text
    monkeypatch.setenv("CUEBOOK_TEAM", "Theirs")
    assert shell("promote", greeting, "1").code == 0
    path = f"/v1/prompts/{theirs}/versions/1"
    assert registry.stranger("GET", path).json["version"]["status"] == "stable"
    outcome = shell("show", "nothing")
    assert (outcome.code, "has no prompt 'nothing'" in outcome.errors[0]) == (1, True)


def test_an_error_says_what_its_details_say(shell: Shell, greeting: str) -> None:
    (shell.folder / "text").write_text("Hi {{ name }}")

    outcome = shell("edit", greeting, "--file", str(shell.folder / "text"))

    assert outcome.code == 1
    assert "did you mean" in outcome.errors[0]


# -- completion


Complete = Callable[[str], list[str]]


@pytest.fixture
def complete(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Complete:
    """Complete the name of a prompt, as the shell asks for it."""
    root: Any = typer.main.get_command(app)
    monkeypatch.setenv("_CUEBOOK_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_CWORD", "2")

    def run_completion(start: str) -> list[str]:
        monkeypatch.setenv("COMP_WORDS", f"cuebook show {start}")
        with pytest.raises(SystemExit):
            root.main(args=[], prog_name="cuebook")
        return capsys.readouterr().out.split()

    return run_completion


@pytest.mark.usefixtures("greeting", "shell")
def test_slugs_are_completed(complete: Complete) -> None:
    assert complete("gre") == ["greeting"]
    assert complete("x") == []


@pytest.mark.usefixtures("greeting")
def test_slugs_of_the_team_in_the_environment_are_completed(
    shell: Shell, registry: Registry, complete: Complete, monkeypatch: pytest.MonkeyPatch
) -> None:
    teams = registry.team_id, registry.stranger.team_id
    shell.use(shell.url, registry.create_key(Grant(name="both", operation="all", team_ids=teams)))
    assert complete("gre") == []

    monkeypatch.setenv("CUEBOOK_TEAM", registry.team_id)

    assert complete("gre") == ["greeting"]
