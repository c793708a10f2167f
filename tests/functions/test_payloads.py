"""Payloads: named sample variables of a prompt, which come back as exact as they came."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from tests.client import UNKNOWN_ID

if TYPE_CHECKING:
    from tests.client import Registry, Response

FIELDS = ["id", "prompt_id", "name", "variables", "created_at", "updated_at"]


@pytest.fixture
def path(registry: Registry) -> str:
    """Of the payloads of a new prompt."""
    return f"/v1/prompts/{registry.editor.create_prompt()['id']}/payloads"


def create_payload(registry: Registry, path: str, **fields: object) -> dict[str, Any]:
    made = registry.editor("POST", path, {"variables": {}} | fields)
    assert made.status == 201, made.text
    payload: dict[str, Any] = made.json["payload"]
    return payload


def test_a_new_payload_is_told_in_full_and_read_back_the_same(
    registry: Registry, path: str
) -> None:
    made = registry.editor("POST", path, {"variables": {"user": "Ada"}, "name": "a user"})

    payload = made.json["payload"]
    assert made.status == 201
    assert list(payload) == FIELDS
    assert str(UUID(payload["id"])) == payload["id"]
    assert payload["prompt_id"] in path
    assert (payload["name"], payload["variables"]) == ("a user", {"user": "Ada"})
    assert payload["created_at"] == payload["updated_at"]
    assert registry.viewer("GET", f"{path}/{payload['id']}").json == {"payload": payload}
    assert registry.viewer("GET", path).json == {"payloads": [payload]}


def test_a_payload_has_no_name_unless_it_is_given_one(registry: Registry, path: str) -> None:
    names = [
        create_payload(registry, path, **fields)["name"]
        for fields in ({}, {"name": None}, {"name": ""})
    ]

    assert names == [None, None, ""]


@pytest.mark.parametrize("variables", [None, [], [1], "text", "{}", 1, True])
def test_variables_must_be_an_object(registry: Registry, path: str, variables: object) -> None:
    payload = create_payload(registry, path)

    made = registry.editor("POST", path, {"variables": variables})
    changed = registry.editor("PUT", f"{path}/{payload['id']}", {"variables": variables})

    for answer in (made, changed):
        assert (answer.status, answer.error) == (400, "payload variables must be a JSON object")
    assert registry.viewer("GET", path).json["payloads"] == [payload]


@pytest.mark.parametrize("body", [{}, {"name": "only"}])
def test_a_payload_needs_variables(registry: Registry, path: str, body: dict[str, str]) -> None:
    answer = registry.editor("POST", path, body)

    assert (answer.status, answer.error) == (400, "payload variables are required")


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"name": "n" * 256}, "payload name must be at most 255 characters"),
        ({"name": "\0"}, "payload name must not contain NUL characters"),
        ({"variables": {"a": "\0"}}, "payload variables must not contain NUL characters"),
        ({"variables": {"\0": 1}}, "payload variables must not contain NUL characters"),
        (
            {"variables": {"a": [{"b": ["x\0"]}]}},
            "payload variables must not contain NUL characters",
        ),
        ({"name": 1}, "invalid request body"),
    ],
)
def test_what_a_payload_cannot_hold_is_refused(
    registry: Registry, path: str, fields: dict[str, object], error: str
) -> None:
    payload = create_payload(registry, path)

    made = registry.editor("POST", path, {"variables": {}} | fields)
    changed = registry.editor("PUT", f"{path}/{payload['id']}", fields)

    assert [(a.status, a.error) for a in (made, changed)] == [(400, error)] * 2
    assert registry.viewer("GET", path).json["payloads"] == [payload]


@pytest.mark.parametrize(
    "number",
    [
        "123456789012345678901234567890",
        "-9007199254740993",
        "0.1",
        "1.50",
        "0.30000000000000004",
        "3.141592653589793238462643383279502884197",
        "1e2",
        "1E-7",
        "-0.0",
        "-0",
        "1e400",
        "0",
        "9" * 400,
    ],
)
def test_numbers_come_back_exactly(registry: Registry, path: str, number: str) -> None:
    made = registry.editor("POST", path, raw=f'{{"variables": {{"n": [{number}]}}}}')

    answers = [
        made,
        registry.viewer("GET", f"{path}/{made.json['payload']['id']}"),
        registry.viewer("GET", path),
    ]

    assert made.status == 201
    assert [get_exact_number(answer) for answer in answers] == [Decimal(number).as_tuple()] * 3


def get_exact_number(answer: Response) -> object:
    body = json.loads(answer.text, parse_float=Decimal, parse_int=Decimal)
    payload = body["payload"] if "payload" in body else body["payloads"][0]
    return payload["variables"]["n"][0].as_tuple()


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "01", "+1", ".5", "1.", "0x1"])
def test_what_is_no_number_in_json_is_refused(registry: Registry, path: str, number: str) -> None:
    answer = registry.editor("POST", path, raw=f'{{"variables": {{"n": {number}}}}}')

    assert (answer.status, answer.error) == (400, "invalid request body")


@pytest.mark.parametrize("number", ["9" * 402, "1e401", "1e-999999999"])
def test_a_number_that_is_too_large_to_work_with_is_refused(
    registry: Registry, path: str, number: str
) -> None:
    answer = registry.editor("POST", path, raw=f'{{"variables": {{"n": {number}}}}}')

    assert (answer.status, answer.error) == (400, "invalid request body")


def test_every_kind_of_value_comes_back(registry: Registry, path: str) -> None:
    variables = {
        "": "empty name",
        "Case": 1,
        "case": 2,
        "nested": {"list": [None, True, False, {}, [], ""], "ä\u2028": "</b>&\U0001f600\x01"},
    }

    payload = create_payload(registry, path, variables=variables)

    assert payload["variables"] == variables
    read = registry.viewer("GET", f"{path}/{payload['id']}").json["payload"]
    assert read["variables"] == variables


def test_payloads_are_listed_newest_first(registry: Registry, path: str) -> None:
    made = [create_payload(registry, path, name=str(n)) for n in range(5)]

    listed = registry.viewer("GET", path).json["payloads"]

    assert listed == made[::-1]


def test_an_update_keeps_what_it_does_not_name(registry: Registry, path: str) -> None:
    payload = create_payload(registry, path, name="old", variables={"a": 1})
    one = f"{path}/{payload['id']}"
    steps: list[tuple[dict[str, Any], dict[str, Any]]] = [
        ({"name": "new"}, {"name": "new"}),
        ({"variables": {"b": 2}}, {"variables": {"b": 2}}),
        ({"name": None, "variables": {}}, {"variables": {}}),
        ({"name": "", "variables": {"c": 3}}, {"name": "", "variables": {"c": 3}}),
    ]

    for body, change in steps:
        before = payload
        changed = registry.editor("PUT", one, body)
        payload = changed.json["payload"]
        assert changed.status == 200
        assert payload["updated_at"] > before["updated_at"]
        assert payload | {"updated_at": ""} == before | change | {"updated_at": ""}
        assert registry.viewer("GET", one).json["payload"] == payload


@pytest.mark.parametrize("body", [{}, {"name": None}, {"id": UNKNOWN_ID, "other": 1}])
def test_an_update_that_names_nothing_changes_nothing(
    registry: Registry, path: str, body: dict[str, object]
) -> None:
    payload = create_payload(registry, path, name="n")

    changed = registry.editor("PUT", f"{path}/{payload['id']}", body)

    assert (changed.status, changed.json["payload"]) == (200, payload)
    history = path.replace("payloads", "history")
    assert len(registry.viewer("GET", history).json["events"]) == 2


def test_an_updated_payload_stays_at_its_place(registry: Registry, path: str) -> None:
    first, second = create_payload(registry, path), create_payload(registry, path)

    registry.editor("PUT", f"{path}/{first['id']}", {"name": "newer"})

    listed = registry.viewer("GET", path).json["payloads"]
    assert [payload["id"] for payload in listed] == [second["id"], first["id"]]


def test_a_deleted_payload_is_gone(registry: Registry, path: str) -> None:
    kept, payload = create_payload(registry, path), create_payload(registry, path)
    one = f"{path}/{payload['id']}"

    deleted = registry.editor("DELETE", one)

    assert (deleted.status, deleted.text) == (204, "")
    answers = [
        registry.viewer("GET", one),
        registry.editor("DELETE", one),
        registry.editor("PUT", one, {"name": "x"}),
    ]
    assert {(answer.status, answer.error) for answer in answers} == {(404, "payload not found")}
    assert registry.viewer("GET", path).json["payloads"] == [kept]


def test_a_payload_is_not_found_under_another_prompt(registry: Registry, path: str) -> None:
    payload = create_payload(registry, path)
    other = f"/v1/prompts/{registry.editor.create_prompt()['id']}/payloads/{payload['id']}"

    answers = [registry.editor(method, other, {}) for method in ("GET", "PUT", "DELETE")]

    assert {(answer.status, answer.error) for answer in answers} == {(404, "payload not found")}
    assert registry.viewer("GET", path).json["payloads"] == [payload]


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_writes_judge_both_ids_existence_role_body_and_payload_in_this_order(
    registry: Registry, path: str, method: str
) -> None:
    steps = [
        (registry.viewer, "/v1/prompts/bad/payloads/bad", "{", (400, "invalid prompt id")),
        (registry.viewer, f"/v1/prompts/{uuid4()}/payloads/bad", "{", (400, "invalid payload id")),
        (
            registry.viewer,
            f"/v1/prompts/{uuid4()}/payloads/{uuid4()}",
            "{",
            (404, "prompt not found"),
        ),
        (registry.viewer, f"{path}/{uuid4()}", "{", (403, "forbidden")),
        (registry.editor, f"{path}/{uuid4()}", "{}", (404, "payload not found")),
    ]
    if method == "PUT":
        steps.insert(4, (registry.editor, f"{path}/{uuid4()}", "{", (400, "invalid request body")))

    answers = [client(method, path, raw=raw) for client, path, raw, _ in steps]

    assert [(answer.status, answer.error) for answer in answers] == [step[3] for step in steps]


def test_reads_judge_both_ids_before_anything_is_looked_up(registry: Registry, path: str) -> None:
    one = uuid4()

    answers = [
        registry.viewer("GET", target)
        for target in (
            "/v1/prompts/bad/payloads/bad",
            f"/v1/prompts/{one}/payloads/bad",
            f"/v1/prompts/{one}/payloads/{one}",
            f"{path}/{one}",
        )
    ]

    assert [(answer.status, answer.error) for answer in answers] == [
        (400, "invalid prompt id"),
        (400, "invalid payload id"),
        (404, "prompt not found"),
        (404, "payload not found"),
    ]


def test_create_judges_id_existence_role_body_and_variables_in_this_order(
    registry: Registry, path: str
) -> None:
    steps = [
        (registry.viewer, "/v1/prompts/bad/payloads", "{", (400, "invalid prompt id")),
        (registry.viewer, f"/v1/prompts/{uuid4()}/payloads", "{", (404, "prompt not found")),
        (registry.viewer, path, "{", (403, "forbidden")),
        (registry.editor, path, "{", (400, "invalid request body")),
        (registry.editor, path, "{}", (400, "payload variables are required")),
    ]

    answers = [client("POST", path, raw=raw) for client, path, raw, _ in steps]

    assert [(answer.status, answer.error) for answer in answers] == [step[3] for step in steps]


def test_a_payload_deleted_meanwhile_cannot_be_changed(registry: Registry, path: str) -> None:
    one = f"{path}/{create_payload(registry, path)['id']}"

    registry.cloud.run_before("TransactWriteItems", lambda: registry.admin("DELETE", one))
    late = registry.editor("PUT", one, {"name": "late"})

    assert (late.status, late.error) == (404, "payload not found")
    assert registry.viewer("GET", path).json["payloads"] == []
