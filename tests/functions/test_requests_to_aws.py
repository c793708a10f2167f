"""How many requests to AWS each call makes, by processes that know everything, and nothing.

The calls are the samples of `tools/cost`, which has their units too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from shared import serve, settings
from shared.domain.model import LIVE
from shared.store import keys
from shared.store.attributes import dump_item, load_item
from tests.client import GATEWAY
from tests.functions.test_hot_reads import note_calls
from tests.memory import Memory
from tools.cost import samples
from tools.cost.samples import SAMPLES, Sample, Scene, Team

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.client import Registry

SNAPSHOT = "TransactGetItems"
# The requests of a call where the process knows the key, the prompt and its versions; and where it
# knows nothing, which begins with the key. Pointers move by rules that are read then too.
EXPECTED: dict[str, tuple[int, int]] = {
    "registry/get_prompt": (1, 3),
    "registry/get_prompt, not modified": (1, 3),
    "registry/render_live": (1, 3),
    "registry/render_live, jinja": (1, 3),
    "registry/render_version": (1, 4),  # of a tag that no claim has a note of
    "registry/get_version": (1, 2),
    "registry/list_version_variables": (1, 2),
    "registry/diff_versions": (1, 2),
    "registry/get_prompt_payload": (1, 2),
    "registry/create_prompt": (2, 3),
    "registry/create_version": (2, 3),
    "registry/create_prompt_payload": (2, 3),
    "registry/update_version": (2, 3),
    "registry/delete_prompt_version": (2, 3),
    "registry/promote_version": (2, 4),
    "registry/demote_version": (2, 4),
    "registry/archive_version": (2, 3),
    "registry/duplicate_version": (2, 3),
    "registry/rollback_prompt": (2, 4),
    "registry/set_version_tag": (2, 4),
    "registry/remove_version_tag": (2, 4),
    "registry/update_prompt": (2, 3),
    "registry/archive_prompt": (2, 3),
    "registry/restore_prompt": (2, 3),
    "registry/update_prompt_payload": (2, 3),
    "registry/delete_prompt_payload": (2, 3),
    "maxim/create_workspace_prompt": (2, 3),
    "maxim/update_workspace_prompt": (2, 4),
    "maxim/create_prompt_version": (2, 4),
    "maxim/deploy_prompt": (2, 4),
    "langwatch/get_prompt_by_handle": (1, 3),
    "langwatch/list_prompts_by_handle": (5, 7),
    "langwatch/create_prompt_by_handle": (3, 5),  # the tags, other spellings of the name
    "langwatch/update_prompt_by_handle": (2, 5),
    "langwatch/create_config_version": (2, 5),
    "langwatch/sync_prompt": (3, 5),  # of which the newest version is shown
    "langwatch/restore_config_version": (2, 4),
    "langwatch/assign_tag": (2, 5),
    "tela/get_canvas_version": (1, 3),
    "tela/get_promoted_version": (1, 3),
    "tela/get_environment_version": (1, 3),
    "tela/create_canvas_version": (2, 5),
    "tela/update_canvas_version": (2, 4),
    "tela/delete_canvas_version": (2, 4),
    "tela/publish_version": (2, 5),
    "langfuse/get_named_prompt": (1, 4),  # a draft is newer, but which is the newest of the others
    "langfuse/create_named_prompt, of a prompt that there is": (2, 6),
    "langfuse/label_version": (2, 5),
}
# Samples of which the requests are not counted here, by the reason.
NOT_COUNTED: dict[str, str] = {
    **dict.fromkeys(
        (
            "registry/health_check",
            "registry/get_openapi",
            "registry/get_docs",
            "registry/get_console",
            "registry/get_console_asset",
        ),
        "reads nothing",
    ),
    **dict.fromkeys(
        (
            "registry/get_prompt, nothing cached",
            "registry/render_live, nothing cached",
            "registry/render_version, nothing cached",
            "langwatch/get_prompt_by_handle, nothing cached",
            "langfuse/get_named_prompt, nothing cached",
        ),
        "is the second number of the call without it",
    ),
    **dict.fromkeys(
        (
            "registry/create_version, with an Idempotency-Key",
            "registry/create_version, of 100 KB",
            "registry/create_version, of 400 KB",
        ),
        "is a call that is counted, with requests of its own for the record or the bucket",
    ),
    **dict.fromkeys(
        (
            "registry/list_prompts",
            "registry/list_all_prompts",
            "registry/list_prompt_history",
            "registry/list_versions",
            "registry/list_prompt_payloads",
            "registry/refresh_prompts",
            "registry/refresh_prompts, nothing cached",
            "registry/refresh_prompts, one of them has moved",
            "maxim/list_workspace_prompts",
            "maxim/get_prompt_versions",
            "maxim/get_prompt_versions_with_tools",
            "maxim/list_prompt_deployments",
            "maxim/list_folders",
            "maxim/list_folder_contents",
            "maxim/sync_prompts",
            "maxim/sync_prompts, nothing cached",
            "maxim/sync_prompts, not modified",
            "maxim/sync_folders",
            "langwatch/list_config_versions",
            "langwatch/list_tag_definitions",
            "tela/list_canvas_versions",
            "tela/list_version_messages",
            "tela/list_version_indexes",
            "tela/list_canvases",
            "tela/list_canvases, with last versions",
            "tela/list_projects",
            "langfuse/list_named_prompts",
            "langfuse/list_named_prompts, with a label",
        ),
        "makes requests by the number of prompts or versions that there are",
    ),
    **dict.fromkeys(
        (
            "registry/list_version_tags",
            "maxim/sync_prompts, one prompt",
            "tela/get_latest_version",
            "maxim/get_prompt_config",
            "maxim/update_prompt_config",
            "maxim/create_folder",
            "maxim/delete_workspace_prompt",
            "langwatch/create_tag_definition",
            "langwatch/rename_tag_definition",
            "langwatch/delete_tag_definition",
            "langwatch/delete_prompt_by_handle",
            "tela/create_environment",
            "tela/check_api_key",
            "langfuse/create_named_prompt",
            "langfuse/delete_named_prompt",
            "langfuse/drop_events",
        ),
        "is seldom called, beside those that are counted",
    ),
}
PROMPT_READS = (
    ("", "/v1/prompts/{slug}?tag=live"),
    ("", "/v1/prompts/{slug}?version=2"),
    ("", "/v1/prompts/{slug}?version=3"),
    ("", "/api/prompts/{slug}"),
    ("", "/prompt-version/{live}"),
    ("", "/prompt-version/{stable}"),
    ("", "/prompt-version/{draft}"),
    ("langfuse", "/api/public/v2/prompts/{slug}"),
)


def know(team: Team, prompt: samples.Prompt) -> None:
    """Let the process read what it then knows."""
    names = {name: getattr(prompt, name) for name in samples.Prompt.__slots__}
    for dialect, path in PROMPT_READS:
        team("GET", path.format(**names), dialect=dialect)


@pytest.fixture(scope="module")
def counts(memory: Memory) -> Mapping[str, tuple[list[str], list[str]]]:
    """The requests of each sample, by a process that knows everything, and by one that does not."""
    made: list[samples.Prompt] = []
    create_prompt = Team.create_prompt

    def create_and_note(team: Team, *arguments: Any) -> samples.Prompt:
        made.append(create_prompt(team, *arguments))
        return made[-1]

    saved = memory.save()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(samples, "PROMPTS", 3)
        patch.setattr(Team, "create_prompt", create_and_note)
        serve.get_store.cache_clear()
        scene = Scene(GATEWAY.respond, serve.get_store())
        counts = {
            sample.name: (count(scene, sample, made), count(scene, sample))
            for sample in SAMPLES
            if sample.name in EXPECTED
        }
    memory.restore(saved)
    serve.get_store.cache_clear()
    return counts


def count(scene: Scene, sample: Sample, made: list[samples.Prompt] | None = None) -> list[str]:
    """Note the requests of a sample, where everything is known if it is told what was made."""
    request = scene.build_request(sample)
    if made is None:
        serve.get_store.cache_clear()
    elif sample.on == "team":
        GATEWAY.respond(request)
    elif sample.on == "new prompt":
        know(scene.writers, made[-1])
    with note_calls() as calls:
        assert GATEWAY.respond(request).status == sample.status
    return calls


@pytest.mark.parametrize("name", EXPECTED)
def test_a_call_makes_as_many_requests_as_are_expected(
    name: str, counts: Mapping[str, tuple[list[str], list[str]]]
) -> None:
    known, unknown = counts[name]

    assert (len(known), len(unknown)) == EXPECTED[name], (known, unknown)


def test_each_sample_is_counted_or_has_a_reason_why_it_is_not() -> None:
    assert NOT_COUNTED.keys() == {sample.name for sample in SAMPLES} - EXPECTED.keys()


# -- what is read together


@pytest.fixture
def prompt(registry: Registry) -> dict[str, Any]:
    prompt = registry.editor.create_prompt("Greeting")
    for text in ("one", "two", "three"):
        registry.editor.create_version(prompt["id"], text)
    registry.editor.promote(prompt["id"], 1, times=2)
    registry.editor.promote(prompt["id"], 2)
    return prompt


def get_claim(registry: Registry, kind: str = "slug") -> dict[str, Any]:
    name = "greeting" if kind == "slug" else "Greeting"
    key = f"{kind}#{registry.team_id}#team#{name}"
    (claim,) = (item for item in Memory().list_items()["lookups"] if item["key"] == {"S": key})
    return load_item(claim)


def put_claim(claim: Mapping[str, Any]) -> None:
    Memory().put("lookups", dump_item(claim))


def read_live(registry: Registry) -> tuple[str, list[str]]:
    registry.forget()
    with note_calls() as calls:
        answer = registry.viewer("GET", "/v1/prompts/greeting?tag=live")
    return answer.json["version"]["template"], calls


@pytest.mark.parametrize("kind", ["slug", "name"])
def test_the_claims_of_a_prompt_note_which_version_is_live(
    registry: Registry, prompt: dict[str, Any], kind: str
) -> None:
    path = f"/v1/prompts/{prompt['id']}/versions"
    before = get_claim(registry, kind)
    assert before["live_version"] == 1

    put_claim({**before, "added": "by a later release"})
    registry.editor.promote(prompt["id"], 2)
    assert get_claim(registry, kind) == {**before, "live_version": 2, "added": "by a later release"}
    assert registry.editor("POST", f"{path}/2/demote").status == 200
    assert "live_version" not in get_claim(registry, kind)
    registry.editor.promote(prompt["id"], 1)
    assert get_claim(registry, kind)["live_version"] == 1


def test_a_claim_takes_its_note_along_to_another_name(
    registry: Registry, prompt: dict[str, Any]
) -> None:
    path = f"/v1/prompts/{prompt['id']}"
    assert registry.editor("PATCH", path, {"name": "Other", "slug": "other"}).status == 200

    keys_of_claims = [
        item["key"]["S"]
        for item in Memory().list_items()["lookups"]
        if item.get("live_version") == {"N": "1"}
    ]
    assert keys_of_claims == [
        keys.build_name_claim(registry.team_id, "team", "Other"),
        keys.build_slug_claim(registry.team_id, "team", "other"),
    ]


@pytest.mark.parametrize(
    ("note", "requests"),
    [(1, 3), (None, 4), (2, 4), (3, 4), (99, 4), (-1, 4), ("one", 4), (2**40, 4)],
)
def test_whatever_a_claim_notes_the_live_version_is_found(
    registry: Registry, prompt: dict[str, Any], note: Any, requests: int
) -> None:
    claim = {**get_claim(registry), "live_version": note}
    if note is None:
        del claim["live_version"]
    put_claim(claim)

    text, calls = read_live(registry)

    assert (text, len(calls)) == ("one", requests)


def test_a_version_that_is_read_with_its_head_is_remembered(
    registry: Registry, prompt: dict[str, Any]
) -> None:
    assert read_live(registry)[1] == ["GetItem", "GetItem", SNAPSHOT]

    with note_calls() as calls:
        registry.viewer("GET", f"/v1/prompts/greeting?tag={LIVE}")

    assert calls == ["GetItem"]


# -- bodies in the bucket


def test_a_body_in_the_bucket_is_put_there_once(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INLINE_BYTES", "100")
    settings.get_settings.cache_clear()
    registry.forget()
    editor, text = registry.editor, "x" * 200
    prompt_id = editor.create_prompt("Large")["id"]
    path = f"/v1/prompts/{prompt_id}/versions"

    with note_calls() as calls:
        editor.create_version(prompt_id, text)
    assert calls.count("PutObject") == 1
    with note_calls() as calls:
        editor.promote(prompt_id, 1, times=2)
        for action in ("duplicate", "demote", "archive"):
            assert editor("POST", f"{path}/1/{action}").status < 300
        assert editor("POST", f"{path}/2/tags", {"tag": "staging"}).status == 200
        assert registry.viewer("GET", f"{path}/2").json["version"]["template"] == text
    assert "PutObject" not in calls
    with note_calls() as calls:
        assert editor("PUT", f"{path}/2", {"template": "y" * 200}).status == 200
    assert calls.count("PutObject") == 1
    assert registry.viewer("GET", f"{path}/1").json["version"]["template"] == text
    assert registry.viewer("GET", f"{path}/2").json["version"]["template"] == "y" * 200
