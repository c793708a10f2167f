"""Who may import whom, and how much each function loads before its first call."""

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.routes import ROUTES, Route

ROOT = Path(__file__).parents[2]
SOURCES = sorted(
    file for folder in ("functions", "shared", "infra") for file in (ROOT / folder).rglob("*.py")
)

# Modules in sys.modules when a function is ready: unlike milliseconds, the same on every machine.
# The libraries alone are some 450, and pydantic some 60 more.
MODULES = 515
MODULES_WITH_MODELS = 590

# Forks a process for each function from one that has loaded what all functions have in common.
LOADED = """
import json, os, sys
from importlib import import_module
import shared.serve
for name in sys.argv[1:]:
    if os.fork() == 0:
        import_module(name)
        os.write(1, (json.dumps([name, sorted(sys.modules)]) + "\\n").encode())
        os._exit(0)
    _, status = os.wait()
    if status:
        sys.exit(f"{name} cannot be imported")
"""


def name_of(route: Route) -> str:
    return f"{route.dialect}-{route.name}"


def module_of(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(file: Path) -> Iterator[str]:
    """All that a file imports, wherever in it; of `from a import b` it is a.b."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = file.relative_to(ROOT).parts[: -node.level] if node.level else ()
            source = ".".join([*above, *([node.module] if node.module else [])])
            yield from (f"{source}.{alias.name}" for alias in node.names)


def under(name: str, *packages: str) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def offences(where: tuple[str, ...], *forbidden: str, but: tuple[str, ...] = ()) -> list[str]:
    """Imports of what is forbidden, in the modules under `where`."""
    return [
        f"{module_of(file)} imports {name}"
        for file in SOURCES
        if under(module_of(file), *where) and not under(module_of(file), *but)
        for name in imports(file)
        if under(name, *forbidden)
    ]


def test_the_imports_of_every_file_are_seen() -> None:
    seen = {name for file in SOURCES for name in imports(file)}

    assert {"boto3", "shared.routes.ROUTES", "shared.store.store.Store"} <= seen
    assert [name for name in seen if name.startswith(".")] == []
    assert offences(("shared.store",), "boto3") == ["shared.store.aws imports boto3"]


def test_layers_import_downwards_only() -> None:
    assert offences(("shared",), "functions", "infra", "tests") == []
    assert offences(("functions",), "infra", "tests") == []
    assert offences(("infra",), "tests") == []


def test_pure_packages_import_neither_the_store_nor_the_server() -> None:
    pure = ("shared.domain", "shared.dialects", "shared.rendering")

    assert offences(pure, "shared.store", "shared.serve", "shared.observe") == []
    assert offences(pure, "shared.settings.settings", "shared.settings.in_lambda") == []
    assert offences(("shared.rendering",), "shared.domain", "shared.dialects") == []
    assert offences(("shared.domain",), "shared.dialects", "shared.rendering") == []


def test_functions_import_shared_and_their_own_folder_only() -> None:
    found = [
        f"{module_of(file)} imports {name}"
        for file in SOURCES
        if under(module_of(file), "functions")
        for name in imports(file)
        if under(name, "functions") and not under(name, ".".join(module_of(file).split(".")[:2]))
    ]

    assert found == []


def test_only_the_store_speaks_to_aws() -> None:
    aws = ("boto3", "botocore", "types_boto3_dynamodb", "types_boto3_s3", "s3transfer")

    assert offences(("shared", "functions"), *aws, but=("shared.store",)) == []
    assert offences(("functions",), "shared.store.aws") == []


def test_only_observe_knows_the_libraries_of_logs_and_traces() -> None:
    libraries = ("aws_lambda_powertools", "aws_xray_sdk", "logging")

    assert offences(("shared", "functions"), *libraries, but=("shared.observe",)) == []


def test_what_only_tests_and_deployment_need_is_not_imported_at_run_time() -> None:
    assert offences(("shared", "functions"), "moto", "aws_cdk", "pytest", "hypothesis") == []


def test_the_route_table_needs_the_standard_library_only() -> None:
    found = [
        name
        for file in SOURCES
        if under(module_of(file), "shared.routes")
        for name in imports(file)
        if not under(name, "shared.routes")
        and name.partition(".")[0] not in sys.stdlib_module_names
    ]

    assert found == []


def test_only_settings_reads_the_environment() -> None:
    readers = {
        module_of(file)
        for file in SOURCES
        if under(module_of(file), "shared", "functions")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "environb", "getenv"}
    }

    assert readers == {"shared.settings"}
    assert offences(("shared", "functions"), "os.environ", "os.getenv") == []


@pytest.fixture(scope="module")
def loaded() -> dict[str, set[str]]:
    """What each function has loaded when it is ready for its first call."""
    done = subprocess.run(
        [sys.executable, "-c", LOADED, *(route.module for route in ROUTES)],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return {name: set(modules) for name, modules in lines}


@pytest.mark.parametrize("route", ROUTES, ids=name_of)
def test_a_function_loads_no_more_than_it_needs(loaded: dict[str, set[str]], route: Route) -> None:
    modules = loaded[route.module]

    has_models = "pydantic" in modules
    forbidden = {"moto", "aws_cdk", "infra", "tests", "hypothesis", "jinja2", "http.server"}

    assert modules & forbidden == set()
    assert not has_models or route.takes
    assert not has_models or not route.name.startswith("render")
    assert len(modules) <= (MODULES_WITH_MODELS if has_models else MODULES)


def test_functions_share_their_process_with_no_other_function(
    loaded: dict[str, set[str]],
) -> None:
    endpoints = {route.module for route in ROUTES}

    companions = {name: (modules & endpoints) - {name} for name, modules in loaded.items()}

    assert {name: others for name, others in companions.items() if len(others) > 1} == {}
