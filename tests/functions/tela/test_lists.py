"""Lists of versions, prompts and projects, and the check of a key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from tests.client import UNKNOWN_ID
from tests.functions.tela.calls import MALFORMED_IDS, create_version, get_problem, list_versions

if TYPE_CHECKING:
    from tests.client import Client, Registry

READS = ["/prompt-version?promptId={}", "/prompt/{}/promoted-version"]


def list_pages(client: Client, path: str, limit: int) -> list[list[Any]]:
    found, query = [], f"limit={limit}"
    while True:
        answer = client("GET", f"{path}{'&' if '?' in path else '?'}{query}")
        assert answer.status == 200, answer.text
        found.append(answer.json)
        if (cursor := answer.headers.get("X-Next-Cursor")) is None:
            return found
        query = f"limit={limit}&cursor={cursor}"


def test_versions_are_listed_newest_first_in_a_bare_array(registry: Registry) -> None:
    prompt_id = registry.editor.create_prompt()["id"]
    assert list_versions(registry.viewer, prompt_id) == []

    made = [create_version(registry.editor, prompt_id, title=str(number)) for number in range(3)]

    answer = registry.viewer("GET", f"/prompt-version?prompt_id={prompt_id.upper()}")
    assert answer.json == made[::-1]
    assert "X-Next-Cursor" not in answer.headers
    assert list_pages(registry.viewer, f"/prompt-version?promptId={prompt_id}", 2) == [
        made[:0:-1],
        made[:1],
    ]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("", "promptId is required"),
        ("?promptId=", "promptId is required"),
        ("?promptId=prompt_uuid", "promptId must be a UUID"),
        ("?promptId={id}&limit=0", "invalid limit: must be a number from 1 to 1000"),
        (
            "?promptId={id}&cursor=x",
            "invalid cursor: it must come from the previous page of the same list",
        ),
    ],
)
def test_a_list_of_versions_needs_a_prompt(registry: Registry, query: str, message: str) -> None:
    prompt_id = registry.editor.create_prompt()["id"]

    answer = registry.viewer("GET", f"/prompt-version{query.format(id=prompt_id)}")

    assert get_problem(answer) == (400, message)


@pytest.mark.parametrize("path", READS)
def test_a_prompt_that_is_not_there_or_not_the_callers_is_not_found(
    registry: Registry, path: str
) -> None:
    prompt_id = registry.editor.create_prompt()["id"]
    create_version(registry.editor, prompt_id, promoted=True)

    missing = registry.viewer("GET", path.format(uuid4()))
    theirs = registry.stranger("GET", path.format(prompt_id))

    assert get_problem(missing) == get_problem(theirs) == (404, "prompt not found")


@pytest.mark.parametrize("name", MALFORMED_IDS)
def test_what_is_no_id_promotes_nothing(registry: Registry, name: str) -> None:
    assert registry.viewer("GET", f"/prompt/{name}/promoted-version").status == 404


def test_without_a_promoted_version_there_is_none_to_read(registry: Registry) -> None:
    prompt_id = registry.editor.create_prompt()["id"]
    create_version(registry.editor, prompt_id)

    answer = registry.viewer("GET", f"/prompt/{prompt_id}/promoted-version")

    assert get_problem(answer) == (404, "no version of this prompt is promoted")


def test_prompts_are_listed_as_the_n8n_node_asks_for_them(registry: Registry) -> None:
    empty, full = (registry.editor.create_prompt(name) for name in ("Empty", "Full"))
    create_version(registry.editor, full["id"], promoted=True)
    last = create_version(registry.editor, full["id"], draft=True)
    registry.stranger.create_prompt("Theirs")

    answer = registry.viewer(
        "GET",
        f"/prompt?projectId={registry.team_id}&includeStats=false&includeLastVersion=true",
    )

    shown = [(canvas["title"], canvas["id"], canvas["lastVersion"]) for canvas in answer.json]
    assert shown == [("Full", full["id"], last), ("Empty", empty["id"], None)]
    for canvas in answer.json:
        assert canvas["projectId"] == canvas["workspaceId"] == registry.team_id
        assert canvas["deletedAt"] is None
        assert canvas["updatedAt"] >= canvas["createdAt"]


@pytest.mark.parametrize(
    "query", ["", "?includeLastVersion=false", "?project_id={team_id}", "?projectId="]
)
def test_prompts_come_without_versions_unless_they_are_asked_for(
    registry: Registry, query: str
) -> None:
    prompt = registry.editor.create_prompt()
    create_version(registry.editor, prompt["id"])

    answer = registry.viewer("GET", f"/prompt{query.format(team_id=registry.team_id)}")

    (canvas,) = answer.json
    assert canvas["id"] == prompt["id"]
    assert "lastVersion" not in canvas


def test_the_last_version_is_the_newest_that_is_not_deleted(registry: Registry) -> None:
    prompt_id = registry.editor.create_prompt()["id"]
    first = create_version(registry.editor, prompt_id)
    for flags in ({}, {"draft": True}):
        version = create_version(registry.editor, prompt_id, **flags)
        registry.editor("DELETE", f"/prompt-version/{version['id']}")
    gone = registry.editor.create_prompt()["id"]
    version = create_version(registry.editor, gone)
    registry.editor("DELETE", f"/prompt-version/{version['id']}")

    canvases = registry.viewer("GET", "/prompt?include_last_version=true").json

    assert [canvas["lastVersion"] for canvas in canvases] == [None, first]


@pytest.mark.parametrize("more", ["", "&includeLastVersion=true"])
def test_prompts_come_in_pages_if_asked(registry: Registry, more: str) -> None:
    made = [registry.editor.create_prompt()["id"] for _ in range(5)]

    found = list_pages(registry.viewer, f"/prompt?projectId={registry.team_id}{more}", 2)

    assert [[canvas["id"] for canvas in page] for page in found] == [
        made[4:2:-1],
        made[2:0:-1],
        made[:1],
    ]


def test_a_list_is_cut_where_one_answer_can_carry_no_more(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    prompt_id = registry.editor.create_prompt()["id"]
    for _ in range(4):
        create_version(registry.editor, prompt_id, content="x" * 3000)
    monkeypatch.setenv("RESPONSE_BYTES", "8500")
    registry.forget()
    from shared import settings

    settings.get_settings.cache_clear()

    cut = registry.viewer("GET", f"/prompt-version?promptId={prompt_id}")

    cursor = cut.headers["X-Next-Cursor"]
    rest = list_versions(registry.viewer, prompt_id, f"&cursor={cursor}")
    assert [version["version"] for version in (*cut.json, *rest)] == [4, 3, 2, 1]


def test_the_prompts_of_others_are_in_no_project(registry: Registry) -> None:
    registry.editor.create_prompt()

    answers = [
        registry.stranger("GET", f"/prompt?projectId={team_id}")
        for team_id in (registry.team_id, uuid4(), "x" * 3000)
    ]

    assert {get_problem(answer) for answer in answers} == {(404, "project not found")}
    assert registry.stranger("GET", "/prompt").json == []


def test_a_team_is_a_project(registry: Registry) -> None:
    (project,) = registry.viewer("GET", "/project").json

    assert project["id"] == project["workspaceId"] == registry.team_id
    assert project["title"] == "Ours"
    assert project["createdAt"] == project["updatedAt"]
    assert project["deletedAt"] is None


def test_a_key_is_checked(registry: Registry) -> None:
    good = registry.viewer("GET", "/api-key", headers={"content-type": "application/json"})

    assert good.status == 200
    assert good.json["workspaceId"] == registry.team_id
    assert good.json["title"] == "read_render key"


@pytest.mark.parametrize("header", [None, "", "Basic abc", "Bearer", "Bearer x", "{key}"])
def test_without_a_good_key_nothing_is_told(registry: Registry, header: str | None) -> None:
    text = header and header.format(key=registry.viewer.key)

    response = registry.nobody("GET", "/api-key", headers={"Authorization": text})

    assert get_problem(response) == (401, "unauthorized")


def test_the_scheme_of_a_key_is_taken_in_any_case(registry: Registry) -> None:
    header = {"Authorization": f"bearer {registry.viewer.key}"}

    assert registry.nobody("GET", "/api-key", headers=header).status == 200


def test_the_newest_version_comes_with_the_id_of_the_one_before(registry: Registry) -> None:
    editor, prompt_id = registry.editor, registry.editor.create_prompt()["id"]
    path = f"/prompt/{prompt_id}/latest-version"
    assert (editor("GET", path).status, editor("GET", path).json["status"]) == (404, 404)
    versions = [editor.create_version(prompt_id, text) for text in "abcd"]

    def read() -> tuple[str, str | None]:
        response = editor("GET", path)
        assert response.status == 200, response.text
        return response.json["content"], response.json["previousVersionId"]

    assert read() == ("d", versions[2]["id"])
    editor("DELETE", f"/prompt-version/{versions[3]['id']}")
    editor("POST", f"/v1/prompts/{prompt_id}/versions/2/archive")
    assert read() == ("c", versions[0]["id"])
    editor("POST", f"/v1/prompts/{prompt_id}/versions/3/archive")
    assert read() == ("a", None)


def test_the_messages_of_a_version_are_listed(registry: Registry) -> None:
    editor, prompt_id = registry.editor, registry.editor.create_prompt()["id"]
    version = create_version(editor, prompt_id, content="Hi", markdownContent="# Hi")
    path = f"/prompt-version-message?promptVersionId={version['id']}"

    (message,) = editor("GET", path).json

    assert (message["role"], message["index"]) == ("system", 0)
    assert (message["content"], message["markdownContent"]) == ("Hi", "# Hi")
    assert message["promptVersionId"] == version["id"]
    assert editor("GET", path).json == [message]
    for query, status in {
        "": 400,
        "promptVersionId=x": 400,
        f"promptVersionId={UNKNOWN_ID}": 404,
    }.items():
        assert editor("GET", f"/prompt-version-message?{query}").status == status


def test_a_version_can_have_one_message_by_its_newer_name(registry: Registry) -> None:
    editor, prompt_id = registry.editor, registry.editor.create_prompt()["id"]
    message = {"role": "system", "content": "Be brief"}

    version = create_version(editor, prompt_id, message=message)

    (row,) = editor("GET", f"/prompt-version-message?promptVersionId={version['id']}").json
    assert (row["role"], row["content"]) == ("system", "Be brief")
