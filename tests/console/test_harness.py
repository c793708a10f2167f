"""What a page may not do is noticed, and what a person does in it is counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.console.browser import check_accessibility, count_actions

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page, Route

    from tests.console.browser import Watch

POLICY = "default-src 'none'; style-src 'self'; img-src *"
HEAD = '<!doctype html><html lang="en"><head><title>A page</title></head><body><main>'


def show(page: Page, text: str) -> None:
    """Show a page, with a strict policy and nothing but a text in it."""

    def fulfill(route: Route) -> None:
        headers = {"content-type": "text/html", "content-security-policy": POLICY}
        route.fulfill(headers=headers, body=HEAD + text)

    page.route("**/page", fulfill)
    page.goto("/page")


@pytest.mark.parametrize(
    ("text", "report"),
    [
        ("<script>alert(1)</script>", "error: .*Content Security Policy"),
        ('<p style="color: red">Red</p>', "error: .*Content Security Policy"),
        ('<img alt="" src="http://127.0.0.2/a.png">', r"elsewhere: GET http://127\.0\.0\.2/a\.png"),
        ('<img alt="" src="/missing.png">', "error: .* 404 .*missing.png"),
    ],
)
def test_what_a_page_may_not_do_is_noticed(
    text: str, report: str, page: Page, watch: Watch
) -> None:
    show(page, text)
    page.wait_for_load_state("networkidle")

    with pytest.raises(AssertionError, match=report):
        watch.check()


def test_exceptions_and_messages_are_noticed(page: Page, watch: Watch) -> None:
    show(page, "")
    page.evaluate("setTimeout(() => { throw new Error('of nobody') })")
    page.evaluate("console.warn('take care')")
    page.evaluate("console.info('nothing')")
    page.wait_for_timeout(100)

    assert sorted(line.partition(" (")[0] for line in watch.reports) == [
        "exception: of nobody",
        "warning: take care",
    ]
    watch.expect("of nobody")
    watch.expect("take care")
    watch.check()


def test_what_is_due_but_does_not_come_is_noticed(watch: Watch) -> None:
    watch.expect("something")

    with pytest.raises(AssertionError, match="something"):
        watch.check()


def test_barriers_are_noticed(page: Page) -> None:
    show(page, '<h1>A field</h1><input type="text">')

    with pytest.raises(AssertionError, match=r"(?s)1280 light: label at .*390 dark: label at"):
        check_accessibility(page)


def test_a_page_without_barriers_passes(page: Page) -> None:
    show(page, '<h1>A field</h1><label>Name <input type="text"></label>')

    check_accessibility(page)


def test_actions_are_counted(page: Page) -> None:
    show(
        page,
        "<label>Name <input></label><label>Text <textarea></textarea></label><button>Go</button>"
        "<label>One <select><option>a<option>b</select></label>",
    )

    with count_actions(page) as actions:
        page.get_by_role("button").click()
        page.get_by_label("Name").fill("Ada")
        page.get_by_label("Name").fill("Grace")
        page.get_by_label("Text").press_sequentially("Hi")
        page.keyboard.press("Tab")
        page.keyboard.press("Shift+Enter")
        page.get_by_label("One").select_option("b")
    page.get_by_role("button").click()

    assert (actions.clicks, actions.keys, actions.fields) == (3, 2, 2)


def test_pages_share_nothing(new_page: Callable[[], Page]) -> None:
    first, second = new_page(), new_page()
    for page in (first, second):
        show(page, "")
    first.evaluate("localStorage.setItem('name', 'Ada')")

    assert second.evaluate("localStorage.getItem('name')") is None
