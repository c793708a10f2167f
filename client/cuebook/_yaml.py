"""YAML that says what JSON says, and nothing that people do not expect.

What looks like a date, `yes`, `010` and `1:30` are texts, as in YAML 1.2; aliases, which can make
a short file endless, and names that are there twice are errors.
"""

from __future__ import annotations

import math
import re
from typing import Any

import yaml
from yaml.constructor import ConstructorError, SafeConstructor

_TAG = "tag:yaml.org,2002:"
_RESOLVERS = (
    ("null", r"(?:~|null)?\Z", "~n"),
    ("bool", r"(?:true|false)\Z", "tf"),
    ("int", r"-?(?:0|[1-9][0-9]*)\Z", "-0123456789"),
    ("float", r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?\Z", "-0123456789"),
)
# What a block of lines cannot hold as it is, and what only escapes hold as it is.
_NOT_IN_BLOCKS = re.compile(r"\A\s|[ ]\n|[ ]\Z")
_ESCAPES = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff]")


class YamlError(ValueError):
    """A text is not such YAML.

    Attributes:
        line: The line, beginning with 0.
    """

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


class Loader(yaml.SafeLoader):
    """Reads what JSON says too."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - as in its base class
    yaml_constructors = {  # noqa: RUF012 - as in its base class
        f"{_TAG}null": SafeConstructor.construct_yaml_null,
        f"{_TAG}bool": SafeConstructor.construct_yaml_bool,
        f"{_TAG}int": SafeConstructor.construct_yaml_int,
        f"{_TAG}str": SafeConstructor.construct_yaml_str,
        f"{_TAG}seq": SafeConstructor.construct_yaml_seq,
        f"{_TAG}map": SafeConstructor.construct_yaml_map,
        None: SafeConstructor.construct_undefined,
    }

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise ConstructorError(None, None, "write it out: aliases are not read", mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        names = set()
        for key, _ in node.value:
            name = self.construct_object(key, deep=True)
            if not isinstance(name, str):
                raise ConstructorError(None, None, "put this name in quotes", key.start_mark)
            if name in names:
                raise ConstructorError(None, None, f"{name!r} is there twice", key.start_mark)
            names.add(name)
        return super().construct_mapping(node, deep=deep)


class _Dumper(yaml.SafeDumper):
    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - as in its base class

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def _construct_float(loader: Loader, node: yaml.ScalarNode) -> float:
    number = float(node.value)
    if math.isinf(number):
        raise ConstructorError(None, None, "the number is too large", node.start_mark)
    return number


def _represent_text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    style = None
    if _ESCAPES.search(text):
        style = '"'
    elif "\n" in text:
        style = '"' if _NOT_IN_BLOCKS.search(text) else "|"
    return dumper.represent_scalar(f"{_TAG}str", text, style=style)


Loader.add_constructor(f"{_TAG}float", _construct_float)
_Dumper.add_representer(str, _represent_text)
for _class in (Loader, _Dumper):
    for _name, _pattern, _first in _RESOLVERS:
        _class.add_implicit_resolver(f"{_TAG}{_name}", re.compile(_pattern), [*_first, ""])


def load(text: str, loader_type: type[Loader] = Loader) -> Any:
    """Load a value.

    Args:
        text: The YAML; an empty one is None.
        loader_type: What it is read by.

    Raises:
        YamlError: The text is no such YAML.
    """
    return _load(text, loader_type)[1]


def load_fields(text: str) -> dict[str, tuple[int, Any]]:
    """Load the fields of a mapping.

    Args:
        text: The YAML; an empty one has no fields.

    Returns:
        The line, beginning with 0, and the value of each field.

    Raises:
        YamlError: The text is no such YAML, or no mapping.
    """
    node, values = _load(text, Loader)
    if node is None:
        return {}
    if not isinstance(node, yaml.MappingNode):
        raise YamlError("write fields, such as `engine: go`", node.start_mark.line)
    return {key.value: (key.start_mark.line, values[key.value]) for key, _ in node.value}


def _load(text: str, loader_type: type[Loader]) -> tuple[yaml.Node | None, Any]:
    """Load the only document: its root, and its value.

    Raises:
        YamlError: It is no such YAML.
    """
    try:
        loader = loader_type(text)  # which looks at each character
        node = loader.get_single_node()
        return node, None if node is None else loader.construct_document(node)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise YamlError(str(error.problem), mark.line if mark else 0) from error
    except yaml.reader.ReaderError as error:
        message = f"the character U+{error.character:04X} must be an escape in double quotes"
        raise YamlError(message, text.count("\n", 0, error.position)) from error
    # PyYAML raises the last three for tags, such as `!!int ""`.
    except (ValueError, RecursionError, LookupError, TypeError, AttributeError) as error:
        raise YamlError(
            "a value is too long or nested too deeply, or is none of its tag", 0
        ) from error


def dump(value: Any) -> str:
    """Dump a value as YAML, each text of several lines as a block of lines."""
    text: str = yaml.dump(
        value,
        Dumper=_Dumper,
        allow_unicode=True,
        default_flow_style=False,
        sort_keys=False,
        width=math.inf,
    )
    return text
