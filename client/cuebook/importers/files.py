"""Files of prompts: which there are, and what is in them.

Whoever wrote them is not trusted: sizes have limits, and YAML has neither aliases, which could
stand for more than fits into memory, nor types that JSON does not have.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import ConfigurationError
from .items import Failure, UnreadableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

LARGEST_FILE = 16_000_000  # bytes
LARGEST_YAML = 256_000  # bytes; the parser is written in Python
DEEPEST = 100  # levels of lists and objects
FENCE = "---"
# Spellings that only people write. Source: YAML 1.2.2, section 10.3.2; numbers that begin with 0
# stay texts, since older files mean octal ones.
CORE_SCHEMA = (
    ("null", r"(?:Null|NULL)\Z", "N"),
    ("bool", r"(?:True|TRUE|False|FALSE)\Z", "TF"),
    ("int", r"\+(?:0|[1-9][0-9]*)\Z", "+"),
    (
        "float",
        r"[-+]?(?:(?:0|[1-9][0-9]*)?\.[0-9]+|(?:0|[1-9][0-9]*)\.)(?:[eE][-+]?[0-9]+)?\Z",
        "-+.0123456789",
    ),
)
SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True)
class File:
    """A file of prompts.

    Attributes:
        name: Its path below the folder that was named, with slashes.
        path: Where it is.
    """

    name: str
    path: Path

    def read(self) -> str:
        """Read its text.

        Raises:
            UnreadableError: It is too large, not in UTF-8, or cannot be read.
        """
        try:
            if self.path.stat().st_size > LARGEST_FILE:
                raise UnreadableError(f"it is larger than {LARGEST_FILE:,} bytes")
            return self.path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
        except UnicodeDecodeError as error:
            raise UnreadableError(f"it is not in UTF-8: byte {error.start + 1}") from error
        except OSError as error:
            raise UnreadableError(error.strerror or "it cannot be read") from error


def list_files(paths: Iterable[Path], suffixes: tuple[str, ...]) -> list[File]:
    """List files: those that are named, and in folders those whose names end right.

    Args:
        paths: Files and folders.
        suffixes: How the names of files in folders end.

    Raises:
        ConfigurationError: There is no such file, or none in a folder.
    """
    files = []
    for path in paths:
        if path.is_dir():
            # A link may lead to what is not meant, such as a key, and a pipe has no end.
            inside = sorted(
                each
                for each in path.rglob("*")
                if each.name.endswith(suffixes) and each.is_file() and not each.is_symlink()
            )
            if not inside:
                raise ConfigurationError(f"{path} has no files that end in {', '.join(suffixes)}")
            files += [File(each.relative_to(path).as_posix(), each) for each in inside]
        elif path.is_file():
            files.append(File(path.name, path))
        elif path.exists():
            raise ConfigurationError(f"{path} is neither a file nor a folder")
        else:
            raise ConfigurationError(f"there is no file {path}")
    return files


def load_each(
    files: Iterable[File], load: Callable[[str], Any]
) -> Iterator[tuple[str, Any | Failure]]:
    """Load files one by one; one that cannot be read is a `Failure`."""
    for file in files:
        try:
            yield file.name, load(file.read())
        except UnreadableError as error:
            yield file.name, Failure(file.name, str(error))


def load_json(text: str) -> Any:
    """Load JSON, or a list of the lines where each line is JSON.

    Raises:
        UnreadableError: It is neither.
    """
    try:
        return _check(json.loads(text, parse_constant=_refuse_constant))
    except RecursionError as error:
        raise UnreadableError("it is nested too deep") from error
    except ValueError as error:
        lines = [line for line in text.split("\n") if line.strip()]
        if len(lines) > 1 and all(line.lstrip().startswith("{") for line in lines):
            return [load_json(line) for line in lines]
        raise UnreadableError(f"it is not JSON: {error}") from error


def load_yaml(text: str) -> Any:
    """Load YAML, without aliases and without what JSON does not have.

    Raises:
        UnreadableError: It is not such YAML.
    """
    from .. import _yaml

    class Loader(_yaml.Loader):
        """Reads the other spellings of YAML 1.2's core schema too."""

    for tag, pattern, first in CORE_SCHEMA:
        Loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(pattern), [*first])
    if len(text.encode()) > LARGEST_YAML:
        raise UnreadableError(f"its YAML is larger than {LARGEST_YAML:,} bytes")
    try:
        return _check(_yaml.load(text, Loader))
    except _yaml.YamlError as error:
        raise UnreadableError(f"it is not YAML: line {error.line + 1}: {error}") from error


def split_front_matter(text: str) -> tuple[dict[str, Any], str]:
    """Split a text into the YAML between its first lines of dashes, and the rest.

    Returns:
        The YAML's fields, none without front matter, and the rest.

    Raises:
        UnreadableError: The front matter has no end, or is no object of YAML.
    """
    first, _, rest = text.partition("\n")
    if first.rstrip() != FENCE:
        return {}, text
    lines = rest.split("\n")  # not `splitlines`, which knows more ends of lines than YAML
    for number, line in enumerate(lines):
        if line.rstrip() == FENCE:
            fields = load_yaml("\n".join(lines[:number]))
            if fields is not None and not isinstance(fields, dict):
                raise UnreadableError("the front matter has no names of fields")
            return fields or {}, "\n".join(lines[number + 1 :])
    raise UnreadableError(f"the front matter does not end: a line {FENCE} is missing")


def _refuse_constant(name: str) -> Any:
    raise UnreadableError(f"it has the number {name}, which JSON does not have")


def _check(value: Any, depth: int = 0) -> Any:
    """Check that a value is JSON that can be sent to the service.

    Raises:
        UnreadableError: It is not.
    """
    if depth > DEEPEST:
        raise UnreadableError("it is nested too deep")
    match value:
        case dict():
            for name, each in value.items():
                if not isinstance(name, str):
                    raise UnreadableError(f"{name!r} is no name of a field: write it in quotes")
                _check(name)
                _check(each, depth + 1)
        case list():
            for each in value:
                _check(each, depth + 1)
        case str():
            if "\0" in value or SURROGATE.search(value):
                raise UnreadableError("a text has characters that cannot be stored")
        case float() if not math.isfinite(value):
            raise UnreadableError("a number is too large")
        case None | bool() | int() | float():
            pass
        case _:
            raise UnreadableError(f"it has a value of the type {type(value).__name__}")
    return value
