"""What client/README.md says is what the code says."""

from __future__ import annotations

import inspect
import re
from typing import get_args

import cuebook
from cuebook._operations import Listing, Operation
from cuebook.management import _Operations
from cuebook.prompts import State
from tests.documents import read_document

PAGE = read_document("client/README.md")
# How the page writes a default.
DEFAULTS = {
    "ttl": "60 seconds",
    "refresh_seconds": "one second",
    "absent_ttl": "ten seconds",
    "max_stale": "a day",
    "attempts": "three times",
    "timeout": "ten seconds",
    "max_bytes": "64 MB",
}
VALUES = {
    "60 seconds": 60.0,
    "one second": 1.0,
    "ten seconds": 10.0,
    "a day": 86_400.0,
    "three times": 3,
    "64 MB": 64 * 1024 * 1024,
}


def test_states() -> None:
    assert {*PAGE.get_table("What a program gets").index_rows()} == {*get_args(State)}


def test_errors() -> None:
    listed = PAGE.get_table("Errors").index_rows()
    errors = {
        name
        for name, value in vars(cuebook).items()
        if inspect.isclass(value) and issubclass(value, cuebook.CuebookError)
    }

    assert listed.keys() == errors - {"CuebookError", "ServiceError"}


def test_defaults() -> None:
    text = re.sub(r"\s+", " ", PAGE.prose)
    for client in (cuebook.Cuebook, cuebook.AsyncCuebook):
        parameters = inspect.signature(client).parameters
        options = {
            name: each.default
            for name, each in parameters.items()
            if each.kind is each.KEYWORD_ONLY and name not in ("refresh", "snapshot")
        }

        assert options == {name: VALUES[words] for name, words in DEFAULTS.items()}
    for name, words in DEFAULTS.items():
        assert f"`{name}`" in text
        assert words in text


def test_operations() -> None:
    text = PAGE.prose.partition("There are `prompts`")[2].partition("\n\n")[0]
    operations = {
        name for name, value in vars(_Operations).items() if isinstance(value, Operation | Listing)
    }

    assert {"prompts", *re.findall(r"`(\w+)`", text)} == operations
