"""The command `cuebook` as tests run it: in this process, against the real functions."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import typer.main

from cuebook.cli.app import app, run

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a command has ended.

    Attributes:
        code: The exit code.
        output: What it has printed.
        errors: The lines of the error stream.
    """

    code: int
    output: str
    errors: list[str]

    @property
    def json(self) -> Any:
        """What it has printed, as JSON."""
        return json.loads(self.output)


class Shell:
    """A shell of a user, with a folder for settings of its own.

    Attributes:
        url: The address of the service.
        folder: The folder of the user.
    """

    def __init__(
        self, url: str, folder: Path, patch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.url, self.folder = url, folder
        self._patch, self._capsys = patch, capsys
        for name in ("CUEBOOK_TEAM", "VISUAL", "EDITOR"):
            patch.delenv(name, raising=False)
        patch.setenv("XDG_CONFIG_HOME", str(folder))
        patch.setenv("COLUMNS", "200")
        self.use(url, None)

    def use(self, url: str | None, key: str | None) -> None:
        """Set what the environment says of the service and the key."""
        for name, value in (("CUEBOOK_URL", url), ("CUEBOOK_API_KEY", key)):
            if value is None:
                self._patch.delenv(name, raising=False)
            else:
                self._patch.setenv(name, value)

    def __call__(self, *arguments: str, text: str = "") -> Outcome:
        """Run the command.

        Args:
            *arguments: The arguments.
            text: The input.
        """
        self._patch.setattr("sys.stdin", io.StringIO(text))
        self._capsys.readouterr()
        code = run([*arguments])
        output, errors = self._capsys.readouterr()
        return Outcome(code, output, errors.splitlines())


def list_commands() -> dict[str, Any]:
    """List the commands, those of groups by two words."""
    root: Any = typer.main.get_command(app)
    commands: dict[str, Any] = {}
    for name, command in root.commands.items():
        if parts := getattr(command, "commands", None):
            commands |= {f"{name} {part}": parts[part] for part in parts}
        else:
            commands[name] = command
    return commands
