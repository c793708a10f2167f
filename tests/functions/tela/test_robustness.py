"""Whatever is sent, it is taken or refused in Tela's words: it is never a fault of ours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.functions.tela.calls import build_body, create_version, get_version, update_version

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.client import Registry, Response

PROPERTY = settings(max_examples=60)
NAMES = st.sampled_from(
    [
        *("promptId", "prompt_id", "title", "content", "markdownContent", "configuration"),
        *("variables", "promoted", "draft", "messages", "model", "type", "temperature"),
        *("structuredOutput", "structured_output", "schema", "schema_", "document", "enabled"),
        *("name", "required", "processingOptions", "role", "index", "model_config", "__class__"),
    ]
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["chat", "text", "file", "user", "", "m", "\0", "\ud800", "{{ a", "é"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(NAMES, inner, max_size=5)
        | st.fixed_dictionaries({"model": inner, "type": st.just("chat")})
    ),
    max_leaves=12,
)


@PROPERTY
@given(st.dictionaries(NAMES, VALUES, max_size=4))
@example({"promoted": True})
def test_bodies(registry: Registry, fields: dict[str, Any]) -> None:
    prompt_id = registry.editor.create_prompt()["id"]
    draft = create_version(registry.editor, prompt_id, draft=True)

    def send_fields() -> Iterator[Response]:
        """Each is looked at before the next, which may take the promotion from it."""
        yield registry.editor("POST", "/prompt-version", build_body(prompt_id) | fields)
        yield update_version(registry.editor, draft["id"], **fields)

    for answer in send_fields():
        if answer.status == 200:
            version = answer.json
            assert get_version(registry.viewer, version["id"]) == version
            assert update_version(registry.editor, version["id"], **version).json == version
        else:
            assert answer.status in (400, 404)
            assert answer.json["status"] == answer.status
            assert answer.json["message"]


@PROPERTY
@given(st.text(max_size=20), st.sampled_from(["promptId", "projectId", "limit", "cursor"]))
def test_queries(registry: Registry, text: str, name: str) -> None:
    value = quote(text.encode(errors="replace"))

    send_fields = [
        registry.viewer("GET", f"{path}?{name}={value}")
        for path in ("/prompt-version", "/prompt", "/project", "/api-key")
    ]

    assert {answer.status for answer in send_fields} <= {200, 400, 404}
