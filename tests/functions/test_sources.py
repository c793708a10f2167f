"""What comes back unchanged stays what it was, whichever pointer the client read it by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from tests.functions.langfuse.project import PROMPTS, use_pair
from tests.functions.maxim.workspace import build_key_header
from tests.functions.test_hot_reads import note_calls
from tests.properties.interception import TRANSACTION

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.client import Client, Registry

CONTROL = "{{if .vip}}VIP {{end}}{{.name}}"
MODEL = {"modelName": "gpt-4o", "modelProvider": "openai", "description": "d"}
CONFIGURATION = {"model": "openai/gpt-4o", "type": "chat"}
MESSAGES = [{"role": "system", "content": CONTROL}, {"role": "user", "content": "Q {{.q}}"}]
# Of each: the fields of the version that is read, and its engine.
ORIGINALS: dict[str, dict[str, Any]] = {
    "go that has no translation": {"template": CONTROL},
    "go that has one": {"template": "Hello {{.name}}!"},
    "jinja": {"template": "{{ name | upper }}", "engine": "jinja"},
    "text": {"template": "{{name}} {x}", "engine": "text"},
    "tela": {
        "template": "{name} {x}",
        "engine": "tela",
        "inputs": [{"name": "name", "type": "str"}],
    },
    "a conversation": {"messages": MESSAGES},
}
FIELDS = ("template", "messages", "engine", "inputs")


def get_name(client: Client, prompt_id: str) -> str:
    name: str = client("GET", f"/v1/prompts/{prompt_id}").json["prompt"]["name"]
    return name


def by_langfuse(client: Client, prompt_id: str, pointer: str) -> Any:
    name = get_name(client, prompt_id)
    label = "production" if pointer == "live" else pointer
    shown = use_pair(client)("GET", f"{PROMPTS}/{quote(name, safe='')}?label={label}").json
    body = {field: shown[field] for field in ("type", "prompt", "config")}
    return use_pair(client)("POST", PROMPTS, {"name": name, **body, "labels": ["production"]})


def by_langwatch(client: Client, prompt_id: str, pointer: str) -> Any:
    tag = "production" if pointer == "live" else pointer
    shown = client("GET", f"/api/prompts/{prompt_id}?tag={tag}").json
    fields = {"messages": shown["messages"], "commitMessage": "m", "tags": ["production"]}
    return client("PUT", f"/api/prompts/{prompt_id}", fields)


def by_langwatchs_versions(client: Client, prompt_id: str, pointer: str) -> Any:
    tag = "production" if pointer == "live" else pointer
    shown = client("GET", f"/api/prompts/{prompt_id}?tag={tag}").json
    fields = {"prompt": shown["prompt"], "messages": shown["messages"][1:], "commitMessage": "m"}
    return client("POST", f"/api/prompts/{prompt_id}/versions", fields)


def by_maxim(client: Client, prompt_id: str, pointer: str) -> Any:
    number = find_number(client, prompt_id, pointer)
    maxim = client.use_credential(build_key_header)
    made = client("GET", f"/v1/prompts/{prompt_id}/versions/{number}").json["version"]
    shown = maxim("GET", f"/v1/prompts/versions?id={made['id']}").json["data"]["config"]
    messages = [message["payload"] for message in shown["messages"]]
    body = {"promptId": prompt_id, "messages": messages, **MODEL}
    return maxim("POST", "/v1/prompts/versions", body)


def by_tela(client: Client, prompt_id: str, pointer: str) -> Any:
    number = find_number(client, prompt_id, pointer)
    made = client("GET", f"/v1/prompts/{prompt_id}/versions/{number}").json["version"]
    shown = client("GET", f"/prompt-version/{made['id']}").json
    names = ("content", "messages", "configuration", "variables")
    fields = {name: shown[name] for name in names if name in shown}
    return client("POST", "/prompt-version", {"promptId": prompt_id, "title": "t", **fields})


def find_number(client: Client, prompt_id: str, pointer: str) -> int:
    path = f"/v1/prompts/{prompt_id}/versions"
    rows = client("GET", path).json["versions"]
    for row in rows:
        if pointer in row["tags"] or row["status"] == pointer:
            return int(row["version"])
    raise LookupError(pointer)


WRITES: dict[str, Callable[[Client, str, str], Any]] = {
    "langfuse": by_langfuse,
    "langwatch": by_langwatch,
    "langwatch's versions": by_langwatchs_versions,
    "maxim": by_maxim,
    "tela": by_tela,
}


def get_version(client: Client, prompt_id: str, number: int) -> dict[str, Any]:
    version = client("GET", f"/v1/prompts/{prompt_id}/versions/{number}").json["version"]
    return {field: version[field] for field in FIELDS}


def point_elsewhere(client: Client, prompt_id: str, original: dict[str, Any], newest: Any) -> None:
    """Make a version live and tagged, and then a newest one in another engine."""
    path = f"/v1/prompts/{prompt_id}/versions"
    assert client("POST", path, original).status == 201
    client.promote(prompt_id, 1, times=2)
    assert client("POST", f"{path}/1/tags", {"tag": "staging"}).status == 200
    assert client("POST", path, newest).status == 201
    client.promote(prompt_id, 2)


@pytest.mark.parametrize("pointer", ["live", "staging"])
@pytest.mark.parametrize("original", ORIGINALS)
@pytest.mark.parametrize("dialect", WRITES)
def test_a_text_that_was_read_by_a_pointer_comes_back_as_it_is_stored(
    registry: Registry, dialect: str, original: str, pointer: str
) -> None:
    client, fields = registry.editor, ORIGINALS[original]
    prompt_id = client.create_prompt()["id"]
    newest: dict[str, Any] = {"template": "Hi {{ name | lower }}", "engine": "jinja"}
    if "messages" in fields:
        newest = {"messages": [{"role": "user", "content": "{{ a | upper }}"}], "engine": "jinja"}
    point_elsewhere(client, prompt_id, fields, newest)

    answer = WRITES[dialect](client, prompt_id, pointer)

    assert answer.status in (200, 201), answer.text
    assert get_version(client, prompt_id, 3) == get_version(client, prompt_id, 1)


def test_a_text_that_is_no_liquid_and_of_another_versions_language_is_refused(
    registry: Registry,
) -> None:
    client = registry.editor
    prompt_id = client.create_prompt()["id"]
    point_elsewhere(client, prompt_id, {"template": CONTROL}, {"template": "x", "engine": "text"})

    body = {"prompt": f"{CONTROL}!", "commitMessage": "m"}
    answer = client("PUT", f"/api/prompts/{prompt_id}", body)
    liquid = client("PUT", f"/api/prompts/{prompt_id}", {**body, "prompt": "{{ a | upcase }}"})

    assert (answer.status, answer.json["error"]) == (409, "mixed_languages")
    assert answer.json["message"].startswith("the text: in engine go")
    assert liquid.status == 200
    assert get_version(client, prompt_id, 3)["engine"] == "liquid"


@pytest.mark.parametrize("text", ["Hello {{ name }}!", "Plain", "Bye {{ name }}!"])
def test_other_versions_are_read_together_with_the_newest(registry: Registry, text: str) -> None:
    client = registry.editor
    prompt_id = client.create_prompt()["id"]
    newest = {"template": "Hello {{ name }}!", "engine": "jinja"}
    point_elsewhere(client, prompt_id, {"template": CONTROL}, newest)
    body = {"prompt": text, "commitMessage": "m"}
    registry.forget()

    with note_calls() as calls:
        assert client("PUT", f"/api/prompts/{prompt_id}", body).status == 200

    # The key; the head with the definitions of tags; versions 2 and 1; and what is written.
    assert calls == ["GetItem", "TransactGetItems", "BatchGetItem", TRANSACTION]


def test_a_conversation_is_shown_translated_as_a_whole_or_not_at_all(registry: Registry) -> None:
    client = registry.editor
    prompt_id = client.create_prompt()["id"]
    client("POST", f"/v1/prompts/{prompt_id}/versions", {"messages": MESSAGES})
    client.promote(prompt_id, 1)
    path = f"/api/prompts/{prompt_id}"

    shown = client("GET", path)
    assert shown.headers["X-Template-Language"] == "go"
    assert [message["content"] for message in shown.json["messages"]] == [CONTROL, "Q {{.q}}"]

    def write(*texts: str) -> Any:
        messages = [
            {"role": role, "content": text}
            for role, text in zip(("system", "user"), texts, strict=True)
        ]
        return client("PUT", path, {"messages": messages, "commitMessage": "m"})

    mixed = write(CONTROL, "Q {{ q | upcase }} new")
    go = write(CONTROL, "Q {{.q}} new")
    whole = write("{% if vip %}x{% endif %}", "Q {{ q }} new")

    assert (mixed.status, mixed.json["error"]) == (409, "mixed_languages")
    assert mixed.json["message"].startswith("messages[0]: in engine go")
    assert (go.status, get_version(client, prompt_id, 2)["engine"]) == (200, "go")
    assert (whole.status, get_version(client, prompt_id, 3)["engine"]) == (200, "liquid")
