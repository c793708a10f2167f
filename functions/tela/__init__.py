"""Endpoints of Tela's API."""
