"""Each client reads and writes texts in its own language, and is told when it cannot."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.dialects.differences import list_differences
from shared.domain.content import Content
from shared.rendering import translation
from shared.rendering.engines import compile_template
from shared.rendering.limits import Limits
from shared.settings import get_settings
from shared.templates import render
from tests.functions.langfuse.project import PROMPTS, use_pair
from tests.functions.maxim.workspace import build_key_header

if TYPE_CHECKING:
    from tests.client import Client, Registry

LANGUAGE = "X-Template-Language"
GO = "Hello {{.name}}!"
CONTROL = "{{if .vip}}Hello{{end}} {{.name}}"
NAME = [{"name": "name", "type": "text", "required": True}]


@pytest.fixture
def client(registry: Registry) -> Client:
    return registry.editor


@pytest.fixture
def maxim(client: Client) -> Client:
    return client.use_credential(build_key_header)


@pytest.fixture
def prompt(client: Client) -> dict[str, Any]:
    return client.create_prompt()


def get_version(client: Client, prompt: dict[str, Any], number: int) -> dict[str, Any]:
    path = f"/v1/prompts/{prompt['id']}/versions/{number}"
    version: dict[str, Any] = client("GET", path).json["version"]
    return version


def get_text(client: Client, prompt: dict[str, Any], number: int) -> tuple[str, str]:
    version = get_version(client, prompt, number)
    return version["template"], version["engine"]


def put_langwatch(client: Client, made: dict[str, Any], **fields: Any) -> Any:
    path = f"/api/prompts/{made['id']}"
    return client("PUT", path, {"commitMessage": "", **fields})


def post_maxim(
    maxim: Client, prompt: dict[str, Any], *messages: dict[str, Any], **fields: Any
) -> Any:
    model = {"modelName": "gpt-4o", "modelProvider": "openai", "description": "d"}
    body = {"promptId": prompt["id"], "messages": [*messages], **model, **fields}
    return maxim("POST", "/v1/prompts/versions", body)


def post_tela(client: Client, prompt: dict[str, Any], **fields: Any) -> Any:
    configuration = {"model": "openai/gpt-4o", "type": "chat"}
    required = {"title": "t", "configuration": configuration, "variables": []}
    return client("POST", "/prompt-version", {"promptId": prompt["id"], **required, **fields})


# -- which engine a version gets


def test_each_dialects_versions_are_in_its_clients_language(
    client: Client, maxim: Client, prompt: dict[str, Any]
) -> None:
    client.create_version(prompt["id"], "{{.x}}")
    put_langwatch(client, prompt, prompt="{{ x | upcase }}")
    post_maxim(maxim, prompt, {"role": "user", "content": "{{ x }} {% x %}"})
    post_tela(client, prompt, content="{x}", variables=[{**NAME[0], "name": "x"}])

    texts = [get_text(client, prompt, number) for number in (1, 2, 3, 4)]
    rendered = [
        client("POST", f"/v1/prompts/{prompt['slug']}/versions/{number}/render", body).json[
            "rendered"
        ]
        for number in (1, 2, 3, 4)
        for body in [{"variables": {"x": "ada"}}]
    ]

    assert [engine for _, engine in texts] == ["go", "liquid", "simple", "tela"]
    assert rendered == ["ada", "ADA", "ada {% x %}", "ada"]


@pytest.mark.parametrize(
    ("engine", "text", "rendered", "variables"),
    [
        ("liquid", "{{ name | upcase }} {% if x %}{% endif %}", "ADA ", ["name", "x"]),
        ("simple", "{{ name }} {% if x %}", "Ada {% if x %}", ["name"]),
        ("text", "{{ name }} {name}", "{{ name }} {name}", []),
        ("tela", "{name}", "{name}", []),
    ],
)
def test_the_native_api_takes_every_engine(
    client: Client,
    prompt: dict[str, Any],
    engine: str,
    text: str,
    rendered: str,
    variables: list[str],
) -> None:
    client.create_version(prompt["id"], text, engine=engine)
    path = f"/v1/prompts/{prompt['slug']}/versions/1"

    answer = client("POST", f"{path}/render", {"variables": {"name": "Ada"}})
    listed = client("GET", f"/v1/prompts/{prompt['id']}/versions/1/variables").json

    assert answer.json["rendered"] == rendered
    assert listed == {"variables": variables}


def test_a_liquid_text_that_does_not_parse_or_has_an_unknown_filter_is_refused_natively(
    client: Client, prompt: dict[str, Any]
) -> None:
    for text in ("{% if x %}", "{{ x | nope }}"):
        body = {"template": text, "engine": "liquid"}
        answer = client("POST", f"/v1/prompts/{prompt['id']}/versions", body)

        assert (answer.status, answer.json["code"]) == (400, "invalid_template")


# -- missing variables


@pytest.mark.parametrize(
    ("engine", "text", "rendered"),
    [
        ("liquid", "[{{ name }}{{ user.city }}]", "[]"),
        ("simple", "[{{ name }}{{user.city}}]", "[{{ name }}{{user.city}}]"),
    ],
)
def test_a_missing_variable_is_listed_and_an_error_only_if_the_caller_is_strict(
    client: Client, prompt: dict[str, Any], engine: str, text: str, rendered: str
) -> None:
    client.create_version(prompt["id"], text, engine=engine)
    path = f"/v1/prompts/{prompt['slug']}/versions/1/render"
    names = ["name", "user"] if engine == "liquid" else ["name", "user.city"]

    lenient = client("POST", path, {}).json
    strict = client("POST", path, {"strict": True})
    whole = {"variables": {"name": "a", "user": {"city": "b"}}, "strict": True}

    assert (lenient["rendered"], lenient["missing"]) == (rendered, names)
    assert (strict.status, strict.json["code"]) == (422, "template_failed")
    assert [one["path"] for one in strict.json["details"]] == [f"variables.{n}" for n in names]
    assert client("POST", path, whole).json["rendered"] == "[ab]"
    assert client("POST", path, {"strict": "yes"}).status == 400


def test_go_and_jinja_are_strict_and_list_what_was_not_needed(
    client: Client, prompt: dict[str, Any]
) -> None:
    client.create_version(prompt["id"], "{{ name }}{{ x | default('d') }}", engine="jinja")
    path = f"/v1/prompts/{prompt['slug']}/versions/1/render"

    assert client("POST", path, {}).status == 422
    assert client("POST", path, {"variables": {"name": "a"}}).json["missing"] == ["x"]


# -- conversations


def test_messages_share_no_variables_and_the_limits(client: Client, prompt: dict[str, Any]) -> None:
    put_langwatch(
        client,
        prompt,
        prompt="{% assign a = 'x' %}{{ a }}",
        messages=[{"role": "user", "content": "[{{ a }}] {{- n }}"}],
    )

    path = f"/v1/prompts/{prompt['slug']}/versions/1/render"

    assert client("POST", path, {"variables": {"n": 1}}).json["rendered"] == "x\n\n[]1"

    loop = "{% for i in (1..90000) %}x{% endfor %}"
    message = {"role": "user", "content": loop}
    put_langwatch(client, prompt, prompt=loop, messages=[message, message])
    limited = client("POST", f"/v1/prompts/{prompt['slug']}/versions/2/render", {})
    assert (limited.status, limited.json["code"]) == (422, "limit_reached")


@pytest.mark.parametrize("engine", ["go", "jinja"])
def test_a_conversation_that_an_earlier_release_stored_is_rendered_as_it_was(
    registry: Registry, engine: str
) -> None:
    texts = {
        "go": ("{{$x := 1}}A", "{{- .n }}"),
        "jinja": ("{% set x = 'y' %}A", "{{- n }}{{ x }}"),
    }[engine]
    new = Content(
        messages=[{"role": "user", "content": text} for text in texts],
        engine="go" if engine == "go" else "jinja",
    )
    earlier = Content.load(new.document.replace('"apart":true,', "").replace(',"apart":true', ""))

    rendering = render(earlier, {"n": "B"}, get_settings())

    assert new.apart
    assert rendering.text == ("AB" if engine == "go" else "ABy")
    assert replace(earlier, engine="liquid").is_one_text is False


# -- shown, and back again


@pytest.mark.parametrize(
    ("text", "liquid", "simple", "tela"),
    [
        (GO, "Hello {{name}}!", "Hello {{name}}!", "Hello {name}!"),
        (CONTROL, None, None, None),
        ('{{"{{"}}x}} {{.name}}', "{{ '{' }}{x}} {{name}}", None, "{{x}} {name}"),
    ],
)
def test_a_text_comes_back_unchanged_in_every_dialect(
    client: Client,
    maxim: Client,
    prompt: dict[str, Any],
    text: str,
    liquid: str | None,
    simple: str | None,
    tela: str | None,
) -> None:
    made = client.create_version(prompt["id"], text)
    client.promote(prompt["id"], made["version"])

    by_langwatch = client("GET", f"/api/prompts/{prompt['id']}")
    by_maxim = maxim("GET", f"/v1/prompts/versions?id={made['id']}")
    by_tela = client("GET", f"/prompt-version/{made['id']}")

    messages = [row["payload"] for row in by_maxim.json["data"]["config"]["messages"]]
    shown = by_langwatch.json["prompt"], messages[0]["content"], by_tela.json["content"]
    assert shown == (liquid or text, simple or text, tela or text)
    assert [answer.headers[LANGUAGE] for answer in (by_langwatch, by_maxim, by_tela)] == [
        "liquid" if liquid else "go",
        "simple" if simple else "go",
        "tela" if tela else "go",
    ]

    put_langwatch(client, prompt, prompt=shown[0])
    post_maxim(maxim, prompt, *messages)
    fields = {name: by_tela.json[name] for name in ("content", "variables")}
    post_tela(client, prompt, **fields)
    client("PATCH", f"/prompt-version/{made['id']}", fields)

    assert [get_text(client, prompt, number) for number in (1, 2, 3, 4)] == [(text, "go")] * 4


def test_an_edited_text_is_in_the_language_in_which_it_was_shown(
    client: Client, maxim: Client, prompt: dict[str, Any]
) -> None:
    client.create_version(prompt["id"], GO)
    put_langwatch(client, prompt, prompt="Hello {{name}}! {{ n | plus: 1 }}")
    client.create_version(prompt["id"], GO)
    post_maxim(maxim, prompt, {"role": "system", "content": "Hello {{name}}! {{ n | x }}"})
    made = client.create_version(prompt["id"], GO)
    client("PATCH", f"/prompt-version/{made['id']}", {"content": "Hello {name}! {{.name}}"})

    assert [get_text(client, prompt, number) for number in (2, 4, 5)] == [
        ("Hello {{name}}! {{ n | plus: 1 }}", "liquid"),
        ("Hello {{name}}! {{ n | x }}", "simple"),
        ("Hello {name}! {{.name}}", "tela"),
    ]
    path = f"/v1/prompts/{prompt['slug']}/versions/5/render"
    rendered = client("POST", path, {"variables": {"name": "Ada"}}).json["rendered"]
    assert rendered == "Hello Ada! {{.name}}"


def test_an_added_message_takes_the_others_along_and_what_cannot_follow_is_a_conflict(
    client: Client, prompt: dict[str, Any]
) -> None:
    client.create_version(prompt["id"], GO)
    client.promote(prompt["id"], 1)
    more = {"role": "user", "content": "{{ n | plus: 1 }}"}
    put_langwatch(client, prompt, prompt="Hello {{name}}!", messages=[more])

    assert get_text(client, prompt, 2) == ("Hello {{name}}!\n\n{{ n | plus: 1 }}", "liquid")

    client.create_version(prompt["id"], CONTROL)
    client.promote(prompt["id"], 3)
    conflict = put_langwatch(client, prompt, prompt=CONTROL, messages=[more])
    plain = put_langwatch(
        client, prompt, prompt=CONTROL, messages=[{"role": "user", "content": "Bye"}]
    )

    assert (conflict.status, conflict.json["error"]) == (409, "mixed_languages")
    assert "engine go" in conflict.json["message"]
    assert plain.status == 200
    assert get_version(client, prompt, 4)["engine"] == "go"


def test_what_tela_adds_to_a_text_of_another_language_stays(
    client: Client, prompt: dict[str, Any]
) -> None:
    made = client.create_version(prompt["id"], GO)

    client("PATCH", f"/prompt-version/{made['id']}", {"markdownContent": "# x"})

    shown = client("GET", f"/prompt-version/{made['id']}").json
    assert (shown["content"], shown["markdownContent"]) == ("Hello {name}!", "# x")
    assert get_text(client, prompt, 1) == (GO, "go")

    client("PUT", f"/v1/prompts/{prompt['id']}/versions/1", {"engine": "text"})
    assert client("GET", f"/prompt-version/{made['id']}").json["content"] == GO


# -- the native API


def test_the_native_api_shows_what_is_stored_or_another_language(
    client: Client, prompt: dict[str, Any]
) -> None:
    client.create_version(prompt["id"], GO)
    client.create_version(prompt["id"], CONTROL)
    path = f"/v1/prompts/{prompt['id']}/versions"

    stored = client("GET", f"{path}/1")
    liquid = client("GET", f"{path}/1?as=liquid")
    control = client("GET", f"{path}/2?as=simple")

    assert stored.json["version"]["template"] == GO
    assert LANGUAGE not in stored.headers
    shown = liquid.json["version"]
    assert (shown["template"], shown["engine"]) == ("Hello {{name}}!", "liquid")
    assert liquid.headers[LANGUAGE] == "liquid"
    assert (control.json["version"]["template"], control.headers[LANGUAGE]) == (CONTROL, "go")
    assert client("GET", f"{path}/1?as=go").status == 400


def test_a_new_version_that_others_cannot_read_has_a_warning(
    client: Client, prompt: dict[str, Any]
) -> None:
    path = f"/v1/prompts/{prompt['id']}/versions"

    quiet = client("POST", path, {"template": GO})
    loud = client("POST", path, {"template": CONTROL})
    changed = client("PUT", f"{path}/1", {"template": "{{ x | upcase }}", "engine": "liquid"})

    assert "warnings" not in quiet.json
    assert loud.json["warnings"] == [
        "LangWatch's, Maxim's, Langfuse's and Tela's clients will see this as Go text: only "
        "literal text and plain references to variables are translated; render it here, or write "
        "it in an engine that they read"
    ]
    assert changed.json["warnings"][0].startswith(
        "Maxim's, Langfuse's and Tela's clients will see this as Liquid text"
    )


@pytest.mark.parametrize(
    ("engine", "text", "warning"),
    [
        *(
            (engine, "City {{ user.city }}", "takes user.city for one")
            for engine in ("liquid", "simple")
        ),
        ("go", "City {{.user.city}}", "takes user.city for one"),
        *(
            ("simple", f"a {text}", f"from {text!r} on")
            for text in (
                "{{ id",
                "{{{id}}}",
                "{{#vip}}VIP{{/vip}}",
                "{{! c }}",
                "{{}}",
                "{{=<% %>=}}",
            )
        ),
        ("liquid", "{{ ['#x'] }}", "from '{{ #x }}' on"),
        ("go", "@@@langfusePrompt:name=x@@@", "starts like a reference"),
        ("text", "a @@@langfusePrompt:name=x|label=a", "starts like a reference"),
    ],
)
def test_what_langfuses_clients_would_make_otherwise_has_a_warning(
    client: Client, prompt: dict[str, Any], engine: str, text: str, warning: str
) -> None:
    path = f"/v1/prompts/{prompt['id']}/versions"
    messages = [
        {"role": "user", "content": part} for part in ("{{x}}" * (engine == "simple"), text)
    ]
    one = client("POST", path, {"template": text, "engine": engine})
    chat = client("POST", path, {"messages": messages, "engine": engine})

    for response in (one, chat):
        assert response.status == 201, response.text
        assert any(warning in each for each in response.json["warnings"])


def compile_as_langfuse(text: str, values: dict[str, str]) -> str:
    """Fill in names as Langfuse's client for Python does."""
    output, place = "", 0
    while (start := text.find("{{", place)) >= 0 and (end := text.find("}}", start + 2)) >= 0:
        name = text[start + 2 : end].strip()
        output += text[place:start] + values.get(name, text[start : end + 2])
        place = end + 2
    return output + text[place:]


@given(text=st.text("{}ab.# \n", max_size=20))
@example(text="{{{a}}}")
@example(text="{{b.a}}")
def test_without_a_warning_langfuses_client_makes_what_is_rendered_here(text: str) -> None:
    values = {"a": "<a>", "b": "<b>"}
    template = compile_template(text, engine="simple", limits=Limits())

    if not list_differences([text]):
        expected = template.render(values, limits=Limits())
        assert compile_as_langfuse(text, values) == expected


# -- files of clients


HOSTILE = [
    "{% include '.env' %}",
    "{%- render 'a' -%}",
    "{%\n layout 'a' %}",
    "{%include'a'%}",
    "{% raw %}{% endraw x %}{% include 'a' %}{% endraw %}",
    "{% liquid\n assign x = 1\n include 'a' %}",
    "{%\u180e\ufeffinclude 'a' %}",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_tag_that_would_read_a_clients_file_is_refused_wherever_liquid_is_written(
    client: Client, maxim: Client, prompt: dict[str, Any], text: str
) -> None:
    message = {"role": "user", "content": text}
    body = {"template": text, "engine": "liquid"}
    config: dict[str, Any] = {"prompt": text, "model": "m", "messages": [], "inputs": []}
    config["outputs"] = [{"identifier": "output", "type": "str"}]
    handle = f"h-{prompt['slug'].replace('_', '-')}"
    answers = [
        client("POST", f"/v1/prompts/{prompt['id']}/versions", body),
        client("POST", "/api/prompts", {"handle": handle, "prompt": text, "model": "m"}),
        put_langwatch(client, prompt, prompt=text),
        put_langwatch(client, prompt, prompt="", messages=[message]),
        client("POST", f"/api/prompts/{handle}/sync", {"configData": config, "localVersion": 0}),
    ]

    for answer in answers:
        assert answer.status == 400, answer.text
        assert answer.json.get("code", answer.json["error"]) == "invalid_template"
        assert "write {{ '{' }}% include" in answer.text
    assert "(in messages[" in answers[3].text


@pytest.mark.parametrize("text", HOSTILE[:2])
def test_where_such_a_tag_is_text_clients_are_shown_text(
    client: Client, maxim: Client, prompt: dict[str, Any], text: str
) -> None:
    assert post_maxim(maxim, prompt, {"role": "system", "content": text}).status == 200
    assert post_tela(client, prompt, content=text).status == 200
    client.create_version(prompt["id"], text)
    client.promote(prompt["id"], 3)
    untranslatable = post_maxim(maxim, prompt, {"role": "system", "content": text + "{{ a'b\"c }}"})

    shown = [
        client("GET", f"/api/prompts/{prompt['id']}?version={number}").json["prompt"]
        for number in (1, 2, 3)
    ]

    assert shown == [text.replace("{%", "{{ '{' }}%")] * 3
    assert untranslatable.status == 400  # it has no translation, and would be shown as it is
    hidden = {"template": "{{if .x}}" + text + "{{end}}"}
    assert client("POST", f"/v1/prompts/{prompt['id']}/versions", hidden).status == 400


def test_calls_of_langwatchs_first_api_name_the_language_too(
    client: Client, prompt: dict[str, Any]
) -> None:
    client.create_stable_version(prompt["id"], GO)

    created = client("POST", "/api/prompts", {"name": "By its name alone"})
    renamed = client("PUT", f"/api/prompts/{prompt['id']}", {"name": "Another name"})

    assert (created.status, renamed.status) == (200, 200), created.text + renamed.text
    assert [answer.headers[LANGUAGE] for answer in (created, renamed)] == ["liquid", "liquid"]


@pytest.mark.parametrize("path", ["/api/prompts/{id}", "/prompt-version/{version_id}"])
def test_a_read_translates_each_text_once(
    client: Client, prompt: dict[str, Any], path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    messages = [{"role": "user", "content": f"{number} {GO}"} for number in range(3)]
    body = {"messages": messages}
    made = client("POST", f"/v1/prompts/{prompt['id']}/versions", body).json["version"]
    client.promote(prompt["id"], 1, times=2)
    texts, translate = [], translation.translate

    def note(text: str, *args: Any, **names: Any) -> str | None:
        texts.append(text)
        return translate(text, *args, **names)

    monkeypatch.setattr(translation, "translate", note)
    target = path.format(id=prompt["id"], version_id=made["id"])

    assert client("GET", target).headers[LANGUAGE] in ("liquid", "tela")
    assert texts == [message["content"] for message in messages]


# -- placeholders, and what a model must produce


@pytest.mark.parametrize("text", ["{{ a }}", "{{ a | upcase }}"])
def test_a_placeholder_is_a_variable_for_whoever_renders_here_alone(
    client: Client, prompt: dict[str, Any], text: str
) -> None:
    messages = [{"role": "user", "content": text}, {"type": "placeholder", "name": "h"}]
    body = {"messages": messages, "engine": "liquid"}
    path = f"/v1/prompts/{prompt['id']}/versions"
    made = client("POST", path, body).json["version"]
    client.promote(prompt["id"], 1)

    langwatch = client("GET", f"/api/prompts/{prompt['id']}").json["inputs"]
    tela = client("GET", f"/prompt-version/{made['id']}").json["variables"]

    assert client("GET", f"{path}/1/variables").json == {"variables": ["a", "h"]}
    assert [item["identifier"] for item in langwatch] == ["a"]
    assert [item["name"] for item in tela] == ["a"]


PLACE = {"name": "place", "description": "a city", "strict": True, "schema": {"type": "object"}}
FORMATS = [{"type": "json_schema", "json_schema": PLACE}, {"type": "json_object"}]


@pytest.mark.parametrize("response_format", FORMATS)
@pytest.mark.parametrize("writer", ["px0", "px0 by model_params", "maxim", "langfuse"])
def test_a_response_format_is_the_same_whole_one_for_all_who_have_openais(
    client: Client, maxim: Client, prompt: dict[str, Any], response_format: Any, writer: str
) -> None:
    path = f"/v1/prompts/{prompt['id']}/versions"
    langfuse = use_pair(client)
    if writer == "px0":
        client("POST", path, {"template": "x", "response_format": response_format})
    elif writer == "px0 by model_params":
        parameters = {"response_format": response_format}
        client("POST", path, {"template": "x", "model_params": parameters})
    elif writer == "maxim":
        message = {"role": "user", "content": "x"}
        post_maxim(maxim, prompt, message, modelParameters={"response_format": response_format})
    else:
        config = {"response_format": response_format}
        langfuse("POST", PROMPTS, {"name": prompt["name"], "prompt": "x", "config": config})
    if writer.startswith("px0"):
        client.promote(prompt["id"], 1)

    native = get_version(client, prompt, 1)
    of_maxim = maxim("GET", f"/v1/prompts/versions?id={native['id']}").json["data"]["config"]
    of_langfuse = langfuse("GET", f"{PROMPTS}/{quote(prompt['name'])}?version=1").json["config"]

    formats = [each.get("response_format") for each in (native, of_langfuse)]
    formats.append(of_maxim["modelParameters"].get("response_format"))
    assert formats == [response_format] * 3
    assert (native["model_params"] or {}).get("response_format") in (None, response_format)


def test_a_schema_that_tela_edits_keeps_its_name_and_is_the_only_format_of_an_answer(
    client: Client, maxim: Client, prompt: dict[str, Any]
) -> None:
    parameters = {"response_format": FORMATS[0], "temperature": 1}
    post_maxim(maxim, prompt, {"role": "user", "content": "x"}, modelParameters=parameters)
    shown = get_version(client, prompt, 1)
    configuration = client("GET", f"/prompt-version/{shown['id']}").json["configuration"]
    schema = {"type": "object", "properties": {}}

    edited = configuration | {"structuredOutput": {"enabled": True, "schema": schema}}
    post_tela(client, prompt, messages=[{"role": "user", "content": "x"}], configuration=edited)

    native = get_version(client, prompt, 2)
    assert native["response_format"]["json_schema"] == {**PLACE, "schema": schema}
    assert native["model_params"] == {"temperature": 1}


def test_a_text_that_maxims_client_writes_back_or_edits_can_be_included_and_written_as_a_text(
    client: Client, maxim: Client, prompt: dict[str, Any]
) -> None:
    langfuse = use_pair(client)
    body = {"name": prompt["name"], "prompt": "Hi {{name}}", "labels": ["production"]}
    assert langfuse("POST", PROMPTS, body).status == 201
    letter = client.create_prompt()
    reference = f"@@@langfusePrompt:name={prompt['name']}|label=production@@@"
    client.create_version(letter["id"], f"{reference}!", engine="simple")

    for number, text in enumerate(("Hi {{name}}", "Dear {{name}}"), start=2):
        post_maxim(maxim, prompt, {"role": "system", "content": text})
        client.promote(prompt["id"], number)
        variables = {"variables": {"name": "Ada"}}
        rendered = client("POST", f"/v1/prompts/{letter['slug']}/versions/1/render", variables)

        assert get_version(client, prompt, number)["messages"] is None
        assert rendered.json["rendered"] == text.replace("{{name}}", "Ada!")
    assert langfuse("POST", PROMPTS, body).status == 201

    post_maxim(maxim, prompt, {"role": "user", "content": "x"}, {"role": "user", "content": "y"})
    assert len(get_version(client, prompt, 5)["messages"]) == 2
