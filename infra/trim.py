"""What the layer leaves out of its packages: what no function uses, and a cold start would read."""

from __future__ import annotations

import gzip
import json
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    Document = dict[str, Any]

# The services that functions call, with the operations. Botocore's data of four hundred others is
# half of its size, and the other operations are most of what it reads to make a client.
OPERATIONS: Mapping[str, frozenset[str]] = {
    "cognito-idp": frozenset(
        {
            "AdminCreateUser",
            "AdminDeleteUser",
            "AdminGetUser",
            "AdminInitiateAuth",
            "AdminRespondToAuthChallenge",
            "AdminSetUserMFAPreference",
            "AdminSetUserPassword",
            "AssociateSoftwareToken",
            "ConfirmForgotPassword",
            "ForgotPassword",
            "GetUser",
            "VerifySoftwareToken",
        }
    ),
    "dynamodb": frozenset(
        {
            "BatchGetItem",
            "BatchWriteItem",
            "DeleteItem",
            "GetItem",
            "PutItem",
            "Query",
            "Scan",
            "TransactGetItems",
            "TransactWriteItems",
            "UpdateItem",
        }
    ),
    "events": frozenset({"PutEvents"}),
    "logs": frozenset({"FilterLogEvents"}),
    "s3": frozenset({"GetObject", "PutObject"}),
    "sqs": frozenset({"SendMessage"}),
}
# Files that are not needed at run time.
UNUSED_FILES = (
    "**/tests",
    "*-stubs",
    "**/*.pyi",
    "boto3/examples",
    "botocore/data/*/*/examples-1.json",
    # Of dependencies of python-liquid, which uses no language and no time zone of theirs: 36 MB.
    "babel/locale-data",
    "pytz/zoneinfo",
)
# Roots of the certificates of AWS in all partitions, and of those that signed them across. A client
# reads all roots for each connection that it opens: 126 take ten times as long as these.
ROOTS = ("Amazon", "DigiCert", "Starfield")
# Modules of botocore that write documents for `help()`, without the generator that they load.
DOCUMENTATION = {
    "__init__.py": "DEPRECATED_SERVICE_NAMES = frozenset()\n",
    "docstring.py": '''"""No documentation of clients at run time."""


class LazyLoadedDocstring(str):
    """The documentation of a method, which is empty."""

    def __new__(cls, *args, **kwargs):
        return super().__new__(cls)


class ClientMethodDocstring(LazyLoadedDocstring):
    """The documentation of a client's method."""


class WaiterDocstring(LazyLoadedDocstring):
    """The documentation of a waiter's method."""


class PaginatorDocstring(LazyLoadedDocstring):
    """The documentation of a paginator's method."""
''',
}


def trim(packages: Path) -> None:
    """Remove what no function uses.

    Args:
        packages: The folder in which packages are installed.
    """
    for pattern in UNUSED_FILES:
        for path in [*packages.glob(pattern)]:
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()
    botocore = packages / "botocore"
    trim_data(botocore / "data")
    roots = botocore / "cacert.pem"
    roots.write_text(select_roots(roots.read_text(encoding="utf-8")), encoding="utf-8")
    for name, text in DOCUMENTATION.items():
        (botocore / "docs" / name).write_text(text, encoding="utf-8")


def trim_data(data: Path) -> None:
    """Remove the data of other services, and the descriptions of other operations."""
    for folder in filter(Path.is_dir, data.iterdir()):
        if folder.name not in OPERATIONS:
            shutil.rmtree(folder)
            continue
        newest = max(folder.iterdir())
        for version in folder.iterdir():
            if version != newest:
                shutil.rmtree(version)
        file = newest / "service-2.json.gz"
        model = json.loads(gzip.decompress(file.read_bytes()))
        cut = select_operations(model, OPERATIONS[folder.name])
        (newest / "service-2.json").write_text(dump(cut), encoding="utf-8")
        file.unlink()
    # The first client reads this megabyte of endpoints, nearly all of other services.
    file = data / "endpoints.json"
    endpoints = json.loads(file.read_text(encoding="utf-8"))
    for partition in endpoints["partitions"]:
        services = partition["services"]
        partition["services"] = {
            name: services[name] for name in sorted(OPERATIONS.keys() & services.keys())
        }
    file.write_text(dump(endpoints), encoding="utf-8")


def select_operations(model: Document, names: Iterable[str]) -> Document:
    """Select operations of the model of a service, with the shapes that they use.

    Args:
        model: The content of a `service-2.json`.
        names: The names of the operations.

    Returns:
        The model, with empty descriptions.
    """
    operations = {name: model["operations"][name] for name in sorted(names)}
    shapes: Document = {}
    waiting = [*_list_shapes(operations)]
    while waiting:
        name = waiting.pop()
        if name not in shapes:
            shapes[name] = model["shapes"][name]
            waiting += _list_shapes(shapes[name])
    rest: Document = _empty_descriptions({**model, "operations": operations, "shapes": shapes})
    return rest


def _list_shapes(node: Any) -> Iterator[str]:
    """List the names of the shapes that a part of a model refers to."""
    if isinstance(node, dict):
        if isinstance(node.get("shape"), str):
            yield node["shape"]
        node = [*node.values()]
    if isinstance(node, list):
        for part in node:
            yield from _list_shapes(part)


def _empty_descriptions(node: Any) -> Any:
    if isinstance(node, dict):
        return {
            name: "" if (name, type(part)) == ("documentation", str) else _empty_descriptions(part)
            for name, part in node.items()
        }
    return [_empty_descriptions(part) for part in node] if isinstance(node, list) else node


def select_roots(bundle: str) -> str:
    """Select the certificates of `ROOTS` from a bundle, which has their labels in comments."""
    pattern = r'# Label: "([^"]+)"\n.*?(-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n)'
    certificates = re.findall(pattern, bundle, re.DOTALL)
    return "".join(f"# {label}\n{text}" for label, text in certificates if label.startswith(ROOTS))


def dump(document: Document) -> str:
    """Write a document as JSON without insignificant white space."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))
