"""The picture of the layers in CONTRIBUTING.md, against the imports."""

from __future__ import annotations

import re

from shared.routes import DIALECTS
from tests.contract.sources import ROOT, build_import_graph, list_files, name_module
from tests.documents import read_document

PART = re.compile(r"(?:client|functions|infra|shared|tools)\b[\w.<>]*")
(PICTURE,) = read_document("CONTRIBUTING.md").get_blocks("text", "The layers")


def expand(part: str) -> list[str]:
    """Expand what the picture says of every dialect."""
    return [part.replace("<dialect>", name) for name in DIALECTS] if "<" in part else [part]


# By part of the project the number of its line, from above.
LINES = {
    part: number
    for number, line in enumerate(PICTURE.text.splitlines())
    for name in PART.findall(line.partition("   ")[0])
    for part in expand(name)
}


def find_part(module: str) -> str | None:
    """Find the part of the picture that a module is in: the smallest one that holds it."""
    parts = (part for part in LINES if f"{module}.".startswith(f"{part}."))
    return max(parts, key=len, default=None)


def test_every_package_and_every_module_is_in_the_picture() -> None:
    packages = {name_module(file) for file in list_files() if file.name == "__init__.py"}
    folders = {"functions", "shared", "tools"}  # only packages are in these
    subpackages = {name for name in packages if name.startswith("shared.rendering.")}

    assert packages - LINES.keys() == folders | subpackages
    assert [name_module(file) for file in list_files() if not is_shown(name_module(file))] == []


def is_shown(module: str) -> bool:
    return find_part(module) is not None or (ROOT / module).is_dir()


def test_every_part_of_the_picture_exists() -> None:
    modules = {name_module(file) for file in list_files()}

    assert LINES.keys() - modules == set()


def test_imports_lead_to_lines_below() -> None:
    offences = []
    for module, targets in build_import_graph().items():
        part = find_part(module)
        for target in sorted(targets):
            other = find_part(target)
            if part and other and part != other and LINES[part] >= LINES[other]:
                offences.append(f"{module} imports {target}, which is not below it")

    assert offences == []
