"""Who calls: pairs of a public key and an API key."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from shared.domain.access import Grant
from tests.client import Client
from tests.functions.langfuse.project import PROMPTS, use_pair

if TYPE_CHECKING:
    from tests.client import Registry, Response
    from tests.functions.langfuse.project import Project

HOST = "Confirm that you've configured the correct host."


def call(registry: Registry, authorization: str | None) -> Response:
    return registry.nobody("GET", PROMPTS, headers={"Authorization": authorization})


def encode(text: str) -> str:
    return b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("authorization", "message"),
    [
        (None, "No authorization header"),
        ("", "No authorization header"),
        ("Token abc", "Invalid authorization header"),
        ("Bearer pk-lf-1", f"Invalid public key. {HOST}"),
        ("Basic ???", "Invalid authorization header"),
        (f"Basic {encode('alone')}", "Invalid authorization header"),
        (f"Basic {encode(':secret')}", "Invalid authorization header"),
        (f"Basic {encode('public:')}", "Invalid authorization header"),
        (f"Basic {encode('public:sk-lf-1')}", f"Invalid credentials. {HOST}"),
        (f"Basic {encode('public:ak_' + '0' * 64)}", f"Invalid credentials. {HOST}"),
    ],
)
def test_what_is_no_pair_is_told_in_langfuses_words(
    registry: Registry, authorization: str | None, message: str
) -> None:
    response = call(registry, authorization)

    assert (response.status, response.json["error"]) == (401, "UnauthorizedError")
    assert response.json["message"].startswith(message)


def test_the_pair_is_read_liberally(registry: Registry) -> None:
    key = registry.viewer.key
    pair = encode(f"pk-lf-12:{key}")

    for authorization in (f"Basic {pair}", f"basic {pair}", f"Basic  {pair.rstrip('=')}"):
        assert call(registry, authorization).status == 200


def test_a_public_key_of_any_form_is_let_in_and_another_teams_id_is_not(
    project: Project,
) -> None:
    registry = project.registry

    for user in ("pk-lf-1", f"pk-lf-{uuid4()}", "x", registry.team_id, registry.team_id.upper()):
        assert use_pair(registry.viewer, user)("GET", PROMPTS).status == 200, user
    for user in (registry.stranger.team_id, str(uuid4())):
        assert use_pair(registry.viewer, user)("GET", PROMPTS).status == 401, user


def test_a_key_of_several_teams_names_one(project: Project) -> None:
    registry = project.registry
    teams = (registry.team_id, registry.stranger.team_id)
    secret = registry.create_key(Grant(name="both", operation="all", team_ids=teams))
    client = Client(registry.team_id, secret, registry.cloud)

    refused = use_pair(client)("GET", "/api/public/projects")
    named = [use_pair(client, team)("GET", "/api/public/projects") for team in teams]

    assert refused.status == 400
    assert "send the id of one of them as the public key" in refused.json["message"]
    assert [response.json["data"][0]["id"] for response in named] == [*teams]


def test_a_viewer_reads_only(project: Project) -> None:
    project.create("p", labels=["production"])
    path = f"{PROMPTS}/p"

    assert project.viewer("GET", path).status == 200
    for method, target, body in (
        ("POST", PROMPTS, {"name": "q", "prompt": "x"}),
        ("PATCH", f"{path}/versions/1", {"newLabels": ["a"]}),
        ("DELETE", path, None),
    ):
        response = project.viewer(method, target, body)
        assert (response.status, response.json["error"]) == (403, "ForbiddenError")


def test_a_key_of_a_pointer_reads_by_its_label_and_moves_it(project: Project) -> None:
    project.create("p", "one", labels=["production", "a"])
    project.create("p", "two")
    registry = project.registry
    grant = Grant(
        name="live", operation="all", team_ids=(registry.team_id,), pointers=frozenset({"live"})
    )
    client = use_pair(Client(registry.team_id, registry.create_key(grant), registry.cloud))
    path = f"{PROMPTS}/p"

    assert client("GET", path).json["prompt"] == "one"
    for query in ("?version=1", "?label=a", "?label=latest"):
        assert client("GET", f"{path}{query}").status == 403
    assert client("PATCH", f"{path}/versions/2", {"newLabels": ["a"]}).status == 403
    assert client("PATCH", f"{path}/versions/2", {"newLabels": ["production"]}).status == 200
    assert client("GET", path).json["prompt"] == "two"


def test_a_new_key_is_shown_with_its_public_one(registry: Registry) -> None:
    admin = registry.people["organisation_admin"]
    made = admin(
        "POST",
        "/v1/api-keys",
        {
            "name": "pair",
            "operation": "read_render",
            "team_ids": [registry.team_id],
            "org_id": admin("GET", "/v1/me/orgs").json["organizations"][0]["id"],
        },
    )
    assert made.status == 201, made.text
    client = Client(registry.team_id, made.json["key"], registry.cloud)

    assert made.json["public_key"] == f"pk-lf-{made.json['id']}"
    assert use_pair(client, made.json["public_key"])("GET", PROMPTS).status == 200
