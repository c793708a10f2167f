"""Pages of other origins, over all routes: what a browser asks first, and what they may read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from infra.cors import build_preflight_headers, list_request_headers
from shared import serve
from shared.cors import READABLE_HEADERS, build_origin_headers, parse_origins
from shared.dialects.dialect import get_dialect
from shared.routes import ROUTES
from tests.client import GATEWAY
from tests.contract.sources import list_files, name_module
from tests.routes.scene import get_credential

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.routes.scene import Scene

APP, OTHER, STRANGER = "https://app.example.com", "http://localhost:3000", "https://evil.example"
# By what is configured and the origin of the page: the origin that may read the response.
CASES = [
    ((APP,), APP, APP),
    ((APP,), STRANGER, APP),
    ((APP, OTHER), OTHER, OTHER),
    ((APP, OTHER), APP, APP),
    ((APP, OTHER), STRANGER, APP),
    (("*",), STRANGER, "*"),
]
ALLOW = "Access-Control-Allow-Origin"
# Headers that browsers and proxies set, whatever the page wants.
SET_BY_OTHERS = {"host", "origin", "user-agent", "x-forwarded-proto"}
READS = re.compile(r'headers\.get\(\s*"([a-z-]+)"')


def configure(patch: pytest.MonkeyPatch, origins: tuple[str, ...]) -> None:
    patch.setattr(GATEWAY, "cors_origins", origins)
    patch.setattr(serve, "get_origins", lambda: origins)


def split(text: str) -> set[str]:
    return {item.strip().lower() for item in text.split(",") if item.strip()}


def assert_readable(headers: Mapping[str, str]) -> None:
    """Check that a page can read every header, where it can read the response at all."""
    exposed = split(headers.get("Access-Control-Expose-Headers", ""))
    own = {name.lower() for name in headers if not name.startswith("Access-Control-")} - {"vary"}
    assert own <= exposed | READABLE_HEADERS
    assert "access-control-allow-credentials" not in {name.lower() for name in headers}


@pytest.fixture(params=CASES, ids=str)
def page(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    """The origin of a page, and the one that responses name as the one that may read them."""
    origins, origin, allowed = request.param
    configure(monkeypatch, origins)
    return origin, allowed


def test_a_browser_may_send_what_every_route_takes(scene: Scene, page: tuple[str, str]) -> None:
    origin, allowed = page
    for route in ROUTES:
        with scene.visit(route) as call:
            asked = {*get_credential(route)("k"), "content-type", "idempotency-key", "if-match"}
            preflight = scene.registry.nobody(
                "OPTIONS",
                call.target,
                headers={
                    "Origin": origin,
                    "Access-Control-Request-Method": route.method,
                    "Access-Control-Request-Headers": ",".join(sorted(asked)),
                },
            )

            assert (preflight.status, preflight.text) == (204, "")
            assert preflight.headers[ALLOW] == allowed
            assert preflight.headers.get("Vary") == (None if allowed == "*" else "Origin")
            assert route.method.lower() in split(preflight.headers["Access-Control-Allow-Methods"])
            assert asked <= split(preflight.headers["Access-Control-Allow-Headers"])


@pytest.mark.slow
def test_a_page_may_read_what_every_route_responds(scene: Scene, page: tuple[str, str]) -> None:
    origin, allowed = page
    for route in ROUTES:
        with scene.visit(route) as call:
            responses = [
                call.send(scene.get_caller(route), Origin=origin),
                call.send(scene.get_caller(route), Origin=origin, If_None_Match="*"),
                call.send(scene.registry.nobody, Origin=origin),
                call.send(scene.get_caller(route), raw="{", Origin=origin),
            ]
            assert responses[0].status == route.status
            for response in responses:
                assert response.headers[ALLOW] == allowed
                assert response.headers.get("Vary") == (None if allowed == "*" else "Origin")
                assert_readable(response.headers)


def test_a_replay_is_for_the_page_that_asks(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    configure(monkeypatch, (APP, OTHER))
    (route,) = (route for route in ROUTES if route.name == "create_version")
    with scene.visit(route) as call:
        first = call.send(scene.get_caller(route), Origin=APP, Idempotency_Key="k")
        again = call.send(scene.get_caller(route), Origin=OTHER, Idempotency_Key="k")

    assert again.text == first.text
    assert (first.headers[ALLOW], again.headers[ALLOW]) == (APP, OTHER)


@pytest.mark.parametrize(
    ("method", "target", "status"),
    [("GET", "/nowhere", 404), ("PURGE", "/v1/health", 405), ("GET", "/", 404)],
)
def test_a_page_may_read_the_problems_of_the_gateway(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, method: str, target: str, status: int
) -> None:
    configure(monkeypatch, (APP,))

    response = scene.registry.nobody(method, target, headers={"Origin": APP})
    preflight = scene.registry.nobody("OPTIONS", target, headers={"Origin": APP})

    assert response.status in (status, 200)
    assert response.headers[ALLOW] in ("*", APP)
    assert_readable(response.headers)
    assert (preflight.status, preflight.headers[ALLOW]) == (204, APP)


def test_without_origins_nothing_is_different(scene: Scene) -> None:
    for route in ROUTES:
        with scene.visit(route) as call:
            response = call.send(scene.get_caller(route), Origin=APP)
            preflight = scene.registry.nobody("OPTIONS", call.target, headers={"Origin": APP})

            assert preflight.status == 405
            for name in (*response.headers, *preflight.headers):
                assert not name.lower().startswith("access-control-")
                assert name.lower() != "vary"


def test_pages_may_set_every_header_that_the_code_reads() -> None:
    read = {
        name
        for file in list_files()
        if name_module(file).startswith(("shared.", "functions."))
        for name in READS.findall(file.read_text(encoding="utf-8"))
    }
    allowed = {name.lower() for name in list_request_headers()}

    assert {"authorization", "idempotency-key", "x-project-id"} <= read
    assert read - SET_BY_OTHERS <= allowed


def test_pages_may_send_the_credentials_of_every_dialect() -> None:
    allowed = {name.lower() for name in list_request_headers()}
    for name in {route.dialect for route in ROUTES}:
        assert {header.lower() for header in get_dialect(name).credential_headers} <= allowed


def test_a_preflight_of_an_unknown_path_allows_all_methods() -> None:
    headers = build_preflight_headers((APP,), APP, [])

    assert {route.method.lower() for route in ROUTES} <= split(
        headers["Access-Control-Allow-Methods"]
    )


@pytest.mark.parametrize(
    ("text", "origins"),
    [
        ("", ()),
        (" ", ()),
        ("*", ("*",)),
        (APP, (APP,)),
        (f"{APP}, {OTHER}", (APP, OTHER)),
        ("http://[::1]:3000", ("http://[::1]:3000",)),
    ],
)
def test_origins_are_separated_by_commas(text: str, origins: tuple[str, ...]) -> None:
    assert parse_origins(text) == origins


@pytest.mark.parametrize(
    "text", ["app.example.com", f"{APP}/", f"*,{APP}", f"{APP},", "null", 'https://a"b', "ftp://a"]
)
def test_what_no_browser_sends_is_no_origin(text: str) -> None:
    with pytest.raises(ValueError, match="origins such as"):
        parse_origins(text)


def test_no_origin_is_told_that_it_may_read_what_is_for_another() -> None:
    for origin in ("", "null", STRANGER, APP.upper(), f"{APP}.evil.example", f"{APP}:8443"):
        assert build_origin_headers((APP, OTHER), origin)[ALLOW] == APP
