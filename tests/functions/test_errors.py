"""Failures: one shape whatever fails, and nothing in them or in the logs that should not be."""

from __future__ import annotations

import json
import logging
import random
import time
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from shared.store import aws
from shared.store.dynamodb import ATTEMPTS, FIRST_PAUSE
from shared.writing import LONGEST_PAUSE
from tests.aws_calls import handle_event
from tests.client import PASSWORD

if TYPE_CHECKING:
    from tests.client import Registry, Response
    from tests.routes.scene import Scene

BUSY = [
    "InternalServerError",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ServiceUnavailable",
    "SlowDown",
    "ThrottlingException",
    "TransactionInProgressException",
]
SECRET_TEXT = "the secret of the template"


def assert_code(answer: Response, status: int, code: str) -> None:
    assert answer.status == status, answer.text
    assert answer.headers["Content-Type"] == "application/json"
    assert list(answer.json)[:3] == ["error", "code", "request_id"]
    assert answer.json["code"] == code
    assert answer.json["request_id"] == answer.headers["X-Request-Id"]
    assert "ETag" not in answer.headers
    assert "AWS" not in answer.text
    assert "Traceback" not in answer.text


@pytest.mark.parametrize("code", BUSY)
def test_every_word_of_aws_for_busy_is_heard(registry: Registry, code: str) -> None:
    prompt = registry.editor.create_prompt()

    registry.cloud.fail(code)
    answers = [
        registry.editor("GET", f"/v1/prompts/{prompt['id']}"),
        registry.editor("PUT", f"/v1/prompts/{prompt['id']}", {}),
    ]

    for answer in answers:
        assert_code(answer, 503, "unavailable")
        assert answer.headers["Retry-After"] == "1"


@pytest.mark.parametrize("reason", ["ProvisionedThroughputExceeded", "ThrottlingError"])
def test_both_reasons_for_a_throttled_transaction_are_heard(
    registry: Registry, reason: str
) -> None:
    prompt = registry.editor.create_prompt()

    registry.cloud.fail(
        "TransactionCanceledException", operation="TransactWriteItems", reasons=[reason, "None"]
    )
    answer = registry.editor("PUT", f"/v1/prompts/{prompt['id']}", {})

    assert_code(answer, 503, "unavailable")


def test_who_meets_others_without_end_is_told_to_come_back(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    prompt = registry.editor.create_prompt()
    now = time.monotonic()
    pauses: list[float] = []
    monkeypatch.setattr(time, "sleep", pauses.append)
    monkeypatch.setattr(time, "monotonic", lambda: now + sum(pauses))

    registry.cloud.fail(
        "TransactionCanceledException",
        operation="TransactWriteItems",
        reasons=["TransactionConflict"],
    )
    answers = [
        registry.editor("PUT", f"/v1/prompts/{prompt['id']}", {}),
        registry.editor("POST", f"/v1/teams/{registry.team_id}/prompts", {"name": "n"}),
    ]

    for answer in answers:
        assert_code(answer, 503, "contended")
        assert answer.headers["Retry-After"] == "1"
    assert max(pauses) <= LONGEST_PAUSE


@pytest.mark.parametrize(("times", "status"), [(2, 200), (None, 503)])
def test_a_session_that_meets_others_waits_a_little_each_time(
    registry: Registry, monkeypatch: pytest.MonkeyPatch, times: int | None, status: int
) -> None:
    body = {"email": registry.get_email(registry.people["password"]), "password": PASSWORD}
    pauses: list[float] = []
    monkeypatch.setattr(time, "sleep", pauses.append)
    monkeypatch.setattr(random, "uniform", lambda shortest, longest: longest)

    registry.cloud.fail(
        "TransactionCanceledException",
        operation="TransactWriteItems",
        reasons=["TransactionConflict"],
        times=times,
    )
    answer = registry.nobody("POST", "/v1/auth/login", body)

    if status == 503:
        assert_code(answer, 503, "contended")
    assert (answer.status, len(pauses)) == (status, times or ATTEMPTS - 1)
    assert pauses[:2] == [FIRST_PAUSE, 2 * FIRST_PAUSE]


def test_a_table_that_leaves_out_keys_is_asked_a_few_times_with_pauses(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry.editor.create_prompt()
    pauses: list[float] = []
    calls: list[object] = []
    monkeypatch.setattr(time, "sleep", pauses.append)
    monkeypatch.setattr(random, "uniform", lambda shortest, longest: longest)

    def leave_out_all(params: dict[str, Any], **_: object) -> Any:
        calls.append(params)
        request = json.loads(params["body"])["RequestItems"]
        response = SimpleNamespace(status_code=200)
        return response, {"Responses": {}, "UnprocessedKeys": request, "ResponseMetadata": {}}

    with handle_event("before-call.dynamodb.BatchGetItem", leave_out_all, aws.get_dynamodb()):
        answer = registry.editor("GET", f"/v1/teams/{registry.team_id}/prompts")

    assert_code(answer, 503, "unavailable")
    assert answer.headers["Retry-After"] == "1"
    assert len(calls) <= 8
    assert len(pauses) == len(calls) - 1
    assert 0 < sum(pauses) < 5


def test_a_throttled_bucket_is_unavailable_too(registry: Registry) -> None:
    prompt = registry.editor.create_prompt()
    path = f"/v1/prompts/{prompt['id']}/versions"
    template = "x" * 300_001

    enough = registry.cloud.fail("SlowDown", operation="PutObject")
    refused = registry.editor("POST", path, {"template": template})
    enough()
    made = registry.editor("POST", path, {"template": template})
    registry.cloud.fail("SlowDown", operation="GetObject")
    read = registry.editor("GET", f"{path}/1")

    assert_code(refused, 503, "unavailable")
    assert made.json["version"]["version"] == 1
    assert_code(read, 503, "unavailable")


@pytest.mark.parametrize("code", ["AccessDeniedException", "ValidationException"])
@pytest.mark.parametrize("reasons", [[], ["ValidationError"]])
def test_any_other_answer_of_aws_is_a_fault_of_ours_and_told_to_nobody(
    registry: Registry, code: str, reasons: list[str]
) -> None:
    prompt = registry.editor.create_prompt()
    operation = "TransactWriteItems" if reasons else ""

    registry.cloud.fail(
        "TransactionCanceledException" if reasons else code, operation=operation, reasons=reasons
    )
    answer = registry.editor("PUT", f"/v1/prompts/{prompt['id']}", {})

    assert_code(answer, 500, "internal")
    assert answer.error == "internal error"
    assert "Retry-After" not in answer.headers


@pytest.mark.parametrize(
    ("method", "path", "raw", "status", "code"),
    [
        ("GET", "/v1/prompts/{id}", None, 401, "unauthorized"),
        ("POST", "/v1/prompts/bad/versions", "{}", 400, "invalid_prompt_id"),
        ("POST", "/v1/prompts/{id}/versions", '{"template": "{{"}', 400, "invalid_template"),
        ("POST", "/v1/prompts/{id}/versions", "{", 400, "invalid_request"),
        ("GET", "/v1/prompts/no_such_slug", None, 404, "prompt_not_found"),
        ("GET", "/v1/prompts/{id}/versions/9", None, 404, "version_not_found"),
        ("DELETE", "/v1/prompts/{id}/tags/nobody", None, 404, "tag_not_found"),
        ("POST", "/v1/prompts/{id}/versions/1/promote", None, 422, "wrong_state"),
        ("PUT", "/v1/prompts/{id}/versions/1", '{"template": "x"}', 422, "not_draft"),
        ("POST", "/v1/prompts/{slug}/render", "{}", 422, "template_failed"),
        (
            "POST",
            "/v1/prompts/{id}/rollback",
            '{"target_version": 1, "rollback_reason": "r"}',
            409,
            "not_rollable",
        ),
    ],
)
def test_every_failure_has_the_same_shape(
    registry: Registry,
    scene: Scene,
    method: str,
    path: str,
    raw: str | None,
    status: int,
    code: str,
) -> None:
    client = registry.nobody if status == 401 else registry.editor

    answer = client(method, path.format(id=scene.id, slug=scene.prompt["slug"]), raw=raw)

    assert_code(answer, status, code)


@pytest.mark.parametrize(
    ("method", "path", "status", "error"),
    [
        ("GET", "/v1/nope", 404, "not found"),
        ("GET", "/v1", 404, "not found"),
        ("POST", "/v1/prompts/x/versions/1/nope", 404, "not found"),
        ("PATCH", "/v1/prompts/x/payloads", 405, "method not allowed"),
        ("DELETE", "/v1/prompts/x", 405, "method not allowed"),
        ("POST", "/v1/health", 405, "method not allowed"),
        ("GET", "/v1/prompts/x/render", 405, "method not allowed"),
    ],
)
def test_an_unknown_path_or_method_is_told_in_json(
    registry: Registry, method: str, path: str, status: int, error: str
) -> None:
    answer = registry.editor(method, path)

    assert (answer.status, answer.error) == (status, error)
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json["request_id"] == answer.headers["X-Request-Id"]


def test_no_failure_repeats_what_the_caller_sent(registry: Registry) -> None:
    prompt = registry.editor.create_prompt()
    path = f"/v1/prompts/{prompt['id']}"
    word = "Zanzibar"

    answers = [
        registry.editor("GET", f"/v1/prompts/{word}"),
        registry.editor("GET", f"/v1/prompts/{word}/versions"),
        registry.editor("GET", f"{path}/versions/{word}"),
        registry.editor("GET", f"{path}/versions?cursor={word}"),
        registry.editor("GET", f"{path}/versions?limit={word}"),
        registry.editor("POST", f"{path}/versions", raw=word),
        registry.editor("POST", f"{path}/versions", {"template": {word: word}}),
        registry.editor("POST", f"{path}/versions", {"template": "x", "engine": word}),
        registry.editor("POST", f"{path}/payloads", {"variables": word}),
        registry.editor("POST", f"{path}/rollback", {"target_version": word}),
        registry.nobody("GET", path, headers={"Authorization": f"Bearer {word}"}),
    ]

    assert {answer.status for answer in answers} <= {400, 401, 404}
    assert [answer.text for answer in answers if word in answer.text] == []


def test_logs_tell_of_every_call_and_hold_no_prompt_and_no_key(
    registry: Registry, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    prompt = registry.editor.create_prompt(name=SECRET_TEXT, description=SECRET_TEXT)
    path = f"/v1/prompts/{prompt['id']}"
    registry.editor.create_version(
        prompt["id"], f"{SECRET_TEXT} {{{{.name}}}}", message=SECRET_TEXT
    )
    registry.editor("POST", f"{path}/payloads", {"variables": {"name": SECRET_TEXT}})
    render = f"/v1/prompts/{prompt['slug']}/versions/1/render"

    answers = [
        registry.viewer("POST", render, {"variables": {"name": SECRET_TEXT}}),
        registry.viewer("POST", render, {"variables": {SECRET_TEXT: 1}}),
        registry.editor("POST", f"{path}/versions", {"template": SECRET_TEXT + " {{"}),
        registry.editor("POST", f"{path}/versions", {"template": [SECRET_TEXT]}),
        registry.nobody("GET", path, headers={"Authorization": f"Bearer {registry.editor.key}x"}),
    ]
    enough = registry.cloud.fail("AccessDeniedException")
    answers.append(registry.editor("POST", f"{path}/versions", {"template": SECRET_TEXT}))
    enough()

    assert [answer.status for answer in answers] == [200, 422, 400, 400, 401, 500]
    calls = [record for record in caplog.records if record.getMessage() == "call"]
    bugs = [record for record in caplog.records if record.getMessage() == "bug"]
    assert len(calls) == 3 + len(answers)
    assert [vars(record)["status"] for record in calls[3:]] == [200, 422, 400, 400, 401, 500]
    assert vars(calls[-1])["request_id"] == answers[-1].headers["X-Request-Id"]
    assert len(bugs) == 1
    formatter = logging.Formatter()
    logged = [f"{formatter.format(record)} {vars(record)}" for record in caplog.records]
    output = "\n".join([*logged, *capsys.readouterr()])
    assert prompt["id"] in output
    assert SECRET_TEXT not in output
    assert "ak_" not in output
