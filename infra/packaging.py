"""Packaging for Lambda, without Docker: the code as one asset, the locked wheels as one layer.

Both are folders whose names contain a hash of their sources. Therefore a second synthesis builds
nothing and needs no network, and unchanged assets are not uploaded again.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Literal

from aws_cdk import AssetHashType
from aws_cdk import aws_lambda as lambda_

from infra import trim
from infra.project import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Architecture = Literal["arm64", "x86_64"]

LOCK = ROOT / "requirements" / "runtime.txt"
CACHE = ROOT / ".local" / "packages"
SOURCES = ("console", "functions", "shared")

# The newest runtime whose interpreter is also available for development.
RUNTIME = lambda_.Runtime.PYTHON_3_13
PYTHON = "3.13"
PLATFORMS = {"arm64": "aarch64-manylinux2014", "x86_64": "x86_64-manylinux2014"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """The two assets of all functions.

    Attributes:
        code: The packages of this project.
        layer: The locked wheels.
    """

    code: lambda_.Code
    layer: lambda_.Code

    @classmethod
    def build(cls, *, architecture: Architecture) -> Bundle:
        """Build both assets, unless they exist."""
        layer = build_layer(architecture=architecture)
        return cls.from_folders(code=build_code(), layer=layer)

    @classmethod
    def from_folders(cls, *, code: Path, layer: Path) -> Bundle:
        """Make both assets from folders."""
        return cls(code=_build_asset(code), layer=_build_asset(layer))


def build_code(*, root: Path = ROOT, cache: Path = CACHE) -> Path:
    """Build a folder with the packages that functions import, precompiled if possible.

    Args:
        root: The folder of a checkout.
        cache: The folder in which the result is cached.

    Returns:
        The folder.
    """
    interpreter = find_interpreter()
    files = list(list_source_files(root))
    digest = _start_digest("code", interpreter)
    for file in files:
        digest.update(f"\0{file}\0".encode() + (root / file).read_bytes())

    def fill(folder: Path) -> None:
        for file in files:
            target = folder / file
            target.parent.mkdir(parents=True, exist_ok=True)
            if file.suffix == ".json":  # indented for those who read it in a checkout
                compact_json(root / file, target)
            else:
                shutil.copyfile(root / file, target)
        precompile(folder, runs_in="/var/task", interpreter=interpreter)

    return _build_once(cache / f"code-{digest.hexdigest()[:32]}", fill)


def build_layer(*, architecture: Architecture, lock: Path = LOCK, cache: Path = CACHE) -> Path:
    """Build a folder with the locked wheels for Lambda's platform, which downloads them.

    Args:
        architecture: The processor architecture of the functions.
        lock: The lock file.
        cache: The folder in which the result is cached.

    Returns:
        The folder.
    """
    interpreter = find_interpreter()
    digest = _start_digest(f"layer for {architecture}", interpreter)
    digest.update(lock.read_bytes())

    def fill(folder: Path) -> None:
        packages = folder / "python"  # Lambda imports the packages of a layer from /opt/python
        uv = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--link-mode", "copy"]
        wheels = ["--python-platform", PLATFORMS[architecture], "--python-version", PYTHON]
        wheels += ["--only-binary", ":all:", "--require-hashes", "--no-compile-bytecode"]
        _run(*uv, *wheels, "--target", str(packages), "--requirements", str(lock))
        shutil.rmtree(packages / "bin", ignore_errors=True)
        (packages / ".lock").unlink(missing_ok=True)
        trim.trim(packages)
        precompile(folder, runs_in="/opt", interpreter=interpreter)

    return _build_once(cache / f"layer-{digest.hexdigest()[:32]}", fill)


def compact_json(source: Path, target: Path) -> None:
    """Copy a JSON document without its insignificant white space."""
    document = json.loads(source.read_text(encoding="utf-8"))
    target.write_text(f"{trim.dump(document)}\n", encoding="utf-8")


def list_source_files(root: Path) -> Iterator[Path]:
    """List the files to deploy, relative to the folder of a checkout."""
    for package in SOURCES:
        for path in sorted((root / package).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                yield path.relative_to(root)


def precompile(folder: Path, *, runs_in: str, interpreter: str | None) -> None:
    """Compile modules to bytecode that is valid in Lambda, which makes cold starts much faster.

    Lambda's folders are read-only and the packager resets the dates of files, so that ordinary
    bytecode would be stale in every cold start; `unchecked-hash` does not check dates.

    Args:
        folder: The folder with the modules.
        runs_in: The folder's path in Lambda, which tracebacks contain.
        interpreter: An interpreter of the runtime's minor version; None to compile nothing.
    """
    if interpreter is None:
        sys.stderr.write(
            f"Python {PYTHON} is missing: functions compile in every cold start; install it\n"
        )
        return
    compiler = [interpreter, "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash"]
    _run(*compiler, "-s", str(folder), "-p", runs_in, str(folder))


def find_interpreter() -> str | None:
    """Find an interpreter of the runtime's minor version, whose bytecode Lambda can use."""
    installations = Path(sys.base_prefix).parent  # version managers install all versions here
    candidates = (
        sys.executable,
        shutil.which(f"python{PYTHON}"),
        *map(str, sorted(installations.glob(f"*{PYTHON}*/bin/python3"), reverse=True)),
    )
    program = "import sys; print('{}.{}'.format(*sys.version_info))"
    for candidate in filter(None, candidates):  # the one on the PATH may be a stub that fails
        result = subprocess.run([candidate, "-c", program], capture_output=True, text=True)
        if result.stdout.strip() == PYTHON:
            return candidate
    return None


def _start_digest(name: str, interpreter: str | None) -> hashlib._Hash:
    """Start a digest with everything but the sources that affects the result, such as this file."""
    digest = hashlib.sha256(f"{name} {PYTHON} {bool(interpreter)}\0".encode())
    for source in (Path(__file__), Path(trim.__file__)):
        digest.update(source.read_bytes())
    return digest


def _build_once(folder: Path, fill: Callable[[Path], None]) -> Path:
    """Build a folder unless it exists; an interrupted build leaves no folder of this name."""
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=folder.parent) as draft:
            fill(Path(draft) / "draft")
            (Path(draft) / "draft").rename(folder)
    return folder


def _build_asset(folder: Path) -> lambda_.Code:
    return lambda_.Code.from_asset(
        str(folder), asset_hash=folder.name, asset_hash_type=AssetHashType.CUSTOM
    )


def _run(*command: str) -> None:
    subprocess.run(command, check=True, stdout=sys.stderr)
