"""Prompts: names and slugs, look-up, description, archiving, moving."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote
from uuid import UUID, uuid4

import pytest

from tests.routes.scene import LIVE, Scene

if TYPE_CHECKING:
    from tests.client import Client, Registry, Response

FIELDS = [
    *("id", "team_id", "slug", "name", "description", "status", "created_at", "updated_at"),
    "keywords",
]
TAKEN = "prompt with this name or slug already exists; please provide a unique name"


def create_prompt(client: Client, **fields: object) -> Response:
    return client("POST", f"/v1/teams/{client.team_id}/prompts", fields)


def test_a_new_prompt_is_told_in_full_and_read_back_the_same(registry: Registry) -> None:
    made = create_prompt(registry.editor, name="Order Mail", description="to customers")

    prompt = made.json["prompt"]
    assert (made.status, made.headers["Content-Type"]) == (201, "application/json")
    assert list(prompt) == FIELDS
    assert str(UUID(prompt["id"])) == prompt["id"]
    assert prompt["team_id"] == registry.team_id
    assert (prompt["name"], prompt["slug"]) == ("Order Mail", "order_mail")
    assert (prompt["description"], prompt["status"]) == ("to customers", "active")
    assert prompt["created_at"] == prompt["updated_at"]
    by_id = registry.viewer("GET", f"/v1/prompts/{prompt['id']}")
    by_slug = registry.viewer("GET", "/v1/prompts/order_mail")
    listed = registry.viewer("GET", f"/v1/teams/{registry.team_id}/prompts")
    assert by_id.json == by_slug.json == {"prompt": prompt}
    assert listed.json == {"prompts": [prompt]}


@pytest.mark.parametrize(
    ("fields", "slug"),
    [
        ({"name": "Welcome Mail!! v2"}, "welcome_mail_v2"),
        ({"name": "__X--y__Z__"}, "x_y_z"),
        ({"name": "Straße Größe"}, "straße_größe"),
        ({"name": "日本 語"}, "日本_語"),
        ({"name": "a\tb\nc"}, "a_b_c"),
        ({"name": "हिन्दी में"}, "हिन्दी_में"),
        ({"name": "Shown", "slug": "Used-Instead"}, "used_instead"),
        ({"name": "Kept", "slug": ""}, "kept"),
        ({"name": "Kept", "slug": None}, "kept"),
    ],
)
def test_slugs_are_made_of_what_is_given(
    registry: Registry, fields: dict[str, object], slug: str
) -> None:
    made = create_prompt(registry.editor, **fields)

    assert made.status == 201
    assert made.json["prompt"]["slug"] == slug
    assert made.json["prompt"]["name"] == fields["name"]


def test_a_slug_beyond_ascii_can_be_addressed(registry: Registry) -> None:
    prompt = registry.editor.create_prompt("Größe 日本")

    found = registry.viewer("GET", f"/v1/prompts/{quote('größe_日本')}")

    assert found.json["prompt"]["id"] == prompt["id"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"name": "Same"}, {"name": "Same"}),
        ({"name": "Same"}, {"name": "Same", "slug": "another"}),
        ({"name": "One", "slug": "same"}, {"name": "Two", "slug": "same"}),
        ({"name": "Re Fund"}, {"name": "re-fund"}),
        ({"name": "Café"}, {"name": "Cafe\u0301"}),
        ({"name": "Cafe\u0301"}, {"name": "Café", "slug": "another"}),
        ({"name": "One", "slug": "café"}, {"name": "Two", "slug": "cafe\u0301"}),
    ],
)
def test_names_and_slugs_are_taken_once_in_a_team(
    registry: Registry, first: dict[str, str], second: dict[str, str]
) -> None:
    prompt = create_prompt(registry.editor, **first).json["prompt"]

    again = create_prompt(registry.editor, **second)
    elsewhere = create_prompt(registry.stranger, **second)

    assert (again.status, again.error, again.json["code"]) == (409, TAKEN, "name_taken")
    assert elsewhere.status == 201
    listed = registry.viewer("GET", f"/v1/teams/{registry.team_id}/prompts").json["prompts"]
    assert [item["id"] for item in listed] == [prompt["id"]]


def test_a_refused_prompt_leaves_its_other_name_free(registry: Registry) -> None:
    create_prompt(registry.editor, name="Taken")

    refused = create_prompt(registry.editor, name="Taken", slug="free")

    assert refused.status == 409
    assert registry.viewer("GET", "/v1/prompts/free").status == 404
    assert create_prompt(registry.editor, name="Free").status == 201


@pytest.mark.parametrize("fields", [{}, {"name": ""}, {"name": None}, {"slug": "s"}])
def test_a_prompt_needs_a_name(registry: Registry, fields: dict[str, object]) -> None:
    answer = create_prompt(registry.editor, **fields)

    assert (answer.status, answer.error) == (400, "name is required")


@pytest.mark.parametrize("field", ["name", "slug", "description"])
@pytest.mark.parametrize("value", [1, 1.5, True, [], {}])
def test_a_field_of_the_wrong_kind_is_refused(
    registry: Registry, field: str, value: object
) -> None:
    answer = create_prompt(registry.editor, **({"name": "n"} | {field: value}))

    assert (answer.status, answer.error) == (400, "invalid request body")


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"name": "n" * 256}, "name must be at most 255 characters"),
        ({"name": "n", "slug": "s" * 256}, "slug must be at most 255 characters"),
        ({"name": "a\0b"}, "name must not contain NUL characters"),
        ({"name": "n", "description": "\0"}, "description must not contain NUL characters"),
    ],
)
def test_a_text_that_px0_could_not_store_is_a_bad_request(
    registry: Registry, fields: dict[str, object], error: str
) -> None:
    answer = create_prompt(registry.editor, **fields)

    assert answer.status == 400
    assert error in answer.error or answer.error.endswith("at most 255 characters")
    assert registry.viewer("GET", f"/v1/teams/{registry.team_id}/prompts").json["prompts"] == []


def test_the_longest_name_is_255_characters_of_any_size(registry: Registry) -> None:
    name = "\U00020000" * 255

    made = create_prompt(registry.editor, name=name)

    assert made.status == 201
    found = registry.viewer("GET", f"/v1/prompts/{quote(name)}")
    assert found.json["prompt"]["name"] == name


def test_a_nul_in_a_slug_becomes_an_underscore(registry: Registry) -> None:
    made = create_prompt(registry.editor, name="n", slug="a\0b")

    assert made.json["prompt"]["slug"] == "a_b"


@pytest.mark.parametrize(
    "slug", ["no_such_slug", "%00", "x" * 3000, "%F0%9F%98%80" * 600, "%FF", "..", "a%2Fb", "%23"]
)
def test_a_slug_that_nobody_has_is_not_found(registry: Registry, slug: str) -> None:
    answers = [
        registry.viewer("GET", f"/v1/prompts/{slug}"),
        registry.viewer("POST", f"/v1/prompts/{slug}/render", {}),
        registry.viewer("POST", f"/v1/prompts/{slug}/versions/1/render", {}),
    ]

    assert {(answer.status, answer.error) for answer in answers} == {(404, "prompt not found")}


def test_names_and_descriptions_come_back_exactly(registry: Registry) -> None:
    name, description = '<b>&amp; "q" \'\u2028 \U0001f600', "one\r\n\ttwo \x7f\x01 end "

    prompt = create_prompt(registry.editor, name=name, description=description).json["prompt"]

    read = registry.viewer("GET", f"/v1/prompts/{prompt['id']}").json["prompt"]
    assert (read["name"], read["description"]) == (name, description)


def test_a_description_may_be_large_but_must_fit_an_item(registry: Registry) -> None:
    prompt = registry.editor.create_prompt()
    path = f"/v1/prompts/{prompt['id']}"

    largest = registry.editor("PUT", path, {"description": "\U0001f600" * 50_000})
    larger = registry.editor("PUT", path, {"description": "x" * 50_001})

    assert largest.status == 200
    assert (larger.status, larger.error) == (
        400,
        "description must be at most 50000 characters",
    )
    read = registry.viewer("GET", path).json["prompt"]["description"]
    assert read == "\U0001f600" * 50_000


def test_a_new_description_moves_updated_at_and_nothing_else(registry: Registry) -> None:
    prompt = registry.editor.create_prompt("Stays", description="old")

    changed = registry.editor(
        "PUT", f"/v1/prompts/{prompt['id']}", {"description": "new", "name": "x", "slug": "y"}
    )

    assert changed.status == 200
    after = changed.json["prompt"]
    assert after["updated_at"] > prompt["updated_at"]
    assert after | {"updated_at": ""} == prompt | {"updated_at": "", "description": "new"}
    assert registry.viewer("GET", "/v1/prompts/stays").json["prompt"] == after
    assert registry.viewer("GET", "/v1/prompts/y").status == 404


@pytest.mark.parametrize("body", [{}, {"description": None}, {"description": ""}, {"name": "x"}])
def test_an_update_without_a_description_empties_it(
    registry: Registry, body: dict[str, object]
) -> None:
    prompt = registry.editor.create_prompt(description="old")

    changed = registry.editor("PUT", f"/v1/prompts/{prompt['id']}", body)

    assert (changed.status, changed.json["prompt"]["description"]) == (200, "")


def test_archiving_is_a_mark_that_blocks_nothing(registry: Registry) -> None:
    prompt = registry.editor.create_prompt()
    path = f"/v1/prompts/{prompt['id']}"

    archived = registry.editor("POST", f"{path}/archive", raw="not even JSON")

    assert archived.json["prompt"] == prompt | {"status": "archived"}
    registry.editor.create_version(prompt["id"], "still {{.here}}")
    registry.editor.promote(prompt["id"], 1, times=2)
    assert registry.editor("PUT", path, {"description": "edited"}).status == 200
    rendered = registry.viewer(
        "POST", f"/v1/prompts/{prompt['slug']}/render", {"variables": {"here": "here"}}
    )
    assert rendered.json["rendered"] == "still here"


def test_archiving_and_restoring_twice_is_no_error(registry: Registry) -> None:
    prompt = registry.editor.create_prompt()
    path = f"/v1/prompts/{prompt['id']}"

    answers = [registry.editor("POST", f"{path}/{verb}") for verb in ("archive",) * 2]
    answers += [registry.editor("POST", f"{path}/{verb}") for verb in ("restore",) * 2]

    assert [answer.status for answer in answers] == [200] * 4
    statuses = [answer.json["prompt"]["status"] for answer in answers]
    assert statuses == ["archived", "archived", "active", "active"]
    assert registry.viewer("GET", path).json["prompt"] == prompt
    events = registry.viewer("GET", f"{path}/history").json["events"]
    assert [event["event"] for event in events] == [
        "prompt.restored",
        "prompt.archived",
        "prompt.created",
    ]


def test_lists_filter_by_status(registry: Registry) -> None:
    kept, gone = registry.editor.create_prompt("Kept"), registry.editor.create_prompt("Gone")
    gone = registry.editor("POST", f"/v1/prompts/{gone['id']}/archive").json["prompt"]
    team = f"/v1/teams/{registry.team_id}/prompts"
    every = f"/v1/prompts?team_id={registry.team_id}"

    listed = {
        query: registry.viewer("GET", f"{team}?{query}").json["prompts"]
        for query in (
            "",
            "status=active",
            "status=archived",
            "status=nonsense",
            "archived=true",
            "archived=T",
            "archived=1",
            "archived=0",
            "archived=false",
            "archived=yes",
            "archived=tRUE",
            "archived=true&status=active",
            "status=&archived=true",
        )
    }

    assert listed == {
        "": [gone, kept],
        "status=active": [kept],
        "status=archived": [gone],
        "status=nonsense": [],
        "archived=true": [gone],
        "archived=T": [gone],
        "archived=1": [gone],
        "archived=0": [kept],
        "archived=false": [kept],
        "archived=yes": [gone, kept],
        "archived=tRUE": [gone, kept],
        "archived=true&status=active": [kept],
        "status=&archived=true": [gone],
    }
    assert registry.viewer("GET", every).json["prompts"] == [gone, kept]
    assert registry.viewer("GET", f"{every}&archived=1").json["prompts"] == [gone]


def test_the_general_list_is_empty_without_a_team(registry: Registry) -> None:
    prompt = registry.editor.create_prompt()
    ours, theirs = registry.team_id, registry.stranger.team_id

    assert registry.viewer("GET", "/v1/prompts").json == {"prompts": []}
    assert registry.viewer("GET", "/v1/prompts?team=&team_id=").json == {"prompts": []}
    assert registry.viewer("GET", f"/v1/prompts?team={ours}&team_id={theirs}").json == {
        "prompts": [prompt]
    }
    assert registry.viewer("GET", f"/v1/prompts?team={theirs}&team_id={ours}").status == 403
    assert registry.viewer("GET", "/v1/prompts?team=nonsense").error == "invalid id"


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_malformed_team_is_a_bad_request_whoever_asks(registry: Registry, method: str) -> None:
    answers = [
        client(method, "/v1/teams/nonsense/prompts", {})
        for client in (registry.viewer, registry.editor)
    ]

    assert {(answer.status, answer.error) for answer in answers} == {(400, "invalid id")}


def test_a_prompt_comes_with_the_version_that_is_asked_for(
    registry: Registry, scene: Scene
) -> None:
    paths = [f"/v1/prompts/{scene.id}", f"/v1/prompts/{scene.prompt['slug']}"]
    wanted = {
        "version=1": 1,
        "version=3": 3,
        "version=+2": None,
        "version=%2B2": 2,
        "version=prod": 1,
        "tag=prod": 1,
        "tag=live": 1,
        "version=live": 1,
        "tag=latest": 3,
        "version=latest": 3,
        "version=2&tag=prod": 2,
        "version=&tag=prod": 1,
        "version=9": None,
        "version=0": None,
        "version=-1": None,
        "tag=2": None,
        "tag=nobody": None,
        "version=nobody&tag=prod": None,
        "version=diff": None,
    }

    found = {
        query: [registry.viewer("GET", f"{path}?{query}") for path in paths] for query in wanted
    }

    for query, number in wanted.items():
        for answer in found[query]:
            if number is None:
                assert (answer.status, answer.error) == (404, "version not found"), query
            else:
                version = registry.viewer("GET", f"{paths[0]}/versions/{number}").json["version"]
                assert answer.json == {"prompt": scene.prompt, "version": version}, query


def test_move_judges_id_body_target_key_target_team_and_prompt_in_this_order(
    registry: Registry,
) -> None:
    prompt = registry.editor.create_prompt()
    good, missing = f"/v1/prompts/{prompt['id']}/move", f"/v1/prompts/{uuid4()}/move"
    ours, theirs = registry.team_id, registry.stranger.team_id
    steps = [
        (registry.viewer, "/v1/prompts/nonsense/move", "{", (400, "invalid prompt id")),
        (registry.viewer, missing, "{", (400, "invalid request body")),
        (registry.viewer, missing, '{"team_id": 7}', (400, "invalid request body")),
        (registry.viewer, missing, "{}", (400, "invalid target team_id")),
        (registry.viewer, missing, '{"team_id": "x"}', (400, "invalid target team_id")),
        (registry.viewer, missing, f'{{"team_id": "{uuid4()}"}}', (401, "unauthorized")),
        (registry.editor, missing, f'{{"team_id": "{uuid4()}"}}', (404, "target team not found")),
        # Whether there is such a team, only its members are told.
        (registry.editor, missing, f'{{"team_id": "{theirs}"}}', (404, "target team not found")),
        (registry.editor, good, f'{{"team_id": "{theirs}"}}', (404, "target team not found")),
        (registry.editor, missing, f'{{"team_id": "{ours}"}}', (404, "prompt not found")),
        (registry.stranger, good, f'{{"team_id": "{theirs}"}}', (404, "prompt not found")),
    ]

    answers = [client("POST", path, raw=raw) for client, path, raw, _ in steps]

    assert [(answer.status, answer.error) for answer in answers] == [step[3] for step in steps]
    same = registry.editor("POST", good, {"team_id": ours.upper()})
    assert (same.status, same.json) == (200, {"prompt": prompt})
    assert len(registry.viewer("GET", good.replace("move", "history")).json["events"]) == 1


def test_update_judges_id_existence_body_and_role_in_this_order(registry: Registry) -> None:
    path = f"/v1/prompts/{registry.editor.create_prompt()['id']}"
    steps = [
        (registry.viewer, "/v1/prompts/nonsense", "{", (400, "invalid prompt id")),
        (registry.viewer, f"/v1/prompts/{uuid4()}", "{", (404, "prompt not found")),
        (registry.stranger, path, "{", (404, "prompt not found")),
        (registry.viewer, path, "{", (400, "invalid request body")),
        (registry.viewer, path, "{}", (403, "forbidden")),
    ]

    answers = [client("PUT", path, raw=raw) for client, path, raw, _ in steps]

    assert [(answer.status, answer.error) for answer in answers] == [step[3] for step in steps]


def test_create_judges_id_role_body_and_name_in_this_order(registry: Registry) -> None:
    registry.editor.create_prompt("Taken")
    path = f"/v1/teams/{registry.team_id}/prompts"
    steps = [
        (registry.viewer, "/v1/teams/nonsense/prompts", "{", (400, "invalid id")),
        (registry.viewer, path, "{", (403, "forbidden")),
        (registry.editor, path, "{", (400, "invalid request body")),
        (registry.editor, path, "{}", (400, "name is required")),
        (registry.editor, path, '{"name": "Taken"}', (409, TAKEN)),
    ]

    answers = [client("POST", path, raw=raw) for client, path, raw, _ in steps]

    assert [(answer.status, answer.error) for answer in answers] == [step[3] for step in steps]


def test_history_tells_who_did_what_newest_first(registry: Registry, scene: Scene) -> None:
    registry.admin("POST", f"/v1/prompts/{scene.id}/versions/{LIVE}/demote")
    events = registry.viewer("GET", f"/v1/prompts/{scene.id}/history").json["events"]

    assert [event["event"] for event in events] == [
        "version.demoted",
        "release.requested",
        "payload.created",
        "tag.moved",
        "version.promoted",
        "version.promoted",
        "version.promoted",
        "version.created",
        "version.created",
        "version.created",
        "prompt.created",
    ]
    assert [event["sequence"] for event in events] == list(range(11, 0, -1))
    assert {event["by"]["name"] for event in events[2:]} == {"all key"}
    assert events[1]["by"]["id"] == registry.people["author"].person_id
    assert events[0]["by"]["name"] == "admin key"
    assert events[3]["detail"] == {"tag": "prod", "from_version": None, "to_version": 1}
    assert sorted((event["at"] for event in events), reverse=True) == [e["at"] for e in events]


def list_names(client: Client, query: str) -> list[str]:
    response = client("GET", f"/v1/teams/{client.team_id}/prompts?{query}")
    assert response.status == 200, response.text
    return [prompt["name"] for prompt in response.json["prompts"]]


def test_a_search_finds_words_in_name_slug_description_and_keywords(registry: Registry) -> None:
    editor = registry.editor
    editor.create_prompt("Größe", slug="size")
    editor.create_prompt("Other", description="About the SIZE of caf\u00e9s")
    third = editor.create_prompt("Third")
    editor("PATCH", f"/v1/prompts/{third['id']}", {"keywords": ["x", "Support agent"]})

    assert list_names(editor, "q=agent") == ["Third"]
    assert list_names(editor, "q=size") == ["Other", "Größe"]
    assert list_names(editor, "q=GR%C3%96SSE") == ["Größe"]
    assert list_names(editor, "q=cafe%CC%81") == ["Other"]
    assert list_names(editor, "q=nothing") == []
    assert list_names(editor, "q=") == ["Third", "Other", "Größe"]
    assert list_names(editor, "q=size&limit=1") == ["Other"]


def test_a_list_can_have_what_is_live(registry: Registry) -> None:
    editor = registry.editor
    ids = [editor.create_prompt(name)["id"] for name in "abc"]
    for id in ids[:2]:
        editor.create_version(id, f"of {id}")
    live = editor.promote(ids[0], 1, times=2)
    path = f"/v1/teams/{editor.team_id}/prompts"

    rows = editor("GET", f"{path}?include=live").json["prompts"]

    assert [row["live"] for row in rows] == [None, None, live]
    assert "live" not in editor("GET", path).json["prompts"][0]
    assert [row["live"] for row in editor("GET", f"{path}?include=live&q=a").json["prompts"]] == [
        live
    ]
    assert editor("GET", f"{path}?include=all").status == 400


def test_a_list_can_have_where_pointers_are(registry: Registry) -> None:
    editor, admin = registry.editor, registry.admin
    first, second = (editor.create_prompt(name) for name in ("First", "Second"))
    for number in (1, 2):
        editor.create_version(first["id"], "a long text")
        editor.promote(first["id"], number)
    live = admin.promote(first["id"], 2)
    versions = f"/v1/prompts/{first['id']}/versions"
    editor("POST", f"{versions}/1/tags", {"tag": "prod"})
    split = [{"version": 2, "weight": 9000}, {"version": 1, "weight": 1000}]
    editor("PUT", f"/v1/prompts/{first['id']}/splits/live", {"split": split})
    path = f"/v1/teams/{editor.team_id}/prompts"

    newer, older = editor("GET", f"{path}?include=pointers").json["prompts"]

    events = editor("GET", f"/v1/prompts/{first['id']}/history").json["events"]
    promotion = next(event for event in events if event["event"] == "version.promoted")
    assert promotion["at"] == live["published_at"]
    assert older["pointers"] == [
        {"pointer": "live", "split": split, "since": promotion["at"], "by": promotion["by"]},
        {"pointer": "prod", "split": [{"version": 1, "weight": 10000}]},
    ]
    assert (older["last_version"], older["newest_stable"]) == (2, 2)
    assert (older["changed_at"], older["changed_by"]) == (events[0]["at"], events[0]["by"])
    assert promotion["by"] != events[0]["by"]
    assert (newer["pointers"], newer["last_version"], newer["newest_stable"]) == ([], 0, None)
    assert newer.keys() >= second.keys()
    assert "pointers" not in editor("GET", path).json["prompts"][0]

    admin("POST", f"{versions}/1/tags", {"tag": "canary"})
    editor("DELETE", f"/v1/prompts/{first['id']}/splits/live")
    editor("POST", f"{versions}/2/demote")
    _, older = editor("GET", f"{path}?include=pointers").json["prompts"]
    assert [target["pointer"] for target in older["pointers"]] == ["canary", "prod"]


def test_a_prompt_is_deleted_for_good_and_its_names_are_free(registry: Registry) -> None:
    editor, prompt = registry.editor, registry.editor.create_prompt("Gone")
    editor.create_version(prompt["id"])
    path = f"/v1/prompts/{prompt['id']}"
    denied = registry.viewer("POST", f"{path}/delete")

    response = editor("POST", f"{path}/delete")

    assert (denied.status, response.status, response.text) == (403, 204, "")
    assert editor("GET", path).status == editor("GET", f"{path}/versions/1").status == 404
    assert editor("POST", f"{path}/delete").status == 404
    assert editor.create_prompt("Gone")["slug"] == prompt["slug"]
