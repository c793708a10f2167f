"""Finds the variables a template may ask for, without running it."""

from collections.abc import Iterator

from shared.rendering.go.nodes import (
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


def variables_used(templates: dict[str, NodeList], root_name: str) -> set[str]:
    """Collect the keys looked up in the variables, in every template they can be passed to."""
    return _Search(templates).run(root_name)


class _Search:
    """Follows the variables: as `$`, as dot until something else takes its place, and by name."""

    def __init__(self, templates: dict[str, NodeList]) -> None:
        self.templates = templates
        self.found: set[str] = set()
        self.is_root = False
        # The variables, in the template being searched, that may hold what `$` holds.
        self.aliases: set[str] = set()

    def run(self, root_name: str) -> set[str]:
        reached = {(root_name, True)}
        pending = [(root_name, True)]
        while pending:
            name, is_root = pending.pop()
            nodes = self.templates.get(name)
            if nodes is None:
                continue
            self.aliases = {"$"} if is_root else set()
            for call, passes_root in self._search(nodes, is_root):
                target = call.name, passes_root
                if target not in reached:
                    reached.add(target)
                    pending.append(target)
        return self.found

    def _search(self, nodes: NodeList, is_root: bool) -> Iterator[tuple[Call, bool]]:
        """Search one template; yield the calls of others, and whether they get the variables."""
        pending = [(nodes, is_root)]
        while pending:
            current, self.is_root = pending.pop()
            inner: list[tuple[NodeList, bool]] = []
            for node in current.nodes:
                match node:
                    case Field():
                        self._operand(node)
                    case Action():
                        self._pipeline(node.pipeline)
                    case Call():
                        yield node, bool(node.pipeline and self._pipeline(node.pipeline))
                    case Conditional():
                        passes = self._pipeline(node.pipeline)
                        body_is_root = passes if node.sets_dot else self.is_root
                        inner += [(node.body, body_is_root), (node.otherwise, self.is_root)]
                    case Range():
                        self._pipeline(node.pipeline)
                        inner += [(node.body, False), (node.otherwise, self.is_root)]
            pending += reversed(inner)

    def _pipeline(self, pipeline: Pipeline) -> bool:
        """Search a pipeline; tell whether its value is the variables themselves."""
        is_root = False
        for command in pipeline.commands:
            is_root = self._command(command)
        if is_root:
            self.aliases.update(pipeline.variables)
        return is_root

    def _command(self, command: Command) -> bool:
        operands = command.operands
        are_root = [self._operand(operand) for operand in operands]
        match operands:
            case (Function(name="index"), _, Constant(value=str(key)), *_) if are_root[1]:
                self.found.add(key)
        return len(operands) == 1 and are_root[0]

    def _operand(self, operand: Operand) -> bool:
        """Search an operand; tell whether it stands for the variables themselves."""
        keys: tuple[str, ...] = ()
        match operand:
            case Dot():
                is_root = self.is_root
            case Field(keys=keys):
                is_root = self.is_root
            case Variable(name=name, keys=keys):
                is_root = name in self.aliases
            case Chain(base=base, keys=keys):
                is_root = self._operand(base)
            case Pipeline():
                is_root = self._pipeline(operand)
            case _:
                return False
        if is_root and keys:
            self.found.add(keys[0])
        return is_root and not keys
