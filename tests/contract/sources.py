"""The project's own modules, what each imports, and what each names."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

ROOT = Path(__file__).resolve().parents[2]
# What the client's package has by links.
LINKS = {
    f"client.cuebook.{path.stem}": f"shared.{path.stem.strip('_')}"
    for path in (ROOT / "client/cuebook").iterdir()
    if path.is_symlink()
}
FOLDERS = ("functions", "shared", "infra", "tools", "client")


@cache
def list_files() -> tuple[Path, ...]:
    """List the files of what is shipped, deployed or run by an operator, each once.

    The client has links to some of the service's, and a build of it copies them all.
    """
    files = {file.resolve() for folder in FOLDERS for file in (ROOT / folder).rglob("*.py")}
    return tuple(sorted(file for file in files if not file.is_relative_to(ROOT / "client/build")))


@cache
def list_event_kinds() -> frozenset[str]:
    """List the kinds of events that the rules make."""
    texts = (file.read_text("utf-8") for file in list_files() if file.parent.name == "domain")
    kind = re.compile(r'"((?:prompt|version|tags?|split|release|payload)\.[a-z_]+)"')
    return frozenset(word for text in texts for word in kind.findall(text))


def list_access_kinds() -> frozenset[str]:
    """List the kinds of entries of audit logs that are not about prompts."""
    texts = (
        file.read_text("utf-8") for file in list_files() if file.is_relative_to(ROOT / "shared")
    )
    kind = re.compile(r'"((?:key|person|member|team|organisation)\.[a-z_]+)"')
    return frozenset(word for text in texts for word in kind.findall(text))


@cache
def parse(file: Path) -> ast.Module:
    """Parse a file."""
    return ast.parse(file.read_text(encoding="utf-8"))


def name_module(file: Path) -> str:
    """Name the module that a file is."""
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def list_imports(file: Path) -> Iterator[str]:
    """List all that a file imports, wherever in it; of `from a import b` it is a.b."""
    for node in ast.walk(parse(file)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = file.relative_to(ROOT).parts[: -node.level] if node.level else ()
            source = ".".join([*above, *([node.module] if node.module else [])])
            yield from (_follow_link(f"{source}.{alias.name}") for alias in node.names)


def _follow_link(name: str) -> str:
    for link, target in LINKS.items():
        if is_under(name, link):
            return target + name.removeprefix(link)
    return name


def is_under(name: str, *packages: str) -> bool:
    """Tell whether a module is one of these packages, or in one."""
    return any(name == package or name.startswith(f"{package}.") for package in packages)


@cache
def build_import_graph() -> Mapping[str, frozenset[str]]:
    """Build the graph of which of our modules imports which, be it for type checks only."""
    modules = {name_module(file) for file in list_files()}
    graph: dict[str, frozenset[str]] = {}
    for file in list_files():
        module = name_module(file)
        targets = {find_module(name, modules) for name in list_imports(file)} - {None, module}
        graph[module] = frozenset(target for target in targets if target is not None)
    return graph


def find_module(name: str, modules: set[str]) -> str | None:
    """Find the module that a name is, or is in."""
    while name and name not in modules:
        name = name.rpartition(".")[0]
    return name or None


def list_circles(graph: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """List the sets of nodes that all reach each other, each in the order of the alphabet."""
    reach = {node: _list_reachable(node, graph) for node in graph}
    circles = {
        tuple(sorted(other for other in targets if node in reach.get(other, ())))
        for node, targets in reach.items()
        if node in targets
    }
    return sorted(map(list, circles))


def _list_reachable(node: str, graph: Mapping[str, Iterable[str]]) -> set[str]:
    reachable: set[str] = set()
    pending = [*graph.get(node, ())]
    while pending:
        if (target := pending.pop()) not in reachable:
            reachable.add(target)
            pending += graph.get(target, ())
    return reachable


def name_room(module: str) -> str:
    """Name the part of the project that a module is in; each dialect is one."""
    parts = module.split(".")
    is_dialect = parts[:2] == ["shared", "dialects"] and (ROOT / "/".join(parts[:3])).is_dir()
    return ".".join(parts[: 3 if is_dialect else 2])


def list_defined_names(file: Path) -> Iterator[tuple[str, str, int]]:
    """List the names that a file gives: kind (function, class, variable), name and line."""
    for node in ast.walk(parse(file)):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                yield "function", node.name, node.lineno
                for argument in [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]:
                    yield "variable", argument.arg, argument.lineno
            case ast.ClassDef():
                yield "class", node.name, node.lineno
            case ast.Name(ctx=ast.Store()):
                yield "variable", node.id, node.lineno


def split_words(name: str) -> list[str]:
    """Split a name in snake case or camel case into its words, in small letters."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return [word for word in spaced.lower().split("_") if word]


def group_rooms(graph: Mapping[str, Iterable[str]]) -> dict[str, set[str]]:
    """Group a graph of modules by the parts of the project that they are in."""
    rooms: defaultdict[str, set[str]] = defaultdict(set)
    for module, targets in graph.items():
        rooms[name_room(module)] |= {name_room(target) for target in targets}
        rooms[name_room(module)].discard(name_room(module))
    return dict(rooms)
