"""Langfuse's dialect: prompts by their free names, and what its clients send by themselves.

A project is a team. The label `production` is the live pointer, `latest` the newest version, and
all other labels are tags of Cuebook; Langfuse's tags are the prompt's keywords.
"""
