"""Good calls of the native routes."""

from __future__ import annotations

from typing import Any

from tests.routes.sample import Sample, Variant

PROMPT, VERSIONS = "/v1/prompts/{id}", "/v1/prompts/{id}/versions"
PAYLOADS = "/v1/prompts/{id}/payloads"
# What selects a version leads to different reads; a number that there is not, to fewer.
SELECTORS = ("latest", "live", "prod", "99")


def _select(path: str, **more: Any) -> Sample:
    """A call on a version, once for each kind of selector."""
    target = path.format_map({"version": more.pop("version", 1)} | {"id": "{id}", "slug": "{slug}"})
    variants = (
        *(
            Variant(target=path.format(id="{id}", slug="{slug}", version=selector))
            for selector in SELECTORS
        ),
        *more.pop("variants", ()),
    )
    return Sample(target=target, variants=variants, **more)


SAMPLES = {
    "health_check": Sample(),
    "get_openapi": Sample(),
    "get_docs": Sample(),
    "create_prompt": Sample(body={"name": "{new}"}, stranger=403),
    "list_prompts": Sample(stranger=403),
    "list_all_prompts": Sample(target="/v1/prompts?team_id={team}", stranger=403),
    "get_prompt": Sample(
        variants=(
            Variant(target="/v1/prompts/{slug}?version=1"),
            Variant(target="/v1/prompts/{slug}?tag=latest"),
        )
    ),
    "update_prompt": Sample(body={"description": "for the night shift"}),
    "patch_prompt": Sample(
        body={"name": "{new}", "description": "for the night shift"},
        variants=(
            Variant(body={"slug": "{new}"}),
            # A name with another spelling, which is looked for.
            Variant(body={"name": "Café {new}"}),
            Variant(body={}),
        ),
    ),
    "archive_prompt": Sample(),
    "restore_prompt": Sample(first=(("POST", f"{PROMPT}/archive", None),)),
    # px0 answers 401 where a read-only key wants to move a prompt, and only there.
    "move_prompt": Sample(body={"team_id": "{team}"}, viewer=401),
    "list_prompt_history": Sample(),
    "get_prompt_at": Sample(
        target=f"{PROMPT}/at?time=2100-01-01T00:00:00Z",
        variants=(Variant(target=f"{PROMPT}/at?time=2100-01-01T00:00:00Z&tag=prod"),),
    ),
    "create_version": Sample(body={"template": "Hi {{.name}}"}),
    "list_versions": Sample(
        variants=(Variant(target=f"{VERSIONS}?status=live", stranger=404),),
    ),
    "diff_versions": Sample(target=f"{VERSIONS}/diff?from=1&to=2"),
    "get_version": _select(f"{VERSIONS}/{{version}}"),
    "update_version": _select(
        f"{VERSIONS}/{{version}}", version=3, body={"template": "Hi again {{.name}}"}
    ),
    "delete_prompt_version": _select(
        f"{VERSIONS}/{{version}}", version=3, variants=(Variant(target=f"{VERSIONS}/2"),)
    ),
    "promote_version": _select(f"{VERSIONS}/{{version}}/promote", version=3),
    "demote_version": _select(f"{VERSIONS}/{{version}}/demote"),
    "archive_version": _select(f"{VERSIONS}/{{version}}/archive", version=2),
    "duplicate_version": _select(f"{VERSIONS}/{{version}}/duplicate"),
    "rollback_prompt": Sample(body={"target_version": 2, "rollback_reason": "it was better"}),
    "list_version_variables": _select(f"{VERSIONS}/{{version}}/variables"),
    "set_version_tag": _select(
        f"{VERSIONS}/{{version}}/tags",
        body={"tag": "blue"},
        variants=(Variant(body={"tag": "2"}), Variant(body={"tag": "2000"})),
    ),
    "list_version_tags": Sample(),
    "remove_version_tag": Sample(),
    "create_prompt_payload": Sample(body={"variables": {"name": "Ada"}}),
    "list_prompt_payloads": Sample(),
    "get_prompt_payload": Sample(),
    "update_prompt_payload": Sample(body={"name": "Ada", "variables": {"name": "Ada Lovelace"}}),
    "delete_prompt_payload": Sample(),
    "render_live": Sample(body={"variables": {"name": "Ada"}}),
    "render_version": _select(
        "/v1/prompts/{slug}/versions/{version}/render", body={"variables": {"name": "Ada"}}
    ),
}
