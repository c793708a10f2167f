"""A dialect reads back exactly what it wrote, and its versions are whole for the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from shared import exact_json
from tests.functions.maxim.sdk import Bundle
from tests.functions.maxim.workspace import build_version

if TYPE_CHECKING:
    from decimal import Decimal

    from tests.functions.maxim.workspace import Workspace

texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.decimals(allow_nan=False, allow_infinity=False).filter(lambda n: not is_whole(n))
    | texts
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
text_parts = st.fixed_dictionaries({"type": st.just("text"), "text": texts})
image_parts = st.fixed_dictionaries(
    {
        "type": st.just("image_url"),
        "image_url": st.fixed_dictionaries(
            {"url": texts}, optional={"detail": st.sampled_from(["auto", "low", "high"])}
        ),
    }
)
tool_calls = st.fixed_dictionaries(
    {
        "id": texts,
        "type": st.just("function"),
        "function": st.fixed_dictionaries({"name": texts, "arguments": texts}),
    }
)
messages = st.fixed_dictionaries(
    {
        "role": st.sampled_from(["assistant", "user", "system", "model", "chatbot", "tool"]),
        "content": st.none() | texts | st.lists(text_parts | image_parts, max_size=3),
    },
    optional={"tool_call_id": texts, "tool_calls": st.lists(tool_calls, max_size=2)},
)
tools = st.fixed_dictionaries(
    {"name": texts},
    optional={"description": texts, "config": st.dictionaries(texts, values, max_size=3)},
)
parameters = st.builds(
    lambda rest, tools: rest | ({} if tools is None else {"promptTools": tools}),
    st.dictionaries(texts.filter(lambda name: name != "promptTools"), values, max_size=3),
    st.none() | st.lists(tools, max_size=2),
)
bodies = st.fixed_dictionaries(
    {
        "description": texts,
        "modelName": texts,
        "modelProvider": st.sampled_from(["openai", "anthropic", "vertex"]),
        "messages": st.lists(messages, max_size=4),
        "modelParameters": parameters,
    }
)


def is_whole(number: Decimal) -> bool:
    """Written without a point or an exponent, it would be read as an integer."""
    return str(number).lstrip("-").isdecimal()


@settings(max_examples=60)
@given(body=bodies)
def test_a_version_is_read_back_exactly_as_it_was_written(
    workspace: Workspace, body: dict[str, Any]
) -> None:
    prompt = workspace.create_prompt()
    raw = exact_json.encode(build_version(prompt["id"], **body))

    made = workspace.editor("POST", "/v1/prompts/versions", raw=raw)

    assert made.status == 200, made.text
    version = exact_json.decode(made.text)["data"]
    read = exact_json.decode(
        workspace.viewer("GET", f"/v1/prompts/versions?id={version['id']}").text
    )["data"]
    for said in (version, read):
        config = said["config"]
        assert said["description"] == body["description"]
        assert (config["model"], config["provider"]) == (
            body["modelName"],
            body["modelProvider"],
        )
        assert [message["payload"] for message in config["messages"]] == body["messages"]
        assert config["modelParameters"] == body["modelParameters"]
    fetched = workspace.viewer(
        "GET", f"/api/sdk/v4/prompts?promptId={prompt['id']}&promptVersionNumber=1"
    )
    bundle = Bundle.parse(exact_json.decode(fetched.text)["data"])
    assert bundle.bundle["versions"][0]["config"]["modelParameters"] == body["modelParameters"]


def test_a_duplicate_of_px0s_says_the_same_and_can_be_edited_there(workspace: Workspace) -> None:
    prompt = workspace.create_prompt()
    tools = [{"name": "lookup", "config": {"parameters": {"type": "object"}}}]
    made = workspace.create_version(
        prompt["id"], modelParameters={"temperature": 1, "promptTools": tools}
    )
    path = f"/v1/prompts/{prompt['id']}/versions"
    for _ in range(2):
        workspace.px0("POST", f"{path}/1/duplicate")
    workspace.px0("PUT", f"{path}/3", {"template": "New", "model_params": {"temperature": 0}})
    for number in (2, 3):
        workspace.px0.promote(prompt["id"], number)

    def build_config(number: int) -> Any:
        listed = workspace.viewer("GET", f"/v1/prompts/versions?promptId={prompt['id']}").json
        return next(v for v in listed["data"] if v["version"] == number)["config"]

    def build_payloads(number: int) -> list[Any]:
        return [message["payload"] for message in build_config(number)["messages"]]

    assert build_config(2)["modelParameters"] == made["config"]["modelParameters"]
    assert build_payloads(2) == build_payloads(1)
    assert build_payloads(3) == [{"role": "system", "content": "New"}]
    assert build_config(3)["modelParameters"] == {"temperature": 0, "promptTools": tools}
    assert build_payloads(1) != build_payloads(3)
