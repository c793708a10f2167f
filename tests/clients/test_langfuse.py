"""Langfuse's SDKs write, read, compile, label, list and delete, and send what they send."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.clients.programs import PYTHON, list_calls

if TYPE_CHECKING:
    from tests.clients.programs import Clients

USER = "langfuse_user"
CONFIG = {"model": "gpt-4o", "temperature": 0.5}
# Folders of the older versions, beside the environment with the newest.
PYTHONS = {"5": "", "3": "langfuse-3", "2": "langfuse-2"}
NODES = ("@langfuse/client", "langfuse")


def check_all(seen: dict[str, Any], name: str) -> None:
    """Check what all versions of the SDKs do."""
    assert seen["created"] == [1, 2]
    assert seen["production"] == {
        "version": 1,
        "labels": ["production"],
        "tags": ["a", "b"],
        "config": CONFIG,
        "compiled": "Hello Ada, {{name}}!",
    }
    assert seen["by_version"] == {
        "version": 2,
        "labels": ["latest", "staging"],
        "tags": ["a", "b"],
        "config": {},
        "compiled": "Bye Ada!",
    }
    assert (seen["by_label"], seen["latest"]) == (2, 2)
    assert seen["fallback"] == ["Hi Ada", True]
    if "list" in seen:
        assert seen["list"] == [[name, [1, 2], ["b", "latest", "production", "staging"]]]


@pytest.mark.parametrize("major", PYTHONS)
def test_its_sdks_for_python(clients: Clients, major: str) -> None:
    name = f"python {major}/Größe"
    folder = PYTHON.parent.parent / PYTHONS[major] if PYTHONS[major] else None
    before = len(list_calls(clients.server))

    seen = clients.run_python(f"{USER}.py", name, packages=folder)

    assert seen["version"].split(".")[0] == major
    assert seen["auth_check"] is True
    check_all(seen, name)
    assert seen["chat"] == [
        {"role": "system", "content": "You are Ada"},
        {"role": "user", "content": "Why?"},
    ]
    # The cache of the client knows of its own update.
    assert seen["moved"] == [1, 2]
    calls = list_calls(clients.server, since=before)
    assert {call["status"] for call in calls if call["route"].startswith("drop_")} <= {
        200,
        202,
        207,
    }
    if major == "2":
        assert "drop_events" in {call["route"] for call in calls}
        return
    assert "drop_spans" in {call["route"] for call in calls}
    assert seen["unknown"] == "NotFoundError"
    assert seen["placeholder"][-1] == {"role": "assistant", "content": "because"}
    assert seen["composed"] == "<Bye Ada!>"
    assert (seen["included"], seen["deleted"], seen["after"]) == ("Error", None, "NotFoundError")


@pytest.mark.parametrize("package", NODES)
def test_its_sdks_for_node(clients: Clients, package: str) -> None:
    name = f"{package.strip('@')} Größe"

    seen = clients.run_node(f"{USER}.mjs", package, name)

    check_all(seen, name)
    assert seen["chat"] == [
        {"role": "system", "content": "You are Ada"},
        {"role": "user", "content": "Why?"},
    ]
    assert seen["moved"] == 2
    assert seen["unknown"] == "refused"
    assert seen["composed"] == "<Bye Ada!>"
    assert seen.get("after", "refused") == "refused"
