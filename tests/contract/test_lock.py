"""The lock files say what `pyproject.toml` asks for, and can be installed from anywhere."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
RUNTIME: list[str] = PROJECT["project"]["dependencies"]
# What each lock is made from; `make lock` says the same.
LOCKS: dict[str, list[str]] = {
    "runtime": [], "serve": ["serve"], "dev": ["dev"], "clients": ["clients"], "e2e": ["emulator"],
    "langfuse-3": ["langfuse-3"], "langfuse-2": ["langfuse-2"], "bench-client": ["bench-client"],
}  # fmt: skip
APART = {
    "bench-client",
    "clients",
    "e2e",
    "langfuse-3",
    "langfuse-2",
}  # vendors' clients and the emulator, in environments without the project

Pins = dict[tuple[str, str], tuple[str, frozenset[str]]]


def list_requirements(group: str) -> list[str]:
    """A dependency group, with the groups that it includes."""
    found: list[str] = []
    for entry in PROJECT["dependency-groups"][group]:
        found += list_requirements(entry["include-group"]) if isinstance(entry, dict) else [entry]
    return found


def text(lock: str) -> str:
    return (ROOT / "requirements" / f"{lock}.txt").read_text()


def list_pins(lock: str) -> Pins:
    """Version and hashes of each pin, by name and marker: a name may have a pin per platform."""
    found: Pins = {}
    for entry in text(lock).replace("\\\n", " ").splitlines():
        pin, *hashes = re.split(r"\s+--hash=", entry.strip())
        requirement = Requirement(pin)
        (specifier,) = requirement.specifier
        assert specifier.operator == "==", pin
        key = canonicalize_name(requirement.name), str(requirement.marker or "")
        assert key not in found, f"{pin} is pinned twice"
        found[key] = specifier.version, frozenset(hashes)
    return found


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_pins_what_the_project_asks_for(lock: str) -> None:
    pinned = {name: version for (name, _), (version, _) in list_pins(lock).items()}

    own = [] if lock in APART else RUNTIME
    for line in [*own, *(line for group in LOCKS[lock] for line in list_requirements(group))]:
        requirement = Requirement(line)
        version = pinned.get(canonicalize_name(requirement.name))
        assert version is not None, f"{line} is not in requirements/{lock}.txt: run make lock"
        assert version in requirement.specifier, f"{line} is locked at {version}: run make lock"


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_its_hashes(lock: str) -> None:
    for (name, _), (_, hashes) in list_pins(lock).items():
        assert hashes, name
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", digest) for digest in hashes), name


@pytest.mark.parametrize(("inner", "outer"), [("runtime", "serve"), ("serve", "dev")])
def test_locks_agree_and_lie_in_each_other(inner: str, outer: str) -> None:
    outside = list_pins(outer)

    for key, pin in list_pins(inner).items():
        assert outside.get(key) == pin, f"{key[0]} differs between the locks: run make lock"


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_names_no_host(lock: str) -> None:
    assert not re.search(r"://|\bfile:|@|--(extra-)?index-url|--find-links", text(lock))
