"""Changing some fields of a prompt, and names that look alike."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any
from unicodedata import normalize
from urllib.parse import quote

import pytest

from shared.domain.changes import Origin
from shared.domain.model import Author
from shared.domain.prompts import create

if TYPE_CHECKING:
    from tests.client import Registry, Response

AUTHOR = Author(id="f4b5f7a2-6d4f-4b3c-8a5a-0c6c1f3f1d11", name="an earlier release")
TEXTS = {"name": "Greeting", "slug": "hello", "description": "at the door"}
SUBSETS = [fields for length in range(4) for fields in combinations(TEXTS, length)]
TAKEN = "prompt with this name or slug already exists; please provide a unique name"


def patch(registry: Registry, prompt: dict[str, Any], body: object, **headers: str) -> Response:
    path = f"/v1/prompts/{prompt['id']}"
    return registry.editor("PATCH", path, body, headers=headers)


def create_decomposed(registry: Registry, name: str) -> str:
    """Create a prompt whose names are as they were sent, as earlier releases did."""
    change = create(team_id=registry.team_id, name="x", slug="x", origin=Origin(by=AUTHOR))
    prompt = change.after
    for field in ("name", "slug"):
        object.__setattr__(prompt, field, name)
    registry.store.open_team(registry.team_id).commit(change)
    return prompt.id


@pytest.mark.parametrize("fields", SUBSETS)
def test_what_is_left_out_stays(registry: Registry, fields: tuple[str, ...]) -> None:
    before = registry.editor.create_prompt("Before", description="as it was")
    changes = {field: TEXTS[field] for field in fields}

    response = patch(registry, before, changes)

    after = response.json["prompt"]
    assert response.status == 200
    assert after == {**before, **changes, "updated_at": after["updated_at"]}
    assert (after["updated_at"] != before["updated_at"]) is bool(fields)
    for name in (after["id"], after["slug"]):
        assert registry.viewer("GET", f"/v1/prompts/{name}").json == {"prompt": after}


def test_old_names_are_free_and_new_ones_taken(registry: Registry) -> None:
    prompt = registry.editor.create_prompt("Before")

    patch(registry, prompt, TEXTS)

    assert registry.viewer("GET", "/v1/prompts/before").status == 404
    assert registry.editor.create_prompt("Before")["slug"] == "before"
    path = f"/v1/teams/{registry.team_id}/prompts"
    for body in ({"name": "Greeting", "slug": "other"}, {"name": "Other", "slug": "hello"}):
        assert registry.editor("POST", path, body).status == 409


@pytest.mark.parametrize("body", [{"name": "Other"}, {"slug": "other"}, {"slug": "Other!"}])
def test_a_name_of_another_prompt_is_a_conflict(registry: Registry, body: object) -> None:
    registry.editor.create_prompt("Other")
    prompt = registry.editor.create_prompt("Before")

    response = patch(registry, prompt, {**TEXTS, **body})  # type: ignore[dict-item]

    assert (response.status, response.error) == (409, TAKEN)
    current = registry.viewer("GET", f"/v1/prompts/{prompt['id']}")
    assert current.json == {"prompt": prompt}


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"name": ""}, "name must not be empty"),
        ({"slug": ""}, "slug must contain a letter or a digit"),
        ({"slug": "!!!"}, "slug must contain a letter or a digit"),
        ({"name": None}, "name must be text; leave it out to keep what there is"),
        ({"slug": 5}, "slug must be text; leave it out to keep what there is"),
        ({"description": []}, "description must be text; leave it out to keep what there is"),
        (
            {"keywords": "a"},
            "keywords must be a list of texts; leave it out to keep what there is",
        ),
        ({"keywords": ["a", 1]}, "keywords[1] must be text; leave it out to keep what there is"),
        ({"titel": "x"}, "titel is not a field; use name, slug, description, keywords"),
        (
            {"x" * 200: "x"},
            "a name in the body is not a field; use name, slug, description, keywords",
        ),
        ({"name": "n" * 256}, "name must be at most 255 characters"),
        ({"slug": "s" * 256}, "slug must be at most 255 characters"),
        ({"description": "\0"}, "description must not contain NUL characters"),
        ([], "invalid request body"),
    ],
)
def test_a_malformed_field_is_named(registry: Registry, body: object, error: str) -> None:
    prompt = registry.editor.create_prompt("Before")

    response = patch(registry, prompt, body)

    assert (response.status, response.error) == (400, error)


def test_names_in_the_form_they_had_earlier_are_found_and_taken(registry: Registry) -> None:
    for name in ("Größe", "é" * 120, "q\u0301é"):
        earlier = normalize("NFD", name)
        prompt_id = create_decomposed(registry, earlier)

        for slug in {earlier, name}:
            found = registry.viewer("GET", f"/v1/prompts/{quote(slug)}")
            assert found.json["prompt"]["id"] == prompt_id
        path = f"/v1/teams/{registry.team_id}/prompts"
        assert registry.editor("POST", path, {"name": name}).status == 409
        other = registry.editor.create_prompt()
        assert patch(registry, other, {"name": name}).status == 409
        assert patch(registry, {"id": prompt_id}, {"name": name}).status == 200
        assert patch(registry, {"id": prompt_id}, {"slug": name}).status == 200
        found = registry.viewer("GET", f"/v1/prompts/{quote(normalize('NFC', earlier))}")
        assert found.json["prompt"]["id"] == prompt_id


@pytest.mark.parametrize("name", ["!!!", "🚀", "\u0301", "❤️"])
def test_a_name_without_letters_has_a_slug_that_works(registry: Registry, name: str) -> None:
    first = registry.editor.create_prompt(name)
    second = registry.editor.create_prompt(f"{name} {name}")

    for prompt in (first, second):
        assert prompt["slug"]
        assert prompt["slug"] in f"prompt_{prompt['id']}"
        registry.editor.create_version(prompt["id"], "Hi")
        registry.editor.promote(prompt["id"], 1, times=2)
        render = registry.viewer("POST", f"/v1/prompts/{prompt['slug']}/render", {})
        assert render.json["rendered"] == "Hi"


def test_history_tells_what_was_changed(registry: Registry) -> None:
    prompt = registry.editor.create_prompt("Before")

    patch(registry, prompt, TEXTS)
    patch(registry, prompt, TEXTS)
    patch(registry, prompt, {})

    history = registry.viewer("GET", f"/v1/prompts/{prompt['id']}/history").json
    kinds = [event["event"] for event in history["events"]]
    assert sorted(kinds) == ["prompt.created", "prompt.renamed", "prompt.updated"]


def test_a_stale_etag_stops_it(registry: Registry) -> None:
    prompt = registry.editor.create_prompt("Before")
    etag = registry.viewer("GET", f"/v1/prompts/{prompt['id']}").headers["ETag"]

    first = patch(registry, prompt, {"name": "One"}, **{"If-Match": etag})
    second = patch(registry, prompt, {"name": "Two"}, **{"If-Match": etag})
    third = patch(registry, prompt, {"name": "Two"}, **{"If-Match": first.headers["ETag"]})

    assert [first.status, second.status, third.status] == [200, 412, 200]
