"""A simulation of API Gateway between HTTP requests and Lambda handlers, without a socket.

It is a REST API with Lambda proxy integrations. Its treatment of URLs, by source:

- recorded on AWS, in the snapshots of LocalStack's validated tests: `path` is as it was sent, with
  percent-encoding and a slash at the end; a greedy path parameter keeps its encoding too (`%2B` and
  `+` do not change) but not a slash at the end; slashes before the first segment count as one; the
  query is decoded in both maps, `+` is a space, and the map of single values has the last value;
  names of headers keep their case; `Connection` and `Content-Length` are dropped;
- reported by users (`%40` arrives as `%40`): a path parameter of one segment is not decoded either.
  According to AWS's guide HTTP APIs, which are another product, decode it;
- a consequence of these: `team%2Fgreet` is one segment, and `%31` is not `1`;
- an assumption: the resource is chosen before the method, so that a static segment hides a variable
  one even for methods that only the latter has.
"""

from __future__ import annotations

import base64
import hashlib
import json
import logging
import re
import secrets
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib import import_module
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from infra.compression import (
    MINIMUM_BYTES,
    UnreadableBodyError,
    choose_coding,
    compress,
    decompress,
)
from infra.cors import (
    PREFLIGHT_METHOD,
    PREFLIGHT_STATUS,
    build_preflight_headers,
    build_problem_headers,
)
from infra.gateway_problems import (
    MALFORMED_RESULT,
    TOO_LARGE,
    UNKNOWN_PATH,
    GatewayProblem,
    build_other_method,
)
from infra.unsupported import UNSUPPORTED_CALLS, UnsupportedCall

if TYPE_CHECKING:
    from shared.routes import Route

STAGE = "local"
ACCOUNT = "123456789012"
API = "local"
REQUEST_BYTES = 10 * 1024 * 1024  # API Gateway's limit
INVOCATION_BYTES = 6 * 1024 * 1024  # Lambda's limit for an event and for a result
SECONDS = 29.0  # API Gateway's timeout of an integration
NO_BODY = frozenset({204, 304})
CODING = "content-encoding"

# Headers of the connection, which are neither passed to a handler nor accepted from it.
HOP_HEADERS = frozenset(
    {"connection", "content-length", "expect", "keep-alive", "transfer-encoding"}
)
OWN_HEADERS = HOP_HEADERS | {"date", "server"}
HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
HEADER_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
RESULT_KEYS = frozenset({"statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded"})

Event = dict[str, Any]
log = logging.getLogger("infra.local")


class MalformedResultError(Exception):
    """API Gateway would reject the result of a handler; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One HTTP request; its target is that of the request line."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    source: str = "127.0.0.1"
    protocol: str = "HTTP/1.1"
    id: str = field(default_factory=lambda: str(uuid.uuid4()))

    @property
    def path(self) -> str:
        """The path of the URL as it was sent, with one slash before the first segment."""
        path = self.target.partition("?")[0]
        if not path.startswith("/"):
            path = urlsplit(path).path  # clients of a proxy send the whole URL
        return "/" + path.lstrip("/")

    @property
    def query(self) -> str:
        """The query of the URL as it was sent."""
        return self.target.partition("?")[2]

    def get_header(self, name: str) -> str:
        """Get the value of a header, in which several are joined; empty if there is none.

        Args:
            name: The name in lower case.
        """
        return ",".join(value for other, value in self.headers if other.lower() == name)

    def decompress(self) -> Request:
        """Decompress the body.

        Raises:
            UnreadableBodyError: The body cannot be decompressed.
        """
        coding = self.get_header(CODING)
        body = decompress(self.body, coding, max_bytes=REQUEST_BYTES)
        if body is self.body:
            return self
        headers = ((name, value) for name, value in self.headers if name.lower() != CODING)
        return replace(self, headers=tuple(headers), body=body)


@dataclass(frozen=True, slots=True)
class Response:
    """One HTTP response, without headers of the connection."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""

    def compress(self, accepted: str) -> Response:
        """Compress the body, if it is large enough and the client accepts a coding.

        Args:
            accepted: The value of the header `Accept-Encoding`.
        """
        coding = choose_coding(accepted)
        if coding is None or len(self.body) < MINIMUM_BYTES:
            return self
        headers = (*self.headers, ("Content-Encoding", coding))
        return Response(self.status, headers, compress(self.body, coding))


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Lambda's context object, with the attributes that handlers and Powertools use."""

    aws_request_id: str
    function_name: str
    deadline: float
    function_version: str = "$LATEST"
    memory_limit_in_mb: str = "1024"

    @property
    def invoked_function_arn(self) -> str:
        """The ARN of the function."""
        return f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:{self.function_name}"

    @property
    def log_group_name(self) -> str:
        """The name of the function's log group."""
        return f"/aws/lambda/{self.function_name}"

    @property
    def log_stream_name(self) -> str:
        """The name of the process's log stream."""
        return "local"

    def get_remaining_time_in_millis(self) -> int:
        """Get the time until Lambda's timeout, in milliseconds."""
        return max(0, int((self.deadline - time.monotonic()) * 1000))


Handler = Callable[[Event, Context], object]


# -- routing


@dataclass(slots=True)
class Resource:
    """A node of the API's tree of path segments.

    Attributes:
        path: The path from the root.
        methods: The routes of this path, or the problems that the gateway has for it, by method.
        static: The children for fixed segments, by segment.
        variable: The child for any other segment, with the name of its parameter.
        greedy: The child for any number of segments, with the name of its parameter.
    """

    path: str = "/"
    methods: dict[str, Route | GatewayProblem] = field(default_factory=dict)
    static: dict[str, Resource] = field(default_factory=dict)
    variable: tuple[str, Resource] | None = None
    greedy: tuple[str, Resource] | None = None

    def add_child(self, segment: str) -> Resource:
        """Add the child for a segment of a resource path, unless it exists.

        Raises:
            ValueError: There is a child with another name of the parameter.
        """
        path = f"{self.path.rstrip('/')}/{segment}"
        if not segment.startswith("{"):
            return self.static.setdefault(segment, Resource(path))
        name = segment.strip("{+}")
        slot = "greedy" if segment.endswith("+}") else "variable"
        child: tuple[str, Resource] | None = getattr(self, slot)
        if child is None:
            child = (name, Resource(path))
            setattr(self, slot, child)
        if child[0] != name:
            raise ValueError(
                f"API Gateway allows one name of a variable segment: {child[1].path} or {path}"
            )
        return child[1]

    def find(self, segments: tuple[str, ...]) -> tuple[Resource, dict[str, str]] | None:
        """Find the resource of a path and its parameters, preferring static to variable to greedy.

        Args:
            segments: The segments of the path from here; empty for this resource.
        """
        if not segments:
            return (self, {}) if self.methods else None
        first, rest = segments[0], segments[1:]
        if first in self.static and (match := self.static[first].find(rest)):
            return match
        if first and self.variable and (match := self.variable[1].find(rest)):
            return match[0], {self.variable[0]: first, **match[1]}
        if self.greedy and any(segments):
            return self.greedy[1], {self.greedy[0]: "/".join(segments)}
        return None


def build_tree(routes: Iterable[Route], calls: Iterable[UnsupportedCall] = ()) -> Resource:
    """Build the tree of all resources; returns its root.

    Args:
        routes: The routes.
        calls: The calls that are always refused, none of which is a route.

    Raises:
        ValueError: Two routes have the same method and path, or a route those of such a call.
    """
    root = Resource()

    def add(path: str) -> Resource:
        node = root
        for segment in split_path(path):
            node = node.add_child(segment)
        return node

    for call in calls:
        add(call.resource).methods[call.method] = call.problem
    for route in routes:
        for path in route.resources:
            node = add(path)
            other = node.methods.get(route.method)
            if isinstance(other, GatewayProblem):
                raise ValueError(f"{route.name} is not unsupported: {route.method} {path}")
            if other is None or route.falls_back_to == other.name:
                node.methods[route.method] = route
            elif other.falls_back_to != route.name:
                raise ValueError(
                    f"{other.name} and {route.name} are both {route.method} {path}; "
                    "one must fall back to the other"
                )
    return root


def split_path(path: str) -> tuple[str, ...]:
    """Split a path into its segments; the root has none."""
    stripped = path.strip("/")
    return tuple(stripped.split("/")) if stripped else ()


# -- events


def build_event(request: Request, resource: Resource, parameters: Mapping[str, str]) -> Event:
    """Build the proxy event; as on AWS, empty maps and a missing body are null."""
    headers = group_values(list_event_headers(request), fold=str.lower)
    query = group_values(parse_qsl(request.query, keep_blank_values=True))
    single = {name: values[-1] for name, values in headers.items()}
    by_name = {name.lower(): value for name, value in single.items()}
    host = by_name.get("host", "localhost")
    body, is_encoded = encode_body(request.body)
    now = datetime.now(UTC)
    return {
        "resource": resource.path,
        "path": request.path,
        "httpMethod": request.method,
        "headers": single,
        "multiValueHeaders": headers,
        "queryStringParameters": {name: values[-1] for name, values in query.items()} or None,
        "multiValueQueryStringParameters": query or None,
        "pathParameters": dict(parameters) or None,
        "stageVariables": None,
        "requestContext": {
            "accountId": ACCOUNT,
            "apiId": API,
            "deploymentId": "local",
            "domainName": host,
            "domainPrefix": host.partition(".")[0],
            "extendedRequestId": base64.b64encode(request.id.encode()[:11]).decode(),
            "httpMethod": request.method,
            "identity": {
                **dict.fromkeys(UNSIGNED_IDENTITY),
                "sourceIp": request.source,
                "userAgent": by_name.get("user-agent"),
            },
            # As with a custom domain: URLs do not contain the stage.
            "path": request.path,
            "protocol": request.protocol,
            "requestId": request.id,
            "requestTime": now.strftime("%d/%b/%Y:%H:%M:%S +0000"),
            "requestTimeEpoch": int(now.timestamp() * 1000),
            "resourceId": hashlib.sha256(resource.path.encode()).hexdigest()[:6],
            "resourcePath": resource.path,
            "stage": STAGE,
        },
        "body": body,
        "isBase64Encoded": is_encoded,
    }


# Fields of `identity` that are null if the request has no signature.
UNSIGNED_IDENTITY = (
    "accessKey",
    "accountId",
    "caller",
    "cognitoAuthenticationProvider",
    "cognitoAuthenticationType",
    "cognitoIdentityId",
    "cognitoIdentityPoolId",
    "principalOrgId",
    "user",
    "userArn",
)


def list_event_headers(request: Request) -> Iterator[tuple[str, str]]:
    """List the client's headers, without those of the connection, and API Gateway's own."""
    proxy_headers = {"x-forwarded-for": "", "x-amzn-trace-id": ""}
    for name, value in request.headers:
        if name.lower() in proxy_headers:
            proxy_headers[name.lower()] = value
        elif name.lower() not in HOP_HEADERS | {"x-forwarded-port", "x-forwarded-proto"}:
            yield name, value
    proxies = proxy_headers["x-forwarded-for"]
    yield "X-Forwarded-For", f"{proxies}, {request.source}" if proxies else request.source
    host = next((value for name, value in request.headers if name.lower() == "host"), "")
    port = host.rpartition(":")[2]
    yield "X-Forwarded-Port", port if port.isdecimal() else "80"
    yield "X-Forwarded-Proto", "http"
    trace = f"Root=1-{int(time.time()):08x}-{secrets.token_hex(12)}"
    yield "X-Amzn-Trace-Id", proxy_headers["x-amzn-trace-id"] or trace


def group_values(
    pairs: Iterable[tuple[str, str]], *, fold: Callable[[str], str] = str
) -> dict[str, list[str]]:
    """Group all values of each name, under the first spelling of the name.

    Args:
        pairs: Names and values.
        fold: Converts all spellings of a name to the same text.
    """
    values: dict[str, list[str]] = {}
    spelling: dict[str, str] = {}
    for name, value in pairs:
        values.setdefault(spelling.setdefault(fold(name), name), []).append(value)
    return values


def encode_body(body: bytes) -> tuple[str | None, bool]:
    """Encode a body as text; in base64 if it is not UTF-8, as with a binary media type.

    Returns:
        The text, and whether it is base64.
    """
    if not body:
        return None, False
    try:
        return body.decode(), False
    except UnicodeDecodeError:
        return base64.b64encode(body).decode(), True


# -- responses


def parse_result(result: object) -> Response:
    """Parse a handler's result.

    Raises:
        MalformedResultError: API Gateway would respond with 502.
    """
    try:
        size = len(json.dumps(result, ensure_ascii=False).encode())
    except (TypeError, ValueError) as error:
        raise MalformedResultError(f"not JSON: {error}") from error
    if size > INVOCATION_BYTES:
        raise MalformedResultError(f"{size} bytes; Lambda refuses more than {INVOCATION_BYTES}")
    if not isinstance(result, dict) or not result.keys() <= RESULT_KEYS:
        raise MalformedResultError(f"not an object of {', '.join(sorted(RESULT_KEYS))}")
    status = result.get("statusCode")
    if not isinstance(status, int) or not 200 <= status <= 599:
        raise MalformedResultError("statusCode is not a status")
    text = result.get("body")
    if not isinstance(text, str | None):
        raise MalformedResultError("body is not text")
    try:
        body = (text or "").encode()
        if result.get("isBase64Encoded"):
            body = base64.b64decode(body, validate=True)
    except ValueError as error:
        raise MalformedResultError(f"body: {error}") from error
    headers = tuple(list_response_headers(result))
    if not any(name.lower() == "content-type" for name, _ in headers):
        headers = (*headers, ("Content-Type", "application/json"))
    return Response(status, headers, b"" if status in NO_BODY else body)


def list_response_headers(result: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """List the headers in both maps of a result; a value that is in both is sent once.

    Raises:
        MalformedResultError: A header cannot be sent.
    """
    several = result.get("multiValueHeaders") or {}
    one = result.get("headers") or {}
    if not isinstance(several, dict) or not isinstance(one, dict):
        raise MalformedResultError("headers are not an object")
    pairs = [(name, value) for name, values in several.items() for value in check_list(values)]
    pairs += [pair for pair in one.items() if pair not in pairs]
    for name, value in pairs:
        text = json.dumps(value) if isinstance(value, bool | int | float) else value
        if not isinstance(text, str) or not HEADER_VALUE.fullmatch(text):
            raise MalformedResultError(f"the value of the header {name!r} cannot be sent")
        if not HEADER_NAME.fullmatch(name):
            raise MalformedResultError(f"the name of the header {name!r} cannot be sent")
        if name.lower() not in OWN_HEADERS:
            yield name, text


def check_list(values: object) -> list[object]:
    """Check that the values of a header are a list.

    Raises:
        MalformedResultError: The values are not a list.
    """
    if not isinstance(values, list):
        raise MalformedResultError("the values in multiValueHeaders are not lists")
    return values


def load_handler(route: Route) -> Handler:
    """Load the function that Lambda would call."""
    handler: Handler = import_module(route.module).lambda_handler
    return handler


@dataclass(slots=True)
class Gateway:
    """The API, which routes a request, invokes the handler, and returns the response.

    Attributes:
        routes: The routes.
        load: Loads the handler of a route.
        cors_origins: The origins whose web pages may call the API.
        root: The root of the tree of resources.
    """

    routes: tuple[Route, ...]
    load: Callable[[Route], Handler]
    cors_origins: tuple[str, ...] = ()
    root: Resource = field(init=False)

    def __post_init__(self) -> None:
        self.root = build_tree(self.routes, UNSUPPORTED_CALLS)

    def respond(self, request: Request) -> Response:
        """Respond to a request."""
        try:
            response = self._respond(request.decompress())
        except UnreadableBodyError as error:
            response = self.refuse(request.id, error.problem)
        return response.compress(request.get_header("accept-encoding"))

    def refuse(self, request_id: str, problem: GatewayProblem, **headers: str) -> Response:
        """Respond with a problem of the gateway.

        Args:
            request_id: The id of the request.
            problem: The problem.
            **headers: Other headers by name.
        """
        headers = {"Content-Type": "application/json", "X-Request-Id": request_id, **headers}
        headers |= build_problem_headers(self.cors_origins, headers)
        return Response(
            problem.status,
            tuple(headers.items()),
            problem.encode(request_id).encode(),
        )

    def _respond_preflight(self, request: Request, methods: Iterable[str]) -> Response:
        origin = request.get_header("origin")
        headers = build_preflight_headers(self.cors_origins, origin, methods)
        return Response(PREFLIGHT_STATUS, tuple(headers.items()))

    def _respond(self, request: Request) -> Response:
        match = self.root.find(split_path(request.path))
        methods = list_methods(match[0]) if match else []
        if self.cors_origins and request.method == PREFLIGHT_METHOD:
            return self._respond_preflight(request, methods)
        if match is None:
            return self.refuse(request.id, UNKNOWN_PATH)
        resource, parameters = match
        if request.method not in methods:
            own = [PREFLIGHT_METHOD] if self.cors_origins else []
            allow = ", ".join(sorted({*methods, *own}))
            rows = resource.methods.values()
            dialects = {row.dialect for row in rows if not isinstance(row, GatewayProblem)}
            return self.refuse(request.id, build_other_method(dialects), Allow=allow)
        method = "GET" if request.method not in resource.methods else request.method
        route = resource.methods[method]
        if isinstance(route, GatewayProblem):
            return self.refuse(request.id, route)
        event = build_event(request, resource, parameters)
        if is_too_large(request, event):
            return self.refuse(request.id, TOO_LARGE)
        context = Context(
            aws_request_id=str(uuid.uuid4()),
            function_name=f"cuebook-{route.name}",
            deadline=time.monotonic() + SECONDS,
        )
        try:
            response = parse_result(self.load(route)(event, context))
        except MalformedResultError as error:
            log.error("%s: malformed result: %s", route.name, error)
            return self.refuse(request.id, MALFORMED_RESULT)
        except Exception:
            log.exception("%s: unhandled", route.name)
            return self.refuse(request.id, MALFORMED_RESULT)
        if any(name.lower() == "x-request-id" for name, _ in response.headers):
            return response
        headers = (*response.headers, ("X-Request-Id", request.id))
        return Response(response.status, headers, response.body)


def list_methods(resource: Resource) -> list[str]:
    """List the methods of a resource: `HEAD` is where `GET` is."""
    return [*resource.methods, *(["HEAD"] if "GET" in resource.methods else [])]


def is_too_large(request: Request, event: Event) -> bool:
    """Tell whether Lambda would reject the event; JSON makes a text at most six times longer."""
    if len(request.body) < INVOCATION_BYTES // 6 - 20_000:
        return False
    return len(json.dumps(event, ensure_ascii=False).encode()) > INVOCATION_BYTES
