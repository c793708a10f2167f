"""A typical call of every route, and of some the calls that cost otherwise.

The team that is read has twenty prompts, each with three versions (live, stable, draft) of a
template of 2 KB, two tags, and a payload. What changes something does so on a prompt of its own,
which has as many of everything, and what changes a team's tags or folders on a team of its own.
Callers are known already, except where a sample says "nothing remembered".
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

from infra.local.gateway import Request
from shared.domain import prompts, versions
from shared.domain.changes import Act, Author
from shared.domain.content import Content

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from infra.local.gateway import Answer
    from shared.domain.changes import Change
    from shared.domain.content import Engine
    from shared.domain.prompts import Prompt as Head
    from shared.domain.versions import Status, Version
    from shared.store.store import Store

    Answering = Callable[[Request], Answer]

PROMPTS = 20
PARAGRAPH = (
    "You are a member of the support staff and answer in the words of the brand: friendly, brief, "
    "and never with a promise that nobody has made. Name the order by its number, say what happens "
    "next and by when, and offer to put a person on the case where the customer sounds annoyed. "
)
TEMPLATE = (
    "{{if .vip}}Thank {{.name}} for years of loyalty first.{{end}}\n"
    "Customer: {{.name}}, order {{.order}}.\n{{range .items}}- {{.}}\n{{end}}" + 6 * PARAGRAPH
)
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
CONFIG = {
    "prompt": TEMPLATE,
    "messages": [MESSAGES[1]],
    "inputs": [{"identifier": "question", "type": "str"}],
    "outputs": [{"identifier": "answer", "type": "str"}],
    "model": MODEL,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One call.

    Args:
        route: folder and name of its endpoint.
        variant: what is special about it; empty for the typical call.
        body, path: texts in braces stand for what `Team` and `Prompt` know, such as `{slug}`.
        on: what it works on; a `new` prompt or team is made for each call.
        first: calls that it needs to be made before.
        headers: `If-None-Match: {etag}` stands for the ETag of the same call's answer.
        forgotten: whether the process remembers nothing, neither keys nor content.
        status: that it is to be answered with.
    """

    route: str
    variant: str = ""
    method: str
    path: str
    body: Any = None
    on: Literal["team", "new prompt", "new team"]
    first: tuple[tuple[str, str, Any], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    forgotten: bool = False
    status: int = 200

    @property
    def name(self) -> str:
        return f"{self.route}, {self.variant}" if self.variant else self.route


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """A prompt, by the names that samples use. Its versions are 1 live, 2 stable, 3 a draft."""

    id: str
    slug: str
    live: str
    stable: str
    draft: str
    payload: str


class Team:
    """A team with a key that may do everything.

    Args:
        number: makes its ids, which are as long as any, the same at every run.
    """

    def __init__(self, answer: Answering, store: Store, number: int) -> None:
        self.answer, self.store = answer, store
        self.id = str(UUID(int=number, version=4))
        self.key = f"ak_{secrets.token_hex(32)}"
        self.names = count(1000)
        self.folder = ""
        now = datetime.now(UTC)
        store.add_team(team_id=self.id, name="Support", at=now)
        store.add_key(
            secret=self.key,
            key_id=str(UUID(int=number + 1, version=4)),
            team_id=self.id,
            name="measurements",
            operation="admin",
            at=now,
        )

    def request(
        self,
        method: str,
        target: str,
        body: Any = None,
        headers: Iterable[tuple[str, str]] = (),
        *,
        maxim: bool = False,
    ) -> Request:
        """Args: maxim: with the key where Maxim's clients send it."""
        key = ("x-maxim-api-key", self.key) if maxim else ("Authorization", f"Bearer {self.key}")
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

    def __call__(self, method: str, target: str, body: Any = None, *, maxim: bool = False) -> Any:
        """The answer's JSON. Raises RuntimeError for a failure."""
        answer = self.answer(self.request(method, target, body, maxim=maxim))
        if answer.status >= 300:
            raise RuntimeError(f"{method} {target}: {answer.status} {answer.body.decode()}")
        return json.loads(answer.body) if answer.body else None

    def prompt(self, template: str = TEMPLATE, engine: Engine = "go") -> Prompt:
        """A new prompt: in two transactions, for there are hundreds of it."""
        by = Author(id=self.id, name="measurements")
        name = f"Order Confirmation {next(self.names)}"
        content = Content(
            template=template,
            engine=engine,
            provider="openai",
            model="gpt-4o",
            parameters={"temperature": Decimal("0.2"), "max_tokens": 800},
        )

        def version(status: Status) -> Callable[[Head], Change[Version]]:
            return lambda head: versions.create(
                head, content, Act(by=by), message=NOTE, status=status
            )

        def tag(name: str, at: Version) -> Callable[[Head], Change[Version]]:
            return lambda head: prompts.set_tag(head, name, at, Act(by=by))

        slug = prompts.slug_from(name)
        made = prompts.create(team_id=self.id, name=name, slug=slug, act=Act(by=by))
        live = made.then(version("live"))
        stable = live.then(version("stable"))
        tagged = stable.then(tag("prod", live.about)).then(tag("staging", stable.about))
        draft = tagged.then(version("draft"))
        self.store.commit(draft)
        # Also has the prompt's item hold the event of an ordinary change, instead of all these.
        path = f"/v1/prompts/{draft.after.id}/payloads"
        payload = self("POST", path, {"name": "Ada", "variables": VARIABLES})
        return Prompt(
            id=draft.after.id,
            slug=slug,
            live=live.about.id,
            stable=stable.about.id,
            draft=draft.about.id,
            payload=payload["payload"]["id"],
        )

    def own_tags_and_folders(self) -> None:
        self("POST", "/api/prompts/tags", {"name": "canary"})
        folder = {"workspaceId": self.id, "entityType": "PROMPT"}
        orders, _ = (
            self("POST", "/v1/folders", {**folder, "name": name}, maxim=True)["data"]
            for name in ("Orders", "Refunds")
        )
        self.folder = orders["id"]


class Scene:
    """What the samples work on.

    Args:
        answer: what API Gateway does.
        store: of the process that answers.
    """

    def __init__(self, answer: Answering, store: Store) -> None:
        self._answer, self._store = answer, store
        self._numbers = count(1 << 64, 2)
        self.readers, self.writers = self.team(), self.team()
        *_, self._read = [self.readers.prompt() for _ in range(PROMPTS - 1)]
        self._jinja = self.readers.prompt(JINJA, "jinja")

    def team(self) -> Team:
        team = Team(self._answer, self._store, next(self._numbers))
        team.own_tags_and_folders()
        return team

    def request(self, sample: Sample) -> Request:
        """The sample's request, after what it needs has been done."""
        team = {"team": self.readers, "new prompt": self.writers}.get(sample.on) or self.team()
        prompt = self._read
        if sample.on == "new prompt":
            prompt = team.prompt()
        elif sample.variant.startswith("jinja"):
            prompt = self._jinja
        names = {
            "team": team.id,
            "folder": team.folder,
            "new": f"new-{next(team.names)}",
            **{name: getattr(prompt, name) for name in Prompt.__slots__},
        }
        for method, path, body in sample.first:
            team(method, path.format(**names), filled(body, names))
        target, body = sample.path.format(**names), filled(sample.body, names)
        maxim = sample.route.startswith("maxim/")
        if "{etag}" in sample.headers.values():
            before = self._answer(team.request(sample.method, target, body, maxim=maxim))
            names["etag"] = dict(before.headers)["ETag"]
        headers = [(name, value.format(**names)) for name, value in sample.headers.items()]
        return team.request(sample.method, target, body, headers, maxim=maxim)


def filled(body: Any, names: Mapping[str, str]) -> Any:
    """The body with what its texts in braces stand for; templates are full of braces too."""
    if isinstance(body, dict):
        return {name: filled(value, names) for name, value in body.items()}
    if isinstance(body, list):
        return [filled(value, names) for value in body]
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


P, V = "/v1/prompts/{id}", "/v1/prompts/{id}/versions"
LIVE, VERSION = "/v1/prompts/{slug}/render", "/v1/prompts/{slug}/versions/staging/render"
NEW_VERSION = {
    "template": TEMPLATE,
    "engine": "go",
    "model": MODEL,
    "model_params": {"temperature": 0.2, "max_tokens": 800},
    "message": NOTE,
}
FORGOTTEN: dict[str, Any] = {"variant": "nothing remembered", "forgotten": True}
ETAG: dict[str, Any] = {
    "variant": "not modified",
    "headers": {"If-None-Match": "{etag}"},
    "status": 304,
}

REGISTRY = (
    _get("registry/health_check", "/v1/health"),
    _get("registry/get_openapi", "/openapi.json"),
    _get("registry/get_docs", "/docs"),
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
    _get("registry/get_prompt", "/v1/prompts/{slug}?tag=live", **FORGOTTEN),
    _get("registry/get_prompt", "/v1/prompts/{slug}?tag=live", **ETAG),
    _change("registry/update_prompt", "PUT", P, {"description": "for the night shift"}),
    _change("registry/archive_prompt", "POST", f"{P}/archive"),
    _change(
        "registry/restore_prompt", "POST", f"{P}/restore", first=(("POST", f"{P}/archive", None),)
    ),
    # To a team and by a caller that the worker sees to.
    _change("registry/move_prompt", "POST", f"{P}/move", {"team_id": "{other}"}),
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
    _render("registry/render_live", LIVE, **FORGOTTEN),
    _render("registry/render_live", LIVE, "jinja"),
    _render("registry/render_version", VERSION),
    _render("registry/render_version", VERSION, **FORGOTTEN),
)

ON_TEAM: dict[str, Any] = {"on": "team"}
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
    _change("maxim/run_prompt", "POST", "/v1/prompts/run", {}, on="team", status=501),
    _get("maxim/explain_prompt_run", "/v1/prompts/run", status=501),
    _get("maxim/sync_prompts", "/api/sdk/v4/prompts"),
    _get("maxim/sync_prompts", "/api/sdk/v4/prompts", **ETAG),
    _get("maxim/sync_prompts", "/api/sdk/v4/prompts?promptId={id}", "one prompt"),
    _get("maxim/sync_prompt_chains", "/api/sdk/v4/prompt-chains"),
    _get("maxim/sync_folders", "/api/sdk/v3/folders"),
    _change(
        "maxim/run_prompt_from_sdk", "POST", "/api/sdk/v4/prompts/run", {}, on="team", status=501
    ),
    _change(
        "maxim/run_agent_from_sdk", "POST", "/api/sdk/v4/agents/run", {}, on="team", status=501
    ),
)

H, TAGS = "/api/prompts/{slug}", "/api/prompts/tags"
LANGWATCH = (
    _get("langwatch/list_prompts_by_handle", "/api/prompts"),
    _change(
        "langwatch/create_prompt_by_handle",
        "POST",
        "/api/prompts",
        {"handle": "{new}", "prompt": TEMPLATE, "model": MODEL, "tags": ["production"]},
    ),
    _get("langwatch/get_prompt_by_handle", f"{H}?tag=production"),
    _get("langwatch/get_prompt_by_handle", f"{H}?tag=production", **FORGOTTEN),
    _change(
        "langwatch/update_prompt_by_handle",
        "PUT",
        H,
        {"commitMessage": "shorter", "prompt": TEMPLATE + "Be brief."},
    ),
    _change("langwatch/delete_prompt_by_handle", "DELETE", H),
    _change(
        "langwatch/sync_prompt",
        "POST",
        f"{H}/sync",
        {"configData": {**CONFIG, "prompt": TEMPLATE + "Be brief."}, "localVersion": 3},
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
    _change("langwatch/drop_traces", "POST", "/api/otel/v1/traces", {}, on="team"),
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
    _get("tela/list_canvases", "/prompt"),
    _get("tela/list_canvases", "/prompt?includeLastVersion=true", "with last versions"),
    _get("tela/list_projects", "/project"),
    _get("tela/check_api_key", "/api-key"),
)

SAMPLES: tuple[Sample, ...] = (*REGISTRY, *MAXIM, *LANGWATCH, *TELA)
