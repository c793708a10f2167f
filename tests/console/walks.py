"""The way of a text from the editor to the callers, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Page

REASON = "customers asked who we are"


def release_and_roll_back(page: Page, text: str) -> None:
    """Edit a prompt whose version 1 is live, compare, promote, and roll back.

    Args:
        page: The page of the prompt.
        text: What to write at the end of the text.
    """
    page.get_by_role("link", name="Edit", exact=True).click()
    editor = page.locator("[contenteditable]").and_(page.get_by_role("textbox", name="Text"))
    expect(editor).to_be_focused()
    page.keyboard.press("Control+End")
    page.keyboard.insert_text(text)
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("link", name="Compare with live").click()
    expect(page.get_by_role("insertion").first).to_be_visible()
    page.get_by_role("link", name="Promote version 2").click()
    page.get_by_role("button", name="Make version 2 live").click()
    expect(page.get_by_text("Version 2 is live.")).to_be_visible()
    page.get_by_role("button", name="Roll back: live").click()
    expect(page.get_by_label("Reason")).to_be_focused()
    page.keyboard.type(REASON)
    page.get_by_role("button", name="Roll back to version 1").click()
    expect(page.get_by_text("Version 1 is live again.")).to_be_visible()
