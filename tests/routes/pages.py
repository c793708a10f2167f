"""Lists in pages, as each dialect has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shared.routes import ROUTES
from tests.routes.sample import get_sample

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.client import Client, Response
    from tests.routes.scene import Prepared, Scene

CREATORS = (
    "create_workspace_prompt",
    "create_prompt_by_handle",
    "create_folder",
    "create_prompt_version",
    "create_prompt_payload",
)


def read_page(response: Response) -> tuple[list[Any], str | None]:
    """Read the rows of a page, and the cursor to go on with.

    The rows are the body or the one list in it. The cursor is in the header `X-Next-Cursor`, in
    `next_cursor`, or in Maxim's `pagination`.
    """
    assert response.status == 200, response.text
    body = response.json
    if isinstance(body, list):
        return body, response.headers.get("X-Next-Cursor")
    (rows,) = (value for value in body.values() if isinstance(value, list))
    pagination = body.get("pagination", {"nextCursor": body.get("next_cursor")})
    return rows, pagination.get("nextCursor") or pagination.get("cursor")


def iterate_pages(call: Prepared, client: Client, **query: str) -> Iterator[list[Any]]:
    """Read a list page by page, each with the cursor of the page before."""
    cursor: str | None = ""
    while cursor is not None:
        response = call.replace_query(**query, cursor=cursor).send(client)
        rows, cursor = read_page(response)
        yield rows


def fill_lists(scene: Scene, rows: int) -> None:
    """Create so many of everything that a list has, by the good calls of the routes for that."""
    editor = scene.registry.editor
    creators = [route for route in ROUTES if route.name in CREATORS]
    for number in range(rows):
        for route in creators:
            # A prompt of the last variant of Maxim's call is in the folder.
            variant = next(reversed(get_sample(route).variants), None)
            response = scene.prepare(route, variant).send(editor)
            assert response.status < 300, response.text
        # Few of them can wait.
        release = editor("POST", f"{scene.path}/releases", {"pointer": "prod", "version": 2})
        path = f"{scene.path}/releases/{release.json['release']['id']}/withdraw"
        assert editor("POST", path, {}).status == 200
        scene.create_api_key()
        body = {"tag": f"t{number}"}
        assert editor("POST", f"{scene.path}/versions/1/tags", body).status == 200
