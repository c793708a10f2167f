"""Texts with `{{ name }}`, as Maxim's and Langfuse's clients have them."""

from .template import compile_template

__all__ = ["compile_template"]
