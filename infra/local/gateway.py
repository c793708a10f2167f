"""What API Gateway does between HTTP and a Lambda handler, without a socket.

A REST API with Lambda proxy integrations. How it treats a URL, and how sure that is:

- recorded on AWS (the events that LocalStack's validated tests keep): `path` is as sent, still
  percent-encoded, and keeps a trailing slash; a greedy path parameter is still encoded too
  (`%2B` stays, `+` stays) and has no trailing slash; slashes before the first segment count as
  one; the query is decoded in both maps, `+` is a space, and the map of single values holds the
  last; names of headers keep their case; `Connection` and `Content-Length` do not arrive;
- reported by users (`%40` arrives as `%40`): a path parameter of one segment is not decoded either.
  AWS's guide says of HTTP APIs that they decode it, which is another product;
- follows from these: `team%2Fgreet` is one segment, and `%31` is not `1`;
- believed, not seen: the resource is chosen first and the method afterwards, so that a static
  segment hides a variable one even for methods that only the latter has.
"""

import base64
import hashlib
import json
import logging
import re
import secrets
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from shared.routes import Route

STAGE = "local"
ACCOUNT = "123456789012"
API = "local"
REQUEST_BYTES = 10 * 1024 * 1024  # API Gateway's limit
INVOCATION_BYTES = 6 * 1024 * 1024  # Lambda's limit, of an event and of a result
SECONDS = 29.0  # API Gateway gives up on an integration after this
NO_BODY = frozenset({204, 304})

# The connection's business: not passed on to a handler, nor taken from it.
HOP_HEADERS = frozenset(
    {"connection", "content-length", "expect", "keep-alive", "transfer-encoding"}
)
OWN_HEADERS = HOP_HEADERS | {"date", "server"}
HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
HEADER_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
RESULT_KEYS = frozenset({"statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded"})

Event = dict[str, Any]
Handler = Callable[[Event, "Context"], object]
log = logging.getLogger("infra.local")


class MalformedResult(Exception):
    """A handler returned what API Gateway would refuse to send; the argument says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One HTTP request, its target as it stood in the request line."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    source: str = "127.0.0.1"
    protocol: str = "HTTP/1.1"
    id: str = field(default_factory=lambda: str(uuid.uuid4()))

    @property
    def path(self) -> str:
        path = self.target.partition("?")[0]
        if not path.startswith("/"):
            path = urlsplit(path).path  # a proxy's client sends the whole URL
        return "/" + path.lstrip("/")

    @property
    def query(self) -> str:
        return self.target.partition("?")[2]


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP response, without what the connection adds."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Lambda's context object, as far as handlers and Powertools look at it."""

    aws_request_id: str
    function_name: str
    deadline: float
    function_version: str = "$LATEST"
    memory_limit_in_mb: str = "1024"

    @property
    def invoked_function_arn(self) -> str:
        return f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:{self.function_name}"

    @property
    def log_group_name(self) -> str:
        return f"/aws/lambda/{self.function_name}"

    @property
    def log_stream_name(self) -> str:
        return "local"

    def get_remaining_time_in_millis(self) -> int:
        return max(0, int((self.deadline - time.monotonic()) * 1000))


# -- which route


@dataclass(slots=True)
class Resource:
    """A node of the API's tree of path segments."""

    path: str = "/"
    methods: dict[str, Route] = field(default_factory=dict)
    static: dict[str, "Resource"] = field(default_factory=dict)
    variable: tuple[str, "Resource"] | None = None
    greedy: tuple[str, "Resource"] | None = None

    def child(self, segment: str) -> "Resource":
        """The child for a segment of a resource path, made at its first mention."""
        path = f"{self.path.rstrip('/')}/{segment}"
        if not segment.startswith("{"):
            return self.static.setdefault(segment, Resource(path))
        name = segment.strip("{+}")
        slot = "greedy" if segment.endswith("+}") else "variable"
        known: tuple[str, Resource] | None = getattr(self, slot)
        if known is None:
            known = (name, Resource(path))
            setattr(self, slot, known)
        if known[0] != name:
            raise ValueError(f"API Gateway allows one variable here: {known[1].path} or {path}")
        return known[1]

    def find(self, segments: tuple[str, ...]) -> "tuple[Resource, dict[str, str]] | None":
        """The resource of a path and its parameters: static before variable before greedy."""
        if not segments:
            return (self, {}) if self.methods else None
        first, rest = segments[0], segments[1:]
        if first in self.static and (found := self.static[first].find(rest)):
            return found
        if first and self.variable and (found := self.variable[1].find(rest)):
            return found[0], {self.variable[0]: first, **found[1]}
        if self.greedy and any(segments):
            return self.greedy[1], {self.greedy[0]: "/".join(segments)}
        return None


def resources(routes: Iterable[Route]) -> Resource:
    root = Resource()
    for route in routes:
        for path in route.resources:
            node = root
            for segment in split(path):
                node = node.child(segment)
            held = node.methods.get(route.method)
            if held is None or route.before == held.name:
                node.methods[route.method] = route
            elif held.before != route.name:
                raise ValueError(f"{route.method} {path} is both {held.name} and {route.name}")
    return root


def split(path: str) -> tuple[str, ...]:
    trimmed = path.strip("/")
    return tuple(trimmed.split("/")) if trimmed else ()


# -- what the handler gets


def event_of(request: Request, resource: Resource, parameters: Mapping[str, str]) -> Event:
    """The proxy event. Maps without an entry, and an absent body, are null, as on AWS."""
    headers = multiple(arriving_headers(request), same=str.lower)
    query = multiple(parse_qsl(request.query, keep_blank_values=True))
    single = {name: values[-1] for name, values in headers.items()}
    by_name = {name.lower(): value for name, value in single.items()}
    host = by_name.get("host", "localhost")
    body, encoded = body_of(request.body)
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
                **dict.fromkeys(NOBODY),
                "sourceIp": request.source,
                "userAgent": by_name.get("user-agent"),
            },
            # As behind a custom domain: the stage is no part of the URLs that are served here.
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
        "isBase64Encoded": encoded,
    }


# What `identity` says of a caller who has not signed the request: nothing.
NOBODY = (
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


def arriving_headers(request: Request) -> Iterator[tuple[str, str]]:
    """The client's headers without the connection's, and those that API Gateway adds."""
    seen = {"x-forwarded-for": "", "x-amzn-trace-id": ""}
    for name, value in request.headers:
        if name.lower() in seen:
            seen[name.lower()] = value
        elif name.lower() not in HOP_HEADERS | {"x-forwarded-port", "x-forwarded-proto"}:
            yield name, value
    came_by = seen["x-forwarded-for"]
    yield "X-Forwarded-For", f"{came_by}, {request.source}" if came_by else request.source
    host = next((value for name, value in request.headers if name.lower() == "host"), "")
    port = host.rpartition(":")[2]
    yield "X-Forwarded-Port", port if port.isdecimal() else "80"
    yield "X-Forwarded-Proto", "http"
    trace = f"Root=1-{int(time.time()):08x}-{secrets.token_hex(12)}"
    yield "X-Amzn-Trace-Id", seen["x-amzn-trace-id"] or trace


def multiple(
    pairs: Iterable[tuple[str, str]], *, same: Callable[[str], str] = str
) -> dict[str, list[str]]:
    """All values of each name, under the first spelling of those that count as the same name."""
    values: dict[str, list[str]] = {}
    spelling: dict[str, str] = {}
    for name, value in pairs:
        values.setdefault(spelling.setdefault(same(name), name), []).append(value)
    return values


def body_of(body: bytes) -> tuple[str | None, bool]:
    """The body as text; what is not UTF-8 arrives in base64, as with a binary media type."""
    if not body:
        return None, False
    try:
        return body.decode(), False
    except UnicodeDecodeError:
        return base64.b64encode(body).decode(), True


# -- what the client gets


def answer_of(result: object) -> Answer:
    """Raises MalformedResult for what API Gateway answers with 502."""
    try:
        size = len(json.dumps(result, ensure_ascii=False).encode())
    except (TypeError, ValueError) as error:
        raise MalformedResult(f"not JSON: {error}") from error
    if size > INVOCATION_BYTES:
        raise MalformedResult(f"{size} bytes; Lambda refuses more than {INVOCATION_BYTES}")
    if not isinstance(result, dict) or not result.keys() <= RESULT_KEYS:
        raise MalformedResult(f"not an object of {', '.join(sorted(RESULT_KEYS))}")
    status = result.get("statusCode")
    if not isinstance(status, int) or not 200 <= status <= 599:
        raise MalformedResult("statusCode is not a status")
    text = result.get("body")
    if not isinstance(text, str | None):
        raise MalformedResult("body is not text")
    try:
        body = (text or "").encode()
        if result.get("isBase64Encoded"):
            body = base64.b64decode(body, validate=True)
    except ValueError as error:
        raise MalformedResult(f"body: {error}") from error
    headers = tuple(leaving_headers(result))
    if not any(name.lower() == "content-type" for name, _ in headers):
        headers = (*headers, ("Content-Type", "application/json"))
    return Answer(status, headers, b"" if status in NO_BODY else body)


def leaving_headers(result: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Both maps in one list; a value that stands in both is sent once."""
    several = result.get("multiValueHeaders") or {}
    one = result.get("headers") or {}
    if not isinstance(several, dict) or not isinstance(one, dict):
        raise MalformedResult("headers are not an object")
    pairs = [(name, value) for name, values in several.items() for value in listed(values)]
    pairs += [pair for pair in one.items() if pair not in pairs]
    for name, value in pairs:
        text = json.dumps(value) if isinstance(value, bool | int | float) else value
        if not isinstance(text, str) or not HEADER_VALUE.fullmatch(text):
            raise MalformedResult(f"value of header {name!r}")
        if not HEADER_NAME.fullmatch(name):
            raise MalformedResult(f"name of header {name!r}")
        if name.lower() not in OWN_HEADERS:
            yield name, text


def listed(values: object) -> list[object]:
    if not isinstance(values, list):
        raise MalformedResult("multiValueHeaders holds lists")
    return values


def problem(status: int, error: str, request_id: str, **headers: str) -> Answer:
    """A failure of the gateway itself, in the shape of every other error."""
    body = {
        "error": error,
        "code": error.replace(" ", "_"),
        "message": error,
        "request_id": request_id,
    }
    return Answer(
        status,
        (
            ("Content-Type", "application/json"),
            ("X-Request-Id", request_id),
            *((name.replace("_", "-"), value) for name, value in headers.items()),
        ),
        json.dumps(body).encode(),
    )


@dataclass(slots=True)
class Gateway:
    """The API: routes a request, invokes its handler, answers.

    Args:
        routes: the endpoints.
        load: gives the handler of a route.
    """

    routes: tuple[Route, ...]
    load: Callable[[Route], Handler]
    root: Resource = field(init=False)

    def __post_init__(self) -> None:
        self.root = resources(self.routes)

    def answer(self, request: Request) -> Answer:
        found = self.root.find(split(request.path))
        if found is None:
            return problem(404, "not found", request.id)
        resource, parameters = found
        route = resource.methods.get(request.method)
        if route is None and request.method == "HEAD":
            route = resource.methods.get("GET")
        if route is None:
            methods = {*resource.methods, *(["HEAD"] if "GET" in resource.methods else [])}
            return problem(405, "method not allowed", request.id, Allow=", ".join(sorted(methods)))
        event = event_of(request, resource, parameters)
        if too_large(request, event):
            return problem(413, "request too large", request.id)
        context = Context(
            aws_request_id=str(uuid.uuid4()),
            function_name=f"cuebook-{route.name}",
            deadline=time.monotonic() + SECONDS,
        )
        try:
            answer = answer_of(self.load(route)(event, context))
        except MalformedResult as reason:
            log.error("%s: malformed result: %s", route.name, reason)
            return problem(502, "internal error", request.id)
        except Exception:
            log.exception("%s: unhandled", route.name)
            return problem(502, "internal error", request.id)
        if any(name.lower() == "x-request-id" for name, _ in answer.headers):
            return answer
        return Answer(answer.status, (*answer.headers, ("X-Request-Id", request.id)), answer.body)


def too_large(request: Request, event: Event) -> bool:
    """Whether Lambda would refuse the event; as JSON, text grows at most six times."""
    if len(request.body) < INVOCATION_BYTES // 6 - 20_000:
        return False
    return len(json.dumps(event, ensure_ascii=False).encode()) > INVOCATION_BYTES
