"""Deployed code and layer, of this checkout or of another commit."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from infra.local.errors import StartError
from infra.packaging import CACHE
from infra.project import ROOT
from tools.cost.machine import Runner

if TYPE_CHECKING:
    from collections.abc import Sequence

HERE = "here"  # the name of this checkout

# The packager of the commit runs, because it decides what the layer contains.
BUILD = """
import sys
from pathlib import Path
from infra.packaging import build_code, build_layer

cache = Path(sys.argv[1])
print(build_code(cache=cache))
print(build_layer(architecture="x86_64", cache=cache) / "python")
"""


@dataclass(frozen=True, slots=True)
class Variant:
    """What is measured: this checkout, or another commit.

    Attributes:
        name: Its name in tables.
        runner: Starts Python with its code and layer.
    """

    name: str
    runner: Runner


def build_variants(ref: str | None) -> Sequence[Variant]:
    """Build this checkout's packages, and those of a commit to compare them with.

    Args:
        ref: The commit; None for nothing to compare with.

    Raises:
        StartError: The runtime's interpreter is missing, or the commit cannot be built.
    """
    variants = [Variant(HERE, Runner(deployed=True))]
    if ref is not None:
        variants.append(Variant(ref, Runner(deployed=True, packages=build_packages(ref))))
    return variants


def build_packages(ref: str, cache: Path = CACHE) -> Sequence[Path]:
    """Build the code and the layer of a commit.

    Args:
        ref: The commit.
        cache: The folder in which the result is cached.

    Returns:
        The folders with the packages of both.

    Raises:
        StartError: There is no such commit, or it cannot be built.
    """
    with TemporaryDirectory() as name:
        _run(
            "git", "-C", str(ROOT), "archive", f"--output={name}/tree.tar", "--end-of-options", ref
        )
        tree = Path(name) / "tree"
        tree.mkdir()
        _run("tar", "-xf", f"{name}/tree.tar", "-C", str(tree))
        output = _run(sys.executable, "-c", BUILD, str(cache), folder=tree)
    return [Path(line) for line in output.splitlines()]


def _run(*command: str, folder: Path = ROOT) -> str:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    result = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    if result.returncode:
        raise StartError(result.stderr.strip() or f"{command[0]} has ended with an error")
    return result.stdout
