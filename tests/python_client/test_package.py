"""What `pip install ./client` installs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[2]
LINKS = {
    "_rendering": "shared/rendering",
    "buckets.py": "shared/buckets.py",
    "cache.py": "shared/cache.py",
    "conversations.py": "shared/conversations.py",
    "texts.py": "shared/texts.py",
}
# Modules that `import cuebook` loads and Python has not loaded by itself.
MODULES = 95
IMPORT = """
import sys
before = set(sys.modules)
import cuebook
loaded = set(sys.modules) - before
prompt = cuebook.prompts.build_fallback("Hello {{.name}}", name="p", pointer="live")
assert prompt.render(name="Ada") == "Hello Ada"
print(len(loaded), *sorted(name for name in sys.modules if name.partition(".")[0] in
      ("asyncio", "httpx", "jinja2", "liquid", "shared")))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy: a build leaves files beside its source."""
    folder = tmp_path_factory.mktemp("wheel")
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "client", "shared"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    for name in listed.splitlines():
        target = folder / "tree" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_symlink():
            target.symlink_to((ROOT / name).readlink())
        elif (ROOT / name).exists():
            target.write_bytes((ROOT / name).read_bytes())
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"),
            *("--no-index", "--wheel-dir", str(folder), str(folder / "tree" / "client")),
        ],
        check=True,
        capture_output=True,
    )
    (built,) = folder.glob("*.whl")
    return built


def list_sources() -> dict[str, bytes]:
    """The files that the package consists of, where the links lead to."""
    package = ROOT / "client" / "cuebook"
    files = {
        str(path.relative_to(package)): path
        for path in package.rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    rendering = ROOT / LINKS["_rendering"]
    files |= {f"_rendering/{path.relative_to(rendering)}": path for path in rendering.rglob("*.py")}
    return {f"cuebook/{name}": path.read_bytes() for name, path in files.items()}


def test_links_lead_to_the_service() -> None:
    for name, target in LINKS.items():
        assert (ROOT / "client" / "cuebook" / name).resolve() == (ROOT / target).resolve()


def test_the_wheel_has_the_files_of_the_tree_and_nothing_else(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        names = [name for name in archive.namelist() if ".dist-info/" not in name]
        files = {name: archive.read(name) for name in names}

    assert files == list_sources()


def test_the_wheel_alone_renders_and_loads_little(wheel: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(wheel)}
    done = subprocess.run(
        [sys.executable, "-S", "-c", IMPORT],
        cwd=wheel.parent,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    count, *libraries = done.stdout.split()
    assert libraries == []
    assert int(count) <= MODULES
