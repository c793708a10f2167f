"""Payloads: sample variables of a prompt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.console.browser import check_accessibility, open_console
from tests.console.worlds import HOSTILE

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from tests.client import Client, Registry


def test_a_payload_is_written_changed_deleted_and_brought_back(
    page: Page,
    registry: Registry,
    sign_in: Callable[..., Client],
    take_screenshots: Callable[[Page, str], None],
) -> None:
    prompt = registry.editor.create_prompt()
    url = f"/v1/prompts/{prompt['id']}/payloads"
    open_console(page, f"/prompts/{prompt['id']}/payloads")
    sign_in(page, "editor")
    expect(page.get_by_text("No payload yet.")).to_be_visible()

    page.get_by_role("button", name="New payload").click()
    page.get_by_label("Name", exact=True).fill(HOSTILE)
    page.get_by_role("textbox", name="Variables").fill("{'name': 1}")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("dialog")).to_contain_text("This is not JSON")
    page.get_by_role("textbox", name="Variables").fill('{"name": "Ada <b>"}')
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name=HOSTILE)).to_be_visible()
    take_screenshots(page, "payloads")
    check_accessibility(page)
    (payload,) = registry.editor("GET", url).json["payloads"]
    assert (payload["name"], payload["variables"]) == (HOSTILE, {"name": "Ada <b>"})

    page.get_by_role("button", name="Edit", exact=False).last.click()
    page.get_by_label("Name", exact=True).fill("Ada")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Delete Ada").click()
    expect(page.get_by_text("No payload yet.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading", name="Ada")).to_be_visible()

    (payload,) = registry.editor("GET", url).json["payloads"]
    assert (payload["name"], payload["variables"]) == ("Ada", {"name": "Ada <b>"})


def test_a_viewer_only_reads_payloads(
    page: Page, registry: Registry, sign_in: Callable[..., Client]
) -> None:
    prompt = registry.editor.create_prompt()
    body = {"name": "Ada", "variables": {"name": "Ada"}}
    registry.editor("POST", f"/v1/prompts/{prompt['id']}/payloads", body)
    open_console(page, f"/prompts/{prompt['id']}/payloads")
    sign_in(page, "viewer")

    expect(page.get_by_role("heading", name="Ada")).to_be_visible()
    expect(page.get_by_role("button", name="New payload")).to_have_count(0)
    expect(page.get_by_role("button", name="Delete Ada")).to_have_count(0)
