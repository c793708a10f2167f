"""How a prompt is used: which version is served, and who calls."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from shared.domain.uses import WINDOW, Caller, Use, Window
from shared.settings import get_settings
from shared.store.dynamodb import Database
from shared.store.uses import Uses
from tests.console.browser import check_accessibility, open_console
from tests.console.worlds import create_live_prompt

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from tests.client import Client, Registry

DAYS = 30


def test_versions_and_callers_are_shown_with_their_calls(
    page: Page,
    registry: Registry,
    sign_in: Callable[..., Client],
    take_screenshots: Callable[[Page, str], None],
) -> None:
    prompt = create_live_prompt(registry.editor, "Welcome", "Hello {{.name}}", "Hi {{.name}}")
    grace = registry.create_person(role="viewer", email="grace@example.com")
    caller = Caller(grace.person_id, "person")
    uses = Uses(Database(get_settings().tables))
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    for age in range(DAYS):
        version = 1 if age > DAYS // 2 else 2
        tally = Counter({Use(prompt["id"], version, "renders", caller): 40 + 7 * (age % 5)})
        tally[Use(prompt["id"], version, "errors", caller)] += age % 2
        day = today - timedelta(days=age)
        uses.add({prompt["id"]: tally}, Window(day, day + WINDOW))
    uses.move_end(today + WINDOW)
    open_console(page, f"/prompts/{prompt['id']}/usage")
    sign_in(page, "viewer")

    versions = page.get_by_role("region", name="Versions").get_by_role("row")
    expect(versions.nth(1)).to_contain_text("version 2")
    expect(versions.nth(1)).to_contain_text("today")
    expect(versions.nth(1)).to_contain_text("grace@example.com")
    expect(versions.nth(2)).to_contain_text("version 1")
    expect(versions.nth(2)).to_contain_text("%")
    callers = page.get_by_role("region", name="Who calls").get_by_role("row")
    expect(callers.nth(1)).to_contain_text("grace@example.com")
    expect(callers.nth(1)).to_contain_text("40")
    expect(page.get_by_role("img", name="Calls by day")).to_be_visible()
    take_screenshots(page, "usage")
    check_accessibility(page)


def test_whoever_is_called_by_nobody_says_so(
    page: Page, registry: Registry, sign_in: Callable[..., Client]
) -> None:
    prompt = registry.editor.create_prompt()
    open_console(page, f"/prompts/{prompt['id']}/usage")
    sign_in(page, "viewer")

    expect(page.get_by_text("Nobody has called this prompt")).to_be_visible()
