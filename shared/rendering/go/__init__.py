"""Go's text/template for JSON values, with the same output and the same error messages."""

from .template import Template, compile_template

__all__ = ["Template", "compile_template"]
