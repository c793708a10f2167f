"""The commands of the documents do what the documents say, as a reader pastes them."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from infra.project import ROOT
from tests.documents import read_document
from tests.live.walks import Walk, check_walk

if TYPE_CHECKING:
    from pathlib import Path

    from tests.live.server import Server

# The others go on from the README's, whose functions and variables they use.
PAGES = ("README.md", "docs/writers.md", "docs/applications.md", "docs/operate.md")
WALK = Walk([block.text for page in PAGES for block in read_document(page).get_blocks("bash")])

needs_curl = pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")


@needs_curl
def test_walks_print_what_is_shown_and_again(server: Server, tmp_path: Path) -> None:
    (tmp_path / ".local").symlink_to(server.folder)

    for _ in range(2):
        steps = WALK.run(tmp_path)
        check_walk(steps)

    assert sum(bool(step.expected) for step in steps) > 20


def test_a_walk_that_prints_something_else_is_noticed(tmp_path: Path) -> None:
    other, more, alike = Walk(["echo 1\n#> 2\necho 3", "echo a12b\n#> a…b\n"]).run(tmp_path)

    for step in (other, more):
        with pytest.raises(AssertionError, match="prints"):
            check_walk([step])
    check_walk([alike])
    with pytest.raises(AssertionError):
        Walk(["false\ntrue"]).run(tmp_path)


def test_the_first_minute(server: Server) -> None:
    (output,) = read_document("README.md").get_blocks("text", "One minute")
    curl = next(line for line in server.output.splitlines() if line.startswith("curl"))

    done = subprocess.run(["bash", "-c", curl], capture_output=True, text=True, check=True)

    assert done.stdout == output.text


@pytest.mark.parametrize("heading", ["Quick start", "Render and read"])
def test_the_program_prints_what_is_shown(heading: str, server: Server) -> None:
    (program,) = read_document("docs/applications.md").get_blocks("python", heading)
    (output,) = read_document("docs/applications.md").get_blocks("text", heading)

    assert run_program(program.text, server) == output.text


def test_the_program_of_the_readme_renders(server: Server) -> None:
    program, _ = read_document("README.md").get_blocks("python")

    assert run_program(program.text, server) == "Hello Ada, welcome to Cuebook!\n"


def test_programs_of_the_client_print_what_is_shown(server: Server) -> None:
    first, second = read_document("client/README.md").get_blocks("python", "Quick start")
    (output,) = read_document("client/README.md").get_blocks("text", "Quick start")

    assert run_program(first.text, server) == output.text
    assert run_program(second.text, server) == "Hello Ada, welcome to Cuebook!\n"


def test_programs_of_the_client_build_requests_and_release_a_prompt(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = read_document("client/README.md")
    (shapes,) = page.get_blocks("python", "Hand a prompt to a model")
    (management,) = page.get_blocks("python", "Manage prompts")
    (tmp_path / ".local").symlink_to(server.folder)
    monkeypatch.chdir(tmp_path)

    requests = run_program(shapes.text, server).splitlines()
    assert len(requests) == 3
    assert all("Hello Ada, welcome to Cuebook!" in text for text in requests)
    for _ in range(2):
        rendered, events = run_program(management.text, server).splitlines()
        assert rendered == "Thank you, Ada!"
        assert ast.literal_eval(events)[-1] == "prompt.created"


def test_the_program_of_the_client_that_is_traced_runs(server: Server) -> None:
    (program,) = read_document("client/README.md").get_blocks("python", "Traces and metrics")

    assert run_program(program.text, server) == ""


def run_program(program: str, server: Server) -> str:
    """Run a program that finds the server by two variables, and return what it prints."""
    access = {"CUEBOOK_URL": server.demo["base_url"], "CUEBOOK_API_KEY": server.demo["api_key"]}
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | access | {"PYTHONPATH": str(ROOT / "client")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
