"""The commands that take prompts and versions out of use."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.client import Registry
    from tests.python_client.commands import Shell


@pytest.fixture
def slug(shell: Shell, registry: Registry) -> str:
    """A prompt with a live version, a stable one and a draft."""
    prompt = registry.editor.create_prompt("Greeting")
    for _ in range(3):
        registry.editor.create_version(prompt["id"], template="Hello")
    for number in (1, 1, 2):
        assert shell("promote", "greeting", str(number)).code == 0
    return "greeting"


def list_statuses(shell: Shell, slug: str) -> dict[int, str]:
    return {row["version"]: row["status"] for row in shell("versions", slug, "--json").json}


def test_a_prompt_is_archived_restored_and_deleted(shell: Shell, slug: str) -> None:
    assert shell("archive", slug).output == "greeting is archived\n"
    assert [row["status"] for row in shell("list", "--json").json] == ["archived"]
    assert shell("restore", slug, "--json").json["status"] == "active"

    refused = shell("delete", slug)
    assert (refused.code, refused.output) == (2, "")
    assert "give --yes" in refused.errors[0]
    assert len(list_statuses(shell, slug)) == 3

    assert shell("delete", slug, "--yes").output == "greeting with all its versions is deleted\n"
    assert shell("list", "--json").json == []


def test_versions_are_archived_and_drafts_deleted(shell: Shell, slug: str) -> None:
    assert shell("archive", slug, "2", "--yes").output == "greeting: version 2 is archived\n"
    assert shell("delete", slug, "3", "-y", "--json").json is None
    assert list_statuses(shell, slug) == {2: "archived", 1: "live"}

    refused = shell("delete", slug, "live", "--yes")
    assert (refused.code, len(refused.errors)) == (1, 1)
    assert list_statuses(shell, slug) == {2: "archived", 1: "live"}


def test_a_version_that_is_to_be_live_and_is_live_stays_so(shell: Shell, slug: str) -> None:
    for number, before in ((1, "live"), (2, "stable"), (3, "draft"), (3, "live")):
        assert list_statuses(shell, slug)[number] == before
        assert shell("promote", slug, str(number), "--live", "--json").json["status"] == "live"
    assert list_statuses(shell, slug) == {3: "live", 2: "stable", 1: "stable"}
    assert shell("promote", slug, "3").code == 1

    shell("archive", slug, "1", "--yes")
    refused = shell("promote", slug, "1", "--live")
    assert (refused.code, len(refused.errors)) == (1, 1)
    assert "archived" in refused.errors[0]


def test_a_split_is_shown_with_the_live_version(shell: Shell, slug: str) -> None:
    assert "split" not in shell("show", slug).output
    shell("split", slug, "1=90", "2=10")

    assert "split of live: 1=90 2=10\n" in shell("show", slug).output
    assert "split" not in shell("show", slug, "--version", "2").output


def test_the_command_says_its_version_and_where_it_has_looked(
    shell: Shell, free_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert shell("--version").output == "0.1.0\n"
    address = f"http://127.0.0.1:{free_port}"
    assert address in shell("--url", address, "--api-key", "ak_test", "list").errors[0]

    for name in ("VISUAL", "EDITOR"):
        monkeypatch.delenv(name, raising=False)
    shell("new", "Greeting")
    refused = shell("edit", "greeting")
    assert (refused.code, len(refused.errors)) == (2, 1)
    assert "--file" in refused.errors[0]
