"""Sync: a local file against the versions that are here."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from moto.core.models import botocore_stubber

from infra.local.moto_patches import replace_attribute
from tests.functions.langwatch.calls import (
    create_prompt,
    drop_fields,
    get_prompt,
    make_handle,
    update_prompt,
)
from tests.properties.interception import TRANSACTION, Interceptor, run_before

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.client import Client, Registry

LOCAL: dict[str, Any] = {
    "prompt": "Say {{who}}",
    "messages": [{"role": "user", "content": "{{ input | upcase }} {{who}} {{Zoe}}"}],
    "inputs": [{"identifier": "who", "type": "list[str]"}],
    "outputs": [{"identifier": "output", "type": "str"}],
    "model": "openai/gpt-4o",
    "temperature": 0.5,
}


@pytest.fixture
def interceptor(registry: Registry) -> Iterator[Interceptor]:
    interceptor = Interceptor(botocore_stubber.process_request)
    with replace_attribute(botocore_stubber, "process_request", interceptor):
        yield interceptor


def sync(client: Client, handle: str, config: dict[str, Any], **rest: Any) -> dict[str, Any]:
    answer = client("POST", f"/api/prompts/{handle}/sync", {"configData": config, **rest})
    assert answer.status == 200, answer.text
    told: dict[str, Any] = answer.json
    return told


def test_a_file_without_a_prompt_makes_one_and_declares_its_variables(registry: Registry) -> None:
    handle = f"team%2F{make_handle()}"

    told = sync(registry.editor, handle, LOCAL, parameters={"k": 1})

    assert told.keys() == {"action", "prompt"}
    assert told["action"] == "created"
    prompt = told["prompt"]
    assert prompt["inputs"] == [
        {"identifier": "input", "type": "str"},
        {"identifier": "who", "type": "list[str]"},
        {"identifier": "Zoe", "type": "str"},
    ]
    assert (prompt["commitMessage"], prompt["version"]) == ("Synced from local file", 1)
    assert (prompt["parameters"], prompt["author"]) == ({"k": 1}, None)
    assert "platformUrl" not in prompt
    assert prompt["copiedFromPromptId"] is None
    assert drop_fields(get_prompt(registry.editor, handle), "platformUrl").items() <= prompt.items()


def test_a_file_of_the_newest_version_is_up_to_date_or_updates_it(registry: Registry) -> None:
    handle = make_handle()
    sync(registry.editor, handle, LOCAL)

    same = sync(registry.editor, handle, LOCAL, localVersion=1)
    told = sync(registry.editor, handle, {**LOCAL, "model": "openai/gpt-5"}, localVersion=1)
    message = sync(
        registry.editor, handle, LOCAL, localVersion=2, commitMessage="back", parameters={"a": 1}
    )

    assert (same["action"], same["prompt"]["version"]) == ("up_to_date", 1)
    assert (told["action"], told["prompt"]["version"]) == ("updated", 2)
    assert told["prompt"]["commitMessage"].startswith("Updated from local file (model: ")
    assert message["prompt"]["commitMessage"] == "back"
    assert message["prompt"]["parameters"] == {"a": 1}


def test_settings_that_the_file_leaves_out_are_none_and_other_things_stay(
    registry: Registry,
) -> None:
    handle = make_handle()
    told = sync(
        registry.editor,
        handle,
        {**LOCAL, "top_p": 0.5, "reasoning": "low", "demonstrations": {"inline": {}}},
        parameters={"k": 1},
    )
    assert (told["prompt"]["topP"], told["prompt"]["reasoning"]) == (0.5, "low")

    told = sync(registry.editor, handle, drop_fields(LOCAL, "temperature"), localVersion=1)

    assert told["action"] == "updated"
    assert told["prompt"].keys().isdisjoint({"topP", "temperature", "reasoning"})
    assert told["prompt"]["demonstrations"] == {"inline": {}}
    assert told["prompt"]["parameters"] == {"k": 1}
    again = sync(registry.editor, handle, drop_fields(LOCAL, "temperature"), localVersion=2)
    assert again["action"] == "up_to_date"


def test_a_response_format_and_the_order_of_keys_make_no_difference(registry: Registry) -> None:
    handle = make_handle()
    sync(registry.editor, handle, LOCAL)
    turned = dict(reversed(LOCAL.items())) | {"response_format": {"type": "text"}}

    assert sync(registry.editor, handle, turned, localVersion=1)["action"] == "up_to_date"


@pytest.mark.parametrize(
    ("local", "prompt", "action"),
    [
        (1, "one", "up_to_date"),
        (1, "other", "conflict"),
        (2, "two", "up_to_date"),
        (2, "other", "updated"),
        (3, "two", "conflict"),
        (0, "two", "conflict"),
        (None, "two", "conflict"),
        (99, "one", "conflict"),
    ],
)
def test_the_table_of_who_changed_what(
    registry: Registry, local: int | None, prompt: str, action: str
) -> None:
    handle = make_handle()
    config = drop_fields(LOCAL, "temperature")
    sync(registry.editor, handle, {**config, "prompt": "one"})
    sync(registry.editor, handle, {**config, "prompt": "two"}, localVersion=1)
    rest = {} if local is None else {"localVersion": local}

    told = sync(registry.editor, handle, {**config, "prompt": prompt}, **rest)

    assert told["action"] == action
    assert ("conflictInfo" in told) == (action == "conflict") == ("prompt" not in told)
    versions = registry.editor("GET", f"/api/prompts/{handle}/versions").json
    assert len(versions) == (3 if action == "updated" else 2)
    if action == "up_to_date":
        assert told["prompt"]["version"] == 2
    if action == "conflict":
        info = told["conflictInfo"]
        assert (info["localVersion"], info["remoteVersion"]) == (local or 0, 2)
        assert info["differences"] == (["prompt content differs"] if prompt != "two" else [])
        assert (info["remoteConfigData"]["prompt"], info["remoteParameters"]) == ("two", {})


def test_a_prompt_that_has_no_version_yet_gets_its_first(registry: Registry) -> None:
    prompt = registry.editor.create_prompt()

    told = sync(registry.editor, prompt["id"], LOCAL)

    assert (told["action"], told["prompt"]["id"]) == ("created", prompt["id"])


@pytest.mark.parametrize("handle", ["tags%2Fa", "a%2Fsync", "a:b", "a%00b", "x" * 256])
def test_a_file_does_not_make_a_prompt_that_cannot_be_reached(
    registry: Registry, handle: str
) -> None:
    answer = registry.editor("POST", f"/api/prompts/{handle}/sync", {"configData": LOCAL})

    assert answer.status in (400, 422)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "configData"),
        ({"configData": drop_fields(LOCAL, "model")}, "configData.model"),
        ({"configData": {**LOCAL, "outputs": []}}, "configData.outputs"),
        ({"configData": {**LOCAL, "seed": "1"}}, "configData.seed"),
        ({"configData": LOCAL, "localVersion": -1}, "localVersion"),
        ({"configData": LOCAL, "localVersion": "1"}, "localVersion"),
        ({"configData": LOCAL, "localVersion": 1.5}, "localVersion"),
        ({"configData": LOCAL, "localVersion": 2**31}, "localVersion"),
        ({"configData": LOCAL, "parameters": []}, "parameters"),
    ],
)
def test_a_bad_file_is_refused(registry: Registry, body: dict[str, Any], field: str) -> None:
    answer = registry.editor("POST", f"/api/prompts/{make_handle()}/sync", body)

    assert (answer.status, answer.json["fields"]) == (422, [field])


def test_of_two_who_sync_the_same_base_the_second_is_in_conflict(registry: Registry) -> None:
    handle = make_handle()
    sync(registry.editor, handle, LOCAL)
    registry.cloud.run_before(
        "TransactWriteItems",
        lambda: sync(registry.admin, handle, {**LOCAL, "prompt": "theirs"}, localVersion=1),
    )

    told = sync(registry.editor, handle, {**LOCAL, "prompt": "mine"}, localVersion=1)

    assert told["action"] == "conflict"
    assert told["conflictInfo"]["remoteVersion"] == 2


def test_a_prompt_made_by_an_update_syncs_on(registry: Registry) -> None:
    made = create_prompt(registry.editor)
    now = update_prompt(registry.editor, made["id"], temperature=1)
    config = {name: now[name] for name in ("prompt", "inputs", "outputs", "model", "temperature")}

    told = sync(registry.editor, made["handle"], config, localVersion=2)

    # `name` stands in the text, and was not declared.
    assert told["action"] == "up_to_date"


def test_numbers_that_are_equal_make_no_version(registry: Registry) -> None:
    """A client in JavaScript reads 0.50 as 0.5 and 1.0 as 1, and writes them so."""
    editor = registry.editor
    prompt = editor.create_prompt()
    body = '{"template": "Hi {{ name }}", "engine": "jinja", "model": "openai/gpt-4o", '
    parameters = '"model_params": {"temperature": 0.50, "seed": 1.0, "max_tokens": 1e2}}'
    path = f"/v1/prompts/{prompt['id']}/versions"
    assert editor("POST", path, raw=body + parameters).status == 201
    editor.promote(prompt["id"], 1)
    shown = get_prompt(editor, prompt["slug"])
    config = {
        **{name: shown[name] for name in ("prompt", "inputs", "outputs", "model")},
        "messages": shown["messages"][1:],
        **{"temperature": 0.5, "seed": 1, "max_tokens": 100},
    }

    result = sync(editor, prompt["slug"], config, localVersion=shown["version"])

    assert result["action"] == "up_to_date"
    assert [row["version"] for row in editor("GET", path).json["versions"]] == [1]


def test_a_file_whose_handle_another_file_takes_meanwhile_is_synced_with_its_prompt(
    registry: Registry, interceptor: Interceptor
) -> None:
    handle, rivals = make_handle(), []
    rival = run_before(lambda: rivals.append(sync(registry.editor, handle, LOCAL, localVersion=1)))
    interceptor.intercept(rival, TRANSACTION)

    mine = sync(registry.editor, handle, LOCAL, localVersion=1)

    assert [told["action"] for told in rivals] == ["created"]
    assert mine["action"] == "up_to_date"
    assert mine["prompt"]["version"] == 1


def test_of_12_first_syncs_that_all_found_nothing_one_creates_and_11_sync(
    registry: Registry, interceptor: Interceptor
) -> None:
    handle, results = make_handle(), []

    def sync_in_turn(waiting: int) -> None:
        # Whoever is about to write waits for the next, who has found nothing either.
        if waiting:
            rival = run_before(lambda: sync_in_turn(waiting - 1))
            interceptor.intercept(rival, TRANSACTION)
        results.append(sync(registry.editor, handle, LOCAL, localVersion=1))

    sync_in_turn(11)

    assert [result["action"] for result in results] == ["created", *["up_to_date"] * 11]
    assert {result["prompt"]["version"] for result in results} == {1}
    # One creates, each of the others finds the name taken, and nobody tries to write again.
    assert interceptor.calls.count(TRANSACTION) == 12


def test_of_12_first_syncs_at_once_one_creates(registry: Registry) -> None:
    handle = make_handle()

    with ThreadPoolExecutor(12) as pool:
        told = [
            *pool.map(lambda _: sync(registry.editor, handle, LOCAL, localVersion=1), range(12))
        ]

    assert sorted(result["action"] for result in told) == ["created"] + 11 * ["up_to_date"]
    assert {result["prompt"]["version"] for result in told} == {1}
