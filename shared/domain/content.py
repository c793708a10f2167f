"""The content of a version: the one model that every dialect reads and writes."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, get_args

from shared import exact_json
from shared.domain.shapes import check_shape
from shared.domain.stored import EXTRAS, check_parts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from shared.domain.shapes import Shape

Engine = Literal["go", "jinja"]
ENGINES: tuple[Engine, ...] = get_args(Engine)
Document = dict[str, Any]  # a JSON object
# Stored names of fields, where they differ.
STORED_NAMES = {"extras": "written"}
# What every release relies on in the stored form; names of engines may be those of a later one.
SHAPES: Mapping[str, Shape] = {
    "template": str,
    "messages": [dict],
    "engine": str,
    "provider": str,
    "model": str,
    "parameters": dict,
    "inputs": [{"name": str}],
    "outputs": [{"name": str}],
    "tools": [dict],
    "extras": {...: dict},
}


@dataclass(frozen=True, kw_only=True)
class Content:
    """The immutable part of a version; its text is either in `template` or in `messages`.

    Attributes:
        template: The text to render; None for a conversation.
        messages: A conversation in OpenAI's format: `role`, `content` (a text, a list of `text`
            and `image_url` parts, or null), `tool_calls`, `tool_call_id`.
        engine: The template language of the texts.
        provider: The provider of the model that the version was written for.
        model: The model's name without its provider.
        parameters: Parameters of the model by their common names, such as `max_tokens`.
        inputs: Declared variables: `name`, `type` (LangWatch's names of types, or `file`),
            `required`, `description`, and fields that only one dialect has; None if the version
            declares none.
        outputs: What the model must produce: `name`, `type`, and for JSON a `schema`.
        tools: Tools that the model may call.
        extras: Fields that only one dialect has, by dialect; see `shared.dialects.lenses`.
        rest: Fields of another release, which are stored again.
    """

    template: str | None = None
    messages: Sequence[Document] | None = None
    engine: Engine = "go"
    provider: str | None = None
    model: str | None = None
    parameters: Document | None = None
    inputs: Sequence[Document] | None = None
    outputs: Sequence[Document] | None = None
    tools: Sequence[Document] | None = None
    extras: Mapping[str, Document] = field(default_factory=dict)
    rest: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def load(cls, document: str) -> Content:
        """Load a content from its stored form, which it keeps as long as it is not revised.

        Raises:
            ValueError: The document is not JSON.
            TypeError: The document, or one of its fields, has another shape.
        """
        values = check_shape(exact_json.decode_unbounded(document), dict)
        fields = {
            name: check_shape(values.pop(stored_name), SHAPES[name])
            for name in SHAPES
            if (stored_name := STORED_NAMES.get(name, name)) in values
        }
        check_parts(fields.get("extras", {}), EXTRAS)
        content = cls(**fields, rest=values)
        content.__dict__["document"] = document
        return content

    @cached_property
    def document(self) -> str:
        """The stored form: JSON of all fields that are not None.

        Keys keep their order, because models produce properties in the order of their schema.
        """
        values = {STORED_NAMES.get(name, name): getattr(self, name) for name in SHAPES}
        values[STORED_NAMES["extras"]] = self.extras or None
        fields = {name: value for name, value in values.items() if value is not None}
        return exact_json.encode({**fields, **self.rest})

    @property
    def qualified_model(self) -> str | None:
        """The model's name after its provider's, as in `openai/gpt-4o`."""
        return f"{self.provider}/{self.model}" if self.provider and self.model else self.model

    @property
    def text(self) -> str:
        """The template, or the texts of the conversation, separated by empty lines."""
        if self.template is not None:
            return self.template
        return "\n\n".join(filter(None, map(join_texts, self.messages or ())))

    @property
    def conversation(self) -> list[Document]:
        """The messages, or the template as the only, system message."""
        if self.messages is not None:
            return list(self.messages)
        return [{"role": "system", "content": self.template or ""}]


def split_model(name: str) -> tuple[str | None, str]:
    """Split a qualified name into provider and model; the provider is None if it names none."""
    provider, slash, model = name.partition("/")
    return (provider, model) if provider and slash and model else (None, name)


def join_texts(message: Mapping[str, Any]) -> str:
    """Join the texts of a message, whose content is one text or a list of parts."""
    content = message.get("content")
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else ()
    texts = (
        part.get("text") for part in parts if isinstance(part, dict) and part.get("type") == "text"
    )
    return "\n".join(text for text in texts if isinstance(text, str))
