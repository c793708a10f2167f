"""Texts with `{name}`, as Tela has them."""

from .template import compile_template

__all__ = ["compile_template"]
