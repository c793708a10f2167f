"""Of a prompt of any dialect the vendors' clients make the text that is rendered here."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.clients.publisher import Maxim

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.clients.programs import Clients
    from tests.live.server import Server

VALUES = {"name": "Ada", "city": "Rome {{ name }}", "product": "Cuebook"}
DEMO = "welcome"
# By handle: the engine, and the text that its clients write.
TEXTS = {
    "from-go": ("go", 'Hello {{.name}} from {{ .city }}, {{"{{"}}x}} {% if %}'),
    "from-jinja": ("jinja", "Hello {{ name }} {% raw %}{{ x }}{% endraw %}"),
    "from-liquid": ("liquid", "Hello {{ name }} from {{city}} {{ '{' }}"),
    "from-filter": ("liquid", "Hello {{ name | upcase }}{% if vip %}!{% endif %}"),
    "from-simple": ("simple", "Hello {{ name }} from {{city}} {% if %}"),
    "from-tela": ("tela", "Hello {name} from {city} {x}"),
    "from-text": ("text", "Hello {{ name }} {% if %}"),
    "from-control": ("go", "{{if .name}}Hello{{end}} {{.name}}"),
}
# Outside of what has a translation; clients that replace `{{ name }}` are shown these as they are.
UNREADABLE = {"from-filter", "from-control", "from-text", "from-go", "from-jinja"}


@pytest.fixture(scope="module")
def ids(server: Server) -> dict[str, str]:
    """A live version of each text, by handle, and the demo's."""
    maxim, ids = Maxim(server), {DEMO: server.demo["prompt_id"]}
    for handle, (engine, text) in TEXTS.items():
        ids[handle] = prompt = server.create_prompt(handle)
        write(server, maxim, prompt, engine, text)
        status = server.call("GET", f"/v1/prompts/{prompt}/versions/1").json["version"]["status"]
        for _ in range({"draft": 2, "stable": 1}[status]):
            maxim.promote(prompt, 1)
    return ids


def write(server: Server, maxim: Maxim, prompt: str, engine: str, text: str) -> None:
    """Write a version as those clients do whose language it is."""
    if engine == "simple":
        maxim.create_version(prompt, text)
        return
    path = f"/v1/prompts/{prompt}/versions"
    body: dict[str, Any] = {"template": text, "engine": engine}
    method = "POST"
    if engine == "liquid":
        method, path = "PUT", f"/api/prompts/{prompt}"
        body = {"commitMessage": "", "prompt": text}
    if engine == "tela":
        path, body = "/prompt-version", build_canvas(prompt, text)
    answer = server.call(method, path, body)
    assert answer.status in (200, 201), answer


def build_canvas(prompt: str, text: str) -> dict[str, Any]:
    variables = [{"name": name, "type": "text", "required": True} for name in VALUES]
    configuration = {"model": "openai/gpt-4o", "type": "chat"}
    required = {"title": "t", "configuration": configuration, "variables": variables}
    return {"promptId": prompt, "content": text, **required}


@pytest.fixture(scope="module")
def rendered(server: Server, ids: dict[str, str]) -> dict[str, str]:
    """What is rendered here, by handle."""
    texts = {}
    for handle, prompt in ids.items():
        answer = server.call("POST", f"/v1/prompts/{prompt}/render", {"variables": VALUES})
        assert answer.status == 200, answer
        texts[handle] = answer.json["rendered"]
    return texts


@pytest.fixture(scope="module")
def clients(
    create_clients: Callable[[Path], Clients], tmp_path_factory: pytest.TempPathFactory
) -> Clients:
    return create_clients(tmp_path_factory.mktemp("application"))


@pytest.fixture(scope="module")
def node(clients: Clients, handles: dict[str, str], ids: dict[str, str]) -> dict[str, Any]:
    asked = {"handles": [*handles.values()], "values": VALUES, "ids": ids}
    report: dict[str, Any] = clients.run_node("compile_texts.mjs", json.dumps(asked))
    return report


@pytest.fixture(scope="module")
def handles(server: Server, ids: dict[str, str]) -> dict[str, str]:
    """LangWatch's handles, which are the prompts' slugs."""
    return {
        name: server.call("GET", f"/v1/prompts/{prompt}").json["prompt"]["slug"]
        for name, prompt in ids.items()
    }


def test_langwatch_for_python_compiles_what_is_rendered_here(
    clients: Clients, handles: dict[str, str], rendered: dict[str, str]
) -> None:
    asked = {"handles": [*handles.values()], "values": VALUES}
    compiled = clients.run_python("compile_texts.py", json.dumps(asked))

    texts = {name: compiled[handle] for name, handle in handles.items()}
    assert texts == rendered | {"from-control": "PromptCompilationError"}


def test_langwatch_for_node_compiles_what_is_rendered_here(
    node: dict[str, Any], handles: dict[str, str], rendered: dict[str, str]
) -> None:
    texts = {name: node["compiled"][handle] for name, handle in handles.items()}

    assert texts | {"from-control": ""} == rendered | {"from-control": ""}


def test_both_clients_of_maxim_read_texts_that_its_server_fills_in_to_what_is_rendered_here(
    clients: Clients, node: dict[str, Any], ids: dict[str, str], rendered: dict[str, str]
) -> None:
    query = {"variables": {"any": "thing"}, "unenforced": {}}
    for handle, prompt in ids.items():
        if handle in UNREADABLE:
            continue
        asked = json.dumps({"prompt_id": prompt, "queries": [query]})
        (found,) = clients.run_python("maxim_reader.py", "choose", asked)
        text = found["messages"][0]["content"]

        assert node["read"][handle] == text
        assert fill_in(text) == rendered[handle]


@pytest.fixture(scope="module")
def readable(handles: dict[str, str], rendered: dict[str, str]) -> dict[str, str]:
    """What is rendered here of the texts that Langfuse's clients can read, by handle."""
    return {handle: rendered[name] for name, handle in handles.items() if name not in UNREADABLE}


def test_langfuse_for_python_compiles_what_is_rendered_here(
    clients: Clients, readable: dict[str, str]
) -> None:
    asked = json.dumps({"handles": [*readable], "values": VALUES})

    assert clients.run_python("langfuse_texts.py", "compile", asked) == readable


@pytest.mark.parametrize("package", ["@langfuse/client", "langfuse"])
def test_langfuse_for_node_compiles_what_is_rendered_here(
    clients: Clients, readable: dict[str, str], package: str
) -> None:
    asked = json.dumps({"handles": [*readable], "values": VALUES})

    assert clients.run_node("langfuse_texts.mjs", package, asked) == readable


def fill_in(text: str) -> str:
    """Fill in as Maxim's open gateway does."""
    return re.sub(
        r"\{\{\s*([a-zA-Z_][a-zA-Z0-9_.]*)\s*\}\}",
        lambda match: VALUES.get(match[1]) or match[0],
        text,
    )
