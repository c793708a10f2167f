"""`POST /v1/batch`: what has moved of the prompts that a client holds."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from shared.domain.access import Grant
from shared.problems import Contended
from shared.settings import get_settings
from shared.store import aws
from shared.store.dynamodb import Database
from shared.store.team import PromptStore
from tests.aws_calls import handle_event
from tests.client import UNKNOWN_ID, Client
from tests.functions.test_hot_reads import note_calls
from tests.functions.test_splits import create_split_prompt
from tests.memory import Memory
from tools.cost.lists import count_reads

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tests.client import Registry

LISTS = ("prompts", "unchanged", "unknown", "omitted", "failed")
NO_POINTERS: tuple[Any, ...] = ("", "a b", "x" * 51, "a\0", 0, -1, 2**31, 1.5, True, [], {})
PART = "@@@langfusePrompt:name={}|label={}@@@"


def refresh(client: Client, *copies: dict[str, Any]) -> dict[str, Any]:
    response = client("POST", "/v1/batch", {"prompts": copies})
    assert response.status == 200, response.text
    body: dict[str, Any] = response.json
    assert [*body] == [*LISTS]
    assert sum(map(len, body.values())) == len(copies)
    return body


def hold(entries: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """What a client sends that holds these entries of a response."""
    return [{name: entry[name] for name in ("name", "pointer", "etag")} for entry in entries]


def create_live(client: Client, name: str, template: str = "Hi {{.name}}", **fields: Any) -> str:
    prompt: dict[str, Any] = client.create_prompt(name)
    client.create_version(prompt["id"], template, **fields)
    client.promote(prompt["id"], 1, times=2)
    prompt_id: str = prompt["id"]
    return prompt_id


def release(client: Client, prompt_id: str, number: int, template: str) -> None:
    client.create_version(prompt_id, template)
    client.promote(prompt_id, number, times=2)


@pytest.fixture
def page() -> Iterator[Any]:
    """Set the size of a response."""
    with pytest.MonkeyPatch.context() as patch:

        def set_bytes(size: int) -> None:
            patch.setenv("RESPONSE_BYTES", str(size))
            get_settings.cache_clear()

        yield set_bytes
    get_settings.cache_clear()


# -- what has moved


def test_an_entry_is_what_a_read_of_the_version_shows(registry: Registry) -> None:
    prompt_id = create_live(registry.editor, "Greeting", model="openai/gpt-4o")
    alone = registry.viewer("GET", f"/v1/prompts/{prompt_id}/versions/live").json["version"]

    body = refresh(
        registry.viewer,
        {"name": "greeting"},
        {"name": prompt_id.upper(), "pointer": 1},
        {"name": prompt_id, "pointer": "1"},
        {"name": prompt_id, "pointer": "latest", "etag": None},
    )

    assert [(each["name"], each["pointer"], each["version"]) for each in body["prompts"]] == [
        ("greeting", "live", alone),
        (prompt_id.upper(), 1, alone),
        (prompt_id, "1", alone),
        (prompt_id, "latest", alone),
    ]
    assert alone["status"] == "live"


def test_what_a_client_holds_comes_again_when_it_has_moved(registry: Registry) -> None:
    editor, viewer = registry.editor, registry.viewer
    ids = [create_live(editor, f"Prompt {number}") for number in range(3)]
    copies = hold(refresh(viewer, *({"name": id} for id in ids))["prompts"])

    assert refresh(viewer, *copies)["unchanged"] == copies

    release(editor, ids[1], 2, "Bye")
    body = refresh(viewer, *copies)
    assert [each["version"]["template"] for each in body["prompts"]] == ["Bye"]
    assert body["unchanged"] == [copies[0], copies[2]]
    assert hold(body["prompts"])[0]["etag"] != copies[1]["etag"]


def test_what_else_changes_of_a_prompt_brings_no_content_but_an_etag(registry: Registry) -> None:
    editor, viewer = registry.editor, registry.viewer
    prompt_id = create_live(editor, "Greeting")
    copies = hold(refresh(viewer, {"name": "greeting"})["prompts"])
    editor.create_version(prompt_id, "A draft")

    with count_reads() as reads:
        (renewed,) = refresh(viewer, *copies)["unchanged"]

    assert (reads.units, reads.requests) == (2, 2)  # the head and, once, the version
    assert renewed["etag"] != copies[0]["etag"]
    with count_reads() as reads:
        assert refresh(viewer, renewed)["unchanged"] == [renewed]
    assert (reads.units, reads.requests) == (1, 1)


@pytest.mark.parametrize("pointer", ["prod", "latest", 2])
def test_drafts_and_archived_versions_are_refreshed_too(
    registry: Registry, pointer: int | str
) -> None:
    editor = registry.editor
    prompt_id = create_live(editor, "Greeting")
    editor.create_version(prompt_id, "A draft")
    path = f"/v1/prompts/{prompt_id}/versions"
    assert editor("POST", f"{path}/2/tags", {"tag": "prod"}).status == 200

    seen, copies = [], [{"name": prompt_id, "pointer": pointer}]
    for method, suffix, change in (
        ("GET", "", None),
        ("PUT", "", {"template": "Better"}),
        ("POST", "/promote", None),
        ("POST", "/archive", None),
    ):
        assert registry.admin(method, f"{path}/2{suffix}", change).status == 200
        entries = refresh(registry.viewer, *copies)["prompts"]
        seen += [(each["version"]["template"], each["version"]["status"]) for each in entries]
        copies = hold(entries)

    assert seen == [
        ("A draft", "draft"),
        ("Better", "draft"),
        ("Better", "stable"),
        ("Better", "archived"),
    ]


def test_latest_is_the_newest_that_is_left(registry: Registry) -> None:
    editor = registry.editor
    prompt_id = create_live(editor, "Greeting")
    editor.create_version(prompt_id, "A draft")
    copies = hold(refresh(editor, {"name": prompt_id, "pointer": "latest"})["prompts"])
    assert editor("DELETE", f"/v1/prompts/{prompt_id}/versions/2").status == 204

    (entry,) = refresh(editor, *copies)["prompts"]

    assert entry["version"]["version"] == 1


def test_an_etag_of_another_prompt_or_another_call_counts_for_nothing(registry: Registry) -> None:
    ids = [create_live(registry.editor, f"Prompt {number}", f"Hi {number}") for number in (1, 2)]
    first, second = hold(refresh(registry.viewer, *({"name": id} for id in ids))["prompts"])
    alone = registry.viewer("GET", f"/v1/prompts/{ids[1]}/versions/1?resolve=true")

    body = refresh(
        registry.viewer,
        {**first, "etag": second["etag"]},
        {**first, "pointer": 1, "etag": first["etag"].partition("-")[0]},
        {**second, "etag": f'"{second["etag"]}"'},
        {**second, "pointer": 1, "etag": alone.headers["ETag"]},
    )

    assert len(body["prompts"]) == 4


def test_an_etag_of_another_pointer_counts_where_both_show_the_same(registry: Registry) -> None:
    prompt_id = create_live(registry.editor, "Greeting")
    registry.editor.create_version(prompt_id, "A draft")
    (copy,) = hold(refresh(registry.viewer, {"name": prompt_id})["prompts"])

    body = refresh(
        registry.viewer, {**copy, "pointer": 1}, {**copy, "pointer": "latest", "name": "greeting"}
    )

    assert [entry["pointer"] for entry in body["unchanged"]] == [1]
    assert [entry["pointer"] for entry in body["prompts"]] == ["latest"]
    assert refresh(registry.viewer, *hold(body["unchanged"]))["unchanged"] == body["unchanged"]


def test_a_split_comes_with_all_its_versions(registry: Registry) -> None:
    prompt = create_split_prompt(registry, "live")
    path = f"/v1/prompts/{prompt['id']}"

    (entry,) = refresh(registry.viewer, {"name": prompt["slug"]})["prompts"]

    versions = [entry["version"], *(each["version"] for each in entry["others"])]
    assert entry["split"] == registry.viewer("GET", f"{path}/splits/live").json["split"]
    assert [share["version"] for share in entry["split"]] == [
        version["version"] for version in versions
    ]
    for version in versions:
        alone = registry.viewer("GET", f"{path}/versions/{version['version']}")
        assert version == alone.json["version"]

    copies = hold([entry])
    assert registry.editor("DELETE", f"{path}/splits/live").status == 204
    (entry,) = refresh(registry.viewer, *copies)["prompts"]
    assert "split" not in entry
    assert "others" not in entry


# -- what includes others


def test_texts_come_with_their_parts(registry: Registry) -> None:
    editor = registry.editor
    part = create_live(editor, "Sign off", "Yours, {{.me}}")
    whole = create_live(editor, "Letter", f"Dear {{{{.name}}}}, {PART.format('Sign off', 'live')}")
    copies = hold(refresh(registry.viewer, {"name": "letter"})["prompts"])
    alone = registry.viewer("GET", f"/v1/prompts/{whole}/versions/live?resolve=true").json

    assert refresh(registry.viewer, *copies)["unchanged"] == copies
    (entry,) = refresh(registry.viewer, {"name": "letter"})["prompts"]
    assert {name: entry[name] for name in alone} == alone

    release(editor, part, 2, "Bye, {{.me}}")
    (entry,) = refresh(registry.viewer, *copies)["prompts"]
    assert entry["version"]["template"] == "Dear {{.name}}, Bye, {{.me}}"


def test_parts_of_many_prompts_are_read_together(registry: Registry) -> None:
    editor = registry.editor
    create_live(editor, "Deep", "deep")
    for number in range(4):
        create_live(editor, f"Part {number}", f"{number}{PART.format('Deep', 'live')}")
    names = [f"letter_{number}" for number in range(8)]
    for number, name in enumerate(names):
        create_live(editor, name, PART.format(f"Part {number % 4}", "live"))
    copies = hold(refresh(registry.viewer, *({"name": name} for name in names))["prompts"])

    with count_reads() as reads:
        body = refresh(registry.viewer, *copies)

    assert body["unchanged"] == copies
    # The heads of the letters, those of their parts, and that of the part in these.
    assert (reads.units, reads.requests) == (8 + 4 + 1, 3)


# -- what does not come


def test_what_does_not_exist_is_unknown(registry: Registry) -> None:
    editor = registry.editor
    prompt_id = create_live(editor, "Greeting")
    deleted = create_live(editor, "Deleted")
    assert registry.admin("POST", f"/v1/prompts/{deleted}/delete").status == 204
    theirs = create_live(registry.stranger, "Theirs")
    drafts = editor.create_prompt("Drafts")["id"]
    editor.create_version(drafts, "A draft")
    unknown = [
        {"name": "no-such-slug", "pointer": "live"},
        {"name": UNKNOWN_ID, "pointer": "live"},
        {"name": deleted, "pointer": "live"},
        {"name": "deleted", "pointer": "live"},
        {"name": theirs, "pointer": "live"},
        {"name": "theirs", "pointer": "live"},
        {"name": drafts, "pointer": "live"},
        {"name": "greeting", "pointer": "no-such-tag"},
        {"name": "greeting", "pointer": 2},
        {"name": "greeting", "pointer": "2"},
    ]

    body = refresh(editor, {"name": prompt_id}, *unknown)

    assert body["unknown"] == unknown
    assert len(body["prompts"]) == 1


def test_a_key_gets_what_it_may_read_and_no_more(registry: Registry) -> None:
    editor = registry.editor
    one, other = create_live(editor, "One"), create_live(editor, "Other")
    assert editor("POST", f"/v1/prompts/{one}/versions/1/tags", {"tag": "prod"}).status == 200
    asked = [
        {"name": name, "pointer": pointer}
        for name in ("one", one, "other", other)
        for pointer in ("live", "prod", "latest", 1)
    ]
    copies = hold(refresh(registry.viewer, *asked)["prompts"])

    def see(**fields: Any) -> tuple[list[Any], list[Any]]:
        grant = Grant(name="key", operation="read_render", team_ids=(registry.team_id,), **fields)
        client = Client(registry.team_id, registry.create_key(grant), registry.cloud)
        body, again = refresh(client, *asked), refresh(client, *copies)
        names = [(each["name"], each["pointer"]) for each in body["prompts"]]
        # What a client holds by another key says nothing by this one.
        assert [(each["name"], each["pointer"]) for each in again["unchanged"]] == names
        unknown = [(each["name"], each["pointer"]) for each in again["unknown"]]
        assert {*names} | {*unknown} >= {(each["name"], each["pointer"]) for each in copies}
        return names, unknown

    assert len(see(prompt_ids=frozenset([one]))[0]) == 8
    assert see(pointers=frozenset(["prod"]))[0] == [("one", "prod"), (one, "prod")]
    names, _ = see(prompt_ids=frozenset([other]), pointers=frozenset(["live"]))
    assert names == [("other", "live"), (other, "live")]


def test_a_key_of_several_teams_gets_prompts_of_all(registry: Registry) -> None:
    mine, theirs = create_live(registry.editor, "Ours"), create_live(registry.stranger, "Theirs")
    for client in (registry.editor, registry.stranger):
        create_live(client, "Both")
    team_ids = (registry.stranger.team_id, registry.team_id)
    key = registry.create_key(Grant(name="key", operation="read_render", team_ids=team_ids))
    names = ("ours", "theirs", "both", mine, theirs)

    for _ in range(2):  # also as the process remembers it
        client = Client(registry.team_id, key, registry.cloud)
        entries = refresh(client, *({"name": name} for name in names))["prompts"]
        found = [each["version"]["prompt_id"] for each in entries]
        both = client("GET", "/v1/prompts/both").json["prompt"]["id"]
        assert found == [mine, theirs, both, mine, theirs]


def test_a_slug_that_another_prompt_has_by_now_finds_that_one(registry: Registry) -> None:
    editor = registry.editor
    first = create_live(editor, "First", "1")
    copies = hold(refresh(editor, {"name": "first"})["prompts"])
    assert editor("PATCH", f"/v1/prompts/{first}", {"slug": "former"}).status == 200
    assert refresh(editor, *copies)["unknown"] == [{"name": "first", "pointer": "live"}]
    second = create_live(editor, "Second", "2")
    assert editor("PATCH", f"/v1/prompts/{second}", {"slug": "first"}).status == 200

    (entry,) = refresh(editor, *copies)["prompts"]

    assert entry["version"]["prompt_id"] == second


@pytest.mark.parametrize("table", ["prompts", "versions"])
def test_damage_is_that_of_one_entry(registry: Registry, table: str) -> None:
    editor, memory = registry.editor, Memory()
    good, bad = create_live(editor, "Good"), create_live(editor, "Bad")
    copies = hold(refresh(editor, {"name": "good"}, {"name": "bad"})["prompts"])
    release(editor, bad, 2, "Bye")
    for item in memory.list_items()[table]:
        if item["prompt_id"] == {"S": bad}:
            item["created_at"] = {"S": "never"}
            memory.put(table, item)
    registry.forget()

    response = editor("POST", "/v1/batch", {"prompts": copies})

    assert response.json["unchanged"] == copies[:1]
    (failed,) = response.json["failed"]
    alone = editor("GET", f"/v1/prompts/{bad}/versions/live")
    expected = {
        name: alone.json[name] for name in ("error", "code", "details") if name in alone.json
    }
    assert failed == {"name": "bad", "pointer": "live", **expected}
    assert failed["code"] == "unreadable"
    assert bad in response.headers["X-Unreadable-Items"]
    assert good not in response.headers["X-Unreadable-Items"]


def test_what_cannot_be_put_together_is_that_of_one_entry(registry: Registry) -> None:
    editor = registry.editor
    create_live(editor, "Part", "part")
    create_live(editor, "Whole", PART.format("Part", "live"))
    create_live(editor, "Good", "good")
    asked = [{"name": "whole"}, {"name": "good"}]
    part = editor("GET", "/v1/prompts/part").json["prompt"]["id"]
    assert registry.admin("POST", f"/v1/prompts/{part}/delete?force=true").status == 204

    body = refresh(editor, *asked)

    assert [each["code"] for each in body["failed"]] == ["composition_failed"]
    assert [each["name"] for each in body["prompts"]] == ["good"]


# -- what one response cannot hold


def test_what_has_no_room_comes_with_the_next_calls(registry: Registry, page: Any) -> None:
    page(20_000)
    names = [f"prompt_{number}" for number in range(12)]
    for name in names:
        create_live(registry.editor, name, f"{name} {'x' * 3_000}")

    asked, seen = [{"name": name, "pointer": "live"} for name in names], []
    for _ in range(6):
        response = registry.viewer("POST", "/v1/batch", {"prompts": asked})
        assert response.status == 200
        assert len(json.dumps(response.text)) < 20_000
        asked = response.json["omitted"]
        seen += [each["name"] for each in response.json["prompts"]]
        if not asked:
            break

    assert seen == names
    assert not asked


def test_a_client_that_always_asks_for_all_gets_all(registry: Registry, page: Any) -> None:
    page(20_000)
    names = [f"prompt_{number}" for number in range(12)]
    for name in names:
        create_live(registry.editor, name, f"{name} {'x' * 3_000}")

    copies: dict[str, dict[str, Any]] = {name: {"name": name} for name in names}
    for _ in range(6):
        body = refresh(registry.viewer, *copies.values())
        copies |= {each["name"]: each for each in hold(body["prompts"])}

    assert [each["name"] for each in body["unchanged"]] == names


def test_what_no_response_can_hold_fails_alone(registry: Registry, page: Any) -> None:
    create_live(registry.editor, "Huge", "x" * 30_000)
    create_live(registry.editor, "Good", "good")
    page(20_000)

    body = refresh(registry.viewer, {"name": "huge"}, {"name": "good"})

    assert [each["code"] for each in body["failed"]] == ["answer_too_large"]
    assert [each["name"] for each in body["prompts"]] == ["good"]


def test_what_is_omitted_is_not_read(registry: Registry, page: Any) -> None:
    """Bodies in the bucket are read a few at a time, until there is no room."""
    names = [f"prompt_{number}" for number in range(8)]
    for name in names:
        create_live(registry.editor, name, name + "x" * 2_500_000)
    registry.forget()

    with note_calls() as made:
        body = refresh(registry.viewer, *({"name": name} for name in names))

    assert made == ["GetItem", *["BatchGetItem"] * 3, *["GetObject"] * 4]
    assert [each["name"] for each in body["prompts"]] == names[:2]
    assert [each["name"] for each in body["omitted"]] == names[2:]


# -- what it takes


def test_a_hundred_prompts_take_few_requests(registry: Registry) -> None:
    names = [f"prompt_{number}" for number in range(100)]
    for name in names:
        create_live(registry.editor, name)
    asked = [{"name": name} for name in names]
    registry.forget()

    with note_calls() as made:
        copies = hold(refresh(registry.viewer, *asked)["prompts"])
    # The key, the claims, the heads, the versions.
    assert made == ["GetItem", "BatchGetItem", "BatchGetItem", "BatchGetItem"]

    with count_reads() as reads:
        assert len(refresh(registry.viewer, *copies)["unchanged"]) == 100
    assert (reads.units, reads.requests) == (100, 1)

    registry.forget()
    with note_calls() as made:
        assert len(refresh(registry.viewer, *copies)["unchanged"]) == 100
    assert made == ["GetItem", "BatchGetItem", "BatchGetItem"]


def test_what_a_busy_table_leaves_out_is_read_again(registry: Registry) -> None:
    ids = [create_live(registry.editor, f"Prompt {number}") for number in range(3)]
    asked = [{"name": id} for id in ids]
    left_out: list[Any] = []

    def leave_out(http_response: Any, parsed: Any, **_: Any) -> None:
        if not left_out and len(parsed["Responses"]) == 1:
            ((table, rows),) = parsed["Responses"].items()
            item = rows.pop()
            left_out.append(item)
            keys = {name: item[name] for name in ("prompt_id", "version") if name in item}
            parsed["UnprocessedKeys"] = {table: {"Keys": [keys], "ConsistentRead": True}}

    with handle_event("after-call.dynamodb.BatchGetItem", leave_out, aws.get_dynamodb()):
        body = refresh(registry.viewer, *asked)

    assert left_out
    assert len(body["prompts"]) == 3


def test_a_key_of_too_many_teams_sends_ids(registry: Registry) -> None:
    prompt_id = create_live(registry.editor, "Greeting")
    for number in range(60):
        registry.create_team(f"Team {number}")
    key = registry.create_key(Grant(name="key", operation="read_render"))  # of all teams
    client = Client(registry.team_id, key, registry.cloud)
    asked = [{"name": f"slug_{number}"} for number in range(99)]

    response = client("POST", "/v1/batch", {"prompts": asked})

    assert (response.status, response.json["code"]) == (422, "limit_reached")
    assert len(refresh(client, {"name": prompt_id})["prompts"]) == 1


# -- what is no such request


@pytest.mark.parametrize(
    ("body", "paths"),
    [
        ({}, ["prompts"]),
        ({"prompts": None}, ["prompts"]),
        ({"prompts": {"name": "one"}}, ["prompts"]),
        ({"prompts": [], "pointer": "live"}, ["pointer"]),
        ({"prompts": [{"name": f"n{number}"} for number in range(101)]}, ["prompts"]),
        ({"prompts": ["one"]}, ["prompts[0]"]),
        ({"prompts": [{}]}, ["prompts[0].name"]),
        ({"prompts": [{"name": "one"}, {"name": 7}]}, ["prompts[1].name"]),
        ({"prompts": [{"name": ""}]}, ["prompts[0].name"]),
        ({"prompts": [{"name": "a\0b"}]}, ["prompts[0].name"]),
        ({"prompts": [{"name": "x" * 65_000}]}, ["prompts[0].name"]),
        ({"prompts": [{"name": "x" * 256}]}, ["prompts[0].name"]),
        *(
            ({"prompts": [{"name": "one", "pointer": pointer}]}, ["prompts[0].pointer"])
            for pointer in NO_POINTERS
        ),
        ({"prompts": [{"name": "one", "etag": 7}]}, ["prompts[0].etag"]),
        ({"prompts": [{"name": "one", "etag": "x" * 256}]}, ["prompts[0].etag"]),
        ({"prompts": [{"name": "one", "tag": "live"}]}, ["prompts[0].tag"]),
        ({"prompts": [{"name": "one", "\n": "live"}]}, ["prompts[0]"]),
        ({"prompts": [{"name": 1, "pointer": 0}]}, ["prompts[0].name", "prompts[0].pointer"]),
        ({"prompts": [{"name": "one"}, {"name": "one", "pointer": "live"}]}, ["prompts[1]"]),
    ],
)
def test_what_is_wrong_is_named(registry: Registry, body: Any, paths: list[str]) -> None:
    response = registry.viewer("POST", "/v1/batch", body)

    assert response.status == 400
    details = response.json["details"]
    assert [each["path"] for each in details] == paths
    assert all(each["message"].startswith(f"{each['path']}: ") for each in details)
    assert len(response.text) < 2_000


def test_a_prompt_may_be_followed_by_several_pointers(registry: Registry) -> None:
    prompt_id = create_live(registry.editor, "Greeting")
    pointers: tuple[int | str, ...] = ("live", "latest", 1, "1")
    asked = [
        {"name": name, "pointer": pointer}
        for name in (prompt_id, "greeting")
        for pointer in pointers
    ]

    refresh(registry.viewer)  # so that the key is known

    with count_reads() as reads:
        body = refresh(registry.viewer, *asked)

    assert len(body["prompts"]) == len(asked)
    # The claim of the slug, the head and the version.
    assert reads.units == 3


def test_nothing_is_asked_for(registry: Registry) -> None:
    assert not any(refresh(registry.viewer).values())


def test_an_idempotency_key_and_a_condition_change_nothing(registry: Registry) -> None:
    create_live(registry.editor, "Greeting")
    body = {"prompts": [{"name": "greeting"}]}
    headers = {"Idempotency-Key": "once", "If-Match": '"other"'}
    memory = Memory()
    registry.viewer("POST", "/v1/batch", body)  # the day of the key's last use
    before = memory.list_items()

    responses = [registry.viewer("POST", "/v1/batch", body, headers=headers) for _ in range(2)]

    assert [response.status for response in responses] == [200, 200]
    assert memory.list_items() == before


def test_a_key_that_reads_a_pointer_otherwise_is_not_told_that_nothing_has_changed(
    registry: Registry,
) -> None:
    """A number is the tag of this name for a key that is restricted to the tag."""
    client = registry.editor
    prompt_id = create_live(client, "One", "first")
    release(client, prompt_id, 2, "second")
    client("POST", f"/v1/prompts/{prompt_id}/versions/1/tags", {"tag": "3"})
    client.create_version(prompt_id, "third")
    grant = Grant(
        name="restricted",
        operation="read_render",
        team_ids=(registry.team_id,),
        pointers=frozenset(["3"]),
    )
    restricted = Client(registry.team_id, registry.create_key(grant), registry.cloud)

    (entry,) = refresh(client, {"name": "one", "pointer": "3"})["prompts"]
    (other,) = refresh(restricted, *hold([entry]))["prompts"]

    assert entry["version"]["template"] == "third"
    assert other["version"]["template"] == "first"


def test_a_split_that_begins_meanwhile_comes_with_the_next_refresh(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = registry.editor
    prompt_id = create_live(client, "One", "first")
    release(client, prompt_id, 2, "second")
    client.create_version(prompt_id, "draft")
    path = f"/v1/prompts/{prompt_id}"
    client("POST", f"{path}/versions/3/tags", {"tag": "staging"})
    registry.forget()
    read = Database.get_many
    rivals = iter([True])

    def read_after_rival(database: Database, keys: Any, **options: Any) -> Any:
        if "versions" in keys and next(rivals, False):
            client("POST", f"{path}/versions/2/tags", {"tag": "staging"})
            shares = [{"version": number, "weight": 5000} for number in (2, 1)]
            assert client("PUT", f"{path}/splits/staging", {"split": shares}).status == 200
            assert client("DELETE", f"{path}/versions/3").status == 204
        return read(database, keys, **options)

    monkeypatch.setattr(Database, "get_many", read_after_rival)
    entries = refresh(registry.viewer, {"name": prompt_id, "pointer": "staging"})["prompts"]
    (entry,) = refresh(registry.viewer, *hold(entries))["prompts"] or entries

    assert [each["version"] for each in entry["split"]] == [2, 1]
    assert [each["version"]["version"] for each in entry["others"]] == [1]


def test_a_prompt_that_changes_again_and_again_fails_for_itself(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = registry.editor
    create_live(client, "One", "first")
    prompt_id = create_live(client, "Two", "second")
    client.create_version(prompt_id, "draft")
    client("DELETE", f"/v1/prompts/{prompt_id}/versions/2")
    registry.forget()

    def contend(*_: object, **__: object) -> None:
        raise Contended(retry_after=1)

    monkeypatch.setattr(PromptStore, "get_cached_version", contend)
    body = refresh(client, {"name": "one"}, {"name": "two", "pointer": "latest"})

    assert [entry["name"] for entry in body["prompts"]] == ["one"]
    assert [(entry["name"], entry["code"]) for entry in body["failed"]] == [("two", "contended")]
