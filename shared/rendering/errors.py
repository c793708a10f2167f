"""Errors of all template engines."""

from __future__ import annotations

from typing import Final

from ..texts import cut_message, replace_lone_surrogates

# What expressions raise; besides them only a library's own errors.
EXPRESSION_ERRORS: Final = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
LONGEST_MESSAGE: Final = 300  # characters of an error's message


class TemplateSyntaxError(Exception):
    """The text is not a template."""


class TemplateExecutionError(Exception):
    """The template cannot be rendered with these variables."""


class MissingVariableError(TemplateExecutionError):
    """A variable, or a key of one, is missing."""


class LimitExceededError(Exception):
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
