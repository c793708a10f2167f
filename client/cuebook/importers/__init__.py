"""Prompts of other products, from their files and from their APIs, as prompts of the service."""
