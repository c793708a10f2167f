"""Single sign-on: the code of Cognito's own page becomes a session, and groups become teams."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import parse_qs
from uuid import uuid4

import pytest

from shared.domain.federation import Identity, choose_roles, parse_group_names, parse_rules
from shared.problems import InvalidCredentials, Unavailable, Unsupported
from shared.settings import get_settings
from shared.store import attempts
from shared.store import sign_in_page as page_module
from shared.store.sign_in_page import PageError, SignInPage
from shared.store.sign_in_page import send as send_over_http
from tests.memory import Memory
from tests.sign_in_page import CLIENT_ID, REDIRECT_URI, VERIFIER, Page, build_exchange, run_page

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.client import Registry, Response

EXCHANGE = "/v1/auth/exchange"
ID = "0e6d3b72-58c1-4f9a-b0d4-71a2c8e5f396"


def exchange(registry: Registry, person_id: str = ID, **fields: str) -> Response:
    return registry.nobody("POST", EXCHANGE, build_exchange(person_id, **fields))


def get_role(registry: Registry, person_id: str = ID) -> str | None:
    member = registry.store.organisations.find_member(registry.team_id, person_id)
    return member.role if member else None


def set_groups(
    registry: Registry, monkeypatch: pytest.MonkeyPatch, **rules: tuple[str, str]
) -> None:
    """Set the rules: for each group the team's id and the role."""
    text = ",".join(f"{group}={team_id}:{role}" for group, (team_id, role) in rules.items())
    monkeypatch.setenv("GROUPS", text)
    get_settings.cache_clear()
    registry.forget()


# -- who comes into which team


def test_the_first_sign_in_makes_a_person_in_the_team_of_the_group(registry: Registry) -> None:
    response = exchange(registry, email="Ada@Corp.Example")

    assert response.status == 200
    assert list(response.json) == ["expires_at", "token", "user"]
    assert response.json["user"]["id"] == ID
    assert response.json["user"]["email"] == "ada@corp.example"
    assert response.json["user"]["is_admin"] is False
    session = replace(registry.nobody, key=response.json["token"])
    (team,) = session("GET", "/v1/me/teams").json["teams"]
    assert (team["id"], get_role(registry)) == (registry.team_id, "editor")
    prompt = session.create_prompt()
    assert session("GET", f"/v1/prompts/{prompt['id']}").status == 200


def test_another_sign_in_is_the_same_person(registry: Registry) -> None:
    first, second = exchange(registry), exchange(registry)

    assert first.json["user"] == second.json["user"]
    assert first.json["token"] != second.json["token"]


@pytest.mark.parametrize("groups", ["", "others", "writer", "writers2"])
def test_nobody_without_a_group_of_ours_is_admitted(registry: Registry, groups: str) -> None:
    response = exchange(registry, groups=groups)

    assert (response.status, response.json["code"]) == (403, "not_admitted")
    assert registry.store.people.find_person(ID) is None


def test_groups_move_a_person_between_teams_and_roles(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = registry.create_team("Other")
    set_groups(
        registry,
        monkeypatch,
        writers=(registry.team_id, "editor"),
        leads=(registry.team_id, "admin"),
        others=(other, "viewer"),
    )
    organisations = registry.store.organisations

    exchange(registry, groups="writers,others")
    assert (get_role(registry), organisations.find_member(other, ID) is not None) == (
        "editor",
        True,
    )
    exchange(registry, groups="leads,writers")  # the highest role counts
    assert (get_role(registry), organisations.find_member(other, ID)) == ("admin", None)
    exchange(registry, groups="writers")
    assert get_role(registry) == "editor"


def test_a_person_who_leaves_the_last_group_loses_teams_and_sessions(registry: Registry) -> None:
    session = replace(registry.nobody, key=exchange(registry).json["token"])
    assert session("GET", "/v1/auth/sessions").status == 200

    response = exchange(registry, groups="others")

    assert (response.status, response.json["code"]) == (403, "not_admitted")
    assert get_role(registry) is None
    assert session("GET", "/v1/auth/sessions").status == 401


def test_a_team_that_no_group_names_is_left_alone(registry: Registry) -> None:
    exchange(registry)
    other = registry.create_team("By hand")
    body = {"user_id": ID, "role": "viewer"}
    boss = registry.people["organisation_admin"]
    assert boss("POST", f"/v1/teams/{other}/members", body).status == 204

    exchange(registry)

    assert registry.store.organisations.find_member(other, ID) is not None


def test_the_last_admin_of_a_team_stays(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    team = registry.create_team("Led")
    set_groups(registry, monkeypatch, leads=(team, "admin"), writers=(registry.team_id, "editor"))
    exchange(registry, groups="leads")

    assert exchange(registry, groups="writers").status == 200
    member = registry.store.organisations.find_member(team, ID)
    assert member is not None
    assert member.role == "admin"


def test_a_rule_of_a_team_that_is_gone_admits_nobody(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_groups(registry, monkeypatch, writers=(str(uuid4()), "editor"))

    assert exchange(registry).status == 403


def test_two_first_sign_ins_at_once_are_one_person(registry: Registry) -> None:
    statuses: list[int] = []
    registry.cloud.run_before(
        "TransactWriteItems", lambda: statuses.append(exchange(registry).status)
    )

    statuses.append(exchange(registry).status)

    assert statuses == [200, 200]
    assert [each.id for each in registry.store.people.list_people({})].count(ID) == 1


def test_the_audit_log_names_the_person_and_no_secret(registry: Registry) -> None:
    exchange(registry)

    history = json.dumps(Memory().list_items()["history"])
    assert ID in history
    assert VERIFIER not in history


# -- what is wrong


@pytest.mark.parametrize(
    ("changes", "status", "text"),
    [
        ({"code": ""}, 400, "code is required"),
        ({"code_verifier": ""}, 400, "code_verifier is required"),
        ({"redirect_uri": ""}, 400, "redirect_uri is required"),
        ({"code": "used before"}, 401, "invalid credentials"),
        ({"code_verifier": "w" * 43}, 401, "invalid credentials"),
    ],
)
def test_what_is_wrong_is_refused(
    registry: Registry, changes: dict[str, str], status: int, text: str
) -> None:
    response = registry.nobody("POST", EXCHANGE, {**build_exchange(ID), **changes})

    assert (response.status, response.error) == (status, text)


def test_attempts_from_one_source_are_limited(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempts, "MAX_OF_SOURCE", 2)

    statuses = [exchange(registry, groups="others").status for _ in range(3)]

    assert statuses == [403, 403, 429]


def test_without_single_sign_on_it_is_refused_with_what_to_do_instead(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SIGN_IN_URL")
    get_settings.cache_clear()
    registry.forget()

    response = exchange(registry)

    assert (response.status, response.json["code"]) == (501, "unsupported")
    assert "POST /v1/auth/login" in response.error


# -- what is sent to the page, over HTTP


def build_client(page: Page) -> SignInPage:
    return SignInPage(url=page.url, client_id=CLIENT_ID)


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    monkeypatch.setattr(page_module, "send", send_over_http)
    with run_page() as page:
        page.responses = {
            "/oauth2/token": (200, {"access_token": "the-token", "id_token": "unused"}),
            "/oauth2/userInfo": (
                200,
                {"sub": ID, "email": "Ada@Corp.example", "custom:groups": "[a, b]"},
            ),
        }
        yield page


@pytest.mark.enable_socket
def test_the_code_is_exchanged_and_cognito_itself_says_who_it_is(page: Page) -> None:
    identity = build_client(page).identify("the code", verifier=VERIFIER, redirect_uri=REDIRECT_URI)

    assert identity == Identity(id=ID, email="ada@corp.example", groups=frozenset({"a", "b"}))
    (exchanged, headers, form), (asked, token, empty) = page.requests
    assert exchanged == "POST /oauth2/token"
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert parse_qs(form) == {
        "grant_type": ["authorization_code"],
        "client_id": [CLIENT_ID],
        "code": ["the code"],
        "code_verifier": [VERIFIER],
        "redirect_uri": [REDIRECT_URI],
    }
    assert (asked, token["Authorization"], empty) == (
        "GET /oauth2/userInfo",
        "Bearer the-token",
        "",
    )


@pytest.mark.enable_socket
@pytest.mark.parametrize("path", ["/oauth2/token", "/oauth2/userInfo"])
@pytest.mark.parametrize(
    ("status", "problem"),
    [(400, InvalidCredentials), (401, InvalidCredentials), (429, Unavailable), (503, Unavailable)],
)
def test_what_the_page_refuses_is_the_callers_or_temporary(
    page: Page, path: str, status: int, problem: type[Exception]
) -> None:
    page.responses[path] = (status, {"error": "invalid_grant", "token": "the-token"})

    with pytest.raises(problem) as caught:
        build_client(page).identify("the code", verifier=VERIFIER, redirect_uri=REDIRECT_URI)

    assert "the-token" not in str(caught.value)


@pytest.mark.enable_socket
@pytest.mark.parametrize(
    ("path", "status", "document"),
    [
        ("/oauth2/token", 400, {"error": "invalid_client"}),
        ("/oauth2/token", 400, {"error": "unauthorized_client"}),
        ("/oauth2/token", 401, {"error": "invalid_client"}),
        ("/oauth2/token", 404, ["invalid_grant"]),
        ("/oauth2/userInfo", 403, {"error": "insufficient_scope"}),
    ],
)
def test_what_no_caller_can_cause_is_a_bug(
    page: Page, path: str, status: int, document: object
) -> None:
    page.responses[path] = (status, document)

    with pytest.raises(PageError):
        build_client(page).identify("the code", verifier=VERIFIER, redirect_uri=REDIRECT_URI)


@pytest.mark.enable_socket
def test_a_request_that_the_page_does_not_understand_is_logged(
    page: Page, caplog: pytest.LogCaptureFixture
) -> None:
    page.responses["/oauth2/token"] = (400, {"error": "invalid_request"})

    with pytest.raises(InvalidCredentials):
        build_client(page).identify("the code", verifier="short", redirect_uri=REDIRECT_URI)

    assert "rejected by Cognito" in [record.message for record in caplog.records]


@pytest.mark.enable_socket
def test_a_page_that_cannot_be_reached_is_temporary(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_module, "send", send_over_http)
    with run_page() as page:
        client = build_client(page)

    with pytest.raises(Unavailable):
        client.identify("the code", verifier=VERIFIER, redirect_uri=REDIRECT_URI)


def test_without_a_page_nothing_is_sent() -> None:
    with pytest.raises(Unsupported):
        SignInPage(url="", client_id="").identify("c", verifier="v", redirect_uri="r")


# -- rules


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", set()),
        ("[]", set()),
        ("a", {"a"}),
        ("[a, b c]", {"a", "b c"}),
        ('["a","b"]', {"a", "b"}),
        (" a , b ", {"a", "b"}),
    ],
)
def test_names_of_groups_are_those_that_cognito_stores(text: str, names: set[str]) -> None:
    assert parse_group_names(text) == names


@pytest.mark.parametrize(
    "text",
    ["a", f"a={ID}", f"a={ID}:boss", "a=team:viewer", f"={ID}:viewer", f"a={ID}:viewer,", ","],
)
def test_a_malformed_rule_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not like"):
        parse_rules(text)


def test_the_highest_role_counts() -> None:
    other = str(uuid4())
    rules = parse_rules(f"a={ID}:editor, b={ID}:admin,c={ID}:viewer,a={other}:viewer")

    assert choose_roles({"a", "b", "c"}, rules) == {ID: "admin", other: "viewer"}
    assert choose_roles({"c", "x"}, rules) == {ID: "viewer"}
    assert choose_roles((), rules) == {}
