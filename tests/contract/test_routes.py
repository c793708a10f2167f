"""The route table and the functions say the same thing, each in its own way."""

import ast
import inspect
import re
from collections import defaultdict
from importlib import import_module
from pathlib import Path

from shared.routes import ROUTES, Permission, Route
from shared.routes.route import SEGMENT
from tests.routes.scene import name_route

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "functions").glob("*/*.py"))
OFF_THE_API = {"events"}  # folders of functions that no URL leads to
METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}


def test_every_row_has_a_file_and_every_file_a_row() -> None:
    files = [
        file.relative_to(ROOT)
        for file in FILES
        if file.stem != "__init__" and file.parent.name not in OFF_THE_API
    ]

    modules = [".".join(file.with_suffix("").parts) for file in files]

    assert modules == sorted(route.module for route in ROUTES)


def test_a_file_ends_with_the_handler_of_the_function_it_is_named_after() -> None:
    for route in ROUTES:
        with name_route(route):
            tree = ast.parse((ROOT / "functions" / route.dialect / f"{route.name}.py").read_text())

            functions = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]

            assert route.name in functions
            handler = ast.unparse(tree.body[-1])
            assert re.fullmatch(rf"lambda_handler = serve\({route.name}(, prepare=\w+)?\)", handler)


def test_a_file_tells_its_route_and_its_function_what_it_does() -> None:
    for route in ROUTES:
        with name_route(route):
            module = import_module(route.module)
            function = getattr(module, route.name)

            assert module.__doc__ == f"Serve `{route.method} {route.path}`."
            assert function.__doc__
            assert function.__doc__.splitlines()[0].endswith(".")


def test_a_function_takes_the_parameters_of_its_path() -> None:
    for route in ROUTES:
        with name_route(route):
            function = getattr(import_module(route.module), route.name)

            signature = inspect.signature(function)
            call, *parameters = (
                name for name, each in signature.parameters.items() if each.default is each.empty
            )

            assert call == "call"
            assert tuple(parameters) == route.segment_names
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
        front, behind = sorted(sharing, key=lambda route: route.falls_back_to is None)
        assert (behind.dialect, behind.name) == ("registry", front.falls_back_to)


def test_a_row_in_front_of_another_is_reached_by_its_urls_and_can_do_its_work() -> None:
    native = {route.name: route for route in ROUTES if route.dialect == "registry"}
    for route in ROUTES:
        if route.falls_back_to is not None:
            with name_route(route):
                behind = native[route.falls_back_to]

                assert route.method == behind.method
                assert re.fullmatch(SEGMENT.sub("[^/]+", behind.path), route.path)
                assert {*behind.role_actions} <= {*route.role_actions}


def test_no_two_rows_of_a_dialect_have_the_same_name() -> None:
    for name in ("name", "operation_id"):
        names = [(route.dialect, getattr(route, name)) for route in ROUTES]
        assert len(set(names)) == len(names)


def test_a_row_says_nothing_impossible() -> None:
    for route in ROUTES:
        with name_route(route):
            assert route.method in METHODS
            assert route.path.startswith("/")
            assert len(set(route.segment_names)) == len(route.segment_names)
            is_sign_in = route.chapter == "Sign-in"  # for whoever has no credential yet
            assert is_sign_in or route.actions == () or route.permission is not Permission.PUBLIC
            assert len(set(route.role_actions)) == len(route.role_actions)
            assert route.body == () or route.method != "GET"
            assert not {"limit", "cursor"} & {*route.query_names} or route.method == "GET"
            assert route.permission is not Permission.READ or "prompts:PutItem" not in route.actions
