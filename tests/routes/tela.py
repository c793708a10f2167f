"""Good calls of Tela's routes."""

from __future__ import annotations

from tests.routes.sample import Sample, Variant

VERSION = {
    "promptId": "{id}",
    "title": "Document Analysis v2",
    "configuration": {"model": "gpt-4o", "type": "chat"},
    "variables": [],
    "promoted": True,
}
NATIVE = "/v1/prompts/{id}/versions"

SAMPLES = {
    "create_canvas_version": Sample(body=VERSION),
    "list_canvas_versions": Sample(target="/prompt-version?promptId={id}"),
    "get_canvas_version": Sample(target="/prompt-version/{live}"),
    "update_canvas_version": Sample(
        target="/prompt-version/{draft}",
        body={"content": "new", "title": "new", "promoted": True},
        variants=(Variant(target="/prompt-version/{stable}", body={"promoted": True}),),
    ),
    "delete_canvas_version": Sample(
        target="/prompt-version/{draft}",
        variants=(
            Variant(target="/prompt-version/{stable}"),
            Variant(target="/prompt-version/{live}"),
        ),
    ),
    "get_promoted_version": Sample(),
    "list_canvases": Sample(
        # So that the newest version is archived.
        first=(("POST", f"{NATIVE}/3/archive", None),),
        stranger=None,
        variants=(Variant(target="/prompt?includeLastVersion=true"),),
    ),
    "list_projects": Sample(stranger=None),
    "check_api_key": Sample(stranger=None),
}
