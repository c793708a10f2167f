"""Lambda handlers of endpoints: authenticate, call, translate problems, respond, report."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache, partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

from shared import background, observe, writing
from shared.call import Call
from shared.cors import build_exposing_headers, build_origin_headers, parse_origins
from shared.deadline import limit_call
from shared.dialects.dialect import get_dialect
from shared.domain import credentials
from shared.domain.access import MANAGING
from shared.problems import (
    Internal,
    Problem,
    ResponseTooLarge,
    TooLarge,
    Unauthorized,
    Unreadable,
)
from shared.request import Request
from shared.responses import (
    EncodedResponse,
    Replay,
    Response,
    encode_response,
    lists_etag,
    require_size,
)
from shared.routes import NATIVE, ROUTES, Permission
from shared.routes.route import UNREADABLE_ITEMS
from shared.settings import get_settings, is_in_lambda
from shared.store.store import Store
from shared.store.team import UNREADABLE, annotate_unreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from shared.domain.access import Principal
    from shared.routes import Route
    from shared.store.api_keys import ApiKeys
    from shared.store.team import Annotations

    Endpoint = Callable[..., Response[Any]]
    Handler = Callable[[Mapping[str, Any], Any], dict[str, Any]]

NATIVE_ROUTES = {route.name: route for route in ROUTES if route.dialect == NATIVE}
# What to send to a route that is for people only.
SESSION_ONLY = [
    {
        "header": "Authorization",
        "message": "A session, `Bearer sess_…`, from POST /v1/auth/login; no API key can do this.",
    }
]
ROUTES_BY_MODULE = {route.module: route for route in ROUTES}


@cache
def get_store() -> Store:
    """Get the store of this process."""
    return Store(get_settings())


@cache
def get_origins() -> tuple[str, ...]:
    """Get the origins whose web pages may call the API."""
    return parse_origins(get_settings().cors_origins)


def serve(endpoint: Endpoint, *, prepare: Callable[[], object] | None = None) -> Handler:
    """Make the Lambda handler of an endpoint, from its row in the route table.

    Args:
        endpoint: The endpoint.
        prepare: Loads what its calls need beside the store, while the function starts.
    """
    route = ROUTES_BY_MODULE[endpoint.__module__]
    if is_in_lambda():
        # Lambda gives a function more CPU while it starts than while it handles a call, and starts
        # some functions before there is a call.
        get_dialect(route.dialect)
        store = get_store()
        if route.permission is not Permission.PUBLIC:
            store.prepare()
        if route.writes:
            writing.prepare()
        if prepare is not None:
            prepare()

    def lambda_handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
        start = time.perf_counter()
        request, responder = _choose_responder(Request(route, event), endpoint)
        annotations: Annotations = {}
        code = None
        with limit_call(context), observe.trace_call(request.route, annotations):
            try:
                response = _respond(responder, request, annotations)
                response = _apply_conditions(request, response)
            except Problem as problem:
                response, code = _respond_problem(request, problem), problem.code
                if isinstance(problem, Unreadable):
                    annotate_unreadable(annotations, problem.item, problem.__cause__)
        observe.report_call(
            request.route,
            request_id=request.id,
            status=response.status,
            code=code,
            milliseconds=(time.perf_counter() - start) * 1000,
            annotations=annotations,
        )
        return _dump_proxy_result(request, response, annotations)

    return lambda_handler


def _choose_responder(request: Request, endpoint: Endpoint) -> tuple[Request, Endpoint]:
    """Choose the endpoint by the kind of credential, where two dialects share a URL."""
    route = request.route
    if route.falls_back_to is None or get_dialect(route.dialect).has_credential(request.headers):
        return request, endpoint
    other = NATIVE_ROUTES[route.falls_back_to]
    return Request(other, request.event), getattr(import_module(other.module), other.name)


def _respond(endpoint: Endpoint, request: Request, annotations: Annotations) -> EncodedResponse:
    """Authenticate and call an endpoint.

    Raises:
        Problem: The endpoint raises it, or `Internal` stands for a bug.
    """
    settings = get_settings()
    try:
        if len(request.body) > settings.body_bytes:
            raise TooLarge
        call = Call(
            request=request,
            dialect=get_dialect(request.route.dialect),
            principal=_authenticate(request, annotations),
            store=get_store(),
            settings=settings,
            annotations=annotations,
        )
        call.require_reach()
        response = writing.respond_once(call, endpoint)
    except Replay as replay:
        return replay.response
    except Problem:
        raise
    except Exception as error:
        observe.report_bug(request.id, request.route)
        raise Internal from error
    require_size(response, settings.response_bytes)
    return response


def _authenticate(request: Request, annotations: Annotations) -> Principal | None:
    """Find the principal of a request; None for a public route.

    Args:
        request: The request.
        annotations: Fields of the call's log line and trace, to which this adds the principal, also
            one whose credential has expired.

    Raises:
        Unauthorized: The credential is missing, malformed, unknown, or not for this route.
        QuotaExceeded: The quota of the API key or of its team is used up.
    """
    if request.route.permission is Permission.PUBLIC:
        return None
    dialect = get_dialect(request.route.dialect)
    details = SESSION_ONLY if request.route.sessions_only else dialect.list_credentials()
    try:
        secret, team_id = dialect.parse_credential(request.headers)
    except Unauthorized as problem:
        raise Unauthorized(problem.message, details=details) from problem
    principal = _find_principal(request.route, secret, annotations)
    if principal is not None:
        annotations["principal_id"] = principal.id
        annotations["principal_kind"] = principal.author.kind
        if len(principal.permissions) == 1:
            annotations["team_id"] = next(iter(principal.permissions))
    if (
        principal is None
        or (request.route.sessions_only and not principal.is_person)
        or not principal.is_valid(datetime.now(UTC))
        or not (team_id is None or principal.is_in(team_id))
    ):
        raise Unauthorized(details=details)
    if team_id is not None:
        principal = principal.select_team(team_id)
        annotations["team_id"] = team_id
    if not principal.is_person:
        _note_use(principal.id)
        get_store().count_request(principal)
    return principal


def _note_use(key_id: str) -> None:
    """Write the day on which an API key was used, once in each process, beside the call."""
    day = datetime.now(UTC).date().isoformat()
    api_keys = get_store().api_keys
    if api_keys.is_first_use(key_id, day):
        background.start(partial(_write_use, api_keys, key_id, day))


def _write_use(api_keys: ApiKeys, key_id: str, day: str) -> None:
    try:
        api_keys.write_use(key_id, day)
    except Exception:  # whatever it is: nobody waits for it
        observe.report_lost_use(key_id)


def _find_principal(route: Route, secret: str, annotations: Annotations) -> Principal | None:
    kind = credentials.parse_kind(secret)
    # Whoever has just lost a role must not use what is cached of it to get it back.
    is_fresh = route.permission in MANAGING
    if kind == credentials.API_KEY:
        return get_store().api_keys.find_principal(secret, is_fresh=is_fresh)
    if kind == credentials.SESSION and route.dialect == NATIVE:
        return get_store().people.find_principal(secret, annotations, is_fresh=is_fresh)
    return None


def _apply_conditions(request: Request, response: EncodedResponse) -> EncodedResponse:
    """Respond with 304 if the caller already has this response. Source: RFC 9110, 13.1.2."""
    if request.method not in ("GET", "HEAD") or response.status != 200:
        return response
    headers = {"Cache-Control": "private, no-cache", **response.headers}
    etag, condition = response.headers.get("ETag"), request.headers.get("if-none-match")
    if etag and condition and lists_etag(condition, etag):
        return EncodedResponse(status=304, body=None, headers=headers)
    return replace(response, headers=headers)


def _respond_problem(request: Request, problem: Problem) -> EncodedResponse:
    response = get_dialect(request.route.dialect).dump_problem(problem, request.id)
    if problem.retry_after is not None:
        headers = {**response.headers, "Retry-After": str(problem.retry_after)}
        response = replace(response, headers=headers)
    encoded = encode_response(response)
    try:
        require_size(encoded, get_settings().response_bytes)
    except ResponseTooLarge as excess:
        return _respond_problem(request, excess)
    return encoded


def _dump_proxy_result(
    request: Request, response: EncodedResponse, annotations: Annotations
) -> dict[str, Any]:
    headers = {**response.headers, "X-Request-Id": request.id}
    if UNREADABLE in annotations:
        headers[UNREADABLE_ITEMS] = str(annotations[UNREADABLE])
    if origins := get_origins():
        headers |= build_exposing_headers(headers)
        headers |= build_origin_headers(origins, request.headers.get("origin", ""))
    return {
        "statusCode": response.status,
        "headers": headers,
        "body": response.body or "",
        "isBase64Encoded": False,
    }
