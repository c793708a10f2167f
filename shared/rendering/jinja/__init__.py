"""Jinja2 templates in a sandbox, with limits on output and work."""

from .template import Template, compile_template

__all__ = ["Template", "compile_template"]
