"""What the documents say of the vendors' clients, with those clients."""

from __future__ import annotations

import json
import re
import shutil
import tomllib
from typing import TYPE_CHECKING

import pytest
from packaging.requirements import Requirement

from tests.clients.programs import HERE, PYTHON, SCENARIOS
from tests.documents import list_words, read_document
from tests.live.server import ROOT
from tests.live.walks import Walk, check_walk

if TYPE_CHECKING:
    from tests.clients.programs import Clients
    from tests.live.walks import Step

(WALK,) = read_document("README.md").get_blocks("bash")
(TOUR,) = read_document("docs/dialects.md").get_blocks("bash")
FUNCTIONS = WALK.text.partition("\n\n")[0]
# What the programs of the clients' tests are called, for the table of clients.
PROGRAMS = {"maxim-py": "maxim_reader.py", "@maximai/maxim-js": "maxim_reader.mjs"}

needs_curl = pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")


@needs_curl
def test_the_tour_prints_what_is_shown_and_again(clients: Clients) -> None:
    for _ in range(2):
        check_walk(run_walk(clients, FUNCTIONS, TOUR.text))


@needs_curl
def test_the_calls_of_the_readme(clients: Clients) -> None:
    """The prompt is the one that the tour makes."""
    _, call = read_document("README.md").get_blocks("python")
    (clients.folder / "call.py").write_text(call.text)

    *_, step = run_walk(clients, FUNCTIONS, TOUR.text, "python3 call.py")

    assert "You help Ada, briefly." in step.actual
    assert "Where is my order?" in step.actual


def run_walk(clients: Clients, *blocks: str) -> list[Step]:
    """Run a walk with the vendors' Python clients at hand, which may contact the server only."""
    folder = clients.folder / ".local"
    if not folder.exists():
        folder.symlink_to(clients.server.folder)
    walk = Walk(blocks)
    done = clients.run(walk.command, path=PYTHON.parent)
    assert done.code == 0, done.output
    return walk.split_output(done.out)


def test_the_clients_are_those_here() -> None:
    rows = read_document("docs/dialects.md").get_table("Point a client here").rows
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    python = [Requirement(line).name for line in project["dependency-groups"]["clients"]]
    dependencies = json.loads((HERE / "package.json").read_text())["dependencies"]
    vendors = re.compile(r"langfuse|langwatch|maxim|tela")

    assert sorted(word for client, _ in rows for word in list_words(client)) == sorted(
        [*python, *(name for name in dependencies if vendors.search(name))]
    )


@pytest.mark.parametrize("client", PROGRAMS)
def test_a_client_is_made_as_the_table_says(client: str) -> None:
    rows = read_document("docs/dialects.md").get_table("Point a client here").index_rows()
    ((constructor,),) = (list_words(cell) for cell in rows[client])
    program = (SCENARIOS / PROGRAMS[client]).read_text()

    for option in re.findall(r"\"(\w+)\":|(\w+)[:,]? ", constructor):
        assert "".join(option) in program
