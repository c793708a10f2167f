"""LangWatch's dialect: its first API with versions, and its current API with handles and tags.

A project is a team, and so is an organization, because teams cannot share prompts yet. A handle is
the prompt's slug, and `production` is the live pointer (see `tags`).
"""
