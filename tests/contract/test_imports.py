"""Who may import whom, and how much each function loads before its first call."""

import ast
import json
import os
import subprocess
import sys
from dataclasses import MISSING, fields

import pytest

from shared import writing
from shared.routes import DIALECTS, ROUTES, Permission
from shared.settings import Settings
from tests.contract.sources import (
    ROOT,
    build_import_graph,
    group_rooms,
    is_under,
    list_circles,
    list_files,
    list_imports,
    name_module,
    parse,
)
from tests.hangs import HANG_SECONDS
from tests.routes.scene import name_route

# Modules in sys.modules when a function is ready: unlike milliseconds, the same on every machine.
# The libraries alone are some 400, and pydantic some 60 more.
MODULES = 475
MODULES_WITH_MODELS = 536
# The same in Lambda, where a function has loaded what its first call needs: of one that reads, with
# models, and what writing and the usual template language add.
MODULES_IN_LAMBDA = 475
MODULES_IN_LAMBDA_WITH_MODELS = 532
MODULES_OF_WRITING = 9
MODULES_OF_ENGINE = 10
MODULES_OF_CHECK = 3  # what makes a version of a text that nobody has saved

ENGINE = "shared.rendering.go"
# Loaded outside Lambda only when there is a call, by the one function that needs it.
PREPARED = {
    "shared.store.prompt_batch": "functions.registry.refresh_prompts",
    "shared.store.stamps": "functions.maxim.sync_prompts",
}

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


def list_offences(where: tuple[str, ...], *forbidden: str, but: tuple[str, ...] = ()) -> list[str]:
    """List imports of what is forbidden, in the modules under `where`."""
    return [
        f"{name_module(file)} imports {name}"
        for file in list_files()
        if is_under(name_module(file), *where) and not is_under(name_module(file), *but)
        for name in list_imports(file)
        if is_under(name, *forbidden)
    ]


def test_the_imports_of_every_file_are_seen() -> None:
    names = {name for file in list_files() for name in list_imports(file)}

    assert {"boto3", "shared.routes.ROUTES", "shared.store.store.Store"} <= names
    assert [name for name in names if name.startswith(".")] == []
    assert list_offences(("shared.store",), "botocore.session") == [
        "shared.store.aws imports botocore.session.get_session"
    ]


def test_no_module_imports_itself_by_way_of_others() -> None:
    assert list_circles({"a": ["b"], "b": ["c"], "c": ["a", "d"], "d": []}) == [["a", "b", "c"]]

    assert list_circles(build_import_graph()) == []


def test_no_part_of_the_project_imports_itself_by_way_of_others() -> None:
    assert list_circles(group_rooms(build_import_graph())) == []


def test_packages_hold_no_logic() -> None:
    """A package's own module has a docstring, and names at most what the package offers."""
    for file in list_files():
        if file.name == "__init__.py":
            docstring, *others = parse(file).body
            assert isinstance(docstring, ast.Expr), file
            for node in others:
                is_export = ast.unparse(node).startswith("__all__ = ")
                assert is_export or isinstance(node, ast.ImportFrom), f"{file}:{node.lineno}"


def test_layers_import_downwards_only() -> None:
    assert list_offences(("shared",), "functions", "infra", "tools", "tests") == []
    assert list_offences(("functions",), "infra", "tools", "tests") == []
    assert list_offences(("infra",), "tools", "tests") == []
    assert list_offences(("tools",), "tests") == []


def test_rules_and_dialects_import_nothing_that_calls_aws_or_handles_a_request() -> None:
    pure = ("shared.domain", "shared.dialects", "shared.rendering", "shared.routes")
    calls = ("admission", "call", "observe", "serve", "store", "writing")

    assert list_offences(pure, *(f"shared.{name}" for name in calls)) == []
    assert list_offences(pure, "shared.settings.get_settings", "shared.settings.is_in_lambda") == []
    assert list_offences(("shared.rendering",), "shared.domain", "shared.dialects") == []
    assert list_offences(("shared.domain",), "shared.dialects", "shared.rendering") == []
    assert list_offences(("shared.domain", "shared.store"), "shared.request", "shared.call") == []


def test_dialects_import_no_other_dialect() -> None:
    for dialect in DIALECTS:
        others = {f"shared.{kind}.{other}" for other in DIALECTS for kind in ("dialects", "routes")}
        own = {f"shared.dialects.{dialect}", f"shared.routes.{dialect}"}
        where = (*own, f"functions.{dialect}")

        assert list_offences(where, *(others - own)) == []


def test_a_function_reaches_data_by_the_team_that_it_was_admitted_to_only() -> None:
    by_name = {f"shared.store.{name}" for name in ("store", "dynamodb", "transactions", "callers")}

    assert list_offences(("functions",), *by_name, but=("functions.events",)) == []
    assert list_offences(("functions",), "shared.serve.get_store") == []


def test_functions_import_shared_and_their_own_folder_only() -> None:
    offences = [
        f"{name_module(file)} imports {name}"
        for file in list_files()
        if is_under(name_module(file), "functions")
        for name in list_imports(file)
        if is_under(name, "functions")
        and not is_under(name, ".".join(name_module(file).split(".")[:2]))
    ]

    assert offences == []


def test_only_the_store_speaks_to_aws() -> None:
    aws = ("boto3", "botocore", "types_boto3_dynamodb", "types_boto3_s3", "s3transfer")

    assert list_offences(("shared", "functions"), *aws, but=("shared.store",)) == []
    assert list_offences(("functions",), "shared.store.aws") == []


def test_only_observe_knows_the_libraries_of_logs_and_traces() -> None:
    libraries = ("aws_lambda_powertools", "aws_xray_sdk", "logging")

    assert list_offences(("shared", "functions"), *libraries, but=("shared.observe",)) == []


def test_what_only_tests_and_deployment_need_is_not_imported_at_run_time() -> None:
    assert list_offences(("shared", "functions"), "moto", "aws_cdk", "pytest", "hypothesis") == []


def test_the_route_table_needs_the_standard_library_only() -> None:
    code = "import json, sys; import shared.routes; print(json.dumps([*sys.modules]))"
    done = subprocess.run(
        [sys.executable, "-S", "-c", code],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )

    loaded = {name.partition(".")[0] for name in json.loads(done.stdout)}
    assert loaded - {"shared", "__main__"} <= sys.stdlib_module_names


def test_only_settings_reads_the_environment() -> None:
    readers = {
        name_module(file)
        for file in list_files()
        if is_under(name_module(file), "shared", "functions")
        for node in ast.walk(parse(file))
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "environb", "getenv"}
    }

    assert readers == {"shared.settings"}
    assert list_offences(("shared", "functions"), "os.environ", "os.getenv") == []


def load_functions(**variables: str) -> dict[str, set[str]]:
    """List the modules that each function has loaded when it is ready for its first call.

    Args:
        **variables: More variables of its environment.
    """
    done = subprocess.run(
        [sys.executable, "-c", LOADED, *(route.module for route in ROUTES)],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=HANG_SECONDS,
    )
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return {name: set(modules) for name, modules in lines}


@pytest.fixture(scope="module")
def loaded() -> dict[str, set[str]]:
    """What each function has loaded when it is ready, where nobody waits for its start."""
    return load_functions()


@pytest.fixture(scope="module")
def loaded_in_lambda() -> dict[str, set[str]]:
    """The same in Lambda, where a start has more of a processor than a call."""
    required = (field.name.upper() for field in fields(Settings) if field.default is MISSING)
    return load_functions(
        **dict.fromkeys(required, "any"),
        AWS_LAMBDA_FUNCTION_NAME="any",
        AWS_DEFAULT_REGION="eu-central-1",
    )


def test_functions_load_no_more_than_they_need(
    loaded: dict[str, set[str]], loaded_in_lambda: dict[str, set[str]]
) -> None:
    forbidden = {
        "moto",
        "aws_cdk",
        "infra",
        "tests",
        "hypothesis",
        "jinja2",
        "liquid",
        "http.server",
    }
    for route in ROUTES:
        with name_route(route):
            modules = loaded[route.module]

            has_models = "pydantic" in modules

            assert modules & forbidden == set()
            assert not has_models or route.body
            assert not has_models or not route.name.startswith("render")
            assert len(modules) <= (MODULES_WITH_MODELS if has_models else MODULES)

            deployed = loaded_in_lambda[route.module]
            limit = MODULES_IN_LAMBDA_WITH_MODELS if has_models else MODULES_IN_LAMBDA
            limit += MODULES_OF_WRITING * route.writes + MODULES_OF_ENGINE * (ENGINE in deployed)
            limit += MODULES_OF_CHECK * (route.name == "check_text")

            assert deployed & forbidden == set()
            assert ("pydantic" in deployed) == has_models
            assert len(deployed) <= limit


def test_a_deployed_function_loads_what_its_calls_need_before_the_first_one(
    loaded: dict[str, set[str]], loaded_in_lambda: dict[str, set[str]]
) -> None:
    writing_modules = {*writing.MODULES}

    for route in ROUTES:
        with name_route(route):
            modules = loaded_in_lambda[route.module]

            assert f"shared.dialects.{route.dialect}.about" in modules
            assert not writing_modules <= loaded[route.module]
            assert (writing_modules <= modules) == route.writes
            assert route.permission is Permission.PUBLIC or "encodings.idna" in modules
    assert {name for name, modules in loaded_in_lambda.items() if ENGINE in modules} == {
        f"functions.registry.{name}_{kind}"
        for name, kind in (
            ("render", "live"),
            ("render", "version"),
            ("create", "version"),
            ("update", "version"),
            ("check", "text"),
        )
    }
    for needed, function in PREPARED.items():
        assert needed not in loaded[function]
        users = [name for name, modules in loaded_in_lambda.items() if needed in modules]
        assert users == [function]


def test_functions_share_their_process_with_no_other_function(
    loaded: dict[str, set[str]],
) -> None:
    endpoints = {route.module for route in ROUTES}

    companions = {name: (modules & endpoints) - {name} for name, modules in loaded.items()}

    assert {name: others for name, others in companions.items() if len(others) > 1} == {}
