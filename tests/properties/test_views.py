"""What one dialect shows of a version that another one wrote: the same, in its own words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.properties.test_dialects import (
    MODELS,
    NAMES,
    PROPERTY,
    SCHEMAS,
    WORDS,
    WrittenVersion,
    get_json,
    publish,
    read_langfuse,
    read_langwatch,
    read_maxim,
    read_tela,
    write_langfuse,
    write_langwatch,
    write_maxim,
    write_px0,
    write_tela,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.client import Client, Registry

PLAIN: dict[str, Any] = {
    "text": "Hi",
    "model": "openai/gpt-4o",
    "temperature": None,
    "schema": None,
}
VERSIONS = st.fixed_dictionaries(
    {
        "text": WORDS,
        "model": MODELS.filter(lambda name: "/" in name),
        "temperature": st.none() | st.integers(0, 2) | st.decimals(0, 2, places=3).map(float),
        "schema": st.none() | SCHEMAS,
    }
)


def build_response_format(schema: dict[str, Any] | None, name: str = "answer") -> dict[str, Any]:
    if schema is None:
        return {}
    named_schema = {"name": name, "schema": schema}
    return {"response_format": {"type": "json_schema", "json_schema": named_schema}}


def build_settings(said: dict[str, Any]) -> dict[str, Any]:
    return {} if said["temperature"] is None else {"temperature": said["temperature"]}


# -- writing the same in each dialect's own words


def say_px0(said: dict[str, Any]) -> dict[str, Any]:
    parameters = build_settings(said) | build_response_format(said["schema"])
    body = {"template": said["text"], "engine": "jinja", "model": said["model"]}
    return body | {"model_params": parameters}


def say_tela(said: dict[str, Any]) -> dict[str, Any]:
    schema = said["schema"]
    output = {} if schema is None else {"structuredOutput": {"enabled": True, "schema": schema}}
    configuration = {"model": said["model"], "type": "chat", **build_settings(said), **output}
    body = {"title": "t", "configuration": configuration, "variables": []}
    return body | {"content": said["text"]}


def say_maxim(said: dict[str, Any]) -> dict[str, Any]:
    provider, model = said["model"].split("/")
    return {
        "description": "d",
        "modelName": model,
        "modelProvider": provider,
        "messages": [{"role": "system", "content": said["text"]}],
        "modelParameters": build_settings(said) | build_response_format(said["schema"]),
    }


def say_langwatch(said: dict[str, Any]) -> dict[str, Any]:
    output: dict[str, Any] = {"identifier": "answer", "type": "str"}
    if said["schema"] is not None:
        output |= {"type": "json_schema", "json_schema": said["schema"]}
    body = {"prompt": said["text"], "model": said["model"], "outputs": [output]}
    return body | build_settings(said)


def say_langfuse(said: dict[str, Any]) -> dict[str, Any]:
    config = {"model": said["model"]} | build_settings(said)
    return {"prompt": said["text"], "config": config | build_response_format(said["schema"])}


# -- reading it in each dialect's own words


def hear_px0(client: Client, made: WrittenVersion) -> dict[str, Any]:
    path = f"/v1/prompts/{made.prompt_id}/versions/{made.number}"
    version = get_json(client("GET", path))["version"]
    return {
        "text": version["template"],
        "model": version["model"],
        "temperature": (version["model_params"] or {}).get("temperature"),
        "schema": (version["response_format"] or {}).get("json_schema", {}).get("schema"),
    }


def hear_tela(client: Client, made: WrittenVersion) -> dict[str, Any]:
    version = read_tela(client, made)
    configuration = version["configuration"]
    return {
        "text": version["content"],
        "model": configuration["model"],
        "temperature": configuration.get("temperature"),
        "schema": configuration.get("structuredOutput", {}).get("schema"),
    }


def hear_maxim(client: Client, made: WrittenVersion) -> dict[str, Any]:
    config = read_maxim(client, made)
    parameters = config["modelParameters"]
    schema = parameters.get("response_format", {}).get("json_schema", {}).get("schema")
    return {
        "text": config["messages"][0]["content"],
        "model": f"{config['provider']}/{config['model']}",
        "temperature": parameters.get("temperature"),
        "schema": schema,
    }


def hear_langwatch(client: Client, made: WrittenVersion) -> dict[str, Any]:
    prompt = read_langwatch(client, made)
    schema = prompt.get("responseFormat", {}).get("json_schema", {}).get("schema")
    return {
        "text": prompt["prompt"],
        "model": prompt["model"],
        "temperature": prompt.get("temperature"),
        "schema": schema,
    }


def hear_langfuse(client: Client, made: WrittenVersion) -> dict[str, Any]:
    shown = read_langfuse(client, made)
    text, config = shown["prompt"], shown["config"]
    if isinstance(text, list):
        text = text[0]["content"]
    model, provider = config.get("model"), config.get("provider")
    return {
        "text": text,
        "model": f"{provider}/{model}" if provider else model,
        "temperature": config.get("temperature"),
        "schema": config.get("response_format", {}).get("json_schema", {}).get("schema"),
    }


SAY: dict[str, tuple[Any, Callable[[dict[str, Any]], dict[str, Any]]]] = {
    "px0": (write_px0, say_px0),
    "tela": (write_tela, say_tela),
    "maxim": (write_maxim, say_maxim),
    "langwatch": (write_langwatch, say_langwatch),
    "langfuse": (write_langfuse, say_langfuse),
}
HEAR: dict[str, Callable[[Client, WrittenVersion], dict[str, Any]]] = {
    "px0": hear_px0,
    "tela": hear_tela,
    "maxim": hear_maxim,
    "langwatch": hear_langwatch,
    "langfuse": hear_langfuse,
}


@pytest.mark.parametrize("writer", SAY)
@PROPERTY
@given(said=VERSIONS)
def test_every_dialect_shows_what_any_of_them_wrote(
    registry: Registry, writer: str, said: dict[str, Any]
) -> None:
    client = registry.editor
    write, say = SAY[writer]
    made = publish(client, write(client, client.create_prompt()["id"], say(said)))

    for reader, hear in HEAR.items():
        heard = hear(client, made)
        assert heard == {name: said[name] for name in heard}, reader


@pytest.mark.parametrize("writer", SAY)
@PROPERTY
@given(first=SCHEMAS, second=st.none() | SCHEMAS, name=NAMES)
def test_what_langwatch_changes_of_an_output_all_dialects_show(
    registry: Registry, writer: str, first: Any, second: Any, name: str
) -> None:
    client = registry.editor
    write, say = SAY[writer]
    body = say(PLAIN | {"schema": first})
    made = publish(client, write(client, client.create_prompt()["id"], body))

    output: dict[str, Any] = {"identifier": name, "type": "str"}
    if second is not None:
        output |= {"type": "json_schema", "json_schema": second}
    made = write_langwatch(client, made.prompt_id, {"outputs": [output]})

    for reader, hear in HEAR.items():
        heard = hear(client, made)
        assert heard == {each: (PLAIN | {"schema": second})[each] for each in heard}, reader


@pytest.mark.parametrize("editor", ["px0", "tela"])
@pytest.mark.parametrize("writer", ["px0", "tela"])
@PROPERTY
@given(first=st.none() | SCHEMAS, second=st.none() | SCHEMAS)
def test_what_is_changed_of_a_drafts_output_all_dialects_show(
    registry: Registry, writer: str, editor: str, first: Any, second: Any
) -> None:
    if (writer, editor, second) == ("tela", "px0", None):
        second = first  # parameters without a response format are silent about Tela's outputs
    client = registry.editor
    write, say = SAY[writer]
    body = say(PLAIN | {"schema": first}) | ({"draft": True} if writer == "tela" else {})
    made = write(client, client.create_prompt()["id"], body)

    path = f"/v1/prompts/{made.prompt_id}/versions/{made.number}"
    changes = SAY[editor][1](PLAIN | {"schema": second})
    if editor == "px0":
        get_json(client("PUT", path, changes))
    else:
        get_json(client("PATCH", f"/prompt-version/{made.id}", changes))
    client.promote(made.prompt_id, made.number)

    for reader, hear in HEAR.items():
        heard = hear(client, made)
        assert heard == {each: (PLAIN | {"schema": second})[each] for each in heard}, reader
