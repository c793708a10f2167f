"""Reads from the APIs of other products."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from ..errors import ConfigurationError
from .files import load_json
from .imports import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Mapping

ATTEMPTS = 3
LARGEST_BODY = 64_000_000  # bytes
LONGEST_PAUSE = 30.0  # seconds
SECONDS = 30.0  # for each response
PASSING = frozenset({408, 429, 500, 502, 503, 504})


class Api:
    """An API over HTTP that is only read."""

    def __init__(
        self,
        url: str,
        headers: Mapping[str, str] | None = None,
        basic: tuple[str, str] | None = None,
    ) -> None:
        """Connect to an API; nothing is sent yet.

        Args:
            url: The address.
            headers: The headers of all requests.
            basic: The two keys of HTTP's basic authentication.

        Raises:
            ConfigurationError: The address, or a key, is malformed.
        """
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ConfigurationError(f"{url!r} is no address of an API: write https://…")
        if not all(value.isascii() and value.isprintable() for value in (headers or {}).values()):
            raise ConfigurationError("an API key has characters that no key has; copy it again")
        import httpx

        self._httpx = httpx
        # Redirects would take the key to another host.
        self._client = httpx.Client(
            base_url=url.rstrip("/"),
            headers={"Accept": "application/json", **(headers or {})},
            auth=basic,
            timeout=SECONDS,
        )

    def __enter__(self) -> Api:
        """Use it in a `with`, which closes its connections."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close its connections."""
        self._client.close()

    def get(self, path: str, **query: str | int) -> Any:
        """Get a document; what may pass is tried again.

        Args:
            path: The path, quoted.
            query: Fields of the query.

        Returns:
            The JSON value of the response.

        Raises:
            UnreadableError: There is no such response.
        """
        target = f"{path}?{urlencode(query)}" if query else path
        for attempt in range(1, ATTEMPTS + 1):
            pause = float(attempt)
            try:
                response = self._read(target)
            except self._httpx.HTTPError as error:
                reason = f"no response: {error}"
            else:
                if response[0] < 300:
                    return self._load(path, response[1])
                reason = f"the status is {response[0]}"
                if response[0] not in PASSING:
                    break
                pause = max(pause, response[2])
            if attempt < ATTEMPTS:
                time.sleep(min(pause, LONGEST_PAUSE))
        raise UnreadableError(f"GET {self._client.base_url.host}{path}: {reason}")

    def _read(self, target: str) -> tuple[int, bytes, float]:
        """Read the status, the body and the pause that is asked for of a response."""
        with self._client.stream("GET", target) as response:
            body = bytearray()
            for part in response.iter_bytes():
                body += part
                if len(body) > LARGEST_BODY:
                    raise UnreadableError(f"GET {target}: more than {LARGEST_BODY:,} bytes")
            text = response.headers.get("Retry-After", "")
            return response.status_code, bytes(body), float(text) if text.isdigit() else 0.0

    def _load(self, path: str, body: bytes) -> Any:
        try:
            return load_json(body.decode())
        except (UnicodeDecodeError, UnreadableError) as error:
            raise UnreadableError(f"GET {path}: the response is not JSON") from error
