"""The client renders what the service renders."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cuebook import Fallback, RenderError
from cuebook._copies import load_copy
from cuebook.prompts import build_fallback
from shared.domain.content import Engine

if TYPE_CHECKING:
    from cuebook import Prompt
    from tests.client import Client, Registry

HERE = Path(__file__).parent
CASES = json.loads((HERE / "language_cases.json").read_text(encoding="utf-8"))
GO = json.loads((HERE.parent / "unit/rendering/go_cases.json").read_text(encoding="utf-8"))
FRAGMENTS = (
    *("Hello ", "{{.name}}", "{{ name }}", "{{name}}", "{name}", "{other}", "{{ .n }}", "ünï 🎈"),
    *("{{if .vip}}vip{{end}}", "{{range .items}}{{.}},{{end}}", "{% if vip %}vip{% endif %}"),
    *(
        "{% for item in items %}{{ item }},{% endfor %}",
        "{{ name | upper }}",
        "{{ name | upcase }}",
    ),
    *("{{ items | length }}", "{{ items.size }}", '{{printf "%05.1f" .n}}', "{{ n + 1 }}"),
    *("{{ missing }}", "{{.missing}}", "{{", "}}", "{% ", "\n", "{# no #}", "{{- name -}}"),
)
TEXTS = st.lists(st.sampled_from(FRAGMENTS), min_size=1, max_size=5).map("".join)
VARIABLES = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from(["Ada", "", "{{x}}", "<b>", 7, None]),
        "vip": st.booleans(),
        "items": st.lists(st.integers(0, 3) | st.sampled_from(["a", "b"]), max_size=3),
        "n": st.integers(-3, 3) | st.sampled_from([1.5, 1e21]),
    },
)
CHAT = [
    {"role": "system", "content": "You greet {{.name}}."},
    {"type": "placeholder", "name": "history"},
    {
        "role": "user",
        "content": [
            {"type": "text", "text": "Hi {{.name}}"},
            {"type": "image_url", "image_url": {"url": "https://example.com/{{.name}}"}},
        ],
    },
    {"role": "assistant", "content": None, "tool_calls": [{"id": "c", "type": "function"}]},
]


def get_from_service(client: Client, slug: str, pointer: str | int = 1) -> Prompt:
    """Get what a client of the service is sent."""
    body = {"prompts": [{"name": slug, "pointer": pointer}]}
    (entry,) = client("POST", "/v1/batch", body).json["prompts"]
    return load_copy((slug, pointer), entry, len(json.dumps(entry))).hit


def render_there(client: Client, slug: str, variables: dict[str, Any], **fields: Any) -> Any:
    """Render with the service: the answer, or what it says instead."""
    response = client(
        "POST", f"/v1/prompts/{slug}/versions/1/render", {"variables": variables, **fields}
    )
    return response.json if response.status == 200 else response.json["error"]


def render_here(prompt: Prompt, variables: dict[str, Any], *, strict: bool = False) -> Any:
    """Render with the client: the same."""
    try:
        rendering = prompt.render(variables, strict=strict)
    except RenderError as error:
        return str(error)
    answer: dict[str, Any] = {"rendered": rendering, "missing": rendering.missing}
    return answer | ({} if prompt.source_messages is None else {"messages": rendering.messages})


def compare(here: Any, there: Any) -> None:
    assert type(here) is type(there), (here, there)
    if isinstance(there, dict):
        assert here == {name: there[name] for name in here}
    else:
        assert here == there


@pytest.mark.parametrize("engine", get_args(Engine))
@given(text=TEXTS, variables=VARIABLES, strict=st.booleans())
def test_a_text_is_rendered_to_the_same(
    registry: Registry, engine: str, text: str, variables: dict[str, Any], strict: bool
) -> None:
    client = registry.editor
    prompt = client.create_prompt()
    made = client(
        "POST",
        f"/v1/prompts/{prompt['id']}/versions",
        {"template": text, "engine": engine, "inputs": [{"name": "name", "type": "str"}]},
    )
    if made.status != 201:
        return  # no template of this engine

    there = render_there(client, prompt["slug"], variables, strict=strict)
    here = render_here(get_from_service(client, prompt["slug"]), variables, strict=strict)

    compare(here, there)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['engine']} {case['template']}")
def test_both_sides_render_the_same_scenario(registry: Registry, case: dict[str, Any]) -> None:
    client = registry.editor
    prompt = client.create_prompt()
    inputs = [{"name": "name", "type": "str"}]
    body = {"template": case["template"], "engine": case["engine"], "inputs": inputs}
    assert client("POST", f"/v1/prompts/{prompt['id']}/versions", body).status == 201

    there = render_there(client, prompt["slug"], case["variables"])
    here = render_here(get_from_service(client, prompt["slug"]), case["variables"])

    assert there["rendered"] == case["text"]
    assert here["rendered"] == case["text"]
    compare(here, there)


def test_there_is_a_scenario_of_each_language() -> None:
    assert {case["engine"] for case in CASES} == {*get_args(Engine)}


def test_the_client_renders_what_go_rendered() -> None:
    """The file is the one of the service's engine, tests/unit/rendering/test_go_cases.py."""
    for case in GO["cases"]:
        prompt = build_fallback(case["template"], name="p", pointer="live")
        try:
            text: str | None = prompt.render(GO["variables"][case["variables"]])
        except RenderError:
            text = None
        assert text == case.get("text"), case


@pytest.mark.parametrize(
    "variables",
    [
        {"name": "Ada", "history": [{"role": "user", "content": "{{.name}}?"}]},
        {"name": "Ada", "history": []},
        {"name": "Ada"},
        {"history": []},
        {},
    ],
)
def test_a_conversation_is_rendered_to_the_same(
    registry: Registry, variables: dict[str, Any]
) -> None:
    client = registry.editor
    prompt = client.create_prompt()
    client("POST", f"/v1/prompts/{prompt['id']}/versions", {"messages": CHAT})

    there = render_there(client, prompt["slug"], variables)
    here = render_here(get_from_service(client, prompt["slug"]), variables)

    compare(here, there)


def test_a_fallback_can_be_a_conversation() -> None:
    prompt = build_fallback([{"role": "user", "content": "Hi"}], name="p", pointer="live")

    assert prompt.messages() == [{"role": "user", "content": "Hi"}]
    assert prompt.model is None


def test_a_rendering_is_its_text_with_more() -> None:
    fallback = Fallback(template="Hello {{ name }}", engine="simple", model="m", params={"n": 1})
    prompt = build_fallback(fallback, name="greeting", pointer="live")
    rendering = prompt.render()

    assert rendering == "Hello {{ name }}"
    assert (rendering.missing, rendering.prompt) == (["name"], prompt)
    assert rendering.messages == [{"role": "system", "content": "Hello {{ name }}"}]
    assert (prompt.model, prompt.params, prompt.variables) == ("m", {"n": 1}, ["name"])
    with pytest.raises(RenderError):
        prompt.render(strict=True)
