"""One prompt goes through the clients of all vendors, and is one text at the end of each."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.clients.programs import Clients
    from tests.live.server import Server

VALUES = {"name": "Ada", "city": "Rome"}
TEXT = "Hello Ada from Rome: {x} and %}"


def write_natively(clients: Clients, name: str) -> str:
    """Write a version as px0's clients do; the id of the prompt."""
    prompt = clients.server.create_prompt(name)
    body = {"template": "Hello {{.name}} from {{ .city }}: {x} and %}"}
    answer = clients.server.call("POST", f"/v1/prompts/{prompt}/versions", body)
    assert answer.status == 201, answer
    return prompt


def write_with_langfuse(clients: Clients, name: str) -> str:
    """Write a version with Langfuse's SDK; the id of the prompt."""
    text = "Hello {{name}} from {{ city }}: {x} and %}"
    assert clients.run_python("langfuse_texts.py", "write", name, text) == 1
    team = clients.server.demo["team_id"]
    listed = clients.server.call("GET", f"/v1/teams/{team}/prompts").json["prompts"]
    return next(str(prompt["id"]) for prompt in listed if prompt["name"] == name)


# Who writes: each gets the name of the prompt, and returns its id.
WRITERS: dict[str, Callable[[Clients, str], str]] = {
    "px0": write_natively,
    "langfuse": write_with_langfuse,
}


def promote(server: Server, prompt: str) -> None:
    """Make the first version live with px0's call, whatever it is now."""
    path = f"/v1/prompts/{prompt}/versions/1"
    while (version := server.call("GET", path).json["version"])["status"] != "live":
        answer = server.call("POST", f"{path}/promote")
        assert answer.status == 200, (version, answer)


@pytest.mark.parametrize("writer", WRITERS)
def test_one_prompt_is_one_text_to_the_clients_of_all(clients: Clients, writer: str) -> None:
    server = clients.server
    prompt = WRITERS[writer](clients, f"tour of {writer}")
    promote(server, prompt)
    slug = server.call("GET", f"/v1/prompts/{prompt}").json["prompt"]["slug"]

    rendered = server.call("POST", f"/v1/prompts/{slug}/render", {"variables": VALUES})
    assert rendered.json["rendered"] == TEXT

    asked = json.dumps({"handles": [slug], "values": VALUES})
    assert clients.run_python("compile_texts.py", asked) == {slug: TEXT}

    (listed,) = clients.run_node("tela_lister.mjs", prompt)
    assert (listed["promoted"], fill_in(listed["content"], "{%s}")) == (True, TEXT)

    query: dict[str, Any] = {"variables": {"any": "thing"}, "unenforced": {}}
    wanted = json.dumps({"prompt_id": prompt, "queries": [query]})
    (synced,) = clients.run_python("maxim_reader.py", "choose", wanted)
    ((message,), version) = synced["messages"], synced["version"]
    assert (version, fill_in_spaced(message["content"])) == (1, TEXT)

    name = f"tour of {writer}"
    named = json.dumps({"handles": [name], "values": VALUES})
    assert clients.run_python("langfuse_texts.py", "compile", named) == {name: TEXT}


def fill_in(text: str, spelling: str) -> str:
    """Fill in references as a vendor's server does, which is none of its clients."""
    for name, value in VALUES.items():
        text = text.replace(spelling % name, value)
    return text


def fill_in_spaced(text: str) -> str:
    return fill_in(fill_in(text, "{{%s}}"), "{{ %s }}")
