"""What Lambda runs, built without Docker: our code as one asset, the locked wheels as one layer.

Both are folders named by a hash of all that goes into them, so that a second synthesis builds
nothing and needs no network, and an unchanged tree is never uploaded again.
"""

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from aws_cdk import AssetHashType
from aws_cdk import aws_lambda as lambda_

Architecture = Literal["arm64", "x86_64"]

ROOT = Path(__file__).parent.parent
LOCK = ROOT / "requirements" / "runtime.txt"
CACHE = ROOT / ".local" / "packages"
SOURCES = ("functions", "shared")

# The newest runtime that our development machines can execute and precompile for as well.
RUNTIME = lambda_.Runtime.PYTHON_3_13
PYTHON = "3.13"
PLATFORMS = {"arm64": "aarch64-manylinux2014", "x86_64": "x86_64-manylinux2014"}
# What functions call: botocore describes four hundred services more, in half of its size.
SERVICES = frozenset({"dynamodb", "events", "s3", "sqs"})
# Of no use to a program that runs.
UNUSED = ("**/tests", "*-stubs", "**/*.pyi", "boto3/examples", "botocore/data/*/*/examples-1.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """The two assets that all functions share; a test hands in folders of its own."""

    code: lambda_.Code
    layer: lambda_.Code

    @classmethod
    def build(cls, *, architecture: Architecture) -> "Bundle":
        return cls(code=_asset(build_code()), layer=_asset(build_layer(architecture=architecture)))

    @classmethod
    def of_folders(cls, *, code: Path, layer: Path) -> "Bundle":
        return cls(code=_asset(code), layer=_asset(layer))


def build_code(*, root: Path = ROOT, cache: Path = CACHE) -> Path:
    """Returns a folder of the packages that functions import, precompiled when possible."""
    interpreter = find_interpreter()
    files = list(source_files(root))
    digest = _recipe("code", interpreter)
    for file in files:
        digest.update(f"\0{file}\0".encode() + (root / file).read_bytes())

    def fill(folder: Path) -> None:
        for file in files:
            target = folder / file
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(root / file, target)
        precompile(folder, runs_in="/var/task", interpreter=interpreter)

    return _built_once(cache / f"code-{digest.hexdigest()[:32]}", fill)


def build_layer(*, architecture: Architecture, lock: Path = LOCK, cache: Path = CACHE) -> Path:
    """Returns a folder of the locked wheels for Lambda's platform; the first time it downloads."""
    interpreter = find_interpreter()
    digest = _recipe(f"layer for {architecture}", interpreter)
    digest.update(lock.read_bytes())

    def fill(folder: Path) -> None:
        packages = folder / "python"  # where a layer's packages are looked for, under /opt
        uv = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--link-mode", "copy"]
        wheels = ["--python-platform", PLATFORMS[architecture], "--python-version", PYTHON]
        wheels += ["--only-binary", ":all:", "--require-hashes", "--no-compile-bytecode"]
        _run(*uv, *wheels, "--target", str(packages), "--requirements", str(lock))
        shutil.rmtree(packages / "bin", ignore_errors=True)
        (packages / ".lock").unlink(missing_ok=True)
        trim(packages)
        precompile(folder, runs_in="/opt", interpreter=interpreter)

    return _built_once(cache / f"layer-{digest.hexdigest()[:32]}", fill)


def trim(packages: Path) -> None:
    """Remove what no function uses, which every cold start would fetch, and in part read."""
    described = packages / "botocore" / "data"
    for folder in filter(Path.is_dir, described.iterdir()):
        if folder.name not in SERVICES:
            shutil.rmtree(folder)
    for pattern in UNUSED:
        for path in [*packages.glob(pattern)]:
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()
    # Read whole to make the first client: a megabyte of addresses, nearly all of other services.
    file = described / "endpoints.json"
    endpoints = json.loads(file.read_text(encoding="utf-8"))
    for partition in endpoints["partitions"]:
        services = partition["services"]
        partition["services"] = {
            name: services[name] for name in sorted(SERVICES & services.keys())
        }
    file.write_text(json.dumps(endpoints), encoding="utf-8")


def source_files(root: Path) -> Iterator[Path]:
    for package in SOURCES:
        for path in sorted((root / package).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                yield path.relative_to(root)


def precompile(folder: Path, *, runs_in: str, interpreter: str | None) -> None:
    """Write bytecode that stays valid: nothing costs a cold start more than compiling.

    Lambda's folders are read-only and the packager resets every file's date, so that ordinary
    bytecode is stale on arrival, at each start again; only `unchecked-hash` asks for no date.
    """
    if interpreter is None:
        sys.stderr.write(f"no Python {PYTHON} found: functions will compile at every cold start\n")
        return
    compiler = [interpreter, "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash"]
    _run(*compiler, "-s", str(folder), "-p", runs_in, str(folder))


def find_interpreter() -> str | None:
    """Returns an interpreter of the runtime's minor version, whose bytecode Lambda can read."""
    installations = Path(sys.base_prefix).parent  # version managers keep theirs side by side
    candidates = (
        sys.executable,
        shutil.which(f"python{PYTHON}"),
        *map(str, sorted(installations.glob(f"*{PYTHON}*/bin/python3"), reverse=True)),
    )
    question = "import sys; print('{}.{}'.format(*sys.version_info))"
    for candidate in filter(None, candidates):  # one on the PATH may be a stub that only complains
        answer = subprocess.run([candidate, "-c", question], capture_output=True, text=True)
        if answer.stdout.strip() == PYTHON:
            return candidate
    return None


def _recipe(name: str, interpreter: str | None) -> "hashlib._Hash":
    """Everything that decides what is built, but for the ingredients: this file above all."""
    digest = hashlib.sha256(f"{name} {PYTHON} {bool(interpreter)}\0".encode())
    digest.update(Path(__file__).read_bytes())
    return digest


def _built_once(folder: Path, fill: Callable[[Path], None]) -> Path:
    """An interrupted build leaves nothing behind that looks finished."""
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=folder.parent) as draft:
            fill(Path(draft) / "draft")
            (Path(draft) / "draft").rename(folder)
    return folder


def _asset(folder: Path) -> lambda_.Code:
    return lambda_.Code.from_asset(
        str(folder), asset_hash=folder.name, asset_hash_type=AssetHashType.CUSTOM
    )


def _run(*command: str) -> None:
    subprocess.run(command, check=True, stdout=sys.stderr)
