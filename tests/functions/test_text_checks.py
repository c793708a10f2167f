"""A text is checked before it is saved, by the rules that a new version has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from shared.domain.access import Grant
from tests.client import UNKNOWN_ID, Client
from tests.functions.test_composition import create, refer
from tests.unit.rendering.test_go_properties import TEMPLATES

if TYPE_CHECKING:
    from tests.client import Registry, Response

CLEAN: dict[str, Any] = {"errors": [], "warnings": [], "missing_variables": []}
PARTS = st.sampled_from(
    [
        *(
            "{{",
            "}}",
            "{%",
            "%}",
            "{{ a }}",
            "{{ a.b | upper }}",
            "{% if a %}",
            "{% endif %}",
            "\n",
        ),
        *("{% for x in a %}", "{% endfor %}", "{{ a | upcase }}", "{% raw %}", "{# c #}", "{a}"),
        *(
            "{% include 'x' %}",
            "{% render 'x' %}",
            "{% liquid include %}",
            "text",
            "é",
            "\U0001f680",
        ),
    ]
)
MARKUP = st.lists(PARTS, max_size=8).map("".join)


def check(client: Client, template: str | None = None, **fields: Any) -> dict[str, Any]:
    """Check a text, and give what is wrong with it."""
    body = fields if template is None else {"template": template, **fields}
    response = client("POST", "/v1/check", body)
    assert response.status == 200, response.text
    result: dict[str, Any] = response.json
    return result


def describe(findings: list[dict[str, Any]]) -> list[tuple[str, int | None, int | None]]:
    return [(each["path"], each["line"], each["column"]) for each in findings]


@pytest.mark.parametrize(
    ("engine", "template", "column", "message"),
    [
        ("go", "a\nb {{.x}} {{if}}\nc", 14, "missing value for if"),
        (
            "go",
            "a\n{{ name }}",
            4,
            'function "name" not defined; did you mean {{.name}}, or engine',
        ),
        ("go", "a\n🚀 {{.x", 7, "unclosed action"),
        ("jinja", "a\n{% if x %}\nb", None, "Unexpected end of template"),
        ("jinja", "a\n{% include 'x' %}", None, "the tag 'include' is not supported"),
        ("jinja", "a\n{{ lipsum() }}", None, "the function 'lipsum' is not supported"),
        ("liquid", "a\n é {% nope %}\n", 7, "unexpected tag 'nope'"),
        ("liquid", "a\n{{ x", 1, "'}}' is missing"),
        ("liquid", "a\n{{ x | nope }}", 8, "there is no filter 'nope'"),
        ("liquid", "a\nb{% include 'x' %}", 2, "the tags include, render and layout are refused"),
    ],
)
def test_an_error_says_its_line_as_a_refused_version_does(
    registry: Registry, engine: str, template: str, column: int | None, message: str
) -> None:
    prompt = registry.editor.create_prompt()

    result = check(registry.viewer, template, engine=engine)
    refused = registry.editor(
        "POST", f"/v1/prompts/{prompt['id']}/versions", {"template": template, "engine": engine}
    )

    (error,) = result["errors"]
    assert (error["path"], error["line"], error["column"]) == ("template", 2, column)
    assert error["message"].startswith(message), error
    assert (result["engine"], result["rendering"], result["warnings"]) == (engine, None, [])
    assert refused.status == 400
    (detail,) = refused.json["details"]
    assert (detail["path"], detail["line"], detail.get("column")) == ("template", 2, column)


@pytest.mark.parametrize("engine", ["simple", "tela", "text"])
def test_languages_without_syntax_have_no_errors(registry: Registry, engine: str) -> None:
    result = check(registry.viewer, "{{ {% {a} }", engine=engine, inputs=[{"name": "a"}])

    assert result["errors"] == []
    assert result["variables"] == (["a"] if engine == "tela" else [])


def test_all_texts_of_a_conversation_are_checked(registry: Registry) -> None:
    messages = [
        {"role": "system", "content": "{{.a}}"},
        {"role": "user", "content": "\n{{if}}"},
        {"type": "placeholder", "name": "history"},
        {
            "role": "user",
            "content": [{"type": "text", "text": "{{.b}}"}, {"type": "text", "text": "{{"}],
        },
        {"role": "user", "content": "{{.c}}{{end}}"},
    ]

    result = check(registry.viewer, messages=messages, engine="go")

    assert [(each["path"], each["line"]) for each in result["errors"]] == [
        ("messages[1].content", 2),
        ("messages[3].content[1].text", 1),
        ("messages[4].content", 1),
    ]
    # Of the texts that are templates.
    assert result["variables"] == ["a", "b", "history"]


def test_a_tag_that_a_client_would_follow_does_not_hide_other_errors(registry: Registry) -> None:
    texts = ["{% include 'x' %}", "{% if x %}", "{% liquid\n include 'x' %}"]
    messages = [{"role": "user", "content": text} for text in texts]

    result = check(registry.viewer, messages=messages, engine="liquid")

    assert sorted(describe(result["errors"]))[0] == ("messages[0].content", 1, 1)
    assert {each["path"] for each in result["errors"]} == {
        f"messages[{number}].content" for number in range(3)
    }


def test_at_most_100_errors_are_listed(registry: Registry) -> None:
    messages = [{"role": "user", "content": "{{"}] * 150

    assert len(check(registry.viewer, messages=messages, engine="go")["errors"]) == 100


def test_a_text_is_rendered_where_its_variables_are_there(registry: Registry) -> None:
    viewer, text = registry.viewer, "Hi {{.name}}, {{.order}}"
    names = ["name", "order"]
    nothing = {"engine": "go", "variables": names, "rendering": None, "errors": []}

    assert check(viewer, "Hi") == CLEAN | {
        "engine": "go",
        "variables": [],
        "rendering": {"rendered": "Hi"},
    }
    for fields, missing in (
        ({}, []),
        ({"variables": {}}, names),
        ({"variables": {"order": 1}}, ["name"]),
    ):
        result = check(viewer, text, **fields)
        assert {**result, "warnings": []} == nothing | {
            "warnings": [],
            "missing_variables": missing,
        }
    result = check(viewer, text, variables={"name": "Ada", "order": 1})
    assert (result["rendering"], result["missing_variables"]) == ({"rendered": "Hi Ada, 1"}, [])


def test_more_variables_are_missing_than_a_problem_names(registry: Registry) -> None:
    names = sorted(f"n{number}" for number in range(50))
    text = "".join(f"{{{{.{name}}}}}" for name in names)

    assert check(registry.viewer, text, variables={})["missing_variables"] == names


def test_what_may_be_missing_is_named_beside_the_rendering(registry: Registry) -> None:
    text = "Hi {{ name }}"
    lenient = check(registry.viewer, text, engine="simple", variables={})
    strict = check(registry.viewer, text, engine="simple", variables={}, strict=True)

    assert (lenient["rendering"], lenient["missing_variables"]) == ({"rendered": text}, ["name"])
    assert (strict["rendering"], strict["missing_variables"], strict["errors"]) == (
        None,
        ["name"],
        [],
    )


def test_a_conversation_is_rendered_as_render_does(registry: Registry) -> None:
    body: dict[str, Any] = {
        "messages": [
            {"role": "system", "content": "Be {{ tone }}"},
            {"type": "placeholder", "name": "history"},
        ],
        "engine": "jinja",
    }
    values = {"tone": "kind", "history": [{"role": "user", "content": "hm"}]}
    prompt = registry.editor.create_prompt()
    registry.editor("POST", f"/v1/prompts/{prompt['id']}/versions", body)
    path = f"/v1/prompts/{prompt['id']}/versions/1/render"
    rendering = registry.viewer("POST", path, {"variables": values}).json

    result = check(registry.viewer, **body, variables=values)
    missing = check(registry.viewer, **body, variables={})
    wrong = check(registry.viewer, **body, variables={"tone": "kind", "history": [{}]})

    assert result["rendering"] == {name: rendering[name] for name in ("rendered", "messages")}
    assert missing["missing_variables"] == ["tone", "history"]
    assert describe(wrong["errors"]) == [("variables.history[0].role", None, None)]


def test_a_rendering_that_fails_is_an_error_of_its_text(registry: Registry) -> None:
    messages = [{"role": "user", "content": text} for text in ("a", "b\n {{ 1 / x }}")]
    result = check(registry.viewer, messages=messages, engine="jinja", variables={"x": 0})
    key = check(registry.viewer, "a\n {{.a.b}}", variables={"a": {}})

    assert describe(result["errors"]) == [("messages[1].content", 2, None)]
    assert "division by zero" in result["errors"][0]["message"]
    assert describe(key["errors"]) == [("template", 2, 6)]
    assert (key["rendering"], key["missing_variables"]) == (None, [])


@pytest.mark.parametrize(
    "template",
    [
        "{{range .a}}{{range $.a}}{{range $.a}}{{range $.a}}x{{end}}{{end}}{{end}}{{end}}",
        "{% for i in range(99999) %}{% for j in range(99999) %}x{% endfor %}{% endfor %}",
        "{% for i in (1..99999) %}{% for j in (1..99999) %}x{% endfor %}{% endfor %}",
    ],
)
def test_a_rendering_that_does_too_much_is_an_error(registry: Registry, template: str) -> None:
    result = check(registry.viewer, template, variables={"a": [0] * 500})

    (error,) = result["errors"]
    assert (error["path"], result["rendering"]) == ("template", None)
    assert "simplify" in error["message"] or "shorten" in error["message"]


# -- engines


@pytest.mark.parametrize(
    ("template", "engine"),
    [
        ("", "go"),
        ("Hi", "go"),
        ('{"a": {"b": 1}}', "go"),
        ("Hi {{.name}}", "go"),
        ("Hi {{.na", "go"),
        ("{{range .items}}{{.}}{{end}}", "go"),
        ("{{if .x", "go"),
        ("{{len .items}}{{/* no */}}", "go"),
        ("{{$x := 1}}", "go"),
        ("Hi {{name}}", "simple"),
        ("Hi {{ order.city }} {{user-name}}", "simple"),
        ("Hi {{na", "simple"),
        ("{{ name | upper }}", "jinja"),
        ("{{ name | upcase }}", "liquid"),
        ("{% if x %}{{ x }}{% endif %}", "jinja"),
        ("{% if x %}{{ x | append: 'y' }}{% endif %}", "liquid"),
        ("{% if x %}{{ x |", "jinja"),
        ("{# no #}{{ x }}", "jinja"),
        ("{% assign x = 1 %}", "liquid"),
        ("5{% x {{.name}}", "go"),
        ("Hi {name}", "tela"),
        ("Hi {other}", "go"),
    ],
)
def test_the_engine_of_a_text_is_told_by_its_markup(
    registry: Registry, template: str, engine: str
) -> None:
    assert check(registry.viewer, template, inputs=[{"name": "name"}])["engine"] == engine


def test_the_engine_of_a_prompt_counts_before_the_markup(registry: Registry) -> None:
    prompt = registry.editor.create_prompt()
    text = "Hi {{ name }}"
    assert check(registry.viewer, text, prompt_id=prompt["id"])["engine"] == "simple"

    registry.editor.create_version(prompt["id"], "Hi", engine="jinja")

    assert check(registry.viewer, text, prompt_id=prompt["slug"])["engine"] == "jinja"
    assert (
        check(registry.viewer, text, prompt_id=prompt["id"], engine="liquid")["engine"] == "liquid"
    )


# -- what belongs to a prompt


def test_what_a_text_includes_is_put_in(registry: Registry) -> None:
    create(registry.editor, "Base", "Dear {{.name}}")
    prompt = registry.editor.create_prompt()
    text = f"\n{refer('base')}, {{{{.order}}}}"

    for place in ({}, {"team_id": registry.team_id}, {"prompt_id": prompt["id"]}):
        result = check(registry.viewer, text, variables={"name": "Ada", "order": 1}, **place)
        assert (result["errors"], result["variables"]) == ([], ["name", "order"])
        assert result["rendering"] == {"rendered": "\nDear Ada, 1"}
    # Nobody has the lines of the whole before their eyes.
    create(registry.editor, "Broken", "\n\n{{.x.y}}")
    (error,) = check(registry.viewer, f"{refer('broken')}{{{{.x.z}}}}", variables={"x": {}})[
        "errors"
    ]
    assert (error["path"], error["line"], error["column"]) == ("template", None, None)


def test_what_cannot_be_included_is_an_error_with_its_place(registry: Registry) -> None:
    other = create(registry.stranger, "Secret", "their text")
    prompt = create(registry.editor, "Loop", "x")
    texts = {
        "no_such": "there is no such prompt",
        "secret": "there is no such prompt",
        other["id"]: "there is no such prompt",
        "loop": "a prompt would include itself",
        "draft": "there is no such version",
    }
    registry.editor.create_version(registry.editor.create_prompt("Draft")["id"], "x")

    for name, message in texts.items():
        result = check(
            registry.editor, f"a\n {refer(name)}", prompt_id=prompt["slug"], variables={}
        )
        (error,) = result["errors"]
        assert (error["path"], error["line"], error["column"]) == ("template", 2, 2)
        assert message in error["message"], error
        assert result["rendering"] is None
        assert "their text" not in str(result)
    messages = [{"role": "user", "content": "a"}, {"role": "user", "content": refer("no_such")}]
    (error,) = check(registry.editor, messages=messages)["errors"]
    assert error["path"] == "messages[1].content"


def test_values_of_a_payload_count_where_variables_have_none(registry: Registry) -> None:
    editor = registry.editor
    prompt, other = editor.create_prompt(), editor.create_prompt()
    variables = {"name": "Ada", "order": "A-17"}
    path = f"/v1/prompts/{prompt['id']}/payloads"
    payload = editor("POST", path, {"variables": variables}).json["payload"]["id"]
    body = {"template": "{{.name}}: {{.order}}", "payload_id": payload}

    result = check(registry.viewer, **body, prompt_id=prompt["id"], variables={"order": "B-1"})

    assert result["rendering"] == {"rendered": "Ada: B-1"}
    for fields, status in (
        ({"prompt_id": other["id"]}, 404),
        ({}, 400),
        ({"payload_id": "x"}, 400),
    ):
        assert registry.viewer("POST", "/v1/check", {**body, **fields}).status == status


# -- structured output and tools


@pytest.mark.parametrize(
    ("fields", "paths"),
    [
        (
            {"json_schema": {"name": "a", "schema": {"type": "strnig", "required": "a"}}},
            ["json_schema.schema.type", "json_schema.schema.required"],
        ),
        (
            {"json_schema": {"schema": {"properties": {"a": 1, "b": {"items": {"enum": 1}}}}}},
            ["json_schema.schema.properties.a", "json_schema.schema.properties.b.items.enum"],
        ),
        ({"json_schema": {"name": "a"}}, ["json_schema"]),
        ({"json_schema": {"schema": []}}, ["json_schema.schema"]),
        ({}, ["json_schema"]),
    ],
)
def test_a_schema_that_is_none_is_an_error(
    registry: Registry, fields: dict[str, Any], paths: list[str]
) -> None:
    response_format = {"type": "json_schema", **fields}
    result = check(registry.viewer, "Hi", response_format=response_format)

    assert [each["path"] for each in result["errors"]] == [
        f"response_format.{path}" for path in paths
    ]
    assert all(each["message"].startswith(f"{each['path']}: must be ") for each in result["errors"])
    # The text has no error.
    assert result["rendering"] == {"rendered": "Hi"}


def test_errors_of_tools_have_their_path(registry: Registry) -> None:
    schema = {"type": "object", "properties": {"a": {"anyOf": []}}}
    tools = [
        {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}},
        {"type": "function", "function": {"name": "", "parameters": schema}},
        {"type": "function", "function": "f"},
        {"name": "f", "input_schema": {"minLength": -1}},
        {"type": "function", "name": "f", "parameters": {"minimum": "1"}},
        {"type": "web_search"},
    ]

    assert [each["path"] for each in check(registry.viewer, "Hi", tools=tools)["errors"]] == [
        "tools[1].function.name",
        "tools[1].function.parameters.properties.a.anyOf",
        "tools[2].function",
        "tools[3].input_schema.minLength",
        "tools[4].parameters.minimum",
    ]


# -- requests


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"template": 5}, "template"),
        ({"template": "Hi", "templat": "x"}, "templat"),
        ({"template": "Hi", "engine": "latin"}, "engine must be one of"),
        ({"template": "Hi", "messages": [{"role": "user", "content": "x"}]}, "not both"),
        ({"messages": [{"role": "king", "content": "x"}]}, "messages[0].role"),
        ({"template": "Hi", "tools": {}}, "tools"),
        ({"template": "Hi", "response_format": []}, "response_format"),
        ({"template": "Hi", "model_params": 1}, "model_params"),
        ({"template": "Hi", "variables": []}, "variables"),
        ({"template": "Hi", "team_id": "x"}, "team_id"),
        ({"template": "Hi", "team_id": UNKNOWN_ID, "prompt_id": "x"}, "not both"),
        ({"template": "Hi", "message": "m" * 10_001}, "message"),
    ],
)
def test_a_malformed_request_is_none(
    registry: Registry, body: dict[str, Any], message: str
) -> None:
    response = registry.viewer("POST", "/v1/check", body)

    assert response.status == 400
    assert message in response.text


def test_an_empty_text_is_an_error_of_the_text(registry: Registry) -> None:
    for body in ({}, {"template": ""}, {"template": None, "engine": "jinja"}):
        result = check(registry.viewer, **body)
        assert describe(result["errors"]) == [("template", None, None)]


def test_nothing_is_written(registry: Registry) -> None:
    prompt = create(registry.editor, "Base", "x")
    before = registry.admin("GET", f"/v1/prompts/{prompt['id']}/history").json

    check(registry.editor, refer("base"), prompt_id=create(registry.editor, "P", "x")["id"])

    assert registry.admin("GET", f"/v1/prompts/{prompt['id']}/history").json == before
    assert not {
        each for each in registry.cloud.used["functions.registry.check_text"] if "Put" in each
    }


def test_who_may_check(registry: Registry) -> None:
    prompt = registry.editor.create_prompt()
    body = {"template": "Hi", "prompt_id": prompt["id"]}

    for who in registry.people.values():
        status = 404 if who is registry.people["stranger"] else 200
        assert who("POST", "/v1/check", body).status == status
    assert registry.stranger("POST", "/v1/check", body).status == 404
    assert registry.stranger("POST", "/v1/check", {"template": "Hi"}).status == 200
    assert (
        registry.stranger(
            "POST", "/v1/check", {"template": "Hi", "team_id": registry.team_id}
        ).status
        == 403
    )
    assert registry.nobody("POST", "/v1/check", body).status == 401


def test_a_key_of_some_prompts_checks_texts_of_these_only(registry: Registry) -> None:
    prompt, other = create(registry.editor, "Mine", "x"), create(registry.editor, "Other", "secret")
    grant = Grant(
        name="one prompt",
        operation="read_render",
        team_ids=(registry.team_id,),
        prompt_ids=frozenset({prompt["id"]}),
    )
    client = Client(registry.team_id, registry.create_key(grant), registry.cloud)

    assert check(client, "Hi", prompt_id=prompt["id"])["errors"] == []
    (error,) = check(client, refer("other"), prompt_id=prompt["id"])["errors"]
    assert "there is no such prompt" in error["message"]
    assert client("POST", "/v1/check", {"template": "Hi", "prompt_id": other["id"]}).status == 404
    refused = client("POST", "/v1/check", {"template": "Hi"})
    assert (refused.status, "send prompt_id" in refused.text) == (403, True)


def test_a_key_of_some_pointers_checks_nothing(registry: Registry) -> None:
    """By a reference it would read any stable version."""
    grant = Grant(
        name="live",
        operation="read_render",
        team_ids=(registry.team_id,),
        pointers=frozenset({"live"}),
    )
    client = Client(registry.team_id, registry.create_key(grant), registry.cloud)

    assert client("POST", "/v1/check", {"template": "Hi"}).status == 403


# -- the oracle: a new version


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    template=TEMPLATES | MARKUP | st.text(max_size=20),
    engine=st.sampled_from(["go", "jinja", "liquid", "simple", "text", "tela"]),
    is_chat=st.booleans(),
)
@example(template="{% raw %}{% include 'x' %}{% endraw %}", engine="jinja", is_chat=False)
@example(template="{{ '{% include %}' }}", engine="liquid", is_chat=True)
@example(template='{{template ""}}', engine="go", is_chat=False)
def test_a_text_has_an_error_if_and_only_if_a_version_of_it_is_refused(
    registry: Registry, template: str, engine: str, *, is_chat: bool
) -> None:
    message = {"role": "user", "content": template}
    text: dict[str, Any] = {"messages": [message]} if is_chat else {"template": template}
    body = {**text, "engine": engine}
    prompts = registry.editor("GET", f"/v1/teams/{registry.team_id}/prompts?q=oracle").json[
        "prompts"
    ]
    prompt = prompts[0] if prompts else registry.editor.create_prompt("oracle")

    created = registry.editor("POST", f"/v1/prompts/{prompt['id']}/versions", body)
    checked = registry.viewer("POST", "/v1/check", body)

    if created.status == 201 and checked.json["errors"]:
        # A text without variables is rendered too, and a version may be saved that never renders.
        version = created.json["version"]["version"]
        path = f"/v1/prompts/{prompt['id']}/versions/{version}/render"
        assert checked.json["variables"] == []
        assert registry.viewer("POST", path, {}).status == 422
        return
    assert_same(created, checked)


def assert_same(created: Response, checked: Response) -> None:
    if created.status == 201:
        assert checked.json["errors"] == []
        warnings = [each["message"] for each in checked.json["warnings"]]
        assert warnings == created.json.get("warnings", [])
    elif created.json["code"] in ("invalid_template", "limit_reached"):
        assert checked.status == 200
        first, detail = checked.json["errors"][0], created.json["details"][0]
        assert {name: first[name] for name in detail if name != "message"} == {
            name: detail[name] for name in detail if name != "message"
        }
        assert detail["message"] in first["message"]
    else:
        assert created.status == 400
        assert checked.status == 400 or checked.json["errors"]


def test_texts_that_are_too_large_together_are_not_compiled_one_by_one(registry: Registry) -> None:
    text = "{{ a0" + "+a" * 4900 + " }}"
    messages = [{"role": "user", "content": text}] * 10

    result = check(registry.viewer, messages=messages, engine="jinja")

    assert "tokens" in result["errors"][0]["message"]
    assert result["variables"] == []
