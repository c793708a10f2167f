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
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from shared import errors, paging
from shared.answers import JSON
from shared.call import IDEMPOTENCY_KEY_LENGTH
from shared.dialects import MODULES
from shared.dialects.px0.models import APIError
from shared.domain import prompts, versions
from shared.domain.access import OPERATIONS
from shared.routes import Permission, registry

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pydantic import BaseModel
    from pydantic_core.core_schema import WithDefaultSchema

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
- Every `GET` answers `HEAD` too; an `If-None-Match` that names the current `ETag` is told 304.
- A change that is sent again with the same `Idempotency-Key` within 24 hours happens once.
- Whatever fails says so in the same shape, and every answer carries an `X-Request-Id` to ask about.
- Ids are also taken in upper case, without dashes, in braces, or with `urn:uuid:` before them.
"""

TAGS = {
    "Prompts": "Names and descriptions, kept in teams.",
    "Prompt Versions": "The texts of a prompt, their life from draft to archived, and their tags.",
    "Prompt Payloads": "Sample variables to try a prompt with.",
    "Prompt Renders": "What an application calls: variables in, text out.",
    "Health": "Whether the service answers.",
    "Documentation": "This document, for programs and for people.",
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

# By name, or by operation and name where an operation means something of its own by it.
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
    "archived": Parameter("Only archived prompts, or only active ones.", {"type": "boolean"}),
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
}

SUCCESSES = {200: "Done.", 201: "Created.", 204: "Done; there is no body."}
SUCCESSES |= {501: "Not done here; the message says what to do instead."}
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
    schemas = Schemas.of(registry.ROWS)
    paths: dict[str, Json] = {}
    for route in registry.ROWS:
        paths.setdefault(route.path, {})[route.method.lower()] = operation(route, schemas)
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
            "schemas": schemas.components(registry.ROWS),
            "responses": {
                PROBLEMS[status].__name__: failure(PROBLEMS[status])
                for status in sorted(set().union(*map(failures, registry.ROWS)))
            },
            "headers": dict(HEADERS),
            "securitySchemes": {
                "BearerAuth": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "An API key: `Bearer ak_…`.",
                }
            },
        },
    }


# -- an operation


def operation(route: Route, schemas: Schemas) -> Json:
    endpoint = getattr(import_module(route.module), route.name)
    public = route.allow is Permission.PUBLIC
    said: Json = {
        "tags": [route.tag],
        "summary": (inspect.getdoc(endpoint) or "").removesuffix("."),
        "operationId": route.operation_id,
        "security": [] if public else [{"BearerAuth": []}],
    }
    if not public:
        able = [f"`{name}`" for name, granted in OPERATIONS.items() if route.allow in granted]
        said["description"] = f"API keys that may: {', '.join(able)}."
    if listed := list(parameters(route)):
        said["parameters"] = listed
    if route.takes:
        said["requestBody"] = {
            "required": True,
            "content": {JSON: {"schema": reference(request_name(route))}},
        }
    said["responses"] = {str(route.status): success(route, schemas)}
    if conditional(route):
        said["responses"]["304"] = {
            "description": "The caller has the current answer already.",
            "headers": headers("X-Request-Id", "ETag", "Cache-Control"),
        }
    for status in sorted(failures(route)):
        name = PROBLEMS[status].__name__
        said["responses"][str(status)] = {"$ref": f"#/components/responses/{name}"}
    return said


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
        yield (own or PARAMETERS[name]).of(name, place)


def conditional(route: Route) -> bool:
    return route.method == "GET" and route.gives is not None


def changes(route: Route) -> bool:
    return route.allow not in (Permission.PUBLIC, Permission.READ)


def success(route: Route, schemas: Schemas) -> Json:
    named = ["X-Request-Id"]
    if route.gives:
        named.append("ETag")
    if route.method == "GET":
        named.append("Cache-Control")
    said: Json = {"description": SUCCESSES[route.status], "headers": headers(*named)}
    if route.gives:
        said["content"] = {JSON: {"schema": schemas.answers[route.gives]}}
    elif route.name in DOCUMENTS:
        kind, schema = DOCUMENTS[route.name]
        said["content"] = {kind: {"schema": schema}}
    return said


def failures(route: Route) -> set[int]:
    """The statuses of a route: those of all routes, of those of its kind, and its own."""
    may = {errors.Throttled, errors.Internal, errors.Unavailable}
    if route.allow is not Permission.PUBLIC:
        # Each of them reads something: an id or a query.
        may |= {errors.Unauthorized, errors.Forbidden, errors.InvalidRequest}
    if {"id", "slug"} & {*route.parameters}:
        may.add(errors.NotFound)
    if changes(route):
        may.add(errors.Conflict)
    if route.method in ("POST", "PUT"):
        may.add(errors.TooLarge)
    return {problem.status for problem in may} | {*route.problems}


def failure(problem: type[errors.Problem]) -> Json:
    named = ["X-Request-Id"]
    if problem in (errors.Throttled, errors.Unavailable):
        named.append("Retry-After")
    examples = {
        kind.code: {"value": {"error": kind.default, "code": kind.code, "request_id": REQUEST_ID}}
        for kind in (problem, *problem.__subclasses__())
        # Dialects have failures of their own besides, in shapes of their own.
        if kind.__module__ == errors.__name__
        if "default" in vars(kind) and kind not in NEVER_RAISED
    }
    return {
        "description": FAILURES[problem.status],
        "headers": headers(*named),
        "content": {JSON: {"schema": reference("APIError"), "examples": examples}},
    }


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
    """What the models say.

    As in px0's document a request is a component named after its operation, and the envelope of an
    answer is no component but stands in the answer itself: generators name classes after both.

    Args:
        requests, answers: by the name of the model; parts: what these refer to, by name.
    """

    requests: Mapping[str, Json]
    answers: Mapping[str, Json]
    parts: Mapping[str, Json]

    @classmethod
    def of(cls, routes: Iterable[Route]) -> Schemas:
        requests = {route.takes: load(route, route.takes) for route in routes if route.takes}
        answers = {route.gives: load(route, route.gives) for route in routes if route.gives}
        modes: list[tuple[type[BaseModel], Literal["validation", "serialization"]]] = [
            *((request, "validation") for request in requests.values()),
            *((answer, "serialization") for answer in answers.values()),
            (APIError, "serialization"),
        ]
        _, generated = models_json_schema(modes, schema_generator=Plain, ref_template=REFERENCE)
        parts = generated["$defs"]
        for part in parts.values():
            del part["title"]
        return cls(
            requests={name: parts.pop(name) for name in requests},
            answers={name: parts.pop(name) for name in answers},
            parts=parts,
        )

    def components(self, routes: Iterable[Route]) -> dict[str, Json]:
        named = {request_name(route): self.requests[route.takes] for route in routes if route.takes}
        return named | dict(self.parts)


def load(route: Route, name: str) -> type[BaseModel]:
    folder = MODULES.get(route.dialect, route.dialect)
    found: type[BaseModel] = getattr(import_module(f"shared.dialects.{folder}.models"), name)
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
