"""The package can be carried elsewhere under another name, and its modules form no circle."""

import ast
import shutil
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

SHARED = Path(__file__).parents[3] / "shared"
FILES = sorted((SHARED / "rendering").rglob("*.py"))


def name_module(file: Path) -> str:
    parts = file.relative_to(SHARED.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def list_imports(file: Path) -> Iterator[tuple[int, str]]:
    """List the modules that a file imports, wherever in it, and the levels they are above it."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((0, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            package = file.relative_to(SHARED.parent).parts[: -node.level] if node.level else ()
            source = ".".join([*package, *([node.module] if node.module else [])])
            names = [f"{source}.{alias.name}" for alias in node.names]
            modules = {name_module(file) for file in FILES}
            yield from ((node.level, name if name in modules else source) for name in names)


def test_the_package_imports_nothing_else_of_ours_but_two_modules() -> None:
    imports = {
        name
        for file in FILES
        for _, name in list_imports(file)
        if name.split(".")[0] in ("shared", "functions", "infra", "tests")
        and not name.startswith("shared.rendering.")
    }

    assert imports == {"shared.cache", "shared.texts"}


def test_every_import_within_the_package_is_relative() -> None:
    absolute = [
        (name_module(file), name)
        for file in FILES
        for level, name in list_imports(file)
        if not level and name.split(".")[0] == "shared"
    ]

    assert absolute == []


def test_no_modules_import_each_other_in_a_circle() -> None:
    graph = {name_module(file): {name for _, name in list_imports(file)} for file in FILES}

    order = list(TopologicalSorter(graph).static_order())  # raises CycleError

    assert order.index("shared.rendering.jinja.context") < order.index(
        "shared.rendering.jinja.environment"
    )


def test_a_package_has_no_code_of_its_own() -> None:
    for file in FILES:
        if file.name == "__init__.py":
            docstring, *statements = ast.parse(file.read_text(encoding="utf-8")).body
            assert isinstance(docstring, ast.Expr)
            assert {type(statement) for statement in statements} <= {ast.ImportFrom, ast.Assign}


def test_the_package_works_under_another_name(tmp_path: Path) -> None:
    shutil.copytree(SHARED / "rendering", tmp_path / "client" / "engines_of_templates")
    shutil.copy(SHARED / "cache.py", tmp_path / "client")
    shutil.copy(SHARED / "texts.py", tmp_path / "client")
    code = """
from client.engines_of_templates import Limits, compile_template
sources = {"go": "{{.x}}", "jinja": "{{x}}", "liquid": "{{x}}", "simple": "{{x}}", "tela": "{x}"}
for engine, source in sources.items():
    template = compile_template(source, engine=engine, limits=Limits(), names=frozenset("x"))
    print(template.render({"x": engine}, limits=Limits()))
"""

    result = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, check=True, text=True
    )

    assert result.stdout.split() == ["go", "jinja", "liquid", "simple", "tela"]
