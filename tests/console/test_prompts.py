"""All prompts: how they are found among many."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.console.browser import check_accessibility
from tests.console.worlds import HOSTILE, create_live_prompt

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from tests.client import Client, Registry

    SignIn = Callable[..., Client]


def expect_rows(page: Page, *names: str) -> None:
    """Expect that these prompts are shown, in this order."""
    links = page.get_by_role("list", name="Prompts").get_by_role("link")
    expect(links).to_have_text([re.compile(rf"^\s*{re.escape(name)}") for name in names])


def test_a_prompt_is_found_by_its_words_and_the_way_back_keeps_the_search(
    registry: Registry, page: Page, sign_in: SignIn, take_screenshots: Callable[..., None]
) -> None:
    editor = registry.editor
    create_live_prompt(editor, "Welcome", "Hi", "Hello", description="Greets whoever is new")
    archived = create_live_prompt(editor, "Old welcome", "Hi")
    registry.admin("POST", f"/v1/prompts/{archived['id']}/archive")
    draft = editor.create_prompt("Summary", description="Sums a document up")
    editor.create_version(draft["id"], "Sum up: {{.text}}")
    editor("POST", f"/v1/prompts/{draft['id']}/versions/1/tags", {"tag": "staging"})
    editor("PATCH", f"/v1/prompts/{draft['id']}", {"keywords": ["digest"]})
    sign_in(page, "editor")

    expect(page.get_by_role("status").filter(has_text="2 prompts")).to_be_visible()
    row = page.get_by_role("link", name="Welcome")
    expect(row).to_contain_text("live 2")
    expect(row).to_contain_text(re.compile("since just now by .*key"))
    # The last changed comes first, and none that is archived.
    expect_rows(page, "Summary", "Welcome")
    check_accessibility(page)
    take_screenshots(page, "prompts")

    page.keyboard.press("/")
    page.keyboard.type("DIGEST sum")
    expect(page.get_by_role("status").filter(has_text="1 of 2 prompts")).to_be_visible()
    expect_rows(page, "Summary")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Summary")).to_be_visible()
    page.go_back()
    expect(page.get_by_label("Search")).to_have_value("DIGEST sum")
    expect_rows(page, "Summary")

    page.get_by_label("Search").fill("nothing of this kind")
    page.get_by_role("link", name="Clear the search").click()
    expect(page.get_by_label("Search")).to_have_value("")
    page.get_by_label("Status").select_option("Archived")
    expect_rows(page, "Old welcome")
    page.get_by_label("Status").select_option("Only drafts")
    expect_rows(page, "Summary")
    page.get_by_label("Status").select_option("Live")
    expect_rows(page, "Welcome")
    page.get_by_label("Status").select_option("Any status")
    page.get_by_label("Tag", exact=True).select_option("staging")
    expect_rows(page, "Summary")


def test_what_is_shown_is_what_others_have_changed_since(
    registry: Registry, page: Page, sign_in: SignIn
) -> None:
    prompt = registry.editor.create_prompt("First")
    person = sign_in(page, "editor")
    page.get_by_role("link", name="First").click()
    registry.editor.create_prompt("Second")
    person("PATCH", f"/v1/prompts/{prompt['id']}", {"description": "Mine"})
    page.get_by_role("link", name="Prompts", exact=True).click()

    expect(page.get_by_role("link", name="Second")).to_be_visible()
    page.get_by_label("Last changed by me").check()
    expect_rows(page, "First")


def test_whoever_has_no_prompt_learns_what_one_is(page: Page, sign_in: SignIn) -> None:
    sign_in(page, "editor")

    expect(page.get_by_text("There are no prompts yet.")).to_be_visible()
    links = page.get_by_role("link", name="New prompt")
    expect(links).to_have_count(2)
    assert (links.first.get_attribute("href") or "").startswith("#/new?team=")
    check_accessibility(page)


def test_whoever_only_reads_is_offered_nothing_else(page: Page, sign_in: SignIn) -> None:
    sign_in(page, "viewer")

    expect(page.get_by_text("There are no prompts yet.")).to_be_visible()
    expect(page.get_by_role("link", name="New prompt")).to_have_count(0)


def test_hostile_names_are_texts(registry: Registry, page: Page, sign_in: SignIn) -> None:
    registry.editor.create_prompt(HOSTILE, slug="hostile", description=HOSTILE)
    sign_in(page, "viewer")

    row = page.get_by_role("link", name="hostile")
    expect(row.get_by_text(HOSTILE).first).to_be_visible()
    page.get_by_label("Search").fill("<SCRIPT>")
    expect(row).to_be_visible()
    check_accessibility(page)


def measure_work(page: Page) -> float:
    """Measure how many seconds of the processor the page has taken so far."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    metrics = session.send("Performance.getMetrics")["metrics"]
    session.detach()
    return next(float(row["value"]) for row in metrics if row["name"] == "TaskDuration")


@pytest.mark.slow
def test_many_prompts_stay_smooth(many_prompts: int, page: Page, sign_in: SignIn) -> None:
    sign_in(page, "viewer")
    status = page.get_by_role("status").filter(has_text=f"{many_prompts:,} prompts")
    expect(page.get_by_role("link", name="Prompt 00000")).to_be_visible()
    expect(status).not_to_contain_text("Loading", timeout=120_000)
    assert page.get_by_role("list", name="Prompts").get_by_role("listitem").count() < 60

    page.get_by_label("Search").fill("04999")
    expect_rows(page, "Prompt 04999")
    page.get_by_label("Search").fill("")
    expect(page.get_by_role("link", name="Prompt 00000")).to_be_visible()
    before = measure_work(page)
    for step in range(1, 21):
        page.evaluate("step => scrollTo(0, (document.body.scrollHeight * step) / 20)", step)
        page.evaluate("() => new Promise(requestAnimationFrame)")
    work = measure_work(page) - before
    expect(page.get_by_role("link", name=f"Prompt {many_prompts - 1:05}")).to_be_visible()
    assert work < 20 * 0.1

    page.get_by_role("link", name=f"Prompt {many_prompts - 1:05}").click()
    expect(page.get_by_role("navigation", name="Prompt")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("list", name="Prompts")).to_be_visible()
