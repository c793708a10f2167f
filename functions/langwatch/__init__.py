"""Endpoints of LangWatch's API."""
