"""What Langfuse's clients send by themselves is accepted, and kept nowhere."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING, Any

import pytest

from shared.dialects.langfuse.requests import MAX_RECEIPTS

if TYPE_CHECKING:
    from tests.functions.langfuse.project import Project
    from tests.memory import Memory

NOISE = bytes(range(256)) * 20


@pytest.mark.parametrize(
    ("raw", "headers"),
    [
        (b"{}", {}),
        (b"", {}),
        (NOISE, {"Content-Type": "application/x-protobuf"}),
        (
            gzip.compress(NOISE, mtime=0),
            {"Content-Type": "application/x-protobuf", "Content-Encoding": "gzip"},
        ),
    ],
)
def test_spans_are_dropped_unread(
    project: Project, memory: Memory, raw: bytes, headers: dict[str, str]
) -> None:
    project.viewer("POST", "/api/public/otel/v1/traces", raw=b"")
    before = memory.list_items()

    response = project.viewer("POST", "/api/public/otel/v1/traces", raw=raw, headers=headers)

    assert (response.status, response.text) == (200, "")
    assert memory.list_items() == before


@pytest.mark.parametrize(
    ("body", "ids"),
    [
        ({"batch": [{"id": "1"}, {"id": "2", "body": {}}]}, ["1", "2"]),
        ({"batch": []}, []),
        ({"batch": [{"id": 1}, {}, "x", None]}, []),
        ({"batch": {"id": "1"}}, []),
        ([], []),
        ({"batch": [{"id": "x" * 1000}]}, [f"{'x' * 100}..."]),
        ({"batch": [{"id": "1"}] * (MAX_RECEIPTS + 1)}, ["1"] * MAX_RECEIPTS),
    ],
)
def test_each_event_gets_a_receipt(project: Project, body: Any, ids: list[str]) -> None:
    response = project.viewer("POST", "/api/public/ingestion", body)

    assert response.status == 207
    assert response.json == {
        "successes": [{"id": id, "status": 201} for id in ids],
        "errors": [],
    }


@pytest.mark.parametrize("raw", [b"", b"{", NOISE, gzip.compress(b"{}", mtime=0)])
def test_events_that_cannot_be_read_are_accepted_too(project: Project, raw: bytes) -> None:
    response = project.viewer("POST", "/api/public/ingestion", raw=raw)

    assert (response.status, response.json) == (207, {"successes": [], "errors": []})


def test_scores_are_accepted(project: Project) -> None:
    for body in ([{"name": "good", "value": 1}], {"name": "good", "value": 1}):
        response = project.viewer("POST", "/api/public/scores", body)
        assert (response.status, response.json) == (202, {"message": "Accepted"})


def test_nobody_sends_without_a_key(project: Project) -> None:
    for path in ("otel/v1/traces", "ingestion", "scores"):
        response = project.registry.nobody("POST", f"/api/public/{path}", {})
        assert (response.status, response.json["error"]) == (401, "UnauthorizedError")


def test_the_project_and_the_health_are_as_clients_need_them(project: Project) -> None:
    (shown,) = project.viewer("GET", "/api/public/projects").json["data"]
    health = project.registry.nobody("GET", "/api/public/health")

    assert (shown["id"], shown["name"]) == (project.registry.team_id, "Ours")
    assert {*shown["organization"]} == {"id", "name"}
    assert shown["metadata"] == {}
    assert (health.status, health.json["status"]) == (200, "OK")
    assert health.json["version"].startswith("3.")
