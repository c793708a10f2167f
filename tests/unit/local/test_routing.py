"""The local server finds the route that API Gateway would find."""

import json
from collections.abc import Callable

import pytest

from infra.local.gateway import Event, Gateway, Request, Response, build_tree, split_path
from shared.routes import ROUTES, Parameter, Permission, Route
from shared.routes.route import SEGMENT
from tests.routes.scene import name_route


def build_route(name: str, method: str, path: str) -> Route:
    """Build a row of a route table."""
    return Route(
        name=name,
        dialect="test",
        method=method,
        path=path,
        permission=Permission.PUBLIC,
        segments=tuple(Parameter(segment, "") for segment in SEGMENT.findall(path)),
        chapter="Test",
    )


OTHERS = tuple(route for route in ROUTES if route.path != "/")
TABLE = (
    build_route("list_things", "GET", "/things"),
    build_route("create_thing", "POST", "/things"),
    build_route("get_thing", "GET", "/things/{id}"),
    build_route("update_thing", "PUT", "/things/{id}"),
    build_route("compare_things", "GET", "/things/compare"),
    build_route("get_part", "GET", "/things/{id}/parts/{part}"),
    build_route("get_root", "GET", "/"),
    build_route("get_file", "GET", "/files/{path+}"),
    build_route("get_readme", "GET", "/files/readme"),
)


@pytest.fixture
def respond() -> Callable[[str, str], Response]:
    """A gateway that responds with the route's name and its handler's path parameters."""

    def load(route: Route) -> Callable[[Event, object], object]:
        def handler(event: Event, _: object) -> object:
            return {
                "statusCode": 200,
                "body": json.dumps([route.name, event["pathParameters"], event["httpMethod"]]),
            }

        return handler

    gateway = Gateway(TABLE, load)
    return lambda method, target: gateway.respond(Request(method=method, target=target))


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
    respond: Callable[[str, str], Response],
    method: str,
    target: str,
    name: str,
    parameters: dict[str, str] | None,
) -> None:
    assert json.loads(respond(method, target).body) == [name, parameters, method]


def test_head_goes_to_the_route_of_get(respond: Callable[[str, str], Response]) -> None:
    assert json.loads(respond("HEAD", "/things/7").body) == ["get_thing", {"p1": "7"}, "HEAD"]


@pytest.mark.parametrize("target", ["/nothing", "/things/7/parts", "/things//parts/2", "/files"])
def test_unknown_path_is_not_found(respond: Callable[[str, str], Response], target: str) -> None:
    response = respond("GET", target)

    body = json.loads(response.body)
    assert response.status == 404
    assert body | {"request_id": ""} == {
        "error": "not found",
        "code": "not_found",
        "message": "not found; below the URL of this API, /docs has its documentation and "
        "/openapi.json its description for programs",
        "request_id": "",
    }
    assert ("X-Request-Id", body["request_id"]) in response.headers


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
    respond: Callable[[str, str], Response], method: str, target: str, allow: str
) -> None:
    response = respond(method, target)

    assert response.status == 405
    assert json.loads(response.body)["code"] == "method_not_allowed"
    assert dict(response.headers)["Allow"] == allow


INDEX = build_route("get_index", "GET", "/")


@pytest.mark.parametrize(
    "target", ["/", "", "//", "/?a=b", "?a=b", "http://host:1", "http://host:1/?a=b"]
)
def test_the_root_may_have_a_route_beside_all_others(target: str) -> None:
    gateway = Gateway((*OTHERS, INDEX), lambda route: lambda *_: {"statusCode": 200})
    methods = ("GET", "HEAD", "POST")

    responses = [gateway.respond(Request(method=method, target=target)) for method in methods]

    assert [response.status for response in responses] == [200, 200, 405]
    assert dict(responses[2].headers)["Allow"] == "GET, HEAD"


def test_the_root_is_found_by_no_segments_where_it_has_a_route() -> None:
    match = build_tree((*OTHERS, INDEX)).find(())

    assert match is not None
    assert (match[0].path, match[0].methods, match[1]) == ("/", {"GET": INDEX}, {})
    assert build_tree(OTHERS).find(()) is None


class RawRoute(Route):
    """A route whose path is what API Gateway knows it by, not numbered by the table."""

    __slots__ = ()

    @property
    def resources(self) -> tuple[str, ...]:
        """The path as it is."""
        return (self.path,)


def build_raw_route(name: str, path: str, *, falls_back_to: str | None = None) -> RawRoute:
    """Build a row whose path API Gateway is told as it is."""
    return RawRoute(
        name=name,
        dialect="test",
        method="GET",
        path=path,
        falls_back_to=falls_back_to,
        segments=tuple(Parameter(segment, "") for segment in SEGMENT.findall(path)),
        permission=Permission.PUBLIC,
        chapter="Test",
    )


def test_two_names_for_one_variable_are_refused_as_by_api_gateway() -> None:
    with pytest.raises(ValueError, match="one name of a variable segment"):
        build_tree([build_raw_route("one", "/x/{a}"), build_raw_route("other", "/x/{b}")])


def test_two_routes_of_one_place_are_refused() -> None:
    with pytest.raises(ValueError, match="one and other are both GET /x"):
        build_tree([build_raw_route("one", "/x"), build_raw_route("other", "/x")])


@pytest.mark.parametrize("names", [("front", "back"), ("back", "front")])
def test_route_that_stands_before_another_gets_the_request(names: tuple[str, str]) -> None:
    table = {
        "front": build_raw_route("front", "/x", falls_back_to="back"),
        "back": build_raw_route("back", "/x"),
    }

    match = build_tree(table[name] for name in names).find(("x",))

    assert match is not None
    assert match[0].methods["GET"] is table["front"]


def test_every_route_of_the_table_is_found_by_its_own_paths() -> None:
    tree = build_tree(ROUTES)
    for route in ROUTES:
        if any(front.is_in_front_of(route) for front in ROUTES):
            continue
        for path in route.resources:
            segments = tuple(s if "{" not in s else "x-1" for s in split_path(path))
            with name_route(route):
                match = tree.find(segments)

                assert match is not None
                resource, parameters = match
                assert resource.methods[route.method] is route
                assert list(parameters) == [f"p{n}" for n in range(1, path.count("{") + 1)]
