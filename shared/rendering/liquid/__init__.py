"""Liquid, as LangWatch's client for Python renders it, with limits on work and output."""

from .template import Template, compile_template

__all__ = ["Template", "compile_template"]
