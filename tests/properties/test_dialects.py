"""Invariant 8: a dialect reads back what it wrote, and the others read the same version.

A version is written in any of the five dialects, read in all five, and what one of them shows is
written back through it: then all five still show what they showed before.
"""

from __future__ import annotations

import operator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from liquid import Environment

from tests.functions.langfuse.project import PROMPTS, use_pair
from tests.functions.maxim.workspace import build_key_header

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.client import Client, Registry

PROPERTY = settings(max_examples=15)
LIBRARY = Environment()

WORDS = st.text(
    # px0 refuses what is no template, so nothing may open an action by chance.
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc"), exclude_characters="{}#%")
    | st.sampled_from("\n\t"),
    min_size=1,
    max_size=30,
)
TEXTS = st.builds(
    "{}{}{}".format, WORDS, st.sampled_from(["", "{{name}}", "{{ city }}, {{name}}"]), WORDS
)
# Of each engine, what has a translation and what has none.
ACTIONS = {
    "go": ("", "{{.name}}", '{{ .city }}, {{"{{"}}x}}', "{{if .name}}x{{end}}", "{% x {{.name}}"),
    "jinja": ("", "{{name}}", "{{ city }}{% raw %}{{ x }}{% endraw %}", "{{ name | upper }}"),
    "liquid": ("", "{{name}}", "{{ ['a b'] }} {{ '{' }}%", "{{ name | upcase }}"),
    "simple": ("", "{{name}}", "{{ first name }} {% x", "{{{name}}}"),
    "text": ("", "{{name}}", "{% x %}", "{name}"),
}
NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
MODELS = st.sampled_from(["openai/gpt-4o", "anthropic/claude-3", "local-model"])
NUMBERS = st.integers(0, 2**70) | st.decimals(0, 1, places=4).map(float)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=6,
)
SCHEMAS = st.fixed_dictionaries(
    {"type": st.just("object")},
    optional={"properties": st.dictionaries(WORDS, JSON, max_size=3), "keyInsights": JSON},
)


@dataclass(frozen=True)
class WrittenVersion:
    """A version, by all the names that the dialects have for it."""

    prompt_id: str
    number: int
    id: str


def use_maxim(client: Client) -> Client:
    return client.use_credential(build_key_header)


def get_json(response: Any, *statuses: int) -> Any:
    assert response.status in (statuses or (200, 201)), response.text
    return response.json


# -- writing


def write_px0(client: Client, prompt_id: str, body: dict[str, Any]) -> WrittenVersion:
    made = get_json(client("POST", f"/v1/prompts/{prompt_id}/versions", body))["version"]
    return WrittenVersion(prompt_id, made["version"], made["id"])


def write_tela(client: Client, prompt_id: str, body: dict[str, Any]) -> WrittenVersion:
    made = get_json(client("POST", "/prompt-version", {"promptId": prompt_id, **body}))
    return get_newest(client, prompt_id, made["id"])


def write_maxim(client: Client, prompt_id: str, body: dict[str, Any]) -> WrittenVersion:
    sent = {"promptId": prompt_id, **body}
    made = get_json(use_maxim(client)("POST", "/v1/prompts/versions", sent))["data"]
    return WrittenVersion(prompt_id, made["version"], made["id"])


def write_langwatch(client: Client, prompt_id: str, body: dict[str, Any]) -> WrittenVersion:
    made = get_json(client("PUT", f"/api/prompts/{prompt_id}", {"commitMessage": "", **body}))
    return WrittenVersion(prompt_id, made["version"], made["versionId"])


def write_langfuse(client: Client, prompt_id: str, body: dict[str, Any]) -> WrittenVersion:
    name = get_json(client("GET", f"/v1/prompts/{prompt_id}"))["prompt"]["name"]
    made = get_json(use_pair(client)("POST", PROMPTS, {"name": name, **body}))
    return WrittenVersion(prompt_id, made["version"], made["id"])


def get_newest(client: Client, prompt_id: str, version_id: str) -> WrittenVersion:
    listed = get_json(client("GET", f"/v1/prompts/{prompt_id}/versions?limit=1"))["versions"][0]
    assert listed["id"] == version_id
    return WrittenVersion(prompt_id, listed["version"], version_id)


FORMATS = st.just({"type": "json_object"}) | st.builds(
    lambda named: {"type": "json_schema", "json_schema": named},
    st.fixed_dictionaries(
        {"name": NAMES, "schema": SCHEMAS},
        optional={"strict": st.booleans(), "description": WORDS},
    ),
)
TOOLS = st.builds(
    lambda name, others: {"type": "function", "function": {"name": name, **others}},
    NAMES,
    st.fixed_dictionaries(
        {},
        optional={"description": WORDS, "parameters": SCHEMAS, "strict": st.booleans()},
    ),
)
PX0_TEXTS = st.sampled_from([*ACTIONS]).flatmap(
    lambda engine: st.fixed_dictionaries(
        {
            "engine": st.just(engine),
            "template": st.builds("{}{}{}".format, WORDS, st.sampled_from(ACTIONS[engine]), WORDS),
        }
    )
)
PX0_MODELS = st.fixed_dictionaries(
    {},
    optional={
        "model": MODELS,
        "model_params": st.dictionaries(NAMES | st.just("temperature"), NUMBERS, max_size=3),
    },
)
PX0_CHATS = st.sampled_from([*ACTIONS]).flatmap(
    lambda engine: st.fixed_dictionaries(
        {
            "engine": st.just(engine),
            "messages": st.lists(
                st.fixed_dictionaries(
                    {
                        "role": st.sampled_from(["system", "developer", "user", "assistant"]),
                        "content": st.builds("{}{}".format, WORDS, st.sampled_from(ACTIONS[engine]))
                        | st.none(),
                    },
                    optional={"name": NAMES},
                )
                | st.just({"type": "placeholder", "name": "history"}),
                min_size=1,
                max_size=3,
            ),
        }
    )
)
PX0 = st.builds(
    lambda *parts: {name: value for part in parts for name, value in part.items()},
    PX0_TEXTS | PX0_CHATS,
    PX0_MODELS,
    st.fixed_dictionaries(
        {},
        optional={
            "tools": st.lists(TOOLS, max_size=2),
            "response_format": FORMATS,
            "inputs": st.lists(
                st.fixed_dictionaries(
                    {"name": NAMES}, optional={"type": st.sampled_from(["str", "float"])}
                ),
                max_size=2,
                unique_by=lambda item: item["name"],
            ),
        },
    ),
)
TELA = st.fixed_dictionaries(
    {
        "title": st.just("a title"),
        "configuration": st.fixed_dictionaries(
            {"model": MODELS, "type": st.sampled_from(["chat", "completion"])},
            optional={
                "temperature": NUMBERS,
                "structuredOutput": st.fixed_dictionaries(
                    {}, optional={"enabled": st.booleans(), "schema": SCHEMAS}
                ),
            },
        ),
        "variables": st.lists(
            st.fixed_dictionaries(
                {
                    "name": NAMES,
                    "type": st.sampled_from(["file", "text"]),
                    "required": st.booleans(),
                },
                optional={"description": WORDS},
            ),
            max_size=3,
        ),
        "draft": st.booleans(),
    },
    optional={
        "content": st.none() | TEXTS,
        "markdownContent": st.none() | TEXTS,
        "messages": st.lists(
            st.fixed_dictionaries(
                {"role": st.sampled_from(["user", "assistant", "system", "function"])},
                optional={"content": st.none() | TEXTS, "index": st.integers(0, 9)},
            ),
            max_size=3,
        ),
    },
)
PARTS = st.lists(
    st.builds(lambda text: {"type": "text", "text": text}, TEXTS)
    | st.just({"type": "image_url", "image_url": {"url": "https://e.test/a.png", "detail": "low"}}),
    max_size=2,
)
CALL = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": '{"a": 1}'}}
MAXIM = st.fixed_dictionaries(
    {
        "description": WORDS,
        "modelName": st.sampled_from(["gpt-4o", "meta/llama"]),
        "modelProvider": st.sampled_from(["openai", "together"]),
        "messages": st.lists(
            st.fixed_dictionaries(
                {"role": st.sampled_from(["assistant", "user", "system", "model", "tool"])},
                optional={
                    "content": st.none() | TEXTS | PARTS,
                    "tool_calls": st.just([CALL]),
                    "tool_call_id": st.just("c1"),
                },
            ),
            max_size=3,
        ),
    },
    optional={
        "modelParameters": st.builds(
            operator.or_,
            st.dictionaries(
                NAMES | st.just("temperature"), NUMBERS | st.none() | WORDS, max_size=3
            ),
            st.fixed_dictionaries({}, optional={"response_format": FORMATS}),
        )
    },
)
LANGWATCH = st.fixed_dictionaries(
    {"prompt": TEXTS},
    optional={
        "messages": st.lists(
            st.fixed_dictionaries(
                {"role": st.sampled_from(["user", "assistant"]), "content": TEXTS}
            ),
            max_size=2,
        ),
        "model": MODELS,
        "temperature": NUMBERS,
        "maxTokens": st.integers(1, 10**9),
        "inputs": st.lists(
            st.fixed_dictionaries(
                {
                    "identifier": NAMES,
                    "type": st.sampled_from(["str", "float", "list[str]", "dict", "image"]),
                }
            ),
            max_size=2,
        ),
        "outputs": st.lists(
            st.fixed_dictionaries({"identifier": NAMES, "type": st.sampled_from(["str", "float"])})
            | st.builds(
                lambda name, schema: {
                    "identifier": name,
                    "type": "json_schema",
                    "json_schema": schema,
                },
                NAMES,
                SCHEMAS,
            ),
            min_size=1,
            max_size=2,
        ),
        "parameters": st.dictionaries(NAMES, JSON, max_size=2),
    },
)
NATIVE_ROLES = {"system", "developer", "user", "assistant", "tool"}
CONFIGS = st.fixed_dictionaries(
    {},
    optional={
        "model": MODELS | JSON,
        "provider": WORDS,
        "temperature": NUMBERS | WORDS,
        "tools": JSON,
        "response_format": JSON
        | FORMATS
        | st.builds(lambda schema: {"type": "json_object", "x": schema}, JSON),
        "own": JSON,
    },
)
LANGFUSE_TEXTS = st.builds(lambda text: {"prompt": text}, TEXTS)
LANGFUSE_CHATS = st.builds(
    lambda messages: {"type": "chat", "prompt": messages},
    st.lists(
        st.fixed_dictionaries({"role": WORDS | st.just("system"), "content": TEXTS})
        | st.just({"type": "placeholder", "name": "history"}),
        max_size=3,
    ),
)
LANGFUSE = st.builds(
    lambda text, config: {**text, "config": config},
    LANGFUSE_TEXTS | LANGFUSE_CHATS,
    CONFIGS | JSON,
)
WRITES: dict[str, tuple[Any, Any]] = {
    "px0": (write_px0, PX0),
    "tela": (write_tela, TELA),
    "maxim": (write_maxim, MAXIM),
    "langwatch": (write_langwatch, LANGWATCH),
    "langfuse": (write_langfuse, LANGFUSE),
}

# -- reading: what a version says, without its names and times


def read_px0(client: Client, made: WrittenVersion) -> dict[str, Any]:
    shown = get_json(client("GET", f"/v1/prompts/{made.prompt_id}/versions/{made.number}"))
    names = ("template", "messages", "engine", "model", "model_params", "tools", "inputs")
    return {name: shown["version"][name] for name in (*names, "response_format")}


def read_tela(client: Client, made: WrittenVersion) -> dict[str, Any]:
    shown = get_json(client("GET", f"/prompt-version/{made.id}"))
    names = ("content", "markdownContent", "messages", "configuration", "variables")
    return {name: shown[name] for name in names if name in shown}


def read_maxim(client: Client, made: WrittenVersion) -> dict[str, Any]:
    config = get_json(use_maxim(client)("GET", f"/v1/prompts/versions?id={made.id}"))["data"][
        "config"
    ]
    return {
        "model": config["model"],
        "provider": config["provider"],
        "messages": [message["payload"] for message in config["messages"]],
        "modelParameters": config["modelParameters"],
    }


def read_langwatch(client: Client, made: WrittenVersion) -> dict[str, Any]:
    shown = get_json(client("GET", f"/api/prompts/{made.prompt_id}?version={made.number}"))
    names = (
        *("prompt", "messages", "inputs", "outputs", "model", "temperature", "maxTokens"),
        *("parameters", "responseFormat"),
    )
    return {name: shown[name] for name in names if name in shown}


def read_langfuse(client: Client, made: WrittenVersion) -> dict[str, Any]:
    name = get_json(client("GET", f"/v1/prompts/{made.prompt_id}"))["prompt"]["name"]
    path = f"{PROMPTS}/{quote(name, safe='')}?version={made.number}"
    shown = get_json(use_pair(client)("GET", path))
    return {name: shown[name] for name in ("type", "prompt", "config")}


def read_all(client: Client, made: WrittenVersion) -> dict[str, dict[str, Any]]:
    return {
        "px0": read_px0(client, made),
        "tela": read_tela(client, made),
        "maxim": read_maxim(client, made),
        "langwatch": read_langwatch(client, made),
        "langfuse": read_langfuse(client, made),
    }


def is_draft(client: Client, made: WrittenVersion) -> bool:
    path = f"/v1/prompts/{made.prompt_id}/versions/{made.number}"
    return bool(get_json(client("GET", path))["version"]["status"] == "draft")


def publish(client: Client, made: WrittenVersion) -> WrittenVersion:
    """Make a draft stable: not all dialects have drafts."""
    if is_draft(client, made):
        client.promote(made.prompt_id, made.number)
    return made


def duplicate(client: Client, made: WrittenVersion) -> WrittenVersion:
    path = f"/v1/prompts/{made.prompt_id}/versions/{made.number}/duplicate"
    copy = get_json(client("POST", path))["version"]
    return WrittenVersion(made.prompt_id, copy["version"], copy["id"])


# -- writing back what was read


def return_to_px0(client: Client, made: WrittenVersion) -> WrittenVersion:
    """Only a draft can be written to here."""
    path = f"/v1/prompts/{made.prompt_id}/versions/{made.number}"
    shown = read_px0(client, made)
    roles = {message.get("role", "system") for message in shown["messages"] or ()}
    if is_draft(client, made) and roles <= NATIVE_ROLES:
        # It is a template, or messages, which are shown as a text too.
        shown.pop("messages" if shown["messages"] is None else "template")
        if shown.get("messages") or shown.get("template"):
            get_json(client("PUT", path, shown))
    return made


def return_to_tela(client: Client, made: WrittenVersion) -> WrittenVersion:
    get_json(client("PATCH", f"/prompt-version/{made.id}", read_tela(client, made)))
    return made


def return_to_langwatch(client: Client, made: WrittenVersion) -> WrittenVersion:
    shown = read_langwatch(client, made)
    del shown["prompt"]  # it is the first message, and giving both is a conflict
    shown.pop("responseFormat", None)  # it is made from the outputs
    return write_langwatch(client, made.prompt_id, shown)


def return_to_langfuse(client: Client, made: WrittenVersion) -> WrittenVersion:
    return write_langfuse(client, made.prompt_id, read_langfuse(client, made))


def create_by_tela(client: Client, made: WrittenVersion) -> WrittenVersion:
    return write_tela(client, made.prompt_id, {"title": "a title", **read_tela(client, made)})


def return_to_maxim(client: Client, made: WrittenVersion) -> WrittenVersion:
    shown = read_maxim(client, made)
    body = {
        "description": "again",
        "modelName": shown["model"],
        "modelProvider": shown["provider"],
        "messages": shown["messages"],
        "modelParameters": shown["modelParameters"],
    }
    answer = use_maxim(client)("POST", "/v1/prompts/versions", {"promptId": made.prompt_id, **body})
    if answer.status == 400:
        # It has neither all roles nor all providers of the others.
        paths = {detail["path"] for detail in answer.json["error"]["details"]}
        assert all(path == "modelProvider" or path.endswith(".role") for path in paths), paths
        return made
    data = get_json(answer)["data"]
    return WrittenVersion(made.prompt_id, data["version"], data["id"])


BACK: dict[str, Callable[[Client, WrittenVersion], WrittenVersion]] = {
    "px0": return_to_px0,
    "tela": return_to_tela,
    "tela, as another version": create_by_tela,
    "maxim": return_to_maxim,
    "langwatch": return_to_langwatch,
    "langfuse": return_to_langfuse,
}


@pytest.mark.parametrize("through", BACK)
@pytest.mark.parametrize("dialect", WRITES)
@PROPERTY
@given(data=st.data())
def test_what_a_dialect_shows_and_takes_back_changes_nothing_in_any(
    registry: Registry, dialect: str, through: str, data: st.DataObject
) -> None:
    client = registry.editor
    write, bodies = WRITES[dialect]
    made = write(client, client.create_prompt()["id"], data.draw(bodies))
    # All dialects read a copy of a draft, which is written back to as long as it is one.
    before = read_all(client, publish(client, duplicate(client, made)))
    if through not in ("px0", "tela"):
        publish(client, made)

    after = read_all(client, publish(client, BACK[through](client, made)))

    assert after == before


@pytest.mark.parametrize("dialect", WRITES)
@PROPERTY
@given(data=st.data())
def test_what_a_client_is_shown_gives_in_its_language_what_is_rendered_here(
    registry: Registry, dialect: str, data: st.DataObject
) -> None:
    """The reader's own engine is told by the header; the values are texts."""
    client = registry.editor
    write, bodies = WRITES[dialect]
    # LangWatch is shown no drafts.
    made = publish(client, write(client, client.create_prompt()["id"], data.draw(bodies)))
    path = f"/v1/prompts/{made.prompt_id}/versions/{made.number}"
    values = {name: f"<{name}>" for name in ("name", "city", "a b", "first name")}
    rendered = client("POST", f"{path}/render", {"variables": values})
    shown = client("GET", f"/api/prompts/{made.prompt_id}?version={made.number}")

    if rendered.status != 200 or shown.headers["X-Template-Language"] != "liquid":
        return
    texts = [LIBRARY.from_string(row["content"]).render(values) for row in shown.json["messages"]]
    assert "\n\n".join(filter(None, texts)) == rendered.json["rendered"]
