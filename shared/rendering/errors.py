"""Errors of all template engines."""

from __future__ import annotations

from typing import Final, Self

from ..texts import cut_message, replace_lone_surrogates

# What expressions raise; besides them only a library's own errors.
EXPRESSION_ERRORS: Final = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
LONGEST_MESSAGE: Final = 300  # characters of an error's message


class TemplateError(Exception):
    """Something is wrong with a template, or with the variables for it.

    Attributes:
        reason: What is wrong, without the place.
        line: The line of the text, counted from 1; None if it is not known.
        column: The character in the line, counted from 1; None if it is not known.
    """

    def __init__(
        self,
        message: str,
        *,
        reason: str | None = None,
        line: int | None = None,
        column: int | None = None,
    ) -> None:
        super().__init__(message)
        self.reason = message if reason is None else reason
        self.line = line
        self.column = column

    @classmethod
    def build(cls, reason: str, line: int, column: int | None = None) -> Self:
        """Build an error whose message names the line."""
        return cls(f"line {line}: {reason}", reason=reason, line=line, column=column)


class TemplateSyntaxError(TemplateError):
    """The text is not a template."""


class TemplateExecutionError(TemplateError):
    """The template cannot be rendered with these variables."""


class MissingVariableError(TemplateExecutionError):
    """A variable, or a key of one, is missing."""


class LimitExceededError(TemplateError):
    """Compiling or rendering would exceed a limit."""


def format_error(error: Exception, message: str | None = None) -> str:
    """Format an error for a message.

    Args:
        error: The error.
        message: Its message, if that is not its text.
    """
    if message is None:
        message = f"there is no {error}" if isinstance(error, KeyError) else str(error)
    message = cut_message(replace_lone_surrogates(message), LONGEST_MESSAGE)
    return message or "the template cannot be rendered"
