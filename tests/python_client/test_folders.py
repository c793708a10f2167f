"""Prompts in a folder: pulled, changed, pushed, and in conflict, with the real functions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from cuebook import ConfigurationError, CuebookError
from cuebook._effects import Response, Send
from cuebook.cli.app import run
from cuebook.folders.documents import PromptDocument
from cuebook.folders.folder import Folder
from cuebook.folders.lock_file import LOCK
from cuebook.folders.plan import plan_push
from cuebook.folders.push import push
from shared.domain.access import Grant
from tests.client import Client
from tests.python_client.conftest import KEY
from tests.python_client.copies import Copy, create, list_texts, name_actions
from tests.python_client.gateway import Gateway, build_client

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cuebook.management import Management
    from tests.client import Registry

CHAT: list[dict[str, Any]] = [
    {"role": "system", "content": "Be brief.\n\nBe kind.\n"},
    {"type": "placeholder", "name": "history"},
    {"role": "user", "content": [{"type": "text", "text": "{{.question}}"}], "name": "ünï"},
    {"role": "assistant", "content": None, "tool_calls": [{"id": "1", "type": "function"}]},
]


@pytest.fixture
def ours(tmp_path: Path, manage: Management, registry: Registry) -> Copy:
    return Copy(tmp_path / "ours", manage, registry.team_id)


@pytest.fixture
def theirs(tmp_path: Path, manage: Management, registry: Registry) -> Copy:
    return Copy(tmp_path / "theirs", manage, registry.team_id)


@pytest.fixture
def team_id(registry: Registry) -> str:
    return registry.team_id


def count_writes(gateway: Gateway) -> int:
    return sum(request.method != "GET" for request in gateway.requests)


# -- the round trip


def test_what_is_pulled_edited_and_pushed_is_what_others_pull(
    manage: Management, gateway: Gateway, team_id: str, ours: Copy, theirs: Copy
) -> None:
    create(manage, team_id, "Greeting", "Hello {{.name}}\n")
    manage.create_prompt(team_id, "Support", description="of\ncustomers")
    manage.create_version(
        "support",
        messages=CHAT,
        engine="go",
        model="openai/gpt-4o",
        params={"temperature": 0.5, "n": 1, "stop": []},
        tools=[{"type": "function", "function": {"name": "look_up"}}],
        response_format={"type": "json_object"},
        inputs=[{"name": "question", "required": True}],
    )
    manage.create_prompt(team_id, "Odd")
    manage.create_version("odd", "a\r\nb \n---\n\n", engine="text")

    assert ours.pull() == {"greeting": "create", "support": "create", "odd": "create"}
    gateway.requests.clear()
    assert ours.push() == {"greeting": "unchanged", "support": "unchanged", "odd": "unchanged"}
    assert count_writes(gateway) == 0

    ours.edit("greeting", "Hello", "Good day")
    ours.edit("support", "Be kind.", "Be very kind.")
    ours.edit("support", "of\n  customers", "of all\n  customers")
    ours.write("thanks", "---\nname: Thank You\nkeywords: [mail]\n---\nThanks!\n")
    expected = {"greeting": "change", "odd": "unchanged", "support": "change", "thanks": "create"}
    assert ours.plan() == expected
    assert ours.push(message="kinder") == expected
    assert {*ours.push().values()} == {"unchanged"}

    assert list_texts(manage, "greeting") == ["Good day {{.name}}\n", "Hello {{.name}}\n"]
    assert next(manage.versions("greeting"))["message"] == "kinder"
    assert manage.version("support", 2)["messages"][0]["content"] == "Be brief.\n\nBe very kind.\n"
    assert manage.version("support", 2)["model_params"] == {"temperature": 0.5, "n": 1, "stop": []}
    assert manage.prompt("support")["description"] == "of all\ncustomers"
    assert manage.prompt("thanks")["keywords"] == ["mail"]
    assert {*theirs.pull().values()} == {"create"}
    files = ours.read()
    assert theirs.read() == {**files, "thanks.prompt.md": theirs.read()["thanks.prompt.md"]}
    assert Folder(theirs.root).documents == Folder(ours.root).documents


def test_pushes_from_new_copies_make_no_version(
    manage: Management, team_id: str, ours: Copy, theirs: Copy
) -> None:
    """As in CI, where each run begins with the folder as it was committed."""
    create(manage, team_id, "Greeting", "Hello")
    ours.pull()
    ours.edit("greeting", "Hello", "Good day")
    theirs.root.mkdir()
    for name, data in ours.read().items():
        (theirs.root / name).write_bytes(data)

    assert ours.push() == {"greeting": "change"}
    assert theirs.push() == {"greeting": "unchanged"}
    assert (theirs.root / LOCK).read_bytes() == (ours.root / LOCK).read_bytes()
    (theirs.root / LOCK).unlink()
    assert theirs.push() == {"greeting": "unchanged"}
    assert list_texts(manage, "greeting") == ["Good day", "Hello"]


def test_what_describes_a_prompt_makes_no_version(
    manage: Management, team_id: str, ours: Copy
) -> None:
    create(manage, team_id, "Greeting", "Hello")
    ours.pull()
    ours.edit("greeting", "name: Greeting\n", "name: Welcome\ndescription: of guests\n")

    assert ours.push() == {"greeting": "change"}
    assert ours.push() == {"greeting": "unchanged"}
    assert (manage.prompt("greeting")["name"], list_texts(manage, "greeting")) == (
        "Welcome",
        ["Hello"],
    )


def test_numbers_that_python_takes_for_equal_are_changes(
    manage: Management, team_id: str, ours: Copy
) -> None:
    manage.create_prompt(team_id, "Greeting")
    manage.create_version("greeting", "Hello", params={"stream": 1})
    ours.pull()
    ours.edit("greeting", "stream: 1", "stream: true")

    assert ours.push() == {"greeting": "change"}
    assert manage.version("greeting", 2)["model_params"]["stream"] is True


def test_a_file_is_written_as_the_service_spells_it(
    manage: Management, team_id: str, ours: Copy
) -> None:
    ours.write("greeting", "---\nmodel: ' m '\nresponse_format: {type: text}\n---\nHello\n")

    assert ours.push() == {"greeting": "create"}
    assert "model: m\n" in (ours.root / "greeting.prompt.md").read_text()
    assert ours.push() == {"greeting": "unchanged"}


def test_a_prompt_is_pulled_at_a_pointer_and_pushed_as_a_new_draft(
    manage: Management, team_id: str, ours: Copy
) -> None:
    create(manage, team_id, "Greeting", "Hello", "a draft")
    create(manage, team_id, "Other", "only a draft")
    for _ in range(2):
        manage.promote("greeting", 1)

    assert ours.pull(pointer="live") == {"greeting": "create", "other": "unchanged"}
    assert [*Folder(ours.root).documents] == ["greeting"]
    assert ours.push() == {"greeting": "unchanged"}
    ours.edit("greeting", "Hello", "Good day")
    assert ours.push() == {"greeting": "change"}
    assert ours.push() == {"greeting": "unchanged"}
    assert list_texts(manage, "greeting") == ["Good day", "a draft", "Hello"]


def test_a_description_makes_no_version_of_an_older_text(
    manage: Management, team_id: str, ours: Copy
) -> None:
    create(manage, team_id, "Greeting", "Hello", "a draft")
    for _ in range(2):
        manage.promote("greeting", 1)
    ours.pull(pointer="live")
    ours.edit("greeting", "name: Greeting\n", "name: Welcome\n")

    assert ours.push() == {"greeting": "change"}
    assert ours.push() == {"greeting": "unchanged"}
    assert list_texts(manage, "greeting") == ["a draft", "Hello"]
    ours.edit("greeting", "Hello", "Good day")
    assert ours.push() == {"greeting": "change"}
    assert list_texts(manage, "greeting") == ["Good day", "a draft", "Hello"]


# -- conflicts


def test_a_file_that_was_changed_is_not_replaced(
    manage: Management, team_id: str, ours: Copy
) -> None:
    create(manage, team_id, "Greeting", "Hello")
    ours.pull()
    ours.edit("greeting", "Hello", "Good day")
    files = ours.read()

    assert ours.pull() == {"greeting": "ahead"}
    manage.create_version("greeting", "Hi")
    assert ours.pull() == {"greeting": "conflict"}
    assert ours.read() == files
    assert ours.plan() == {"greeting": "conflict"}
    assert ours.pull(is_forced=True) == {"greeting": "change"}
    assert ours.push() == {"greeting": "unchanged"}


def test_what_only_the_service_has_changed_is_pulled_and_not_pushed(
    manage: Management, team_id: str, ours: Copy
) -> None:
    create(manage, team_id, "Greeting", "Hello")
    ours.pull()
    manage.create_version("greeting", "Hi")

    assert ours.push() == {"greeting": "behind"}
    assert ours.pull() == {"greeting": "change"}
    assert ours.pull() == {"greeting": "unchanged"}
    assert Folder(ours.root).documents["greeting"].content["template"] == "Hi"


def test_a_conflict_keeps_a_push_from_writing_anything(
    manage: Management, gateway: Gateway, team_id: str, ours: Copy
) -> None:
    create(manage, team_id, "Greeting", "Hello")
    create(manage, team_id, "Thanks", "Thanks")
    ours.pull()
    ours.edit("greeting", "Hello", "Good day")
    ours.edit("thanks", "Thanks\n", "Thank you\n")
    manage.create_version("thanks", "Many thanks")
    gateway.requests.clear()

    assert ours.plan() == {"greeting": "change", "thanks": "conflict"}
    assert count_writes(gateway) == 0
    assert ours.push(slugs=["greeting"]) == {"greeting": "change"}
    assert ours.push(is_forced=True) == {"greeting": "unchanged", "thanks": "change"}
    assert list_texts(manage, "thanks") == ["Thank you", "Many thanks", "Thanks"]


def test_a_draft_that_is_edited_in_place_counts_as_another(
    manage: Management, registry: Registry, ours: Copy
) -> None:
    create(manage, registry.team_id, "Greeting", "Hello")
    ours.pull()
    prompt_id = manage.prompt("greeting")["id"]
    assert (
        registry.editor("PUT", f"/v1/prompts/{prompt_id}/versions/1", {"template": "Hi"}).status
        == 200
    )

    assert ours.plan() == {"greeting": "behind"}
    ours.edit("greeting", "Hello", "Good day")
    assert ours.plan() == {"greeting": "conflict"}


def test_a_file_that_is_not_from_the_service_is_a_conflict_where_that_has_the_prompt(
    manage: Management, team_id: str, ours: Copy
) -> None:
    create(manage, team_id, "Greeting", "Hello")
    ours.write("greeting", "Good day\n")
    ours.write("welcome", "---\nname: Greeting\n---\nWelcome\n")

    assert ours.plan() == {"greeting": "conflict", "welcome": "conflict"}
    assert ours.pull() == {"greeting": "conflict"}


def test_a_prompt_that_was_deleted_is_neither_created_nor_removed(
    manage: Management, team_id: str, ours: Copy
) -> None:
    create(manage, team_id, "Greeting", "Hello")
    ours.pull()
    manage.delete_prompt("greeting")

    assert ours.plan() == {"greeting": "conflict"}
    assert ours.pull() == {"greeting": "absent"}
    assert "greeting" in Folder(ours.root).documents
    assert ours.push(is_forced=True) == {"greeting": "create"}
    assert ours.pull() == {"greeting": "unchanged"}


def test_a_prompt_with_another_slug_moves_its_file(
    manage: Management, team_id: str, ours: Copy
) -> None:
    create(manage, team_id, "Greeting", "Hello")
    ours.pull()
    (ours.root / "mail").mkdir()
    (ours.root / "greeting.prompt.md").rename(ours.root / "mail" / "greeting.prompt.md")
    manage.change_prompt("greeting", slug="welcome")

    assert ours.push() == {"greeting": "behind"}
    assert ours.pull() == {"welcome": "change"}
    assert [path.name for path in ours.root.rglob("*.md")] == ["welcome.prompt.md"]
    assert ours.push() == {"welcome": "unchanged"}
    ours.write("greeting", "Hello\n")
    manage.change_prompt("welcome", slug="greeting")
    assert ours.pull() == {"greeting": "conflict"}


def test_no_file_of_another_prompt_is_replaced(
    manage: Management, team_id: str, ours: Copy
) -> None:
    create(manage, team_id, "Greeting", "Hello")
    ours.write("greeting", "---\nslug: other\n---\nSomething else\n")
    files = ours.read()

    assert ours.pull(is_forced=True) == {"greeting": "conflict"}
    assert ours.read() == files


def test_a_description_that_both_have_changed_is_a_conflict(
    manage: Management, team_id: str, ours: Copy
) -> None:
    create(manage, team_id, "Greeting", "Hello")
    ours.pull()
    manage.change_prompt("greeting", description="of guests")
    assert ours.push() == {"greeting": "behind"}
    ours.edit("greeting", "Hello", "Good day")

    assert ours.plan() == {"greeting": "conflict"}
    assert ours.pull() == {"greeting": "conflict"}


def test_a_file_may_have_another_name_than_its_slug(
    manage: Management, team_id: str, ours: Copy
) -> None:
    create(manage, team_id, "Greeting", "Hello")
    ours.write("Of Guests", "---\nslug: greeting\nname: Greeting\n---\nHello\n")

    assert ours.push() == {"greeting": "unchanged"}
    manage.create_version("greeting", "Good day")
    assert ours.pull() == {"greeting": "change"}
    assert [*ours.read()] in ([LOCK, "Of Guests.prompt.md"], ["Of Guests.prompt.md", LOCK])
    assert ours.push() == {"greeting": "unchanged"}


def test_a_forced_push_to_a_prompt_with_another_slug_moves_its_file(
    manage: Management, team_id: str, ours: Copy
) -> None:
    create(manage, team_id, "Greeting", "Hello")
    ours.pull()
    manage.change_prompt("greeting", slug="welcome")
    ours.edit("greeting", "Hello", "Good day")

    assert ours.plan() == {"greeting": "conflict"}
    assert ours.push(is_forced=True) == {"greeting": "change"}
    assert ours.push() == {"welcome": "unchanged"}
    assert list_texts(manage, "welcome") == ["Good day", "Hello"]


def test_archived_prompts_are_not_pulled(manage: Management, team_id: str, ours: Copy) -> None:
    create(manage, team_id, "Greeting", "Hello")
    manage.archive_prompt("greeting")

    assert ours.pull() == {}


# -- two at a time


def test_two_that_push_the_same_create_one_version(
    manage: Management, team_id: str, ours: Copy, theirs: Copy
) -> None:
    create(manage, team_id, "Greeting", "Hello")
    for copy in (ours, theirs):
        copy.pull()
        copy.edit("greeting", "Hello", "Good day")

    folders = [Folder(copy.root) for copy in (ours, theirs)]
    plans = [plan_push(manage, team_id, folder) for folder in folders]
    results = [
        name_actions(push(manage, team_id, folder, plan))
        for folder, plan in zip(folders, plans, strict=True)
    ]

    assert results == [{"greeting": "change"}, {"greeting": "unchanged"}]
    assert list_texts(manage, "greeting") == ["Good day", "Hello"]
    assert (ours.root / LOCK).read_bytes() == (theirs.root / LOCK).read_bytes()


@pytest.mark.parametrize("has_own_key", [False, True])
def test_two_that_push_something_else_are_told(
    has_own_key: bool,
    manage: Management,
    registry: Registry,
    ours: Copy,
    theirs: Copy,
    team_id: str,
) -> None:
    create(manage, team_id, "Greeting", "Hello")
    other = Gateway(registry)
    if has_own_key:
        other.client = registry.admin
        theirs.manage = build_client(other).manage
    for copy, text in ((ours, "Good day"), (theirs, "Hi")):
        copy.pull()
        copy.edit("greeting", "Hello", text)

    folders = [Folder(copy.root) for copy in (ours, theirs)]
    plans = [
        plan_push(copy.manage, team_id, folder)
        for copy, folder in zip((ours, theirs), folders, strict=True)
    ]
    results = [
        name_actions(push(copy.manage, team_id, folder, plan))
        for copy, folder, plan in zip((ours, theirs), folders, plans, strict=True)
    ]

    assert results == [{"greeting": "change"}, {"greeting": "conflict"}]
    assert list_texts(manage, "greeting")[-2:] == ["Good day", "Hello"]
    assert len(list_texts(manage, "greeting")) == 2


def test_a_gap_that_a_deleted_draft_has_left_is_no_conflict(
    manage: Management, registry: Registry, ours: Copy
) -> None:
    create(manage, registry.team_id, "Greeting", "Hello", "a draft")
    prompt_id = manage.prompt("greeting")["id"]
    assert registry.editor("DELETE", f"/v1/prompts/{prompt_id}/versions/2").status == 204
    ours.pull()
    ours.edit("greeting", "Hello", "Good day")

    assert ours.push() == {"greeting": "change"}
    assert manage.version("greeting", "latest")["version"] == 3


# -- pushes that are broken off


@pytest.mark.parametrize("is_new", [False, True], ids=["changed", "new"])
@pytest.mark.parametrize("is_done", [False, True], ids=["before", "after"])
def test_a_push_that_is_broken_off_at_any_request_goes_on(
    is_done: bool,
    is_new: bool,
    tmp_path: Path,
    gateway: Gateway,
    manage: Management,
    registry: Registry,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A request fails for good, before or after the service has done what it says."""
    perform = gateway.perform
    failing: list[int] = []

    def fail(effect: Any) -> Any:
        if not isinstance(effect, Send):
            return perform(effect)
        failing[0] -= 1
        if failing[0] > 0:
            return perform(effect)
        if is_done:
            perform(effect)
        return Response(503, {}, b'{"error": "it failed"}')

    number = 0
    while True:
        number += 1
        name = f"Greeting {number}"
        slug = f"greeting_{number}"
        copy = Copy(tmp_path / str(number), manage, registry.team_id)
        if not is_new:
            copy.write(slug, "Hi\n")
            copy.push()
        copy.write(slug, f"---\nname: {name}\ndescription: x\nkeywords: [y]\n---\nHello\n")
        failing[:] = [number]
        monkeypatch.setattr(gateway, "perform", fail)
        try:
            copy.push(promote="live")
            break
        except CuebookError:
            monkeypatch.setattr(gateway, "perform", perform)
            copy.push(promote="live")
        version, *others = manage.versions(slug)
        assert [each["template"] for each in others] == ([] if is_new else ["Hi"])
        assert (version["template"], version["status"]) == ("Hello", "live")
        prompt = manage.prompt(slug)
        assert (prompt["name"], prompt["description"], prompt["keywords"]) == (name, "x", ["y"])
        assert {*copy.push(promote="live").values()} == {"unchanged"}
    assert number > 6


def test_the_lock_notes_what_was_pushed_before_an_error(
    manage: Management, team_id: str, ours: Copy
) -> None:
    ours.write("first", "Hello\n")
    ours.write("second", f"---\ndescription: {'x' * 50_001}\n---\nHello\n")

    with pytest.raises(CuebookError, match=r"second\.prompt\.md: .*description"):
        ours.push()
    assert [*Folder(ours.root).entries] == ["first"]


# -- promotion


def test_a_push_promotes_what_the_files_say(manage: Management, team_id: str, ours: Copy) -> None:
    create(manage, team_id, "Greeting", "Hello")
    ours.pull()

    assert ours.plan(promote="stable") == {"greeting": "promote"}
    assert ours.push(promote="stable") == {"greeting": "promote"}
    assert manage.version("greeting", 1)["status"] == "stable"
    assert ours.push(promote="stable") == {"greeting": "unchanged"}
    assert ours.push(promote="live") == {"greeting": "promote"}
    ours.edit("greeting", "Hello", "Good day")
    assert ours.push(promote="live") == {"greeting": "change"}
    assert manage.version("greeting", "live")["template"] == "Good day"


def test_a_version_that_was_taken_back_stays_so(
    manage: Management, team_id: str, ours: Copy
) -> None:
    ours.write("greeting", "Hello\n")
    ours.push(promote="live")
    ours.edit("greeting", "Hello", "Good day")
    ours.push(promote="live")
    manage.rollback("greeting", reason="too stiff")

    assert ours.push(promote="live") == {"greeting": "unchanged"}
    assert manage.version("greeting", "live")["version"] == 1


def test_a_release_that_somebody_else_must_approve_is_requested(
    manage: Management, registry: Registry, ours: Copy
) -> None:
    rule = {"pointers": ["live"], "required_review": True}
    path = f"/v1/teams/{registry.team_id}/protected"
    response = registry.admin("PUT", path, rule)
    assert response.status == 200, response.text
    for slug in ("greeting", "thanks"):
        ours.write(slug, "Hello\n")

    assert ours.push(promote="live") == {"greeting": "create", "thanks": "create"}
    assert ours.push(promote="live") == {"greeting": "promote", "thanks": "promote"}
    for slug in ("greeting", "thanks"):
        prompt = manage.version(slug, 1)
        assert prompt["status"] == "stable"
        path = f"/v1/prompts/{prompt['prompt_id']}/releases"
        (release,) = registry.editor("GET", path).json["releases"]
        assert release["status"] == "waiting"


# -- files


def test_a_file_that_has_the_new_slug_as_its_name_stays(
    manage: Management, team_id: str, ours: Copy
) -> None:
    create(manage, team_id, "Greeting", "Hello")
    ours.pull()
    (ours.root / "greeting.prompt.md").rename(ours.root / "salute.prompt.md")
    text = (ours.root / "salute.prompt.md").read_text()
    ours.write("salute", text.replace("---\n", "---\nslug: greeting\n", 1))
    manage.change_prompt("greeting", slug="salute")

    ours.pull()

    assert [*ours.root.glob("*.md")] == [ours.root / "salute.prompt.md"]


@pytest.mark.parametrize("slug", ["a/b", "con", "greet-1", "-"])
def test_handles_of_langwatch_have_files(slug: str, registry: Registry, ours: Copy) -> None:
    response = registry.editor("POST", "/api/prompts", {"handle": slug, "prompt": "Hello"})
    assert response.status == 200, response.text

    assert ours.pull() == {slug: "create"}
    assert [*Folder(ours.root).documents] == [slug]
    assert ours.push() == {slug: "unchanged"}


@pytest.mark.parametrize("slug", ["../outside", "/etc/outside", "..", "C:\\outside", "日" * 255])
def test_no_slug_leads_out_of_the_folder(slug: str, tmp_path: Path) -> None:
    folder = Folder(tmp_path / "prompts")
    path = folder.choose_path(slug, slug)
    assert path is not None
    folder.write(PromptDocument(slug, "Hello", {"engine": "go", "template": "Hello"}), slug, path)

    assert [path.parent for path in tmp_path.rglob("*.md")] == [folder.root]
    assert [*Folder(folder.root).documents] == [slug]


def test_links_are_not_followed(tmp_path: Path, ours: Copy) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.prompt.md").write_text("Hello")
    ours.root.mkdir()
    (ours.root / "folder").symlink_to(outside)
    assert Folder(ours.root).documents == {}

    (ours.root / "secret.prompt.md").symlink_to(outside / "secret.prompt.md")
    with pytest.raises(ConfigurationError, match="link"):
        Folder(ours.root)


def test_a_link_in_the_place_of_the_lock_file_is_replaced(
    tmp_path: Path, manage: Management, team_id: str, ours: Copy
) -> None:
    create(manage, team_id, "Greeting", "Hello")
    outside = tmp_path / "outside"
    outside.write_text('{"format": 1, "prompts": {}}')
    ours.root.mkdir()
    (ours.root / LOCK).symlink_to(outside)
    (ours.root / f".{LOCK}.part").symlink_to(outside)
    ours.pull()

    assert outside.read_text() == '{"format": 1, "prompts": {}}'
    assert not (ours.root / LOCK).is_symlink()


def test_two_files_of_one_slug_are_named(ours: Copy) -> None:
    ours.write("greeting", "Hello\n")
    ours.write("other", "---\nslug: greeting\n---\nHello\n")

    with pytest.raises(ConfigurationError, match=r"other\.prompt\.md: .*greeting\.prompt\.md"):
        Folder(ours.root)


@pytest.mark.parametrize("text", ["", "{", "[]", "<<<<<<< HEAD", '{"format": 1}', '{"format": 2}'])
def test_a_damaged_lock_file_is_named(text: str, ours: Copy) -> None:
    ours.write("greeting", "Hello\n")
    (ours.root / LOCK).write_text(text)

    with pytest.raises(ConfigurationError, match=LOCK):
        Folder(ours.root)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("{{.name", ":1: unclosed action"),
        ("---\nengine: mustache\n---\nHello", "there is no engine 'mustache'"),
        ("---\nengine: jinja\n---\n{% if %}", "line 1"),
    ],
)
def test_texts_are_checked_before_anything_is_written(
    text: str, what: str, gateway: Gateway, ours: Copy
) -> None:
    ours.write("greeting", text)
    ours.write("Order-Mail", "Hello")

    with pytest.raises(ConfigurationError) as caught:
        ours.plan()
    first, second = str(caught.value).splitlines()
    assert "Order-Mail.prompt.md: a new prompt cannot have the slug 'Order-Mail'" in first
    assert "greeting.prompt.md: " in second
    assert what in second
    assert count_writes(gateway) == 0


def test_an_unknown_slug_is_named(manage: Management, ours: Copy) -> None:
    for call in (ours.plan, ours.pull):
        with pytest.raises(ConfigurationError, match="nothing"):
            call(slugs=["nothing"])


def test_no_pointer_that_no_prompt_has_is_pulled(
    manage: Management, team_id: str, ours: Copy
) -> None:
    assert ours.pull() == {}
    create(manage, team_id, "Greeting", "Hello")

    for pointer in ("live", "typo"):
        with pytest.raises(ConfigurationError, match=f"no prompt has a version at '{pointer}'"):
            ours.pull(pointer=pointer)
    assert not ours.root.exists()


@pytest.mark.parametrize("mode", [0o600, 0o664, 0o444])
def test_a_file_keeps_its_mode(mode: int, manage: Management, team_id: str, ours: Copy) -> None:
    create(manage, team_id, "Greeting", "Hello")
    ours.pull()
    files = [ours.root / "greeting.prompt.md", ours.root / LOCK]
    for file in files:
        file.chmod(mode)
    manage.create_version("greeting", "Hi")

    assert ours.pull() == {"greeting": "change"}
    assert [file.stat().st_mode & 0o777 for file in files] == [mode, mode]
    manage.change_prompt("greeting", slug="welcome")
    assert ours.pull() == {"welcome": "change"}
    assert (ours.root / "welcome.prompt.md").stat().st_mode & 0o777 == mode


def test_a_file_that_means_the_same_is_not_written_again(
    manage: Management, team_id: str, ours: Copy
) -> None:
    create(manage, team_id, "Greeting", "Hello")
    text = "---\r\nname: 'Greeting' # for guests\r\nkeywords: []\r\n---\r\nHello"
    ours.write("greeting", "")
    (ours.root / "greeting.prompt.md").write_bytes(text.encode())

    for result in (ours.pull(), ours.push(), ours.pull(is_forced=True)):
        assert result == {"greeting": "unchanged"}
        assert (ours.root / "greeting.prompt.md").read_bytes() == text.encode()


def test_a_pull_leaves_the_comments(manage: Management, team_id: str, ours: Copy) -> None:
    create(manage, team_id, "Greeting", "Hello")
    ours.pull()
    ours.edit("greeting", "engine: go\n", "# as in the other mails\nengine: go\n")
    manage.create_version("greeting", "Hi", model="m")

    assert ours.pull() == {"greeting": "change"}
    text = ours.read()["greeting.prompt.md"].decode()
    assert text == "---\nname: Greeting\n# as in the other mails\nengine: go\nmodel: m\n---\nHi\n"


def test_a_key_of_some_pointers_pulls_these(registry: Registry, ours: Copy) -> None:
    manage = ours.manage
    create(manage, registry.team_id, "Greeting", "Hello", "a draft")
    for _ in range(2):
        manage.promote("greeting", 1)
    grant = Grant(
        name="key", operation="all", team_ids=(registry.team_id,), pointers=frozenset({"live"})
    )
    gateway = Gateway(registry)
    gateway.client = Client(registry.team_id, registry.create_key(grant), registry.cloud)
    ours.manage = build_client(gateway).manage

    assert ours.pull(pointer="live") == {"greeting": "create"}
    assert Folder(ours.root).documents["greeting"].content["template"] == "Hello"
    # Whether there is something newer, such a key cannot know; another one sees it.
    ours.manage = manage
    assert ours.plan() == {"greeting": "behind"}


# -- the command


@pytest.fixture
def call(
    gateway: Gateway,
    registry: Registry,
    ours: Copy,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Callable[..., tuple[int, str]]:
    """Run the command; gives the exit code and what it prints."""
    monkeypatch.setattr("cuebook.cli.connection.Cuebook", lambda *_: build_client(gateway))
    monkeypatch.setenv("CUEBOOK_TEAM", registry.team_id)
    monkeypatch.setenv("CUEBOOK_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("CUEBOOK_API_KEY", KEY)

    def run_command(*arguments: str) -> tuple[int, str]:
        code = run([*arguments, "--folder", str(ours.root)])
        output = capsys.readouterr()
        assert KEY not in output.out + output.err
        return code, output.out + output.err

    return run_command


def test_check_writes_nothing_and_shows_what_would_change(
    call: Callable[..., tuple[int, str]],
    gateway: Gateway,
    manage: Management,
    team_id: str,
    ours: Copy,
) -> None:
    create(manage, team_id, "Greeting", "Hello")
    assert call("pull")[0] == 0
    assert call("push", "--check") == (0, "nothing has changed\n")
    ours.edit("greeting", "Hello", "Good day")
    files = ours.read()
    gateway.requests.clear()

    code, text = call("push", "--check")
    assert code == 3
    assert "\n-Hello\n+Good day\n" in text
    code, text = call("push", "--check", "--json")
    (row,) = json.loads(text)
    assert (code, row["action"], row["version"]) == (3, "change", None)
    assert "+Good day" in row["diff"]
    assert (count_writes(gateway), ours.read()) == (0, files)


def test_check_shows_what_a_pull_would_bring(
    call: Callable[..., tuple[int, str]], manage: Management, team_id: str, ours: Copy
) -> None:
    create(manage, team_id, "Greeting", "Hello")
    call("pull")
    manage.create_version("greeting", "Hi")

    code, text = call("push", "--check")
    assert (code, text.splitlines()[0]) == (
        0,
        "behind    greeting, version 2: `cuebook pull greeting` brings what is new",
    )
    assert f"--- {ours.root / 'greeting.prompt.md'}\n+++ service/greeting\n" in text
    assert "\n-Hello\n+Hi\n" in text
    (row,) = json.loads(call("push", "--check", "--json")[1])
    assert "-Hello\n+Hi" in row["diff"]


def test_a_pointer_that_no_prompt_has_is_an_error(
    call: Callable[..., tuple[int, str]], manage: Management, team_id: str, ours: Copy
) -> None:
    create(manage, team_id, "Greeting", "Hello")

    code, text = call("pull", "--pointer", "typo")
    assert (code, "no prompt has a version at 'typo'" in text) == (2, True)
    assert [*ours.read()] == []


def test_exit_codes(
    call: Callable[..., tuple[int, str]], manage: Management, team_id: str, ours: Copy
) -> None:
    code, text = call("push")
    assert (code, "there is no folder" in text) == (2, True)
    create(manage, team_id, "Greeting", "Hello")
    code, text = call("pull", "--json")
    assert (code, json.loads(text)[0]["action"]) == (0, "create")
    ours.edit("greeting", "Hello", "Good day")
    manage.create_version("greeting", "Hi")
    for command in ("pull", "push"):
        code, text = call(command)
        assert (code, "--force" in text) == (3, True)
        assert text.startswith("conflict  greeting, version")
    assert call("push", "greeting", "--force")[0] == 0
    ours.write("greeting", "---\nmodle: m\n---\nHello\n")
    code, text = call("push")
    assert code == 2
    assert "greeting.prompt.md:2: there is no field 'modle'" in text
