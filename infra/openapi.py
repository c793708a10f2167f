"""Generate the OpenAPI document from the routes, the dialects, the endpoints and the problems.

    python -m infra.openapi [--check]

`--check` writes nothing, and fails if the committed document is stale.
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
from pkgutil import iter_modules
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin, get_type_hints

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from infra.unsupported import UNSUPPORTED_CALLS
from shared import problems
from shared.call import Call
from shared.dialects.dialect import get_dialect
from shared.domain.access import OPERATIONS, ORGANISATION_ADMIN, PERSON, ROLES
from shared.domain.content import ENGINES
from shared.responses import JSON, Response
from shared.routes import DIALECTS, NATIVE, ROUTES, Parameter, Permission, registry
from shared.routes.route import (
    OMITTED_BODIES,
    REQUESTED,
    SEGMENT,
    TEMPLATE_LANGUAGE,
    UNREADABLE_ITEMS,
)
from shared.writing import IDEMPOTENCY_KEY_LENGTH

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pydantic_core.core_schema import WithDefaultSchema

    from infra.unsupported import UnsupportedCall
    from shared.dialects.dialect import Dialect
    from shared.routes import Route

    Json = dict[str, Any]

ROOT = Path(__file__).parent.parent
FILE = ROOT / "shared" / "documents" / "openapi.json"
REFERENCE = "#/components/schemas/{model}"
REQUEST_ID = "0b9d5f3e-6c4f-4a55-9d0c-2f6a4c1f7e21"  # in examples

DESCRIPTION = """\
A prompt registry: teams have prompts, and a prompt has numbered versions of its text, which are
promoted from draft to stable to live. Clients render the live version by the prompt's slug.

- The operations of px0 have its names, bodies and error texts, so px0's clients work unchanged.
- The operations of other products have their own chapters: they use the same prompts,
  with the formats, credentials and errors that their clients expect.
- Every `GET` also supports `HEAD`. If `If-None-Match` contains the current `ETag`, the status is
  304.
- A change that is repeated with the same `Idempotency-Key` within 24 hours happens once.
- Each API has one format for problems. Every response has an `X-Request-Id`, which identifies the
  request in support questions.
- Ids are also accepted in upper case, without dashes, in braces, or with the prefix `urn:uuid:`.
"""

TEXT = {"type": "string"}
OBJECT = {"type": "object", "additionalProperties": True}
# Request headers of all routes of a kind.
IF_NONE_MATCH = Parameter(
    "If-None-Match", "ETags that the client has; the status is 304 if one is current."
)
IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Any text; the same request with the same key happens once.",
    "schema": {"type": "string", "minLength": 1, "maxLength": IDEMPOTENCY_KEY_LENGTH},
}

# Response headers of several dialects.
HEADERS: Mapping[str, Json] = {
    "X-Request-Id": {
        "description": "The request's id in the service's logs.",
        "required": True,
        "schema": TEXT,
    },
    TEMPLATE_LANGUAGE: {
        "description": "The language of the texts in the body. Texts of another engine are "
        "translated where that is exact; if they are not, the header names that engine.",
        "schema": {"type": "string", "enum": [*ENGINES]},
    },
    "ETag": {
        "description": "Changes whenever the body does.",
        "required": True,
        "schema": TEXT,
    },
    "Cache-Control": {
        "description": "Private, and to be revalidated.",
        "required": True,
        "schema": TEXT,
    },
    "Retry-After": {
        "description": "Seconds after which the same request may succeed.",
        "schema": {"type": "integer", "minimum": 0},
    },
    UNREADABLE_ITEMS: {
        "description": "The names of stored items that are damaged and therefore left out, if any, "
        "such as `versions/<prompt id>/3`; at most 20, separated by commas.",
        "schema": TEXT,
    },
    OMITTED_BODIES: {
        "description": "The number of rows that are larger than a response and therefore lack "
        "their bodies, if any; `omissions` of each such row names them.",
        "schema": {"type": "integer", "minimum": 1},
    },
    "X-Next-Cursor": {
        "description": "The `cursor` of the next page, if there is one.",
        "schema": TEXT,
    },
}

SUCCESSES = {
    200: "Success.",
    201: "Created.",
    202: "Accepted.",
    204: "Success, without a body.",
    207: "Accepted, part by part.",
}
PROBLEMS = {problem.status: problem for problem in problems.Problem.__subclasses__()}
PROBLEM_DESCRIPTIONS = {
    400: "A part of the request is malformed or missing.",
    401: "The API key is missing or unknown.",
    403: "The API key does not have the required permission.",
    404: "The resource does not exist, or the API key has no access to it.",
    405: "The resource does not have this method.",
    409: "The request conflicts with existing data, or with the first use of the idempotency key.",
    412: "The resource has changed since it was read.",
    413: "The request's body is too large.",
    422: "The request is well-formed, but cannot be carried out.",
    429: "There are too many requests.",
    500: "The service has an internal error.",
    501: "The service does not support this request.",
    503: "The service is temporarily unavailable.",
}
# Statuses of what is refused before anything is read that could be damaged.
BEFORE_READING = {
    kind.status for kind in (problems.Unauthorized, problems.TooLarge, problems.Throttled)
}
# Problems without examples, because only their subclasses are raised, or with other messages.
NEVER_RAISED = (problems.Conflict, problems.Unprocessable)


def main() -> int:
    """Run the command; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m infra.openapi", description=__doc__)
    parser.add_argument("--check", action="store_true", help="only compare")
    check = parser.parse_args().check
    text = write_document()
    if not check:
        FILE.write_text(text, encoding="utf-8")
    elif not FILE.exists() or FILE.read_text(encoding="utf-8") != text:
        sys.stderr.write(f"{FILE.relative_to(ROOT)} is stale: run make documents\n")
        return 1
    return 0


def write_document() -> str:
    """Build the document as text."""
    return json.dumps(build_document(), indent=2, ensure_ascii=False) + "\n"


def build_document() -> Json:
    """Build the document."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    routes = list_documented_routes()
    dialects = [get_dialect(name) for name in DIALECTS]
    schemas = {dialect.name: Schemas.build(dialect) for dialect in dialects}
    paths: dict[str, Json] = {}
    for route in routes:
        operation = build_operation(route, schemas)
        paths.setdefault(route.path, {})[route.method.lower()] = operation
    for call in UNSUPPORTED_CALLS:
        paths.setdefault(call.path, {})[call.method.lower()] = build_unsupported(call)
    statuses = {(route.dialect, status) for route in routes for status in list_problems(route)}
    statuses |= {(call.dialect, call.problem.status) for call in UNSUPPORTED_CALLS}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Cuebook",
            "summary": project["description"],
            "description": DESCRIPTION,
            "license": {"name": project["license"], "identifier": project["license"]},
            "version": project["version"],
        },
        # Relative to this document, whose path can start with a stage.
        "servers": [{"url": ".", "description": "The server of this document."}],
        "tags": [
            {"name": name, "description": description}
            for dialect in dialects
            for name, description in dialect.chapters.items()
        ],
        "security": [],
        "paths": paths,
        "components": {
            "schemas": {
                name: schema
                for dialect in dialects
                for name, schema in schemas[dialect.name].components.items()
            },
            "responses": {
                name_problem(dialect, status): build_problem(dialect, status)
                for dialect in dialects
                for status in sorted(PROBLEM_DESCRIPTIONS)
                if (dialect.name, status) in statuses
            },
            "headers": {
                **HEADERS,
                **{
                    name: header
                    for dialect in dialects
                    for name, header in dialect.response_headers.items()
                },
            },
            "securitySchemes": {
                name: scheme for dialect in dialects for name, scheme in dialect.security.items()
            },
        },
    }


def list_documented_routes() -> tuple[Route, ...]:
    """List the routes; for a shared URL only the native one, which is the first."""
    routes: dict[tuple[str, str], Route] = {}
    for route in ROUTES:
        routes.setdefault((route.method, route.path), route)
    return tuple(routes.values())


# -- an operation


def build_operation(route: Route, schemas: Mapping[str, Schemas]) -> Json:
    """Build the operation of a route."""
    is_public = route.permission is Permission.PUBLIC
    summary, paragraphs = read_docstring(route)
    operation: Json = {
        "tags": [route.chapter],
        "summary": summary,
        "operationId": route.operation_id,
        "security": [] if is_public else [{name: []} for name in list_security(route)],
    }
    paragraphs += [*describe_permission(route), *describe_neighbours(route)]
    if paragraphs:
        operation["description"] = "\n\n".join(paragraphs)
    if parameters := list(list_parameters(route)):
        operation["parameters"] = parameters
    if route.body:
        operation["requestBody"] = {
            "required": True,
            "content": {JSON: {"schema": build_body(route)}},
        }
    operation["responses"] = build_responses((route, *list_fallbacks(route)), schemas)
    return operation


def build_unsupported(call: UnsupportedCall) -> Json:
    """Build the operation of a call that is always refused."""
    operation: Json = {
        "tags": [call.chapter],
        "summary": f"{call.summary} (not supported)",
        "operationId": call.operation_id,
        "security": [],
        "description": f"Instead: {call.instead}.",
    }
    if segments := SEGMENT.findall(call.path):
        operation["parameters"] = [
            build_parameter(Parameter(name, "Any.", examples=(REQUEST_ID,)), "path")
            for name in segments
        ]
    name = name_problem(get_dialect(call.dialect), call.problem.status)
    reference = {"$ref": f"#/components/responses/{name}"}
    return {**operation, "responses": {str(call.problem.status): reference}}


def read_docstring(route: Route) -> tuple[str, list[str]]:
    """Read the endpoint's docstring: the summary, and the other paragraphs."""
    summary, *paragraphs = (inspect.getdoc(load_endpoint(route)) or "").split("\n\n")
    return (
        " ".join(summary.split()).removesuffix("."),
        [" ".join(text.split()) for text in paragraphs],
    )


def load_endpoint(route: Route) -> Any:
    """Load the function of a route's endpoint."""
    return getattr(import_module(route.module), route.name)


def list_security(route: Route) -> Iterator[str]:
    """List the security schemes, of which a request needs one."""
    for responder in (route, *list_fallbacks(route)):
        yield from get_dialect(responder.dialect).security


def describe_permission(route: Route) -> Iterator[str]:
    """Describe which API keys and people can use a route."""
    if route.permission is Permission.PUBLIC:
        return
    keys = [
        f"`{name}`"
        for name, permissions in OPERATIONS.items()
        if route.permission in permissions and not route.sessions_only
    ]
    if keys:
        yield f"API keys with permission: {', '.join(keys)}."
    if route.dialect != NATIVE:
        return
    if route.permission in PERSON:
        yield "People: everybody who is signed in."
        return
    people = [f"`{name}`" for name, permissions in ROLES.items() if route.permission in permissions]
    if route.permission in ORGANISATION_ADMIN:
        people.append("admins of the organization")
    yield f"People with role: {', '.join(people)}."


def describe_neighbours(route: Route) -> Iterator[str]:
    """Describe the other operations at this URL."""
    credential = get_dialect(route.dialect).credential
    for other in list_fallbacks(route):
        yield (
            f"Without {credential} the operation is `{other.operation_id}`, and "
            f"`{route.path.rpartition('/')[2]}` is a prompt's slug."
        )
    for front in ROUTES:
        if front.is_in_front_of(route):
            dialect = get_dialect(front.dialect)
            summary, _ = read_docstring(front)
            parameters = ", ".join(f"`{name}`" for name in front.query_names)
            yield (
                f"With {dialect.credential} the operation is {dialect.title}'s "
                f"`{front.operation_id}`: {summary[:1].lower()}{summary[1:]}. Its parameters are "
                f"{parameters}, and its response has {', and '.join(describe_fields(front))}."
            )


def describe_fields(route: Route) -> Iterator[str]:
    """Describe the fields of a response."""
    prefix = get_dialect(route.dialect).prefix
    for name, kind in get_type_hints(load_response_type(route)).items():
        article, model = "a", kind
        if get_origin(kind) is list:
            article, (model,) = "an array of", get_args(kind)
        yield f"`{name}`, {article} `{prefix}{model.__name__}`"


def list_fallbacks(route: Route) -> tuple[Route, ...]:
    """List the route that handles requests with another dialect's credential, if there is one."""
    return tuple(other for other in registry.ROWS if other.name == route.falls_back_to)


def build_body(route: Route) -> Json:
    """Build the schema of a request's body, which can have one of several models."""
    prefix = get_dialect(route.dialect).prefix
    first, *others = route.body
    schema = refer_to(name_request(route, first))
    if not others:
        return schema
    return {"anyOf": [schema, *(refer_to(prefix + model) for model in others)]}


def list_parameters(route: Route) -> Iterator[Json]:
    """List the parameters of path, query and headers."""
    for segment in route.segments:
        yield build_parameter(segment, "path")
    for parameter in route.query:
        yield build_parameter(parameter, "query")
    if is_conditional(route):
        yield build_parameter(IF_NONE_MATCH, "header")
    if route.if_match:
        yield build_parameter(build_if_match(route), "header")
    if route.writes:
        yield IDEMPOTENCY_KEY


def build_parameter(parameter: Parameter, place: str) -> Json:
    """Build the description of a parameter."""
    return {
        "name": parameter.name,
        "in": place,
        "required": parameter.required or place == "path",
        "description": parameter.description,
        "schema": parameter.schema,
    }


def build_if_match(route: Route) -> Parameter:
    """Build the header by which a write happens only to what the client has read."""
    return Parameter(
        "If-Match",
        f"The ETag of `GET {route.if_match}`; the status is 412 if it is another one by now.",
    )


def is_conditional(route: Route) -> bool:
    """Tell whether a route supports `If-None-Match`."""
    return route.method == "GET" and load_response_type(route) is not None


def build_responses(routes: Sequence[Route], schemas: Mapping[str, Schemas]) -> Json:
    """Build the responses of the routes that share a URL, each in its own dialect."""
    responses: Json = {}
    for route in routes:
        if route.status in SUCCESSES:
            own, name = build_success(route, schemas[route.dialect]), str(route.status)
            responses[name] = combine(responses[name], own) if name in responses else own
        if route.is_reviewed and route.dialect == NATIVE:
            responses[str(REQUESTED)] = build_request_of_review(route, schemas[NATIVE])
    if any(map(is_conditional, routes)):
        responses["304"] = {
            "description": "The client already has the current response.",
            "headers": refer_to_headers("X-Request-Id", "ETag", "Cache-Control"),
        }
    for status in sorted(set().union(*map(list_problems, routes))):
        first, *others = [
            get_dialect(route.dialect) for route in routes if status in list_problems(route)
        ]
        reference = {"$ref": f"#/components/responses/{name_problem(first, status)}"}
        responses[str(status)] = reference
        for dialect in others:
            responses[str(status)] = combine(
                build_problem(first, status), build_problem(dialect, status)
            )
    return responses


def build_request_of_review(route: Route, schemas: Schemas) -> Json:
    """Build the response to a move that waits for somebody else."""
    return {
        "description": "Nothing has moved: the move waits as a release request, for the caller may "
        "not make it.",
        "headers": refer_to_headers("X-Request-Id", "ETag", *route.optional_headers),
        "content": {JSON: {"schema": schemas.responses["get_release"]}},
    }


def combine(first: Json, second: Json) -> Json:
    """Combine two responses, without their examples, which could not be told apart."""
    both = [response["content"][JSON]["schema"] for response in (first, second)]
    return {**first, "content": {JSON: {"schema": {"anyOf": both}}}}


def build_success(route: Route, schemas: Schemas) -> Json:
    """Build the response of a route's success."""
    has_body = load_response_type(route) is not None
    schema = schemas.responses[route.name] if has_body else {}
    headers = ["X-Request-Id"]
    if has_body:
        headers.append("ETag")
    if route.method == "GET":
        headers.append("Cache-Control")
    if schema.get("type") == "array" and "cursor" in route.query_names:
        headers.append("X-Next-Cursor")
    headers += route.optional_headers
    response: Json = {
        "description": SUCCESSES[route.status],
        "headers": refer_to_headers(*headers),
    }
    if has_body:
        response["content"] = {JSON: {"schema": schema}}
    elif route.permission is Permission.PUBLIC and route.status != 204:
        schema = OBJECT if route.media_type == JSON else TEXT
        response["content"] = {route.media_type: {"schema": schema}}
    return response


@cache
def list_problems(route: Route) -> frozenset[int]:
    """List the statuses of a route's problems: of all routes, of its kind, and its own."""
    kinds = {problems.Throttled, problems.Internal, problems.Unavailable}
    if route.permission is not Permission.PUBLIC:
        kinds |= {problems.Unauthorized, problems.Forbidden}
        if route.segments or route.query or route.method != "GET":
            kinds.add(problems.InvalidRequest)
    if route.body or route.shows_secret:  # these take no Idempotency-Key
        kinds.add(problems.InvalidRequest)
    if route.segments:
        kinds.add(problems.NotFound)
    if route.writes:
        kinds |= {problems.Conflict, problems.IdempotencyMismatch}
    if route.method in ("POST", "PUT", "PATCH"):
        kinds.add(problems.TooLarge)
    if route.if_match:
        kinds.add(problems.PreconditionFailed)
    kinds |= {PROBLEMS[status] for status in {*route.problems, route.status} - {*SUCCESSES}}
    dialect = get_dialect(route.dialect)
    return frozenset(dialect.dump_problem(kind(), REQUEST_ID).status for kind in kinds)


def build_problem(dialect: Dialect, status: int) -> Json:
    """Build the response to a dialect's problems with one status."""
    examples: dict[str, Json] = {}
    headers = ["X-Request-Id"]
    if status in (problems.Throttled.status, problems.Unavailable.status):
        headers.append("Retry-After")
    if status not in BEFORE_READING:
        headers.append(UNREADABLE_ITEMS)
    for kind in list_kinds(dialect):
        response = dialect.dump_problem(kind(), REQUEST_ID)
        example = {"value": response.body}
        # Some dialects have the same response for several problems.
        if response.status == status and example not in examples.values():
            examples[kind.code] = example
            headers += [name for name in response.headers if name not in headers]
    return {
        "description": PROBLEM_DESCRIPTIONS[status],
        "headers": refer_to_headers(*headers),
        "content": {
            JSON: {"schema": refer_to(dialect.prefix + dialect.error_model), "examples": examples}
        },
    }


def list_kinds(
    dialect: Dialect, parent: type[problems.Problem] = problems.Problem
) -> Iterator[type[problems.Problem]]:
    """List the problems of a dialect: those of all dialects, and its own."""
    own = f"shared.dialects.{dialect.name}."
    for kind in parent.__subclasses__():
        is_dumped = kind.__module__ == problems.__name__ or kind.__module__.startswith(own)
        if is_dumped and "default" in vars(kind) and kind not in NEVER_RAISED:
            yield kind
        yield from list_kinds(dialect, kind)


def name_problem(dialect: Dialect, status: int) -> str:
    """Build the name of the component for a dialect's problems with one status."""
    return dialect.prefix + PROBLEMS[status].__name__


def refer_to_headers(*names: str) -> Json:
    """Build references to response headers."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


# -- schemas


class PlainSchema(GenerateJsonSchema):
    """Schemas without titles, which only repeat names, and without empty defaults."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        """Omit titles."""
        return False

    def default_schema(self, schema: WithDefaultSchema) -> Json:
        """Omit empty defaults."""
        generated = super().default_schema(schema)
        if generated.get("default"):
            return generated
        return {name: value for name, value in generated.items() if name != "default"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Schemas:
    """The schemas of a dialect.

    As in px0's document, a request is a component named after its operation, and the envelope of a
    response is inline: code generators derive names of classes from both.

    Attributes:
        components: Components by name.
        responses: Schemas of responses by name of the route.
    """

    components: Mapping[str, Json]
    responses: Mapping[str, Json]

    @classmethod
    def build(cls, dialect: Dialect) -> Schemas:
        """Build the schemas of all requests and responses of a dialect."""
        models, prefix = load_models(dialect.name), dialect.prefix
        routes = [route for route in ROUTES if route.dialect == dialect.name]
        types = {
            route.name: kind for route in routes if (kind := load_response_type(route)) is not None
        }
        names = sorted({name for route in routes for name in route.body})
        inputs: list[tuple[str, Mode, TypeAdapter[Any]]] = [
            *((name, "validation", TypeAdapter(getattr(models, name))) for name in names),
            *((name, "serialization", TypeAdapter(kind)) for name, kind in types.items()),
            ("", "serialization", TypeAdapter(getattr(models, dialect.error_model))),
        ]
        generated, definitions = TypeAdapter.json_schemas(
            inputs,
            schema_generator=PlainSchema,
            ref_template=REFERENCE.format(model=prefix + "{model}"),
        )
        parts: dict[str, Json] = definitions.get("$defs", {})
        for part in (*parts.values(), *generated.values()):
            part.pop("title", None)
        error = generated["", "serialization"]
        if error != refer_to(prefix + dialect.error_model):
            parts[dialect.error_model] = error  # a union
        # The model of a request or a response is a component of this name only if others use it.
        lists = [generated[name, "serialization"] for name in types if not is_model(types[name])]
        inside = json.dumps([parts, lists])
        alone = {
            name
            for name in parts
            if name in {*names, *(kind.__name__ for kind in types.values() if is_model(kind))}
            and json.dumps(refer_to(prefix + name)["$ref"]) not in inside
        }
        requests = {
            name_request(route, route.body[0]): parts[route.body[0]]
            for route in routes
            if route.body
        }
        others = {
            prefix + name: part
            for name, part in parts.items()
            if name not in alone or name in {name for route in routes for name in route.body[1:]}
        }
        return cls(
            components=requests | others,
            responses={
                name: parts[kind.__name__]
                if is_model(kind) and kind.__name__ in alone
                else generated[name, "serialization"]
                for name, kind in types.items()
            },
        )


Mode = Literal["validation", "serialization"]


def is_model(kind: Any) -> bool:
    """Tell whether the type of a response is a model, and not a list of models."""
    return isinstance(kind, type) and get_origin(kind) is None


@cache
def load_models(dialect: str) -> SimpleNamespace:
    """Load the models of a dialect, which are in the modules that end with this word."""
    package = import_module(f"shared.dialects.{dialect}")
    names: dict[str, Any] = {}
    for module in iter_modules(package.__path__):
        if module.name.endswith("models"):
            names |= vars(import_module(f"{package.__name__}.{module.name}"))
    return SimpleNamespace(**names)


@cache
def load_response_type(route: Route) -> Any:
    """Load the type of a response's body from the endpoint's annotation; None for no body."""
    names = {**vars(load_models(route.dialect)), "Call": Call, "Response": Response}
    (body,) = get_args(get_type_hints(load_endpoint(route), localns=names)["return"])
    return None if body is type(None) else body


def name_request(route: Route, model: str) -> str:
    """Build the name of a request from its operation, or from a model called `…Request`."""
    if model.endswith("Request"):
        return model
    return f"{route.operation_id[0].upper()}{route.operation_id[1:]}Request"


def refer_to(name: str) -> Json:
    """Build a reference to a component's schema."""
    return {"$ref": REFERENCE.format(model=name)}


if __name__ == "__main__":
    sys.exit(main())
