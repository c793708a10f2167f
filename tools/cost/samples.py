"""Typical calls of endpoints, and variants of some with other costs.

The team for reads has twenty prompts, each with three versions (live, stable, draft) of a template
of 2 KB, two tags, and a payload. Another team has the ten prompts that a client holds. Each write
has its own prompt of the same kind, and each write to a team's tags or folders has its own team.
API keys are cached, except in samples with "nothing cached" in their name.
"""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from itertools import count
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

from infra.local.gateway import Request
from shared.documents.console import read_console
from shared.domain import api_keys
from shared.domain.access import Grant
from shared.domain.access_events import OPERATOR
from shared.domain.changes import Origin
from shared.domain.credentials import generate_api_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from infra.local.gateway import Response
    from shared.store.store import Store

    Respond = Callable[[Request], Response]
    Engine = Literal["go", "jinja"]

PROMPTS = 20
HELD_PROMPTS = 10  # that a client refreshes together
PARAGRAPH = (
    "You are a member of the support staff and answer in the words of the brand: friendly, brief, "
    "and never with a promise that nobody has made. Name the order by its number, say what happens "
    "next and by when, and offer to put a person on the case where the customer sounds annoyed. "
)
TEMPLATE = (
    "{{if .vip}}Thank {{.name}} for years of loyalty first.{{end}}\n"
    "Customer: {{.name}}, order {{.order}}.\n{{range .items}}- {{.}}\n{{end}}" + 6 * PARAGRAPH
)
# Liquid too, which LangWatch's clients write.
JINJA = (
    "{% if vip %}Thank {{ name }} for years of loyalty first.{% endif %}\n"
    "Customer: {{ name }}, order {{ order }}.\n{% for item in items %}- {{ item }}\n{% endfor %}"
    + 6
    * PARAGRAPH
)
MESSAGES = [
    {"role": "system", "content": "You help {{ name }}. " + 6 * PARAGRAPH},
    {"role": "user", "content": "{{ question }}"},
]
VARIABLES = {
    "vip": True,
    "name": "Ada Lovelace",
    "order": "A-17",
    "items": ["a lamp", "two chairs", "a table", "six cups", "a kettle"],
}
MODEL = "openai/gpt-4o"
NOTE = "shorter, and the refund in the first line"
NEW_VERSION = {
    "template": TEMPLATE,
    "engine": "go",
    "model": MODEL,
    "model_params": {"temperature": 0.2, "max_tokens": 800},
    "message": NOTE,
}
CONFIG = {
    "prompt": JINJA,
    "messages": [MESSAGES[1]],
    "inputs": [{"identifier": "question", "type": "str"}],
    "outputs": [{"identifier": "answer", "type": "str"}],
    "model": MODEL,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One call.

    Attributes:
        route: Folder and name of the endpoint.
        variant: The difference to the typical call; empty for the typical call.
        method: The method of the request.
        path: The path; names in braces, such as `{slug}`, stand for values of `Team` and `Prompt`.
        body: The body, with such names too; `{copies}` is what a client holds.
        on: What the call works on; a `new` prompt or team is created for each call.
        setup: Calls that must be made before.
        headers: Headers; `If-None-Match: {etag}` stands for the ETag of the call's own response.
        clear_cache: Whether to clear the caches of keys and content before the call.
        status: The expected status.
    """

    route: str
    variant: str = ""
    method: str
    path: str
    body: Any = None
    on: Literal["team", "held prompts", "new prompt", "new team"]
    setup: tuple[tuple[str, str, Any], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    clear_cache: bool = False
    status: int = 200

    @property
    def name(self) -> str:
        """The sample's name in the record."""
        return f"{self.route}, {self.variant}" if self.variant else self.route


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """A prompt with the values that samples use; version 1 is live, 2 stable and 3 a draft."""

    id: str
    slug: str
    live: str
    stable: str
    draft: str
    payload: str


class Team:
    """A team with an admin key."""

    def __init__(self, respond: Respond, store: Store, number: int) -> None:
        """Create a team.

        Args:
            respond: The API, as a function from requests to responses.
            store: The store of the API.
            number: Makes the ids of the team the same in every run.
        """
        self.respond = respond
        self.id = str(UUID(int=number, version=4))
        self.key = generate_api_key()
        self.names = count(1000)
        self.folder = ""
        now = datetime.now(UTC)
        store.organisations.create_team(team_id=self.id, name="Support", at=now)
        grant = Grant(name="measurements", operation="admin", team_ids=(self.id,))
        key_id = str(UUID(int=number + 1, version=4))
        key = api_keys.create(self.key, grant, by=None, now=now, key_id=key_id)
        store.api_keys.commit(None, key, Origin(by=OPERATOR, now=now))

    def build_request(
        self,
        method: str,
        target: str,
        body: Any = None,
        headers: Iterable[tuple[str, str]] = (),
        *,
        dialect: str = "",
    ) -> Request:
        """Build a request.

        Args:
            method: The method of the request.
            target: Path and query.
            body: The body, which is sent as JSON.
            headers: Additional headers.
            dialect: The dialect whose clients send the key as this request does.
        """
        pair = b64encode(f"pk-lf-any:{self.key}".encode()).decode()
        key = {
            "maxim": ("x-maxim-api-key", self.key),
            "langfuse": ("Authorization", f"Basic {pair}"),
        }.get(dialect, ("Authorization", f"Bearer {self.key}"))
        return Request(
            method=method,
            target=target,
            headers=(
                ("Host", "0123456789.execute-api.us-east-1.amazonaws.com"),
                ("User-Agent", "python-requests/2.32.3"),
                ("Accept", "application/json"),
                ("Content-Type", "application/json"),
                key,
                *headers,
            ),
            body=b"" if body is None else json.dumps(body).encode(),
        )

    def __call__(self, method: str, target: str, body: Any = None, *, dialect: str = "") -> Any:
        """Call the API; returns the JSON of its response.

        Raises:
            RuntimeError: The response is not a success.
        """
        response = self.respond(self.build_request(method, target, body, dialect=dialect))
        if response.status >= 300:
            raise RuntimeError(f"{method} {target}: {response.status} {response.body.decode()}")
        return json.loads(response.body) if response.body else None

    def create_prompt(self, template: str = TEMPLATE, engine: Engine = "go") -> Prompt:
        """Create a prompt with three versions, two tags and a payload."""
        body = {"name": f"Order Confirmation {next(self.names)}"}
        prompt = self("POST", f"/v1/teams/{self.id}/prompts", body)["prompt"]
        path = f"/v1/prompts/{prompt['id']}"
        version = {**NEW_VERSION, "template": template, "engine": engine}
        live, stable, draft = (
            self("POST", f"{path}/versions", version)["version"]["id"] for _ in range(3)
        )
        for number in (1, 1, 2):
            self("POST", f"{path}/versions/{number}/promote")
        for number, tag in ((1, "prod"), (2, "staging")):
            self("POST", f"{path}/versions/{number}/tags", {"tag": tag})
        payload = self("POST", f"{path}/payloads", {"name": "Ada", "variables": VARIABLES})
        return Prompt(
            id=prompt["id"],
            slug=prompt["slug"],
            live=live,
            stable=stable,
            draft=draft,
            payload=payload["payload"]["id"],
        )

    def list_copies(self, slugs: Iterable[str]) -> list[dict[str, str]]:
        """List what a client sends that holds the live versions of prompts."""
        body = {"prompts": [{"name": slug} for slug in slugs]}
        prompts = self("POST", "/v1/batch", body)["prompts"]
        return [{"name": prompt["name"], "etag": prompt["etag"]} for prompt in prompts]

    def add_tags_and_folders(self) -> None:
        """Add a tag and two folders."""
        self("POST", "/api/prompts/tags", {"name": "canary"})
        folder = {"workspaceId": self.id, "entityType": "PROMPT"}
        orders, _ = (
            self("POST", "/v1/folders", {**folder, "name": name}, dialect="maxim")["data"]
            for name in ("Orders", "Refunds")
        )
        self.folder = orders["id"]


class Scene:
    """The teams and prompts of all samples."""

    def __init__(self, respond: Respond, store: Store) -> None:
        """Create the team for reads, and the one for writes.

        Args:
            respond: The API, as a function from requests to responses.
            store: The store of the API.
        """
        self._respond, self._store = respond, store
        self._numbers = count(1 << 64, 2)
        self.readers, self.writers = self.create_team(), self.create_team()
        *_, self._prompt = [self.readers.create_prompt() for _ in range(PROMPTS - 1)]
        self._jinja_prompt = self.readers.create_prompt(JINJA, "jinja")

    @cached_property
    def _client(self) -> tuple[Team, list[Prompt]]:
        """The team with the prompts that a client holds, of which the last can be rolled back."""
        team = self.create_team()
        prompts = [team.create_prompt() for _ in range(HELD_PROMPTS)]
        team("POST", f"/v1/prompts/{prompts[-1].id}/versions/2/promote")
        return team, prompts

    def create_team(self) -> Team:
        """Create a team with tags and folders."""
        team = Team(self._respond, self._store, next(self._numbers))
        team.add_tags_and_folders()
        return team

    def build_request(self, sample: Sample) -> Request:
        """Build the request of a sample, after creating everything that it needs."""
        teams = {"team": self.readers, "new prompt": self.writers}
        prompt, copies = self._prompt, []
        if sample.on == "held prompts":
            team, prompts = self._client
            prompt, copies = prompts[-1], team.list_copies(each.slug for each in prompts)
        else:
            team = teams.get(sample.on) or self.create_team()
        if sample.on == "new prompt":
            prompt = team.create_prompt()
        elif sample.variant.startswith("jinja"):
            prompt = self._jinja_prompt
        names = {
            "team": team.id,
            "folder": team.folder,
            "copies": copies,
            "new": f"new-{next(team.names)}",
            **{name: getattr(prompt, name) for name in Prompt.__slots__},
        }
        for method, path, body in sample.setup:
            team(method, path.format(**names), fill(body, names))
        target, body = sample.path.format(**names), fill(sample.body, names)
        dialect, _, _ = sample.route.partition("/")
        if "{etag}" in sample.headers.values():
            first = self._respond(team.build_request(sample.method, target, body, dialect=dialect))
            names["etag"] = dict(first.headers)["ETag"]
        headers = [(name, value.format(**names)) for name, value in sample.headers.items()]
        return team.build_request(sample.method, target, body, headers, dialect=dialect)


def fill(body: Any, names: Mapping[str, Any]) -> Any:
    """Replace texts in a body that consist of a name in braces; other braces are templates."""
    if isinstance(body, dict):
        return {name: fill(value, names) for name, value in body.items()}
    if isinstance(body, list):
        return [fill(value, names) for value in body]
    if isinstance(body, str) and body.startswith("{") and body[1:-1] in names:
        return names[body[1:-1]]
    return body


def _get(route: str, path: str, variant: str = "", **more: Any) -> Sample:
    return Sample(route=route, variant=variant, method="GET", path=path, on="team", **more)


def _render(route: str, path: str, variant: str = "", **more: Any) -> Sample:
    body = {"variables": VARIABLES}
    return Sample(
        route=route, variant=variant, method="POST", path=path, body=body, on="team", **more
    )


def _change(
    route: str, method: str, path: str, body: Any = None, variant: str = "", **more: Any
) -> Sample:
    more = {"on": "new prompt", **more}
    return Sample(route=route, variant=variant, method=method, path=path, body=body, **more)


def _refresh(**more: Any) -> Sample:
    body = {"prompts": "{copies}"}
    return _change("registry/refresh_prompts", "POST", "/v1/batch", body, on="held prompts", **more)


P, V = "/v1/prompts/{id}", "/v1/prompts/{id}/versions"
LIVE, VERSION = "/v1/prompts/{slug}/render", "/v1/prompts/{slug}/versions/staging/render"
NOTHING_CACHED: dict[str, Any] = {"variant": "nothing cached", "clear_cache": True}
NOT_MODIFIED: dict[str, Any] = {
    "variant": "not modified",
    "headers": {"If-None-Match": "{etag}"},
    "status": 304,
}

REGISTRY = (
    _get("registry/health_check", "/v1/health"),
    _get("registry/get_openapi", "/openapi.json"),
    _get("registry/get_docs", "/docs"),
    _get("registry/get_console", "/console"),
    _get(
        "registry/get_console_asset",
        f"/console/assets/{read_console().hash}/app/main.js",
    ),
    _change(
        "registry/create_prompt",
        "POST",
        "/v1/teams/{team}/prompts",
        {"name": "{new}", "description": "Confirms an order to the customer"},
        status=201,
    ),
    _get("registry/list_prompts", "/v1/teams/{team}/prompts"),
    _get("registry/list_all_prompts", "/v1/prompts?team_id={team}"),
    _get("registry/get_prompt", "/v1/prompts/{slug}?tag=live"),
    _get("registry/get_prompt", "/v1/prompts/{slug}?tag=live", **NOTHING_CACHED),
    _get("registry/get_prompt", "/v1/prompts/{slug}?tag=live", **NOT_MODIFIED),
    _refresh(),
    _refresh(**NOTHING_CACHED),
    _refresh(
        variant="one of them has moved",
        setup=(("POST", f"{P}/rollback", {"rollback_reason": "too terse"}),),
    ),
    _change("registry/update_prompt", "PUT", P, {"description": "for the night shift"}),
    _change("registry/archive_prompt", "POST", f"{P}/archive"),
    _change(
        "registry/restore_prompt", "POST", f"{P}/restore", setup=(("POST", f"{P}/archive", None),)
    ),
    _get("registry/list_prompt_history", f"{P}/history"),
    _change("registry/create_version", "POST", V, NEW_VERSION, status=201),
    _change(
        "registry/create_version",
        "POST",
        V,
        NEW_VERSION,
        variant="with an Idempotency-Key",
        headers={"Idempotency-Key": "6f1c0000-0000-4000-8000-{new}"},
        status=201,
    ),
    *(
        _change(
            "registry/create_version",
            "POST",
            V,
            {**NEW_VERSION, "template": kilobytes * "0123456789abcdef" * 64},
            variant=f"of {kilobytes} KB",
            status=201,
        )
        for kilobytes in (100, 400)
    ),
    _get("registry/list_versions", V),
    _get("registry/diff_versions", f"{V}/diff?from=1&to=2"),
    _get("registry/get_version", f"{V}/1"),
    _change("registry/update_version", "PUT", f"{V}/3", {"template": TEMPLATE + "Be brief."}),
    _change("registry/delete_prompt_version", "DELETE", f"{V}/3", status=204),
    _change("registry/promote_version", "POST", f"{V}/2/promote"),
    _change("registry/demote_version", "POST", f"{V}/1/demote"),
    _change("registry/archive_version", "POST", f"{V}/2/archive"),
    _change("registry/duplicate_version", "POST", f"{V}/1/duplicate", status=201),
    _change(
        "registry/rollback_prompt",
        "POST",
        f"{P}/rollback",
        {"target_version": 2, "rollback_reason": "too terse"},
    ),
    _get("registry/list_version_variables", f"{V}/1/variables"),
    _change("registry/set_version_tag", "POST", f"{V}/2/tags", {"tag": "prod"}),
    _get("registry/list_version_tags", f"{P}/tags"),
    _change("registry/remove_version_tag", "DELETE", f"{P}/tags/prod", status=204),
    _change(
        "registry/create_prompt_payload",
        "POST",
        f"{P}/payloads",
        {"name": "Grace", "variables": VARIABLES},
        status=201,
    ),
    _get("registry/list_prompt_payloads", f"{P}/payloads"),
    _get("registry/get_prompt_payload", f"{P}/payloads/{{payload}}"),
    _change(
        "registry/update_prompt_payload",
        "PUT",
        f"{P}/payloads/{{payload}}",
        {"variables": {**VARIABLES, "vip": False}},
    ),
    _change("registry/delete_prompt_payload", "DELETE", f"{P}/payloads/{{payload}}", status=204),
    _render("registry/render_live", LIVE),
    _render("registry/render_live", LIVE, **NOTHING_CACHED),
    _render("registry/render_live", LIVE, "jinja"),
    _render("registry/render_version", VERSION),
    _render("registry/render_version", VERSION, **NOTHING_CACHED),
)

CONDITIONS = [{"variable": "environment", "operator": "=", "value": "production"}]
MAXIM_VERSION = {
    "promptId": "{id}",
    "description": NOTE,
    "modelName": "gpt-4o",
    "modelProvider": "openai",
    "messages": MESSAGES,
}
WORKSPACE = "workspaceId={team}"

MAXIM = (
    _get("maxim/list_workspace_prompts", f"/v1/prompts?{WORKSPACE}&limit=20"),
    _change(
        "maxim/create_workspace_prompt",
        "POST",
        "/v1/prompts",
        {"workspaceId": "{team}", "name": "{new}"},
        status=201,
    ),
    _change(
        "maxim/update_workspace_prompt",
        "PUT",
        "/v1/prompts",
        {"workspaceId": "{team}", "id": "{id}", "name": "{new}"},
    ),
    _change(
        "maxim/delete_workspace_prompt", "DELETE", f"/v1/prompts?{WORKSPACE}&id={{id}}", status=204
    ),
    _change("maxim/create_prompt_version", "POST", "/v1/prompts/versions", MAXIM_VERSION),
    _get("maxim/get_prompt_versions", "/v1/prompts/versions?promptId={id}"),
    _get("maxim/get_prompt_versions_with_tools", "/v2/prompts/versions?promptId={id}"),
    _change(
        "maxim/deploy_prompt",
        "POST",
        "/v1/prompts/deploy",
        {
            "promptId": "{id}",
            "workspaceId": "{team}",
            "deploymentConditions": CONDITIONS,
            "version": 2,
        },
    ),
    _get("maxim/list_prompt_deployments", "/v1/prompts/deploy?promptId={id}"),
    _get("maxim/get_prompt_config", "/v1/prompts/config?promptId={id}"),
    _change(
        "maxim/update_prompt_config",
        "PUT",
        "/v1/prompts/config",
        {"id": "{id}", "deploymentFields": [{"variable": "environment", "operator": "="}]},
    ),
    _change(
        "maxim/create_folder",
        "POST",
        "/v1/folders",
        {"workspaceId": "{team}", "entityType": "PROMPT", "name": "Complaints"},
        on="new team",
        status=201,
    ),
    _get("maxim/list_folders", f"/v1/folders?{WORKSPACE}&entityType=PROMPT"),
    _get(
        "maxim/list_folder_contents",
        f"/v1/folders/contents?{WORKSPACE}&entityType=PROMPT&folderId={{folder}}",
    ),
    _get("maxim/sync_prompts", "/api/sdk/v4/prompts"),
    _get("maxim/sync_prompts", "/api/sdk/v4/prompts", **NOTHING_CACHED),
    _get("maxim/sync_prompts", "/api/sdk/v4/prompts", **NOT_MODIFIED),
    _get("maxim/sync_prompts", "/api/sdk/v4/prompts?promptId={id}", "one prompt"),
    _get("maxim/sync_folders", "/api/sdk/v3/folders"),
)

H, TAGS = "/api/prompts/{slug}", "/api/prompts/tags"
LANGWATCH = (
    _get("langwatch/list_prompts_by_handle", "/api/prompts"),
    _change(
        "langwatch/create_prompt_by_handle",
        "POST",
        "/api/prompts",
        {"handle": "{new}", "prompt": JINJA, "model": MODEL, "tags": ["production"]},
    ),
    _get("langwatch/get_prompt_by_handle", f"{H}?tag=production"),
    _get("langwatch/get_prompt_by_handle", f"{H}?tag=production", **NOTHING_CACHED),
    _change(
        "langwatch/update_prompt_by_handle",
        "PUT",
        H,
        {"commitMessage": "shorter", "prompt": JINJA + "Be brief."},
    ),
    _change("langwatch/delete_prompt_by_handle", "DELETE", H),
    _change(
        "langwatch/sync_prompt",
        "POST",
        f"{H}/sync",
        {"configData": {**CONFIG, "prompt": JINJA + "Be brief."}, "localVersion": 2},
    ),
    _change(
        "langwatch/create_config_version",
        "POST",
        f"{H}/versions",
        {
            "projectId": "{team}",
            "configId": "{id}",
            "schemaVersion": "1.0",
            "commitMessage": "shorter",
            "version": 1,
            "configData": {**CONFIG, "version": 2, "demonstrations": {"columns": [], "rows": []}},
        },
    ),
    _get("langwatch/list_config_versions", f"{H}/versions"),
    _change("langwatch/restore_config_version", "POST", f"{H}/versions/{{stable}}/restore"),
    _change("langwatch/assign_tag", "PUT", f"{H}/tags/production", {"versionId": "{stable}"}),
    _get("langwatch/list_tag_definitions", TAGS),
    _change(
        "langwatch/create_tag_definition",
        "POST",
        TAGS,
        {"name": "blue"},
        on="new team",
        status=201,
    ),
    _change(
        "langwatch/rename_tag_definition", "PUT", f"{TAGS}/canary", {"name": "blue"}, on="new team"
    ),
    _change(
        "langwatch/delete_tag_definition", "DELETE", f"{TAGS}/canary", on="new team", status=204
    ),
)

TELA_VERSION = {
    "promptId": "{id}",
    "title": "shorter",
    "content": JINJA,
    "configuration": {"model": "gpt-4o", "type": "chat", "temperature": 0.2},
    "variables": [{"name": "name", "type": "text", "required": True}],
    "promoted": True,
}
TELA = (
    _change("tela/create_canvas_version", "POST", "/prompt-version", TELA_VERSION),
    _get("tela/list_canvas_versions", "/prompt-version?promptId={id}"),
    _get("tela/get_canvas_version", "/prompt-version/{live}"),
    _change(
        "tela/update_canvas_version",
        "PATCH",
        "/prompt-version/{draft}",
        {"content": JINJA, "title": "shorter"},
    ),
    _change("tela/delete_canvas_version", "DELETE", "/prompt-version/{draft}"),
    _get("tela/get_promoted_version", "/prompt/{id}/promoted-version"),
    _get("tela/get_latest_version", "/prompt/{id}/latest-version"),
    _get("tela/list_version_messages", "/prompt-version-message?promptVersionId={live}"),
    _get("tela/list_version_indexes", "/prompt-version/index-map?promptId={id}"),
    _change(
        "tela/create_environment",
        "POST",
        "/environment",
        {"resourceType": "prompt", "resourceId": "{id}", "name": "canary"},
    ),
    _get(
        "tela/get_environment_version",
        "/environment/version?resourceType=prompt&resourceId={id}&envName=production",
    ),
    _change(
        "tela/publish_version",
        "POST",
        "/environment/publish-by-name",
        {
            "resourceType": "prompt",
            "resourceId": "{id}",
            "envName": "production",
            "versionId": "{stable}",
        },
    ),
    _get("tela/list_canvases", "/prompt"),
    _get("tela/list_canvases", "/prompt?includeLastVersion=true", "with last versions"),
    _get("tela/list_projects", "/project"),
    _get("tela/check_api_key", "/api-key"),
)

F = "/api/public/v2/prompts"
LANGFUSE_VERSION = {
    "prompt": JINJA,
    "labels": ["canary"],
    "config": {"model": "gpt-4o", "temperature": 0.2},
    "commitMessage": NOTE,
}
LANGFUSE = (
    _get("langfuse/get_named_prompt", f"{F}/{{slug}}"),
    _get("langfuse/get_named_prompt", f"{F}/{{slug}}", **NOTHING_CACHED),
    _get("langfuse/list_named_prompts", f"{F}?limit=20"),
    _get("langfuse/list_named_prompts", f"{F}?label=production&limit=20", "with a label"),
    _change(
        "langfuse/create_named_prompt", "POST", F, {**LANGFUSE_VERSION, "name": "{new}"}, status=201
    ),
    _change(
        "langfuse/create_named_prompt",
        "POST",
        F,
        {**LANGFUSE_VERSION, "name": "{slug}"},
        variant="of a prompt that there is",
        status=201,
    ),
    _change(
        "langfuse/label_version",
        "PATCH",
        f"{F}/{{slug}}/versions/2",
        {"newLabels": ["production", "canary"]},
    ),
    _change("langfuse/delete_named_prompt", "DELETE", f"{F}/{{slug}}", status=204),
    _change(
        "langfuse/drop_events",
        "POST",
        "/api/public/ingestion",
        {"batch": [{"id": "1", "type": "trace-create", "body": {"name": "chat"}}]},
        on="team",
        status=207,
    ),
)

SAMPLES: tuple[Sample, ...] = (*REGISTRY, *MAXIM, *LANGWATCH, *TELA, *LANGFUSE)
