"""Keeps a Python process to the addresses that it may contact, and notes what else it tried.

Python runs this when it starts, wherever the folder is on `PYTHONPATH`. Nothing can take an audit
hook away again, and no library goes round it.
"""

import os
import socket
import sys

ALLOWED = set(os.environ["GUARD_ALLOWED"].split())
NOTES = os.environ["GUARD_NOTES"]
NAMES = {"localhost", "127.0.0.1", "::1", "", None}
SENDING = ("socket.connect", "socket.sendto", "socket.sendmsg")
ASKING = ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr")


def note(line: str) -> None:
    with open(NOTES, "a", encoding="utf-8") as notes:  # noqa: PTH123 - at start, import no pathlib
        notes.write(f"{line}\n")


def watch(event: str, arguments: tuple[object, ...]) -> None:
    if event in SENDING:
        sender, address = arguments[:2]
        if isinstance(sender, socket.socket) and sender.family == socket.AF_UNIX:
            return
        if isinstance(address, tuple) and f"{address[0]}:{address[1]}" not in ALLOWED:
            refuse(f"{address[0]}:{address[1]}")
    elif event in ASKING:
        host = arguments[0]
        name = host.decode() if isinstance(host, bytes) else host
        if name not in NAMES:
            refuse(f"the name {name}")


def refuse(target: str) -> None:
    note(f"contacted {target}")
    raise PermissionError(f"only the server under test may be contacted, not {target}")


note("guarded")
sys.addaudithook(watch)
