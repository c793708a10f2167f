"""Requests, as API Gateway's REST proxy events describe them."""

from __future__ import annotations

from base64 import b64decode
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from shared import exact_json
from shared.problems import MethodNotAllowed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shared.routes import Route


@dataclass(frozen=True)
class Request:
    """A request, from a proxy event.

    Attributes:
        route: The route whose endpoint handles the request.
        event: The event, as API Gateway sends it.
    """

    route: Route
    event: Mapping[str, Any]

    @cached_property
    def headers(self) -> Mapping[str, str]:
        """Headers by lower-case name; the last of a repeated header counts."""
        return {name.lower(): text for name, text in (self.event.get("headers") or {}).items()}

    @cached_property
    def query(self) -> Mapping[str, str]:
        """Query parameters by name; the first of a repeated parameter counts, as in px0."""
        parameters = self.event.get("multiValueQueryStringParameters") or {}
        return {name: texts[0] for name, texts in parameters.items() if texts}

    @cached_property
    def path_parameters(self) -> dict[str, str]:
        """The variable segments of the path, by their names in the route.

        They are matched by position, because the route can be another one than API Gateway chose.
        API Gateway passes them percent-encoded.

        Raises:
            MethodNotAllowed: The path is one of another route, with other methods.
        """
        if self.route.greedy is not None:
            return self._split_rest()
        values = self.event.get("pathParameters") or {}
        segments = [
            unquote(values[segment.strip("{}")]) if segment.startswith("{") else segment
            for segment in str(self.event["resource"]).split("/")
        ]
        names = self.route.path.split("/")
        if len(segments) > len(names):
            # The segment that may contain a slash contains one: join its two parts.
            first = names.index(f"{{{self.route.spread}}}")
            segments[first : first + 2] = ["/".join(segments[first : first + 2])]
        return {
            name.strip("{}"): text
            for name, text in zip(names, segments, strict=True)
            if name.startswith("{")
        }

    def _split_rest(self) -> dict[str, str]:
        """Split the rest of the path, as it was sent, at what the route has behind the segment.

        So a name may contain a slash, percent-encoded or not, and even look like a path.
        """
        values = self.event.get("pathParameters") or {}
        *start, rest = (
            values[segment.strip("{+}")] if segment.startswith("{") else segment
            for segment in str(self.event["resource"]).split("/")
        )
        names = self.route.path.split("/")
        segments = [*start, *rest.rsplit("/", len(names) - len(start) - 1)]
        texts = [(name, unquote(text)) for name, text in zip(names, segments, strict=False)]
        if len(segments) < len(names) or any(
            name != text for name, text in texts if not name.startswith("{")
        ):
            raise MethodNotAllowed
        return {name.strip("{}"): text for name, text in texts if name.startswith("{")}

    @cached_property
    def body(self) -> bytes:
        """The body; empty if there is none."""
        text = self.event.get("body") or ""
        if self.event.get("isBase64Encoded"):
            return b64decode(text)
        return str(text).encode(errors="surrogatepass")

    @cached_property
    def document(self) -> Any:
        """The JSON value of the body, which is decoded once; nobody changes it.

        Raises:
            LimitError: The body exceeds a limit.
            NotJSONError: The body is not JSON.
        """
        return exact_json.decode(self.body)

    @property
    def method(self) -> str:
        """The HTTP method in upper case."""
        return str(self.event["httpMethod"])

    @property
    def path(self) -> str:
        """The path as it was sent, percent-encoded."""
        return str(self.event["path"])

    @property
    def base_url(self) -> str:
        """The URL of this API, including the stage, without a slash at the end."""
        context = self.event["requestContext"]
        stage = str(context["path"]).removesuffix(self.path)
        scheme = self.headers.get("x-forwarded-proto", "https")
        host = context.get("domainName") or self.headers.get("host", "localhost")
        return f"{scheme}://{host}{stage}"

    @property
    def source(self) -> str:
        """The address in the network that the request comes from."""
        return str(self.event["requestContext"]["identity"]["sourceIp"])

    @property
    def id(self) -> str:
        """API Gateway's id of the request."""
        return str(self.event["requestContext"]["requestId"])
