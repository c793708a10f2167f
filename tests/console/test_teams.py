"""Teams, their members, keys, rules and audit; one's own account."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.client import PASSWORD
from tests.console.browser import check_accessibility, open_console
from tests.console.worlds import HOSTILE

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from tests.client import Client, Registry
    from tests.console.browser import Watch


@pytest.fixture
def team_page(
    page: Page, sign_in: Callable[..., Client], registry: Registry
) -> Callable[[str, str], Page]:
    """Sign in with a role, and open a page of the first team."""

    def open_page(role: str, tab: str) -> Page:
        open_console(page, f"/teams/{registry.team_id}?tab={tab}")
        sign_in(page, role)
        expect(page.get_by_role("heading", name="Ours")).to_be_visible()
        return page

    return open_page


def test_members_are_added_changed_removed_and_brought_back(
    team_page: Callable[[str, str], Page],
    registry: Registry,
    take_screenshots: Callable[[Page, str], None],
) -> None:
    registry.create_person(email="lin@example.com")
    page = team_page("admin", "members")

    page.get_by_label("Add by e-mail").fill("Lin@example.com")
    page.get_by_role("button", name="Add", exact=True).click()
    role = page.get_by_label("Role of lin@example.com")
    expect(role).to_have_value("editor")
    take_screenshots(page, "members")
    check_accessibility(page)

    role.select_option("viewer")
    expect(page.get_by_text("The role of lin@example.com is viewer.")).to_be_visible()
    page.get_by_role("button", name="Remove lin@example.com").click()
    expect(role).to_have_count(0)
    page.get_by_role("button", name="Undo").click()

    expect(role).to_have_value("viewer")


def test_a_key_is_made_for_a_purpose_and_shown_once(
    team_page: Callable[[str, str], Page],
    registry: Registry,
    take_screenshots: Callable[[Page, str], None],
) -> None:
    page = team_page("admin", "keys")

    page.get_by_role("button", name="New key").click()
    page.get_by_label("Application").fill("order service")
    page.get_by_role("button", name="Make the key").click()
    dialog = page.get_by_role("dialog", name="Your new key")
    secret = dialog.get_by_role("code").inner_text()
    dialog.get_by_role("button", name="Copy the key").click()
    assert page.evaluate("navigator.clipboard.readText()") == secret
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")  # which a page cannot prevent twice
    expect(dialog.get_by_role("code")).to_have_text(secret)
    dialog.get_by_role("button", name="I have it").click()

    expect(page.get_by_text("Read live from order service")).to_be_visible()
    expect(page.get_by_text(secret)).to_have_count(0)
    take_screenshots(page, "keys")
    check_accessibility(page)
    with_key = replace(registry.viewer, key=secret)
    assert with_key("GET", f"/v1/teams/{registry.team_id}/prompts").status == 200

    page.get_by_role("button", name="New secret for Read live from order service").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("button", name="Revoke Read live from order service").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    expect(page.get_by_text("Read live from order service", exact=True)).to_have_count(0)
    registry.forget()
    assert with_key("GET", f"/v1/teams/{registry.team_id}/prompts").status == 401


def test_pointers_are_protected(
    team_page: Callable[[str, str], Page],
    registry: Registry,
    take_screenshots: Callable[[Page, str], None],
) -> None:
    page = team_page("admin", "protection")

    page.get_by_label("Pointers", exact=True).fill("live, production")
    page.get_by_label("somebody approves who may make it").check()
    page.get_by_role("button", name="Save the rules").click()
    expect(page.get_by_role("status").filter(has_text="The rules are saved.")).to_be_visible()

    rules = registry.admin("GET", f"/v1/teams/{registry.team_id}/protected").json
    assert rules["pointers"] == ["live", "production"]
    assert rules["required_review"] is True
    take_screenshots(page, "protection")
    check_accessibility(page)


def test_the_audit_says_who_did_what(
    team_page: Callable[[str, str], Page],
    registry: Registry,
    take_screenshots: Callable[[Page, str], None],
) -> None:
    registry.editor.create_prompt(HOSTILE)
    page = team_page("admin", "audit")

    row = page.get_by_role("row").filter(has_text="prompt.created")
    expect(row).to_contain_text("alert")
    row.get_by_text("Details").click()
    expect(row).to_contain_text("<script>alert(1)</script>")
    take_screenshots(page, "audit")
    check_accessibility(page)


@pytest.mark.parametrize(
    ("role", "tabs"),
    [
        ("viewer", ["Members", "Protection"]),
        ("editor", ["Members", "Protection"]),
        ("admin", ["Members", "API keys", "Protection", "Audit", "Settings"]),
    ],
)
def test_what_a_role_may_not_do_is_absent(
    team_page: Callable[[str, str], Page], role: str, tabs: list[str]
) -> None:
    page = team_page(role, "members")

    expect(page.get_by_role("navigation", name="Team").get_by_role("link")).to_have_text(tabs)
    expect(page.get_by_label("Add by e-mail")).to_have_count(1 if role == "admin" else 0)


def test_a_team_is_deleted_by_its_name_only(
    team_page: Callable[[str, str], Page], registry: Registry
) -> None:
    page = team_page("admin", "settings")

    page.get_by_role("button", name="Delete the team").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Delete", exact=True)).to_be_disabled()
    dialog.get_by_label("Type Ours to confirm").fill("Ours")
    dialog.get_by_role("button", name="Delete", exact=True).click()

    expect(page.get_by_text("You are in no team.")).to_be_visible()
    check_accessibility(page)


def test_an_account_changes_its_password_and_ends_sessions(
    page: Page,
    sign_in: Callable[..., Client],
    take_screenshots: Callable[[Page, str], None],
    watch: Watch,
) -> None:
    watch.expect("401")
    open_console(page, "/account")
    sign_in(page, "viewer", "ida@example.com")
    expect(page.get_by_text("this one")).to_be_visible()
    take_screenshots(page, "account")
    check_accessibility(page)

    page.get_by_role("button", name="End", exact=True).first.click()
    expect(page.get_by_role("button", name="End", exact=True)).to_have_count(0)
    page.get_by_label("Current password").fill("wrong")
    page.get_by_label("New password").fill("Better-horse-8")
    page.get_by_role("button", name="Change the password").click()
    expect(page.get_by_role("alert")).to_contain_text("Invalid current password.")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_label("Current password").fill(PASSWORD)
    page.get_by_label("New password").fill("Better-horse-8")
    page.get_by_role("button", name="Change the password").click()
    expect(page.get_by_text("Your password is changed.")).to_be_visible()
