"""Errors of all template engines."""

from __future__ import annotations


class TemplateSyntaxError(Exception):
    """The text is not a template."""


class TemplateExecutionError(Exception):
    """The template cannot be rendered with these variables."""


class MissingVariableError(TemplateExecutionError):
    """A variable, or a key of one, is missing."""


class LimitExceededError(Exception):
    """Compiling or rendering would exceed a limit."""
