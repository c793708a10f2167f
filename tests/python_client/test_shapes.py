"""Rendered prompts in the form of the requests of model providers, as they document them."""

from __future__ import annotations

from typing import Any

import pytest

from cuebook import ConfigurationError
from cuebook._contents import Content
from cuebook.prompts import Prompt, Rendering
from cuebook.shapes import to_anthropic, to_converse, to_openai

WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Get the weather.",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    },
}
CITY = {"city": "Oslo"}
MESSAGES = [
    {"role": "system", "content": "You help {{.name}}."},
    {
        "role": "user",
        "content": [
            {"type": "text", "text": "What is this?"},
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,aGk="}},
        ],
    },
    {
        "role": "assistant",
        "content": "",
        "tool_calls": [
            {
                "id": "c1",
                "type": "function",
                "function": {"name": "get_weather", "arguments": '{"city": "Oslo"}'},
            }
        ],
    },
    {"role": "tool", "tool_call_id": "c1", "content": "rain"},
]
PARAMS = {"max_tokens": 100, "temperature": 0, "stop": "END", "top_k": 5}


def render(**fields: Any) -> Rendering:
    document = {
        "template": "",
        "messages": MESSAGES,
        "engine": "go",
        "model": "acme/model-1",
        "model_params": PARAMS,
        "tools": [WEATHER],
        **fields,
    }
    prompt = Prompt(Content(document), name="p", pointer="live", state="hit")
    return prompt.render(name="Ada")


def test_openai() -> None:
    request = to_openai(render(response_format={"type": "json_object"}))

    assert request == {
        **PARAMS,
        "model": "model-1",
        "messages": [{"role": "system", "content": "You help Ada."}, *MESSAGES[1:]],
        "tools": [WEATHER],
        "response_format": {"type": "json_object"},
    }


def test_anthropic() -> None:
    request = to_anthropic(render(), [{"role": "user", "content": "And now?"}])

    assert request == {
        "model": "model-1",
        "max_tokens": 100,
        "temperature": 0,
        "stop_sequences": ["END"],
        "top_k": 5,
        "system": "You help Ada.",
        "messages": [
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "What is this?"},
                    {
                        "type": "image",
                        "source": {"type": "base64", "media_type": "image/png", "data": "aGk="},
                    },
                ],
            },
            {
                "role": "assistant",
                "content": [
                    {
                        "type": "tool_use",
                        "id": "c1",
                        "name": "get_weather",
                        "input": {"city": "Oslo"},
                    }
                ],
            },
            {
                "role": "user",
                "content": [
                    {"type": "tool_result", "tool_use_id": "c1", "content": "rain"},
                    {"type": "text", "text": "And now?"},
                ],
            },
        ],
        "tools": [
            {
                "name": "get_weather",
                "description": "Get the weather.",
                "input_schema": WEATHER["function"]["parameters"],  # type: ignore[index]
            }
        ],
    }


def test_anthropic_needs_a_maximum_of_tokens() -> None:
    request = to_anthropic(render(model_params=None, tools=None, messages=None, template="Hi"))

    assert request == {"model": "model-1", "max_tokens": 1024, "system": "Hi", "messages": []}


def test_converse() -> None:
    request = to_converse(render())

    assert request == {
        "modelId": "model-1",
        "system": [{"text": "You help Ada."}],
        "messages": [
            {
                "role": "user",
                "content": [
                    {"text": "What is this?"},
                    {"image": {"format": "png", "source": {"bytes": b"hi"}}},
                ],
            },
            {
                "role": "assistant",
                "content": [
                    {
                        "toolUse": {
                            "toolUseId": "c1",
                            "name": "get_weather",
                            "input": {"city": "Oslo"},
                        }
                    }
                ],
            },
            {
                "role": "user",
                "content": [{"toolResult": {"toolUseId": "c1", "content": [{"text": "rain"}]}}],
            },
        ],
        "inferenceConfig": {"maxTokens": 100, "temperature": 0, "stopSequences": ["END"]},
        "toolConfig": {
            "tools": [
                {
                    "toolSpec": {
                        "name": "get_weather",
                        "description": "Get the weather.",
                        "inputSchema": {"json": WEATHER["function"]["parameters"]},  # type: ignore[index]
                    }
                }
            ]
        },
        "additionalModelRequestFields": {"top_k": 5},
    }


@pytest.mark.parametrize("build", [to_anthropic, to_converse])
@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"response_format": {"type": "json_object"}}, "response_format"),
        ({"tools": [{"type": "web_search"}]}, "web_search"),
        (
            {"messages": [{"role": "user", "content": [{"type": "input_audio"}]}]},
            "input_audio",
        ),
        (
            {
                "messages": [
                    {
                        "role": "assistant",
                        "content": None,
                        "tool_calls": [{"id": "c", "function": {"name": "f", "arguments": "{"}}],
                    }
                ]
            },
            "arguments",
        ),
    ],
)
def test_what_has_no_equivalent_is_named(build: Any, fields: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        build(render(**fields))


def test_a_prompt_is_not_changed_by_its_requests() -> None:
    rendering = render()
    first = to_converse(rendering), to_anthropic(rendering)

    assert (to_converse(rendering), to_anthropic(rendering)) == first
