"""Where the service is, and how the client is known to it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from urllib.parse import urlsplit

from .errors import ConfigurationError

VERSION = "0.1.0"
USER_AGENT = f"cuebook-python/{VERSION}"
# Of all requests, also of those before somebody has a key.
HEADERS = {"Content-Type": "application/json", "User-Agent": USER_AGENT}


@dataclass(frozen=True, slots=True)
class Address:
    """The address of the service, and the headers of all requests.

    Attributes:
        url: The address, without a slash at its end.
        headers: The headers, with the API key.
    """

    url: str
    headers: dict[str, str]

    def __repr__(self) -> str:
        """Describe the address without the API key."""
        return f"<Address {self.url}>"


def find_url(url: str | None) -> str:
    """Find the address: the one in the argument, or the environment's.

    Raises:
        ConfigurationError: It is missing, or malformed.
    """
    if not isinstance(url, str | None):
        raise ConfigurationError("the address is no text")
    url = (url or os.environ.get("CUEBOOK_URL", "")).strip().rstrip("/")
    if not url:
        raise ConfigurationError("no address: give it to Cuebook(…), or set CUEBOOK_URL")
    try:
        parts = urlsplit(url)
        is_valid = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        # A name and a password would take the place of the API key.
        is_valid &= not (parts.query or parts.fragment or parts.username or parts.password)
        is_valid &= url.isprintable() and " " not in url
    except ValueError:
        is_valid = False
    if not is_valid:
        place = url.rpartition("@")[2]  # without a password
        raise ConfigurationError(f"{place!r} is no address of a service: write https://…")
    return url


def find_address(url: str | None, api_key: str | None) -> Address:
    """Find the address and the key: those in the arguments, or the environment's.

    Raises:
        ConfigurationError: One of them is missing, or malformed.
    """
    url = find_url(url)
    if not isinstance(api_key, str | None):
        raise ConfigurationError("the API key is no text")
    api_key = (api_key or os.environ.get("CUEBOOK_API_KEY", "")).strip()
    if not api_key:
        raise ConfigurationError("no API key: give it as api_key=…, or set CUEBOOK_API_KEY")
    if not (api_key.isascii() and api_key.isprintable()) or " " in api_key:
        raise ConfigurationError("the API key has characters that no key has; copy it again")
    return Address(url, {"Authorization": f"Bearer {api_key}", **HEADERS})
