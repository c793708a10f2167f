"""Texts in which nothing is a variable."""

from .template import compile_template

__all__ = ["compile_template"]
