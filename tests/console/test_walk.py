"""A text goes from the editor to the callers, and back: with a pointer, and with keys alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.console.browser import count_actions, open_console
from tests.console.walks import REASON, release_and_roll_back
from tests.console.worlds import create_live_prompt

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Locator, Page

    from tests.client import Client, Registry

MOST_CLICKS = 8  # 11 on the page of the API, with 13 fields
TEXT = "Hello {{.name}}!"
MORE = " How are you?"


@pytest.fixture
def prompt(registry: Registry) -> dict[str, Any]:
    """A prompt with a live version."""
    return create_live_prompt(registry.editor, "Welcome", TEXT)


def check_way(registry: Registry, prompt: dict[str, Any]) -> None:
    """Check that version 2 was written, was live, and was rolled back with a reason."""
    url = f"/v1/prompts/{prompt['id']}"
    assert registry.viewer.list_statuses(prompt["id"]) == {1: "live", 2: "stable"}
    version = registry.viewer("GET", f"{url}/versions/2").json["version"]
    assert version["template"] == TEXT + MORE
    events = registry.viewer("GET", f"{url}/history").json["events"]
    assert [event["event"] for event in events[:3]] == [
        "version.rolled_back",
        "version.promoted",
        "version.promoted",
    ]
    assert events[0]["detail"]["reason"] == REASON


def test_few_clicks_and_no_field_but_the_text_and_the_reason(
    registry: Registry,
    page: Page,
    prompt: dict[str, Any],
    sign_in: Callable[..., Client],
    record_property: Callable[[str, object], None],
) -> None:
    open_console(page, f"/prompts/{prompt['id']}")
    sign_in(page, "editor")
    expect(page.get_by_role("heading", name="Welcome")).to_be_visible()

    with count_actions(page) as actions:
        release_and_roll_back(page, MORE)

    record_property("clicks", actions.clicks)
    assert actions.clicks <= MOST_CLICKS
    assert actions.fields <= 2  # the text and the reason
    check_way(registry, prompt)


def test_the_keyboard_alone(
    registry: Registry, page: Page, prompt: dict[str, Any], sign_in: Callable[..., Client]
) -> None:
    sign_in(page, "editor")
    expect(page.get_by_role("link", name="Welcome")).to_be_visible()

    with count_actions(page) as actions:
        page.keyboard.press("/")
        page.keyboard.type("welc")
        follow(page, page.get_by_role("link", name="Welcome"))
        expect(page.get_by_role("heading", name="Welcome")).to_be_visible()
        page.keyboard.press("e")
        editor = page.locator("[contenteditable]").and_(page.get_by_role("textbox", name="Text"))
        expect(editor).to_be_focused()
        page.keyboard.press("Control+End")
        page.keyboard.type(MORE)
        page.keyboard.press("Control+s")
        follow(page, page.get_by_role("link", name="Compare with live"))
        follow(page, page.get_by_role("link", name="Promote version 2"))
        confirm = page.get_by_role("button", name="Make version 2 live")
        follow(page, confirm)
        expect(page.get_by_text("Version 2 is live.")).to_be_visible()
        follow(page, page.get_by_role("button", name="Roll back: live"))
        expect(page.get_by_label("Reason")).to_be_focused()
        page.keyboard.type(REASON)
        follow(page, page.get_by_role("button", name="Roll back to version 1"))
        expect(page.get_by_text("Version 1 is live again.")).to_be_visible()

    assert actions.clicks == 0
    check_way(registry, prompt)


def follow(page: Page, target: Locator, *, most: int = 60) -> None:
    """Go to a link or a button with the Tab key, and press it."""
    expect(target).to_be_visible()
    for _ in range(most):
        if target.evaluate("element => element === document.activeElement"):
            page.keyboard.press("Enter")
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{target} is not reached by {most} Tabs")
