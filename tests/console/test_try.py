"""A version is tried with values that are stored or typed, beside the live one."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.console.browser import check_accessibility, open_console
from tests.console.worlds import HOSTILE, create_live_prompt

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page, Route

    from tests.client import Client, Registry
    from tests.console.browser import Watch


def create_two(registry: Registry, *payloads: tuple[str, dict[str, object]]) -> str:
    """Create a prompt with a live version and a draft; gives its id."""
    editor = registry.editor
    prompt = create_live_prompt(editor, "Answer", "Hello {{.name}}, be polite.")
    editor.create_version(prompt["id"], "Hello {{.name}} of {{.town}}, be polite.")
    for name, variables in payloads:
        body = {"name": name, "variables": variables}
        editor("POST", f"/v1/prompts/{prompt['id']}/payloads", body)
    return str(prompt["id"])


def test_values_are_typed_and_saved(
    page: Page,
    registry: Registry,
    sign_in: Callable[..., Client],
    watch: Watch,
    take_screenshots: Callable[[Page, str], None],
) -> None:
    watch.expect("422")  # while a value is missing
    id = create_two(registry)
    open_console(page, f"/prompts/{id}/try")
    sign_in(page, "editor")

    town = page.get_by_role("textbox", name="town")
    expect(town).to_have_accessible_description("This version needs a value.")
    page.get_by_role("textbox", name="name").fill(HOSTILE)
    town.fill("12")
    expect(town).to_have_accessible_description("Read as a number.")
    table = page.get_by_role("table", name="Text")
    expect(table.get_by_role("insertion")).to_have_text(" of 12")
    expect(table).to_contain_text(HOSTILE)
    expect(page.get_by_text("Rendering …")).to_have_count(0)
    take_screenshots(page, "try")
    check_accessibility(page)

    page.get_by_label("View").select_option("Alone")
    expect(page.get_by_role("main").get_by_role("list")).to_contain_text(f"Hello {HOSTILE} of 12")

    page.get_by_role("button", name="Save as payload").click()
    page.get_by_role("textbox", name="Name", exact=True).last.fill("Ada")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_label("Values").locator("option:checked")).to_have_text("Ada")
    (payload,) = registry.editor("GET", f"/v1/prompts/{id}/payloads").json["payloads"]
    assert payload["variables"] == {"name": HOSTILE, "town": 12}


def test_all_payloads_are_rendered_at_once(
    page: Page,
    registry: Registry,
    sign_in: Callable[..., Client],
    watch: Watch,
    take_screenshots: Callable[[Page, str], None],
) -> None:
    watch.expect("422")  # of the payload without a town
    id = create_two(
        registry,
        ("Both", {"name": "Ada", "town": "Bonn"}),
        ("No town", {"name": "Ada"}),
        ("More", {"name": "Ada", "town": "Rome", "vip": True}),
    )
    open_console(page, f"/prompts/{id}/try?version=latest")
    sign_in(page, "viewer")

    expect(page.get_by_text("Not used by either version: vip")).to_be_visible()
    expect(page.get_by_role("button", name="Save as payload")).to_have_count(0)
    page.get_by_role("button", name="Render all 3").click()
    expect(page.get_by_role("row", name="Both")).to_contain_text("1 line changed")
    expect(page.get_by_role("row", name="No town")).to_contain_text("Does not render")
    expect(page.get_by_role("row", name="No town")).to_contain_text("Request")
    expect(page.get_by_role("row", name="More")).to_contain_text("1 line changed")
    page.get_by_role("heading", name="All payloads").scroll_into_view_if_needed()
    take_screenshots(page, "try-all")
    page.get_by_role("button", name="Open Both").click()
    dialog = page.get_by_role("dialog", name="Both")
    expect(dialog.get_by_role("insertion")).to_have_text(" of Bonn")
    dialog.get_by_role("button", name="Change these values").click()
    expect(page.get_by_role("textbox", name="town")).to_have_value("Bonn")


def test_the_call_is_copied(page: Page, registry: Registry, sign_in: Callable[..., Client]) -> None:
    id = create_two(registry, ("Quotes", {"name": 'it\'s "Ada"', "town": "$HOME"}))
    open_console(page, f"/prompts/{id}/try")
    sign_in(page, "viewer")
    texts = {}
    for language in ("curl", "Python", "TypeScript"):
        page.get_by_label("Language").select_option(language)
        page.get_by_role("button", name="Copy", exact=True).click()
        expect(page.get_by_role("button", name="Copied")).to_be_visible()
        texts[language] = page.evaluate("navigator.clipboard.readText()")
        expect(page.get_by_role("button", name="Copy", exact=True)).to_be_visible()

    assert all("CUEBOOK_API_KEY" in text for text in texts.values())
    compile(texts["Python"], "sample", "exec")
    assert registry.viewer.key
    environment = {"CUEBOOK_API_KEY": registry.viewer.key, "PATH": "/usr/bin:/bin"}
    result = subprocess.run(
        ["/bin/bash", "-c", texts["curl"].replace("curl ", "curl -sS ", 1)],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert 'Hello it\'s \\"Ada\\" of $HOME, be polite.' in result.stdout


def test_a_service_that_is_down_takes_nothing_away(
    page: Page, registry: Registry, sign_in: Callable[..., Client], watch: Watch
) -> None:
    watch.expect("ERR_CONNECTION_REFUSED")
    id = create_two(registry, ("Both", {"name": "Ada", "town": "Bonn"}))
    open_console(page, f"/prompts/{id}/try")
    sign_in(page, "viewer")
    table = page.get_by_role("table", name="Text")
    expect(table).to_contain_text("Hello Ada of Bonn")

    def refuse(route: Route) -> None:
        route.abort("connectionrefused")

    page.route("**/render", refuse)
    page.get_by_role("textbox", name="town").fill("Rome")
    expect(page.get_by_role("alert")).to_contain_text("does not answer")
    expect(page.get_by_role("textbox", name="town")).to_have_value("Rome")
    page.unroute("**/render", refuse)
    expect(table).to_contain_text("Hello Ada of Rome")
