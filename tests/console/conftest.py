"""The console in a browser: `make test-console`.

The functions are served from this process, so that a test can look at what they have stored, and
make them fail.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.client import PASSWORD, serve_registry
from tests.console.browser import (
    NARROW,
    SCREENSHOTS,
    WIDE,
    Watch,
    find_chromium,
    launch,
    open_console,
)
from tests.console.worlds import create_many_prompts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page

    from tests.client import Client, Registry
    from tests.memory import Memory, Saved

HERE = Path(__file__).parent
MANY = 5_000
SECONDS = 20  # that a page has for what a test waits for


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--write-screenshots", action="store_true", help="write docs/screenshots/ again"
    )


def pytest_configure() -> None:
    """Skip all tests, with one line, where there is nothing to run them in."""
    if find_chromium() is None:
        pytest.exit("skipped: there is no Chromium; install it, or name one: CHROMIUM=", 0)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.live)
            item.add_marker(pytest.mark.enable_socket)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all tests."""
    chromium = find_chromium()
    assert chromium is not None
    expect.set_options(timeout=SECONDS * 1000)
    with sync_playwright() as playwright, launch(playwright, chromium) as browser:
        yield browser


@pytest.fixture(scope="session")
def url() -> Iterator[str]:
    """The address of the functions."""
    with serve_registry() as url:
        yield url


@pytest.fixture
def watch(url: str) -> Iterator[Watch]:
    """What the pages of a test may not cause, unless it expects that."""
    watch = Watch(url)
    yield watch
    watch.check()


@pytest.fixture
def new_page(
    registry: Registry, browser: Browser, url: str, watch: Watch
) -> Iterator[Callable[[], Page]]:
    """Open a page of another person, who shares nothing with those before."""
    contexts = []

    def open_page() -> Page:
        context = browser.new_context(
            base_url=url,
            viewport=WIDE,
            reduced_motion="reduce",
            locale="en-GB",
            timezone_id="Europe/Berlin",
            permissions=["clipboard-read", "clipboard-write"],
        )
        context.set_default_timeout(SECONDS * 1000)
        watch.attach(context)
        contexts.append(context)
        return context.new_page()

    yield open_page
    for context in contexts:
        for page in context.pages:
            page.evaluate("0")  # comes after all reports that are on their way
        context.close()


@pytest.fixture
def page(new_page: Callable[[], Page]) -> Page:
    """A page of a person who has not opened the console yet."""
    return new_page()


@pytest.fixture(scope="module")
def many_prompts_stage(memory: Memory, teams: tuple[Registry, Saved]) -> Saved:
    """The prompts that each test of a module begins with, if it begins with many."""
    registry, saved = teams
    memory.restore(saved)
    create_many_prompts(memory, registry.editor, MANY)
    return memory.save()


@pytest.fixture
def many_prompts(memory: Memory, many_prompts_stage: Saved, registry: Registry) -> int:
    """How many prompts there are in the first team, which are many: `create_many_prompts`."""
    memory.restore(many_prompts_stage)
    return MANY


@pytest.fixture
def sign_in(registry: Registry) -> Callable[..., Client]:
    """Open the console and sign in as a new person with a role in the first team."""

    def sign_in(page: Page, role: str, email: str = "") -> Client:
        email = email or f"{role}@example.com"
        person = registry.create_person(role=role, email=email, password=PASSWORD)
        if page.url == "about:blank":
            open_console(page)
        page.get_by_label("E-mail").fill(email)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        expect(page.get_by_label("Password")).to_have_count(0)
        return person

    return sign_in


@pytest.fixture
def take_screenshots(request: pytest.FixtureRequest) -> Callable[[Page, str], None]:
    """Take a screenshot of a page at both widths, for the documents.

    They are written with `--write-screenshots`; otherwise they only have to be there.
    """

    def take(page: Page, name: str) -> None:
        for viewport in (WIDE, NARROW):
            file = SCREENSHOTS / f"{name}-{viewport['width']}.png"
            if request.config.getoption("write_screenshots"):
                page.set_viewport_size(viewport)
                page.screenshot(path=file, animations="disabled", caret="hide")
            assert file.exists(), "run `make test-console ARGS=--write-screenshots`"
        page.set_viewport_size(WIDE)

    return take
