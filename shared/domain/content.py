"""What a version says: the one canonical model that every dialect writes to and reads from."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Literal

from shared import wire

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Engine = Literal["go", "jinja"]
ENGINES: tuple[Engine, ...] = ("go", "jinja")
Document = dict[str, Any]  # a JSON object


@dataclass(frozen=True, kw_only=True)
class Content:
    """The immutable part of a version; of the text, either `template` or `messages` is given.

    Args:
        template: one text to render, where the version is that and no conversation.
        messages: a conversation, in OpenAI's shape: `role`, `content` (a text, a list of `text`
            and `image_url` parts, or null), `tool_calls`, `tool_call_id`.
        engine: the language of the texts.
        provider, model: what it was written for, apart.
        parameters: of the model, by their common names: `temperature`, `max_tokens`, …
        inputs: the declared variables: `name`, `type` (LangWatch's words, or `file`), `required`,
            `description`, and what else a dialect says of them; None when none are declared.
        outputs: what the model is to answer with: `name`, `type`, and a `schema` where it is JSON.
        tools: that the model may call.
        written: what each dialect wrote, where the fields above cannot hold all of it.
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
    written: Mapping[str, Document] = field(default_factory=dict)

    @classmethod
    def from_document(cls, document: str) -> Content:
        return cls(**wire.decode(document, depth=wire.STORED_DEPTH))

    @cached_property
    def document(self) -> str:
        """The stored form: JSON of the fields that say something.

        Keys keep their order: models answer in the order in which a schema lists its properties.
        """
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        values["written"] = self.written or None
        return wire.encode({name: value for name, value in values.items() if value is not None})

    @cached_property
    def hash(self) -> str:
        return sha256(self.document.encode()).hexdigest()

    @property
    def qualified_model(self) -> str | None:
        """The model's name behind its provider's, as in `openai/gpt-4o`."""
        return f"{self.provider}/{self.model}" if self.provider and self.model else self.model

    @property
    def text(self) -> str:
        """The version as one text: a conversation's texts, one after the other."""
        if self.template is not None:
            return self.template
        return "\n\n".join(filter(None, map(text_of, self.messages or ())))

    @property
    def conversation(self) -> list[Document]:
        """The version as messages: a lone text is what the system says."""
        if self.messages is not None:
            return list(self.messages)
        return [{"role": "system", "content": self.template or ""}]


def provider_and_model(name: str) -> tuple[str | None, str]:
    """The two parts of a qualified name; one without a provider is all model."""
    provider, slash, model = name.partition("/")
    return (provider, model) if provider and slash and model else (None, name)


def text_of(message: Mapping[str, Any]) -> str:
    """The text of a message, whether it is given as one or in parts."""
    content = message.get("content")
    if isinstance(content, str):
        return content
    texts = (part.get("text") for part in content or () if part.get("type") == "text")
    return "\n".join(text for text in texts if isinstance(text, str))
