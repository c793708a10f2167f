"""The Python client, alone and beside the service."""
