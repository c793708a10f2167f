"""A response is stated once: mypy holds what is built to the type that the OpenAPI document shows.

`make check` runs mypy over this file too, and mypy takes a `type: ignore` that hides nothing for an
error: it fails as soon as one of the wrong documents below is no longer refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args, get_origin

from typing_extensions import is_typeddict

from infra.openapi import load_response_type
from shared.responses import Response
from shared.routes import ROUTES

if TYPE_CHECKING:
    from shared.dialects.langwatch import models as langwatch
    from shared.dialects.maxim import models as maxim
    from shared.dialects.registry import models as registry
    from shared.dialects.tela import models as tela


def test_every_endpoint_says_which_document_it_responds_with() -> None:
    vague = [
        route.name
        for route in ROUTES
        if (kind := load_response_type(route)) is not None
        and not all(map(is_typeddict, get_args(kind) if get_origin(kind) is not None else [kind]))
    ]

    assert vague == []


def build_wrong_documents(text: str, number: int) -> list[Any]:
    """Build what mypy has to refuse: documents that lack a key, or have one too many."""
    tag: registry.Tag = {"tag": text}  # type: ignore[typeddict-item]
    author: registry.Author = {"id": text, "name": text, "x": 1}  # type: ignore[typeddict-unknown-key]
    pagination: maxim.FolderPagination = {}  # type: ignore[typeddict-item]
    explanation: langwatch.Explanation = {"error": text}  # type: ignore[typeddict-item]
    project: tela.Project = {"id": number}  # type: ignore[typeddict-item]
    return [tag, author, pagination, explanation, project]


def respond_with_another_document(text: str) -> Response[registry.Tag]:
    """Respond with what is another document than the endpoint says."""
    return Response(body={"tag": text, "version": text})  # type: ignore[typeddict-item]
