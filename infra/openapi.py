"""The OpenAPI document, made of what the routes, the models, the endpoints and the errors say.

    python -m infra.openapi [--check]

With `--check` nothing is written, and a committed document that says something else is a failure.
"""

from __future__ import annotations

import argparse
import inspect
import json
import sys
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from shared import errors, paging
from shared.answers import JSON
from shared.call import IDEMPOTENCY_KEY_LENGTH
from shared.dialects import MODULES, dialect, maxim
from shared.dialects.maxim import folders
from shared.domain import prompts, versions
from shared.domain.access import OPERATIONS
from shared.routes import ROUTES, Permission, registry

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pydantic import BaseModel
    from pydantic_core.core_schema import WithDefaultSchema

    from shared.answers import Reply
    from shared.routes import Route

    Json = dict[str, Any]

ROOT = Path(__file__).parent.parent
FILE = ROOT / "shared" / "documents" / "openapi.json"
REFERENCE = "#/components/schemas/{model}"
REQUEST_ID = "0b9d5f3e-6c4f-4a55-9d0c-2f6a4c1f7e21"  # of the examples

DESCRIPTION = """\
A prompt registry: prompts are kept in teams, their texts as numbered versions that go from draft to
stable to live, and a client renders the live one by the prompt's slug.

- The operations of px0 have its names, bodies and error texts, so its clients work here as well.
- Those of Maxim, LangWatch and Tela stand in chapters of their own: other shapes over the same
  prompts, with the credentials and errors that their clients know.
- Every `GET` answers `HEAD` too; an `If-None-Match` that names the current `ETag` is told 304.
- A change that is sent again with the same `Idempotency-Key` within 24 hours happens once.
- Whatever fails says so in one shape per API, and every answer carries an `X-Request-Id` to ask
  about.
- Ids are also taken in upper case, without dashes, in braces, or with `urn:uuid:` before them.
"""

TAGS = {
    "Prompts": "Names and descriptions, kept in teams.",
    "Prompt Versions": "The texts of a prompt, their life from draft to archived, and their tags.",
    "Prompt Payloads": "Sample variables to try a prompt with.",
    "Prompt Renders": "What an application calls: variables in, text out.",
    "Health": "Whether the service answers.",
    "Documentation": "This document, for programs and for people.",
    "Maxim: Prompts": "Prompts of a workspace, which is a team, and their configuration.",
    "Maxim: Prompt Versions": "Versions as Maxim publishes them, and where they are deployed.",
    "Maxim: Folders": "What prompts lie in.",
    "Maxim: SDK": "What Maxim's SDKs ask for by themselves.",
    "LangWatch: Prompts": "Prompts by their handle, which is the slug.",
    "LangWatch: Prompt Versions": "Versions in the shapes of LangWatch's first API and today's.",
    "LangWatch: Prompt Tags": "The tags that versions can be given; `production` is the live one.",
    "LangWatch: Traces": "What LangWatch's clients send besides.",
    "Tela: Prompt Versions": "Versions of a prompt, which Tela calls a canvas too.",
    "Tela: Prompts": "What Tela's n8n node reads.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """What a dialect has of its own.

    Args:
        prefix: of the names of its components; px0's have none.
        security: the schemes of which a caller needs one.
        error: the model of its failures.
    """

    prefix: str
    security: tuple[str, ...] = ("BearerAuth",)
    error: str = "Error"


MANNERS = {
    "registry": Manner(prefix="", error="APIError"),
    "maxim": Manner(prefix="Maxim", security=("MaximApiKey",)),
    "langwatch": Manner(
        prefix="LangWatch", security=("BearerAuth", "LangWatchToken", "LangWatchBasic")
    ),
    "tela": Manner(prefix="Tela"),
}
SECURITY: Mapping[str, Json] = {
    "BearerAuth": {
        "type": "http",
        "scheme": "bearer",
        "description": "An API key: `Bearer ak_…`.",
    },
    "MaximApiKey": {
        "type": "apiKey",
        "in": "header",
        "name": maxim.HEADER,
        "description": "An API key.",
    },
    "LangWatchToken": {
        "type": "apiKey",
        "in": "header",
        "name": "X-Auth-Token",
        "description": "An API key.",
    },
    "LangWatchBasic": {
        "type": "http",
        "scheme": "basic",
        "description": "The team's id and an API key.",
    },
}


@dataclass(frozen=True, slots=True)
class Parameter:
    description: str
    schema: Mapping[str, Any]
    required: bool = False
    examples: tuple[str, ...] = ()

    def of(self, name: str, place: str) -> Json:
        said: Json = {
            "name": name,
            "in": place,
            "required": self.required or place == "path",
            "description": self.description,
            "schema": {**self.schema},
        }
        if self.examples:
            said["schema"]["examples"] = list(self.examples)
        return said


TEXT = {"type": "string"}
UUID = {"type": "string", "format": "uuid"}
NUMBER = {"type": "integer", "minimum": 1, "maximum": 2**31 - 1}
BOOLEAN = {"type": "boolean"}
HANDLE = "The prompt's id or its handle, which may hold one slash, as in `team/greet`"
NEXT = "The `X-Next-Cursor` of the page before, to go on from there."

# By name, or by operation or dialect and name where these mean something of their own by it.
PARAMETERS = {
    "id": Parameter("The prompt's id.", UUID),
    "getPrompt.id": Parameter("The prompt's id or its slug.", TEXT, examples=("welcome",)),
    "slug": Parameter("The prompt's slug.", TEXT, examples=("welcome",)),
    "version": Parameter(
        "A version's number, or a tag; `live` and `latest` always resolve.",
        TEXT,
        examples=("1", "live", "production"),
    ),
    "getPrompt.version": Parameter(
        "The version to give along: its number, or a tag.", TEXT, examples=("live",)
    ),
    "tag": Parameter("The tag's name.", TEXT, examples=("production",)),
    "getPrompt.tag": Parameter("The version to give along, by a tag; `version` wins.", TEXT),
    "payload_id": Parameter("The payload's id.", UUID),
    "team_id": Parameter("The team's id.", UUID),
    "listAllPrompts.team_id": Parameter("Another name for `team`, which wins.", UUID),
    "team": Parameter("The team's id; without it the list is empty.", UUID),
    "status": Parameter(
        "Only prompts of this status.", {"type": "string", "enum": list(get_args(prompts.Status))}
    ),
    "listVersions.status": Parameter(
        "Only versions of this status.", {"type": "string", "enum": list(get_args(versions.Status))}
    ),
    "archived": Parameter("Only archived prompts, or only active ones.", BOOLEAN),
    "tags": Parameter(
        "Only versions that have one of these tags, separated by commas.",
        TEXT,
        examples=("production,staging",),
    ),
    "from": Parameter("Number of the version to compare.", NUMBER, required=True),
    "to": Parameter("Number of the version to compare it with.", NUMBER, required=True),
    "limit": Parameter(
        "How many to list at most; without it, as many as one answer can carry.",
        {"type": "integer", "minimum": 1, "maximum": paging.MOST},
    ),
    "cursor": Parameter("The `next_cursor` of the page before, to go on from there.", TEXT),
    "If-None-Match": Parameter("ETags known already: answer 304 if one is current.", TEXT),
    "If-Match": Parameter("ETag of what was read: fail with 412 if it has changed.", TEXT),
    "Idempotency-Key": Parameter(
        "Any text of the caller's: the same call with the same key happens once.",
        {"type": "string", "minLength": 1, "maxLength": IDEMPOTENCY_KEY_LENGTH},
    ),
    # -- Maxim's
    "workspaceId": Parameter("The workspace's id, which is the team's.", UUID, required=True),
    "maxim.id": Parameter("The version's id; or give `promptId`.", UUID),
    "deleteWorkspacePrompt.id": Parameter("The prompt's id.", UUID, required=True),
    "getPromptConfig.id": Parameter("The configuration's id, which is the prompt's.", UUID),
    "listFolders.id": Parameter("Get the one folder of this id.", UUID),
    "maxim.promptId": Parameter("The prompt's id.", UUID),
    "listPromptDeployments.promptId": Parameter("The prompt's id.", UUID, required=True),
    "syncPrompts.promptId": Parameter("Get the one prompt of this id.", UUID),
    "promptVersionNumber": Parameter("Get this version of `promptId`, deployed or not.", NUMBER),
    "promptChainId": Parameter("There is no prompt chain here: 404.", UUID),
    "entityType": Parameter(
        "What the folders are for.",
        {"type": "string", "enum": list(folders.ENTITY_TYPES)},
        required=True,
    ),
    "folderId": Parameter("The folder's id.", UUID),
    "syncFolders.folderId": Parameter("Get the one folder of this id.", UUID),
    "listFolderContents.folderId": Parameter("The folder's id; or give `name`.", UUID),
    "name": Parameter("The folder's name.", TEXT),
    "parentFolderId": Parameter("Only in the folder of this id.", UUID),
    "parentFolderName": Parameter("Only in the folder of this name.", TEXT),
    "maxim.limit": Parameter(
        "How many to list at most.", {"type": "integer", "minimum": 1, "maximum": maxim.MOST}
    ),
    "maxim.cursor": Parameter("The cursor in `pagination` of the page before.", TEXT),
    # -- LangWatch's
    "langwatch.id": Parameter(f"{HANDLE}.", TEXT, examples=("welcome",)),
    "getPromptByHandle.id": Parameter(
        f"{HANDLE}; with `:` and a number or a tag, that version.",
        TEXT,
        examples=("welcome", "welcome:1", "welcome:production"),
    ),
    "getPromptByHandle.version": Parameter("The version's number; else it is the newest.", NUMBER),
    "getPromptByHandle.tag": Parameter("The version's tag; `latest` is the newest.", TEXT),
    "version_id": Parameter("The version's id.", UUID),
    "langwatch.cursor": Parameter(NEXT, TEXT),
    # -- Tela's
    "tela.id": Parameter("The version's id.", UUID),
    "getPromotedVersion.id": Parameter("The prompt's id.", UUID),
    "tela.promptId": Parameter("The prompt's id.", UUID, required=True),
    "projectId": Parameter("The project's id, which is the team's; else it is the key's.", UUID),
    "includeLastVersion": Parameter("Whether to give each prompt's newest version.", BOOLEAN),
    "tela.cursor": Parameter(NEXT, TEXT),
}

HEADERS: Mapping[str, Json] = {
    "X-Request-Id": {
        "description": "The request's id in our logs.",
        "required": True,
        "schema": TEXT,
    },
    "ETag": {
        "description": "Changes whenever the body does.",
        "required": True,
        "schema": TEXT,
    },
    "Cache-Control": {
        "description": "Private, and to be asked for again.",
        "required": True,
        "schema": TEXT,
    },
    "Retry-After": {
        "description": "Seconds after which the same call may succeed.",
        "schema": {"type": "integer", "minimum": 0},
    },
    "X-Next-Cursor": {
        "description": "There when the list goes on; give it as `cursor`.",
        "schema": TEXT,
    },
    "X-Omitted-Prompts": {
        "description": "How many prompts had no room in the answer; there when some had not.",
        "schema": {"type": "integer", "minimum": 1},
    },
    "X-Should-Retry": {
        "description": "Tells Tela's SDK that trying again is of no use.",
        "schema": {"type": "string", "enum": ["false"]},
    },
}

SUCCESSES = {200: "Done.", 201: "Created.", 204: "Done; there is no body."}
PROBLEMS = {problem.status: problem for problem in errors.Problem.__subclasses__()}
FAILURES = {
    400: "Something in the request is malformed, or missing.",
    401: "The API key is missing or unknown.",
    403: "The API key may not do this here.",
    404: "It does not exist, or is out of the API key's reach.",
    409: "It clashes with what is there, or with the first use of the idempotency key.",
    412: "It has changed since it was read.",
    413: "The request's body is too large.",
    422: "The request is well-formed, but cannot be carried out.",
    429: "Too many requests.",
    500: "A fault of the service.",
    501: "The service does not do this.",
    503: "The service cannot do it just now.",
}
# Their texts are never sent: only what is more special is raised, or with a text of its own.
NEVER_RAISED = (errors.Conflict, errors.Unprocessable)
# What answers without a model consist of.
DOCUMENTS = {"get_openapi": (JSON, {"type": "object"}), "get_docs": ("text/html", TEXT)}
# The other model of what is taken in either of two shapes.
ALSO_TAKEN = {"create_config_version": "FlatVersion"}
OMITTING = ("sync_prompts",)  # where a list has no second page


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m infra.openapi", description=__doc__)
    parser.add_argument("--check", action="store_true", help="only compare")
    check = parser.parse_args().check
    text = written()
    if not check:
        FILE.write_text(text, encoding="utf-8")
    elif not FILE.exists() or FILE.read_text(encoding="utf-8") != text:
        sys.stderr.write(f"{FILE.relative_to(ROOT)} is stale: run python -m infra.openapi\n")
        return 1
    return 0


def written() -> str:
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"


def document() -> Json:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    routes = documented()
    schemas = {name: Schemas.of(name) for name in MANNERS}
    paths: dict[str, Json] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = operation(route, schemas)
    failing = {(route.dialect, status) for route in routes for status in failures(route)}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Cuebook",
            "summary": project["description"],
            "description": DESCRIPTION,
            "license": {"name": project["license"], "identifier": project["license"]},
            "version": project["version"],
        },
        # Relative to this document, which may lie below the name of a stage.
        "servers": [{"url": ".", "description": "Where this document comes from."}],
        "tags": [{"name": name, "description": said} for name, said in TAGS.items()],
        "security": [],
        "paths": paths,
        "components": {
            "schemas": {
                name: schema
                for of_dialect in schemas.values()
                for name, schema in of_dialect.components.items()
            },
            "responses": {
                failure_name(name, status): failure(name, status)
                for name in MANNERS
                for status in sorted(FAILURES)
                if (name, status) in failing
            },
            "headers": dict(HEADERS),
            "securitySchemes": dict(SECURITY),
        },
    }


def documented() -> tuple[Route, ...]:
    """Of two routes at one URL the native one, which comes first."""
    found: dict[tuple[str, str], Route] = {}
    for route in ROUTES:
        found.setdefault((route.method, route.path), route)
    return tuple(found.values())


# -- an operation


def operation(route: Route, schemas: Mapping[str, Schemas]) -> Json:
    public = route.allow is Permission.PUBLIC
    summary, said_more = words(route)
    said: Json = {
        "tags": [route.tag],
        "summary": summary,
        "operationId": route.operation_id,
        "security": [] if public else [{name: []} for name in security(route)],
    }
    said_more += [*permissions(route), *neighbours(route)]
    if said_more:
        said["description"] = "\n\n".join(said_more)
    if listed := list(parameters(route)):
        said["parameters"] = listed
    if route.takes:
        said["requestBody"] = {
            "required": True,
            "content": {JSON: {"schema": body(route)}},
        }
    said["responses"] = responses((route, *answering_instead(route)), schemas)
    return said


def words(route: Route) -> tuple[str, list[str]]:
    """What the endpoint says of itself, in short, and then at length."""
    endpoint = getattr(import_module(route.module), route.name)
    summary, *more = (inspect.getdoc(endpoint) or "").split("\n\n")
    return " ".join(summary.split()).removesuffix("."), [" ".join(text.split()) for text in more]


def security(route: Route) -> Iterator[str]:
    for answering in (route, *answering_instead(route)):
        yield from MANNERS[answering.dialect].security


def permissions(route: Route) -> Iterator[str]:
    if route.allow is not Permission.PUBLIC:
        able = [f"`{name}`" for name, granted in OPERATIONS.items() if route.allow in granted]
        yield f"API keys that may: {', '.join(able)}."


def neighbours(route: Route) -> Iterator[str]:
    """Who else answers at this URL."""
    for other in answering_instead(route):
        yield (
            f"Without the header `{maxim.HEADER}` it is `{other.operation_id}` that answers, where "
            f"`{route.path.rpartition('/')[2]}` is a prompt's slug."
        )
    for hiding in ROUTES:
        if hiding.hides(route):
            summary, _ = words(hiding)
            asked = ", ".join(f"`{name}`" for name in hiding.query)
            yield (
                f"With the header `{maxim.HEADER}` it is Maxim's `{hiding.operation_id}` that "
                f"answers: {summary[:1].lower()}{summary[1:]}; it asks for {asked}, and gives "
                "`data`, an array of `MaximWorkspacePrompt`, and `pagination`, a "
                "`MaximCursorPagination`."
            )


def answering_instead(route: Route) -> tuple[Route, ...]:
    """The route that answers here when the caller's credential is not of this one's dialect."""
    return tuple(other for other in registry.ROWS if other.name == route.before)


def body(route: Route) -> Json:
    own = reference(request_name(route))
    if (other := ALSO_TAKEN.get(route.name)) is None:
        return own
    return {"anyOf": [own, reference(MANNERS[route.dialect].prefix + other)]}


def parameters(route: Route) -> Iterator[Json]:
    asked = [(name, "path") for name in route.parameters]
    asked += [(name, "query") for name in route.query]
    if conditional(route):
        asked.append(("If-None-Match", "header"))
    if errors.PreconditionFailed.status in route.problems:
        asked.append(("If-Match", "header"))
    if changes(route):
        asked.append(("Idempotency-Key", "header"))
    for name, place in asked:
        own = PARAMETERS.get(f"{route.operation_id}.{name}")
        own = own or PARAMETERS.get(f"{route.dialect}.{name}")
        yield (own or PARAMETERS[name]).of(name, place)


def conditional(route: Route) -> bool:
    return route.method == "GET" and route.gives is not None


def changes(route: Route) -> bool:
    return route.allow not in (Permission.PUBLIC, Permission.READ)


def responses(routes: Sequence[Route], schemas: Mapping[str, Schemas]) -> Json:
    """Of the routes that answer at one URL, each in its own dialect."""
    said: Json = {}
    for route in routes:
        if route.status in SUCCESSES:
            own, name = success(route, schemas[route.dialect]), str(route.status)
            said[name] = either(said[name], own) if name in said else own
    if any(map(conditional, routes)):
        said["304"] = {
            "description": "The caller has the current answer already.",
            "headers": headers("X-Request-Id", "ETag", "Cache-Control"),
        }
    for status in sorted(set().union(*map(failures, routes))):
        first, *more = [route.dialect for route in routes if status in failures(route)]
        said[str(status)] = {"$ref": f"#/components/responses/{failure_name(first, status)}"}
        for name in more:
            said[str(status)] = either(failure(first, status), failure(name, status))
    return said


def either(first: Json, second: Json) -> Json:
    """One response for both; whose examples are whose would be hard to tell."""
    both = [said["content"][JSON]["schema"] for said in (first, second)]
    return {**first, "content": {JSON: {"schema": {"anyOf": both}}}}


def success(route: Route, schemas: Schemas) -> Json:
    schema = schemas.answers[route.gives] if route.gives else {}
    named = ["X-Request-Id"]
    if route.gives:
        named.append("ETag")
    if route.method == "GET":
        named.append("Cache-Control")
    if schema.get("type") == "array" and "cursor" in route.query:
        named.append("X-Next-Cursor")
    if route.name in OMITTING:
        named.append("X-Omitted-Prompts")
    said: Json = {"description": SUCCESSES[route.status], "headers": headers(*named)}
    if route.gives:
        said["content"] = {JSON: {"schema": schema}}
    elif route.name in DOCUMENTS:
        kind, schema = DOCUMENTS[route.name]
        said["content"] = {kind: {"schema": schema}}
    return said


@cache
def failures(route: Route) -> frozenset[int]:
    """The statuses of a route: those of all routes, of those of its kind, and its own."""
    may = {errors.Throttled, errors.Internal, errors.Unavailable}
    if route.allow is not Permission.PUBLIC:
        may |= {errors.Unauthorized, errors.Forbidden}
        if route.parameters or route.query or route.method != "GET":
            may.add(errors.InvalidRequest)
    if {"id", "slug"} & {*route.parameters}:
        may.add(errors.NotFound)
    if changes(route):
        may.add(errors.Conflict)
    if route.method in ("POST", "PUT", "PATCH"):
        may.add(errors.TooLarge)
    statuses = {problem.status for problem in may} | {*route.problems}
    statuses |= {route.status} - {*SUCCESSES}
    return frozenset(told(route.dialect, PROBLEMS[status]).status for status in statuses)


def failure(name: str, status: int) -> Json:
    """How a dialect tells its failures of one status."""
    examples: dict[str, Json] = {}
    named = ["X-Request-Id"]
    if status in (errors.Throttled.status, errors.Unavailable.status):
        named.append("Retry-After")
    for kind in kinds(name):
        reply = told(name, kind)
        example = {"value": reply.body}
        # To some dialects one failure is like another.
        if reply.status == status and example not in examples.values():
            examples[kind.code] = example
            named += [header for header in reply.headers if header not in named]
    return {
        "description": FAILURES[status],
        "headers": headers(*named),
        "content": {JSON: {"schema": error(name), "examples": examples}},
    }


def kinds(name: str, of: type[errors.Problem] = errors.Problem) -> Iterator[type[errors.Problem]]:
    """The failures that a dialect tells: everybody's, and its own."""
    own = f"shared.dialects.{MODULES.get(name, name)}."
    for kind in of.__subclasses__():
        known = kind.__module__ == errors.__name__ or kind.__module__.startswith(own)
        if known and "default" in vars(kind) and kind not in NEVER_RAISED:
            yield kind
        yield from kinds(name, kind)


def told(name: str, kind: type[errors.Problem]) -> Reply:
    return dialect(name).problem(kind(), REQUEST_ID)


def failure_name(name: str, status: int) -> str:
    return MANNERS[name].prefix + PROBLEMS[status].__name__


def error(name: str) -> Json:
    return reference(MANNERS[name].prefix + MANNERS[name].error)


def headers(*names: str) -> Json:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


# -- schemas


class Plain(GenerateJsonSchema):
    """Without titles that only repeat a name, and without defaults that stand for an absence."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def default_schema(self, schema: WithDefaultSchema) -> Json:
        said = super().default_schema(schema)
        return said if said.get("default") else {k: v for k, v in said.items() if k != "default"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Schemas:
    """What a dialect's models say.

    As in px0's document a request is a component named after its operation, and the envelope of an
    answer is no component but stands in the answer itself: generators name classes after both.

    Args:
        components: by their names.
        answers: by the name of the model.
    """

    components: Mapping[str, Json]
    answers: Mapping[str, Json]

    @classmethod
    def of(cls, name: str) -> Schemas:
        routes = [route for route in ROUTES if route.dialect == name]
        prefix, failed = MANNERS[name].prefix, MANNERS[name].error
        requests = {route.takes for route in routes if route.takes}
        others = {ALSO_TAKEN[route.name] for route in routes if route.name in ALSO_TAKEN}
        answers = {route.gives for route in routes if route.gives}
        modes: list[tuple[type[BaseModel], Literal["validation", "serialization"]]] = [
            *((load(name, model), "validation") for model in sorted(requests | others)),
            *((load(name, model), "serialization") for model in sorted({*answers, failed})),
        ]
        _, generated = models_json_schema(
            modes, schema_generator=Plain, ref_template=REFERENCE.format(model=prefix + "{model}")
        )
        parts = generated["$defs"]
        for part in parts.values():
            part.pop("title", None)
        taken = {
            request_name(route): parts[route.takes] for route in routes if route.takes is not None
        }
        # A request or an answer is a component of its own only where others refer to it.
        inside = json.dumps(generated)
        alone = {
            model
            for model in requests | answers
            if json.dumps(reference(prefix + model)["$ref"]) not in inside
        }
        given = {
            model: parts[model] if model in alone else reference(prefix + model)
            for model in answers
        }
        shared = {prefix + model: part for model, part in parts.items() if model not in alone}
        return cls(components=taken | shared, answers=given)


def load(name: str, model: str) -> type[BaseModel]:
    module = import_module(f"shared.dialects.{MODULES.get(name, name)}.models")
    found: type[BaseModel] = getattr(module, model)
    return found


def request_name(route: Route) -> str:
    """`CreateVersionRequest` of `createVersion`, unless the model is called a request itself."""
    if route.takes and route.takes.endswith("Request"):
        return route.takes
    return f"{route.operation_id[0].upper()}{route.operation_id[1:]}Request"


def reference(name: str) -> Json:
    return {"$ref": REFERENCE.format(model=name)}


if __name__ == "__main__":
    sys.exit(main())
