"""The console is one page of the deployment's own, which is small and asks nobody else."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from playwright.sync_api import expect

from tests.console.browser import check_accessibility, open_console

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page, Request, Route

    from tests.client import Client

FIRST_BYTES = 100_000  # of what comes before a person can sign in
FIRST_REQUESTS = 35


def expect_sign_in(page: Page) -> None:
    """Expect that somebody can sign in."""
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()


def test_the_page_loads_and_is_accessible(page: Page) -> None:
    open_console(page)

    expect_sign_in(page)
    check_accessibility(page)


def test_the_first_view_is_small(
    page: Page, record_property: Callable[[str, object], None]
) -> None:
    requests: list[Request] = []
    page.on("requestfinished", lambda request: requests.append(request))

    open_console(page)
    expect_sign_in(page)
    page.wait_for_load_state("networkidle")

    sizes = {request.url: measure_response(request) for request in requests}
    record_property("console, first view", f"{len(requests)} requests, {sum(sizes.values())} bytes")
    assert len(requests) <= FIRST_REQUESTS, sizes
    assert sum(sizes.values()) <= FIRST_BYTES, sizes


def measure_response(request: Request) -> int:
    """Measure a response as it comes over the network."""
    sizes = request.sizes()
    return sizes["responseBodySize"] + sizes["responseHeadersSize"]


def test_the_page_works_below_the_stage_of_a_deployment(
    page: Page, sign_in: Callable[..., Client]
) -> None:
    def remove_stage(route: Route) -> None:
        route.continue_(url=route.request.url.replace("/prod/", "/", 1))

    paths: list[str] = []
    page.route("**/prod/**", remove_stage)
    page.on("request", lambda request: paths.append(urlsplit(request.url).path))
    page.goto("/prod/console")

    sign_in(page, "editor")

    expect(page.get_by_text("editor@example.com")).to_be_visible()
    assert "/prod/v1/auth/login" in paths
    assert {path for path in paths if not path.startswith("/prod/")} == set()


def test_a_slash_at_the_end_leads_to_the_page(page: Page) -> None:
    page.goto("/console/")

    expect_sign_in(page)
