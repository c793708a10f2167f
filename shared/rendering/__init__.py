"""The template engines: Go's text/template and Jinja2, under limits on work and size."""

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
