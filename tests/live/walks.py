"""Walks: blocks of commands as a reader pastes them, each followed by what it prints.

    cue GET /v1/health | pick status
    #> OK

A line that begins with `#>` is a line of the output of the commands before it, in which `…` stands
for anything. All that the commands print must be there.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MARK = "\x1e"
EXPECTED = re.compile(r"#> ?(.*)")


@dataclass(frozen=True, slots=True)
class Step:
    """Commands of a walk, with the output that the document shows and the one that they have."""

    commands: str
    expected: str
    actual: str

    def require_match(self) -> None:
        """Check that the output is the one that is shown."""
        pattern = ".*".join(map(re.escape, self.expected.split("…")))
        assert re.fullmatch(pattern, self.actual), (
            f"{self.commands}\nprints\n{self.actual}\ninstead of\n{self.expected}"
        )


@dataclass(frozen=True, slots=True)
class Walk:
    """Blocks of commands that go on from each other, in one shell."""

    blocks: Sequence[str]

    @property
    def command(self) -> list[str]:
        """The command that runs it; it ends at the first one of the walk that fails."""
        mark = f"printf {shlex.quote(MARK)}"
        script = "".join(f"{commands}\n{mark}\n" for commands, _ in self._steps)
        return ["bash", "-euo", "pipefail", "-c", script]

    def split_output(self, output: str) -> list[Step]:
        """Split what the command has printed into steps."""
        parts = output.split(MARK)[:-1]
        return [
            Step(commands, expected, part)
            for (commands, expected), part in zip(self._steps, parts, strict=True)
        ]

    def run(self, folder: Path) -> list[Step]:
        """Run it in a folder, where `python3` is the interpreter of the tests."""
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        done = subprocess.run(
            self.command,
            cwd=folder,
            env={**os.environ, "PATH": path},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr + done.stdout
        return self.split_output(done.stdout)

    @property
    def _steps(self) -> list[tuple[str, str]]:
        return [step for block in self.blocks for step in _split_block(block)]


def check_walk(steps: Sequence[Step]) -> None:
    """Check that each step prints what is shown."""
    for step in steps:
        step.require_match()


def _split_block(block: str) -> Iterator[tuple[str, str]]:
    """Split a block into commands, each with the output that is shown of them."""
    commands: list[str] = []
    expected: list[str] = []
    for line in block.splitlines():
        if match := EXPECTED.fullmatch(line):
            expected.append(match[1])
            continue
        if expected:
            yield "\n".join(commands), "".join(f"{text}\n" for text in expected)
            commands, expected = [], []
        commands.append(line)
    yield "\n".join(commands), "".join(f"{text}\n" for text in expected)
