"""The three ways a template can fail, shared by every template engine so callers map them once."""


class TemplateSyntaxError(Exception):
    """The template's text cannot be parsed; the author has to change it."""


class TemplateExecutionError(Exception):
    """The template is well formed, but cannot be rendered with these variables."""


class LimitExceeded(Exception):
    """Rendering was stopped because it would cost more than one request may."""
