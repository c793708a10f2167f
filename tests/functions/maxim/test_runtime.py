"""What Maxim's SDKs read: whatever was stored, nothing that would make them drop a prompt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.local.aws import build_environment
from shared import exact_json
from shared.dialects.maxim import runtime
from shared.domain.content import Content
from shared.domain.model import Author, Prompt, Version
from shared.settings import Settings
from tests.client import UNKNOWN_ID
from tests.functions.maxim.sdk import Bundle, DroppedError
from tests.functions.maxim.workspace import SYSTEM, build_condition, get_message

if TYPE_CHECKING:
    from tests.functions.maxim.workspace import Workspace

SETTINGS = Settings.load(build_environment())
NOW = datetime(2026, 11, 20, 12, 0, 0, tzinfo=UTC)
CALL = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{}"}}

# -- any content


def build_documents(values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(st.text(max_size=5), values, max_size=3)


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | build_documents(inner),
    max_leaves=6,
)
parts = st.one_of(
    json_values,
    st.fixed_dictionaries({"type": st.just("text")}, optional={"text": json_values}),
    st.fixed_dictionaries(
        {"type": st.just("image_url")},
        optional={
            "image_url": json_values
            | st.fixed_dictionaries({"url": st.text()}, optional={"detail": json_values})
        },
    ),
    st.fixed_dictionaries({"type": st.sampled_from(["file", "input_audio"]), "x": json_values}),
)
calls = json_values | st.lists(
    st.just(CALL)
    | json_values
    | st.fixed_dictionaries({"id": st.text(), "function": build_documents(json_values)}),
    max_size=2,
)
messages = st.fixed_dictionaries(
    {},
    optional={
        "role": st.sampled_from(["system", "user", "developer"]) | json_values,
        "content": st.text() | st.none() | st.lists(parts, max_size=3) | json_values,
        "tool_calls": calls,
        "toolCalls": calls,
        "tool_call_id": st.text() | json_values,
        "name": json_values,
    },
)
contents = st.builds(
    Content,
    template=st.none() | st.text(),
    messages=st.none() | st.lists(messages, max_size=3),
    engine=st.sampled_from(["go", "jinja"]),
    provider=st.none() | st.text(),
    model=st.none() | st.text(),
    parameters=st.none() | build_documents(json_values),
    inputs=st.none() | st.lists(build_documents(json_values), max_size=2),
    outputs=st.none()
    | st.lists(st.fixed_dictionaries({"name": st.text(), "schema": json_values}), max_size=2),
    tools=st.none()
    | st.lists(
        build_documents(json_values)
        | st.fixed_dictionaries({"function": json_values | build_documents(json_values)}),
        max_size=2,
    ),
    extras=st.dictionaries(st.sampled_from(["tela", "langwatch"]), build_documents(json_values)),
)
conditions = st.lists(
    st.builds(
        build_condition,
        st.text(min_size=1),
        st.text(),
        st.sampled_from([">", "<", "<=", ">=", "="]),
    ),
    min_size=1,
    max_size=3,
)


@st.composite
def build_prompt(draw: st.DrawFn) -> tuple[Prompt, dict[tuple[str, int], Version]]:
    """A prompt with some versions, live, deployed or neither, whatever they say."""
    prompt_id = str(uuid4())
    numbers = list(range(1, draw(st.integers(0, 3)) + 1))
    found = {
        (prompt_id, number): Version(
            prompt_id=prompt_id,
            number=number,
            id=str(uuid4()),
            stage=draw(st.sampled_from(["draft", "stable", "archived"])),
            content=draw(contents),
            author=Author(id="a", name="b"),
            message=draw(st.text()),
            created_at=NOW,
            updated_at=NOW,
        )
        for number in numbers
    }
    deployed = draw(st.lists(st.sampled_from(numbers), max_size=3)) if numbers else []
    deployments = [
        {
            "id": str(uuid4()),
            "versionId": found[prompt_id, number].id,
            "number": number,
            "conditions": draw(conditions),
            "timestamp": "2026-11-20T12:00:00.000Z",
        }
        for number in deployed
    ]
    prompt = Prompt(
        id=prompt_id,
        team_id=str(uuid4()),
        slug="s",
        name="n",
        status=draw(st.sampled_from(["active", "archived", "deleted"])),
        created_at=NOW,
        updated_at=NOW,
        changed_at=NOW,
        last_version=len(numbers),
        live_version=draw(st.none() | st.sampled_from(numbers)) if numbers else None,
        settings={"maxim": {"deployments": deployments, "folderId": draw(st.none() | st.text())}},
    )
    return prompt, found


@dataclass(frozen=True)
class Loaded:
    """A version that is loaded when it is needed."""

    version: Version

    @property
    def stage(self) -> str:
        return self.version.stage

    def load(self) -> Version:
        return self.version


def dump_bundle(
    prompt: Prompt, found: dict[tuple[str, int], Version], max_bytes: int | None = None
) -> Any:
    numbers = [(prompt.id, number) for number in runtime.list_numbers(prompt)]
    versions = [Loaded(found[number]) if number in found else None for number in numbers]
    return runtime.dump_bundle(prompt, versions, SETTINGS, max_bytes=max_bytes)


@given(build_prompt(), st.integers(100, 3000))
def test_a_bundle_is_whole_or_says_that_it_lacks_its_versions(
    given: tuple[Prompt, dict[tuple[str, int], Version]], max_bytes: int
) -> None:
    prompt, found = given

    whole, bundle = dump_bundle(prompt, found), dump_bundle(prompt, found, max_bytes)

    if "omissions" not in bundle:
        assert bundle == whole
    else:
        assert exact_json.measure_encoded_bytes(exact_json.encode(whole)) > max_bytes / 2
        assert Bundle.parse(exact_json.decode(exact_json.encode(bundle))).numbers == []


@given(build_prompt())
def test_what_makes_the_sdk_drop_prompts_is_impossible_to_send(
    given: tuple[Prompt, dict[tuple[str, int], Version]],
) -> None:
    prompt, found = given

    bundle = dump_bundle(prompt, found)

    choices = Bundle.parse(exact_json.decode(exact_json.encode(bundle)))
    stable = {number for (_, number), version in found.items() if version.stage == "stable"}
    assert set(choices.numbers) == {*runtime.list_numbers(prompt)} & stable
    for version in found.values():
        asked = runtime.dump_bundle_of_version(prompt, version, SETTINGS)
        assert Bundle.parse(exact_json.decode(exact_json.encode(asked))).numbers == [version.number]


@given(contents)
def test_texts_and_parameters_reach_the_sdk_as_they_are(content: Content) -> None:
    version = Version(
        prompt_id=str(uuid4()),
        number=1,
        id=str(uuid4()),
        content=content,
        author=Author(id="a", name="b"),
        created_at=NOW,
        updated_at=NOW,
    )

    config = runtime.dump_version(version, SETTINGS)["config"]

    for sent, message in zip(config["messages"], content.conversation, strict=True):
        if isinstance(message.get("content"), str):
            assert sent["content"] == message["content"]
    assert (content.parameters or {}).items() <= config["modelParameters"].items()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda bundle: bundle.pop("rules"),
        lambda bundle: bundle.pop("versions"),
        lambda bundle: bundle["versions"][0].pop("createdAt"),
        lambda bundle: bundle["versions"][0].update(version="1"),
        lambda bundle: bundle["versions"][0]["config"].pop("modelParameters"),
        lambda bundle: bundle["versions"][0]["config"]["messages"][0].update(content=None),
        lambda bundle: bundle["versions"][0]["config"]["messages"][0].update(toolCalls=None),
        lambda bundle: next(iter(bundle["rules"].values()))[0].pop("timestamp"),
        lambda bundle: next(iter(bundle["rules"].values()))[0]["rules"]["query"].update(
            combinator="and"
        ),
    ],
)
def test_the_oracle_is_as_strict_as_the_sdk(workspace: Workspace, spoil: Any) -> None:
    prompt = workspace.create_prompt()
    workspace.create_version(prompt["id"])
    workspace.deploy(prompt["id"], build_condition("a", "b"), version=1)
    bundle: Any = workspace.bundle(prompt["id"]).bundle

    spoil(bundle)

    with pytest.raises(DroppedError):
        Bundle.parse(bundle)


# -- one prompt


def test_tool_calls_come_in_both_spellings_and_null_content_as_an_empty_text(
    workspace: Workspace,
) -> None:
    prompt = workspace.create_prompt()
    workspace.create_version(
        prompt["id"],
        messages=[
            {"role": "assistant", "content": None, "tool_calls": [CALL]},
            {"role": "tool", "content": "{}", "tool_call_id": "call_1"},
            {"role": "user"},
            {"role": "assistant", "content": "x", "tool_calls": []},
        ],
    )

    bundle = workspace.bundle(prompt["id"], 1)

    assert [bundle.message(number) for number in range(4)] == [
        {"role": "assistant", "content": "", "toolCalls": [CALL], "tool_calls": [CALL]},
        {"role": "tool", "content": "{}", "tool_call_id": "call_1"},
        {"role": "user", "content": ""},
        {"role": "assistant", "content": "x"},
    ]


def test_images_tools_and_parameters_reach_the_sdk(workspace: Workspace) -> None:
    prompt = workspace.create_prompt()
    image = {"type": "image_url", "image_url": {"url": "https://x.example/y.png", "detail": "low"}}
    parameters = {"temperature": 0.5, "stop": None, "promptTools": [{"name": "t"}]}
    workspace.create_version(
        prompt["id"],
        messages=[{"role": "user", "content": [{"type": "text", "text": "?"}, image]}],
        modelParameters=parameters,
    )

    bundle = workspace.bundle(prompt["id"], 1)

    assert bundle.message()["content"] == [{"type": "text", "text": "?"}, image]
    assert bundle.bundle["versions"][0]["config"]["modelParameters"] == parameters


@pytest.mark.parametrize("status", ["stable", "live", "archived"])
def test_a_version_that_is_no_draft_is_served_by_its_number(
    workspace: Workspace, status: str
) -> None:
    prompt = workspace.px0.create_prompt()
    workspace.px0.create_stable_version(prompt["id"], "Hi {{.name}}")
    if status == "live":
        workspace.px0.promote(prompt["id"], 1)
    if status == "archived":
        workspace.px0("POST", f"/v1/prompts/{prompt['id']}/versions/1/archive")

    bundle = workspace.bundle(prompt["id"], 1)

    assert bundle.numbers == [1]
    assert bundle.message() == {"role": "system", "content": "Hi {{name}}"}


def test_a_prompt_with_nothing_to_serve_is_served_empty(workspace: Workspace) -> None:
    prompt = workspace.create_prompt()
    workspace.create_version(prompt["id"])

    assert workspace.bundle(prompt["id"]).bundle == {
        "promptId": prompt["id"],
        "rules": {},
        "versions": [],
        "fallbackVersion": None,
        "folderId": None,
    }
    assert workspace.sync() == {}


def test_the_live_version_is_the_fallback_and_among_the_versions(workspace: Workspace) -> None:
    prompt = workspace.create_prompt()
    workspace.create_version(prompt["id"])
    workspace.promote(prompt["id"], 1)

    bundle = workspace.bundle(prompt["id"])

    assert (bundle.numbers, bundle.fallback) == ([1], 1)
    assert bundle.bundle["rules"] == {}
    assert workspace.sync()[prompt["id"]] == bundle


@pytest.mark.parametrize(
    ("query", "status"),
    [
        (f"promptId={UNKNOWN_ID}", 404),
        ("promptId=x", 404),
        ("promptId={prompt}&promptVersionNumber=2", 404),
        ("promptId={prompt}&promptVersionNumber=0", 404),
        ("promptId={prompt}&promptVersionNumber=1.0", 400),
        ("promptId={prompt}&promptVersionNumber=x", 400),
        (f"promptId={UNKNOWN_ID}&promptVersionNumber=x", 400),
        ("promptVersionNumber=1", 400),
    ],
)
def test_a_fetch_that_names_nothing_is_refused(
    workspace: Workspace, query: str, status: int
) -> None:
    prompt = workspace.create_prompt()
    workspace.create_version(prompt["id"])

    fetched = workspace.viewer("GET", f"/api/sdk/v4/prompts?{query.format(prompt=prompt['id'])}")

    get_message(fetched, status)


def test_prompts_of_others_are_neither_fetched_nor_synced(workspace: Workspace) -> None:
    prompt = workspace.create_prompt()
    workspace.create_version(prompt["id"])
    workspace.promote(prompt["id"], 1)

    get_message(workspace.stranger("GET", f"/api/sdk/v4/prompts?promptId={prompt['id']}"), 404)
    get_message(workspace.nobody("GET", "/api/sdk/v4/prompts"), 401)
    get_message(workspace.px0("GET", "/api/sdk/v4/prompts"), 401)
    assert workspace.stranger("GET", "/api/sdk/v4/prompts").json == {"data": []}


# -- all prompts


def test_a_sync_lists_what_there_is_to_serve(workspace: Workspace) -> None:
    live, deployed, idle = (workspace.create_prompt()["id"] for _ in range(3))
    for prompt_id in (live, deployed, idle):
        workspace.create_version(prompt_id)
        workspace.create_version(prompt_id)
    workspace.promote(live, 1)
    workspace.deploy(deployed, build_condition("a", "b"), version=2)

    synced = workspace.sync()

    assert {prompt_id: bundle.numbers for prompt_id, bundle in synced.items()} == {
        live: [1],
        deployed: [2],
    }


def test_one_broken_message_silences_nobody(workspace: Workspace) -> None:
    good, odd = (workspace.create_prompt()["id"] for _ in range(2))
    workspace.create_version(good)
    workspace.create_version(odd, messages=[{"role": "assistant", "content": None}])
    for prompt_id in (good, odd):
        workspace.promote(prompt_id, 1)

    assert workspace.sync().keys() == {good, odd}


def test_a_deleted_prompt_is_listed_empty_so_that_caches_forget_it(workspace: Workspace) -> None:
    prompt = workspace.create_prompt()
    workspace.create_version(prompt["id"])
    workspace.promote(prompt["id"], 1)
    workspace.editor("DELETE", f"/v1/prompts?workspaceId={workspace.id}&id={prompt['id']}")

    bundle = workspace.sync()[prompt["id"]]

    assert (bundle.numbers, bundle.fallback, bundle.bundle["rules"]) == ([], None, {})
    get_message(workspace.viewer("GET", f"/api/sdk/v4/prompts?promptId={prompt['id']}"), 404)


def test_a_deleted_prompt_is_mourned_for_a_day() -> None:
    prompt = Prompt(
        id=str(uuid4()),
        team_id=str(uuid4()),
        slug="s",
        name="n",
        status="deleted",
        created_at=NOW,
        updated_at=NOW,
        changed_at=NOW,
    )

    assert runtime.is_listed(prompt, NOW + timedelta(hours=23))
    assert not runtime.is_listed(prompt, NOW + timedelta(hours=24))


@pytest.mark.parametrize("end", ["demote", "archive"])
def test_a_prompt_that_is_no_longer_live_is_listed_empty(workspace: Workspace, end: str) -> None:
    prompt = workspace.create_prompt()
    workspace.create_version(prompt["id"])
    workspace.promote(prompt["id"], 1)
    workspace.px0("POST", f"/v1/prompts/{prompt['id']}/versions/1/{end}")

    assert workspace.sync()[prompt["id"]].numbers == []


def test_a_sync_that_would_not_fit_leaves_out_what_was_not_changed_for_longest(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    prompts = [workspace.create_prompt()["id"] for _ in range(5)]
    for prompt_id in prompts:
        workspace.create_version(prompt_id, messages=[{"role": "user", "content": '"' * 500}])
        workspace.promote(prompt_id, 1)
    monkeypatch.setenv("RESPONSE_BYTES", "10000")
    workspace.registry.forget()
    forget_settings()

    answer = workspace.viewer("GET", "/api/sdk/v4/prompts")

    shown = [bundle["promptId"] for bundle in answer.json["data"]]
    assert 0 < len(shown) < 5
    assert shown == prompts[::-1][: len(shown)]
    assert answer.headers["X-Omitted-Prompts"] == str(5 - len(shown))
    assert exact_json.measure_encoded_bytes(answer.text) <= 10_000


def forget_settings() -> None:
    from shared import settings

    settings.get_settings.cache_clear()


@given(st.lists(st.integers(0, 400), max_size=12), st.integers(100, 1500))
def test_bundles_fill_an_answer_and_never_more(sizes: list[int], budget: int) -> None:
    bundles = [{"x": '"' * size} for size in sizes]

    shown: list[Any] = runtime.select_fitting(cast("Any", bundles), budget)

    def measure(rows: list[Any]) -> int:
        return sum(exact_json.measure_encoded_bytes(exact_json.encode(row)) + 1 for row in rows)

    assert shown == bundles[: len(shown)]
    assert measure(shown) <= budget
    assert shown == bundles or measure(bundles[: len(shown) + 1]) > budget


# -- what there is not


def test_there_are_no_prompt_chains(workspace: Workspace) -> None:
    assert workspace.viewer("GET", "/api/sdk/v4/prompt-chains").json == {"data": []}
    one = workspace.viewer("GET", "/api/sdk/v4/prompt-chains?promptChainId=x")
    assert get_message(one, 404) == "Prompt chain not found"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/prompts/run"),
        ("GET", "/v1/prompts/run"),
        ("POST", "/api/sdk/v4/prompts/run"),
        ("POST", "/api/sdk/v4/agents/run"),
    ],
)
def test_no_model_is_run_but_callers_are_told_what_to_do(
    workspace: Workspace, method: str, path: str
) -> None:
    refused = workspace.viewer(method, path, None if method == "GET" else {"input": "x"})

    assert "provider" in get_message(refused, 501)
    if method == "POST":
        get_message(workspace.nobody(method, path, {}), 401)


@pytest.mark.parametrize("number", [Decimal("1.10"), 10**30])
def test_numbers_of_parameters_are_sent_exactly(workspace: Workspace, number: Any) -> None:
    prompt = workspace.create_prompt()
    workspace.create_version(prompt["id"], messages=[SYSTEM])
    body = exact_json.encode(
        {
            "promptId": prompt["id"],
            "description": "",
            "modelName": "m",
            "modelProvider": "openai",
            "messages": [],
            "modelParameters": {"n": number},
        }
    )
    assert workspace.editor("POST", "/v1/prompts/versions", raw=body).status == 200

    fetched = workspace.viewer(
        "GET", f"/api/sdk/v4/prompts?promptId={prompt['id']}&promptVersionNumber=2"
    )

    assert f'"n":{number}' in fetched.text
