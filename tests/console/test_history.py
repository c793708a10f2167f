"""The history of a prompt in words, and what was live at a time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from playwright.sync_api import expect

from tests.console.browser import check_accessibility
from tests.console.test_prompt import find_section, open_prompt
from tests.console.worlds import HOSTILE, create_live_prompt

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from tests.client import Client, Registry
    from tests.console.browser import Watch

    SignIn = Callable[..., Client]


def test_what_happened_is_told_in_words(
    registry: Registry, page: Page, sign_in: SignIn, take_screenshots: Callable[..., None]
) -> None:
    editor = registry.editor
    id = create_live_prompt(editor, "Welcome", "Hi", "Hello")["id"]
    path = f"/v1/prompts/{id}"
    editor("POST", f"{path}/versions/1/tags", {"tag": "staging"})
    editor("POST", f"{path}/rollback", {"rollback_reason": HOSTILE})
    split = [{"version": 1, "weight": 9_000}, {"version": 2, "weight": 1_000}]
    editor("PUT", f"{path}/splits/live", {"split": split})
    editor("PATCH", path, {"keywords": ["hello"]})
    open_prompt(page, sign_in, "viewer", id, "/history")

    events = find_section(page, "History").get_by_role("listitem")
    expect(events).to_have_count(11)
    expect(events.nth(0)).to_contain_text("all key set the keywords hello")
    expect(events.nth(1)).to_contain_text(
        "split live between versions: version 1 90 %, version 2 10 %"
    )
    expect(events.nth(2)).to_contain_text(
        f"rolled back to version 1, in place of version 2: {HOSTILE}"
    )
    expect(events.nth(3)).to_contain_text("set the tag staging to version 1")
    expect(events.last).to_contain_text("created the prompt “Welcome”")
    check_accessibility(page)
    take_screenshots(page, "history")

    page.get_by_label("Changes").select_option("Tags")
    expect(events).to_have_count(1)
    page.get_by_label("Changes").select_option("Payloads")
    expect(page.get_by_text("None of this kind.")).to_be_visible()
    page.get_by_label("Changes").select_option("All changes")
    events.nth(2).get_by_role("link", name="Show version 1").click()
    expect(find_section(page, "Version 1")).to_contain_text("Hi")


def test_older_events_come_when_they_are_asked_for(
    registry: Registry, page: Page, sign_in: SignIn
) -> None:
    id = registry.editor.create_prompt("Many")["id"]
    for number in range(60):
        registry.editor("PATCH", f"/v1/prompts/{id}", {"description": str(number)})
    open_prompt(page, sign_in, "viewer", id, "/history")

    events = find_section(page, "History").get_by_role("listitem")
    expect(events).to_have_count(50)
    page.get_by_label("Changes").select_option("Versions")
    expect(page.get_by_text("None of this kind among the last 50 changes.")).to_be_visible()
    page.get_by_label("Changes").select_option("All changes")
    page.get_by_role("button", name="Older").click()
    expect(events).to_have_count(61)


def test_what_was_live_at_a_time_is_shown(
    registry: Registry, page: Page, sign_in: SignIn, watch: Watch
) -> None:
    id = create_live_prompt(registry.editor, "Welcome", "Hi", "Hello")["id"]
    events = registry.editor("GET", f"/v1/prompts/{id}/history").json["events"]
    first, second = (
        datetime.fromisoformat(event["at"])
        for event in sorted(events, key=lambda event: event["sequence"])
        if event["detail"].get("status") == "live"
    )
    open_prompt(page, sign_in, "viewer", id, f"/history?at={first:%Y-%m-%dT%H:%M:%S.%fZ}")

    section = find_section(page, "What was live at a time")
    expect(section).to_contain_text("Version 1 was live")
    link = section.get_by_role("link", name="Compare with what is live today")
    expect(link).to_have_attribute("href", f"#/prompts/{id}/compare?from=1&to=live")

    def ask(time: datetime) -> None:
        zone = ZoneInfo("Europe/Berlin")
        section.get_by_label("Time").fill(f"{time.astimezone(zone):%Y-%m-%dT%H:%M:%S}")
        section.get_by_role("button", name="Show").click()

    ask(second + timedelta(seconds=1))
    expect(section).to_contain_text("Version 2 was live")
    ask(first - timedelta(days=1))
    expect(section).to_contain_text("No version of this prompt was live at this time.")
    watch.expect(" 404 ")
