"""Serve `GET /openapi.json`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.documents.files import read_document
from shared.responses import JSON, Response
from shared.serve import serve

if TYPE_CHECKING:
    from shared.call import Call


def get_openapi(call: Call) -> Response[None]:
    """Get the OpenAPI 3.1 document of this API."""
    return Response(body=None, text=read_document("openapi.json"), headers={"Content-Type": JSON})


lambda_handler = serve(get_openapi)
