"""The README's tour through the four dialects does what the README says."""

import json
import re
import shutil
from typing import Any

import pytest

from tests.clients.running import PYTHON, Clients
from tests.live.serving import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```bash\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
SECTION = README.partition("## One version, four dialects\n")[2].partition("\n## ")[0]
TOUR = re.findall(r"^```bash\n(.*?)^```", SECTION, re.MULTILINE | re.DOTALL)


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_tour_can_be_pasted_after_the_walk(clients: Clients) -> None:
    (tour,) = TOUR
    functions = BLOCKS[0].partition("\n\n")[0]
    (clients.folder / ".local").symlink_to(clients.server.folder)

    done = clients.run(
        ["bash", "-euo", "pipefail", "-c", f"{functions}\n{tour}"], path=PYTHON.parent
    )

    assert done.code == 0, done.said
    created, promoted, read, listed = documents(done.out)
    assert created["data"]["version"] == 1
    assert promoted["version"]["status"] == "live"
    assert read == [
        {"role": "system", "content": "You help Ada, briefly."},
        {"role": "user", "content": "Where is order A-17?"},
    ]
    assert [one["id"] for one in listed] == [created["data"]["id"]]
    assert listed[0]["promoted"] is True


def documents(text: str) -> list[Any]:
    """JSON documents that stand one after the other."""
    decoder, rest, found = json.JSONDecoder(), text.strip(), []
    while rest:
        document, end = decoder.raw_decode(rest)
        found.append(document)
        rest = rest[end:].lstrip()
    return found
