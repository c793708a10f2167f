"""Two at a time: pushes of two machines, pulls of one folder, and a person who saves meanwhile."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from cuebook._effects import Send
from cuebook.folders.folder import open_folder
from cuebook.folders.lock_file import LOCK
from tests.python_client.copies import Copy, create, list_texts
from tests.python_client.gateway import Gateway, build_client

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cuebook.folders.documents import PromptDocument
    from cuebook.management import Management
    from tests.client import Registry


class Between(Gateway):
    """Lets somebody act just before one of its requests."""

    def __init__(self, registry: Registry) -> None:
        super().__init__(registry)
        self._act: Callable[[], object] | None = None
        self._before = 0

    def run_before(self, number: int, act: Callable[[], object]) -> None:
        """Let somebody act before the request of a number from now on."""
        self._before, self._act = len(self.requests) + number, act

    @property
    def has_acted(self) -> bool:
        """Whether there was such a request."""
        return self._act is None

    def perform(self, effect: Any) -> Any:
        """Call the function that a request is for, when the other has acted."""
        act = self._act
        if isinstance(effect, Send) and act and len(self.requests) + 1 == self._before:
            self._act = None
            act()
        return super().perform(effect)


OLD, OURS, THEIRS = "the text of before", "our text", "their text"
Edit = tuple[str, str, str]  # what a file says: the description, a keyword, and the text
CHANGES: dict[str, tuple[Edit, Edit]] = {
    "all": (("ours", "ours", OURS), ("theirs", "theirs", THEIRS)),
    "all and a text": (("ours", "ours", OURS), ("d", "k", THEIRS)),
    "all and a description": (("ours", "ours", OURS), ("theirs", "k", OLD)),
    "a description and a text": (("ours", "k", OLD), ("d", "k", THEIRS)),
    "a text and a description": (("d", "k", OURS), ("theirs", "k", OLD)),
}


def read_service(manage: Management, slug: str) -> Edit:
    """Read what the service has of a prompt, with its newest version."""
    reading = manage.read(slug)
    (keyword,) = reading["prompt"]["keywords"]
    return reading["prompt"]["description"], keyword, reading["version"]["template"]


def write_file(copy: Copy, slug: str, edit: Edit) -> None:
    description, keyword, text = edit
    settings = f"name: {slug}\ndescription: {description}\nkeywords: [{keyword}]\nengine: text\n"
    copy.write(slug, f"---\n{settings}---\n{text}\n")


def race(first: Between, number: int, copies: list[Copy], slug: str) -> list[str]:
    """Push two copies, the second just before a request of the first; gives both actions."""
    results = ["", ""]

    def push_copy(at: int) -> None:
        results[at] = copies[at].try_push(promote="live")[slug]

    first.run_before(number, lambda: push_copy(1))
    push_copy(0)
    return results


def read_file(document: PromptDocument) -> Edit:
    """Read the same from what a file says."""
    (keyword,) = document.keywords
    return document.description, keyword, document.content["template"]


@pytest.mark.parametrize(
    ("edits", "is_new"),
    [
        *(pytest.param(CHANGES[name], False, id=name) for name in CHANGES),
        pytest.param(CHANGES["all"], True, id="new"),
    ],
)
def test_of_two_pushes_one_wins_wholly_and_the_other_is_a_conflict(
    edits: tuple[Edit, Edit], is_new: bool, tmp_path: Path, registry: Registry
) -> None:
    """The other push, with a key of its own, runs between any two requests of the first."""
    first, second = Between(registry), Gateway(registry)
    second.client = registry.admin
    manage = build_client(second).manage
    for number in count(1):
        slug = f"greeting_{number}"
        copies = [
            Copy(tmp_path / f"{who}{number}", build_client(gateway).manage, registry.team_id)
            for who, gateway in (("ours", first), ("theirs", second))
        ]

        if not is_new:
            write_file(copies[0], slug, ("d", "k", OLD))
            copies[0].push()
            copies[1].pull(slugs=[slug])
        for copy, edit in zip(copies, edits, strict=True):
            write_file(copy, slug, edit)
        results = race(first, number, copies, slug)
        if not first.has_acted:
            break

        assert results.count("conflict") == 1, results
        won = 1 - results.index("conflict")
        (winner, edit), (loser, other) = ((copies[at], edits[at]) for at in (won, 1 - won))
        assert read_service(manage, slug) == edit
        texts = [] if is_new or edit[2] == OLD else [OLD]
        assert list_texts(manage, slug) == [edit[2], *texts]
        assert manage.version(slug, "live")["version"] == manage.version(slug, "latest")["version"]
        assert winner.push(promote="live", slugs=[slug]) == {slug: "unchanged"}
        # The loser's file is as before, and it can go on.
        assert read_file(loser.read_document(slug)) == other
        assert loser.pull(slugs=[slug]) == {slug: "conflict"}
        assert loser.pull(slugs=[slug], is_forced=True) == {slug: "change"}
        assert loser.push(promote="live", slugs=[slug]) == {slug: "unchanged"}
    assert number > 3


def test_a_push_promotes_no_version_but_its_own(tmp_path: Path, registry: Registry) -> None:
    """Somebody forces another version between any two requests."""
    first, second = Between(registry), Gateway(registry)
    second.client = registry.admin
    manage = build_client(second).manage
    for number in count(1):
        slug = f"greeting_{number}"
        create(manage, registry.team_id, slug, OLD)
        ours = Copy(tmp_path / str(number), build_client(first).manage, registry.team_id)
        ours.pull(slugs=[slug])
        ours.edit(slug, OLD, OURS)

        def force(slug: str = slug) -> None:
            version = manage.create_version(slug, THEIRS)["version"]
            for _ in range(2):
                manage.promote(slug, version)

        first.run_before(number, force)
        result = ours.try_push(promote="live")[slug]
        if not first.has_acted:
            assert result == "change"
            break

        assert result == "conflict"
        assert manage.version(slug, "live")["template"] == THEIRS
        assert list_texts(manage, slug) in ([THEIRS, OLD], [THEIRS, OURS, OLD])
    assert number > 6


def test_what_does_not_matter_to_a_push_does_not_stop_it(
    tmp_path: Path, registry: Registry
) -> None:
    """Somebody sets a tag, which changes the ETag and not what the file says."""
    gateway = Between(registry)
    manage = build_client(gateway).manage
    create(manage, registry.team_id, "Greeting", OLD)
    ours = Copy(tmp_path / "ours", manage, registry.team_id)
    ours.pull()
    ours.edit("greeting", OLD, OURS)
    other = build_client(Gateway(registry)).manage

    gateway.run_before(3, lambda: other.set_tag("greeting", 1, "beta"))
    assert ours.push() == {"greeting": "change"}
    assert gateway.has_acted
    assert list_texts(manage, "greeting") == [OURS, OLD]


# -- a person who saves meanwhile


@pytest.mark.parametrize("is_forced", [False, True])
def test_a_pull_does_not_replace_what_is_saved_while_it_runs(
    is_forced: bool, tmp_path: Path, registry: Registry
) -> None:
    gateway = Between(registry)
    manage = build_client(gateway).manage
    create(manage, registry.team_id, "Greeting", OLD)
    create(manage, registry.team_id, "Thanks", OLD)
    ours = Copy(tmp_path / "ours", manage, registry.team_id)
    ours.pull(slugs=["greeting"])
    for slug in ("greeting", "thanks"):
        manage.create_version(slug, THEIRS)
    saved = "what a person has written"

    def save() -> None:
        for slug in ("greeting", "thanks"):  # one that was there, and one that was not
            ours.write(slug, saved)

    gateway.run_before(2, save)
    result = ours.pull(is_forced=is_forced)

    assert result == {"greeting": "conflict", "thanks": "conflict"}
    assert {data for name, data in ours.read().items() if name != LOCK} == {saved.encode()}
    assert ours.try_push() == {"greeting": "conflict", "thanks": "conflict"}


def test_a_push_does_not_replace_what_is_saved_while_it_runs(
    tmp_path: Path, registry: Registry
) -> None:
    """The service spells the model otherwise, so that the file would be written again."""
    gateway = Between(registry)
    manage = build_client(gateway).manage
    ours = Copy(tmp_path / "ours", manage, registry.team_id)
    ours.write("greeting", f"---\nmodel: ' m '\n---\n{OLD}\n")

    gateway.run_before(2, lambda: ours.write("greeting", OURS))
    assert ours.push() == {"greeting": "create"}

    assert ours.read()["greeting.prompt.md"] == OURS.encode()
    assert ours.push() == {"greeting": "change"}
    assert list_texts(manage, "greeting") == [OURS, OLD]


# -- one folder

PULL = """
import sys
from pathlib import Path
from cuebook.folders.folder import open_folder
print("ready", flush=True)
with open_folder(Path(sys.argv[1]), lambda: print("waits", flush=True)) as folder:
    print("open", [*folder.entries], flush=True)
    sys.stdin.read()
"""


def start(root: Path) -> subprocess.Popen[str]:
    """Start a process that opens a folder, until its input ends."""
    return subprocess.Popen(
        [sys.executable, "-c", PULL, str(root)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": "client"},
    )


def test_a_second_process_waits_and_reads_what_the_first_has_written(
    manage: Management, registry: Registry, tmp_path: Path
) -> None:
    create(manage, registry.team_id, "Greeting", OLD)
    ours = Copy(tmp_path / "ours", manage, registry.team_id)
    with open_folder(ours.root, lambda: pytest.fail("nobody else is there")):
        other = start(ours.root)
        assert other.stdout is not None
        assert [other.stdout.readline() for _ in range(2)] == ["ready\n", "waits\n"]
        ours.pull()
    output, _ = other.communicate()

    assert output == "open ['greeting']\n"


def test_a_process_that_was_killed_leaves_no_lock(tmp_path: Path) -> None:
    other = start(tmp_path)
    assert other.stdout is not None
    assert [other.stdout.readline() for _ in range(2)] == ["ready\n", "open []\n"]
    other.send_signal(signal.SIGKILL)
    other.communicate()

    with open_folder(tmp_path, lambda: pytest.fail("it is locked")) as folder:
        assert folder.documents == {}
    assert [*tmp_path.iterdir()] == []
