"""The local server finds the route that API Gateway would find."""

import json
from collections.abc import Callable

import pytest

from infra.local.gateway import Answer, Event, Gateway, Request, resources, split
from shared.routes import ROUTES, Permission, Route


def route(name: str, method: str, path: str) -> Route:
    return Route(
        name=name, dialect="test", method=method, path=path, allow=Permission.PUBLIC, tag="Test"
    )


TABLE = (
    route("list_things", "GET", "/things"),
    route("create_thing", "POST", "/things"),
    route("get_thing", "GET", "/things/{id}"),
    route("update_thing", "PUT", "/things/{id}"),
    route("compare_things", "GET", "/things/compare"),
    route("get_part", "GET", "/things/{id}/parts/{part}"),
    route("get_root", "GET", "/"),
    route("get_file", "GET", "/files/{path+}"),
    route("get_readme", "GET", "/files/readme"),
)


@pytest.fixture
def answer() -> Callable[[str, str], Answer]:
    """Answers with the route's name and the path parameters that its handler got."""

    def load(route: Route) -> Callable[[Event, object], object]:
        def handler(event: Event, _: object) -> object:
            return {
                "statusCode": 200,
                "body": json.dumps([route.name, event["pathParameters"], event["httpMethod"]]),
            }

        return handler

    gateway = Gateway(TABLE, load)
    return lambda method, target: gateway.answer(Request(method=method, target=target))


@pytest.mark.parametrize(
    ("method", "target", "name", "parameters"),
    [
        ("GET", "/", "get_root", None),
        ("GET", "/things", "list_things", None),
        ("POST", "/things", "create_thing", None),
        ("GET", "/things/7", "get_thing", {"p1": "7"}),
        ("GET", "/things/compare", "compare_things", None),
        ("GET", "/things/compare/parts/2", "get_part", {"p1": "compare", "p2": "2"}),
        ("GET", "/things/7/parts/2", "get_part", {"p1": "7", "p2": "2"}),
        ("GET", "/things/7/", "get_thing", {"p1": "7"}),
        ("GET", "//things/7", "get_thing", {"p1": "7"}),
        ("GET", "http://host:1/things/7?a=b", "get_thing", {"p1": "7"}),
        ("GET", "/things?path=/things/7", "list_things", None),
        ("GET", "/things/a%2Fb", "get_thing", {"p1": "a%2Fb"}),
        ("GET", "/things/%31", "get_thing", {"p1": "%31"}),
        ("GET", "/things/a+b", "get_thing", {"p1": "a+b"}),
        ("GET", "/things/gr%C3%BC%C3%9Fe", "get_thing", {"p1": "gr%C3%BC%C3%9Fe"}),
        ("GET", "/files/readme", "get_readme", None),
        ("GET", "/files/a", "get_file", {"path": "a"}),
        ("GET", "/files/a/b%2Fc/d/", "get_file", {"path": "a/b%2Fc/d"}),
        ("GET", "/files/readme/a", "get_file", {"path": "readme/a"}),
    ],
)
def test_route_and_parameters_of_a_target(
    answer: Callable[[str, str], Answer],
    method: str,
    target: str,
    name: str,
    parameters: dict[str, str] | None,
) -> None:
    assert json.loads(answer(method, target).body) == [name, parameters, method]


def test_head_goes_to_the_route_of_get(answer: Callable[[str, str], Answer]) -> None:
    assert json.loads(answer("HEAD", "/things/7").body) == ["get_thing", {"p1": "7"}, "HEAD"]


@pytest.mark.parametrize("target", ["/nothing", "/things/7/parts", "/things//parts/2", "/files"])
def test_unknown_path_is_not_found(answer: Callable[[str, str], Answer], target: str) -> None:
    found = answer("GET", target)

    body = json.loads(found.body)
    assert found.status == 404
    assert body | {"request_id": ""} == {
        "error": "not found",
        "code": "not_found",
        "message": "not found",
        "request_id": "",
    }
    assert ("X-Request-Id", body["request_id"]) in found.headers


@pytest.mark.parametrize(
    ("method", "target", "allow"),
    [
        ("DELETE", "/things/7", "GET, HEAD, PUT"),
        ("PUT", "/things", "GET, HEAD, POST"),
        ("PUT", "/things/compare", "GET, HEAD"),
        ("BREW", "/things", "GET, HEAD, POST"),
    ],
)
def test_other_method_on_a_known_path_is_not_allowed(
    answer: Callable[[str, str], Answer], method: str, target: str, allow: str
) -> None:
    found = answer(method, target)

    assert found.status == 405
    assert json.loads(found.body)["code"] == "method_not_allowed"
    assert dict(found.headers)["Allow"] == allow


class Raw(Route):
    """A route whose path is what API Gateway knows it by, not numbered by the table."""

    __slots__ = ()

    @property
    def resources(self) -> tuple[str, ...]:
        return (self.path,)


def raw(name: str, path: str, *, before: str | None = None) -> Raw:
    return Raw(
        name=name,
        dialect="test",
        method="GET",
        path=path,
        before=before,
        allow=Permission.PUBLIC,
        tag="Test",
    )


def test_two_names_for_one_variable_are_refused_as_by_api_gateway() -> None:
    with pytest.raises(ValueError, match="one variable"):
        resources([raw("one", "/x/{a}"), raw("other", "/x/{b}")])


def test_two_routes_of_one_place_are_refused() -> None:
    with pytest.raises(ValueError, match="both one and other"):
        resources([raw("one", "/x"), raw("other", "/x")])


@pytest.mark.parametrize("names", [("front", "back"), ("back", "front")])
def test_route_that_stands_before_another_gets_the_request(names: tuple[str, str]) -> None:
    table = {"front": raw("front", "/x", before="back"), "back": raw("back", "/x")}

    found = resources(table[name] for name in names).find(("x",))

    assert found is not None
    assert found[0].methods["GET"].name == "front"


REACHED = [route for route in ROUTES if not any(front.hides(route) for front in ROUTES)]


@pytest.mark.parametrize("route", REACHED, ids=lambda route: route.name)
def test_every_route_of_the_table_is_found_by_its_own_paths(route: Route) -> None:
    for path in route.resources:
        segments = tuple(s if "{" not in s else "x-1" for s in split(path))

        found = resources(ROUTES).find(segments)

        assert found is not None
        resource, parameters = found
        assert resource.methods[route.method] is route
        assert list(parameters) == [f"p{n}" for n in range(1, path.count("{") + 1)]
