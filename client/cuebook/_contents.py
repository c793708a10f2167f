"""Contents of versions, as the service shows them, and their rendering."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._rendering.engines import compile_template  # which loads an engine when it is needed
from ._rendering.errors import (
    LimitExceededError,
    MissingVariableError,
    TemplateExecutionError,
    TemplateSyntaxError,
)
from ._rendering.limits import Limits, Usage, check_tokens
from .conversations import is_placeholder, list_texts, replace_texts
from .errors import RenderError, UnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ._rendering.engines import Template

LIMITS = Limits()

Document = dict[str, Any]  # a JSON object


class Content:
    """What a version has, as the service shows it; nobody changes it.

    Attributes:
        document: The version, as the service shows it.
    """

    __slots__ = ("_templates", "document", "engine", "includes", "messages", "template")

    def __init__(self, document: Document, includes: Sequence[Document] = ()) -> None:
        """Take a version.

        Args:
            document: The version, as the service shows it, with all parts in its texts.
            includes: The versions whose texts are parts of its own.

        Raises:
            UnavailableError: The document has not the shape of a version.
        """
        self.document = document
        self.includes = (*includes,)
        self.template: Any = document.get("template")
        self.messages: list[Document] | None = document.get("messages") or None
        self.engine: str = document.get("engine", "go")
        self._templates: list[Template] | None = None
        if not isinstance(self.template, str) or not isinstance(self.engine, str):
            raise UnavailableError("the service has sent a version without a text")
        if not isinstance(self.messages, list | None) or not all(
            isinstance(message, dict) for message in self.messages or ()
        ):
            raise UnavailableError("the service has sent a conversation that is no list of objects")
        for name, kind in (("model_params", dict), ("tools", list), ("inputs", list)):
            if not isinstance(document.get(name) or kind(), kind):
                raise UnavailableError(f"the service has sent {name} that are no {kind.__name__}")

    @property
    def texts(self) -> list[str]:
        """The template, or each text of the conversation."""
        if self.messages is None:
            return [self.template]
        return [text for message in self.messages for text in list_texts(message)]

    @property
    def placeholder_names(self) -> list[str]:
        """The names of the placeholders, in order."""
        messages = self.messages or ()
        return [str(message.get("name")) for message in messages if is_placeholder(message)]

    def compile(self) -> list[Template]:
        """Compile the texts, once.

        Raises:
            RenderError: A text is not a template in its language, or its engine is not installed.
        """
        if self._templates is None:
            names = frozenset[str]()
            if self.engine == "tela":
                inputs = self.document.get("inputs") or ()
                names = frozenset(item["name"] for item in inputs)
            try:
                check_tokens(self.texts, self.engine)
                self._templates = [
                    compile_template(text, engine=self.engine, limits=LIMITS, names=names)
                    for text in self.texts
                ]
            except (LimitExceededError, TemplateSyntaxError) as error:
                raise RenderError(f"template execution failed: {error}") from error
            except ModuleNotFoundError as error:
                if error.name != "liquid":
                    raise
                raise RenderError(
                    "a prompt in Liquid needs the extra `liquid`: pip install './client[liquid]'"
                ) from error
        return self._templates

    def list_variables(self) -> list[str]:
        """List what a rendering may be given: variables of the texts, and names of placeholders.

        Raises:
            RenderError: A text is not a template in its language.
        """
        names = {name for template in self.compile() for name in template.list_variables()}
        return sorted(names.union(self.placeholder_names))

    def list_required_variables(self) -> list[str]:
        """List what a rendering must be given: placeholders, and variables in Go and Jinja.

        Raises:
            RenderError: A text is not a template in its language.
        """
        names = set(self.placeholder_names)
        if self.engine in ("go", "jinja"):
            names.update(*(template.list_required_variables() for template in self.compile()))
        return sorted(names)

    def list_missing(self, variables: Mapping[str, Any]) -> list[str]:
        """List the names of variables that the texts use and that have no value, sorted."""
        return sorted({name for one in self.compile() for name in one.list_missing(variables)})

    def render(
        self, variables: Mapping[str, Any], *, is_strict: bool
    ) -> tuple[str, list[Document] | None]:
        """Render each text by itself.

        Args:
            variables: Values by name, and lists of messages by the names of placeholders.
            is_strict: Whether a missing variable is an error, as it always is in Go and Jinja.

        Returns:
            The text, of a conversation its texts, and the messages of a conversation.

        Raises:
            RenderError: The texts cannot be rendered with these variables.
        """
        templates, usage = self._templates or self.compile(), Usage()
        try:
            texts = [
                template.render(variables, limits=LIMITS, is_strict=is_strict, usage=usage)
                for template in templates
            ]
        except (TemplateExecutionError, LimitExceededError) as error:
            absent = set[str]()
            if isinstance(error, MissingVariableError):
                for template in templates:
                    required = template.list_required_variables()
                    absent |= {*required} & {*template.list_missing(variables)}
            raise RenderError(f"template execution failed: {error}", sorted(absent)) from error
        if self.messages is None:
            return texts[0], None
        text = "\n\n".join(filter(None, map("\n".join, self._group(texts))))
        return text, [*self._replace_texts(texts, variables)]

    def _replace_texts(self, texts: list[str], variables: Mapping[str, Any]) -> Iterator[Document]:
        rest = iter(texts)
        for message in self.messages or ():
            if is_placeholder(message):
                yield from _get_history(message, variables)
            else:
                yield replace_texts(message, rest)

    def _group(self, texts: list[str]) -> Iterator[list[str]]:
        """Group rendered texts by the message that they are of."""
        rest = iter(texts)
        for message in self.messages or ():
            if not is_placeholder(message):
                yield [next(rest) for _ in list_texts(message)]


def _get_history(message: Document, variables: Mapping[str, Any]) -> list[Document]:
    """Get the messages that a placeholder stands for.

    Raises:
        RenderError: The variables have no list of messages by its name.
    """
    name = str(message.get("name"))
    history = variables.get(name)
    if isinstance(history, list) and all(
        isinstance(each, dict) and isinstance(each.get("role"), str) for each in history
    ):
        return history
    raise RenderError(
        "template execution failed: a placeholder has no messages; send a list of messages in the "
        "variable of its name",
        [name],
    )
