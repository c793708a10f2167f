"""From a plain function to a Lambda handler: authenticate, call, map errors, reply, report."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from shared import observe, settings
from shared.answers import Answer, Replayed, Reply, finish, names, require_size
from shared.call import Call
from shared.dialects import Credential, dialect
from shared.errors import Internal, Problem, TooLarge, Unauthorized
from shared.request import Request
from shared.routes import ROUTES, Permission
from shared.store.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from shared.domain.access import Principal

    Endpoint = Callable[..., Reply]
    Handler = Callable[[Mapping[str, Any], Any], dict[str, Any]]

SECRET = re.compile(r"ak_[0-9a-f]{64}")
ROUTES_BY_NAME = {route.name: route for route in ROUTES if route.dialect == "registry"}
ROUTES_BY_MODULE = {route.module: route for route in ROUTES}


@cache
def store() -> Store:
    return Store(settings.settings())


def serve(endpoint: Endpoint) -> Handler:
    """The Lambda handler of an endpoint, by the rule of its row in the route table."""
    route = ROUTES_BY_MODULE[endpoint.__module__]
    if settings.in_lambda():
        # The start of a function has more CPU than its calls have.
        store()

    def lambda_handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
        started = time.perf_counter()
        request, answering = _handed_over(Request(route, event), endpoint)
        facts: dict[str, str | int] = {}
        code = None
        with observe.traced(request.route, facts):
            try:
                answer = _conditional(request, _answer(answering, request, facts))
            except Problem as problem:
                answer, code = _failure(request, problem), problem.code
        observe.report(
            request.route,
            request_id=request.id,
            status=answer.status,
            code=code,
            milliseconds=(time.perf_counter() - started) * 1000,
            facts=facts,
        )
        return _proxy_result(request, answer)

    return lambda_handler


def _handed_over(request: Request, endpoint: Endpoint) -> tuple[Request, Endpoint]:
    """Who answers: two dialects may share a URL, and then the caller's credential decides."""
    route = request.route
    if route.before is None or dialect(route.dialect).speaks(request.headers):
        return request, endpoint
    other = ROUTES_BY_NAME[route.before]
    return Request(other, request.event), getattr(import_module(other.module), other.name)


def _answer(endpoint: Endpoint, request: Request, facts: dict[str, str | int]) -> Answer:
    """Raises Problem, Internal for any fault of ours."""
    try:
        if len(request.body) > settings.settings().body_bytes:
            raise TooLarge
        call = Call(
            request=request,
            dialect=dialect(request.route.dialect),
            principal=_principal(request),
            store=store(),
            settings=settings.settings(),
            facts=facts,
        )
        answer = finish(call.once(endpoint))
    except Replayed as replayed:
        return replayed.answer
    except Problem:
        raise
    except Exception as error:
        observe.bug(request.id, request.route)
        raise Internal from error
    require_size(answer, settings.settings().answer_bytes)
    return answer


def _principal(request: Request) -> Principal | None:
    """Raises Unauthorized."""
    if request.route.allow is Permission.PUBLIC:
        return None
    given = dialect(request.route.dialect).credential(request.headers)
    secret, team_id = given if isinstance(given, Credential) else Credential(given)
    principal = store().principal(secret) if SECRET.fullmatch(secret) else None
    if principal is None or not (team_id is None or principal.reaches(team_id)):
        raise Unauthorized
    return principal


def _conditional(request: Request, answer: Answer) -> Answer:
    """Not Modified, when the caller has this very answer already. Source: RFC 9110, 13.1.2."""
    if request.method not in ("GET", "HEAD") or answer.status != 200:
        return answer
    headers = {"Cache-Control": "private, no-cache", **answer.headers}
    etag, known = answer.headers.get("ETag"), request.headers.get("if-none-match")
    if etag and known and names(known, etag):
        return Answer(status=304, body=None, headers=headers)
    return Answer(status=200, body=answer.body, headers=headers)


def _failure(request: Request, problem: Problem) -> Answer:
    reply = dialect(request.route.dialect).problem(problem, request.id)
    if problem.retry_after is not None:
        headers = {**reply.headers, "Retry-After": str(problem.retry_after)}
        reply = replace(reply, headers=headers)
    return finish(reply)


def _proxy_result(request: Request, answer: Answer) -> dict[str, Any]:
    return {
        "statusCode": answer.status,
        "headers": {**answer.headers, "X-Request-Id": request.id},
        "body": answer.body or "",
        "isBase64Encoded": False,
    }
