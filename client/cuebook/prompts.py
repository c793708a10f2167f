"""Prompts, as a program uses them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from . import _observer
from ._contents import Content, Document
from .errors import ConfigurationError, UnavailableError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

State = Literal["hit", "stale", "miss", "fallback"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fallback:
    """What a program uses where the service has never answered.

    Attributes:
        template: The text; None for a conversation.
        messages: The messages of a conversation.
        engine: The template language of the texts.
        model: The model.
        params: Parameters of the model.
    """

    template: str | None = None
    messages: Sequence[Mapping[str, Any]] | None = None
    engine: str = "go"
    model: str | None = None
    params: Mapping[str, Any] = field(default_factory=dict)


class Rendering(str):
    """The text of a rendered prompt, with what else a model is given.

    It is the text itself; of a conversation its texts, separated by empty lines.
    """

    _content: Content
    _prompt: Prompt
    _messages: list[Document] | None
    _variables: Mapping[str, Any]

    @property
    def prompt(self) -> Prompt:
        """What was rendered."""
        return self._prompt

    @property
    def messages(self) -> list[Document]:
        """The messages; a prompt that is a text is the only, system message."""
        if self._messages is None:
            return [{"role": "system", "content": str(self)}]
        return self._messages

    @property
    def missing(self) -> list[str]:
        """The names of variables that the prompt uses and that had no value, sorted."""
        return self._content.list_missing(self._variables)


class Prompt:
    """A version of a prompt, which nobody changes; several threads may use it.

    Attributes:
        name: The slug or the id that it was asked for by.
        pointer: What it was asked for by: `live`, a tag, or the number of a version.
        state: Where it comes from: `hit`, the client held it; `miss`, the service was asked;
            `stale`, the client held it for longer than it should; `fallback`, the program gave it.
    """

    __slots__ = ("_content", "name", "pointer", "state")

    def __init__(self, content: Content, *, name: str, pointer: str | int, state: State) -> None:
        self._content = content
        self.name = name
        self.pointer = pointer
        self.state: State = state

    def __repr__(self) -> str:
        """Describe the prompt without its texts."""
        return f"<Prompt {self.name} {self.pointer} version={self.version} {self.state}>"

    def with_state(self, state: State) -> Prompt:
        """Copy the prompt, as one that comes from elsewhere."""
        return Prompt(self._content, name=self.name, pointer=self.pointer, state=state)

    @property
    def is_fallback(self) -> bool:
        """Whether the program gave it, because the service did not."""
        return self.state == "fallback"

    @property
    def id(self) -> str | None:
        """The id of the prompt; None of a fallback."""
        return self._content.document.get("prompt_id")

    @property
    def version(self) -> int | None:
        """The number of the version; None of a fallback."""
        return self._content.document.get("version")

    @property
    def status(self) -> str | None:
        """The version's status when it was read; None of a fallback."""
        return self._content.document.get("status")

    @property
    def tags(self) -> list[str]:
        """The version's tags when it was read."""
        return list(self._content.document.get("tags") or ())

    @property
    def engine(self) -> str:
        """The template language of the texts."""
        return self._content.engine

    @property
    def template(self) -> str:
        """The text as it is written; of a conversation its texts, separated by empty lines."""
        return str(self._content.template)

    @property
    def source_messages(self) -> list[Document] | None:
        """The messages as they are written; None if the prompt is a text."""
        messages = self._content.messages
        return None if messages is None else list(messages)

    @property
    def model(self) -> str | None:
        """The model that the version names, such as `openai/gpt-4o`."""
        return self._content.document.get("model")

    @property
    def params(self) -> dict[str, Any]:
        """The parameters of the model, such as `temperature`."""
        return dict(self._content.document.get("model_params") or {})

    @property
    def tools(self) -> list[Document]:
        """The tools that the model may call."""
        return list(self._content.document.get("tools") or ())

    @property
    def response_format(self) -> Document | None:
        """The form of the model's output; None for any."""
        return self._content.document.get("response_format")

    @property
    def includes(self) -> list[Document]:
        """The versions whose texts are parts of this one's: `prompt_id`, `slug`, `version`."""
        return list(self._content.includes)

    @property
    def variables(self) -> list[str]:
        """The names of variables that the texts may use, sorted.

        Raises:
            RenderError: A text is not a template in its language.
        """
        return self._content.list_variables()

    @property
    def required_variables(self) -> list[str]:
        """The names of those without which the prompt cannot be rendered, sorted.

        Raises:
            RenderError: A text is not a template in its language.
        """
        return self._content.list_required_variables()

    @property
    def inputs(self) -> list[Document]:
        """The declared variables: the `name` of each, and its `type` and `description`."""
        return list(self._content.document.get("inputs") or ())

    def render(
        self, variables: Mapping[str, Any] | None = None, /, *, strict: bool = False, **others: Any
    ) -> Rendering:
        """Render the prompt, in this process.

        Args:
            variables: Values by name; of a placeholder a list of messages.
            strict: Whether a missing variable is an error, as it always is in Go and Jinja.
            **others: More values by name.

        Raises:
            RenderError: The prompt cannot be rendered with these variables.
        """
        values = {**variables, **others} if variables else others
        if (observer := _observer.observer) is None:
            text, messages = self._content.render(values, is_strict=strict)
        else:
            with observer.observe_rendering(self):
                text, messages = self._content.render(values, is_strict=strict)
        rendering = Rendering(text)
        rendering._prompt, rendering._content = self, self._content
        rendering._messages, rendering._variables = messages, values
        return rendering

    def messages(
        self, variables: Mapping[str, Any] | None = None, /, *, strict: bool = False, **others: Any
    ) -> list[Document]:
        """Render the prompt to messages; a prompt that is a text is the only, system message.

        The arguments and errors are those of `render`.
        """
        return self.render(variables, strict=strict, **others).messages


def build_fallback(
    fallback: str | Sequence[Mapping[str, Any]] | Fallback, *, name: str, pointer: str | int
) -> Prompt:
    """Build the prompt of what a program uses where the service has never answered.

    Args:
        fallback: A text in Go's language, a list of messages whose texts are, or a `Fallback`.
        name: The prompt that was asked for.
        pointer: What it was asked for by.

    Raises:
        ConfigurationError: The fallback is none of these.
    """
    if isinstance(fallback, str):
        fallback = Fallback(template=fallback)
    elif not isinstance(fallback, Fallback):
        fallback = Fallback(messages=fallback)
    try:
        document = {
            "template": "" if fallback.template is None else fallback.template,
            "messages": None if fallback.messages is None else [*map(dict, fallback.messages)],
            "engine": fallback.engine,
            "model": fallback.model,
            "model_params": dict(fallback.params),
        }
        content = Content(document)
    except (TypeError, ValueError, UnavailableError) as error:
        raise ConfigurationError(f"{fallback!r} is no fallback: {error}") from error
    if (fallback.template is None) == (not document["messages"]):
        raise ConfigurationError("a fallback has either a template or messages")
    return Prompt(content, name=name, pointer=pointer, state="fallback")
