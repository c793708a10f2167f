"""Two versions are compared: side by side and inline, texts, messages, settings and variables."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.console.browser import check_accessibility, open_console
from tests.console.worlds import HOSTILE, create_live_prompt

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from tests.client import Client, Registry

RULES = "\n".join(f"Rule {number}: stay with the handbook." for number in range(1, 31))
BEFORE = f"Hello {{{{.name}}}}, be polite.\n{RULES}\nשלום עולם"  # noqa: RUF001
AFTER = f"Hello {{{{.name}}}} of {{{{.town}}}}, be friendly.\n{RULES}\nשלום לך 👩‍👩‍👧 {HOSTILE}"  # noqa: RUF001


def create_two(registry: Registry) -> str:
    """Create a prompt with a live version and a draft; gives its id."""
    prompt = create_live_prompt(registry.editor, "Answer", BEFORE)
    registry.editor.create_version(
        prompt["id"],
        AFTER,
        message=HOSTILE,
        model="openai/gpt-4o",
        model_params={"temperature": 0.5},
    )
    return str(prompt["id"])


def test_a_draft_is_compared_with_live(
    page: Page,
    registry: Registry,
    sign_in: Callable[..., Client],
    take_screenshots: Callable[[Page, str], None],
) -> None:
    id = create_two(registry)
    open_console(page, f"/prompts/{id}/compare")
    sign_in(page, "editor")

    expect(page.get_by_text("2 lines changed")).to_be_visible()
    table = page.get_by_role("table", name="Text")
    expect(table.get_by_role("deletion").first).to_have_text("polite")
    expect(table.get_by_role("insertion").first).to_have_text(" of {{.town}}")
    expect(table).to_contain_text(HOSTILE)
    expect(page.get_by_role("row", name="Parameters: temperature none 0.5")).to_be_visible()
    expect(page.get_by_text("Callers have to send:")).to_contain_text("town")
    take_screenshots(page, "compare")
    check_accessibility(page)

    expect(table).not_to_contain_text("Rule 15")
    page.get_by_role("button", name="Show 24 lines").click()
    expect(table).to_contain_text("Rule 15")

    page.keyboard.press("n")
    expect(page.locator(":focus")).to_contain_text("polite")
    page.keyboard.press("n")
    expect(page.locator(":focus")).to_contain_text("עולם")
    page.keyboard.press("N")
    expect(page.locator(":focus")).to_contain_text("polite")

    page.get_by_label("View").select_option("Inline")
    expect(page).to_have_url(re.compile("view=inline"))
    expect(table).to_contain_text("+ Version 2")
    page.get_by_role("button", name="Swap the versions").click()
    expect(table.get_by_role("insertion").first).to_have_text("polite")
    expect(page.get_by_role("link", name=re.compile("Promote version"))).to_have_count(0)
    page.get_by_label("To").select_option("2")
    page.get_by_label("From").select_option("1")
    expect(page.get_by_role("link", name="Edit version 2")).to_have_attribute(
        "href", re.compile(r"/edit\?from=2$")
    )
    page.get_by_role("link", name="Promote version 2").click()
    expect(page).to_have_url(re.compile(r"/release\?promote=2$"))


def test_chats_are_compared_by_message(
    page: Page, registry: Registry, sign_in: Callable[..., Client]
) -> None:
    editor = registry.editor
    prompt = editor.create_prompt("Chat")
    system = {"role": "system", "content": "Be brief."}
    user = {"role": "user", "content": "Hello {{.name}}"}
    for messages in (
        [system, user],
        [{**system, "content": "Be kind."}, {"role": "assistant", "content": "Hi"}, user],
    ):
        body = {
            "messages": messages,
            "tools": [{"type": "function", "function": {"name": "look_up"}}],
        }
        editor("POST", f"/v1/prompts/{prompt['id']}/versions", body)
    open_console(page, f"/prompts/{prompt['id']}/compare?from=1&to=2")
    sign_in(page, "viewer")

    expect(page.get_by_text("1 line changed, 1 added")).to_be_visible()
    expect(page.get_by_role("heading", name="Message 1: system changed")).to_be_visible()
    expect(page.get_by_role("heading", name="Message 2: assistant added")).to_be_visible()
    expect(page.get_by_role("heading", name="Message 3: user", exact=True)).to_be_visible()
    expect(page.get_by_text("The settings are the same.")).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("Promote|Edit"))).to_have_count(0)


def test_one_version_has_nothing_to_compare_with(
    page: Page, registry: Registry, sign_in: Callable[..., Client]
) -> None:
    prompt = create_live_prompt(registry.editor, "Alone", "Hello")
    open_console(page, f"/prompts/{prompt['id']}/compare")
    sign_in(page, "editor")

    expect(page.get_by_text("nothing to compare it with")).to_be_visible()
