"""A request, read from an API Gateway REST proxy event."""

from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import unquote

from shared.routes import Route


@dataclass(frozen=True)
class Request:
    """A proxy event, read once.

    Args:
        route: the row that the event was routed by.
        event: as API Gateway sends it.
    """

    route: Route
    event: Mapping[str, Any]

    @cached_property
    def headers(self) -> Mapping[str, str]:
        """By lower-case name; of a repeated header the last one counts."""
        return {name.lower(): text for name, text in (self.event.get("headers") or {}).items()}

    @cached_property
    def query(self) -> Mapping[str, str]:
        """Of a repeated parameter the first one counts, as for px0."""
        many = self.event.get("multiValueQueryStringParameters") or {}
        return {name: texts[0] for name, texts in many.items() if texts}

    @cached_property
    def parameters(self) -> dict[str, str]:
        """The path's variable segments, by the names that the route gives them.

        They are found by their places, since the route that answers need not be the one that API
        Gateway chose. It hands them over still percent-encoded.
        """
        given = self.event.get("pathParameters") or {}
        asked = [
            unquote(given[part.strip("{}")]) if part.startswith("{") else part
            for part in str(self.event["resource"]).split("/")
        ]
        parts = self.route.path.split("/")
        if len(asked) > len(parts):
            # The parameter that may hold a slash holds one: its two segments are one again.
            place = parts.index(f"{{{self.route.spread}}}")
            asked[place : place + 2] = ["/".join(asked[place : place + 2])]
        return {
            part.strip("{}"): text
            for part, text in zip(parts, asked, strict=True)
            if part.startswith("{")
        }

    @cached_property
    def body(self) -> bytes:
        text = self.event.get("body") or ""
        if self.event.get("isBase64Encoded"):
            return b64decode(text)
        return str(text).encode(errors="surrogatepass")

    @property
    def method(self) -> str:
        return str(self.event["httpMethod"])

    @property
    def path(self) -> str:
        return str(self.event["path"])

    @property
    def base_url(self) -> str:
        """Where this API is to be found, the name of its stage included, without a last slash."""
        context = self.event["requestContext"]
        stage = str(context["path"]).removesuffix(self.path)
        scheme = self.headers.get("x-forwarded-proto", "https")
        host = context.get("domainName") or self.headers.get("host", "localhost")
        return f"{scheme}://{host}{stage}"

    @property
    def id(self) -> str:
        return str(self.event["requestContext"]["requestId"])
