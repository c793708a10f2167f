"""What a warm process remembers of versions saves reads, and is never a word too old."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from shared import serve
from shared.routes import DIALECTS, ROUTES
from shared.store import aws
from tests.aws_calls import handle_event
from tests.memory import Memory
from tests.routes.scene import get_credential

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.client import Client, Registry

Calls = list[str]
HEAD = ["GetItem"]
# A call by the route that it is, and the calls of DynamoDB where it was made before: for the head;
# in LangWatch with the team's definitions of tags.
READS: dict[str, tuple[str, str, Calls]] = {
    "px0": ("get_prompt", "/v1/prompts/greeting?tag=live", HEAD),
    "px0-number": ("get_prompt", "/v1/prompts/greeting?version=1", HEAD),
    "px0-latest": ("get_prompt", "/v1/prompts/greeting?tag=latest", HEAD),
    "px0-render": ("render_live", "/v1/prompts/greeting/render", HEAD),
    "tela": ("get_promoted_version", "/prompt/{id}/promoted-version", HEAD),
    "maxim": ("sync_prompts", "/api/sdk/v4/prompts?promptId={id}&promptVersionNumber=1", HEAD),
    "langwatch": ("get_prompt_by_handle", "/api/prompts/greeting", ["BatchGetItem"]),
    "langfuse": ("get_named_prompt", "/api/public/v2/prompts/Greeting", HEAD),
    "langfuse-number": ("get_named_prompt", "/api/public/v2/prompts/Greeting?version=1", HEAD),
    "langfuse-slug": ("get_named_prompt", "/api/public/v2/prompts/greeting", HEAD),
}
LANGFUSE = [name for name in READS if name.startswith("langfuse")]


@pytest.fixture
def prompt(registry: Registry) -> dict[str, Any]:
    prompt = registry.editor.create_prompt("Greeting")
    registry.editor.create_version(prompt["id"], "Hello {{.name}}")
    registry.editor.promote(prompt["id"], 1, times=2)
    return prompt


def read(client: Client, name: str, prompt_id: str) -> str:
    route_name, path, _ = READS[name]
    (route,) = (route for route in ROUTES if route.name == route_name)
    body = {"variables": {"name": "Ada"}} if route.method == "POST" else None
    caller = client.use_credential(get_credential(route))
    answer = caller(route.method, path.format(id=prompt_id), body)
    assert answer.status == 200, answer.text
    return answer.text


@contextmanager
def note_calls() -> Iterator[list[str]]:
    """The calls of DynamoDB and S3 that are made meanwhile."""
    made: list[str] = []

    def note(model: Any, **_: object) -> None:
        made.append(model.name)

    with handle_event("before-call", note, aws.get_dynamodb(), aws.get_s3()):
        yield made


@pytest.mark.parametrize("name", READS)
def test_a_read_that_is_repeated_reads_little(
    registry: Registry, prompt: dict[str, Any], name: str
) -> None:
    first = read(registry.viewer, name, prompt["id"])

    with note_calls() as made:
        second = read(registry.viewer, name, prompt["id"])

    assert made == READS[name][2]
    assert second == first


def test_every_dialect_has_a_read_that_is_repeated() -> None:
    dialects = {route.name: route.dialect for route in ROUTES}
    assert {dialects[route] for route, _, _ in READS.values()} == {*DIALECTS}


@pytest.mark.parametrize("name", ["px0", "px0-number", *LANGFUSE])
@pytest.mark.parametrize("newer", [0, 2])
def test_the_first_read_of_a_process_has_three_steps(
    registry: Registry, prompt: dict[str, Any], name: str, newer: int
) -> None:
    for number in range(2, 2 + newer):
        registry.editor.create_version(prompt["id"], "Bye")
        registry.editor.promote(prompt["id"], number)
    registry.forget()

    with note_calls() as made:
        read(registry.viewer, name, prompt["id"])

    # The key; what has the name; the head with the version. And in Langfuse, where another version
    # may have its label `latest`, whether one has.
    assert len(made) == 3 + (name in LANGFUSE and newer > 0)


@pytest.mark.parametrize("name", READS)
def test_what_another_process_changes_is_seen_at_once(
    registry: Registry, prompt: dict[str, Any], name: str
) -> None:
    path = f"/v1/prompts/{prompt['id']}/versions"
    newest = name in ("px0-latest", "langwatch")
    if newest:
        registry.editor.create_version(prompt["id"], "A draft")
    before = read(registry.viewer, name, prompt["id"])
    warm = registry.store
    registry.forget()

    if newest:
        changed = {"template": "A better draft"}
        assert registry.editor("PUT", f"{path}/2", changed).status == 200
    else:
        registry.editor.create_version(prompt["id"], "Goodbye {{.name}}")
        registry.editor.promote(prompt["id"], 2, times=2)
        if name in ("px0-number", "maxim"):
            assert registry.admin("POST", f"{path}/1/archive").status == 200
    expected = read(registry.viewer, name, prompt["id"])
    with run_in_process(warm):
        after = read(registry.viewer, name, prompt["id"])

    assert after == expected
    assert after != before


@contextmanager
def run_in_process(store: Any) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(serve, "get_store", lambda: store)
        yield


@pytest.mark.parametrize("count", [1, 40])
def test_drafts_cost_nothing_where_there_are_none(
    registry: Registry, prompt: dict[str, Any], count: int
) -> None:
    editor = registry.editor
    other = editor.create_prompt("Only drafts")["id"]
    for _ in range(count):
        for prompt_id in (prompt["id"], other):
            editor.create_version(prompt_id, "draft {{.name}}")
    maxim = {"x-maxim-api-key": str(editor.key), "authorization": None}

    with note_calls() as made:
        newest = editor("GET", "/api/prompts/greeting")
    assert (newest.json["version"], made.count("Query")) == (1, 1)
    assert len(made) <= 6
    with note_calls() as made:
        listed = editor("GET", "/api/prompts")
    assert [row["version"] for row in listed.json] == [1]
    # The directories of the team and of the organisation, and none for a prompt.
    assert made.count("Query") == 2
    assert len(made) <= 6
    with note_calls() as made:
        synced = editor("GET", "/api/sdk/v4/prompts", headers=maxim)
    assert len(synced.json["data"]) == 1
    # The prompts of the team, and those that were deleted within a day; before that the newest
    # entries of both lists.
    assert made.count("Query") == 4
    assert len(made) <= 6


def test_the_head_of_an_earlier_release_tells_nothing_of_drafts(
    registry: Registry, prompt: dict[str, Any]
) -> None:
    editor = registry.editor
    for _ in range(3):
        editor.create_version(prompt["id"], "draft {{.name}}")
    memory = Memory()
    (head,) = memory.list_items()["prompts"]
    del head["newest_stable"]
    memory.put("prompts", head)

    def read_newest() -> tuple[int, list[int]]:
        listed = editor("GET", "/api/prompts").json
        return editor("GET", "/api/prompts/greeting").json["version"], [
            row["version"] for row in listed
        ]

    assert read_newest() == (1, [1])
    editor.promote(prompt["id"], 2)
    assert read_newest() == (2, [2])
    editor.promote(prompt["id"], 4)
    assert read_newest() == (4, [4])
    editor.promote(prompt["id"], 3)
    assert read_newest() == (4, [4])
