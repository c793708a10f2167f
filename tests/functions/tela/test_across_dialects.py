"""One store: what px0's clients write is read here, and the other way round."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from shared.dialects.tela.contents import dump_content, revise_content
from shared.domain.content import Content, Document
from shared.settings import get_settings
from tests.functions.tela.calls import (
    SCHEMA,
    VARIABLES,
    create_version,
    get_flags,
    get_version,
    list_versions,
    update_version,
)

if TYPE_CHECKING:
    from tests.client import Registry


@pytest.fixture
def prompt_id(registry: Registry) -> str:
    new: str = registry.editor.create_prompt()["id"]
    return new


def test_a_text_of_px0_is_read_with_the_variables_in_it(registry: Registry, prompt_id: str) -> None:
    made = registry.editor.create_version(
        prompt_id,
        "Hello {{.name}}, {{.topic}}!",
        model="openai/gpt-4o",
        model_params={"temperature": 0.2, "top_p": 0.5, "stop": ["x"]},
        message="m" * 300,
    )

    version = get_version(registry.viewer, made["id"])

    assert version["content"] == "Hello {name}, {topic}!"
    assert version["configuration"] == {
        "model": "openai/gpt-4o",
        "temperature": 0.2,
        "topP": 0.5,
        "stop": ["x"],
        "type": "chat",
    }
    assert version["variables"] == [
        {"name": name, "type": "text", "required": True} for name in ("name", "topic")
    ]
    assert version["title"] == "m" * 256
    assert (get_flags(version), version["createdBy"]) == ((False, True), made["author"]["id"])
    assert not version.keys() & {"messages", "markdownContent"}


def test_a_version_without_a_model_is_shown_with_the_default_one(
    registry: Registry, prompt_id: str
) -> None:
    params = {"temperature": "hot", "model": "x", "type": 1}
    made = registry.editor.create_version(prompt_id, "Hi", model_params=params)

    version = get_version(registry.viewer, made["id"])

    assert version["configuration"] == {"model": get_settings().default_model, "type": "chat"}


def test_reading_and_giving_back_alters_nothing_for_px0(registry: Registry, prompt_id: str) -> None:
    made = registry.editor.create_version(
        prompt_id,
        "Hi {{.name}}",
        message="m" * 300,
        model_params={"top_p": 1, "temperature": "hot"},
    )
    version = get_version(registry.viewer, made["id"])

    answer = registry.editor("PATCH", f"/prompt-version/{made['id']}", version)

    assert answer.json == version
    path = f"/v1/prompts/{prompt_id}/versions/1"
    assert registry.viewer("GET", path).json["version"] == made


def test_a_change_of_one_field_leaves_the_others_as_px0_wrote_them(
    registry: Registry, prompt_id: str
) -> None:
    made = registry.editor.create_version(prompt_id, "Hi {{.name}}", model_params={"a": None})
    path = f"/v1/prompts/{prompt_id}/versions/1"

    update_version(registry.editor, made["id"], content="Bye {name}")
    update_version(registry.editor, made["id"], variables=VARIABLES)

    native = registry.viewer("GET", path).json["version"]
    inputs = native["inputs"]
    assert [each["name"] for each in inputs] == [each["name"] for each in VARIABLES]
    assert native == made | {"template": "Bye {name}", "engine": "tela", "inputs": inputs}
    assert get_version(registry.viewer, made["id"])["variables"] == VARIABLES


def test_markdown_beside_a_text_of_px0_leaves_the_text(registry: Registry, prompt_id: str) -> None:
    made = registry.editor.create_version(prompt_id, "Hi")

    version = update_version(registry.editor, made["id"], markdownContent="# Hi").json

    assert (version["content"], version["markdownContent"]) == ("Hi", "# Hi")


def test_px0_reads_text_model_and_parameters(registry: Registry, prompt_id: str) -> None:
    version = create_version(
        registry.editor,
        prompt_id,
        title="Why",
        content="Hi {{ name }}, {% braces",
        markdownContent="# Hi",
        configuration={"model": "openai/gpt-4o", "type": "chat", "temperature": 1, "topP": 0.5},
        promoted=True,
    )

    native = registry.viewer("GET", f"/v1/prompts/{prompt_id}/versions/live").json["version"]

    assert native["id"] == version["id"]
    assert (native["template"], native["message"]) == ("Hi {{ name }}, {% braces", "Why")
    assert (native["model"], native["engine"]) == ("openai/gpt-4o", "tela")
    assert native["model_params"] == {"temperature": 1, "top_p": 0.5}


def test_a_draft_that_px0_has_changed_shows_its_text_and_keeps_the_rest(
    registry: Registry, prompt_id: str
) -> None:
    configuration = {
        "model": "m",
        "type": "completion",
        "structuredOutput": {"enabled": False, "schema": SCHEMA},
    }
    version = create_version(
        registry.editor,
        prompt_id,
        configuration=configuration,
        variables=VARIABLES,
        messages={"role": "user", "content": "Hi"},
        draft=True,
    )

    path = f"/v1/prompts/{prompt_id}/versions/1"
    changed = registry.editor("PUT", path, {"template": "Bye"})

    assert changed.status == 200
    after = get_version(registry.viewer, version["id"])
    assert (after["content"], "messages" in after) == ("Bye", False)
    assert (after["configuration"], after["variables"]) == (configuration, VARIABLES)


NAME = [{"name": "name", "type": "text", "required": True}]


def test_px0_renders_what_tela_promoted(registry: Registry) -> None:
    prompt = registry.editor.create_prompt()
    create_version(
        registry.editor, prompt["id"], content="Hi {name}!", variables=NAME, promoted=True
    )

    rendered = registry.viewer(
        "POST", f"/v1/prompts/{prompt['slug']}/render", {"variables": {"name": "Ada"}}
    )

    assert rendered.json["rendered"] == "Hi Ada!"


def test_a_version_that_px0_archived_is_deleted_here(registry: Registry, prompt_id: str) -> None:
    version = create_version(registry.editor, prompt_id, promoted=True)

    registry.editor("POST", f"/v1/prompts/{prompt_id}/versions/1/archive")

    assert registry.viewer("GET", f"/prompt-version/{version['id']}").status == 404
    assert registry.viewer("GET", f"/prompt/{prompt_id}/promoted-version").status == 404
    assert list_versions(registry.viewer, prompt_id) == []


CONVERSATION: list[Document] = [
    {"role": "developer", "content": "Be brief."},
    {
        "role": "user",
        "content": [
            {"type": "text", "text": "What is it?"},
            {"type": "image_url", "image_url": {"url": "https://example.com/cat.png"}},
        ],
    },
    {"role": "assistant", "content": None, "tool_calls": [{"id": "1"}]},
    {"role": "tool", "tool_call_id": "1", "content": "A cat."},
]


def test_a_conversation_of_others_is_shown_as_messages_and_as_their_text(
    registry: Registry,
) -> None:
    content = Content(messages=CONVERSATION, engine="jinja")

    read: Any = dump_content(content, get_settings())

    assert read["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "What is it?"},
        {"role": "assistant", "content": None},
        {"role": "function", "content": "A cat."},
    ]
    assert read["content"] == "Be brief.\n\nWhat is it?\n\nA cat."
    assert revise_content(content, read, get_settings()) is content
    changed = revise_content(content, {"content": "One text"}, get_settings())
    assert (changed.template, changed.messages) == ("One text", None)
    changed = revise_content(content, {"messages": {"role": "user"}}, get_settings())
    assert changed.messages == [{"role": "user", "content": None}]


TEXT = {"name": "answer", "type": "str"}
ANSWER = {"name": "answer", "type": "json_schema", "schema": SCHEMA}
SCORE = {"name": "score", "type": "float"}


@pytest.mark.parametrize(
    ("outputs", "schema"),
    [
        (None, None),
        ([], None),
        ([TEXT], None),
        ([ANSWER], SCHEMA),
        (
            [SCORE],
            {
                "type": "object",
                "properties": {"score": {"type": "number"}},
                "required": ["score"],
            },
        ),
        (
            [TEXT, ANSWER | {"name": "b"}, {"name": "c", "type": "json_schema"}],
            {
                "type": "object",
                "properties": {"answer": {"type": "string"}, "b": SCHEMA, "c": {}},
                "required": ["answer", "b", "c"],
            },
        ),
    ],
)
def test_outputs_of_others_are_shown_as_one_schema(
    registry: Registry, outputs: list[Document] | None, schema: Document | None
) -> None:
    read = dump_content(Content(template="Hi", outputs=outputs), get_settings())

    shown_output = read["configuration"].get("structuredOutput")
    assert shown_output == ({"enabled": True, "schema": schema} if schema else None)


def test_declared_variables_of_others_are_files_or_texts(registry: Registry) -> None:
    inputs: list[Document] = [
        {"name": "a", "type": "float", "description": None},
        {"name": "b", "type": "image", "required": False, "description": "A picture"},
        {"name": "c", "type": "file", "processingOptions": 7},
    ]

    read = dump_content(
        Content(template="Hi {{ d }}", engine="jinja", inputs=inputs), get_settings()
    )

    assert read["variables"] == [
        {"name": "a", "type": "text", "required": True},
        {"name": "b", "type": "file", "required": False, "description": "A picture"},
        {"name": "c", "type": "file", "required": True},
    ]


@pytest.mark.parametrize("text", ["{{ a", "{% if %}", "{{.name}}"])
def test_a_text_that_is_no_template_has_no_variables(registry: Registry, text: str) -> None:
    read = dump_content(Content(template=text, engine="jinja"), get_settings())

    assert (read["content"], read["variables"]) == (text, [])


def test_the_system_says_first_what_stands_beside_the_messages(
    registry: Registry, prompt_id: str
) -> None:
    message = {"role": "user", "content": "Hi"}

    for content in ("Be kind.", "Hi", None):
        create_version(registry.editor, prompt_id, content=content, messages=message)

    path = f"/v1/prompts/{prompt_id}/versions/"
    texts = [registry.viewer("GET", f"{path}{n}").json["version"]["template"] for n in (1, 2, 3)]
    assert texts == ["Be kind.\n\nHi", "Hi", "Hi"]
