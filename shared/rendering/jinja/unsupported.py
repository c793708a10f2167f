"""What Jinja has and these templates have not, with what to write instead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from jinja2 import nodes

from ..errors import TemplateSyntaxError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable


class Gap(NamedTuple):
    """Names of one kind that are left out for one reason.

    Attributes:
        kind: The kind.
        names: The names.
        instead: What to write instead.
    """

    kind: Literal["tag", "filter", "test", "function", "method"]
    names: tuple[str, ...]
    instead: str


GAPS: Final = (
    Gap(
        "tag",
        ("block", "extends", "from", "import", "include"),
        "there are no other templates: write the text into this one",
    ),
    Gap("tag", ("autoescape",), "nothing is escaped unless the filter `e` does it"),
    Gap("filter", ("attr",), "write `value.name` or `value['name']`"),
    Gap("filter", ("urlize",), "write the link into the text"),
    Gap("test", ("escaped",), "no text is marked as escaped: leave the test out"),
    Gap("function", ("lipsum",), "write the text into the template"),
    Gap("function", ("super",), "there are no blocks: write the text into the template"),
    Gap(
        "method",
        (
            *("append", "clear", "extend", "insert", "pop", "popitem", "remove", "reverse"),
            *("setdefault", "sort", "update"),
        ),
        "values cannot be changed: make another one, as in `xs + [x]`",
    ),
    Gap("method", ("encode", "maketrans", "translate"), "use the filter `replace`"),
    Gap(
        "method",
        (
            *("as_integer_ratio", "bit_count", "bit_length", "conjugate", "from_bytes"),
            *("fromhex", "fromkeys", "hex", "to_bytes"),
        ),
        "compute it with operators and filters",
    ),
)

_INSTEAD: Final[dict[tuple[str, str], str]] = {
    (gap.kind, name): gap.instead for gap in GAPS for name in gap.names
}
TAGS: Final = tuple(name for kind, name in _INSTEAD if kind == "tag")


def describe_gap(kind: str, name: str) -> str:
    """Describe what is left out, and what to write instead; empty if it is not left out."""
    instead = _INSTEAD.get((kind, name))
    return f"the {kind} {name!r} is not supported; {instead}" if instead else ""


def find_gap(
    tree: Iterable[nodes.Node], undeclared_names: Collection[str]
) -> TemplateSyntaxError | None:
    """Find the first thing in a template that is left out.

    Jinja refuses an unknown filter or function only when it gets there, if it is in a condition.

    Args:
        tree: All nodes of the template.
        undeclared_names: The names that the template does not define.

    Returns:
        The error of a text that has it; None if nothing is left out.
    """
    gaps = ((node.lineno, _describe_node(node, undeclared_names)) for node in tree)
    line, gap = min(((line, gap) for line, gap in gaps if gap), default=(0, ""))
    return TemplateSyntaxError.build(gap, line) if gap else None


def _describe_node(node: nodes.Node, undeclared_names: Collection[str]) -> str:
    match node:
        case nodes.Filter():
            return describe_gap("filter", node.name)
        case nodes.Test():
            return describe_gap("test", node.name)
        case nodes.Call(node=nodes.Name(name=name)) if name in undeclared_names:
            return describe_gap("function", name)
        case nodes.Call(node=nodes.Getattr(attr=name)):
            return describe_gap("method", name)
    return ""
