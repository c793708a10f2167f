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
PUBLICATION = {
    "resourceType": "prompt",
    "resourceId": "{id}",
    "envName": "production",
    "versionId": "{stable}",
}
NATIVE = "/v1/prompts/{id}/versions"

SAMPLES = {
    "create_canvas_version": Sample(
        body=VERSION, variants=(Variant(body={**VERSION, "content": "new"}),)
    ),
    "list_canvas_versions": Sample(target="/prompt-version?promptId={id}"),
    "list_version_indexes": Sample(target="/prompt-version/index-map?promptId={id}"),
    "create_environment": Sample(
        body={"resourceType": "prompt", "resourceId": "{id}", "name": "canary"}
    ),
    "get_environment_version": Sample(
        target="/environment/version?resourceType=prompt&resourceId={id}&envName=production"
    ),
    "publish_version": Sample(
        body=PUBLICATION,
        variants=(
            Variant(body={**PUBLICATION, "envName": "canary", "autoCreate": True}),
            Variant(body={**PUBLICATION, "versionId": "{draft}"}),
        ),
    ),
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
    "get_latest_version": Sample(),
    "list_version_messages": Sample(target="/prompt-version-message?promptVersionId={live}"),
    "list_canvases": Sample(
        # So that the newest version is archived.
        first=(("POST", f"{NATIVE}/3/archive", None),),
        stranger=None,
        variants=(Variant(target="/prompt?includeLastVersion=true"),),
    ),
    "list_projects": Sample(stranger=None),
    "check_api_key": Sample(stranger=None),
}
