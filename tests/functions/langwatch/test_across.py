"""Versions of other dialects as they are read and written here, and the other way round."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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
    made = editor.create_version(
        prompt["id"],
        "Hi {{.name}}, from {{.city}}",
        model="anthropic/claude",
        model_params={"temperature": 0.5, "max_tokens": 7, "top_p": 1, "maxTokens": "no"},
        message="why",
    )

    shown = get_prompt(editor, prompt["slug"].replace("ü", "%C3%BC"))

    assert shown.keys() >= REQUIRED
    assert (shown["handle"], shown["name"]) == (prompt["slug"], "Über uns")
    assert (shown["prompt"], shown["versionId"]) == (made["template"], made["id"])
    assert shown["messages"] == [{"role": "system", "content": made["template"]}]
    assert shown["inputs"] == [
        {"identifier": "city", "type": "str"},
        {"identifier": "name", "type": "str"},
    ]
    assert (shown["model"], shown["commitMessage"]) == ("anthropic/claude", "why")
    assert (shown["temperature"], shown["maxTokens"], shown["parameters"]) == (0.5, 7, {})


def test_what_is_read_here_and_written_back_is_the_same_elsewhere(registry: Registry) -> None:
    editor, prompt = registry.editor, registry.editor.create_prompt()
    made = editor.create_version(
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
    assert (version["engine"], version["model"]) == ("jinja", "openai/gpt-4o")
    assert version["model_params"] == {"temperature": 0.25, "max_tokens": 99}
    assert (version["message"], version["status"]) == ("all at once", "stable")


def test_a_prompt_without_versions_gets_its_first_by_an_update(registry: Registry) -> None:
    prompt = registry.editor.create_prompt()
    assert registry.editor("GET", f"/api/prompts/{prompt['id']}").status == 404

    made = update_prompt(registry.editor, prompt["id"], prompt="First")

    assert (made["version"], made["prompt"]) == (1, "First")
    assert get_prompt(registry.editor, prompt["slug"]) == made
