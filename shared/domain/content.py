"""The content of a version: the one model that every dialect reads and writes."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, get_args

from shared import exact_json
from shared.conversations import is_placeholder, join_texts, list_places, replace_texts
from shared.domain.outputs import get_own_parameters, load_outputs
from shared.domain.shapes import check_shape
from shared.domain.stored import EXTRAS, check_parts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from shared.domain.references import Composition
    from shared.domain.shapes import Shape

Engine = Literal["go", "jinja", "liquid", "simple", "text", "tela"]
ENGINES: tuple[Engine, ...] = get_args(Engine)
Document = dict[str, Any]  # a JSON object
TEMPLATE = "template"  # the path of the text that is no message
MESSAGES = "messages"  # and that of all others together
# Stored names of fields, where they differ.
STORED_NAMES = {"extras": "written"}
# What every release relies on in the stored form; names of engines may be those of a later one.
SHAPES: Mapping[str, Shape] = {
    "template": str,
    "messages": [dict],
    "engine": str,
    "apart": bool,
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
        apart: Whether each text of a conversation is a template of its own. Earlier releases
            rendered conversations in Go and Jinja as one text, and theirs still are.
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
    apart: bool = True
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
        if content._can_be_one_text and "apart" not in fields:
            content = replace(content, apart=False)
        content.__dict__["document"] = document
        return content

    @cached_property
    def document(self) -> str:
        """The stored form: JSON of all fields that are not None.

        Keys keep their order, because models produce properties in the order of their schema.
        """
        values = {STORED_NAMES.get(name, name): getattr(self, name) for name in SHAPES}
        values[STORED_NAMES["extras"]] = self.extras or None
        values["apart"] = True if self._can_be_one_text and self.apart else None
        fields = {name: value for name, value in values.items() if value is not None}
        return exact_json.encode({**fields, **self.rest})

    @property
    def is_kept_apart(self) -> bool:
        """Whether the stored form was loaded from where it is kept apart from its version."""
        return bool(self.__dict__.get("_is_kept_apart"))

    def note_kept_apart(self) -> None:
        """Note that the stored form of this object need not be stored again for other versions."""
        self.__dict__["_is_kept_apart"] = True

    @property
    def composition(self) -> Composition | None:
        """What the references in its texts stand for; None without any, or if that is not known.

        It is no part of the content, which has the references.
        """
        composition: Composition | None = self.__dict__.get("_composition")
        return composition

    def attach(self, composition: Composition | None) -> None:
        """Attach what the references in the texts of this object stand for."""
        self.__dict__["_composition"] = composition
        self.__dict__.pop("_memory", None)

    def compose(self, composition: Composition | None) -> Content:
        """Copy the content, with what the references in its texts stand for."""
        content = copy(self)
        content.attach(composition)
        return content

    @property
    def memory(self) -> dict[Any, Any]:
        """What was made of this object, for those that make it again."""
        memory: dict[Any, Any] = self.__dict__.setdefault("_memory", {})
        return memory

    @property
    def whole(self) -> Content:
        """The content with all parts in its texts; the same object without any."""
        if (composition := self.composition) is None:
            return self
        from shared.domain.references import resolve_text  # which most contents do not need

        return self.map_texts(lambda text: resolve_text(text, composition.texts))

    @property
    def qualified_model(self) -> str | None:
        """The model's name after its provider's, as in `openai/gpt-4o`."""
        return f"{self.provider}/{self.model}" if self.provider and self.model else self.model

    @property
    def own_parameters(self) -> Document | None:
        """The parameters without a response format that outputs have replaced."""
        return get_own_parameters(self.outputs, self.parameters)

    @property
    def expected_outputs(self) -> Sequence[Document] | None:
        """The outputs, or else those of the response format; None without either."""
        return self.outputs if self.outputs is not None else load_outputs(self.parameters)

    @property
    def text(self) -> str:
        """The template, or the texts of the conversation, separated by empty lines."""
        if self.template is not None:
            return self.template
        messages = (each for each in self.messages or () if not is_placeholder(each))
        return "\n\n".join(filter(None, map(join_texts, messages)))

    @property
    def is_one_text(self) -> bool:
        """Whether the texts of the conversation are rendered as one."""
        return self._can_be_one_text and not self.apart

    @property
    def _can_be_one_text(self) -> bool:
        return self.messages is not None and self.engine in ("go", "jinja")

    @property
    def texts(self) -> list[str]:
        """The template, or each text of the conversation."""
        return [text for _, text in self.placed_texts]

    @property
    def placed_texts(self) -> list[tuple[str, str]]:
        """The texts, each with its path, such as `template` or `messages[0].content`."""
        if self.messages is None:
            return [(TEMPLATE, self.template or "")]
        return [
            (f"messages[{number}].{place}", text)
            for number, message in enumerate(self.messages)
            for place, text in list_places(message)
        ]

    @property
    def placeholder_names(self) -> list[str]:
        """The names of the placeholders, as often as there are such."""
        return [
            str(message.get("name")) for message in self.messages or () if is_placeholder(message)
        ]

    @property
    def own_names(self) -> frozenset[str]:
        """The names of the declared variables, where the language of the texts depends on them."""
        if self.engine != "tela":
            return frozenset()
        return frozenset(item["name"] for item in self.inputs or ())

    def map_texts(self, convert: Callable[[str], str]) -> Content:
        """Convert each text.

        Returns:
            The content with the new texts; the same object if none has changed.
        """
        texts = self.texts
        results = [convert(text) for text in texts]
        if results == texts:
            return self
        if self.messages is None:
            return replace(self, template=results[0])
        rest = iter(results)
        return replace(self, messages=[replace_texts(message, rest) for message in self.messages])

    def drop_placeholders(self) -> Content:
        """Leave out the placeholders, for dialects that have none."""
        messages = [message for message in self.messages or () if not is_placeholder(message)]
        if len(messages) == len(self.messages or ()):
            return self
        return replace(self, messages=messages).compose(self.composition)

    def add_placeholders(self, base: Content) -> Content:
        """Add the placeholders of another content, each after as many messages as it is there."""
        count, messages = 0, self.conversation
        placeholders = []
        for message in base.messages or ():
            if is_placeholder(message):
                placeholders.append((count, message))
            else:
                count += 1
        for index, placeholder in reversed(placeholders):
            messages.insert(index, placeholder)
        return replace(self, template=None, messages=messages) if placeholders else self

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
