"""Endpoints of Maxim's API."""
