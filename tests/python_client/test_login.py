"""`cuebook login`, `logout` and `keys`: who somebody is, and where that is kept."""

from __future__ import annotations

import http.client
import json
from base64 import urlsafe_b64encode
from hashlib import sha256
from threading import Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from cuebook.cli.login import PORT
from cuebook.cli.sign_in import PATH
from shared.settings import get_settings
from shared.store import sign_in_page
from tests import sign_in_page as page_of_tests
from tests.client import AUTHENTICATOR_CODE, PASSWORD, UNKNOWN_ID
from tests.documents import read_document
from tests.hangs import HANG_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tests.client import Registry
    from tests.python_client.commands import Shell


def read_credentials(shell: Shell) -> dict[str, Any]:
    """Read the file of credentials."""
    document: dict[str, Any] = json.loads(get_file(shell).read_text())
    return document


def get_file(shell: Shell) -> Path:
    return shell.folder / "cuebook" / "credentials.json"


# -- keys and passwords


def test_a_key_is_kept_for_its_address_only(shell: Shell, registry: Registry) -> None:
    shell.use(None, None)

    outcome = shell("login", "--url", f"{shell.url}/", text=f"{registry.editor.key}\n")
    assert (outcome.code, outcome.output) == (0, f"You use {shell.url} with Ours.\n")
    assert read_credentials(shell)["secrets"] == {shell.url: registry.editor.key}
    assert get_file(shell).stat().st_mode & 0o777 == 0o600
    assert get_file(shell).parent.stat().st_mode & 0o777 == 0o700
    assert shell("list").code == 0
    assert shell("list", "--json").json == []
    assert shell("--url", "http://127.0.0.1:1", "list").code == 2


def test_options_and_the_environment_come_first(shell: Shell, registry: Registry) -> None:
    shell("login", "--api-key", str(registry.editor.key))
    registry.editor.create_prompt("Ours")
    registry.stranger.create_prompt("Theirs")

    shell.use(None, registry.stranger.key)
    assert [row["slug"] for row in shell("list", "--json").json] == ["theirs"]
    rows = shell("--api-key", str(registry.editor.key), "list", "--json").json
    assert [row["slug"] for row in rows] == ["ours"]


@pytest.mark.parametrize(
    ("options", "text", "code"),
    [
        (("--api-key", f"ak_{'0' * 64}"), "", 1),
        (("--api-key", "no key"), "", 2),
        ((), "", 2),
        (("--email", "nobody@example.com"), "wrong\n", 1),
        (("--email", "nobody@example.com", "--browser"), "", 2),
        (("--url", "ftp://localhost", "--api-key", "ak_1"), "", 2),
    ],
)
def test_what_the_service_does_not_take_is_not_kept(
    shell: Shell, options: tuple[str, ...], text: str, code: int
) -> None:
    outcome = shell("login", *options, text=text)

    assert (outcome.code, outcome.output, len(outcome.errors)) == (code, "", 1)
    assert "ak_0" not in outcome.errors[0]
    assert not get_file(shell).exists()


def test_a_person_signs_in_and_out(shell: Shell, registry: Registry) -> None:
    shell.use(shell.url, None)
    person = registry.people["password"]

    outcome = shell("login", "--email", registry.get_email(person), text=f"{PASSWORD}\n")
    assert outcome.code == 0
    session = read_credentials(shell)["secrets"][shell.url]
    assert session.startswith("sess_")
    assert session not in outcome.output
    assert shell("list").code == 0
    assert shell("logout").output == f"You are logged out of {shell.url}.\n"
    assert read_credentials(shell) == {"url": "", "secrets": {}}
    shell.use(shell.url, session)
    assert shell("list").code == 1
    shell.use(shell.url, None)
    assert shell("logout").code == 1


def test_a_second_factor_is_asked_for(shell: Shell, registry: Registry) -> None:
    email = registry.get_email(registry.people["second_factor"])

    text = f"{PASSWORD}\n{AUTHENTICATOR_CODE}\n"
    assert shell("login", "--email", email, text=text).code == 0
    assert shell("login", "--email", email, text=f"{PASSWORD}\n").code == 2


def test_a_session_is_forgotten_while_the_service_is_down(
    shell: Shell, registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    email = registry.get_email(registry.people["password"])
    shell("login", "--email", email, text=f"{PASSWORD}\n")
    document = read_credentials(shell)
    url = "http://127.0.0.1:1"
    document["secrets"] = {url: document["secrets"][shell.url]}
    get_file(shell).write_text(json.dumps(document))

    outcome = shell("--url", url, "logout")
    assert outcome.code == 0
    assert "within a day" in outcome.errors[0]
    assert read_credentials(shell)["secrets"] == {}


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"url": 1, "secrets": {}}', '{"url": "", "secrets": []}']
)
def test_a_damaged_file_is_named(shell: Shell, text: str) -> None:
    shell.use(shell.url, None)
    get_file(shell).parent.mkdir()
    get_file(shell).write_text(text)

    outcome = shell("list")
    assert outcome.code == 2
    assert str(get_file(shell)) in outcome.errors[0]


# -- the browser


class Browser:
    """A browser in which somebody signs in, and the page that it is sent to.

    Attributes:
        query: What the page was asked.
        answers: The status of each visit on the way back.
    """

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self.query: dict[str, str] = {}
        self.answers: list[int] = []
        self.visits: list[Callable[[], Mapping[str, str]]] = [self.bring_code]
        self.threads: list[Thread] = []

    def open(self, address: str) -> bool:
        """Open the page, which sends the browser back."""
        parts = urlsplit(address)
        assert address.startswith(f"{page_of_tests.URL}/oauth2/authorize?")
        self.query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        thread = Thread(target=self.return_to_command)
        self.threads.append(thread)
        thread.start()
        return True

    def return_to_command(self) -> None:
        back = urlsplit(self.query["redirect_uri"])
        for visit in self.visits:
            connection = http.client.HTTPConnection(
                "127.0.0.1", back.port or 0, timeout=HANG_SECONDS
            )
            connection.request("GET", f"{back.path}?{urlencode(visit())}")
            self.answers.append(connection.getresponse().status)
            connection.close()

    def bring_code(self) -> Mapping[str, str]:
        code = page_of_tests.build_code(UNKNOWN_ID)
        return {"code": code, "state": self.query["state"]}

    def exchange(
        self, url: str, method: str, path: str, headers: Mapping[str, str], body: str
    ) -> tuple[int, bytes]:
        """Respond to the service, for a verifier whose hash the page was given."""
        if path == "/oauth2/token":
            fields = {name: values[0] for name, values in parse_qs(body).items()}
            digest = sha256(fields["code_verifier"].encode()).digest()
            assert urlsafe_b64encode(digest).decode().rstrip("=") == self.query["code_challenge"]
            assert fields["redirect_uri"] == self.query["redirect_uri"]
            body = urlencode({**fields, "code_verifier": page_of_tests.VERIFIER})
        return page_of_tests.send(url, method, path, headers, body)


@pytest.fixture
def browser(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> Browser:
    browser = Browser(registry)
    monkeypatch.setattr("webbrowser.open", browser.open)
    monkeypatch.setattr(sign_in_page, "send", browser.exchange)
    monkeypatch.setattr("cuebook.cli.sign_in.SECONDS_IN_BROWSER", HANG_SECONDS)
    return browser


def test_a_person_signs_in_with_a_browser(shell: Shell, browser: Browser, free_port: int) -> None:
    outcome = shell("login", "--browser", "--port", str(free_port))

    assert (outcome.code, outcome.output) == (0, f"You use {shell.url} with Ours.\n"), outcome
    assert browser.query["redirect_uri"] == f"http://localhost:{free_port}/signed-in"
    assert browser.query["code_challenge_method"] == "S256"
    assert read_credentials(shell)["secrets"][shell.url].startswith("sess_")


def test_the_address_to_register_is_that_in_the_documents() -> None:
    assert f"`http://localhost:{PORT}{PATH}`" in read_document("docs/operate.md").prose


def test_only_the_page_brings_a_code(shell: Shell, browser: Browser, free_port: int) -> None:
    browser.visits = [
        lambda: {"code": "of an attacker"},
        lambda: {"code": "of an attacker", "state": "wrong"},
        lambda: {"code": "of an attacker", "state": "é"},
        browser.bring_code,
    ]

    assert shell("login", "--browser", "--port", str(free_port)).code == 0
    for thread in browser.threads:
        thread.join()
    assert browser.answers == [400, 400, 400, 200]


def test_a_refusal_of_the_page_is_passed_on(shell: Shell, browser: Browser, free_port: int) -> None:
    browser.visits = [lambda: {"error": "access_denied", "state": browser.query["state"]}]

    outcome = shell("login", "--browser", "--port", str(free_port))
    assert (outcome.code, outcome.output) == (1, "")
    assert "access_denied" in outcome.errors[-1]
    assert not get_file(shell).exists()


def test_a_person_who_does_not_sign_in_is_not_waited_for(
    shell: Shell, browser: Browser, free_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cuebook.cli.sign_in.SECONDS_IN_BROWSER", 0)
    browser.visits = []

    outcome = shell("login", "--browser", "--port", str(free_port))
    assert outcome.code == 1
    assert "nobody has signed in" in outcome.errors[-1]


def test_a_port_that_is_in_use_is_named(shell: Shell, browser: Browser) -> None:
    port = urlsplit(shell.url).port

    outcome = shell("login", "--browser", "--port", str(port))
    assert outcome.code == 2
    assert f"port {port}" in outcome.errors[0]


def test_where_nobody_signs_in_with_a_browser_the_ways_that_remain_are_named(
    shell: Shell, registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIGN_IN_URL", "")
    get_settings.cache_clear()
    registry.forget()

    outcome = shell("login", "--browser")
    assert outcome.code == 2
    assert "no sign-in page: use --email" in outcome.errors[0]


# -- API keys


def test_a_person_makes_and_revokes_a_key(shell: Shell, registry: Registry) -> None:
    prompt = registry.editor.create_prompt("Greeting")
    shell.use(shell.url, registry.people["admin"].key)

    options = ("--prompt", "greeting", "--pointer", "live", "--quota", "9", "--days", "3")
    outcome = shell("keys", "create", "a service", *options)
    (secret,) = outcome.output.split()
    assert secret not in "".join(outcome.errors)
    (key,) = (row for row in shell("keys", "list", "--json").json if row["name"] == "a service")
    assert (key["team_ids"], key["prompt_ids"]) == ([registry.team_id], [prompt["id"]])
    assert (key["pointers"], key["quota"], key["operation"]) == (["live"], 9, "read_render")
    assert key["id"] in outcome.errors[0]
    assert key["expires_at"] is not None
    assert secret not in shell("keys", "list").output
    assert shell("keys", "revoke", key["id"]).code == 0
    registry.forget()
    shell.use(shell.url, secret)
    assert shell("list").code == 1


def test_a_key_is_made_once_if_its_response_is_lost(
    shell: Shell, registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cuebook._effects import NoResponseError
    from cuebook._threads import Threads

    perform = Threads._perform

    def lose_response(self: Threads, effect: Any, pool: Any) -> Any:
        response = perform(self, effect, pool)
        if getattr(effect, "path", "") == "/v1/api-keys":
            raise NoResponseError("it was lost")
        return response

    shell.use(shell.url, registry.people["admin"].key)
    monkeypatch.setattr(Threads, "_perform", lose_response)

    assert shell("keys", "create", "a service").code == 1
    rows = shell("keys", "list", "--json").json
    assert len([row for row in rows if row["name"] == "a service"]) == 1


def test_a_key_does_not_make_keys_and_says_who_does(shell: Shell, registry: Registry) -> None:
    shell.use(shell.url, registry.admin.key)

    outcome = shell("keys", "create", "a service", "--team", registry.team_id)
    assert outcome.code == 1
    assert "cuebook login --email" in outcome.errors[0]
    assert shell("keys", "create", "x", "--all-teams", "--team", registry.team_id).code == 2
