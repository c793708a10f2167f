"""Reads from the APIs of other products."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from ..errors import ConfigurationError
from .files import load_json
from .items import Failure, UnreadableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from .items import Document, Item

ATTEMPTS = 3
LARGEST_BODY = 64_000_000  # bytes
LONGEST_PAUSE = 30.0  # seconds
SECONDS = 30.0  # until the whole of a response must be there
PASSING = frozenset({408, 429, 500, 502, 503, 504})


class Api:
    """An API over HTTP that is only read."""

    def __init__(
        self,
        product: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        basic: tuple[str, str] | None = None,
    ) -> None:
        """Connect to an API; nothing is sent yet.

        Args:
            product: The name of the product, for messages.
            url: The address.
            headers: The headers of all requests.
            basic: The two keys of HTTP's basic authentication.

        Raises:
            ConfigurationError: The address, or a key, is malformed.
        """
        if not _is_address(url):
            raise ConfigurationError(f"{url!r} is no address of an API: write https://…")
        if not all(value.isascii() and value.isprintable() for value in (headers or {}).values()):
            raise ConfigurationError("an API key has characters that no key has; copy it again")
        # Both take long to load, and files need neither.
        import asyncio

        import httpx

        self._product = product
        self._httpx = httpx
        # Redirects would take the key to another host. The timeouts of httpx are for each read, so
        # that a server could go on for ever, byte by byte.
        self._client = httpx.AsyncClient(  # nosec B113
            base_url=url.rstrip("/"),
            headers={"Accept": "application/json", **(headers or {})},
            auth=basic,
            timeout=None,
        )
        self._runner = asyncio.Runner()

    def __enter__(self) -> Api:
        """Use it in a `with`, which closes its connections."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close its connections."""
        with self._runner:
            self._runner.run(self._client.aclose())

    def describe(self, path: str) -> str:
        """Describe where a document is from: the product, and the path of its API."""
        return f"{self._product}: GET {self._client.base_url.host}{path}"

    def get_objects(
        self, path: str, field: str = "", **query: str | int
    ) -> list[tuple[str, Document]]:
        """Get the objects of a response, each after the place where it is from.

        Args:
            path: The path, quoted.
            field: The field that has them; empty if that is the response itself.
            query: Fields of the query.

        Raises:
            UnreadableError: There is no such response.
        """
        return self.list_objects(path, self.get(path, **query), field)

    def list_objects(self, path: str, document: Any, field: str) -> list[tuple[str, Document]]:
        """List the objects of a response, or the only one, as `get_objects` returns them.

        Raises:
            UnreadableError: The response has something else.
        """
        if field:
            document = document.get(field, "") if isinstance(document, dict) else ""
        rows = document if isinstance(document, list) else [document]
        if document is None:  # as Go writes an empty list
            return []
        if not all(isinstance(row, dict) for row in rows):
            what = f"{field} in the response" if field else "the response"
            raise UnreadableError(f"{self.describe(path)}: {what} is not a list of objects")
        return [(self.describe(path), row) for row in rows]

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
                status, body, least_pause = self._runner.run(self._read(target))
            except TimeoutError:
                reason = f"the whole response was not there within {SECONDS:g} seconds"
                break
            except self._httpx.HTTPError as error:
                reason = f"no response: {error}"
            else:
                if status < 300:
                    return self._load(path, body)
                reason = f"the status is {status}"
                if status not in PASSING:
                    break
                pause = max(pause, least_pause)
            if attempt < ATTEMPTS:
                time.sleep(min(pause, LONGEST_PAUSE))
        raise UnreadableError(f"{self.describe(path)}: {reason}")

    async def _read(self, target: str) -> tuple[int, bytes, float]:
        """Read the status, the body and the pause that is asked for of a response.

        Raises:
            TimeoutError: It takes too long.
        """
        from asyncio import timeout

        async with timeout(SECONDS), self._client.stream("GET", target) as response:
            body = bytearray()
            async for part in response.aiter_bytes():
                body += part
                if len(body) > LARGEST_BODY:
                    path = target.partition("?")[0]
                    raise UnreadableError(
                        f"{self.describe(path)}: the response has more than {LARGEST_BODY:,} bytes"
                    )
            text = response.headers.get("Retry-After", "")
            return response.status_code, bytes(body), float(text) if text.isdigit() else 0.0

    def _load(self, path: str, body: bytes) -> Any:
        try:
            return load_json(body.decode())
        except (UnicodeDecodeError, UnreadableError) as error:
            raise UnreadableError(f"{self.describe(path)}: the response is not JSON") from error


def fetch_each(
    entries: Iterable[tuple[str, Document]], fetch: Callable[[Document], Iterator[Item]]
) -> Iterator[Item]:
    """Fetch prompts one by one: what is wrong with one does not stop the others.

    Args:
        entries: The entry of each in a list of the API, after the place where it is from.
        fetch: Fetches the prompt of an entry.
    """
    for origin, entry in entries:
        try:
            yield from fetch(entry)
        except UnreadableError as error:
            name = entry.get("name")
            yield Failure(origin, f"{name}: {error}" if isinstance(name, str) else str(error))


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
