"""Single sign-on: the console leaves for the organisation's page, and comes back with a code."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import pytest
from playwright.sync_api import expect

from shared.store import sign_in_page
from tests import sign_in_page as page_of_tests
from tests.client import UNKNOWN_ID
from tests.console.browser import open_console

if TYPE_CHECKING:
    from collections.abc import Mapping

    from playwright.sync_api import Page, Route

    from tests.console.browser import Watch

AUTHORIZE = f"{page_of_tests.URL}/oauth2/authorize"
GO_BACK = "<!doctype html><meta http-equiv='refresh' content='0; url={url}'>"


class Provider:
    """The page of sign-in, which sends everybody back at once.

    Attributes:
        query: What it was asked.
        fields: What it sends back beside the state.
        state: The state that it sends back; None for that of the query.
    """

    def __init__(self) -> None:
        self.query: dict[str, str] = {}
        self.fields = {"code": page_of_tests.build_code(UNKNOWN_ID, email="grace@corp.example")}
        self.state: str | None = None

    def send_back(self, route: Route) -> None:
        """Respond to the browser."""
        self.query = dict(parse_qsl(urlsplit(route.request.url).query))
        state = self.query["state"] if self.state is None else self.state
        url = f"{self.query['redirect_uri']}?{urlencode({**self.fields, 'state': state})}"
        route.fulfill(content_type="text/html", body=GO_BACK.format(url=url.replace("&", "&amp;")))

    def exchange(
        self, url: str, method: str, path: str, headers: Mapping[str, str], body: str
    ) -> tuple[int, bytes]:
        """Respond to the service, for the verifier whose hash the browser has brought."""
        if path == "/oauth2/token":
            fields = {name: values[0] for name, values in parse_qs(body).items()}
            digest = sha256(fields["code_verifier"].encode()).digest()
            assert urlsafe_b64encode(digest).decode().rstrip("=") == self.query["code_challenge"]
            assert fields["redirect_uri"] == self.query["redirect_uri"]
            body = urlencode({**fields, "code_verifier": page_of_tests.VERIFIER})
        return page_of_tests.send(url, method, path, headers, body)


@pytest.fixture
def provider(page: Page, watch: Watch, monkeypatch: pytest.MonkeyPatch) -> Provider:
    """The page of sign-in, which the browser visits."""
    provider = Provider()
    page.route(f"{AUTHORIZE}?*", provider.send_back)
    watch.expect(f"elsewhere: GET {AUTHORIZE}")
    monkeypatch.setattr(sign_in_page, "send", provider.exchange)
    return provider


def leave_for_sign_in(page: Page, path: str = "/") -> None:
    open_console(page, path)
    page.get_by_role("button", name="Sign in with your organisation").click()


def test_a_person_comes_back_to_the_page_that_was_left(
    page: Page, provider: Provider, url: str
) -> None:
    leave_for_sign_in(page, "/teams")

    expect(page.get_by_text("grace@corp.example")).to_be_visible()
    expect(page.get_by_role("link", name="Ours")).to_be_visible()
    assert page.url == f"{url}/console#/teams"
    assert provider.query["redirect_uri"] == f"{url}/console"
    assert provider.query["code_challenge_method"] == "S256"
    assert provider.query["client_id"] == page_of_tests.CLIENT_ID
    assert page.evaluate("[sessionStorage.length, localStorage.length]") == [0, 0]


def test_a_code_that_nobody_has_asked_for_is_not_used(page: Page, provider: Provider) -> None:
    provider.state = "of an attacker"

    leave_for_sign_in(page)

    expect(page.get_by_text("This is not the way back from the sign-in page.")).to_be_visible()
    expect(page.get_by_label("Password")).to_be_visible()


def test_what_the_provider_says_is_shown(page: Page, provider: Provider) -> None:
    provider.fields = {"error": "access_denied", "error_description": "You are not on the list."}

    leave_for_sign_in(page)

    expect(page.get_by_text("You are not on the list.")).to_be_visible()
    assert "error" not in page.url
