"""Serve `GET /console/assets/{hash}/{path}`."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from shared.documents.console import MEDIA_TYPES, read_console
from shared.problems import NotFound
from shared.responses import Response
from shared.serve import serve

if TYPE_CHECKING:
    from shared.call import Call


def get_console_asset(call: Call, hash: str, path: str) -> Response[None]:
    """Get a script, a style sheet or another file that the console loads.

    The hash is that of all files, so what a URL returns never changes.
    """
    console = read_console()
    if hash != console.hash or path not in console.assets:
        raise NotFound("the console has no such file, or not any more; load its page again")
    headers = {
        "Content-Type": MEDIA_TYPES[PurePosixPath(path).suffix],
        "Cache-Control": "public, max-age=31536000, immutable",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(body=None, text=console.assets[path], headers=headers)


lambda_handler = serve(get_console_asset, prepare=read_console)
