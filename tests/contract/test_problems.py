"""The problems, and how each dialect tells of them."""

import ast
from collections.abc import Iterator
from pathlib import Path

from shared import problems
from shared.dialects.dialect import get_dialect
from shared.problems import Problem
from shared.routes import DIALECTS
from tests.routes.problems import assert_shape

ROOT = Path(__file__).parents[2]


def iterate_kinds(kind: type[Problem] = Problem) -> Iterator[type[Problem]]:
    """Iterate over the classes of problems that every dialect can have."""
    for child in kind.__subclasses__():
        # A dialect, or a test, may have kinds of its own.
        if child.__module__ == problems.__name__:
            yield child
        yield from iterate_kinds(child)


KINDS = tuple(iterate_kinds())


def test_every_problem_has_the_documented_shape_in_every_dialect() -> None:
    for name in DIALECTS:
        dump_problem = get_dialect(name).dump_problem
        for kind in KINDS:
            for problem in (kind(), kind("what is wrong", details=[{"permission": "write"}])):
                response = dump_problem(problem, "the request")

                where = f"{kind.__name__} in {name}: {response}"
                assert response.body is not None, where
                assert_shape(response.body, name)
                assert 400 <= response.status <= 599, where
                # A dialect may have another status of the same class for it.
                assert response.status // 100 == kind.status // 100, where
                assert "the request" in response.body.values(), where


def test_the_native_dialect_tells_of_a_problem_as_it_is() -> None:
    dump_problem = get_dialect("registry").dump_problem
    for kind in KINDS:
        told = dump_problem(kind("what is wrong", details=["more"]), "the request")
        untold = dump_problem(kind(), "the request")

        names = {"code": kind.code, "request_id": "the request"}
        assert (told.status, untold.status) == (kind.status, kind.status)
        assert told.body == {"error": "what is wrong", **names, "details": ["more"]}
        assert untold.body == {"error": kind.default, **names}


def test_every_kind_of_problem_has_a_code_of_its_own() -> None:
    codes = [kind.code for kind in KINDS]

    assert len(codes) > 20
    assert len(set(codes)) == len(codes)
    assert [code for code in codes if code != code.lower() or " " in code] == []


def test_the_drawing_of_the_tree_names_every_kind() -> None:
    drawing = problems.__doc__ or ""

    assert [kind.__name__ for kind in KINDS if kind.__name__ not in drawing] == []


def test_a_problem_is_worded_wherever_it_is_raised_without_words() -> None:
    wordless = {kind.__name__ for kind in KINDS if not kind.default}

    raised = {
        node.exc.id
        for folder in ("shared", "functions")
        for file in sorted((ROOT / folder).rglob("*.py"))
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Name)
    }

    assert wordless & raised == set()
    assert "Unauthorized" in raised
