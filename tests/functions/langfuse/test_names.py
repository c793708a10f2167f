"""Names of prompts, which are free texts, and the paths that have them."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from tests.functions.langfuse.project import PROMPTS

if TYPE_CHECKING:
    from tests.functions.langfuse.project import Project

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


def test_a_name_comes_before_a_slug(project: Project) -> None:
    editor = project.registry.editor
    for name, slug in (("b", "a"), ("x", "b")):
        prompt = editor.create_prompt(name, slug=slug)
        editor.create_stable_version(prompt["id"], f"of {name}")

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
