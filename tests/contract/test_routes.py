"""The route table, the functions and the errors say the same thing, each in its own way."""

import ast
import inspect
import re
from collections import defaultdict
from importlib import import_module
from pathlib import Path

import pytest

from shared import errors
from shared.dialects import px0
from shared.errors import Problem
from shared.routes import ROUTES, Permission, Route
from shared.routes.route import PARAMETER

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "functions").glob("*/*.py"))
OFF_THE_API = {"events"}  # folders of functions that no URL leads to
METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}


def name_of(route: Route) -> str:
    return f"{route.dialect}-{route.name}"


def kinds_of(kind: type[Problem]) -> list[type[Problem]]:
    return [kind, *(each for child in kind.__subclasses__() for each in kinds_of(child))]


# Only what the tree itself declares: a dialect or a test may have kinds of its own.
PROBLEMS = [kind for kind in kinds_of(Problem)[1:] if kind.__module__ == errors.__name__]


def test_every_row_has_a_file_and_every_file_a_row() -> None:
    files = [
        file.relative_to(ROOT)
        for file in FILES
        if file.stem != "__init__" and file.parent.name not in OFF_THE_API
    ]

    modules = [".".join(file.with_suffix("").parts) for file in files]

    assert modules == sorted(route.module for route in ROUTES)


@pytest.mark.parametrize("route", ROUTES, ids=name_of)
def test_a_file_ends_with_the_handler_of_the_function_it_is_named_after(route: Route) -> None:
    tree = ast.parse((ROOT / "functions" / route.dialect / f"{route.name}.py").read_text())

    functions = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]

    assert route.name in functions
    assert ast.unparse(tree.body[-1]) == f"lambda_handler = serve({route.name})"


@pytest.mark.parametrize("route", ROUTES, ids=name_of)
def test_a_file_tells_its_route_and_its_function_what_it_does(route: Route) -> None:
    module = import_module(route.module)
    function = getattr(module, route.name)

    assert module.__doc__ == f"{route.method} {route.path}"
    assert function.__doc__
    assert function.__doc__.splitlines()[0].endswith(".")


@pytest.mark.parametrize("route", ROUTES, ids=name_of)
def test_a_function_takes_the_parameters_of_its_path(route: Route) -> None:
    function = getattr(import_module(route.module), route.name)

    signature = inspect.signature(function)
    call, *parameters = (
        name for name, each in signature.parameters.items() if each.default is each.empty
    )

    assert call == "call"
    assert tuple(parameters) == route.parameters
    # A sibling may ask for more, by keyword.
    assert [
        name
        for name, each in signature.parameters.items()
        if each.default is not each.empty and each.kind is not each.KEYWORD_ONLY
    ] == []


def test_two_rows_share_a_url_only_where_one_stands_in_front_of_the_other() -> None:
    rows: dict[tuple[str, str], list[Route]] = defaultdict(list)
    for route in ROUTES:
        for resource in route.resources:
            rows[route.method, resource].append(route)

    shared = [sharing for sharing in rows.values() if len(sharing) > 1]

    for sharing in shared:
        front, behind = sorted(sharing, key=lambda route: route.before is None)
        assert (behind.dialect, behind.name) == ("registry", front.before)


@pytest.mark.parametrize("route", [route for route in ROUTES if route.before], ids=name_of)
def test_a_row_in_front_of_another_is_reached_by_its_urls_and_can_do_its_work(
    route: Route,
) -> None:
    (behind,) = (
        other for other in ROUTES if (other.dialect, other.name) == ("registry", route.before)
    )
    pattern = PARAMETER.sub("[^/]+", behind.path)

    assert route.method == behind.method
    assert re.fullmatch(pattern, route.path)
    assert {*behind.role_actions} <= {*route.role_actions}


def test_no_two_rows_of_a_dialect_have_the_same_name() -> None:
    for name in ("name", "operation_id"):
        names = [(route.dialect, getattr(route, name)) for route in ROUTES]
        assert len(set(names)) == len(names)


@pytest.mark.parametrize("route", ROUTES, ids=name_of)
def test_a_row_says_nothing_impossible(route: Route) -> None:
    assert route.method in METHODS
    assert route.path.startswith("/")
    assert len(set(route.parameters)) == len(route.parameters)
    assert route.actions == () or route.allow is not Permission.PUBLIC
    assert len(set(route.role_actions)) == len(route.role_actions)
    assert route.takes is None or route.method != "GET"
    assert (route.gives is None) or route.status != 204
    assert not {"limit", "cursor"} & {*route.query} or route.method == "GET"
    assert route.allow is not Permission.READ or "prompts:PutItem" not in route.actions


def test_every_kind_of_problem_has_a_code_of_its_own() -> None:
    codes = [kind.code for kind in PROBLEMS]

    assert len(codes) > 20
    assert len(set(codes)) == len(codes)
    assert [code for code in codes if code != code.lower() or " " in code] == []


def test_the_drawing_of_the_tree_names_every_kind() -> None:
    assert [kind.__name__ for kind in PROBLEMS if kind.__name__ not in (errors.__doc__ or "")] == []


@pytest.mark.parametrize("kind", PROBLEMS, ids=lambda kind: kind.__name__)
def test_every_problem_comes_back_in_the_shape_of_px0(kind: type[Problem]) -> None:
    problem = kind("what went wrong", details=["more"])

    told = px0.problem(problem, "the request")

    assert told.status == kind.status
    assert 400 <= kind.status <= 599
    assert told.body == {
        "error": "what went wrong",
        "code": kind.code,
        "request_id": "the request",
        "details": ["more"],
    }


@pytest.mark.parametrize("kind", PROBLEMS, ids=lambda kind: kind.__name__)
def test_a_problem_without_words_of_its_own_has_its_kinds(kind: type[Problem]) -> None:
    told = px0.problem(kind(), "the request")

    assert told.body == {"error": kind.default, "code": kind.code, "request_id": "the request"}


def test_a_problem_is_worded_wherever_it_is_raised_without_words() -> None:
    wordless = {kind.__name__ for kind in PROBLEMS if not kind.default}

    raised = {
        node.exc.id
        for file in sorted((ROOT / "shared").rglob("*.py")) + FILES
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Name)
    }

    assert wordless & raised == set()
    assert "Unauthorized" in raised
