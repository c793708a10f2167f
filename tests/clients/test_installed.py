"""The clients are those that the project names, each at the one version that it names."""

import json
import subprocess
import tomllib
from typing import Any

from packaging.requirements import Requirement

from tests.clients.programs import HERE, NODE_MODULES, PYTHON
from tests.live.server import ROOT

PACKAGE: dict[str, Any] = json.loads((HERE / "package.json").read_text())
LOCK: dict[str, dict[str, Any]] = json.loads((HERE / "package-lock.json").read_text())["packages"]


def test_the_python_clients_have_their_pinned_versions() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    asked = [Requirement(line) for line in project["dependency-groups"]["clients"]]
    program = "import sys; from importlib.metadata import version; print(version(sys.argv[1]))"

    for client in asked:
        said = subprocess.run(
            [str(PYTHON), "-c", program, client.name], capture_output=True, text=True, check=True
        )
        assert str(client.specifier) == f"=={said.stdout.strip()}", client.name


def test_the_javascript_clients_have_their_pinned_versions() -> None:
    for name, version in PACKAGE["dependencies"].items():
        check_installation = json.loads((NODE_MODULES / name / "package.json").read_text())
        assert check_installation["version"] == version, name


def test_the_javascript_lock_has_a_hash_for_each_package_and_names_no_host() -> None:
    packages = {name: package for name, package in LOCK.items() if name}

    assert [name for name, package in packages.items() if "integrity" not in package] == []
    assert "://" not in (HERE / "package-lock.json").read_text()
