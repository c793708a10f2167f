"""Conversations in the native dialect: written, read, changed and rendered."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from shared import templates
from shared.domain.content import Content
from shared.problems import LimitReached
from shared.settings import get_settings
from tests.client import UNKNOWN_ID

if TYPE_CHECKING:
    from tests.client import Client, Registry, Response

IMAGE = {"type": "image_url", "image_url": {"url": "https://e.test/a.png", "detail": "low"}}
CALL = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}, "extra": 1}
CACHE = {"cache_control": {"type": "ephemeral"}}
MESSAGES: list[dict[str, Any]] = [
    {"role": "system", "content": [{"type": "text", "text": "Be {{ tone }}", **CACHE}]},
    {"type": "placeholder", "name": "history"},
    {"role": "user", "content": [{"type": "text", "text": "{{ q }}?"}, IMAGE], "name": "ada"},
    {"role": "assistant", "content": None, "tool_calls": [CALL], "reasoning_content": "hm"},
    {"role": "tool", "content": "42", "tool_call_id": "c1"},
    {"role": "developer", "content": ""},
]
TOOLS = [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}, "x": 1}]
SCHEMA = {"type": "object", "properties": {"mood": {"type": "string"}}}
FORMAT = {
    "type": "json_schema",
    "json_schema": {"name": "answer", "strict": True, "schema": SCHEMA},
}
INPUTS = [
    {"name": "tone", "type": "str", "required": True, "description": "How", "x": [1]},
    {"name": "q"},
    {"name": "history", "type": "chat_messages"},
]
CHAT: dict[str, Any] = {
    "messages": MESSAGES,
    "engine": "jinja",
    "tools": TOOLS,
    "response_format": FORMAT,
    "inputs": INPUTS,
    "model": "openai/gpt-4o",
    "model_params": {"temperature": 0.5},
}
HISTORY = [{"role": "user", "content": "{{ not a template }}", "x": 1}]


def create(client: Client, **body: Any) -> Response:
    return client("POST", f"/v1/prompts/{client.create_prompt()['id']}/versions", body)


def test_all_that_is_written_is_read_back(registry: Registry) -> None:
    created = create(registry.editor, **CHAT)

    assert created.status == 201, created.text
    version = created.json["version"]
    assert {name: version[name] for name in CHAT} == CHAT
    assert version["template"] == "Be {{ tone }}\n\n{{ q }}?\n\n42"
    path = f"/v1/prompts/{version['prompt_id']}/versions"
    assert registry.editor("GET", f"{path}/1").json["version"] == version
    copy = registry.editor("POST", f"{path}/1/duplicate").json["version"]
    assert {name: copy[name] for name in CHAT} == CHAT


@pytest.mark.parametrize("response_format", [{"type": "json_object"}, {"type": "text", "x": 1}])
def test_any_response_format_is_read_back(registry: Registry, response_format: Any) -> None:
    version = create(registry.editor, template="x", response_format=response_format).json["version"]

    assert version["response_format"] == response_format
    assert version["model_params"] is None


def test_the_other_dialects_show_a_conversation(registry: Registry) -> None:
    editor = registry.editor
    version = create(editor, **CHAT).json["version"]
    editor.promote(version["prompt_id"], 1)

    tela = editor("GET", f"/prompt-version/{version['id']}").json
    langwatch = editor("GET", f"/api/prompts/{version['prompt_id']}").json

    assert tela["configuration"]["structuredOutput"] == {"enabled": True, "schema": SCHEMA}
    assert tela["messages"][0]["role"] == "system"
    assert langwatch["prompt"] == "Be {{ tone }}"
    assert langwatch["responseFormat"]["json_schema"] == {"name": "answer", "schema": SCHEMA}
    assert [item["identifier"] for item in langwatch["inputs"]] == ["tone", "q", "history"]


def test_a_draft_changes_field_by_field(registry: Registry) -> None:
    editor = registry.editor
    version = create(editor, **CHAT).json["version"]
    path = f"/v1/prompts/{version['prompt_id']}/versions/1"

    def change(**body: Any) -> dict[str, Any]:
        response = editor("PUT", path, body)
        assert response.status == 200, response.text
        changed: dict[str, Any] = response.json["version"]
        return changed

    assert change(template=version["template"])["messages"] == MESSAGES
    assert change(tools=None)["tools"] is None
    assert change(inputs=None)["inputs"] is None
    assert change(response_format=None)["response_format"] is None
    fewer = change(messages=MESSAGES[:1])
    assert (fewer["messages"], fewer["template"]) == (MESSAGES[:1], "Be {{ tone }}")
    plain = change(template="plain")
    assert (plain["messages"], plain["template"], plain["model"]) == (
        None,
        "plain",
        "openai/gpt-4o",
    )
    again = change(messages=MESSAGES, response_format=FORMAT)
    assert (again["messages"], again["response_format"]) == (MESSAGES, FORMAT)


def test_a_conversation_becomes_its_own_text(registry: Registry) -> None:
    messages = [{"role": "user", "content": "Hello"}]
    version = create(registry.editor, messages=messages).json["version"]
    path = f"/v1/prompts/{version['prompt_id']}/versions/1"

    same = registry.editor("PUT", path, {"template": "Hello"}).json["version"]
    text = registry.editor("PUT", path, {"template": "Hello", "messages": None}).json["version"]

    assert (same["messages"], text["messages"]) == (messages, None)
    assert (same["template"], text["template"]) == ("Hello", "Hello")


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"template": "x", "messages": MESSAGES}, ""),
        ({"messages": []}, "messages"),
        ({"messages": "x"}, "messages"),
        ({"messages": [5]}, "messages"),
        ({"messages": [{"content": "x"}]}, "messages[0].role"),
        ({"messages": [{"role": "king", "content": "x"}]}, "messages[0].role"),
        ({"messages": [{"role": ["user"], "content": "x"}]}, "messages[0].role"),
        ({"messages": [{"role": "user", "content": 5}]}, "messages[0].content"),
        ({"messages": [{"role": "user", "content": [5]}]}, "messages[0].content"),
        ({"messages": [{"role": "user", "content": [{}]}]}, "messages[0].content[0].type"),
        (
            {"messages": [{"role": "user", "content": [{"type": "text"}]}]},
            "messages[0].content[0].text",
        ),
        ({"messages": [{"role": "user", "tool_calls": 5}]}, "messages[0].tool_calls"),
        ({"messages": [{"type": "placeholder"}]}, "messages[0].name"),
        ({"messages": [{"role": "user", "content": "a\0"}]}, "messages"),
        ({"messages": [{"role": "user"}] * 1001}, "messages"),
        ({"template": "x", "tools": {}}, "tools"),
        ({"template": "x", "tools": [1]}, "tools"),
        ({"template": "x", "response_format": []}, "response_format"),
        ({"template": "x", "response_format": {}}, "response_format"),
        ({"template": "x", "inputs": [{"type": "str"}]}, "inputs[0].name"),
        ({"template": "x", "inputs": [{"name": "a", "type": 5}]}, "inputs[0].type"),
        ({"template": "x", "inputs": [{"name": "a", "required": "no"}]}, "inputs[0].required"),
        ({"template": "x", "inputs": [{"name": "a"}, {"name": "a"}]}, "inputs"),
    ],
)
def test_what_is_no_conversation_is_refused_by_its_path(
    registry: Registry, body: Any, path: str
) -> None:
    refused = create(registry.editor, **body)

    assert refused.status == 400, refused.text
    assert path in refused.error


def test_each_message_is_a_template_by_itself(registry: Registry) -> None:
    messages = [
        {"role": "system", "content": "{% if a %}"},
        {"role": "user", "content": "x{% endif %}"},
    ]

    refused = create(registry.editor, messages=messages, engine="jinja")

    assert (refused.status, refused.json["code"]) == (400, "invalid_template")
    assert "messages[0]" in refused.error


def render(registry: Registry, version: dict[str, Any], body: Any) -> Response:
    path = f"/v1/prompts/{version['prompt_id']}/versions/{version['version']}/render"
    return registry.viewer("POST", path, body)


def test_a_conversation_is_rendered_message_by_message(registry: Registry) -> None:
    version = create(registry.editor, **CHAT).json["version"]
    variables = {"tone": "{{ kind }}", "q": "Who", "history": HISTORY}

    rendered = render(registry, version, {"variables": variables})

    assert rendered.status == 200, rendered.text
    system = {"role": "system", "content": [{"type": "text", "text": "Be {{ kind }}", **CACHE}]}
    user = MESSAGES[2] | {"content": [{"type": "text", "text": "Who?"}, IMAGE]}
    assert rendered.json["messages"] == [system, *HISTORY, user, *MESSAGES[3:]]
    assert rendered.json["rendered"] == "Be {{ kind }}\n\nWho?\n\n42"
    for name in ("model", "model_params", "tools", "response_format"):
        assert rendered.json[name] == CHAT[name]


def test_all_that_is_missing_is_named_at_once(registry: Registry) -> None:
    version = create(registry.editor, **CHAT).json["version"]

    nothing = render(registry, version, {})
    no_list = render(registry, version, {"variables": {"tone": "a", "q": "b", "history": "c"}})

    assert nothing.status == no_list.status == 422
    assert [detail["path"] for detail in nothing.json["details"]] == [
        "variables.q",
        "variables.tone",
        "variables.history",
    ]
    assert [detail["path"] for detail in no_list.json["details"]] == ["variables.history"]
    path = f"/v1/prompts/{version['prompt_id']}/versions/1/variables"
    assert registry.viewer("GET", path).json["variables"] == ["history", "q", "tone"]


def test_what_a_placeholder_is_filled_with_is_checked_as_messages_are(registry: Registry) -> None:
    messages = [{"type": "placeholder", "name": "history"}]
    version = create(registry.editor, messages=messages, engine="liquid").json["version"]
    good: dict[str, Any] = {"role": "user", "content": "x"}
    bad: dict[str, Any] = {
        "": ["c", None, {}, [5], [good, "x"], [good] * 1001, [{**good, "content": "a\0"}]],
        "[1].role": [[good, {**good, "role": role}] for role in ("zz", ["user"], None)],
        "[0].role": [messages, [{"content": "x"}]],
        "[0].content": [[{**good, "content": 5}]],
        "[0].content[0].type": [[{**good, "content": [{}]}]],
        "[0].tool_calls": [[{**good, "tool_calls": 5}]],
    }

    for history in ([], [good], [{"role": "assistant", "tool_calls": [CALL]}]):
        rendered = render(registry, version, {"variables": {"history": history}})
        assert rendered.json["messages"] == history
    for path, values in bad.items():
        for value in values:
            refused = render(registry, version, {"variables": {"history": value}})
            assert (refused.status, refused.json["code"]) == (422, "template_failed"), value
            assert f"variables.history{path}" in refused.error
            assert "missing" not in refused.text
    missing = render(registry, version, {"variables": {}}).json["details"]
    assert missing[0]["message"] == "variables.history is missing; the template uses it"


@pytest.mark.parametrize(
    ("count", "history"),
    [
        (20_000, [{"role": "user"}] * 200),  # steps
        (3, [{"role": "user", "content": "x" * 1_900_000}]),  # bytes
        (1_000, [{"role": "user", "content": "\u00e9" * 3000}]),
        (300_001, []),
    ],
)
@pytest.mark.usefixtures("memory")
def test_filling_placeholders_is_bounded_before_it_is_done(
    count: int, history: list[dict[str, Any]]
) -> None:
    content = Content(messages=[{"type": "placeholder", "name": "h"}] * count)
    histories = {"h": history}
    few = replace(content, messages=content.messages[:2] if content.messages else None)
    rendering = templates.render(few, histories, get_settings(), histories=histories)
    assert rendering.messages == history * 2

    tracemalloc.start()
    with pytest.raises(LimitReached, match="send fewer"):
        templates.render(content, histories, get_settings(), histories=histories)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    # References of as long a list as there are names, and what is sent encoded twice.
    assert peak < 100 * count + 3 * len(str(history)) + 1_000_000


def test_all_messages_together_have_the_limits_of_one_rendering(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A variable that is empty in the whole text is the caller's in a message by itself."""
    loop = "{% for a in l %}{% for b in l %}{% for c in l %}{% endfor %}{% endfor %}{% endfor %}"
    messages = [{"role": "system", "content": "{% set l = [] %}"}]
    messages += [{"role": "user", "content": loop}] * 99
    version = create(registry.editor, messages=messages, engine="jinja").json["version"]
    short = render(registry, version, {"variables": {"l": [1]}})
    assert short.status == 200, short.text

    refused = render(registry, version, {"variables": {"l": [*range(20)]}})

    assert (refused.status, refused.json["code"]) == (422, "limit_reached")


def test_a_payload_gives_the_variables_that_the_body_does_not(registry: Registry) -> None:
    editor = registry.editor
    version = create(editor, template="{{.a}} {{.b}}").json["version"]
    path = f"/v1/prompts/{version['prompt_id']}/payloads"
    payload = editor("POST", path, {"variables": {"a": "A", "b": "B"}}).json["payload"]
    other = create(editor, template="x").json["version"]

    def send(version: dict[str, Any], **body: Any) -> Response:
        return render(registry, version, body)

    assert send(version, payload_id=payload["id"]).json["rendered"] == "A B"
    both = send(version, payload_id=payload["id"], variables={"b": "C"})
    assert both.json["rendered"] == "A C"
    missing = [
        send(version, payload_id=UNKNOWN_ID),
        send(other, payload_id=payload["id"]),
        send(version, payload_id="x"),
        send(version, payload_id=5),
    ]
    assert [response.status for response in missing] == [404, 404, 400, 400]


def test_a_large_conversation_is_read_without_its_messages_natively(registry: Registry) -> None:
    text = "a" * 1_400_000
    created = create(registry.editor, messages=[{"role": "user", "content": text}])

    version = created.json["version"]
    rendered = render(registry, version, {})

    assert (version["template"], version["messages"]) == (text, [])
    assert version["omissions"] == ["messages"]
    assert (rendered.json["rendered"], rendered.json["messages"]) == (text, [])
    assert rendered.json["omissions"] == ["messages"]


def test_no_message_sees_what_another_one_sets(registry: Registry) -> None:
    messages = [
        {"role": "system", "content": "{% set x = 'X' %}"},
        {"role": "user", "content": "{{ x }}"},
    ]
    version = create(registry.editor, messages=messages, engine="jinja").json["version"]

    rendered = render(registry, version, {})

    assert rendered.status == 422
    assert [detail["path"] for detail in rendered.json["details"]] == ["variables.x"]
