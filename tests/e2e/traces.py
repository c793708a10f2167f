"""A stand-in for the X-Ray daemon, which functions send their part of a trace to."""

from __future__ import annotations

import json
import re
import socket
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from shared.ids import ID

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    Document = dict[str, Any]

LARGEST = 65_536  # of a datagram
TRACE_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Daemon:
    """A receiver of what functions send to X-Ray.

    Args:
        address: as the environment of functions names it.
        documents: the documents that came, in this order.
    """

    address: str
    documents: list[Document] = field(default_factory=list)

    def trace(self, route: str, prompt_id: str) -> list[Document]:
        """All of the trace of a route's first call for a prompt, once it is complete."""
        until = time.monotonic() + TRACE_SECONDS
        while time.monotonic() < until:
            for document in [*self.documents]:
                about = document.get("annotations", {})
                if (about.get("route"), about.get("prompt_id")) == (route, prompt_id):
                    # What is below it came before, since it ended before.
                    trace_id = document["trace_id"]
                    return [one for one in self.documents if one["trace_id"] == trace_id]
            time.sleep(0.05)
        raise AssertionError(f"no trace of {route} came")


@contextmanager
def run_daemon() -> Iterator[Daemon]:
    """Listens on loopback."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.settimeout(0.2)
        started = Daemon(f"127.0.0.1:{listener.getsockname()[1]}")
        stop = threading.Event()

        def listen() -> None:
            while not stop.is_set():
                try:
                    datagram = listener.recv(LARGEST)
                except TimeoutError:
                    continue
                # The first line says the format: JSON, of version 1.
                started.documents.append(json.loads(datagram.partition(b"\n")[2]))

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        try:
            yield started
        finally:
            stop.set()
            thread.join()


def draw_trace(documents: Sequence[Document]) -> str:
    """A trace as a tree: names, milliseconds, annotations and what was asked of AWS.

    Ids and names that CloudFormation makes up are shortened.
    """
    below: dict[str, list[Document]] = {}
    for document in sorted(documents, key=lambda one: one["start_time"]):
        below.setdefault(document.get("parent_id", ""), []).append(document)
    known = {document["id"] for document in documents}
    roots = [one for parent, some in below.items() if parent not in known for one in some]

    def lines(document: Document, depth: int) -> Iterator[str]:
        milliseconds = (document["end_time"] - document["start_time"]) * 1000
        yield f"{'   ' * depth}{document['name']}  {milliseconds:.0f} ms{write_labels(document)}"
        children = [*document.get("subsegments", ()), *below.get(document["id"], ())]
        for child in sorted(children, key=lambda one: one["start_time"]):
            yield from lines(child, depth + 1)

    return "\n".join(line for root in roots for line in lines(root, 0)) + "\n"


def write_labels(document: Document) -> str:
    aws, annotations = document.get("aws", {}), document.get("annotations", {})
    parts = [
        shorten(aws[name]) for name in ("operation", "table_name", "bucket_name") if name in aws
    ]
    parts += [f"{name}={shorten(str(value))}" for name, value in annotations.items()]
    parts += [name for name in ("error", "fault", "throttle") if document.get(name)]
    return "".join(f"  {part}" for part in parts)


def shorten(name: str) -> str:
    """Of ids the beginning, and of a name that CloudFormation gave what we call it."""
    if ID.fullmatch(name):
        return f"{name[:8]}…"
    match = re.fullmatch(
        r"cuebook-[a-z]+-(?:tables)?([a-z]+?)(?:bucket)?[0-9a-f]{8}-.*", name, re.I
    )
    return match[1].lower() if match else name


def drop_times(tree: str) -> str:
    """What of a tree is the same each time: all but the milliseconds, and which prompt it was.

    What runs beside the call is not in it: the last use of a key is written sooner or later.
    """
    lines = [line for line in tree.splitlines(keepends=True) if line.startswith(("##", " "))]
    return re.sub(r"(?<=_id=)\S+|\d+(?= ms)", "…", "".join(lines))
