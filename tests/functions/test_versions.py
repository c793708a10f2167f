"""Versions: their numbers, their life, and what may be changed when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from tests.routes.scene import DRAFT, LIVE, STABLE, Scene

if TYPE_CHECKING:
    from tests.client import Client, Registry, Response

FIELDS = [
    *("id", "prompt_id", "version", "template", "status", "created_at", "published_at", "tags"),
    *("model", "model_params", "engine", "message", "author"),
    *("messages", "tools", "response_format", "inputs"),
]


@pytest.fixture
def path(registry: Registry) -> str:
    """Of the versions of a new prompt."""
    return f"/v1/prompts/{registry.editor.create_prompt()['id']}/versions"


def list_numbers(client: Client, path: str) -> list[int]:
    return [version["version"] for version in client("GET", path).json["versions"]]


def test_a_new_version_is_a_draft_told_in_full_and_read_back_the_same(
    registry: Registry, path: str
) -> None:
    made = registry.editor("POST", path, {"template": "Hello {{.name}}", "message": "first"})

    version = made.json["version"]
    assert made.status == 201
    assert list(version) == FIELDS
    assert str(UUID(version["id"])) == version["id"]
    assert version["prompt_id"] in path
    assert (version["version"], version["status"]) == (1, "draft")
    assert (version["template"], version["tags"]) == ("Hello {{.name}}", [])
    assert version["published_at"] is version["model"] is version["model_params"] is None
    assert (version["engine"], version["message"]) == ("go", "first")
    assert version["author"]["name"] == "all key"
    assert registry.viewer("GET", f"{path}/1").json == made.json
    assert registry.viewer("GET", path).json == {"versions": [version]}


def test_numbers_count_up_in_each_prompt_for_itself(registry: Registry) -> None:
    first, second = registry.editor.create_prompt()["id"], registry.editor.create_prompt()["id"]

    given = [registry.editor.create_version(each)["version"] for each in (first, second) * 3]

    assert given == [1, 1, 2, 2, 3, 3]
    assert list_numbers(registry.viewer, f"/v1/prompts/{first}/versions") == [3, 2, 1]


def test_a_number_is_never_used_again_after_the_highest_draft_is_gone(
    registry: Registry, path: str
) -> None:
    for template in ("a", "b", "c"):
        registry.editor("POST", path, {"template": template})

    registry.editor("DELETE", f"{path}/3")
    registry.editor("DELETE", f"{path}/2")
    fourth = registry.editor("POST", path, {"template": "d"}).json["version"]

    assert fourth["version"] == 4
    assert list_numbers(registry.viewer, path) == [4, 1]
    assert registry.viewer("GET", f"{path}/3").error == "version not found"


def test_latest_is_the_highest_number_that_is_still_there(registry: Registry, path: str) -> None:
    for template in ("a", "b", "c"):
        registry.editor("POST", path, {"template": template})
    registry.editor("DELETE", f"{path}/3")

    latest = registry.viewer("GET", f"{path}/latest").json["version"]
    copied = registry.editor("POST", f"{path}/latest/duplicate").json["version"]

    assert (latest["version"], latest["template"]) == (2, "b")
    assert (copied["version"], copied["template"]) == (4, "b")


def test_latest_and_live_of_nothing_are_not_found(registry: Registry, path: str) -> None:
    answers = [registry.viewer("GET", f"{path}/{name}") for name in ("latest", "live")]

    assert [(answer.status, answer.error) for answer in answers] == [(404, "version not found")] * 2


@pytest.mark.parametrize("body", [{}, {"template": ""}, {"template": None}, {"messages": None}])
def test_a_version_needs_a_template(registry: Registry, path: str, body: dict[str, object]) -> None:
    registry.editor("POST", path, {"template": "x"})

    made = registry.editor("POST", path, body)
    changed = registry.editor("PUT", f"{path}/1", body)

    assert (made.status, made.error) == (400, "template is required")
    assert (changed.status, changed.error) == (400, "template is required")
    assert "messages" in made.json["details"][0]["message"]
    assert made.json["details"] == changed.json["details"]
    assert list_numbers(registry.viewer, path) == [1]


def test_a_new_version_of_a_message_alone_needs_a_template(registry: Registry, path: str) -> None:
    answer = registry.editor("POST", path, {"message": "m"})

    assert (answer.status, answer.error) == (400, "template is required")


def test_white_space_is_a_template(registry: Registry, path: str) -> None:
    assert registry.editor("POST", path, {"template": " "}).json["version"]["template"] == " "


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"template": "a\0b"}, "template must not contain NUL characters"),
        ({"template": "x", "message": "\0"}, "message must not contain NUL characters"),
        ({"template": "x", "message": "m" * 10_001}, "message must be at most 10000 characters"),
        ({"template": "x", "model": "\0m"}, "model must not contain NUL characters"),
        ({"template": "x", "model": " \t"}, "model must not be empty"),
        ({"template": "x", "model": ""}, "model must not be empty"),
        ({"template": "x", "model_params": []}, "model_params must be a JSON object"),
        ({"template": "x", "model_params": "x"}, "model_params must be a JSON object"),
        (
            {"template": "x", "model_params": {"stop": ["\0"]}},
            "model_params must not contain NUL characters",
        ),
        (
            {"template": "x", "model_params": {"\0": 1}},
            "model_params must not contain NUL characters",
        ),
        (
            {"template": "x", "engine": "ejs"},
            "engine must be one of: go, jinja, liquid, simple, text, tela",
        ),
        (
            {"template": "x", "engine": ""},
            "engine must be one of: go, jinja, liquid, simple, text, tela",
        ),
        ({"template": 1}, "invalid request body"),
        ({"template": "x", "model": 1}, "invalid request body"),
        ({"template": "x", "message": 1}, "invalid request body"),
        ({"template": "x", "engine": 1}, "invalid request body"),
    ],
)
def test_what_a_version_cannot_hold_is_refused(
    registry: Registry, path: str, fields: dict[str, object], error: str
) -> None:
    answer = registry.editor("POST", path, fields)

    assert (answer.status, answer.error) == (400, error)
    assert list_numbers(registry.viewer, path) == []


@pytest.mark.parametrize(
    ("template", "engine"),
    [("{{.user-name}}", "go"), ("{{ name }}", "go"), ("{% if %}", "jinja"), ("{{ a", "jinja")],
)
def test_a_template_that_cannot_be_parsed_is_refused(
    registry: Registry, path: str, template: str, engine: str
) -> None:
    registry.editor("POST", path, {"template": "fine"})

    made = registry.editor("POST", path, {"template": template, "engine": engine})
    changed = registry.editor("PUT", f"{path}/1", {"template": template, "engine": engine})

    for answer in (made, changed):
        assert answer.status == 400
        assert answer.error.startswith("invalid template: ")
        assert answer.json["code"] == "invalid_template"
    assert registry.viewer("GET", f"{path}/1").json["version"]["template"] == "fine"


def test_model_and_parameters_come_back_exactly(registry: Registry, path: str) -> None:
    params = '{"temperature":1.50,"seed":123456789012345678901234567890,"stop":["a",null,{"b":[]}]}'

    made = registry.editor(
        "POST", path, raw=f'{{"template": "x", "model": " gpt-4o ", "model_params": {params}}}'
    )

    assert made.json["version"]["model"] == "gpt-4o"
    text = registry.viewer("GET", f"{path}/1").text
    assert '"temperature":1.50' in text
    assert '"seed":123456789012345678901234567890' in text
    assert made.json["version"]["model_params"]["stop"] == ["a", None, {"b": []}]


def test_templates_come_back_byte_for_byte(registry: Registry, path: str) -> None:
    template = '\ufeff {{/* */}}\r\n\tä 日本 \U0001f600 \u2028 </b>&amp; \\ " \x01\x7f \n\n'

    registry.editor("POST", path, {"template": template})

    assert registry.viewer("GET", f"{path}/1").json["version"]["template"] == template


def test_a_draft_can_be_changed_in_part(registry: Registry, path: str) -> None:
    made = registry.editor(
        "POST",
        path,
        {"template": "a", "model": "m", "model_params": {"x": 1}, "message": "why"},
    ).json["version"]
    changes: list[tuple[dict[str, Any], dict[str, Any]]] = [
        ({"template": "b"}, {"template": "b"}),
        ({"model": "n"}, {"model": "n"}),
        ({"model": None, "template": None}, {"model": None}),
        ({"model_params": {"y": 2}}, {"model_params": {"y": 2}}),
        ({"model_params": None}, {"model_params": None}),
        ({"engine": "jinja"}, {"engine": "jinja"}),
        ({"message": "because"}, {"message": "because"}),
        ({"message": None, "engine": "go"}, {"engine": "go"}),
        ({"message": ""}, {"message": ""}),
    ]
    expected = dict(made)

    for body, change in changes:
        answer = registry.editor("PUT", f"{path}/1", body)
        expected |= change
        assert (answer.status, answer.json["version"]) == (200, expected)

    assert registry.viewer("GET", f"{path}/1").json["version"] == expected


def test_versions_of_every_status_but_draft_cannot_be_changed(
    registry: Registry, scene: Scene
) -> None:
    path = f"/v1/prompts/{scene.id}/versions"
    registry.editor("POST", f"{path}/{DRAFT}/archive")
    before = scene.list_stored()

    answers = [
        registry.editor("PUT", f"{path}/{number}", raw=raw)
        for number in (LIVE, STABLE, DRAFT)
        for raw in ('{"template": "x"}', "not JSON", "{}")
    ]

    refused = (422, "only draft versions can be modified", "not_draft")
    assert {(a.status, a.error, a.json["code"]) for a in answers} == {refused}
    assert scene.list_stored() == before


def test_promotion_goes_from_draft_over_stable_to_live(registry: Registry, path: str) -> None:
    registry.editor("POST", path, {"template": "x"})

    stable = registry.editor("POST", f"{path}/1/promote", raw="garbage").json["version"]
    live = registry.editor("POST", f"{path}/1/promote").json["version"]

    assert (stable["status"], live["status"]) == ("stable", "live")
    assert stable["created_at"] < stable["published_at"] < live["published_at"]
    assert registry.viewer("GET", f"{path}/live").json["version"] == live


def test_exactly_one_version_is_live(registry: Registry, scene: Scene) -> None:
    path = f"/v1/prompts/{scene.id}/versions"
    before = registry.viewer("GET", f"{path}/{LIVE}").json["version"]

    registry.editor.promote(scene.id, STABLE)
    displaced = registry.viewer("GET", f"{path}/{LIVE}").json["version"]

    assert registry.viewer.list_statuses(scene.id) == {1: "stable", 2: "live", 3: "draft"}
    assert displaced == before | {"status": "stable"}


def test_the_former_live_version_can_be_promoted_back(registry: Registry, scene: Scene) -> None:
    registry.editor.promote(scene.id, STABLE)

    back = registry.editor.promote(scene.id, LIVE)

    assert (back["status"], back["tags"]) == ("live", ["prod"])
    assert registry.viewer.list_statuses(scene.id) == {1: "live", 2: "stable", 3: "draft"}


def test_published_at_is_the_time_of_the_last_promotion(registry: Registry, path: str) -> None:
    prompt_id = path.split("/")[3]
    registry.editor.create_version(prompt_id)
    live = registry.editor.promote(prompt_id, 1, times=2)["published_at"]

    demoted = registry.editor("POST", f"{path}/1/demote").json["version"]
    again = registry.editor.promote(prompt_id, 1)["published_at"]
    archived = registry.editor("POST", f"{path}/1/archive").json["version"]
    copied = registry.editor("POST", f"{path}/1/duplicate").json["version"]

    assert demoted["published_at"] == live
    assert again > live
    assert archived["published_at"] == again
    assert copied["published_at"] is None


def test_demotion_leaves_none_live(registry: Registry, scene: Scene) -> None:
    path = f"/v1/prompts/{scene.id}/versions"

    demoted = registry.editor("POST", f"{path}/live/demote", raw="garbage")

    assert (demoted.status, demoted.json["version"]["status"]) == (200, "stable")
    assert registry.viewer.list_statuses(scene.id) == {1: "stable", 2: "stable", 3: "draft"}
    assert registry.viewer("GET", f"{path}/live").status == 404


def test_an_archived_version_keeps_its_tags_and_is_archived_for_good(
    registry: Registry, scene: Scene
) -> None:
    path = f"/v1/prompts/{scene.id}/versions"
    before = registry.viewer("GET", f"{path}/{LIVE}").json["version"]

    archived = registry.editor("POST", f"{path}/{LIVE}/archive", raw="garbage")

    assert archived.json["version"] == before | {"status": "archived"}
    assert registry.viewer("GET", f"{path}/prod").json == archived.json
    assert registry.viewer("GET", f"{path}/live").status == 404
    refusals = {
        "promote": "cannot promote version in archived status: conflict",
        "demote": "only live versions can be demoted: conflict",
        "archive": "version is already archived: conflict",
    }
    for verb, error in refusals.items():
        answer = registry.editor("POST", f"{path}/{LIVE}/{verb}")
        assert (answer.status, answer.error) == (422, error)


@pytest.mark.parametrize(
    ("number", "verb", "error"),
    [
        (LIVE, "promote", "cannot promote version in live status: conflict"),
        (STABLE, "demote", "only live versions can be demoted: conflict"),
        (DRAFT, "demote", "only live versions can be demoted: conflict"),
    ],
)
def test_a_transition_that_does_not_exist_is_refused(
    registry: Registry, scene: Scene, number: int, verb: str, error: str
) -> None:
    before = scene.list_stored()

    answer = registry.editor("POST", f"/v1/prompts/{scene.id}/versions/{number}/{verb}")

    assert (answer.status, answer.error, answer.json["code"]) == (422, error, "wrong_state")
    assert scene.list_stored() == before


@pytest.mark.parametrize("number", [LIVE, STABLE, DRAFT])
def test_every_version_that_is_not_archived_can_be(
    registry: Registry, scene: Scene, number: int
) -> None:
    answer = registry.editor("POST", f"/v1/prompts/{scene.id}/versions/{number}/archive")

    assert (answer.status, answer.json["version"]["status"]) == (200, "archived")


def test_deleting_erases_a_draft_and_archives_anything_else(
    registry: Registry, scene: Scene
) -> None:
    path = f"/v1/prompts/{scene.id}/versions"

    answers = [
        registry.editor("DELETE", f"{path}/{number}") for number in (DRAFT, STABLE, LIVE, LIVE)
    ]

    assert [(answer.status, answer.text) for answer in answers] == [(204, "")] * 4
    assert registry.viewer.list_statuses(scene.id) == {1: "archived", 2: "archived"}
    assert registry.editor("DELETE", f"{path}/{DRAFT}").error == "version not found"
    events = registry.viewer("GET", f"/v1/prompts/{scene.id}/history?limit=4").json["events"]
    assert [event["event"] for event in events] == [
        "version.archived",
        "version.archived",
        "version.deleted",
        "release.requested",
    ]


def test_the_tags_of_an_erased_draft_go_with_it(registry: Registry, scene: Scene) -> None:
    path = f"/v1/prompts/{scene.id}/versions"
    for tag in ("next", "prod"):
        registry.editor("POST", f"{path}/{DRAFT}/tags", {"tag": tag})

    registry.editor("DELETE", f"{path}/next")

    assert registry.viewer("GET", f"/v1/prompts/{scene.id}/tags").json["tags"] == []
    assert registry.viewer("GET", f"{path}/prod").error == "version not found"
    again = registry.editor("POST", f"{path}/{LIVE}/tags", {"tag": "next"})
    assert again.json["version"]["tags"] == ["next"]


@pytest.mark.parametrize("source", ["1", "2", "3", "prod", "live", "latest"])
def test_a_duplicate_is_a_new_draft_of_the_same_content(
    registry: Registry, scene: Scene, source: str
) -> None:
    path = f"/v1/prompts/{scene.id}/versions"
    original = registry.viewer("GET", f"{path}/{source}").json["version"]

    copied = registry.admin("POST", f"{path}/{source}/duplicate", raw="garbage")

    copy = copied.json["version"]
    assert (copied.status, copy["version"], copy["status"], copy["tags"]) == (201, 4, "draft", [])
    assert copy["id"] != original["id"]
    assert copy["author"]["name"] == "admin key"
    content = ("template", "engine", "model", "model_params")
    assert [copy[field] for field in content] == [original[field] for field in content]
    registry.editor("PUT", f"{path}/4", {"template": "its own"})
    assert registry.viewer("GET", f"{path}/{source}").json["version"]["template"] in (
        original["template"],
        "its own" if source == "latest" else original["template"],
    )


def test_an_archived_version_can_be_duplicated(registry: Registry, path: str) -> None:
    registry.editor("POST", path, {"template": "old"})
    registry.editor("POST", f"{path}/1/archive")

    copied = registry.editor("POST", f"{path}/1/duplicate").json["version"]

    assert (copied["version"], copied["template"], copied["status"]) == (2, "old", "draft")


def test_lists_filter_by_status_and_tags(registry: Registry, scene: Scene) -> None:
    path = f"/v1/prompts/{scene.id}/versions"
    for number, tag in ((LIVE, "eu"), (STABLE, "us"), (DRAFT, "2024")):
        registry.editor("POST", f"{path}/{number}/tags", {"tag": tag})
    registry.editor("POST", path, {"template": "x"})
    registry.editor("POST", f"{path}/4/archive")

    found = {
        query: list_numbers(registry.viewer, f"{path}?{query}")
        for query in (
            "",
            "status=draft",
            "status=stable",
            "status=live",
            "status=archived",
            "status=LIVE",
            "status=",
            "tags=eu",
            "tags=eu,us",
            "tags=%20eu%20,,prod",
            "tags=,",
            "tags=2024",
            "tags=eu,us&status=stable",
            "tags=nobody",
        )
    }

    assert found == {
        "": [4, 3, 2, 1],
        "status=draft": [3],
        "status=stable": [2],
        "status=live": [1],
        "status=archived": [4],
        "status=LIVE": [],
        "status=": [4, 3, 2, 1],
        "tags=eu": [1],
        "tags=eu,us": [2, 1],
        "tags=%20eu%20,,prod": [1],
        "tags=,": [4, 3, 2, 1],
        "tags=2024": [3],
        "tags=eu,us&status=stable": [2],
        "tags=nobody": [],
    }


SELECTORS = [
    ("1", 200, None),
    ("01", 200, None),
    ("%2B1", 200, None),
    ("%31", 200, None),
    ("9", 404, "version not found"),
    ("0", 404, "version not found"),
    ("-1", 404, "version not found"),
    ("nobody", 404, "version not found"),
    ("2147483647", 404, "version not found"),
    ("2147483648", 404, "version not found"),
    ("-2147483648", 404, "version not found"),
    ("12345678901", 404, "version not found"),
    ("9" * 18, 404, "version not found"),
    ("9223372036854775807", 404, "version not found"),
    ("1" * 20, 404, "version not found"),
    ("1" * 3000, 404, "version not found"),
    ("1.0", 404, "version not found"),
    ("1e0", 404, "version not found"),
    ("%D9%A1", 404, "version not found"),
    ("%00", 404, "version not found"),
    ("x" * 3000, 404, "version not found"),
]


@pytest.mark.parametrize(("selector", "status", "error"), SELECTORS)
def test_what_reads_as_a_number_is_one_and_all_else_is_a_tag(
    registry: Registry, path: str, selector: str, status: int, error: str | None
) -> None:
    registry.editor("POST", path, {"template": "x"})
    slug = registry.viewer("GET", path.removesuffix("/versions")).json["prompt"]["slug"]

    answers: list[Response] = [
        registry.viewer("GET", f"{path}/{selector}"),
        registry.viewer("GET", f"{path}/{selector}/variables"),
        registry.viewer("GET", f"/v1/prompts/{slug}?version={selector}"),
        registry.viewer("POST", f"/v1/prompts/{slug}/versions/{selector}/render", {}),
        registry.editor("POST", f"{path}/{selector}/tags", {"tag": "t"}),
        registry.editor("POST", f"{path}/{selector}/promote"),
        registry.editor("POST", f"{path}/{selector}/archive"),
        registry.editor("DELETE", f"{path}/{selector}"),
    ]

    if status == 200:
        assert {answer.status for answer in answers} == {200, 204}
    else:
        assert {(answer.status, answer.error) for answer in answers} == {(status, error)}


WRITES: list[tuple[str, str, Any]] = [
    ("PUT", "", {"template": "x"}),
    ("DELETE", "", None),
    ("POST", "/promote", None),
    ("POST", "/demote", None),
    ("POST", "/archive", None),
    ("POST", "/duplicate", None),
    ("POST", "/tags", {"tag": "t"}),
]


@pytest.mark.parametrize(("method", "verb", "body"), WRITES)
def test_writes_judge_id_existence_role_and_version_in_this_order(
    registry: Registry, path: str, method: str, verb: str, body: object
) -> None:
    missing = f"/v1/prompts/{uuid4()}/versions"
    steps = [
        (registry.viewer, "/v1/prompts/nonsense/versions", (400, "invalid prompt id")),
        (registry.viewer, missing, (404, "prompt not found")),
        (registry.stranger, path, (404, "prompt not found")),
        (registry.viewer, path, (403, "forbidden")),
        (registry.editor, path, (404, "version not found")),
    ]

    answers = [client(method, f"{path}/7{verb}", body) for client, path, _ in steps]

    assert [(answer.status, answer.error) for answer in answers] == [step[2] for step in steps]


def test_create_judges_id_existence_role_body_and_template_in_this_order(
    registry: Registry, path: str
) -> None:
    bad = '{"template": "{{"}'
    steps = [
        (registry.viewer, "/v1/prompts/nonsense/versions", bad, 400, "invalid prompt id"),
        (registry.viewer, f"/v1/prompts/{uuid4()}/versions", bad, 404, "prompt not found"),
        (registry.viewer, path, bad, 403, "forbidden"),
        (registry.editor, path, "[]", 400, "invalid request body"),
        (registry.editor, path, "{}", 400, "template is required"),
        (registry.editor, path, bad, 400, "invalid template: "),
    ]

    answers = [client("POST", path, raw=raw) for client, path, raw, *_ in steps]

    assert [answer.status for answer in answers] == [step[3] for step in steps]
    for answer, step in zip(answers, steps, strict=True):
        assert answer.error.startswith(step[4])


def test_update_judges_the_version_and_its_state_before_the_body(
    registry: Registry, path: str
) -> None:
    registry.editor("POST", path, {"template": "x"})

    missing = registry.editor("PUT", f"{path}/2", raw="{")
    malformed = registry.editor("PUT", f"{path}/1", raw="{")
    registry.editor("POST", f"{path}/1/promote")
    stable = registry.editor("PUT", f"{path}/1", raw="{")

    assert (missing.status, missing.error) == (404, "version not found")
    assert (malformed.status, malformed.error) == (400, "invalid request body")
    assert (stable.status, stable.error) == (422, "only draft versions can be modified")


def test_what_px0_hangs_on_ids_does_not_hang_on_slugs(registry: Registry) -> None:
    prompt = registry.editor.create_prompt()
    path = f"/v1/prompts/{prompt['slug']}"

    answers = [
        registry.editor(method, f"{path}{rest}", {"template": "x"})
        for method, rest in (
            ("POST", "/versions"),
            ("GET", "/versions"),
            ("GET", "/versions/1"),
            ("PUT", ""),
        )
    ]

    assert {(answer.status, answer.error) for answer in answers} == {(400, "invalid prompt id")}


def test_a_rival_that_was_faster_changes_what_is_decided(registry: Registry, scene: Scene) -> None:
    path = f"/v1/prompts/{scene.id}/versions"

    registry.cloud.run_before(
        "TransactWriteItems", lambda: registry.admin("DELETE", f"{path}/{DRAFT}")
    )
    late = registry.editor("POST", f"{path}/{DRAFT}/promote")

    assert (late.status, late.error) == (404, "version not found")
    assert registry.viewer.list_statuses(scene.id) == {1: "live", 2: "stable"}


def test_two_writers_at_once_get_two_numbers(registry: Registry, path: str) -> None:
    given = []

    registry.cloud.run_before(
        "TransactWriteItems",
        lambda: given.append(registry.admin("POST", path, {"template": "faster"}).json["version"]),
    )
    given.append(registry.editor("POST", path, {"template": "slower"}).json["version"])

    assert [(v["version"], v["template"]) for v in given] == [(1, "faster"), (2, "slower")]
    assert list_numbers(registry.viewer, path) == [2, 1]


def test_of_two_promotions_at_once_one_version_is_live(registry: Registry, scene: Scene) -> None:
    path = f"/v1/prompts/{scene.id}/versions"
    registry.editor.promote(scene.id, DRAFT)

    registry.cloud.run_before(
        "TransactWriteItems", lambda: registry.admin("POST", f"{path}/{STABLE}/promote")
    )
    late = registry.editor("POST", f"{path}/{DRAFT}/promote")

    assert late.json["version"]["status"] == "live"
    assert registry.viewer.list_statuses(scene.id) == {1: "stable", 2: "stable", 3: "live"}


def test_a_draft_promoted_meanwhile_cannot_be_changed_any_more(
    registry: Registry, scene: Scene
) -> None:
    path = f"/v1/prompts/{scene.id}/versions/{DRAFT}"

    registry.cloud.run_before(
        "TransactWriteItems", lambda: registry.admin("POST", f"{path}/promote")
    )
    late = registry.editor("PUT", path, {"template": "too late"})

    assert (late.status, late.error) == (422, "only draft versions can be modified")
    assert registry.viewer("GET", path).json["version"]["template"] == "Hey {{.name}}!"


@pytest.mark.parametrize("name", ["name", "n" * 5000])
def test_a_variable_as_other_languages_write_it_is_refused_with_the_way_out(
    registry: Registry, name: str
) -> None:
    prompt = registry.editor.create_prompt()
    path = f"/v1/prompts/{prompt['id']}/versions"

    answer = registry.editor("POST", path, {"template": f"Hi {{{{ {name} }}}}"})

    assert answer.status == 400
    assert answer.error.startswith('invalid template: template: :1: function "n')
    (detail,) = answer.json["details"]
    assert detail["path"] == "template"
    assert detail["message"].startswith("did you mean {{.n")
    assert detail["message"].endswith("}}, or engine: jinja")
    assert len(answer.text) < 1000
    for body in (
        {"template": "Hi {{.name}}"},
        {"template": "Hi {{ name }}", "engine": "jinja"},
    ):
        assert registry.editor("POST", path, body).status == 201
