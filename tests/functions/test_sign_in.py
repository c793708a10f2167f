"""Signing in: with a password, with what is asked for in between, and with how many attempts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from infra.local.aws import USER_POOL_ID
from shared.domain.credentials import SESSION, generate_session, parse_kind
from shared.domain.organisation import ORGANISATION_ID
from shared.store import attempts, aws
from shared.store.attempts import Attempts
from shared.store.sign_in import Challenge
from tests.client import AUTHENTICATOR_CODE, PASSWORD, UNKNOWN_ID
from tests.memory import Memory

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.client import Client, Registry, Response

NEW_PASSWORD = "Another-horse-7"
UNKNOWN = "nobody@example.com"
LOGIN, CHALLENGE = "/v1/auth/login", "/v1/auth/login/challenge"
TRIGGER, RESET = "/v1/auth/password-reset/trigger", "/v1/auth/password-reset/reset"
CHANGE, SECOND_FACTOR = "/v1/auth/me/change-password", "/v1/auth/me/second-factor"


@pytest.fixture
def person(registry: Registry) -> Client:
    """A viewer with a password."""
    return registry.people["password"]


@pytest.fixture
def email(registry: Registry, person: Client) -> str:
    return registry.get_email(person)


def sign_in(registry: Registry, email: str, password: str = PASSWORD) -> Response:
    return registry.nobody("POST", LOGIN, {"email": email, "password": password})


def has_session(client: Client, response: Response) -> bool:
    """Tell whether the session of a response works."""
    return replace(client, key=response.json["token"])("GET", "/v1/auth/sessions").status == 200


def without_id(response: Response) -> tuple[int, Mapping[str, str], Any]:
    """What a response says, but for the id of its request."""
    body = {name: value for name, value in response.json.items() if name != "request_id"}
    headers = {k: v for k, v in response.headers.items() if k not in ("X-Request-Id", "ETag")}
    return response.status, headers, body


# -- a password


def test_a_password_gives_a_session_in_px0s_shape(
    registry: Registry, person: Client, email: str
) -> None:
    response = sign_in(registry, email)

    assert response.status == 200
    assert list(response.json) == ["expires_at", "token", "user"]
    assert response.json["user"]["id"] == person.person_id
    assert parse_kind(response.json["token"]) == SESSION
    assert has_session(person, response)


def test_an_address_has_no_case_and_no_spaces_around_it(registry: Registry, email: str) -> None:
    assert sign_in(registry, f"  {email.upper()} ").status == 200


def test_nobody_can_tell_which_part_is_wrong(registry: Registry, email: str) -> None:
    invited = registry.create_person(role="viewer")  # somebody without an account of Cognito
    wrong = [
        sign_in(registry, email, "Wrong-horse-7"),
        sign_in(registry, UNKNOWN, PASSWORD),
        sign_in(registry, registry.get_email(invited), PASSWORD),
        sign_in(registry, "no address", "x"),
        sign_in(registry, "", PASSWORD),
        sign_in(registry, email, ""),
    ]

    assert {str(without_id(each)) for each in wrong} == {str(without_id(wrong[0]))}
    assert (wrong[0].status, wrong[0].error) == (401, "invalid credentials")


def test_whoever_is_no_person_of_the_organisation_gets_no_session(
    registry: Registry, person: Client, email: str
) -> None:
    """Such as somebody whose removal was interrupted, or whose invitation was."""
    aws.get_dynamodb().delete_item(
        TableName="cuebook-access",
        Key={"pk": {"S": f"person#{person.person_id}"}, "sk": {"S": "person"}},
    )

    assert sign_in(registry, email).status == 401


# -- what is asked for in between


def test_an_invitation_asks_for_a_password_of_ones_own(registry: Registry) -> None:
    invited = registry.create_person(role="viewer", password=PASSWORD)
    set_first_password(invited)

    asked = sign_in(registry, registry.get_email(invited))

    assert (asked.status, asked.json["code"]) == (403, "new_password_required")
    token = asked.json["details"][0]["challenge_token"]
    weak = answer(registry, token, new_password="weak")
    assert (weak.status, weak.error) == (400, "password must be at least 8 characters")
    assert answer(registry, token, code="123456").error == "new_password is required"
    done = answer(registry, token, new_password=NEW_PASSWORD)
    assert done.status == 200
    assert has_session(invited, done)
    assert answer(registry, token, new_password=NEW_PASSWORD).status == 401
    again = sign_in(registry, registry.get_email(invited), NEW_PASSWORD)
    assert again.status == 200


def test_a_second_factor_is_asked_for_after_the_password_only(
    registry: Registry, person: Client, email: str
) -> None:
    set_up_second_factor(person)

    wrong, asked = sign_in(registry, email, "Wrong-horse-7"), sign_in(registry, email)

    assert (wrong.status, wrong.json["code"]) == (401, "invalid_credentials")
    assert (asked.status, asked.json["code"]) == (403, "second_factor_required")
    token = asked.json["details"][0]["challenge_token"]
    assert answer(registry, token, new_password=NEW_PASSWORD).error == "code is required"
    done = answer(registry, token, code="123456")
    assert done.status == 200
    assert has_session(person, done)


def test_a_wrong_code_is_refused(registry: Registry, person: Client, email: str) -> None:
    set_up_second_factor(person)
    token = sign_in(registry, email).json["details"][0]["challenge_token"]
    registry.cloud.fail("CodeMismatchException", operation="AdminRespondToAuthChallenge")

    response = answer(registry, token, code="000000")

    assert (response.status, response.json["code"]) == (401, "invalid_credentials")


@pytest.mark.parametrize("enabled", [True, False])
def test_a_second_factor_needs_the_password(
    registry: Registry, person: Client, email: str, enabled: bool
) -> None:
    if not enabled:
        set_up_second_factor(person)

    response = set_second_factor(person, enabled=enabled, password="Wrong-horse-7")

    assert (response.status, response.json["code"]) == (401, "invalid_credentials")
    assert (sign_in(registry, email).status == 200) is enabled


@pytest.mark.parametrize("code", ["CodeMismatchException", "EnableSoftwareTokenMFAException"])
def test_a_second_factor_begins_with_a_right_code_only(
    registry: Registry, person: Client, email: str, code: str
) -> None:
    person("POST", SECOND_FACTOR, {"password": PASSWORD})
    registry.cloud.fail(code, operation="VerifySoftwareToken")

    response = set_second_factor(person, enabled=True)

    assert (response.status, response.json["code"]) == (401, "invalid_credentials")
    assert sign_in(registry, email).status == 200


def test_an_account_has_one_second_factor(registry: Registry, person: Client) -> None:
    set_up_second_factor(person)

    responses = [
        person("POST", SECOND_FACTOR, {"password": PASSWORD}),
        set_second_factor(person, enabled=True),
    ]

    assert [(each.status, each.json["code"]) for each in responses] == [(409, "conflict")] * 2


def test_a_second_factor_ends_with_a_right_code_only(
    registry: Registry, person: Client, email: str
) -> None:
    set_up_second_factor(person)
    stop = registry.cloud.fail("CodeMismatchException", operation="AdminRespondToAuthChallenge")
    wrong = set_second_factor(person, enabled=False)
    stop()
    asked = sign_in(registry, email)

    right = set_second_factor(person, enabled=False)

    assert (wrong.status, asked.status, right.status) == (401, 403, 200)
    assert sign_in(registry, email).status == 200
    assert set_second_factor(person, enabled=False).status == 200


def test_attempts_at_a_second_factor_are_limited(registry: Registry, person: Client) -> None:
    statuses = [
        person("POST", SECOND_FACTOR, {"password": "Wrong-horse-7"}).status for _ in range(11)
    ]

    assert statuses == [401] * 10 + [429]


def test_an_admin_ends_the_second_factor_of_who_has_lost_it(
    registry: Registry, person: Client, email: str
) -> None:
    boss, member = registry.people["organisation_admin"], registry.people["admin"]
    path = f"/v1/orgs/{ORGANISATION_ID}/members/{person.person_id}/second-factor"
    set_up_second_factor(person)
    refused, asked = member("DELETE", path), sign_in(registry, email)

    ended = boss("DELETE", path)

    assert (refused.status, asked.status, ended.status) == (403, 403, 204)
    assert sign_in(registry, email).status == 200
    (entry, *_) = boss("GET", f"/v1/orgs/{ORGANISATION_ID}/audit-logs").json["logs"]
    assert (entry["kind"], entry["subject"]["id"]) == (
        "person.second_factor_ended",
        person.person_id,
    )
    nobody = boss("DELETE", path.replace(person.person_id, UNKNOWN_ID))
    assert (nobody.status, nobody.json["code"]) == (404, "user_not_found")


def set_first_password(client: Client) -> None:
    aws.get_cognito().admin_set_user_password(
        UserPoolId=USER_POOL_ID, Username=client.person_id, Password=PASSWORD, Permanent=False
    )


def set_up_second_factor(client: Client) -> None:
    created = client("POST", SECOND_FACTOR, {"password": PASSWORD})
    assert created.status == 200, created.text
    assert f"secret={created.json['secret']}&" in created.json["uri"]
    response = set_second_factor(client, enabled=True)
    assert response.status == 200, response.text


def set_second_factor(client: Client, *, password: str = PASSWORD, **fields: object) -> Response:
    body = {"password": password, "code": AUTHENTICATOR_CODE, **fields}
    return client("PUT", SECOND_FACTOR, body)


def answer(registry: Registry, token: str, **fields: str) -> Response:
    return registry.nobody("POST", CHALLENGE, {"challenge_token": token, **fields})


# -- attempts


def list_calls(registry: Registry, email: str) -> Iterator[tuple[str, object, Client]]:
    """Every call with which somebody's password or code can be guessed."""
    nobody, session = registry.nobody, registry.people["password"]
    wrong = "Wrong-horse-7"
    yield LOGIN, {"email": email, "password": wrong}, nobody
    yield TRIGGER, {"email": email}, nobody
    yield RESET, {"email": email, "code": "1", "new_password": "Wrong-horse-7"}, nobody
    yield CHANGE, {"current_password": wrong, "new_password": NEW_PASSWORD}, session


@pytest.mark.parametrize("path", [LOGIN, TRIGGER, RESET, CHANGE])
def test_attempts_at_one_account_are_limited(registry: Registry, email: str, path: str) -> None:
    registry.cloud.fail("CodeMismatchException", operation="ConfirmForgotPassword")
    (call,) = (call for call in list_calls(registry, email) if call[0] == path)
    _, body, client = call

    statuses = [client("POST", path, body).status for _ in range(attempts.MAX_OF_PERSON)]
    refused = client("POST", path, body)

    assert 429 not in statuses
    assert (refused.status, refused.json["code"]) == (429, "throttled")
    assert 0 < int(refused.headers["Retry-After"]) <= attempts.WINDOW_SECONDS
    # All these calls count together, so that none is a way around another one's limit.
    for other, body, client in list_calls(registry, email):
        assert client("POST", other, body).status == 429, other
    assert sign_in(registry, email).status == 429  # with the right password too


def test_attempts_at_an_unknown_account_are_limited_alike(registry: Registry, email: str) -> None:
    known, unknown = (
        [without_id(sign_in(registry, each, "Wrong-horse-7")) for _ in range(12)]
        for each in (email, UNKNOWN)
    )

    assert [each[0] for each in known] == [401] * 10 + [429] * 2
    assert [(status, body) for status, _, body in known] == [
        (status, body) for status, _, body in unknown
    ]


def test_attempts_from_one_source_are_limited(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempts, "MAX_OF_SOURCE", 3)

    statuses = [sign_in(registry, f"{n}@example.com", "x").status for n in range(4)]

    assert statuses == [401, 401, 401, 429]


def test_a_window_ends(registry: Registry, email: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "MAX_OF_PERSON", 1)
    monkeypatch.setattr(attempts, "WINDOW_SECONDS", -1)

    assert [sign_in(registry, email).status for _ in range(3)] == [200, 200, 200]


def test_attempts_that_begin_a_window_together_are_all_counted(
    registry: Registry, email: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever other attempts come between the two writes of the first one."""
    monkeypatch.setattr(attempts, "MAX_OF_PERSON", 3)
    begin = Attempts._begin_window
    others: list[Response] = []

    def begin_late(self: Attempts, subject: str, now: int) -> Any:
        monkeypatch.setattr(Attempts, "_begin_window", begin)
        others.extend(sign_in(registry, email, "Wrong-horse-7") for _ in range(3))
        return begin(self, subject, now)

    sign_in(registry, UNKNOWN)  # which begins the window of the source
    monkeypatch.setattr(Attempts, "_begin_window", begin_late)
    late = sign_in(registry, email, "Wrong-horse-7")

    assert [each.status for each in (*others, late)] == [401, 401, 401, 429]


def test_a_challenge_counts_for_its_person_in_any_spelling(
    registry: Registry, email: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempts, "MAX_OF_PERSON", 3)
    spellings = (email, email.upper(), f" {email.title()} ", email)
    statuses = []
    for name in spellings:
        asked = Challenge(name="SOFTWARE_TOKEN_MFA", username=name, session="s" * 20)
        details: Any = asked.build_problem().details
        statuses.append(answer(registry, details[0]["challenge_token"], code="1").status)

    assert statuses == [401, 401, 401, 429]


def test_counts_of_attempts_name_nobody_and_expire(registry: Registry, email: str) -> None:
    sign_in(registry, email)

    items = [
        item for item in Memory().list_items()["access"] if item["pk"]["S"].startswith("attempt#")
    ]
    assert len(items) == 2
    assert all("expires_at" in item for item in items)
    assert email not in str(items)
    assert "127.0.0.1" not in str(items)


# -- what Cognito rejects


@pytest.mark.parametrize("has_account", [True, False])
@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        ("InvalidParameterException", 400, "invalid_request"),
        ("LimitExceededException", 429, "throttled"),
        ("TooManyRequestsException", 503, "unavailable"),
        ("UserNotFoundException", 503, "contended"),
        ("UnsupportedUserStateException", 503, "contended"),
        ("NotAuthorizedException", 500, "internal"),
        ("ResourceNotFoundException", 500, "internal"),
    ],
)
def test_an_invitation_that_fails_says_why(
    registry: Registry, email: str, has_account: bool, error: str, status: int, code: str
) -> None:
    """The first one as well as one that is sent again."""
    if has_account:
        set_first_password(registry.people["password"])
        registry.cloud.fail("UsernameExistsException", operation="AdminCreateUser", times=1)
    registry.cloud.fail(error, operation="AdminCreateUser")
    path = f"/v1/orgs/{ORGANISATION_ID}/people"
    body = {"email": email, "role": "viewer", "team_id": registry.team_id}

    response = registry.people["organisation_admin"]("POST", path, body)

    assert (response.status, response.json["code"]) == (status, code)
    assert ("Retry-After" in response.headers) == (status in (429, 503))


@pytest.mark.parametrize("path", [LOGIN, TRIGGER, RESET, CHANGE])
def test_a_call_that_cognito_rejects_for_its_configuration_is_logged(
    registry: Registry, email: str, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    (call,) = (call for call in list_calls(registry, email) if call[0] == path)
    _, body, client = call
    for operation in ("AdminInitiateAuth", "ForgotPassword", "ConfirmForgotPassword"):
        registry.cloud.fail("InvalidParameterException", operation=operation)

    assert client("POST", path, body).status < 500

    assert [record.message for record in caplog.records].count("rejected by Cognito") == 1
    assert email not in caplog.text


def test_an_error_that_no_caller_can_cause_is_a_bug(registry: Registry, email: str) -> None:
    registry.cloud.fail("InvalidUserPoolConfigurationException", operation="AdminInitiateAuth")

    assert sign_in(registry, email).status == 500


# -- another password


def test_nobody_can_tell_whether_an_address_is_known(registry: Registry, email: str) -> None:
    known, unknown = (
        (without_id(registry.nobody("POST", TRIGGER, {"email": each})), list_aws_calls(registry))
        for each in (email, UNKNOWN)
    )

    assert known == unknown
    assert known[0][0] == 200
    assert known[0][2] == {"message": "password reset email sent successfully"}


def test_an_email_that_cannot_be_sent_says_nothing_of_the_address(
    registry: Registry, email: str
) -> None:
    registry.cloud.fail("CodeDeliveryFailureException", operation="ForgotPassword", times=1)

    known, unknown = (
        without_id(registry.nobody("POST", TRIGGER, {"email": each})) for each in (email, UNKNOWN)
    )

    assert known == unknown


def test_a_wrong_code_says_nothing_of_the_address(registry: Registry, email: str) -> None:
    registry.cloud.fail("CodeMismatchException", operation="ConfirmForgotPassword", times=1)

    known, unknown = (
        without_id(
            registry.nobody(
                "POST", RESET, {"email": each, "code": "1", "new_password": NEW_PASSWORD}
            )
        )
        for each in (email, UNKNOWN)
    )

    assert known == unknown
    assert (known[0], known[2]["error"]) == (400, "invalid or expired password reset code")


def list_aws_calls(registry: Registry) -> list[str]:
    """List what was done in AWS since this was called last."""
    calls = sorted(action for actions in registry.cloud.used.values() for action in actions)
    registry.cloud.used.clear()
    return calls


def test_a_reset_sets_the_password_and_ends_all_sessions(
    registry: Registry, person: Client, email: str
) -> None:
    assert person("GET", "/v1/auth/sessions").status == 200

    body = {"email": email, "code": "123456", "new_password": NEW_PASSWORD}
    response = registry.nobody("POST", RESET, body)

    assert response.json == {"email": email, "message": "password reset successfully"}
    assert person("GET", "/v1/auth/sessions").status == 401
    assert sign_in(registry, email).status == 401
    assert sign_in(registry, email, NEW_PASSWORD).status == 200


def test_a_change_of_the_password_ends_all_other_sessions(
    registry: Registry, person: Client, email: str
) -> None:
    other = replace(person, key=sign_in(registry, email).json["token"])
    assert other("GET", "/v1/auth/sessions").status == 200
    body = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}

    wrong = person("POST", CHANGE, {**body, "current_password": "Wrong-horse-7"})
    right = person("POST", CHANGE, body)

    assert (wrong.status, wrong.error) == (401, "invalid current password")
    assert (right.status, right.json) == (200, {"message": "password changed successfully"})
    assert person("GET", "/v1/auth/sessions").status == 200
    assert other("GET", "/v1/auth/sessions").status == 401
    assert sign_in(registry, email, NEW_PASSWORD).status == 200


# -- sessions


def test_a_password_is_that_of_the_person_and_not_of_the_address(
    registry: Registry, person: Client, email: str
) -> None:
    """A person of the identity provider has an address that somebody was invited by."""
    federated = registry.create_person(role="viewer", email=email)
    somebody = registry.store.people.find_person(federated.person_id)
    assert somebody is not None
    other = replace(federated, key=registry.create_session(somebody))
    body = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}

    response = federated("POST", CHANGE, body)

    assert (response.status, response.error) == (401, "invalid current password")
    # A right password would have ended this session.
    assert other("GET", "/v1/auth/sessions").status == 200
    assert sign_in(registry, email).status == 200


def test_signing_out_ends_the_session_at_once_and_is_always_a_success(
    registry: Registry, person: Client, email: str
) -> None:
    client = replace(person, key=sign_in(registry, email).json["token"])
    assert client("GET", "/v1/auth/sessions").status == 200

    assert client("DELETE", "/v1/auth/session").status == 204
    assert client("GET", "/v1/auth/sessions").status == 401
    for key in (client.key, generate_session(), "nonsense", None):
        assert replace(person, key=key)("DELETE", "/v1/auth/session").status == 204


def test_sessions_are_listed_without_their_secrets_and_revoked_by_id(
    registry: Registry, person: Client, email: str
) -> None:
    token = sign_in(registry, email).json["token"]
    newest, current = person("GET", "/v1/auth/sessions").json["sessions"]

    assert (newest["is_current"], current["is_current"]) == (False, True)
    assert set(newest) == {"id", "user_id", "expires_at", "created_at", "is_current"}
    assert replace(person, key=token)("GET", "/v1/auth/sessions").status == 200
    others = registry.people["admin"]("DELETE", f"/v1/auth/sessions/{newest['id']}")
    assert (others.status, others.json["code"]) == (404, "session_not_found")
    assert person("DELETE", f"/v1/auth/sessions/{newest['id']}").status == 204
    assert replace(person, key=token)("GET", "/v1/auth/sessions").status == 401


def test_a_person_who_is_removed_is_out_at_once_and_cannot_sign_in(
    registry: Registry, person: Client, email: str
) -> None:
    admin = registry.people["organisation_admin"]
    organisation = admin("GET", "/v1/me/orgs").json["organizations"][0]["id"]
    assert person("GET", "/v1/auth/sessions").status == 200

    removed = admin("DELETE", f"/v1/orgs/{organisation}/members/{person.person_id}")

    assert removed.status == 204
    assert person("GET", "/v1/auth/sessions").status == 401
    assert sign_in(registry, email).status == 401
