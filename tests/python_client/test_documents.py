"""What client/README.md and docs/command.md say is what the code says."""

from __future__ import annotations

import inspect
import re
import shlex
from typing import TYPE_CHECKING, Any, get_args

import typer
import yaml

import cuebook
from cuebook._operations import Listing, Operation
from cuebook.cli.app import app
from cuebook.cli.connection import Connection
from cuebook.folders.documents import dump_document, load_document
from cuebook.folders.steps import Action
from cuebook.management import _Operations
from cuebook.prompts import State
from tests.documents import read_document

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

PAGE, COMMANDS = read_document("client/README.md"), read_document("docs/command.md")
# How the page writes a default.
DEFAULTS = {
    "ttl": "60 seconds",
    "refresh_seconds": "one second",
    "absent_ttl": "ten seconds",
    "max_stale": "a day",
    "attempts": "three times",
    "timeout": "ten seconds",
    "max_bytes": "64 MB",
}
VALUES = {
    "60 seconds": 60.0,
    "one second": 1.0,
    "ten seconds": 10.0,
    "a day": 86_400.0,
    "three times": 3,
    "64 MB": 64 * 1024 * 1024,
}


def test_states() -> None:
    assert {*PAGE.get_table("What a program gets").index_rows()} == {*get_args(State)}


def test_errors() -> None:
    listed = PAGE.get_table("Errors").index_rows()
    errors = {
        name
        for name, value in vars(cuebook).items()
        if inspect.isclass(value) and issubclass(value, cuebook.CuebookError)
    }

    assert listed.keys() == errors - {"CuebookError", "ServiceError"}


def test_defaults() -> None:
    text = re.sub(r"\s+", " ", PAGE.prose)
    for client in (cuebook.Cuebook, cuebook.AsyncCuebook):
        parameters = inspect.signature(client).parameters
        options = {
            name: each.default
            for name, each in parameters.items()
            if each.kind is each.KEYWORD_ONLY and name not in ("refresh", "snapshot")
        }

        assert options == {name: VALUES[words] for name, words in DEFAULTS.items()}
    for name, words in DEFAULTS.items():
        assert f"`{name}`" in text
        assert words in text


def test_operations() -> None:
    text = PAGE.prose.partition("There are `prompts`")[2].partition("\n\n")[0]
    operations = {
        name for name, value in vars(_Operations).items() if isinstance(value, Operation | Listing)
    }

    assert {"prompts", *re.findall(r"`(\w+)`", text)} == operations


def list_scripts(value: Any) -> Iterator[str]:
    """List the commands of a workflow or a buildspec."""
    if isinstance(value, dict):
        for name, item in value.items():
            if name == "run":
                yield item
            elif name == "commands":
                yield from item
            else:
                yield from list_scripts(item)
    elif isinstance(value, list):
        for item in value:
            yield from list_scripts(item)


def test_commands_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    """All commands `cuebook` of the page are taken as they are written."""
    monkeypatch.setenv("CUEBOOK_TEAM", "team")
    monkeypatch.setattr(Connection, "find_prompt", lambda _, name: name)
    scripts = [block.text for block in COMMANDS.get_blocks("sh")]
    for block in COMMANDS.get_blocks("yaml"):
        own = [*list_scripts(yaml.safe_load(block.text))]
        assert any("cuebook push --message" in script for script in own)
        scripts += own
    group: Any = typer.main.get_command(app)
    commands = [
        shlex.split(re.split(r" (?:>|\|\|) ", line)[0])[1:]
        for script in scripts
        for line in script.splitlines()
        if line.startswith("cuebook ")
    ]

    assert {"login", "new", "promote", "pull", "push", "render"} <= {name for name, *_ in commands}
    for name, *arguments in commands:
        group.commands[name].make_context(name, arguments, parent=None)


def test_the_file_is_one() -> None:
    (block,) = COMMANDS.get_blocks("md")
    document = load_document(block.text.encode(), "order_confirmation", "the page")

    assert dump_document(document) == block.text


def test_actions() -> None:
    text = re.sub(r"\s+", " ", COMMANDS.prose).partition("the `action` (")[2].partition(")")[0]

    assert {*re.findall(r"`(\w+)`", text)} == {*Action}
