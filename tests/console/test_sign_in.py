"""The ways to sign in, and a session that ends while somebody works."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.client import AUTHENTICATOR_CODE, PASSWORD
from tests.console.browser import check_accessibility, open_console

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from tests.client import Client, Registry
    from tests.console.browser import Watch


def test_a_person_signs_in_with_a_password_and_out(
    page: Page,
    sign_in: Callable[..., Client],
    take_screenshots: Callable[[Page, str], None],
) -> None:
    open_console(page)
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    check_accessibility(page)
    take_screenshots(page, "sign-in")

    sign_in(page, "editor", "grace@example.com")
    expect(page.get_by_text("grace@example.com")).to_be_visible()

    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("Password")).to_have_value("")


def test_a_wrong_password_is_told_in_words_with_the_id_of_the_request(
    page: Page, registry: Registry, watch: Watch
) -> None:
    watch.expect("401")
    registry.create_person(role="viewer", email="joan@example.com", password=PASSWORD)
    open_console(page)
    page.get_by_label("E-mail").fill("joan@example.com")
    page.get_by_label("Password").fill("wrong")
    page.keyboard.press("Enter")

    problem = page.get_by_role("alert").filter(has_text="Invalid credentials.")
    expect(problem).to_contain_text("Request")
    expect(page.get_by_label("Password")).to_have_value("wrong")


def test_a_second_factor_is_asked_for(page: Page, registry: Registry, watch: Watch) -> None:
    watch.expect("403")
    registry.create_person(
        role="viewer", email="mary@example.com", password=PASSWORD, has_second_factor=True
    )
    open_console(page)
    page.get_by_label("E-mail").fill("mary@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")

    page.get_by_label("Code of your authenticator").fill(AUTHENTICATOR_CODE)
    page.keyboard.press("Enter")

    expect(page.get_by_text("mary@example.com")).to_be_visible()


@pytest.mark.parametrize(("role", "links"), [("viewer", 0), ("editor", 1)])
def test_an_api_key_opens_what_it_may(
    page: Page, registry: Registry, role: str, links: int
) -> None:
    key = {"viewer": registry.viewer, "editor": registry.editor}[role].key
    assert key is not None
    open_console(page)
    page.get_by_role("button", name="Use an API key").click()
    page.get_by_label("API key").fill(f" {key} ")
    page.keyboard.press("Enter")

    navigation = page.get_by_role("navigation", name="Console")
    expect(navigation.get_by_role("link", name="Prompts")).to_be_visible()
    expect(navigation.get_by_role("link", name="Teams")).to_have_count(links)
    expect(navigation.get_by_role("link", name="Account")).to_have_count(0)


def test_nothing_of_a_session_is_kept_in_the_browser(
    page: Page, sign_in: Callable[..., Client]
) -> None:
    sign_in(page, "editor")
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()

    assert page.evaluate("[document.cookie, localStorage.length, sessionStorage.length]") == [
        "",
        0,
        0,
    ]
    page.reload()
    expect(page.get_by_label("Password")).to_be_visible()


def test_a_session_that_ends_asks_to_sign_in_and_goes_on(
    page: Page, registry: Registry, sign_in: Callable[..., Client], watch: Watch
) -> None:
    watch.expect("401")
    person = sign_in(page, "admin")
    page.get_by_role("navigation", name="Console").get_by_role("link", name="Teams").click()
    page.get_by_role("link", name="Ours").click()
    page.get_by_role("link", name="Settings").click()
    page.get_by_label("Name of the team").fill("Ours, renamed")
    for session in person("GET", "/v1/auth/sessions").json["sessions"]:
        person("DELETE", f"/v1/auth/sessions/{session['id']}")
    registry.forget()

    page.get_by_role("button", name="Rename").click()
    dialog = page.get_by_role("dialog", name="Sign in to go on")
    expect(dialog.get_by_label("E-mail")).to_have_value("admin@example.com")
    dialog.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")

    expect(page.get_by_role("status").filter(has_text="The team is renamed.")).to_be_visible()
    expect(page.get_by_role("heading", name="Ours, renamed")).to_be_visible()
