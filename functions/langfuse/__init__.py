"""Endpoints of Langfuse's API."""
