"""Rendering: which version answers, what it is given, and what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.routes.scene import ADA, DRAFT, LIVE, STABLE, Scene

if TYPE_CHECKING:
    from tests.client import Registry, Response

MANY = [f"a{number:02}" for number in range(50)]


def render(
    scene: Scene, body: object = None, *, version: object = None, raw: str | None = None
) -> Response:
    at = "" if version is None else f"/versions/{version}"
    path = f"/v1/prompts/{scene.prompt['slug']}{at}/render"
    return scene.registry.viewer("POST", path, body, raw=raw)


def test_the_live_version_is_rendered_bare(scene: Scene) -> None:
    answer = render(scene, ADA)

    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/json")
    assert answer.json == {
        "rendered": "Hello Ada!",
        "slug": scene.prompt["slug"],
        "tags": ["prod"],
        "version": LIVE,
        "missing": [],
        "model": None,
        "model_params": None,
    }
    assert list(answer.json)[:4] == ["rendered", "slug", "tags", "version"]


def test_a_prompt_is_rendered_by_its_id_as_by_its_slug(scene: Scene) -> None:
    for path in ("/render", "/versions/prod/render"):
        responses = [
            scene.registry.viewer("POST", f"/v1/prompts/{name}{path}", ADA)
            for name in (scene.id, scene.prompt["slug"])
        ]
        assert [response.status for response in responses] == [200, 200]
        assert responses[0].text == responses[1].text
    assert scene.registry.stranger("POST", f"/v1/prompts/{scene.id}/render", ADA).status == 404


def test_versions_of_every_status_are_rendered_by_number_and_by_tag(scene: Scene) -> None:
    scene.registry.editor("POST", f"/v1/prompts/{scene.id}/versions/{STABLE}/archive")

    rendered = {
        name: render(scene, ADA, version=name).json["rendered"]
        for name in (LIVE, STABLE, DRAFT, "prod", "live", "latest")
    }

    assert rendered == {
        LIVE: "Hello Ada!",
        STABLE: "Good day Ada!",
        DRAFT: "Hey Ada!",
        "prod": "Hello Ada!",
        "live": "Hello Ada!",
        "latest": "Hey Ada!",
    }


def test_both_engines_render(registry: Registry) -> None:
    prompt = registry.editor.create_prompt()
    registry.editor.create_version(prompt["id"], "{{range .n}}<{{.}}>{{end}}")
    registry.editor.create_version(
        prompt["id"], "{% for n in n %}<{{ n }}>{% endfor %}", engine="jinja"
    )

    rendered = [
        registry.viewer(
            "POST",
            f"/v1/prompts/{prompt['slug']}/versions/{number}/render",
            {"variables": {"n": ["a", "b"]}},
        ).json["rendered"]
        for number in (1, 2)
    ]

    assert rendered == ["<a><b>", "<a><b>"]


def test_what_is_rendered_follows_the_live_pointer_at_once(scene: Scene) -> None:
    editor, path = scene.registry.editor, f"/v1/prompts/{scene.id}/versions"
    seen = [render(scene, ADA).json["rendered"]]

    editor.promote(scene.id, STABLE)
    seen.append(render(scene, ADA).json["rendered"])
    editor("POST", f"{path}/{LIVE}/promote")
    seen.append(render(scene, ADA).json["rendered"])
    editor("POST", f"{path}/{LIVE}/demote")
    seen.append(render(scene, ADA).error)

    assert seen == [
        "Hello Ada!",
        "Good day Ada!",
        "Hello Ada!",
        "no live version found for this prompt",
    ]


def test_a_changed_draft_is_rendered_as_it_is_now(scene: Scene) -> None:
    path = f"/v1/prompts/{scene.id}/versions/{DRAFT}"
    before = render(scene, ADA, version=DRAFT).json["rendered"]

    scene.registry.editor("PUT", path, {"template": "Changed, {{.name}}"})

    after = render(scene, ADA, version=DRAFT).json["rendered"]
    assert (before, after) == ("Hey Ada!", "Changed, Ada")


def test_the_tags_in_the_answer_are_those_of_now(scene: Scene) -> None:
    render(scene, ADA)

    scene.registry.editor("POST", f"/v1/prompts/{scene.id}/versions/1/tags", {"tag": "a"})

    assert render(scene, ADA).json["tags"] == ["a", "prod"]


@pytest.mark.parametrize(
    "raw",
    ['{"variables": {}}', '{"variables": null}', "{}", "null", '{"other": 1}', '{"VARIABLES": {}}'],
)
def test_without_variables_there_are_none(registry: Registry, raw: str) -> None:
    prompt = registry.editor.create_prompt()
    registry.editor.create_version(prompt["id"], "static")

    answer = registry.viewer("POST", f"/v1/prompts/{prompt['slug']}/versions/1/render", raw=raw)

    assert (answer.status, answer.json["rendered"]) == (200, "static")


@pytest.mark.parametrize(
    "raw", [None, "", "{", "[]", '"x"', "1", '{"variables": []}', '{"variables": "x"}']
)
def test_a_body_that_is_no_object_of_variables_is_refused(scene: Scene, raw: str | None) -> None:
    answers = [render(scene, raw=raw), render(scene, raw=raw, version=LIVE)]

    assert {(a.status, a.error) for a in answers} == {(400, "invalid request body")}


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("1000000", "1e+06"),
        ("9876543210", "9.87654321e+09"),
        ("2.0", "2"),
        ("1.50", "1.5"),
        ("-0", "-0"),
        ("-0.0", "-0"),
        ("0", "0"),
        ("0.00001", "1e-05"),
        ("123456789012345678901234567890", "1.2345678901234568e+29"),
        ("1e2", "100"),
    ],
)
def test_numbers_are_floats_as_in_go(registry: Registry, number: str, text: str) -> None:
    prompt = registry.editor.create_prompt()
    registry.editor.create_version(prompt["id"], "{{.n}}")

    answer = registry.viewer(
        "POST",
        f"/v1/prompts/{prompt['slug']}/versions/1/render",
        raw=f'{{"variables": {{"n": {number}}}}}',
    )

    assert answer.json["rendered"] == text


@pytest.mark.parametrize("number", ["1e999", "-1e999", "9" * 400, "[1e400]", '{"a": 1e400}'])
def test_a_number_that_no_float_holds_is_refused(scene: Scene, number: str) -> None:
    raw = f'{{"variables": {{"name": {number}}}}}'

    answers = [render(scene, raw=raw), render(scene, raw=raw, version=DRAFT)]

    assert {(a.status, a.error) for a in answers} == {(400, "invalid request body")}


def test_a_missing_variable_is_named(scene: Scene) -> None:
    answer = render(scene, {"variables": {"nam": "Ada"}})

    assert (answer.status, answer.json["code"]) == (422, "template_failed")
    assert answer.error == (
        'template execution failed: template: prompt:1:8: executing "prompt" at <.name>: '
        'map has no entry for key "name"'
    )


def test_a_missing_variable_of_a_jinja_template_is_named(registry: Registry) -> None:
    prompt = registry.editor.create_prompt()
    registry.editor.create_version(prompt["id"], "Hi {{ nickname }}", engine="jinja")

    answer = registry.viewer("POST", f"/v1/prompts/{prompt['slug']}/versions/1/render", {})

    assert answer.status == 422
    assert answer.error.startswith("template execution failed: ")
    assert "nickname" in answer.error


@pytest.mark.parametrize(
    ("engine", "template", "missing"),
    [
        ("go", "{{.a}} {{if .b}}{{.c.d}}{{end}} {{index . `e`}} {{.here}}", ["a", "b", "c"]),
        (
            "jinja",
            "{{ a }} {{ b.c }} {{ e | default('') }} {% if f is defined %}{{ f }}{% endif %}"
            "{{ here }}",
            ["a", "b"],
        ),
        ("go", "{{.here.there}}", []),
        ("jinja", "{{ here.there }}", []),
        ("jinja", "{{ 1 + 'a' }}{{ b }}", []),
        ("go", f"{{{{.{'n' * 300}}}}}", ["n" * 100 + "..."]),
        ("jinja", f"{{{{ {'n' * 300} }}}}", ["n" * 100 + "..."]),
        ("jinja", "".join(f"{{{{ {n} }}}}" for n in MANY), MANY[:20]),
    ],
)
def test_all_missing_variables_are_named_at_once(
    registry: Registry, engine: str, template: str, missing: list[str]
) -> None:
    prompt = registry.editor.create_prompt()
    registry.editor.create_version(prompt["id"], template, engine=engine)

    answer = registry.viewer(
        "POST", f"/v1/prompts/{prompt['slug']}/versions/1/render", {"variables": {"here": {}}}
    )

    assert (answer.status, answer.json["code"]) == (422, "template_failed")
    assert answer.error.startswith("template execution failed: ")
    details = answer.json["details"]
    if not missing:  # what is wrong has a place in the text instead
        (detail,) = details
        assert (detail["path"], detail["line"]) == ("template", 1)
        assert answer.error.endswith(detail["message"])
        return
    assert details == [
        {
            "path": f"variables.{name}",
            "message": f"variables.{name} is missing; the template uses it",
        }
        for name in missing
    ]


@pytest.mark.parametrize(
    ("engine", "template", "place", "suggestion"),
    [
        (
            "go",
            "Hi {{ name }}!",
            {"line": 1, "column": 7},
            "did you mean {{.name}}, or engine: jinja",
        ),
        ("jinja", "Hi\n{{.name}}!", {"line": 2}, "did you mean {{ name }}, or engine: go"),
    ],
)
def test_the_other_engines_language_is_told_where_it_is_written(
    registry: Registry, engine: str, template: str, place: dict[str, int], suggestion: str
) -> None:
    prompt = registry.editor.create_prompt()
    registry.editor.create_version(prompt["id"], "Hi", engine=engine)
    body = {"template": template, "engine": engine}

    answers = [
        registry.editor("POST", f"/v1/prompts/{prompt['id']}/versions", body),
        registry.editor("PUT", f"/v1/prompts/{prompt['id']}/versions/1", {"template": template}),
    ]

    for answer in answers:
        assert (answer.status, answer.json["code"]) == (400, "invalid_template")
        assert answer.error.startswith("invalid template: ")
        assert answer.json["details"] == [{"path": "template", **place, "message": suggestion}]


def test_the_other_engines_language_in_what_another_dialect_has_stored_is_told(
    registry: Registry,
) -> None:
    prompt = registry.editor.create_prompt()
    stored = registry.editor(
        "PUT",
        f"/api/prompts/{prompt['slug']}",
        {"prompt": "Hi {{.name}}!", "commitMessage": "greets by name"},
    )
    assert stored.status == 200, stored.text

    answer = registry.viewer("POST", f"/v1/prompts/{prompt['slug']}/versions/1/render", {})

    assert (answer.status, answer.json["code"]) == (422, "template_failed")
    assert answer.json["details"] == [
        {
            "path": "template",
            "line": 1,
            "column": 6,
            "message": "did you mean {{ name }}, or engine: go",
        }
    ]


def test_the_slug_comes_first_then_the_version_then_the_body_then_the_template(
    scene: Scene,
) -> None:
    viewer, slug = scene.registry.viewer, scene.prompt["slug"]
    steps = [
        ("no_such_slug/render", "{", (404, "prompt not found")),
        ("no_such_slug/versions/1/render", "{", (404, "prompt not found")),
        ("no_such_slug/versions/99999999999/render", "{", (404, "prompt not found")),
        (f"{slug}/versions/9/render", "{", (404, "version not found")),
        (f"{slug}/versions/nobody/render", "{", (404, "version not found")),
        (f"{slug}/versions/1/render", "{", (400, "invalid request body")),
        (f"{slug}/render", "{", (400, "invalid request body")),
    ]

    answers = [viewer("POST", f"/v1/prompts/{path}", raw=raw) for path, raw, _ in steps]

    assert [(answer.status, answer.error) for answer in answers] == [step[2] for step in steps]
    assert render(scene, {}).status == 422
    scene.registry.editor("POST", f"/v1/prompts/{scene.id}/versions/{LIVE}/demote")
    nothing_live = render(scene, raw="{")
    assert (nothing_live.status, nothing_live.json["code"]) == (404, "no_live_version")


def test_values_are_put_in_as_they_are(scene: Scene) -> None:
    value = "<b>{{.name}}</b> & {% x %} \U0001f600\u2028\0"

    assert render(scene, {"variables": {"name": value}}).json["rendered"] == f"Hello {value}!"


def test_rendering_stops_when_it_costs_too_much(registry: Registry) -> None:
    prompt = registry.editor.create_prompt()
    loop = "{% for i in range(9999) %}{% for j in range(9999) %}x{% endfor %}{% endfor %}"
    registry.editor.create_version(prompt["id"], loop, engine="jinja")

    answer = registry.viewer("POST", f"/v1/prompts/{prompt['slug']}/versions/1/render", {})

    assert (answer.status, answer.json["code"]) in {
        (422, "limit_reached"),
        (422, "template_failed"),
    }
    assert answer.error.startswith("template execution failed: ")


def test_rendering_changes_nothing(scene: Scene) -> None:
    before = scene.list_stored()

    for body in (ADA, {}):
        render(scene, body)
        render(scene, body, version=DRAFT)

    assert scene.list_stored() == before
