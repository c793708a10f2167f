"""The engines of all template languages, under limits on work and size, and translation."""

from .engines import Template, compile_template
from .errors import LimitExceededError, TemplateExecutionError, TemplateSyntaxError
from .limits import Limits

__all__ = [
    "LimitExceededError",
    "Limits",
    "Template",
    "TemplateExecutionError",
    "TemplateSyntaxError",
    "compile_template",
]
