"""YAML that says what JSON says, and nothing that people do not expect.

What looks like a date, `yes`, `010` and `1:30` are texts, as in YAML 1.2; aliases, which can make
a short file endless, and names that are there twice are errors.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

import yaml
from yaml.constructor import ConstructorError, SafeConstructor

if TYPE_CHECKING:
    from collections.abc import Mapping

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


class _Loader(yaml.SafeLoader):
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


def _construct_float(loader: _Loader, node: yaml.ScalarNode) -> float:
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


_Loader.add_constructor(f"{_TAG}float", _construct_float)
_Dumper.add_representer(str, _represent_text)
for _class in (_Loader, _Dumper):
    for _name, _pattern, _first in _RESOLVERS:
        _class.add_implicit_resolver(f"{_TAG}{_name}", re.compile(_pattern), [*_first, ""])


def load_fields(text: str) -> dict[str, tuple[int, Any]]:
    """Load the fields of a mapping.

    Args:
        text: The YAML; an empty one has no fields.

    Returns:
        The line, beginning with 0, and the value of each field.

    Raises:
        YamlError: The text is no such YAML, or no mapping.
    """
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        if node is None:
            return {}
        if not isinstance(node, yaml.MappingNode):
            raise YamlError("write fields, such as `engine: go`", node.start_mark.line)
        values = loader.construct_mapping(node, deep=True)
        return {key.value: (key.start_mark.line, values[key.value]) for key, _ in node.value}
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise YamlError(str(error.problem), mark.line if mark else 0) from error
    except yaml.reader.ReaderError as error:
        at = error.position
        message = f"the character U+{ord(text[at]):04X} must be an escape in double quotes"
        raise YamlError(message, text.count("\n", 0, at)) from error
    except (ValueError, RecursionError) as error:
        if isinstance(error, YamlError):
            raise
        raise YamlError("a value is too long or nested too deeply", 0) from error


def dump_fields(fields: Mapping[str, Any]) -> str:
    """Dump fields as YAML, each text of several lines as a block of lines."""
    text: str = yaml.dump(
        dict(fields),
        Dumper=_Dumper,
        allow_unicode=True,
        default_flow_style=False,
        sort_keys=False,
        width=math.inf,
    )
    return text
