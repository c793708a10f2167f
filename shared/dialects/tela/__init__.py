"""Tela's dialect: objects without an envelope, in camel case; its SDK uses snake case."""
