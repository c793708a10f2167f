"""What is shipped, and that it starts fast. Nothing here downloads."""

import inspect
import json
import re
import shutil
import ssl
import subprocess
import sys
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore import xform_name
from botocore.loaders import Loader

from infra import packaging, trim
from shared.documents.console import read_console
from shared.store import aws

UNCHECKED_HASH = 1  # of the flags in a .pyc, second word: hash-based, never compared


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    root = tmp_path / "checkout"
    for file in (
        "console/app/main.js",
        "functions/registry/get_prompt.py",
        "functions/registry/__pycache__/get_prompt.cpython-311.pyc",
        "shared/routes.py",
        "shared/openapi.json",
        "tests/test_all.py",
        "infra/app.py",
        "README.md",
    ):
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_text("0\n")
    return root


def test_only_what_functions_import_is_shipped(checkout: Path) -> None:
    assert [str(file) for file in packaging.list_source_files(checkout)] == [
        "console/app/main.js",
        "functions/registry/get_prompt.py",
        "shared/openapi.json",
        "shared/routes.py",
    ]


def test_an_unchanged_tree_is_built_once(checkout: Path, tmp_path: Path) -> None:
    first = packaging.build_code(root=checkout, cache=tmp_path / "cache")
    built = (first / "shared/routes.py").stat().st_mtime_ns
    second = packaging.build_code(root=checkout, cache=tmp_path / "cache")

    assert first == second
    assert (second / "shared/routes.py").stat().st_mtime_ns == built


@pytest.mark.parametrize("change", ["content", "name"])
def test_a_changed_tree_is_built_anew(checkout: Path, tmp_path: Path, change: str) -> None:
    before = packaging.build_code(root=checkout, cache=tmp_path / "cache")
    if change == "content":
        (checkout / "shared/routes.py").write_text("1\n")
    else:
        (checkout / "shared/routes.py").rename(checkout / "shared/paths.py")

    assert packaging.build_code(root=checkout, cache=tmp_path / "cache") != before


def test_two_machines_build_an_asset_of_the_same_name(checkout: Path, tmp_path: Path) -> None:
    shutil.copytree(checkout, tmp_path / "elsewhere")

    here = packaging.build_code(root=checkout, cache=tmp_path / "here")
    there = packaging.build_code(root=tmp_path / "elsewhere", cache=tmp_path / "there")

    assert here.name == there.name


def test_every_module_has_bytecode_that_needs_no_date(checkout: Path, tmp_path: Path) -> None:
    if packaging.find_interpreter() is None:
        pytest.skip(f"no Python {packaging.PYTHON} on this machine")

    folder = packaging.build_code(root=checkout, cache=tmp_path / "cache")

    modules = list(folder.rglob("*.py"))
    assert len(modules) == 2
    tag = packaging.PYTHON.replace(".", "")
    for module in modules:
        compiled = module.parent / "__pycache__" / f"{module.stem}.cpython-{tag}.pyc"
        assert int.from_bytes(compiled.read_bytes()[4:8], "little") == UNCHECKED_HASH


def test_no_package_is_installed_without_its_hash_and_nothing_half_built_stays(
    tmp_path: Path,
) -> None:
    lock = tmp_path / "requirements.txt"
    lock.write_text("jinja2==3.1.6\n")

    with pytest.raises(subprocess.CalledProcessError):
        packaging.build_layer(architecture="arm64", lock=lock, cache=tmp_path / "cache")

    assert list((tmp_path / "cache").iterdir()) == []


def test_the_lock_of_the_layer_pins_everything_by_hash() -> None:
    requirements = packaging.LOCK.read_text().replace("\\\n", " ").splitlines()
    pinned = [line for line in requirements if line.strip() and not line.lstrip().startswith("#")]

    assert pinned
    for line in pinned:
        assert "==" in line, line
        assert "--hash=sha256:" in line, line


@pytest.fixture(scope="module")
def trimmed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of packages after `trim`."""
    packages = tmp_path_factory.mktemp("packages")
    shutil.copytree(Path(botocore.__file__).parent, packages / "botocore")
    for name in ("babel", "pytz"):
        for folder in (name, f"{name}/locale-data", f"{name}/zoneinfo"):
            (packages / folder).mkdir(parents=True, exist_ok=True)
            (packages / folder / "file").write_text("x")
    trim.trim(packages)
    return packages


def test_trimmed_of_other_services_botocore_finds_the_same_addresses(trimmed: Path) -> None:
    data = trimmed / "botocore" / "data"

    assert {folder.name for folder in data.iterdir() if folder.is_dir()} == trim.OPERATIONS.keys()
    for service in trim.OPERATIONS:
        for region in ("eu-central-1", "cn-north-1", "us-gov-west-1"):
            assert find_address(data, service, region) == find_address(None, service, region)


def test_trimmed_of_other_operations_a_model_says_the_same_of_those_that_are_called(
    trimmed: Path,
) -> None:
    whole = botocore.session.Session()
    cut = botocore.session.Session()
    folder = str(trimmed / "botocore" / "data")
    loader = Loader(extra_search_paths=[folder], include_default_search_paths=False)
    cut.register_component("data_loader", loader)
    for service, operations in trim.OPERATIONS.items():
        model, known = cut.get_service_model(service), whole.get_service_model(service)

        assert {*model.operation_names} == operations
        assert model.metadata == known.metadata
        names = [parameter.name for parameter in known.client_context_parameters]
        assert [parameter.name for parameter in model.client_context_parameters] == names
        for name in operations:
            mine, theirs = model.operation_model(name), known.operation_model(name)
            assert mine.http == theirs.http
            for side in ("input_shape", "output_shape"):
                assert describe(getattr(mine, side)) == describe(getattr(theirs, side))
            assert [*map(describe, mine.error_shapes)] == [*map(describe, theirs.error_shapes)]


def describe(shape: Any, above: tuple[str, ...] = ()) -> Any:
    """All of a shape but its documentation; of one that contains itself, the name."""
    if shape is None or shape.name in above:
        return shape and shape.name
    seen = (*above, shape.name)
    parts: Any = {
        "structure": lambda: {name: describe(part, seen) for name, part in shape.members.items()},
        "list": lambda: describe(shape.member, seen),
        "map": lambda: [describe(shape.key, seen), describe(shape.value, seen)],
    }
    inner = parts.get(shape.type_name, str)()
    return (shape.name, shape.type_name, dict(shape.serialization), dict(shape.metadata), inner)


def test_the_layer_trusts_the_roots_of_certificates_of_aws_only(trimmed: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(trimmed / "botocore" / "cacert.pem")

    subjects = str([root["subject"] for root in context.get_ca_certs()])
    wanted = [f"Amazon Root CA {number}" for number in (1, 2, 3, 4)]
    wanted.append("Starfield Services Root Certificate Authority - G2")

    assert [name for name in wanted if name not in subjects] == []
    assert 10 <= len(context.get_ca_certs()) <= 20


MAKE_CLIENTS = """
import sys, botocore.session
for service in sys.argv[1:]:
    client = botocore.session.get_session().create_client(service, "eu-central-1")
    assert not any(str(getattr(client, name).__doc__) for name in client.meta.method_to_api_mapping)
assert "botocore.docs.method" not in sys.modules
import boto3
assert {*boto3.client("sqs", "eu-central-1").meta.method_to_api_mapping} == {"send_message"}
print(botocore.__file__)
"""


def test_clients_are_made_of_the_layer(trimmed: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", MAKE_CLIENTS, *trim.OPERATIONS],
        env={"PYTHONPATH": str(trimmed)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{trimmed / 'botocore' / '__init__.py'}\n"


def test_the_layer_has_none_of_the_data_that_rendering_does_not_read(trimmed: Path) -> None:
    assert not (trimmed / "babel" / "locale-data").exists()
    assert not (trimmed / "pytz" / "zoneinfo").exists()
    assert (trimmed / "babel" / "file").exists()


def find_address(data: Path | None, service: str, region: str) -> str:
    session = botocore.session.Session()
    if data is not None:
        loader = Loader(extra_search_paths=[str(data)], include_default_search_paths=False)
        session.register_component("data_loader", loader)
    client = session.create_client(
        service, region, aws_access_key_id="none", aws_secret_access_key="none"
    )
    found: str = client.meta.endpoint_url
    return found


def test_the_layer_describes_what_functions_call() -> None:
    clients = re.findall(r'_create_client\("([\w-]+)"', inspect.getsource(aws))
    sources = "".join(file.read_text() for file in Path(aws.__file__).parent.glob("*.py"))

    session = botocore.session.get_session()
    called = {
        service: {
            name
            for name in session.get_service_model(service).operation_names
            if re.search(rf'[."]{xform_name(name)}["(]', sources)
        }
        for service in clients
    }

    assert called == trim.OPERATIONS


# Lambda unpacks at most 250 MB of a function and its layers, and fetches all of it at a cold start.
# These are budgets, to be raised knowingly: they have 4.75 (153 endpoints) and 28 MB.
MOST_CODE = 4_900_000
MOST_LAYER = 29_000_000


@pytest.fixture(scope="module")
def code(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The code of all functions."""
    return packaging.build_code(cache=tmp_path_factory.mktemp("cache"))


def test_our_code_stays_small(code: Path) -> None:
    # The console has a budget of its own, in tests/contract/test_console_files.py.
    assert measure_size(code) - measure_size(code / "console") <= MOST_CODE


def test_functions_find_the_console_where_they_are_deployed(code: Path) -> None:
    program = (
        "import json; from shared.documents import console; "
        "print(json.dumps([str(console.FOLDER), *console.read_console().assets]))"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {str(code)!r}); {program}"],
        capture_output=True,
        text=True,
        check=True,
    )

    assert json.loads(done.stdout) == [str(code / "console"), *read_console().assets]


@pytest.mark.parametrize("architecture", ["arm64", "x86_64"])
def test_the_layer_stays_within_its_budget(
    monkeypatch: pytest.MonkeyPatch, architecture: packaging.Architecture
) -> None:
    def not_built(*_: str) -> None:
        pytest.skip("this machine has not built this layer; `make synth` does")

    monkeypatch.setattr(packaging, "_run", not_built)

    assert measure_size(packaging.build_layer(architecture=architecture)) <= MOST_LAYER


def measure_size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
