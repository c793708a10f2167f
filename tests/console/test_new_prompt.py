"""Creating a prompt with its first text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from shared.domain.prompts import make_slug
from tests.console.browser import check_accessibility, open_console
from tests.console.worlds import HOSTILE

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from tests.client import Client, Registry
    from tests.console.browser import Watch

NAMES = (
    "Welcome",
    "  Über   große Fragen? ",
    "İstanbul ǅ 日本語 2",
    "\u0939\u093f\u0928\u094d\u0926\u0940 _\u0301 a\u0301b",
    "\u0301 x --- y",
    HOSTILE,
    "!?",
)


def test_a_prompt_is_created_with_its_first_version(
    page: Page,
    registry: Registry,
    sign_in: Callable[..., Client],
    take_screenshots: Callable[[Page, str], None],
) -> None:
    open_console(page, f"/new?team={registry.editor.team_id}")
    sign_in(page, "editor")
    expect(page.get_by_label("Template language")).to_contain_text("Recognised: {{name}} only")
    page.get_by_label("Name", exact=True).fill("Answers of the support")
    page.get_by_label("Description").fill("What customers read when they ask for help")
    expect(page.get_by_text("Applications ask for answers_of_the_support")).to_be_visible()
    check_accessibility(page)
    take_screenshots(page, "new-prompt")
    page.get_by_label("Name", exact=True).fill(HOSTILE)
    page.get_by_label("Description").fill(HOSTILE)
    text = page.get_by_role("textbox", name="Text", exact=True)
    text.fill("Hello {% if name %}{{ name }}{% endif %}")
    expect(page.get_by_label("Template language")).to_contain_text("Recognised: Jinja")
    page.get_by_role("button", name="Create the prompt").click()

    expect(page.get_by_role("heading", name="<script>")).to_be_visible()
    expect(text).to_have_text("Hello {% if name %}{{ name }}{% endif %}")
    url = f"/v1/teams/{registry.editor.team_id}/prompts"
    (prompt,) = registry.viewer("GET", url).json["prompts"]
    assert (prompt["name"], prompt["description"]) == (HOSTILE.strip(), HOSTILE)
    version = registry.viewer("GET", f"/v1/prompts/{prompt['id']}/versions/1").json["version"]
    assert (version["engine"], version["status"]) == ("jinja", "draft")


def test_a_text_that_could_not_be_saved_is_offered_by_the_editor(
    page: Page, registry: Registry, sign_in: Callable[..., Client], watch: Watch
) -> None:
    watch.expect("403|404")
    open_console(page, "/new")
    sign_in(page, "editor")
    page.route(
        re.compile("/versions$"), lambda route: route.fulfill(status=403, body='{"error": "no"}')
    )
    page.get_by_label("Name", exact=True).fill("Welcome")
    page.get_by_role("textbox", name="Text", exact=True).fill("My first text")
    page.get_by_role("button", name="Create the prompt").click()
    expect(page.get_by_role("dialog", name="You have text that is not saved")).to_be_visible()
    page.unroute(re.compile("/versions$"))
    page.get_by_role("button", name="Restore it").click()
    page.keyboard.press("Control+s")

    expect(page.get_by_role("status").filter(has_text="Saved")).to_be_visible()
    url = f"/v1/teams/{registry.editor.team_id}/prompts"
    (prompt,) = registry.viewer("GET", url).json["prompts"]
    version = registry.viewer("GET", f"/v1/prompts/{prompt['id']}/versions/1").json["version"]
    assert version["template"] == "My first text"


def test_a_form_that_was_left_is_there_again(page: Page, sign_in: Callable[..., Client]) -> None:
    open_console(page, "/new")
    sign_in(page, "editor")
    page.get_by_label("Name", exact=True).fill("Half done")
    page.get_by_role("link", name="Prompts").click()
    page.go_back()

    expect(page.get_by_label("Name", exact=True)).to_have_value("Half done")


def test_who_may_not_write_gets_no_form(page: Page, sign_in: Callable[..., Client]) -> None:
    open_console(page, "/new")
    sign_in(page, "viewer")

    expect(page.get_by_text("You cannot create prompts.")).to_be_visible()


def test_a_slug_is_shown_as_the_service_makes_it(
    page: Page, sign_in: Callable[..., Client]
) -> None:
    open_console(page, "/new")
    sign_in(page, "editor")
    for name in NAMES:
        page.get_by_label("Name", exact=True).fill(name)
        slug = make_slug(name)

        expect(page.get_by_label("Slug")).to_have_attribute("placeholder", slug)
