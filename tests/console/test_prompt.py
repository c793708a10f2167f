"""A prompt: its text, its versions, and what is done to them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from playwright.sync_api import expect

from tests.console.browser import check_accessibility, open_console
from tests.console.worlds import HOSTILE, create_live_prompt

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Locator, Page

    from tests.client import Client, Registry

    SignIn = Callable[..., Client]


def open_prompt(page: Page, sign_in: SignIn, role: str, id: str, end: str = "") -> Client:
    """Sign in, and open a page of a prompt."""
    open_console(page, f"/prompts/{id}{end}")
    return sign_in(page, role)


def find_section(page: Page, title: str) -> Locator:
    """Find a part of the page by its heading."""
    return page.locator("section").filter(has=page.get_by_role("heading", name=title, exact=True))


def test_the_live_text_comes_first_and_the_others_are_a_click_away(
    registry: Registry, page: Page, sign_in: SignIn, take_screenshots: Callable[..., None]
) -> None:
    editor = registry.editor
    id = create_live_prompt(editor, "Welcome", "Hi {{.name}}", "Hello {{.name}} from {{.team}}")[
        "id"
    ]
    path = f"/v1/prompts/{id}"
    settings = {"model": "openai/gpt-5", "model_params": {"temperature": 0.2}}
    editor.create_version(id, "Good day, {{.name}}", message="Try something formal", **settings)
    editor("POST", f"{path}/versions/3/tags", {"tag": "staging"})
    editor("POST", f"{path}/payloads", {"variables": {"name": "Ada"}})
    reason = {"rollback_reason": "The name was wrong"}
    assert editor("POST", f"{path}/rollback", reason).status == 200
    open_prompt(page, sign_in, "editor", id)

    version = find_section(page, "Version 1")
    expect(version).to_contain_text("Hi {{.name}}")
    expect(version).to_contain_text("live since just now by all key: The name was wrong")
    expect(find_section(page, "Settings")).to_contain_text("Variablesname 1 payload to try it with")
    lines = find_section(page, "Versions").get_by_role("listitem")
    expect(lines).to_have_count(3)
    expect(lines.first).to_contain_text("Try something formal")
    expect(lines.last).to_contain_text("rolled back to version 1, in place of version 2")
    expect(lines.last).to_contain_text("The name was wrong")
    check_accessibility(page)
    take_screenshots(page, "prompt")

    page.get_by_role("link", name="Version 3").click()
    version = find_section(page, "Version 3")
    expect(version).to_contain_text("Good day, {{.name}}")
    expect(find_section(page, "Settings")).to_contain_text("gpt-5")
    expect(find_section(page, "Settings")).to_contain_text("temperature0.2")
    assert page.url.endswith("?version=3")
    for name, end in {
        "Edit from here": "/edit?from=3",
        "Compare with live": "/compare?from=live&to=3",
        "Try": "/try?version=3",
        "Promote": "/release?promote=3",
    }.items():
        link = version.get_by_role("link", name=name, exact=True)
        expect(link).to_have_attribute("href", f"#/prompts/{id}{end}")


def test_without_a_live_version_the_newest_is_shown_and_what_to_do(
    registry: Registry, page: Page, sign_in: SignIn
) -> None:
    id = registry.editor.create_prompt("Draft")["id"]
    open_prompt(page, sign_in, "editor", id)
    expect(page.get_by_text("This prompt has no text yet.")).to_be_visible()

    registry.editor.create_version(id, "The draft")
    page.get_by_role("link", name="History").click()
    page.get_by_role("link", name="Text", exact=True).click()

    expect(page.get_by_role("note")).to_contain_text("Nothing is live")
    expect(find_section(page, "Version 1")).to_contain_text("The draft")


def test_a_chat_is_cards_and_a_split_is_shares(
    registry: Registry, page: Page, sign_in: SignIn
) -> None:
    editor = registry.editor
    id = create_live_prompt(editor, "Chat", "Hi", "Hello")["id"]
    messages = [
        {"role": "system", "content": f"Be kind. {HOSTILE}"},
        {"type": "placeholder", "name": "history"},
        {"role": "user", "content": "{{.question}}"},
    ]
    body = {"messages": messages, "message": HOSTILE}
    assert editor("POST", f"/v1/prompts/{id}/versions", body).status == 201
    split = [{"version": 2, "weight": 7_500}, {"version": 1, "weight": 2_500}]
    assert editor("PUT", f"/v1/prompts/{id}/splits/live", {"split": split}).status == 200
    open_prompt(page, sign_in, "viewer", id)

    expect(page.get_by_text("live is split: version 2 75 %, version 1 25 %")).to_be_visible()
    page.get_by_role("link", name="Version 3").click()
    cards = find_section(page, "Version 3").locator("ol").get_by_role("listitem")
    expect(cards).to_have_count(3)
    expect(cards.first).to_contain_text(f"Be kind. {HOSTILE}")
    expect(cards.nth(1)).to_contain_text("history")
    check_accessibility(page)


def test_whoever_only_reads_is_offered_no_change(
    registry: Registry, page: Page, sign_in: SignIn
) -> None:
    id = create_live_prompt(registry.editor, "Welcome", "Hi", "Hello")["id"]
    open_prompt(page, sign_in, "viewer", id, "?version=1")

    expect(page.get_by_role("link", name="Compare with live")).to_be_visible()
    for name in ("Edit", "Promote", "Archive", "Delete", "Details", "Set a tag"):
        expect(page.get_by_role("link", name=re.compile(f"^{name}"))).to_have_count(0)
        expect(page.get_by_role("button", name=re.compile(f"^{name}"))).to_have_count(0)


def list_tags(client: Client, id: str) -> dict[str, int]:
    """List the tags of a prompt, with their versions."""
    tags: list[dict[str, Any]] = client("GET", f"/v1/prompts/{id}/tags").json["tags"]
    return {row["tag"]: row["version"] for row in tags}


def test_a_tag_is_moved_and_removed_and_each_is_undone(
    registry: Registry, page: Page, sign_in: SignIn
) -> None:
    id = create_live_prompt(registry.editor, "Welcome", "Hi", "Hello")["id"]
    registry.editor("POST", f"/v1/prompts/{id}/versions/1/tags", {"tag": "staging"})
    open_prompt(page, sign_in, "editor", id)

    page.get_by_role("button", name="Set a tag").click()
    page.get_by_label("Tag", exact=True).fill("staging")
    expect(page.get_by_text("It is at version 1 now, and moves here.")).to_be_visible()
    check_accessibility(page)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Version 2 has the tag staging.")).to_be_visible()
    assert list_tags(registry.editor, id) == {"staging": 2}
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name="Remove the tag staging")).to_have_count(0)
    assert list_tags(registry.editor, id) == {"staging": 1}

    page.get_by_role("link", name="Version 1").click()
    remove = page.get_by_role("button", name="Remove the tag staging")
    remove.click()
    page.get_by_role("dialog").get_by_role("button", name="Remove the tag staging").click()
    expect(remove).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(remove).to_be_visible()
    assert list_tags(registry.editor, id) == {"staging": 1}


def test_a_version_is_archived_after_a_look_at_what_uses_it(
    registry: Registry, page: Page, sign_in: SignIn
) -> None:
    id = create_live_prompt(registry.editor, "Welcome", "Hi", "Hello")["id"]
    registry.editor("POST", f"/v1/prompts/{id}/versions/2/tags", {"tag": "staging"})
    open_prompt(page, sign_in, "editor", id)

    page.get_by_role("button", name="Archive this version").click()
    dialog = page.get_by_role("dialog", name="Archive version 2")
    expect(dialog).to_contain_text("It is live: then nothing is.")
    expect(dialog).to_contain_text(
        "These tags stay at it, and callers still get it by them: staging."
    )
    check_accessibility(page)
    dialog.get_by_role("button", name="Archive version 2").click()
    expect(page.get_by_text("Version 2 is archived.")).to_be_visible()
    expect(page.get_by_role("note")).to_contain_text("Nothing is live")
    assert registry.editor.list_statuses(id) == {1: "stable", 2: "archived"}


def test_the_details_are_changed_and_a_change_of_others_is_not_lost(
    registry: Registry, page: Page, watch: Any, sign_in: SignIn
) -> None:
    id = create_live_prompt(registry.editor, "Welcome", "Hi")["id"]
    open_prompt(page, sign_in, "editor", id)
    page.get_by_role("button", name="Details").click()
    dialog = page.get_by_role("dialog", name="Details")
    dialog.get_by_label("Name").fill(HOSTILE)
    dialog.get_by_label("Slug").fill("greeting")
    expect(dialog).to_contain_text("Applications that read welcome will not find the prompt")
    dialog.get_by_label("Description").fill("שלום עולם")
    dialog.get_by_label("Keywords").fill("greeting, new people")
    check_accessibility(page)
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name=HOSTILE, level=1)).to_be_visible()
    prompt = registry.editor("GET", f"/v1/prompts/{id}").json["prompt"]
    assert (prompt["slug"], prompt["keywords"]) == ("greeting", ["greeting", "new people"])

    page.get_by_role("button", name="Details").click()
    dialog.get_by_label("Description").fill("Of this page")
    registry.editor("PATCH", f"/v1/prompts/{id}", {"description": "Of somebody else"})
    dialog.get_by_role("button", name="Save").click()
    watch.expect(" 412 ")
    expect(page.get_by_text("Request ")).to_be_visible()
    expect(dialog.get_by_label("Description")).to_have_value("Of this page")
    prompt = registry.editor("GET", f"/v1/prompts/{id}").json["prompt"]
    assert prompt["description"] == "Of somebody else"


def test_a_prompt_is_archived_and_restored_and_deleted_by_its_slug(
    registry: Registry, page: Page, sign_in: SignIn
) -> None:
    id = create_live_prompt(registry.editor, "Welcome", "Hi")["id"]
    open_prompt(page, sign_in, "admin", id)

    page.get_by_role("button", name="Archive the prompt").click()
    expect(page.get_by_role("button", name="Restore")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name="Archive the prompt")).to_be_visible()

    page.get_by_role("button", name="Delete", exact=True).click()
    button = page.get_by_role("button", name="Delete for good")
    expect(button).to_be_disabled()
    page.get_by_label("Type welcome to delete it").fill("welcome")
    button.click()
    expect(page.get_by_text("There are no prompts yet.")).to_be_visible()
    assert registry.editor("GET", f"/v1/prompts/{id}").status == 404


def test_a_long_text_is_cut_until_all_is_asked_for(
    registry: Registry, page: Page, sign_in: SignIn
) -> None:
    id = create_live_prompt(registry.editor, "Long", "line of text 👩‍🚀\n" * 11_000)["id"]
    open_prompt(page, sign_in, "viewer", id)

    text = page.locator("pre.text")
    expect(text).to_be_visible()
    assert len(text.inner_text()) < 25_000
    page.get_by_role("button", name=re.compile("^Show all")).click()
    assert len(text.inner_text()) > 180_000


def test_many_versions_come_in_pages(registry: Registry, page: Page, sign_in: SignIn) -> None:
    id = registry.editor.create_prompt("Many")["id"]
    for number in range(1, 26):
        registry.editor.create_version(id, f"Text {number}")
    open_prompt(page, sign_in, "viewer", id)

    lines = find_section(page, "Versions").get_by_role("listitem")
    expect(lines).to_have_count(20)
    page.get_by_role("button", name="Older versions").click()
    expect(lines).to_have_count(25)
    expect(page.get_by_role("button", name="Older versions")).to_have_count(0)
