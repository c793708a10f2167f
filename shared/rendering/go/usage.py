"""The variables that a template may use, found without rendering it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .nodes import (
    Action,
    Call,
    Chain,
    Command,
    Conditional,
    Constant,
    Dot,
    Field,
    Function,
    NodeList,
    Operand,
    Pipeline,
    Range,
    Variable,
)

if TYPE_CHECKING:
    from collections.abc import Iterator


def list_variables(
    templates: dict[str, NodeList], root_name: str, *, with_index: bool = True
) -> set[str]:
    """List the keys of the variables that a template, or another one that gets them, looks up.

    Args:
        templates: The templates.
        root_name: The name of the one that is rendered.
        with_index: Whether a key that only `index` looks up counts.
    """
    return _Search(templates, with_index=with_index).list_variables(root_name)


class _Search:
    """A search for expressions whose value is all variables: `$`, dot, and aliases."""

    def __init__(self, templates: dict[str, NodeList], *, with_index: bool) -> None:
        self.templates = templates
        self.with_index = with_index
        self.names: set[str] = set()
        self.is_root = False
        # Template variables that can have the same value as `$` in the current template.
        self.aliases: set[str] = set()

    def list_variables(self, root_name: str) -> set[str]:
        targets = {(root_name, True)}
        pending = [(root_name, True)]
        while pending:
            name, is_root = pending.pop()
            nodes = self.templates.get(name)
            if nodes is None:
                continue
            self.aliases = {"$"} if is_root else set()
            for call, passes_root in self._search(nodes, is_root):
                target = call.name, passes_root
                if target not in targets:
                    targets.add(target)
                    pending.append(target)
        return self.names

    def _search(self, nodes: NodeList, is_root: bool) -> Iterator[tuple[Call, bool]]:
        """Search one template; yield calls of others, and whether they get all variables."""
        pending = [(nodes, is_root)]
        while pending:
            current, self.is_root = pending.pop()
            inner: list[tuple[NodeList, bool]] = []
            for node in current.nodes:
                match node:
                    case Field():
                        self._search_operand(node)
                    case Action():
                        self._search_pipeline(node.pipeline)
                    case Call():
                        yield node, bool(node.pipeline and self._search_pipeline(node.pipeline))
                    case Conditional():
                        passes = self._search_pipeline(node.pipeline)
                        body_is_root = passes if node.sets_dot else self.is_root
                        inner += [(node.body, body_is_root), (node.otherwise, self.is_root)]
                    case Range():
                        self._search_pipeline(node.pipeline)
                        inner += [(node.body, False), (node.otherwise, self.is_root)]
            pending += reversed(inner)

    def _search_pipeline(self, pipeline: Pipeline) -> bool:
        """Search a pipeline; return whether its value is all variables."""
        is_root = False
        for command in pipeline.commands:
            is_root = self._search_command(command)
        if is_root:
            self.aliases.update(pipeline.variables)
        return is_root

    def _search_command(self, command: Command) -> bool:
        operands = command.operands
        are_root = [self._search_operand(operand) for operand in operands]
        match operands:
            case (Function(name="index"), _, Constant(value=str(key)), *_) if (
                self.with_index and are_root[1]
            ):
                self.names.add(key)
        return len(operands) == 1 and are_root[0]

    def _search_operand(self, operand: Operand) -> bool:
        """Search an operand; return whether its value is all variables."""
        keys: tuple[str, ...] = ()
        match operand:
            case Dot():
                is_root = self.is_root
            case Field(keys=keys):
                is_root = self.is_root
            case Variable(name=name, keys=keys):
                is_root = name in self.aliases
            case Chain(base=base, keys=keys):
                is_root = self._search_operand(base)
            case Pipeline():
                is_root = self._search_pipeline(operand)
            case _:
                return False
        if is_root and keys:
            self.names.add(keys[0])
        return is_root and not keys
