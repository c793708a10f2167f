"""Prompts as a folder of files, for Git."""
