"""Serve `GET /docs`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.documents.files import read_document
from shared.responses import Response
from shared.serve import serve

if TYPE_CHECKING:
    from shared.call import Call


def get_docs(call: Call) -> Response[None]:
    """Get a page for browsing the OpenAPI document, without external resources."""
    return Response(
        body=None,
        text=read_document("docs.html"),
        headers={"Content-Type": "text/html; charset=utf-8"},
    )


lambda_handler = serve(get_docs)
