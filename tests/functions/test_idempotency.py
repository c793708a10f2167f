"""Idempotency keys: a call that is made again is answered again, and done once."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from infra.local.aws import build_table_name
from shared.store import aws, keys
from shared.store.tables import TABLES
from tests.routes.scene import DRAFT, Scene

if TYPE_CHECKING:
    from tests.client import Client, Registry, Response

LOOKUPS = next(build_table_name(table) for table in TABLES if table.name == "lookups")
DAY = 24 * 60 * 60


@pytest.fixture
def path(registry: Registry) -> str:
    """Of the versions of a new prompt."""
    return f"/v1/prompts/{registry.editor.create_prompt()['id']}/versions"


def create_version(client: Client, path: str, template: str = "x", key: str = "key") -> Response:
    return client("POST", path, {"template": template}, headers={"Idempotency-Key": key})


def count_versions(registry: Registry, path: str) -> int:
    return len(registry.viewer("GET", path).json["versions"])


def build_record_key(registry: Registry, key: str = "key") -> dict[str, str]:
    """The key of the record that is kept of an editor's call."""
    principal = registry.store.api_keys.find_principal(registry.editor.key or "")
    assert principal is not None
    return {"S": keys.build_idempotency(principal.id, key)}


def test_the_first_answer_is_told_even_after_things_have_changed(
    registry: Registry, path: str
) -> None:
    first = create_version(registry.editor, path)
    registry.editor("PUT", f"{path}/1", {"template": "changed"})
    registry.editor("POST", f"{path}/1/promote")
    registry.editor("POST", f"{path}/1/tags", {"tag": "t"})

    again = create_version(registry.editor, path)
    registry.editor("POST", f"{path}/1/archive")
    much_later = create_version(registry.editor, path)

    assert again.text == much_later.text == first.text
    assert again.json["version"]["status"] == "draft"


def test_the_first_answer_is_told_even_after_the_draft_is_gone(
    registry: Registry, path: str
) -> None:
    first = create_version(registry.editor, path)
    registry.editor("DELETE", f"{path}/1")

    again = create_version(registry.editor, path)

    assert (again.status, again.text) == (201, first.text)
    assert count_versions(registry, path) == 0


@pytest.mark.parametrize("change", ["body", "spelling", "path"])
def test_the_same_key_with_another_request_is_a_conflict(
    registry: Registry, path: str, change: str
) -> None:
    create_version(registry.editor, path)
    other = f"/v1/prompts/{registry.editor.create_prompt()['id']}/versions"

    answer = registry.editor(
        "POST",
        other if change == "path" else path,
        raw={
            "body": '{"template": "y"}',
            "spelling": '{"template":"x"}',
            "path": '{"template": "x"}',
        }[change],
        headers={"Idempotency-Key": "key"},
    )

    assert (answer.status, answer.json["code"]) == (409, "idempotency_mismatch")
    assert (count_versions(registry, path), count_versions(registry, other)) == (1, 0)


def test_the_same_key_at_another_endpoint_is_a_conflict(registry: Registry, path: str) -> None:
    create_version(registry.editor, path)

    answer = registry.editor("POST", f"{path}/1/promote", headers={"Idempotency-Key": "key"})

    assert (answer.status, answer.json["code"]) == (409, "idempotency_mismatch")
    assert registry.viewer("GET", f"{path}/1").json["version"]["status"] == "draft"


def test_the_same_key_with_another_query_is_a_conflict(registry: Registry) -> None:
    first, second = (registry.editor.create_prompt(name)["id"] for name in ("First", "Second"))
    answers = [
        registry.admin(
            "DELETE",
            f"/v1/prompts?{query}",
            headers={"x-maxim-api-key": registry.admin.key or "", "Idempotency-Key": "key"},
        )
        for query in (
            f"workspaceId={registry.team_id}&id={first}",
            f"id={first}&workspaceId={registry.team_id}",
            f"workspaceId={registry.team_id}&id={second}",
        )
    ]

    assert [answer.status for answer in answers] == [answers[0].status, answers[0].status, 409]
    assert answers[0].status < 300
    assert answers[1].text == answers[0].text
    assert registry.viewer("GET", f"/v1/prompts/{second}").status == 200


def test_the_same_key_with_another_condition_is_a_conflict(registry: Registry) -> None:
    path = f"/v1/prompts/{registry.editor.create_prompt()['id']}"
    etag = registry.viewer("GET", path).headers["ETag"]
    answers = [
        registry.editor(
            "PUT", path, {"description": "d"}, headers={"Idempotency-Key": "key", "If-Match": match}
        )
        for match in (etag, etag, "*")
    ]

    assert [answer.status for answer in answers] == [200, 200, 409]
    assert answers[1].text == answers[0].text


def test_another_caller_does_not_share_the_key(registry: Registry, path: str) -> None:
    numbers = [
        create_version(client, path).json["version"]["version"]
        for client in (registry.editor, registry.admin, registry.editor)
    ]

    assert numbers == [1, 2, 1]


def test_a_replay_is_not_for_who_may_not(registry: Registry, path: str) -> None:
    create_version(registry.editor, path)

    answers = [create_version(client, path) for client in (registry.viewer, registry.stranger)]

    assert [answer.status for answer in answers] == [403, 404]


@pytest.mark.parametrize("template", ["", "{{"])
def test_the_key_of_a_failed_call_is_not_kept(registry: Registry, path: str, template: str) -> None:
    refused = create_version(registry.editor, path, template)

    made = create_version(registry.editor, path, "fine")

    assert (refused.status, made.status) == (400, 201)


def test_the_key_of_a_call_that_aws_refused_is_not_kept(registry: Registry, path: str) -> None:
    enough = registry.cloud.fail("ThrottlingException", operation="TransactWriteItems")
    refused = create_version(registry.editor, path)
    enough()

    made = create_version(registry.editor, path)
    again = create_version(registry.editor, path)

    assert (refused.status, made.status) == (503, 201)
    assert made.text == again.text
    assert count_versions(registry, path) == 1


def test_the_same_call_twice_at_once_is_done_once(registry: Registry, path: str) -> None:
    answers: list[Response] = []

    registry.cloud.run_before(
        "TransactWriteItems", lambda: answers.append(create_version(registry.editor, path))
    )
    answers.append(create_version(registry.editor, path))

    assert [answer.status for answer in answers] == [201, 201]
    assert answers[0].text == answers[1].text
    assert count_versions(registry, path) == 1


def test_the_same_new_prompt_twice_at_once_is_made_once(registry: Registry) -> None:
    answers: list[Response] = []

    def call() -> None:
        answers.append(
            registry.editor(
                "POST",
                f"/v1/teams/{registry.team_id}/prompts",
                {"name": "Once"},
                headers={"Idempotency-Key": "key"},
            )
        )

    registry.cloud.run_before("TransactWriteItems", call)
    call()

    assert [answer.status for answer in answers] == [201, 201]
    assert answers[0].text == answers[1].text


def test_another_call_with_the_same_key_at_once_is_a_conflict(
    registry: Registry, path: str
) -> None:
    registry.cloud.run_before(
        "TransactWriteItems", lambda: create_version(registry.editor, path, "the faster one")
    )

    late = create_version(registry.editor, path, "the slower one")

    assert (late.status, late.json["code"]) == (409, "idempotency_mismatch")
    assert count_versions(registry, path) == 1


def test_a_record_is_kept_for_a_day(registry: Registry, path: str) -> None:
    before = time.time()
    create_version(registry.editor, path)
    after = time.time()

    record = aws.get_dynamodb().get_item(
        TableName=LOOKUPS, Key={"key": build_record_key(registry)}
    )["Item"]

    assert before + DAY - 1 <= int(record["expires_at"]["N"]) <= after + DAY


def test_an_expired_record_counts_no_more(registry: Registry, path: str) -> None:
    create_version(registry.editor, path)
    expire(build_record_key(registry))

    again = create_version(registry.editor, path)
    replayed = create_version(registry.editor, path)

    assert again.json["version"]["version"] == 2
    assert replayed.text == again.text
    assert count_versions(registry, path) == 2


def test_after_a_day_the_key_may_be_used_for_something_else(registry: Registry, path: str) -> None:
    create_version(registry.editor, path)
    expire(build_record_key(registry))

    other = create_version(registry.editor, path, "something else")

    assert (other.status, other.json["version"]["template"]) == (201, "something else")


def expire(key: dict[str, str]) -> None:
    """As it stands after a day, before DynamoDB has come round to delete it."""
    aws.get_dynamodb().update_item(
        TableName=LOOKUPS,
        Key={"key": key},
        UpdateExpression="SET expires_at = :past",
        ConditionExpression="attribute_exists(expires_at)",
        ExpressionAttributeValues={":past": {"N": str(int(time.time()) - 1)}},
    )


def test_reads_and_renders_take_no_notice_of_keys(registry: Registry, scene: Scene) -> None:
    header = {"Idempotency-Key": "key"}
    body: Any = {"variables": {"name": "Ada"}}
    render = f"/v1/prompts/{scene.prompt['slug']}/render"
    version = f"/v1/prompts/{scene.id}/versions/{DRAFT}"

    rendered = [
        registry.viewer("POST", render, {"variables": {"name": name}}, headers=header).json
        for name in ("Ada", "Grace")
    ]
    read = [registry.viewer("GET", version, headers=header).json]
    registry.editor("PUT", version, {"template": "new"}, headers=header)
    read.append(registry.viewer("GET", version, headers=header).json)

    assert [one["rendered"] for one in rendered] == ["Hello Ada!", "Hello Grace!"]
    assert read[0] != read[1]
    assert registry.viewer("POST", render, body, headers=header).json == rendered[0]


def test_a_call_that_changes_nothing_is_remembered_too(registry: Registry, scene: Scene) -> None:
    path = f"/v1/prompts/{scene.id}/versions/1/tags"
    header = {"Idempotency-Key": "key"}

    nothing = registry.editor("POST", path, {"tag": "prod"}, headers=header)
    registry.editor("POST", path.replace("/1/", "/2/"), {"tag": "prod"})
    again = registry.editor("POST", path, {"tag": "prod"}, headers=header)
    something = registry.editor("POST", path, {"tag": "other"}, headers=header)

    assert (nothing.status, again.text, something.status) == (200, nothing.text, 409)
    tags = registry.viewer("GET", f"/v1/prompts/{scene.id}/tags").json["tags"]
    assert tags == [{"tag": "prod", "version": 2}]
