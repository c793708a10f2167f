"""What holds for every command: how it ends where something is wrong, and its JSON."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from cuebook.cli.app import app
from tests.documents import read_document
from tests.python_client.commands import Outcome, Shell, list_commands

if TYPE_CHECKING:
    from tests.client import Registry

CLOSED = "http://127.0.0.1:1"  # nobody listens there
READS, WRITES, MANAGES = "reads", "writes", "manages"


@dataclass(frozen=True, slots=True)
class Sample:
    """How a command is called.

    Attributes:
        arguments: The arguments, with the name of a prompt where they have `{name}`.
        right: What it needs: to read, to write, or to be a person who manages keys.
        has_json: Whether it takes `--json`.
        is_local: Whether it does without the service.
    """

    arguments: str
    right: str = READS
    has_json: bool = True
    is_local: bool = False


SAMPLES = {
    "login": Sample("--api-key {key}"),
    "logout": Sample("", is_local=True),
    "list": Sample("--team {team}"),
    "show": Sample("{name}"),
    "versions": Sample("{name}"),
    "history": Sample("{name}"),
    "diff": Sample("{name} 1 2"),
    "render": Sample("{name} --payload usual --var name=Ada"),
    "new": Sample("Another --file {text} --team {team}", WRITES),
    "edit": Sample("{name} --file {text}", WRITES),
    "promote": Sample("{name} 3", WRITES),
    "demote": Sample("{name}", WRITES),
    "rollback": Sample("{name} --reason 'too long'", WRITES),
    "split": Sample("{name} 1=99.5 2=0.5", WRITES),
    "tag": Sample("{name} beta 2", WRITES),
    "archive": Sample("{name}", WRITES),
    "restore": Sample("{name}", WRITES),
    "delete": Sample("{name} --yes", WRITES),
    "export": Sample("{folder}/prompts.jsonl", has_json=False),
    "import": Sample("{prompts} --team {team}", WRITES),
    "pull": Sample("--folder {folder}/pulled --team {team}"),
    "push": Sample("--folder {files} --team {team}", WRITES),
    "keys list": Sample("", MANAGES),
    "keys create": Sample("service --team {team}", MANAGES),
    "keys revoke": Sample("{key_id}", MANAGES),
}
NAMING = [name for name, sample in SAMPLES.items() if "{name}" in sample.arguments]
PROMPT = {"slug": "new", "name": "New", "description": "", "keywords": [], "status": "active"}


class Scene:
    """A prompt with three versions, and the commands about it."""

    def __init__(self, shell: Shell, registry: Registry) -> None:
        self.shell, self.registry = shell, registry
        editor = registry.editor
        prompt_id = editor.create_prompt("Greeting", slug="greeting")["id"]
        for number, text in enumerate(("one {{.name}}", "two {{.name}}", "three {{.name}}"), 1):
            editor.create_version(prompt_id, text)
            if number < 3:
                editor.promote(prompt_id, number, times=2)
        payload = {"name": "usual", "variables": {"name": "Bob"}}
        editor("POST", f"/v1/prompts/{prompt_id}/payloads", payload)
        (shell.folder / "text").write_text("Hi {{.name}}\n")
        (shell.folder / "files").mkdir()
        (shell.folder / "files" / "pushed.prompt.md").write_text("---\nname: Pushed\n---\nHi\n")
        version = {"template": "Hi", "engine": "go", "status": "live", "tags": [], "message": ""}
        entry = {"prompt": PROMPT, "versions": [version], "payloads": []}
        (shell.folder / "prompts").write_text(json.dumps(entry))

    def run(self, command: str, *options: str, name: str = "greeting") -> Outcome:
        """Run a command as its sample says."""
        admin = self.registry.people["admin"]
        org_id = admin("GET", "/v1/me/orgs").json["organizations"][0]["id"]
        keys = admin("GET", f"/v1/api-keys?org_id={org_id}").json["api_keys"]
        arguments = SAMPLES[command].arguments.format(
            name=name,
            key=self.registry.editor.key,
            key_id=keys[0]["id"],
            team=self.registry.team_id,
            text=self.shell.folder / "text",
            prompts=self.shell.folder / "prompts",
            files=self.shell.folder / "files",
            folder=self.shell.folder,
        )
        return self.shell(*command.split(), *shlex.split(arguments), *options)

    def sign_in(self, command: str) -> None:
        """Use the credential that a command needs."""
        registry = self.registry
        caller = registry.people["admin"] if SAMPLES[command].right == MANAGES else registry.editor
        self.shell.use(self.shell.url, caller.key)
        if command == "logout":
            assert self.shell("login", "--api-key", str(caller.key)).code == 0


@pytest.fixture
def scene(shell: Shell, registry: Registry) -> Scene:
    return Scene(shell, registry)


def check_problem(outcome: Outcome, code: int = 1) -> None:
    """Check that a command says in one line what is wrong."""
    assert outcome.code == code, outcome
    assert outcome.output == ""
    (line,) = outcome.errors
    assert re.match("cuebook: ...", line)
    assert "Traceback" not in line
    assert not re.search(r"(ak|sess)_\w", line)


def test_every_command_has_a_sample() -> None:
    # Assistants talk to `cuebook mcp`, which has tests of its own.
    assert list_commands().keys() - {"mcp"} == SAMPLES.keys()


@pytest.mark.parametrize("command", SAMPLES)
def test_help_and_json(command: str, scene: Scene) -> None:
    scene.sign_in(command)
    sample = SAMPLES[command]

    assert "Usage: " in scene.shell(*command.split(), "--help").output
    outcome = scene.run(command, *(["--json"] if sample.has_json else []))
    assert outcome.code == 0, outcome
    if sample.has_json:
        json.loads(outcome.output)
    assert str(scene.registry.editor.key) not in str(outcome)


@pytest.mark.parametrize("command", SAMPLES)
def test_success(command: str, scene: Scene) -> None:
    scene.sign_in(command)

    outcome = scene.run(command)
    assert outcome.code == 0, outcome
    assert "Traceback" not in str(outcome)


@pytest.mark.parametrize("command", NAMING)
def test_a_wrong_name(command: str, scene: Scene) -> None:
    scene.sign_in(command)

    check_problem(scene.run(command, name="no-such-prompt"))


@pytest.mark.parametrize(
    "command", [name for name, sample in SAMPLES.items() if sample.right != READS]
)
def test_without_the_right(command: str, scene: Scene) -> None:
    registry = scene.registry
    caller = registry.viewer if SAMPLES[command].right == WRITES else registry.admin
    scene.shell.use(scene.shell.url, caller.key)

    check_problem(scene.run(command))


@pytest.mark.parametrize("command", NAMING)
def test_a_prompt_of_another_team(command: str, scene: Scene) -> None:
    scene.shell.use(scene.shell.url, scene.registry.stranger.key)

    check_problem(scene.run(command))


@pytest.mark.parametrize(
    "command", [name for name, sample in SAMPLES.items() if not sample.is_local]
)
def test_while_the_service_is_down(command: str, scene: Scene) -> None:
    scene.shell.use(CLOSED, scene.registry.editor.key)

    check_problem(scene.run(command))


@pytest.mark.parametrize("command", [name for name in SAMPLES if name not in ("login", "logout")])
def test_without_a_key_or_an_address(command: str, scene: Scene) -> None:
    scene.shell.use(scene.shell.url, None)
    outcome = scene.run(command)
    check_problem(outcome, 2)
    assert "cuebook login" in outcome.errors[0]

    scene.shell.use(None, None)
    outcome = scene.run(command)
    check_problem(outcome, 2)
    assert "CUEBOOK_URL" in outcome.errors[0]


def test_a_short_option_means_the_same_in_every_command() -> None:
    meanings: dict[str, set[str]] = {}
    for command in list_commands().values():
        for parameter in command.params:
            names = {name for name in parameter.opts if name.startswith("--")}
            for name in {*parameter.opts} - names:
                if name.startswith("-"):
                    meanings.setdefault(name, set()).update(names)

    assert meanings == {"-f": {"--file"}, "-m": {"--message"}, "-y": {"--yes"}}


def test_the_table_of_commands_is_that_of_the_app() -> None:
    table = read_document("docs/command.md").get_table("Commands").index_rows()

    assert app.info.name == "cuebook"
    assert {name.removeprefix("cuebook ") for name in table} == list_commands().keys()
