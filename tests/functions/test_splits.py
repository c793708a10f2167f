"""Splits of pointers: which version a caller gets, and who changes them."""

from __future__ import annotations

from bisect import bisect_right
from hashlib import sha256
from itertools import accumulate
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from shared.domain.access import Grant
from tests.client import Client
from tests.documents import read_document
from tests.unit.test_splits import VECTORS
from tools.cost.lists import count_reads

if TYPE_CHECKING:
    from tests.client import Registry

WEIGHTS = {2: 3_000, 1: 3_000, 3: 4_000}
KEYS = [key for _, key, _ in VECTORS]
ENGINES = {"go": "{{.name}} %d", "jinja": "{{ name }} %d"}


def choose(prompt_id: str, pointer: str, key: str) -> int:
    digest = sha256(f"{prompt_id}\n{pointer}\n{key}".encode()).digest()
    bucket = int.from_bytes(digest[:8], "big") % 10_000
    return [*WEIGHTS][bisect_right([*accumulate(WEIGHTS.values())], bucket)]


def create_split_prompt(registry: Registry, pointer: str, engine: str = "go") -> dict[str, Any]:
    """Create a prompt with three stable versions, between which a pointer is split."""
    editor = registry.editor
    prompt = editor.create_prompt()
    for number in (1, 2, 3):
        editor.create_version(prompt["id"], ENGINES[engine] % number, engine=engine)
        editor.promote(prompt["id"], number)
    path = f"/v1/prompts/{prompt['id']}"
    if pointer != "live":
        assert editor("POST", f"{path}/versions/1/tags", {"tag": pointer}).status == 200
    split = [{"version": number, "weight": weight} for number, weight in WEIGHTS.items()]
    response = editor("PUT", f"{path}/splits/{pointer}", {"split": split})
    assert (response.status, response.json) == (200, {"pointer": pointer, "split": split})
    return prompt


def get_number(client: Client, method: str, path: str, body: object = None) -> int:
    response = client(method, path, body)
    assert response.status == 200, response.text
    document = response.json
    version = document.get("version", document)
    number: int = version["version"] if isinstance(version, dict) else version
    return number


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("pointer", ["live", "canary"])
def test_a_key_gets_the_version_of_its_bucket_however_it_asks(
    registry: Registry, pointer: str, engine: str
) -> None:
    prompt = create_split_prompt(registry, pointer, engine)
    prompt_id, slug, viewer = prompt["id"], prompt["slug"], registry.viewer

    chosen = set()
    for key in KEYS:
        expected = choose(prompt_id, pointer, key)
        chosen.add(expected)
        body = {"variables": {"name": "Ada"}, "split_key": key}
        path, query = f"/v1/prompts/{slug}/versions/{pointer}", f"split_key={quote(key)}"
        renderings = [viewer("POST", f"{path}/render", body)]
        if pointer == "live":
            renderings.append(viewer("POST", f"/v1/prompts/{slug}/render", body))
        for rendering in renderings:
            assert rendering.json["rendered"] == f"Ada {expected}"
        selector = "production" if pointer == "live" else pointer
        for target in (
            f"/v1/prompts/{prompt_id}/versions/{pointer}?{query}",
            f"/v1/prompts/{prompt_id}?version={pointer}&{query}",
            f"/v1/prompts/{slug}?tag={pointer}&{query}",
            *([f"/api/prompts/{slug}?tag={selector}&{query}"] if pointer == "live" else []),
        ):
            assert get_number(viewer, "GET", target) == expected, target
        # The version has another text for another key, and so another ETag.
    assert len(chosen) > 1
    # Whoever sends no key gets the first version.
    assert get_number(viewer, "GET", f"/v1/prompts/{prompt_id}/versions/{pointer}") == 2


def test_a_warm_rendering_of_a_split_is_one_read(registry: Registry) -> None:
    prompt = create_split_prompt(registry, "live")
    path = f"/v1/prompts/{prompt['id']}/render"

    def render(key: str) -> None:
        body = {"variables": {"name": "Ada"}, "split_key": key}
        assert registry.viewer("POST", path, body).status == 200

    for key in KEYS:
        render(key)
    for key in KEYS:
        with count_reads() as reads:
            render(key)
        assert (reads.units, reads.requests) == (1, 1)


def test_the_vectors_are_those_in_the_document() -> None:
    names = {"(empty)": "", "`a`, line feed, `b`": "a\nb", "255 times `x`": "x" * 255}
    rows = read_document("docs/applications.md").get_table("Render and read", "pointer").rows

    assert [
        (pointer.strip("`"), names.get(key, key.strip("`")), int(bucket))
        for pointer, key, bucket in rows
    ] == VECTORS


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({}, "split"),
        ({"split": []}, "split"),
        ({"split": "2"}, "split"),
        ({"split": [{"version": 1}]}, "split[0].weight"),
        ({"split": [{"version": "1", "weight": 10_000}]}, "split[0].version"),
        ({"split": [{"version": 1, "weight": 0}]}, "split[0].weight"),
    ],
)
def test_what_is_no_split_is_named(registry: Registry, body: object, path: str) -> None:
    prompt = create_split_prompt(registry, "live")

    response = registry.editor("PUT", f"/v1/prompts/{prompt['id']}/splits/live", body)

    assert response.status == 400
    assert path in [detail["path"] for detail in response.json["details"]]


def test_a_split_key_is_a_text_of_at_most_255_characters(registry: Registry) -> None:
    prompt = create_split_prompt(registry, "live")
    path = f"/v1/prompts/{prompt['id']}"

    for key in (1, ["x"], "x" * 256):
        response = registry.viewer("POST", f"{path}/render", {"split_key": key})
        assert (response.status, response.json["details"][0]["path"]) == (400, "split_key")
    assert registry.viewer("GET", f"{path}/versions/live?split_key={'x' * 256}").status == 400


def test_a_version_of_a_split_is_not_archived_in_any_dialect(registry: Registry) -> None:
    prompt, editor = create_split_prompt(registry, "live"), registry.editor
    path = f"/v1/prompts/{prompt['id']}"

    response = editor("POST", f"{path}/versions/3/archive")

    assert (response.status, response.json["details"]) == (422, [{"splits": ["live"]}])
    assert editor("DELETE", f"{path}/versions/1").status == 422
    assert editor("DELETE", f"{path}/splits/live").status == 204
    assert editor("POST", f"{path}/versions/3/archive").status == 200


def test_an_unchanged_split_is_no_change_and_if_match_keeps_a_newer_one(
    registry: Registry,
) -> None:
    prompt, editor = create_split_prompt(registry, "live"), registry.editor
    path = f"/v1/prompts/{prompt['id']}/splits/live"
    read = editor("GET", path)
    history = f"/v1/prompts/{prompt['id']}/history"
    events = len(editor("GET", history).json["events"])

    assert editor("PUT", path, {"split": read.json["split"]}).status == 200
    assert len(editor("GET", history).json["events"]) == events

    body = {"split": [{"version": 1, "weight": 10_000}]}
    assert editor("PUT", path, body, headers={"If-Match": read.headers["ETag"]}).status == 200
    assert editor("GET", path).json == {"pointer": "live", **body}
    assert editor("DELETE", path, headers={"If-Match": read.headers["ETag"]}).status == 412
    assert editor("DELETE", path).json["code"] == "split_not_found"


def test_a_key_of_a_pointer_splits_it_and_reads_all_its_versions(registry: Registry) -> None:
    prompt = create_split_prompt(registry, "canary")
    team = (registry.team_id,)
    grant = Grant(name="CI", team_ids=team, operation="all", pointers=frozenset({"canary"}))
    key = Client(registry.team_id, registry.create_key(grant), registry.cloud)
    path = f"/v1/prompts/{prompt['id']}"
    body = {"split": [{"version": 3, "weight": 1}, {"version": 1, "weight": 9_999}]}

    assert key("PUT", f"{path}/splits/canary", body).status == 200
    assert key("PUT", f"{path}/splits/live", body).status == 403
    assert get_number(key, "GET", f"{path}/versions/canary?split_key=a") == 1
    assert key("DELETE", f"{path}/splits/canary").status == 204


@pytest.mark.parametrize("status", ["draft", "archived"])
def test_a_tag_is_moved_to_a_single_version_of_any_status(registry: Registry, status: str) -> None:
    prompt, editor = create_split_prompt(registry, "canary"), registry.editor
    path = f"/v1/prompts/{prompt['id']}"
    number = editor.create_version(prompt["id"])["version"]
    if status == "archived":
        assert editor("POST", f"{path}/versions/{number}/archive").status == 200
    split = [{"version": number, "weight": 10_000}]

    response = editor("PUT", f"{path}/splits/canary", {"split": split})

    assert (response.status, response.json["split"]) == (200, split)
    assert editor("PUT", f"{path}/splits/live", {"split": split}).json["code"] == "wrong_state"
    split = [{"version": number, "weight": 5_000}, {"version": 1, "weight": 5_000}]
    assert editor("PUT", f"{path}/splits/canary", {"split": split}).json["code"] == "wrong_state"
