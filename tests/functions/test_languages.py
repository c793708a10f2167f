"""Each client reads and writes texts in its own language, and is told when it cannot."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from shared.domain.content import Content
from shared.problems import Unreadable
from shared.settings import get_settings
from shared.store.team import PromptStore
from shared.templates import render
from tests.functions.maxim.workspace import build_key_header

if TYPE_CHECKING:
    from shared.domain.model import Selector
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


def post_maxim(maxim: Client, prompt: dict[str, Any], *messages: dict[str, Any]) -> Any:
    model = {"modelName": "gpt-4o", "modelProvider": "openai", "description": "d"}
    body = {"promptId": prompt["id"], "messages": [*messages], **model}
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


def test_a_newest_version_that_cannot_be_read_keeps_nobody_from_writing(
    client: Client, maxim: Client, prompt: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    client.create_version(prompt["id"], GO)

    def fail(store: PromptStore, selector: Selector) -> None:
        raise Unreadable

    monkeypatch.setattr(PromptStore, "find_version", fail)

    assert post_maxim(maxim, prompt, {"role": "user", "content": "{{a}}"}).status == 200
    assert post_tela(client, prompt, content="b").status == 200
    assert get_text(client, prompt, 3) == ("b", "tela")


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


@pytest.mark.parametrize("text", HOSTILE[:2])
def test_where_such_a_tag_is_text_clients_are_shown_text(
    client: Client, maxim: Client, prompt: dict[str, Any], text: str
) -> None:
    assert post_maxim(maxim, prompt, {"role": "system", "content": text}).status == 200
    assert post_tela(client, prompt, content=text).status == 200
    client.create_version(prompt["id"], text)
    client.promote(prompt["id"], 3)
    unspeakable = post_maxim(maxim, prompt, {"role": "system", "content": text + "{{ a'b\"c }}"})

    shown = [
        client("GET", f"/api/prompts/{prompt['id']}?version={number}").json["prompt"]
        for number in (1, 2, 3)
    ]

    assert shown == [text.replace("{%", "{{ '{' }}%")] * 3
    assert unspeakable.status == 400  # it has no translation, and would be shown as it is
    hidden = {"template": "{{if .x}}" + text + "{{end}}"}
    assert client("POST", f"/v1/prompts/{prompt['id']}/versions", hidden).status == 400
