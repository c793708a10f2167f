"""Versions of other dialects as they are read and written here, and the other way round."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.functions.langwatch.calls import (
    EVERYTHING,
    REQUIRED,
    create_prompt,
    get_prompt,
    update_prompt,
)

if TYPE_CHECKING:
    from tests.client import Registry


def test_a_version_of_px0_is_read_with_all_that_clients_need(registry: Registry) -> None:
    editor, prompt = registry.editor, registry.editor.create_prompt("Über uns", description="x")
    made = editor.create_stable_version(
        prompt["id"],
        "Hi {{.name}}, from {{.city}}",
        model="anthropic/claude",
        model_params={"temperature": 0.5, "max_tokens": 7, "top_p": 1, "maxTokens": "no"},
        message="why",
    )

    shown = get_prompt(editor, prompt["slug"].replace("ü", "%C3%BC"))

    assert shown.keys() >= REQUIRED
    assert (shown["handle"], shown["name"]) == (prompt["slug"], "Über uns")
    text = "Hi {{name}}, from {{city}}"
    assert (shown["prompt"], shown["versionId"]) == (text, made["id"])
    assert shown["messages"] == [{"role": "system", "content": text}]
    assert shown["inputs"] == [
        {"identifier": "city", "type": "str"},
        {"identifier": "name", "type": "str"},
    ]
    assert (shown["model"], shown["commitMessage"]) == ("anthropic/claude", "why")
    assert (shown["temperature"], shown["maxTokens"], shown["parameters"]) == (0.5, 7, {})


def test_what_is_read_here_and_written_back_is_the_same_elsewhere(registry: Registry) -> None:
    editor, prompt = registry.editor, registry.editor.create_prompt()
    made = editor.create_stable_version(
        prompt["id"], "Hi {{.name}}", model_params={"temperature": 0, "k": 1}
    )
    shown = get_prompt(editor, prompt["id"])

    fields = ("messages", "inputs", "outputs", "model", "temperature", "parameters", "scope")
    update_prompt(
        editor, prompt["id"], handle=shown["handle"], **{name: shown[name] for name in fields}
    )

    after = editor("GET", f"/v1/prompts/{prompt['id']}/versions/2").json["version"]
    kept = ("template", "engine", "model", "model_params")
    assert {name: after[name] for name in kept} == {name: made[name] for name in kept}
    assert editor("GET", f"/v1/prompts/{prompt['id']}").json["prompt"]["name"] == prompt["name"]


def test_a_version_of_here_is_rendered_elsewhere(registry: Registry) -> None:
    editor = registry.editor
    made = create_prompt(editor, prompt="Hello {{ name }}", tags=["production"])

    rendered = editor(
        "POST", f"/v1/prompts/{made['handle']}/render", {"variables": {"name": "Ada"}}
    )

    assert rendered.json["rendered"] == "Hello Ada"


def test_a_version_of_here_shows_elsewhere_what_can_be_said_there(registry: Registry) -> None:
    made = create_prompt(registry.editor, **EVERYTHING)

    path = f"/v1/prompts/{made['id']}/versions/latest"
    version: dict[str, Any] = registry.editor("GET", path).json["version"]

    assert version["template"] == "\n\n".join(m["content"] for m in made["messages"])
    assert (version["engine"], version["model"]) == ("liquid", "openai/gpt-4o")
    assert version["model_params"] == {"temperature": 0.25, "max_tokens": 99}
    assert (version["message"], version["status"]) == ("all at once", "stable")


def test_a_prompt_without_versions_gets_its_first_by_an_update(registry: Registry) -> None:
    prompt = registry.editor.create_prompt()
    assert registry.editor("GET", f"/api/prompts/{prompt['id']}").status == 404

    made = update_prompt(registry.editor, prompt["id"], prompt="First")

    assert (made["version"], made["prompt"]) == (1, "First")
    assert get_prompt(registry.editor, prompt["slug"]) == made


NUMBERS: dict[str, tuple[str, bool]] = {
    # what is written elsewhere: whether LangWatch's clients read it
    '"temperature": 0': ("temperature", True),
    '"temperature": 2.0': ("temperature", True),
    '"temperature": -1': ("temperature", False),
    '"temperature": 2.5': ("temperature", False),
    '"temperature": 1e300': ("temperature", False),
    '"max_tokens": 1': ("maxTokens", True),
    '"max_tokens": 1e2': ("maxTokens", True),
    '"max_tokens": -1': ("maxTokens", False),
    '"max_tokens": 0': ("maxTokens", False),
    '"max_tokens": 1.5': ("maxTokens", False),
    '"max_tokens": 1e-399': ("maxTokens", False),
    '"max_tokens": 1e399': ("maxTokens", False),
}


@pytest.mark.parametrize("parameter", NUMBERS)
def test_numbers_that_its_clients_refuse_are_left_out_and_kept(
    registry: Registry, parameter: str
) -> None:
    editor, prompt = registry.editor, registry.editor.create_prompt()
    path = f"/v1/prompts/{prompt['id']}/versions"
    raw = f'{{"template": "Hi", "engine": "jinja", "model_params": {{{parameter}}}}}'
    assert editor("POST", path, raw=raw).status == 201
    version = editor.promote(prompt["id"], 1)
    name, is_shown = NUMBERS[parameter]

    body = get_prompt(editor, prompt["id"])
    (row,) = (row for row in editor("GET", "/api/prompts").json if row["id"] == prompt["id"])
    update_prompt(editor, prompt["id"], prompt="Ho")
    config = {field: body[field] for field in ("inputs", "outputs", "model")}
    config |= {"prompt": "Ho", "messages": []}
    config |= {
        setting: body[camel]
        for setting, camel in (("temperature", "temperature"), ("max_tokens", "maxTokens"))
        if camel in body
    }
    local = {"configData": config, "localVersion": 2}
    unchanged = editor("POST", f"/api/prompts/{prompt['id']}/sync", local).json
    local["configData"] = config | {"prompt": "Hu"}
    changed = editor("POST", f"/api/prompts/{prompt['id']}/sync", local).json

    assert (name in body, name in row) == (is_shown, is_shown)
    assert (unchanged["action"], changed["action"]) == ("up_to_date", "updated")
    assert (name in unchanged["prompt"], name in changed["prompt"]) == (is_shown, is_shown)
    after = editor("GET", f"{path}/3").json["version"]
    assert (after["template"], after["model_params"]) == ("Hu", version["model_params"])
