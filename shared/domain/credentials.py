"""Secrets of API keys and sessions: their format, and how new ones are made.

Only hashes of secrets are stored. A secret is shown once, when it is made.
"""

from __future__ import annotations

import re
import secrets
from hashlib import sha256

# Source: px0's formats.
API_KEY = "ak_"
SESSION = "sess_"
_RANDOM_BYTES = 32
_FORMAT = re.compile(rf"({API_KEY}|{SESSION})[0-9a-f]{{{2 * _RANDOM_BYTES}}}")
PREFIX_LENGTH = 9  # of a secret, by which people recognise an API key


def generate_api_key() -> str:
    """Generate the secret of an API key."""
    return API_KEY + secrets.token_hex(_RANDOM_BYTES)


def generate_session() -> str:
    """Generate the secret of a session."""
    return SESSION + secrets.token_hex(_RANDOM_BYTES)


def parse_kind(secret: str) -> str | None:
    """Tell what a secret is of: `API_KEY`, `SESSION`, or None if it is malformed."""
    match = _FORMAT.fullmatch(secret)
    return match[1] if match else None


def hash_secret(secret: str) -> str:
    """Hash a secret for storage; it has too many random bits to be found by trying."""
    return sha256(secret.encode(errors="surrogatepass")).hexdigest()
