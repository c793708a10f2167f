"""Hostile requests at random, over all routes: none is a bug, and each is responded as documented.

What is tried is decided by the names of the routes, so that each run tries the same.
"""

from __future__ import annotations

import json
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from infra.openapi import list_problems
from shared.routes import ROUTES, Route
from tests.routes.problems import assert_problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.routes.scene import Prepared, Scene

pytestmark = pytest.mark.slow

REQUESTS = 25  # of each route
# JSON texts of values.
VALUES = (
    *("null", "true", "-0", "0", "-1", "1.0", "9" * 40, "-" + "9" * 400, "1" + "0" * 5000),
    *("1e308", "1e309", "-1e999999999", "1e-999999999", "0." + "0" * 400 + "1", "1E+99999999999"),
    *('""', '"\\u0000"', '"\\ud800"', '"\\udc00x"', '"\\ud83d\\ude00"', '"\\u202e"', '"\\n\\r\\t"'),
    *('"e\\u0301"', '"\U0001f600"', '"live"', '"latest"', '".."', '"7"', '"%s"', '"{{.a"'),
    *('"{{ a"', '"{% for a in a %}"', '"{{ a ** 9 ** 9 }}"', json.dumps("q" * 200_000)),
    *(json.dumps("\u00e9" * 70_000), "[]", "{}", "[[]]", "[null]", '{"":{}}', "[1,[2,[3]]]"),
    *("[" * 150 + "]" * 150, '{"a":' * 150 + "1" + "}" * 150, "[" * 300 + "]" * 300),
    *(json.dumps([1] * 5_000), json.dumps({str(number): number for number in range(2_000)})),
    *('{"\\ud800":1}', '{"\\u0000":1}', '{"a":1,"a":2}', '{"__proto__":{"a":1}}'),
)
# Parts of paths and queries, percent-encoded oddly or for real.
TEXTS = (
    *(
        "%",
        "%zz",
        "%0",
        "%00",
        "%2F",
        "%252F",
        "%2e%2e",
        "..",
        ".",
        "%ED%A0%80",
        "%C0%AF",
        "%FF",
    ),
    *("%F0%9F%98%80", "e%CC%81", "%E2%80%AE", "a%0D%0Ab", "+", "a+b", "%20", "a" * 3000, "9" * 400),
    *("-0", "1e309", "%D9%A5", "0x1", "live", "latest", "NaN", "null", "%5B%5D", "%7B%7B.a%7D%7D"),
    *("urn:uuid:00000000-0000-4000-8000-000000000000", "%27%20OR%201=1", "eyJ9", "a%26b%3Dc"),
)
HEADERS = {
    "content_type": (
        "",
        "text/plain",
        "application/json; charset=utf-16",
        "multipart/form-data",
        "x",
    ),
    "content_encoding": ("gzip", "br", "identity", "gzip, gzip"),
    "if_match": ("", "*", '"x"', 'W/"x"', '"a", "b"', "x" * 5000, '"'),
    "if_none_match": ("*", '"x"', "x"),
    "idempotency_key": ("", "k", "k" * 256, "\u00e9", "%00"),
    "accept": ("text/html", "*/*;q=0", "\u00e9"),
    "x_forwarded_for": ("x", ""),
}
MARK = '"\ue000"'


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.dialect}.{route.name}")
def test_a_hostile_request_is_taken_or_refused_as_documented(route: Route, scene: Scene) -> None:
    random = Random(f"{route.dialect}.{route.name}")
    problems = list_problems(route)
    with scene.visit(route) as call:
        for _ in range(REQUESTS):
            hostile, raw, headers = spoil(call, random)
            response = hostile.send(scene.registry.editor, raw=raw, **headers)
            sent = f"{hostile.target} {headers} {raw!r}"[:2_000]
            if response.status == 415:  # the gateway's own
                assert "content_encoding" in headers, sent
                continue
            assert response.status in {200, 201, 202, 204, 207, 304, *problems}, sent
            assert response.status < 500 or response.status == 501, sent
            if response.status >= 400:
                assert_problem(response, route, response.status)


def spoil(call: Prepared, random: Random) -> tuple[Prepared, str | None, dict[str, str]]:
    """Replace parts of a good call: of its path, its query, its body, its headers."""
    raw: str | None = None
    headers: dict[str, str] = {}
    segments, queries = call.route.segment_names, call.route.query_names
    ways = [
        *(["segment"] if segments else []),
        "query",
        "header",
        *(["body"] * 6 if call.body or call.route.body else []),
    ]
    for way in {random.choice(ways), random.choice(ways)}:
        if way == "segment":
            call = call.replace_segment(random.choice(sorted(segments)), random.choice(TEXTS))
        elif way == "query":
            name = random.choice([*sorted(queries), *TEXTS[1:4], "unknown"])
            call = call.replace_query(**{name: random.choice(TEXTS)})
        elif way == "header":
            name = random.choice(sorted(HEADERS))
            headers[name] = random.choice(HEADERS[name])
        else:
            raw = spoil_body(call, random)
    return call, raw, headers


def spoil_body(call: Prepared, random: Random) -> str:
    """Put hostile values into a good body: instead of a value, beside it, or twice by one name."""
    body = json.dumps(call.body or {})
    places = [*list_places(call.body or {})]
    way = random.randrange(4)
    if way == 0 or not places:
        return random.choice(VALUES)
    if way == 1:
        twice = json.dumps(random.choice(sorted(call.body or {"a": 1})))
        return f"{body[:-1]}, {twice}: {random.choice(VALUES)}}}"
    return random.choice(places).replace(MARK, random.choice(VALUES), 1)


def list_places(value: Any) -> Iterator[str]:
    """List a JSON value as texts, each with the mark at another place of it."""
    if isinstance(value, dict | list):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            for inner in ("\ue000", *map(json.loads, list_places(item))):
                copy = value.copy()
                copy[key] = inner
                yield json.dumps(copy, ensure_ascii=False)
