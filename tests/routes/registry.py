"""Good calls of the native routes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from shared.documents.console import read_console
from shared.routes import ROUTES
from shared.routes.registry import PROMPT_NAME
from tests.client import UNKNOWN_ID
from tests.routes.sample import Sample, Variant
from tests.sign_in_page import build_exchange

PROMPT, VERSIONS = "/v1/prompts/{id}", "/v1/prompts/{id}/versions"
GONE = {"team": 404}
PAYLOADS = "/v1/prompts/{id}/payloads"
TAG_ON_DRAFT = (("POST", f"{VERSIONS}/3/tags", {"tag": "blue"}),)
RELEASE = "/v1/prompts/{id}/releases/{release}"
PART = "@@@langfusePrompt:name={new}|label=latest@@@"
# What selects a version leads to different reads; a number that there is not, to fewer.
SELECTORS = ("latest", "live", "prod", "99")
POINTERS = (*SELECTORS[:3], 1, 99)


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


PERSON = "/v1/orgs/{org}/members/{person}"
SECOND_FACTOR = "/v1/auth/me/second-factor"
MEMBERS, MEMBER = "/v1/teams/{team}/members", "/v1/teams/{team}/members/{person}"

PEOPLE_SAMPLES = {
    "sign_in": Sample(
        body={"email": "{email}", "password": "{password}"},
        variants=(Variant(body={"email": "{email}", "password": "Wrong-horse-7"}),),
    ),
    "finish_sign_in": Sample(
        body={"challenge_token": "{challenge}", "new_password": "Another-horse-7"}
    ),
    "exchange_code": Sample(
        body=build_exchange(UNKNOWN_ID),
        variants=(
            Variant(body=build_exchange("{person}")),
            Variant(body=build_exchange("{person}", groups="others")),
            Variant(body=build_exchange("{outsider}")),
        ),
    ),
    "sign_out": Sample(caller="editor"),
    "send_reset_code": Sample(body={"email": "{email}"}),
    "reset_password": Sample(
        body={"email": "{email}", "code": "{code}", "new_password": "Another-horse-7"}
    ),
    "get_me": Sample(caller="viewer", stranger=403),
    "change_password": Sample(
        body={"current_password": "{password}", "new_password": "Another-horse-7"},
        caller="password",
        stranger=403,
    ),
    "create_second_factor": Sample(
        target=SECOND_FACTOR,
        body={"password": "{password}"},
        caller="password",
        stranger=401,
        viewer=401,
    ),
    "set_second_factor": Sample(
        target=SECOND_FACTOR,
        body={"enabled": True, "password": "{password}", "code": "{authenticator}"},
        caller="password",
        stranger=401,
        viewer=401,
        variants=(
            Variant(
                body={"enabled": False, "password": "{password}", "code": "{authenticator}"},
                caller="second_factor",
                stranger=401,
            ),
        ),
    ),
    "list_sessions": Sample(caller="viewer", stranger=401, viewer=401),
    "revoke_session": Sample(
        target="/v1/auth/sessions/{session}", caller="editor", stranger=401, viewer=401
    ),
    "list_my_organisations": Sample(stranger=None),
    "list_my_teams": Sample(stranger=None),
    "leave_team": Sample(
        target="/v1/me/teams/{team}",
        caller="editor",
        stranger=403,
        missing=GONE,
        variants=(Variant(caller="admin", stranger=403),),
    ),
    "rename_organisation": Sample(
        target="/v1/orgs/{org}", body={"name": "{new}"}, caller="organisation_admin", stranger=403
    ),
    "list_teams": Sample(target="/v1/orgs/{org}/teams", stranger=None),
    "create_team": Sample(
        target="/v1/orgs/{org}/teams",
        body={"name": "{new}"},
        caller="organisation_admin",
        stranger=403,
    ),
    "list_people": Sample(target="/v1/orgs/{org}/people", caller="admin", stranger=None),
    "invite_person": Sample(
        target="/v1/orgs/{org}/people",
        body={"email": "{new}@example.com", "team_id": "{team}", "role": "admin"},
        caller="organisation_admin",
        stranger=401,
        viewer=401,
        missing=GONE,
        variants=(
            Variant(body={"email": "{new}@example.com", "team_id": "{team}"}),
            Variant(body={"email": "{email}"}),
        ),
    ),
    "remove_person": Sample(
        target=PERSON,
        caller="organisation_admin",
        stranger=403,
        variants=(
            Variant(target="/v1/orgs/{org}/members/{team_admin}", stranger=403),
            Variant(target="/v1/orgs/{org}/members/{second_admin}", stranger=403),
        ),
    ),
    "end_second_factor": Sample(
        target="/v1/orgs/{org}/members/{account}/second-factor",
        caller="organisation_admin",
        stranger=403,
    ),
    "set_organisation_role": Sample(
        target=f"{PERSON}/role",
        body={"role": "admin"},
        caller="organisation_admin",
        stranger=403,
    ),
    "rename_team": Sample(
        target="/v1/teams/{team}", body={"name": "{new}"}, caller="admin", stranger=403
    ),
    "delete_team": Sample(
        target="/v1/teams/{team}?name=Ours",
        caller="admin",
        stranger=401,
        viewer=401,
        missing={"team": 403},
        variants=(
            Variant(target="/v1/teams/{empty_team}", caller="organisation_admin"),
            Variant(target="/v1/teams/{team}?name=Ours", caller="organisation_admin"),
            Variant(target="/v1/teams/{team}"),
        ),
    ),
    "list_members": Sample(target=MEMBERS, stranger=403),
    "add_member": Sample(
        target=MEMBERS,
        body={"user_id": "{outsider}"},
        caller="admin",
        stranger=403,
        variants=(Variant(body={"user_id": "{outsider}", "role": "admin"}),),
    ),
    "set_member_role": Sample(
        target=f"{MEMBER}/role",
        body={"role": "editor"},
        caller="admin",
        stranger=403,
        variants=(Variant(body={"role": "admin"}),),
    ),
    "remove_member": Sample(
        target=MEMBER,
        caller="admin",
        stranger=403,
        missing={"person": 400},
        variants=(Variant(target="/v1/teams/{team}/members/{other_admin}", stranger=403),),
    ),
}

KEY = "/v1/api-keys/{key_id}"

KEY_SAMPLES = {
    "create_api_key": Sample(
        body={
            "name": "{new}",
            "org_id": "{org}",
            "team_ids": ["{team}"],
            "prompts": ["{slug}", "{id}"],
            "pointers": ["live"],
            "expires_at": "2100-01-31T00:00:00Z",
        },
        caller="admin",
        stranger=401,
        viewer=401,
        missing={"org": 403, "team": 403},
    ),
    "list_api_keys": Sample(
        target="/v1/api-keys?org_id={org}",
        caller="admin",
        stranger=401,
        viewer=401,
        missing={"org": 403},
    ),
    "update_api_key": Sample(
        target=KEY,
        body={"name": "{new}", "operation": "all", "team_ids": ["{team}"]},
        caller="admin",
        stranger=401,
        viewer=401,
        missing={"team": 403},
        variants=(
            Variant(body={"team_ids": ["{team}", "{empty_team}"]}, caller="organisation_admin"),
        ),
    ),
    "delete_api_key": Sample(target=KEY, caller="admin", stranger=401, viewer=401),
    "regenerate_api_key": Sample(
        target=f"{KEY}/regenerate",
        body={"overlap_seconds": 60},
        caller="admin",
        stranger=401,
        viewer=401,
        variants=(Variant(body={}),),
    ),
}

AUDIT = "/v1/teams/{team}/audit"
FILTERS = "from=2000-01-01T00:00:00Z&to=2100-01-01T00:00:00Z&kind=prompt"

AUDIT_SAMPLES = {
    "list_team_audit": Sample(
        target=AUDIT,
        caller="admin",
        stranger=403,
        variants=(Variant(target=f"{AUDIT}?{FILTERS}", stranger=403),),
    ),
    "list_audit_logs": Sample(
        target="/v1/orgs/{org}/audit-logs",
        caller="organisation_admin",
        stranger=403,
        variants=(Variant(target=f"/v1/orgs/{{org}}/audit-logs?{FILTERS}&offset=1", stranger=403),),
    ),
}

SPLIT_LIVE = (
    "PUT",
    f"{PROMPT}/splits/live",
    {"split": [{"version": 1, "weight": 9_500}, {"version": 2, "weight": 500}]},
)

SAMPLES = {
    "health_check": Sample(),
    "get_openapi": Sample(),
    "get_docs": Sample(),
    "get_console": Sample(),
    "get_console_asset": Sample(target=f"/console/assets/{read_console().hash}/app/main.js"),
    "create_prompt": Sample(body={"name": "{new}"}, stranger=403),
    "list_prompts": Sample(
        stranger=403,
        variants=(
            Variant(target="/v1/teams/{team}/prompts?include=live&q={slug}", stranger=403),
            Variant(target="/v1/teams/{team}/prompts?include=pointers", stranger=403),
        ),
    ),
    "list_all_prompts": Sample(
        target="/v1/prompts?team_id={team}",
        stranger=403,
        variants=(Variant(target="/v1/prompts?team_id={team}&include=live", stranger=403),),
    ),
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
            Variant(target=f"{PROMPT}?version=latest"),
            Variant(target=f"{PROMPT}?version=1"),
        ),
    ),
    "archive_prompt": Sample(),
    "restore_prompt": Sample(first=(("POST", f"{PROMPT}/archive?force=true", None),)),
    # px0 answers 401 where a read-only key wants to move a prompt, and only there.
    "move_prompt": Sample(body={"team_id": "{team}"}, viewer=401),
    "delete_prompt": Sample(),
    "list_prompt_history": Sample(),
    "get_prompt_at": Sample(
        target=f"{PROMPT}/at?time=2100-01-01T00:00:00Z",
        variants=(Variant(target=f"{PROMPT}/at?time=2100-01-01T00:00:00Z&tag=prod"),),
    ),
    "get_prompt_usage": Sample(is_used=True, variants=(Variant(target=f"{PROMPT}/usage?days=7"),)),
    "create_version": Sample(
        body={"template": "Hi {{.name}}"},
        first=(("POST", "/api/prompts", {"handle": "{new}", "prompt": "and {{ name }}"}),),
        variants=(Variant(body={"template": f"Hi {PART}", "engine": "liquid"}),),
    ),
    "list_versions": Sample(
        variants=(Variant(target=f"{VERSIONS}?status=live", stranger=404),),
    ),
    "diff_versions": Sample(
        target=f"{VERSIONS}/diff?from=1&to=2",
        variants=(Variant(target=f"{VERSIONS}/diff?from=prod&to=latest", stranger=400),),
    ),
    "get_version": _select(
        f"{VERSIONS}/{{version}}", variants=(Variant(target=f"{VERSIONS}/1?as=liquid"),)
    ),
    "update_version": _select(
        f"{VERSIONS}/{{version}}",
        version=3,
        body={"template": "Hi again {{.name}}"},
        first=TAG_ON_DRAFT,
    ),
    "delete_prompt_version": _select(
        f"{VERSIONS}/{{version}}",
        version=3,
        first=TAG_ON_DRAFT,
        variants=(Variant(target=f"{VERSIONS}/2"),),
    ),
    "promote_version": _select(
        f"{VERSIONS}/{{version}}/promote",
        version=3,
        variants=(Variant(target=f"{VERSIONS}/2/promote"),),
    ),
    "demote_version": _select(f"{VERSIONS}/{{version}}/demote"),
    "archive_version": _select(f"{VERSIONS}/{{version}}/archive", version=2),
    "duplicate_version": _select(f"{VERSIONS}/{{version}}/duplicate"),
    "rollback_prompt": Sample(
        body={"target_version": 1, "rollback_reason": "it was better"},
        first=(("POST", f"{VERSIONS}/2/promote", None),),
        variants=(Variant(body={"rollback_reason": "it was better"}),),
    ),
    "list_version_variables": _select(f"{VERSIONS}/{{version}}/variables"),
    "check_text": Sample(
        body={"template": "Hi {{.name}}", "prompt_id": "{slug}", "payload_id": "{payload_id}"},
        viewer=200,
        variants=(
            Variant(body={"template": f"Hi {PART}", "engine": "go", "prompt_id": "{id}"}),
            Variant(
                body={
                    "template": "Hi {{.name}}",
                    "prompt_id": "{id}",
                    "variables": {"name": "Ada"},
                }
            ),
        ),
    ),
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
    "get_split": Sample(target=f"{PROMPT}/splits/live"),
    "set_split": Sample(
        target=f"{PROMPT}/splits/live",
        body={"split": [{"version": 1, "weight": 9_000}, {"version": 2, "weight": 1_000}]},
        first=(SPLIT_LIVE,),
        variants=(
            # The pointer moves too.
            Variant(body={"split": [{"version": 2, "weight": 10_000}]}),
            # The split ends.
            Variant(body={"split": [{"version": 1, "weight": 10_000}]}),
            Variant(
                target=f"{PROMPT}/splits/prod",
                body={"split": [{"version": 2, "weight": 1}, {"version": 1, "weight": 9_999}]},
            ),
        ),
    ),
    "get_protected": Sample(target="/v1/teams/{team}/protected", stranger=403),
    "set_protected": Sample(
        target="/v1/teams/{team}/protected",
        body={"pointers": ["live", "prod"], "required_review": True},
        caller="admin",
        stranger=403,
    ),
    "get_release_state": Sample(),
    "create_release": Sample(
        body={"pointer": "prod", "version": 2},
        variants=(
            Variant(body={"pointer": "live", "version": 2}),  # as somebody else requests too
            Variant(body={"pointer": "live", "split": [{"version": 2, "weight": 10_000}]}),
            Variant(body={"pointer": "live", "version": 3}),
        ),
    ),
    "list_releases": Sample(variants=(Variant(target=f"{PROMPT}/releases?status=waiting"),)),
    "get_release": Sample(target=RELEASE),
    "approve_release": Sample(
        target=f"{RELEASE}/approve", body={"comment": "good"}, missing={"release": 404}
    ),
    "reject_release": Sample(target=f"{RELEASE}/reject", body={"comment": "not yet"}),
    "withdraw_release": Sample(target=f"{RELEASE}/withdraw", body={}, caller="author", is_own=True),
    "end_split": Sample(
        target=f"{PROMPT}/splits/live",
        first=(SPLIT_LIVE,),
    ),
    **KEY_SAMPLES,
    **PEOPLE_SAMPLES,
    **AUDIT_SAMPLES,
    "refresh_prompts": Sample(
        body={"prompts": [{"name": "{slug}"}, {"name": "{id}", "pointer": "prod", "etag": "-"}]},
        stranger=None,
        missing={"slug": 200, "id": 200},
        variants=(
            Variant(body={"prompts": [{"name": "{id}", "pointer": each} for each in POINTERS]}),
            Variant(body={"prompts": [{"name": "no-such-slug"}]}),
        ),
    ),
    "render_live": Sample(
        body={"variables": {"name": "Ada"}},
        variants=(Variant(body={"payload_id": "{payload_id}"}),),
    ),
    "render_version": _select(
        "/v1/prompts/{slug}/versions/{version}/render",
        body={"payload_id": "{payload_id}", "strict": True},
    ),
}

BY_ID, BY_SLUG = "/v1/prompts/{id}", "/v1/prompts/{slug}"
# Whatever takes a prompt's id takes its slug.
for _route in ROUTES:
    if PROMPT_NAME in _route.segments:
        _sample = SAMPLES[_route.name]
        _target = (_sample.target or _route.path).replace(BY_ID, BY_SLUG)
        _stranger = 404 if _route.name == "get_prompt" else 400
        _variant = Variant(target=_target, stranger=_stranger)
        SAMPLES[_route.name] = replace(_sample, variants=(*_sample.variants, _variant))
