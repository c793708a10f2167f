"""The committed OpenAPI document is what the code says, and keeps what px0's clients rely on."""

import json
import re
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from infra import openapi
from infra.unsupported import UNSUPPORTED_CALLS
from shared import problems
from shared.dialects.dialect import get_dialect
from shared.documents.files import read_document
from shared.routes import ROUTES, Permission, Route, registry
from shared.routes.route import REQUESTED
from tests.routes.scene import WRITING, name_route

Json = dict[str, Any]
METHODS = ("get", "put", "post", "patch", "delete")
# One that shares its URL with a native route is noted there.
DOCUMENTED = [route for route in ROUTES if not any(map(route.is_in_front_of, registry.ROWS))]

# From outside: the operations of px0's own document, which its generated clients are named after.
PX0_OPERATIONS = {
    "Health": "healthCheck",
    "Prompts": "createPrompt listPrompts listAllPrompts getPrompt updatePrompt archivePrompt "
    "restorePrompt movePrompt",
    "Prompt Versions": "diffVersions createVersion listVersions getVersion updateVersion "
    "deletePromptVersion promoteVersion demoteVersion archiveVersion duplicateVersion "
    "setVersionTag listVersionTags removeVersionTag",
    "Prompt Renders": "renderLive renderVersion",
    "Prompt Payloads": "createPromptPayload listPromptPayloads getPromptPayload "
    "updatePromptPayload deletePromptPayload",
}
UUID, TEXT, TIME = ("string", "uuid"), ("string", None), ("string", "date-time")
PX0_VERSION = {
    "id": UUID,
    "prompt_id": UUID,
    "version": ("integer", None),
    "template": TEXT,
    "status": TEXT,
    "created_at": TIME,
    "published_at": TIME,  # or null
    "tags": ("array", None),
}
PX0_PAYLOAD = {
    "id": UUID,
    "prompt_id": UUID,
    "name": TEXT,  # or null
    "variables": ("object", None),
    "created_at": TIME,
    "updated_at": TIME,
}


@pytest.fixture(scope="module")
def document() -> Json:
    read: Json = json.loads(read_document("openapi.json"))
    return read


def get_operation(document: Json, route: Route) -> Json:
    found: Json = document["paths"][route.path][route.method.lower()]
    return found


def iterate_values(document: Any, key: str) -> Iterator[Any]:
    if isinstance(document, dict):
        if key in document:
            yield document[key]
        document = list(document.values())
    if isinstance(document, list):
        for part in document:
            yield from iterate_values(part, key)


# -- the file


def test_committed_document_is_the_generated_one() -> None:
    assert openapi.FILE.read_text(encoding="utf-8") == openapi.write_document(), (
        "run make documents"
    )


def test_check_names_a_stale_file_and_writing_mends_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stale = tmp_path / "openapi.json"
    stale.write_text("{}")
    monkeypatch.setattr(openapi, "ROOT", tmp_path)
    monkeypatch.setattr(openapi, "FILE", stale)
    monkeypatch.setattr(openapi, "write_document", lambda: "{}\n")

    monkeypatch.setattr("sys.argv", ["openapi", "--check"])
    assert openapi.main() == 1
    assert capsys.readouterr().err == "openapi.json is stale: run make documents\n"

    monkeypatch.setattr("sys.argv", ["openapi"])
    assert openapi.main() == 0
    monkeypatch.setattr("sys.argv", ["openapi", "--check"])
    assert openapi.main() == 0


def test_document_is_valid_openapi(document: Json) -> None:
    import schemathesis  # which takes a second

    assert document["openapi"] == "3.1.0"
    schemathesis.openapi.from_dict(document).validate()
    for schema in iterate_values(document, "schema"):
        jsonschema_rs.meta.validate(schema)
    for schema in document["components"]["schemas"].values():
        jsonschema_rs.meta.validate(schema)
    assert not list(iterate_values(document, "$defs"))


def test_every_reference_leads_somewhere_and_every_component_is_used(document: Json) -> None:
    references = set(iterate_values(document, "$ref"))

    components = {
        f"#/components/{kind}/{name}"
        for kind in ("schemas", "responses", "headers")
        for name in document["components"][kind]
    }
    assert references == components


# -- the routes


def test_every_call_is_one_operation_and_every_operation_a_call(document: Json) -> None:
    found = {
        (method.upper(), path, said["operationId"])
        for path, methods in document["paths"].items()
        for method, said in methods.items()
        if method in METHODS
    }

    ours = {(route.method, route.path, route.operation_id) for route in DOCUMENTED}
    others = {(call.method, call.path, call.operation_id) for call in UNSUPPORTED_CALLS}
    assert found == ours | others
    assert len({operation_id for *_, operation_id in found}) == len(ours) + len(others)


def test_an_unsupported_call_has_no_success(document: Json) -> None:
    for call in UNSUPPORTED_CALLS:
        operation = document["paths"][call.path][call.method.lower()]

        (status, reference) = next(iter(operation["responses"].items()))
        assert (status, len(operation["responses"])) == ("501", 1)
        prefix = get_dialect(call.dialect).prefix
        assert reference == {"$ref": f"#/components/responses/{prefix}Unsupported"}
        assert call.instead in operation["description"]


def test_what_shares_its_url_with_a_native_route_is_noted_there(document: Json) -> None:
    for route in {*ROUTES} - {*DOCUMENTED}:
        (native,) = (row for row in registry.ROWS if route.is_in_front_of(row))
        said = get_operation(document, native)
        named = {*re.findall(r"`(.*?)`", said["description"])}

        assert said["operationId"] == native.operation_id
        assert {route.operation_id, *route.query_names} <= named
        assert {name for name in named if name.startswith("Maxim")} <= {
            *document["components"]["schemas"]
        }


def test_operations_say_what_their_routes_say(document: Json) -> None:
    for route in DOCUMENTED:
        with name_route(route):
            said = get_operation(document, route)
            others = [row for row in registry.ROWS if row.name == route.falls_back_to]
            public = route.permission is Permission.PUBLIC
            schemes = [
                name for row in (route, *others) for name in get_dialect(row.dialect).security
            ]

            assert said["summary"]
            assert said["tags"] == [route.chapter]
            assert route.chapter in {tag["name"] for tag in document["tags"]}
            assert said["security"] == ([] if public else [{name: []} for name in schemes])
            parameters = [
                (parameter["in"], parameter["name"]) for parameter in said.get("parameters", ())
            ]
            assert [name for place, name in parameters if place == "path"] == [*route.segment_names]
            assert [name for place, name in parameters if place == "query"] == [*route.query_names]
            assert ("requestBody" in said) is bool(route.body)
            statuses = {str(row.status) for row in (route, *others)}
            if route.is_reviewed and route.dialect == "registry":
                statuses.add(str(REQUESTED))
            assert {status for status in said["responses"] if status < "300"} == {
                status for status in statuses if status < "300"
            }
            assert statuses | {
                str(get_status(route.dialect, status)) for status in route.problems
            } <= {*said["responses"]}
            if route.dialect == "registry":
                has_body = "content" in said["responses"][str(route.status)]
                assert has_body is (route.status != 204)


def get_status(name: str, status: int) -> int:
    """The status by which a dialect tells a failure that has this one among ours."""
    (kind,) = (kind for kind in problems.Problem.__subclasses__() if kind.status == status)
    return get_dialect(name).dump_problem(kind(), "").status


def test_the_status_of_a_key_that_is_sent_with_another_request_is_documented(
    document: Json,
) -> None:
    for route in WRITING:
        dumped = get_dialect(route.dialect).dump_problem(problems.IdempotencyMismatch(), "")

        responses = document["paths"][route.path][route.method.lower()]["responses"]
        assert str(dumped.status) in responses, route.name


def test_documented_failures_are_the_statuses_of_the_error_tree(document: Json) -> None:
    statuses = {status for said in iterate_values(document, "responses") for status in said}
    failures = {int(status) for status in statuses if status.isdigit() and status >= "400"}

    assert failures == {problem.status for problem in iterate_problems(problems.Problem)}


def iterate_problems(root: type[problems.Problem]) -> Iterator[type[problems.Problem]]:
    for problem in root.__subclasses__():
        yield problem
        yield from iterate_problems(problem)


def test_examples_are_what_they_are_examples_of(document: Json) -> None:
    components = {"components": document["components"]}
    for response in document["components"]["responses"].values():
        (media,) = response["content"].values()
        assert media["examples"]
        for example in media["examples"].values():
            jsonschema_rs.validate({**media["schema"], **components}, example["value"])
    for schema in document["components"]["schemas"].values():
        for field in schema.get("properties", {}).values():
            for example in field.get("examples", ()):
                jsonschema_rs.validate({**field, **components}, example)


# -- px0


def test_px0s_operations_are_all_there_under_its_tags(document: Json) -> None:
    ours = {
        (tag, said["operationId"])
        for methods in document["paths"].values()
        for said in methods.values()
        for tag in said["tags"]
    }

    assert {
        (tag, operation_id)
        for tag, operation_ids in PX0_OPERATIONS.items()
        for operation_id in operation_ids.split()
    } <= ours


@pytest.mark.parametrize(
    ("path", "request_name", "required", "envelope", "thing", "fields", "statuses"),
    [
        pytest.param(
            "/v1/prompts/{id}/versions",
            "CreateVersionRequest",
            None,  # px0 requires the template; here a version can have messages instead
            "version",
            "PromptVersion",
            PX0_VERSION,
            {"201", "400", "401", "404", "500"},
            id="createVersion",
        ),
        pytest.param(
            "/v1/prompts/{id}/payloads",
            "CreatePromptPayloadRequest",
            "variables",
            "payload",
            "PromptPayload",
            PX0_PAYLOAD,
            {"201", "400", "401", "403", "404"},
            id="createPromptPayload",
        ),
    ],
)
def test_creation_is_documented_as_px0_does(
    document: Json,
    path: str,
    request_name: str,
    required: str | None,
    envelope: str,
    thing: str,
    fields: dict[str, tuple[str, str | None]],
    statuses: set[str],
) -> None:
    said = document["paths"][path]["post"]
    schemas = document["components"]["schemas"]

    assert said["parameters"][0]["name"] == "id"
    kinds_of_ids: list[Json] = [{"type": "string", "format": "uuid"}]
    kinds_of_ids.append({"type": "string", "examples": ["welcome"]})  # or a slug
    assert said["parameters"][0]["schema"] in kinds_of_ids
    assert said["requestBody"]["required"] is True
    (media,) = said["requestBody"]["content"].items()
    assert media == (
        "application/json",
        {"schema": {"$ref": f"#/components/schemas/{request_name}"}},
    )
    assert schemas[request_name].get("required", [None]) == [required]
    answer = said["responses"]["201"]["content"]["application/json"]["schema"]
    own = {"warnings"}  # not in px0
    properties = {name: kind for name, kind in answer["properties"].items() if name not in own}
    assert answer | {"properties": properties} == {
        "type": "object",
        "properties": {envelope: {"$ref": f"#/components/schemas/{thing}"}},
        "required": [envelope],
    }
    assert statuses <= {*said["responses"]}
    properties = schemas[thing]["properties"]
    kinds = {name: properties[name].get("anyOf", [properties[name]])[0] for name in fields}
    assert {name: (kind["type"], kind.get("format")) for name, kind in kinds.items()} == fields
    assert {*fields} <= {*schemas[thing]["required"]}


def test_every_object_says_what_may_be_in_it(document: Json) -> None:
    """Generators make a type that nothing fits of an object of which nothing is said."""
    bare = [
        part
        for part in list_parts(document)
        if part.get("type") in ("object", ["object", "null"])
        and not part.keys() & {"properties", "additionalProperties"}
    ]

    assert bare == []


def list_parts(document: Any) -> Iterator[Json]:
    if isinstance(document, dict):
        yield document
        document = [
            value for name, value in document.items() if name not in ("example", "examples")
        ]
    if isinstance(document, list):
        for part in document:
            yield from list_parts(part)


# -- the page


def test_page_needs_nothing_from_elsewhere() -> None:
    page = read_document("docs.html")

    assert not re.search(r"(?:https?:)?//[\w-]+\.\w", page)
    assert not re.search(r"<(?:script|link|img|iframe)\b[^>]*(?:src|href)=\"(?!data:,\")", page)
    assert "innerHTML" not in page
    assert "localStorage" not in page
    assert len(page.encode()) < 40_000


@pytest.mark.parametrize("tag", ["script", "style"])
def test_pages_policy_names_the_hash_of_what_is_in_it(tag: str) -> None:
    page = read_document("docs.html")
    (inside,) = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)

    digest = b64encode(sha256(inside.encode()).digest()).decode()

    assert f"{tag}-src 'sha256-{digest}'" in page
