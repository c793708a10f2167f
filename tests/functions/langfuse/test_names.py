"""Names of prompts, which are free texts, and the paths that have them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from shared.domain.access import Grant
from tests.client import Client
from tests.functions.langfuse.project import PROMPTS

if TYPE_CHECKING:
    from tests.functions.langfuse.project import Project
    from tests.memory import Memory

SIMILAR = ("a b", "a_b", "a-b", "A b", "a b!", "a  b", "a/b")
FREE = (*SIMILAR, "Ünï A_b-1.0 (x)?#%", "日本", "%2F", "a%20b", "versions/3", "a/versions/3", ".")


def test_similar_names_are_several_prompts(project: Project) -> None:
    for name in SIMILAR:
        assert project.create(name, f"of {name}", labels=["production"])["version"] == 1

    assert [project.get(name)["prompt"] for name in SIMILAR] == [f"of {name}" for name in SIMILAR]
    assert project.list_names("?limit=100") == sorted(SIMILAR)


@pytest.mark.parametrize("name", FREE)
def test_every_call_knows_a_free_name(project: Project, name: str) -> None:
    created = project.create(name, labels=["production"])

    assert created["name"] == name
    assert project.get(name)["name"] == name
    assert project.label(name, 1, "beta").json["labels"] == ["production", "beta", "latest"]
    assert project.list_names(f"?name={quote(name, safe='')}") == [name]
    assert project.create(name, "again")["version"] == 2
    assert project.delete(name).status == 204
    assert project.read(name).status == 404


def test_slashes_may_be_sent_as_they_are(project: Project) -> None:
    """As Langfuse's second client for Python does."""
    project.create("team/a/greet", labels=["production"])
    path = f"{PROMPTS}/team/a/greet"

    assert project.viewer("GET", path).json["name"] == "team/a/greet"
    assert project.editor("PATCH", f"{path}/versions/1", {"newLabels": ["b"]}).status == 200
    assert project.editor("DELETE", path).status == 204


def test_a_name_that_looks_like_a_path_is_one_where_it_is_encoded(project: Project) -> None:
    project.create("a", "plain")
    project.create("a/versions/1", "nested", labels=["production"])

    assert project.get("a/versions/1")["prompt"] == "nested"
    assert project.label("a/versions/1", 1, "x").json["prompt"] == "nested"
    assert project.label("a", 1, "x").json["prompt"] == "plain"
    for method in ("GET", "DELETE"):
        response = project.editor(method, f"{PROMPTS}/a/versions/1")
        assert (response.status, response.json["message"], response.json["error"]) == (
            405,
            "Method not allowed",
            "MethodNotAllowedError",
        )


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", f"{PROMPTS}/a"),
        ("POST", f"{PROMPTS}/a/versions/1"),
        ("PATCH", f"{PROMPTS}/a"),
        ("DELETE", PROMPTS),
        ("PUT", "/api/public/prompts"),
        ("DELETE", "/api/public/projects"),
        ("GET", "/api/public/ingestion"),
    ],
)
def test_another_method_is_refused_in_langfuses_words(
    project: Project, method: str, path: str
) -> None:
    response = project.editor(method, path, {})

    assert response.status == 405
    assert response.json["message"] == "Method not allowed"
    assert response.json["error"] == "MethodNotAllowedError"


@pytest.mark.parametrize("path", ["/api/public/media", "/api/public/datasets/x", "/api/public/v3"])
def test_what_there_is_not_is_refused_in_json(project: Project, path: str) -> None:
    response = project.editor("GET", path)

    assert response.status == 404
    assert {"message", "error"} <= response.json.keys()


@pytest.mark.parametrize(
    "name",
    ["", " ", "/a", "a/", "a//b", "a|b", "<b>", "x<i a=b>y", "new", "metrics", "a\nb", "x" * 256],
)
def test_a_malformed_name_is_refused(project: Project, name: str) -> None:
    response = project.editor("POST", PROMPTS, {"name": name, "prompt": "x"})

    assert (response.status, response.json["message"]) == (400, "Invalid request data")
    assert response.json["error"][0]["path"] == ["name"]


def test_a_name_is_trimmed_and_case_counts(project: Project) -> None:
    assert project.create(" Greet ")["name"] == "Greet"
    assert project.create("Greet")["version"] == 2
    assert project.create("greet")["version"] == 1
    assert project.read("GREET").status == 404


# -- prompts of other dialects


def test_a_prompt_of_another_dialect_is_found_by_its_name_and_its_slug(project: Project) -> None:
    editor = project.registry.editor
    prompt = editor.create_prompt("Welcome message", slug="welcome")
    editor.create_stable_version(prompt["id"], "Hello {{.name}}!")

    found = [project.get(name, "?label=latest") for name in ("Welcome message", "welcome")]

    assert found[0] == found[1]
    assert (found[0]["name"], found[0]["prompt"]) == ("Welcome message", "Hello {{name}}!")
    assert project.list_names() == ["Welcome message"]
    assert project.create("welcome", "Hello {{name}}!")["version"] == 2
    assert project.list_names() == ["Welcome message"]


def refer(name: str) -> str:
    return f"@@@langfusePrompt:name={name}|label=production@@@"


def list_texts(project: Project, name: str) -> dict[str, Any]:
    """List what a name stands for by all that takes one, in a process that remembers nothing."""
    project.registry.forget()
    reader = f"reads {name}"
    project.create(reader, refer(name), labels=["production"])
    return {
        "read": project.get(name)["prompt"],
        "list": project.list_names(f"?name={name}"),
        "reference": project.get(reader)["prompt"],
        "label": project.label(name, 1, "beta").json["name"],
        "new version": project.create(name, "the next")["name"],
    }


@pytest.mark.parametrize("scope", ["PROJECT", "ORGANIZATION"])
@pytest.mark.parametrize("how", ["name", "slug", "new name", "new slug"])
def test_nobody_takes_over_by_a_name_or_slug_what_finds_another_prompt(
    project: Project, how: str, scope: str
) -> None:
    registry = project.registry
    editor = registry.editor
    body = {"handle": "old", "scope": scope, "prompt": "of another language"}
    victim = editor("POST", "/api/prompts", body).json["id"]
    fields = {"name": "victim", "slug": "other"} if "slug" in how else {"slug": "victim"}
    assert editor("PATCH", f"/v1/prompts/{victim}", fields).status == 200
    mine = editor.create_prompt("mine", slug="mine")
    for prompt_id, text in ((victim, "the victim's"), (mine["id"], "mine")):
        number = editor.create_version(prompt_id, text, engine="simple")["version"]
        editor.promote(prompt_id, number, times=2)
    before = list_texts(project, "victim")

    if how == "new name":
        editor.create_prompt("victim", slug="one")
    elif how == "new slug":
        editor.create_prompt("one", slug="victim")
    else:
        grant = Grant(
            name="mine",
            operation="all",
            team_ids=(registry.team_id,),
            prompt_ids=frozenset({mine["id"]}),
        )
        key = Client(registry.team_id, registry.create_key(grant), registry.cloud)
        response = key("PATCH", f"/v1/prompts/{mine['id']}", {how: "victim"})
        assert response.status == 200, response.text

    assert list_texts(project, "victim") == before


def test_a_name_of_an_earlier_release_comes_before_a_slug_and_before_later_names(
    project: Project, memory: Memory
) -> None:
    editor = project.registry.editor
    for name, slug in (("x", "b"), ("b", "a")):
        prompt = editor.create_prompt(name, slug=slug)
        editor.create_stable_version(prompt["id"], f"of {name}")
    assert project.get("b", "?label=latest")["prompt"] == "of x"

    for item in memory.list_items()["lookups"]:
        if item["entity"] == {"S": "name"}:
            memory.put("lookups", {name: item[name] for name in item if name != "since"})
    project.registry.forget()

    assert project.get("b", "?label=latest")["prompt"] == "of b"


def test_a_name_of_a_deleted_prompt_is_free(project: Project) -> None:
    project.create("p", tags=["t"])
    assert project.delete("p").status == 204

    again = project.create("p", [])

    assert (again["version"], again["tags"], again["type"]) == (1, [], "chat")


def test_a_prompt_that_moves_takes_its_name_along(project: Project) -> None:
    project.create("p", "ours", labels=["production"])
    stranger = project.registry.stranger
    project.registry.move_prompt(project.find_id("p"), stranger.team_id)
    theirs = stranger.use_credential(project.viewer.build_credential)

    assert project.read("p").status == 404
    assert theirs("GET", f"{PROMPTS}/p").json["prompt"] == "ours"
    assert project.create("p")["version"] == 1
