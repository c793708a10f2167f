"""Bodies: what counts as JSON and how its values are taken; all else is a 400, never a 500."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.routes.malformed import MALFORMED_BODIES

if TYPE_CHECKING:
    from tests.client import Registry, Response


@pytest.fixture
def path(registry: Registry) -> str:
    """Of the versions of a new prompt."""
    return f"/v1/prompts/{registry.editor.create_prompt()['id']}/versions"


def get_template(answer: Response) -> Any:
    assert answer.status == 201, answer.text
    return answer.json["version"]["template"]


def test_what_is_no_json_object_is_refused_in_px0s_words(registry: Registry, path: str) -> None:
    for name, raw in MALFORMED_BODIES.items():
        response = registry.editor("POST", path, raw=raw)
        assert (response.status, response.error) == (400, "invalid request body"), name
        assert response.json["details"][0]["message"], name


@pytest.mark.parametrize(
    ("body", "path_of_field"),
    [
        ({"template": 5}, "template"),
        ({"template": "x", "engine": "latex"}, "engine"),
        ({"template": "x", "model": [1]}, "model"),
    ],
)
def test_details_name_the_field_that_has_another_type(
    registry: Registry, path: str, body: object, path_of_field: str
) -> None:
    response = registry.editor("POST", path, body)

    assert response.status == 400
    if response.error == "invalid request body":
        assert [detail["path"] for detail in response.json["details"]] == [path_of_field]
    else:
        assert path_of_field in response.error


@pytest.mark.parametrize(
    "kind",
    [
        None,
        "",
        "text/plain",
        "text/html; charset=utf-8",
        "application/octet-stream",
        "application/x-www-form-urlencoded",
        "application/json5",
        "application/jsonx; json",
    ],
)
def test_json_must_be_announced_as_json(registry: Registry, path: str, kind: str | None) -> None:
    answer = registry.editor("POST", path, {"template": "x"}, headers={"Content-Type": kind})

    assert (answer.status, answer.error) == (400, "invalid request body")
    assert "Content-Type: application/json" in answer.json["details"][0]["message"]


@pytest.mark.parametrize(
    "kind",
    [
        "application/json; charset=utf-8",
        "application/json;charset=iso-8859-1",
        "APPLICATION/JSON",
        "application/vnd.example.v1+json",
        "application/merge-patch+json ; x=y",
        "text/json",
        "json",
    ],
)
def test_json_goes_by_many_names(registry: Registry, path: str, kind: str) -> None:
    answer = registry.editor("POST", path, {"template": "x"}, headers={"Content-Type": kind})

    assert get_template(answer) == "x"


@pytest.mark.parametrize(
    ("raw", "template"),
    [
        ('{"template": "x", "other": {"deep": [1]}, "id": "no"}', "x"),
        ('{"TEMPLATE": "x"}', "x"),
        ('{"tEmPlAtE": "x", "ENGINE": "jinja"}', "x"),
        ('{"template": "first", "template": "last"}', "last"),
        ('{"template": "first", "Template": "last"}', "last"),
        (' \t\r\n{"template": "x"}\n ', "x"),
        (
            r'{"template": "\u00e4\u65e5\ud83d\ude00\/\"\\\b\f\n\r\t"}',
            'ä日\U0001f600/"\\\b\f\n\r\t',
        ),
        (r'{"template": "a\ud800b"}', "a\ufffdb"),
        (r'{"template": "a\udc00b"}', "a\ufffdb"),
        (r'{"template": "\ude00\ud83d"}', "\ufffd\ufffd"),
        (r'{"template": "\ud83d\ud83d\ude00"}', "\ufffd\U0001f600"),
        ('{"template": "x", "message": null, "model": null, "engine": null}', "x"),
    ],
)
def test_fields_are_taken_as_px0_takes_them(
    registry: Registry, path: str, raw: str | bytes, template: str
) -> None:
    assert get_template(registry.editor("POST", path, raw=raw)) == template


def test_replacement_reaches_names_and_values_of_payloads(registry: Registry, path: str) -> None:
    raw = r'{"variables": {"\ud800": ["\udc00", {"x": "\ud83d\ude00"}]}, "name": "\udfff"}'

    made = registry.editor("POST", path.replace("versions", "payloads"), raw=raw)

    assert made.json["payload"]["variables"] == {"\ufffd": ["\ufffd", {"x": "\U0001f600"}]}
    assert made.json["payload"]["name"] == "\ufffd"


def test_a_bare_null_is_an_object_with_nothing_in_it(registry: Registry, path: str) -> None:
    prompt = path.removesuffix("/versions")

    answers = [
        registry.editor("POST", path, raw="null"),
        registry.editor("POST", f"{prompt}/payloads", raw="null"),
        registry.editor("PUT", prompt, raw="null"),
    ]

    assert [answer.status for answer in answers] == [400, 400, 200]
    assert [answer.error for answer in answers[:2]] == [
        "template is required",
        "payload variables are required",
    ]


def test_what_lies_200_deep_is_still_taken(registry: Registry, path: str) -> None:
    nested = "[" * 198 + "]" * 198

    made = registry.editor(
        "POST", path.replace("versions", "payloads"), raw=f'{{"variables": {{"a": {nested}}}}}'
    )

    assert made.status == 201
    assert nested in registry.viewer("GET", path.replace("versions", "payloads")).text


@pytest.mark.parametrize("verb", ["promote", "demote", "archive", "duplicate"])
@pytest.mark.parametrize("raw", [b"", b"\xff\xfe", "[" * 100_000, "null", '{"version": 9}'])
def test_actions_never_read_a_body(
    registry: Registry, path: str, verb: str, raw: str | bytes
) -> None:
    registry.editor("POST", path, {"template": "x"})
    registry.editor.promote(path.split("/")[3], 1, times=2 if verb == "demote" else 1)

    answer = registry.editor(
        "POST", f"{path}/1/{verb}", raw=raw, headers={"Content-Type": "text/plain"}
    )

    assert answer.status == (201 if verb == "duplicate" else 200)


def test_of_a_repeated_query_parameter_the_first_counts(registry: Registry, path: str) -> None:
    for template in ("one", "two"):
        registry.editor("POST", path, {"template": template})

    answer = registry.viewer("GET", f"{path.removesuffix('/versions')}?version=1&version=2")

    assert answer.json["version"]["template"] == "one"
