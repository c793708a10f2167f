"""`cuebook export` and `import`: a file carries the prompts of a team to another service."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from cuebook.importers import plans
from shared.domain.access import Grant

if TYPE_CHECKING:
    from pathlib import Path

    from cuebook.importers.items import ImportedPrompt
    from tests.client import Registry
    from tests.python_client.commands import Outcome, Shell

SETTINGS = {
    "messages": [{"role": "user", "content": "Hello {{.name}}"}],
    "model": "openai/gpt-4o",
    "model_params": {"temperature": 0.5},
    "tools": [{"type": "function", "function": {"name": "f", "parameters": {}}}],
    "response_format": {"type": "json_object"},
    "inputs": [{"name": "name", "type": "string", "required": True}],
}
DATES = {"created_at", "updated_at", "published_at", "id", "prompt_id", "team_id", "author"}


@pytest.fixture
def file(shell: Shell, registry: Registry) -> Path:
    """The file of a team with one prompt of everything, and one that is empty."""
    editor = registry.editor
    prompt_id = editor.create_prompt("Greeting", slug="greeting", description="Greets")["id"]
    editor("PATCH", f"/v1/prompts/{prompt_id}", {"keywords": ["hello"]})
    editor.create_version(prompt_id, "one", message="first")
    editor.create_version(prompt_id, template="", **SETTINGS)
    for number in range(3, 6):
        editor.create_version(prompt_id, f"{number}\n\u2028é{{{{.name}}}}")
    for number in (1, 4):
        editor.promote(prompt_id, number)
    editor.promote(prompt_id, 2, times=2)
    editor("POST", f"/v1/prompts/{prompt_id}/versions/1/archive")
    editor("POST", f"/v1/prompts/{prompt_id}/versions/4/tags", {"tag": "canary"})
    for name in ("usual", None):
        editor("POST", f"/v1/prompts/{prompt_id}/payloads", {"name": name, "variables": {"n": 1}})
    empty_id = editor.create_prompt("Empty", slug="empty")["id"]
    editor("POST", f"/v1/prompts/{empty_id}/archive")
    path = shell.folder / "prompts.jsonl"
    assert shell("export", str(path)).code == 0
    return path


def clear(registry: Registry, *slugs: str) -> None:
    """Delete prompts: the team is that of another service then."""
    for slug in slugs or ("greeting", "empty"):
        response = registry.editor("POST", f"/v1/prompts/{slug}/delete")
        assert response.status in (200, 204), response


def load(file: Path) -> list[dict[str, Any]]:
    """Load the lines of a file, without what is different in each service."""

    def drop_dates(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: drop_dates(each) for key, each in value.items() if key not in DATES}
        return [*map(drop_dates, value)] if isinstance(value, list) else value

    lines: list[dict[str, Any]] = drop_dates([*map(json.loads, file.read_text().splitlines())])
    return lines


def list_outcomes(outcome: Outcome) -> dict[str, str]:
    return {row["slug"]: row["action"] for row in outcome.json}


def count_events(registry: Registry) -> int:
    response = registry.editor("GET", "/v1/prompts/greeting/history")
    return len(response.json["events"])


def test_another_service_has_the_same_prompts_after_it(
    shell: Shell, registry: Registry, file: Path
) -> None:
    clear(registry)

    outcome = shell("import", str(file), "--json")
    assert outcome.code == 0, outcome
    assert list_outcomes(outcome) == {"greeting": "create", "empty": "create"}
    assert outcome.errors == ["Greeting: create", "Empty: create"]
    copy = shell.folder / "copy.jsonl"
    shell("export", str(copy))
    assert load(copy) == load(file)
    assert shell("export").output == copy.read_text()


def test_twice_is_like_once(shell: Shell, registry: Registry, file: Path) -> None:
    clear(registry)
    shell("import", str(file))
    before = count_events(registry)

    assert list_outcomes(shell("import", "-", "--json", text=file.read_text())) == {
        "greeting": "unchanged",
        "empty": "unchanged",
    }
    assert count_events(registry) == before


@pytest.mark.parametrize("count", [0, 1])
def test_an_import_that_is_broken_off_says_how_to_go_on(
    shell: Shell, registry: Registry, file: Path, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    clear(registry)
    names: list[str] = []

    def interrupt(prompt: ImportedPrompt, *arguments: Any, **options: Any) -> plans.Plan:
        names.append(prompt.name)
        if len(names) > count:
            raise KeyboardInterrupt
        return plans.build_plan(prompt, *arguments, **options)

    monkeypatch.setattr("cuebook.importers.importer.build_plan", interrupt)
    outcome = shell("import", str(file))
    assert outcome.code != 0
    text = "The import was broken off: run it again to go on."
    assert (text in outcome.errors) == (count == 1), outcome


def test_a_dry_run_writes_nothing(shell: Shell, registry: Registry, file: Path) -> None:
    assert list_outcomes(shell("import", str(file), "--dry-run", "--json")) == {
        "greeting": "unchanged",
        "empty": "unchanged",
    }
    clear(registry)

    outcome = shell("import", str(file), "--dry-run", "--json")
    assert list_outcomes(outcome) == {"greeting": "create", "empty": "create"}
    assert shell("list", "--json").json == []


def test_an_import_goes_on_where_it_has_stopped(
    shell: Shell, registry: Registry, file: Path
) -> None:
    clear(registry)
    prompt = registry.editor.create_prompt("Greeting", slug="greeting", description="Greets")
    registry.editor("PATCH", f"/v1/prompts/{prompt['id']}", {"keywords": ["hello"]})
    registry.editor.create_version(prompt["id"], "one", message="first")

    outcome = shell("import", str(file), "--json")
    assert list_outcomes(outcome) == {"greeting": "change", "empty": "create"}
    copy = shell.folder / "copy.jsonl"
    shell("export", str(copy))
    assert load(copy) == load(file)


def test_what_people_have_done_here_stays(shell: Shell, registry: Registry, file: Path) -> None:
    editor = registry.editor
    prompt_id = shell("show", "greeting", "--json").json["prompt"]["id"]
    editor.create_version(prompt_id, "of this service")
    editor.promote(prompt_id, 6, times=2)
    editor("PATCH", "/v1/prompts/greeting", {"description": "ours", "keywords": ["ours"]})
    before = count_events(registry)

    outcome = shell("import", str(file), "--json")
    assert outcome.code == 0
    assert list_outcomes(outcome) == {"greeting": "unchanged", "empty": "unchanged"}
    assert outcome.json[0]["notes"] == ["live stays at version 6: --move moves it"]
    assert count_events(registry) == before
    outcome = shell("import", str(file), "--json", "--move")
    assert (list_outcomes(outcome)["greeting"], outcome.json[0]["pointers"]) == (
        "change",
        {"live": "2"},
    )
    assert shell("show", "greeting", "--json").json["version"]["version"] == 2
    assert shell("show", "greeting", "--json").json["prompt"]["description"] == "ours"


def test_what_is_missing_comes_after_what_is_here(
    shell: Shell, registry: Registry, file: Path
) -> None:
    clear(registry, "greeting")
    prompt_id = registry.editor.create_prompt("Greeting", slug="greeting")["id"]
    registry.editor.create_version(prompt_id, "of this service")

    assert list_outcomes(shell("import", str(file), "--json"))["greeting"] == "change"
    copy = shell.folder / "copy.jsonl"
    shell("export", str(copy))
    (ours, *versions) = load(copy)[1]["versions"]
    assert ours["template"] == "of this service"
    expected = load(file)[0]["versions"]
    assert versions == [{**each, "version": each["version"] + 1} for each in expected]
    assert load(copy)[1]["prompt"] == load(file)[0]["prompt"]


def test_as_many_versions_of_one_content_as_in_the_file(
    shell: Shell, registry: Registry, file: Path
) -> None:
    prompt_id = shell("show", "greeting", "--json").json["prompt"]["id"]
    registry.editor.create_version(prompt_id, "one", message="again")
    registry.editor.promote(prompt_id, 6, times=2)
    shell("export", str(file))
    clear(registry)
    shell("import", str(file))
    copy = shell.folder / "copy.jsonl"
    shell("export", str(copy))

    assert load(copy) == load(file)
    assert list_outcomes(shell("import", str(file), "--json"))["greeting"] == "unchanged"


def test_a_prompt_comes_after_those_that_it_includes(shell: Shell, registry: Registry) -> None:
    editor = registry.editor
    outer_id = editor.create_prompt("Outer", slug="outer")["id"]
    inner_id = editor.create_prompt("Inner", slug="inner")["id"]
    editor.create_version(inner_id, "part")
    editor.promote(inner_id, 1, times=2)
    editor.create_version(outer_id, "A @@@langfusePrompt:name=inner|label=production@@@")
    file = shell.folder / "prompts.jsonl"
    shell("export", str(file))
    clear(registry, "outer", "inner")

    outcome = shell("import", str(file), "--json")
    assert outcome.code == 0, outcome
    assert list_outcomes(outcome) == {"inner": "create", "outer": "create"}


def test_what_the_service_refuses_is_named_and_the_rest_is_written(
    shell: Shell, registry: Registry, file: Path
) -> None:
    clear(registry)
    entries = [*map(json.loads, file.read_text().splitlines())]
    entries[0]["versions"][1]["engine"] = "none"
    file.write_text("\n".join(map(json.dumps, entries)))

    outcome = shell("import", str(file), "--json")
    assert outcome.code == 1
    assert list_outcomes(outcome) == {"empty": "create", "greeting": "failed"}
    assert "engine" in next(row for row in outcome.json if row["slug"] == "greeting")["notes"][0]
    assert [prompt["slug"] for prompt in shell("list", "--json").json] == ["empty"]


def test_a_slug_of_another_team_is_another_prompt(
    shell: Shell, registry: Registry, file: Path
) -> None:
    teams = (registry.stranger.team_id, registry.team_id)
    shell.use(shell.url, registry.create_key(Grant(name="both", operation="all", team_ids=teams)))
    before = count_events(registry)

    outcome = shell("import", str(file), "--team", "Theirs", "--json")
    assert list_outcomes(outcome) == {"greeting": "create", "empty": "create"}
    assert count_events(registry) == before


@pytest.mark.parametrize(
    "line",
    ["{", "[]", "1", '{"prompt": {}}', '{"prompt": 1, "versions": [], "payloads": []}', "[" * 9999],
)
def test_a_file_of_something_else_is_refused(shell: Shell, line: str) -> None:
    outcome = shell("import", "-", text=f"\n{line}\n")

    assert (outcome.code, outcome.output, len(outcome.errors)) == (2, "", 1)
    assert "line 2 of -" in outcome.errors[0]


def test_a_file_that_is_no_text(shell: Shell) -> None:
    file = shell.folder / "file"
    file.write_bytes(b"\xff")

    assert shell("import", str(file)).code == 2


def test_a_file_that_is_not_there(shell: Shell) -> None:
    assert shell("import", "/nowhere").code == 1
    assert shell("export", "/nowhere/file").code == 1


def test_what_the_service_does_not_show_whole_is_not_exported(
    shell: Shell, registry: Registry, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = file.read_text()
    monkeypatch.setattr("shared.dialects.registry.responses.LARGEST_CHAT", 10)

    outcome = shell("export", str(file))
    assert outcome.code == 1
    assert "does not show messages" in outcome.errors[-1]
    assert file.read_text() == before
    assert [*file.parent.glob(".*.part")] == []
    outcome = shell("edit", "greeting", "--version", "2", "--model", "m")
    assert (outcome.code, "too large" in outcome.errors[0]) == (2, True)
