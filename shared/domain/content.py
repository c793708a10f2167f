"""The content of a version: the one model that every dialect reads and writes."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, get_args

from shared import exact_json

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Engine = Literal["go", "jinja"]
ENGINES: tuple[Engine, ...] = get_args(Engine)
Document = dict[str, Any]  # a JSON object
# Stored names of fields, where they differ.
STORED_NAMES = {"extras": "written"}


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

    @classmethod
    def load(cls, document: str) -> Content:
        """Load a content from its stored form.

        Fields of later releases, which this release does not have, are ignored.
        """
        values = exact_json.decode(document, depth=exact_json.STORED_DEPTH)
        return cls(
            **{
                field.name: values[name]
                for field in fields(cls)
                if (name := STORED_NAMES.get(field.name, field.name)) in values
            }
        )

    @cached_property
    def document(self) -> str:
        """The stored form: JSON of all fields that are not None.

        Keys keep their order, because models produce properties in the order of their schema.
        """
        values = {
            STORED_NAMES.get(field.name, field.name): getattr(self, field.name)
            for field in fields(self)
        }
        values[STORED_NAMES["extras"]] = self.extras or None
        return exact_json.encode(
            {name: value for name, value in values.items() if value is not None}
        )

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
    texts = (part.get("text") for part in content or () if part.get("type") == "text")
    return "\n".join(text for text in texts if isinstance(text, str))
