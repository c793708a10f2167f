"""The console: the page on which people write prompts, and the assets that it loads.

All of it is read at once, so that the hash in the URLs is that of what these URLs return.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

FOLDER = Path(__file__).parents[2] / "console"
PAGE = "index.html"
ASSETS = "{assets}"  # in the page, what the URLs of its assets begin with
HASH_LENGTH = 16  # hexadecimal digits
# The files that are served, by the ends of their names.
MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Console:
    """The console.

    Attributes:
        hash: Of all files; another one for other files.
        page: The HTML of the page, with URLs relative to the folder that it is in.
        assets: The texts of all other files by path.
    """

    hash: str
    page: str
    assets: Mapping[str, str]


@cache
def read_console() -> Console:
    """Read the console, once in each process."""
    page = (FOLDER / PAGE).read_text(encoding="utf-8")
    assets = {
        path.relative_to(FOLDER).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(FOLDER.rglob("*"))
        if path.suffix in MEDIA_TYPES
    }
    digest = sha256()
    for name, text in ((PAGE, page), *assets.items()):
        digest.update(f"{name}\0{text}\0".encode())
    hash = digest.hexdigest()[:HASH_LENGTH]
    return Console(hash=hash, page=page.replace(ASSETS, f"console/assets/{hash}"), assets=assets)
