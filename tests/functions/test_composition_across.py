"""Clients of other dialects read texts with what they include, and write them back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.functions.langfuse.project import PROMPTS, use_pair
from tests.functions.langwatch.calls import create_prompt, get_prompt, update_prompt
from tests.functions.tela.calls import create_version, get_version, update_version
from tests.functions.test_composition import create, read, refer

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.client import Client, Registry

TAG = refer("base")


def use_maxim(client: Client) -> Client:
    return client.use_credential(lambda key: {"x-maxim-api-key": key})


def publish(client: Client, prompt_id: str, *messages: Any) -> Any:
    """Publish a version with Maxim's call."""
    body = {
        "promptId": prompt_id,
        "description": "",
        "modelProvider": "openai",
        "modelName": "gpt-4o",
        "messages": [*messages],
    }
    response = use_maxim(client)("POST", "/v1/prompts/versions", body)
    assert response.status == 200, response.text
    return response.json["data"]


def list_contents(version: Any) -> list[Any]:
    return [message["payload"]["content"] for message in version["config"]["messages"]]


@pytest.fixture
def base(registry: Registry) -> dict[str, Any]:
    """A part that each engine takes."""
    return create(registry.editor, "Base", "be brief", engine="text")


@pytest.mark.usefixtures("base")
class TestLangWatch:
    def test_reads(self, registry: Registry) -> None:
        editor = registry.editor
        made = create_prompt(editor, "parent", prompt=f"Hi {{{{name}}}}, {TAG}")
        assert made["prompt"] == "Hi {{name}}, be brief"
        assert get_prompt(editor, "parent")["prompt"] == "Hi {{name}}, be brief"
        rows = editor("GET", "/api/prompts").json
        assert {row["handle"]: row["prompt"] for row in rows} == {
            "parent": "Hi {{name}}, be brief",
            "base": "be brief",
        }
        (row,) = editor("GET", "/api/prompts/parent/versions").json
        assert row["configData"]["prompt"] == "Hi {{name}}, be brief"
        assert read(editor, made)["version"]["template"] == f"Hi {{{{name}}}}, {TAG}"

    def test_write_back(self, registry: Registry) -> None:
        editor = registry.editor
        messages = [{"role": "user", "content": f"{TAG}!"}, {"role": "user", "content": "x"}]
        made = create_prompt(editor, "parent", prompt=f"{TAG} {{{{name}}}}", messages=messages)
        view = get_prompt(editor, "parent")
        update_prompt(editor, "parent", messages=view["messages"], inputs=view["inputs"])
        after = read(editor, made, number=2)["version"]
        assert [message["content"] for message in after["messages"]] == [
            f"{TAG} {{{{name}}}}",
            f"{TAG}!",
            "x",
        ]
        view["messages"][2]["content"] = "y"
        update_prompt(editor, "parent", messages=view["messages"])
        after = read(editor, made, number=3)["version"]
        assert [message["content"] for message in after["messages"]] == [
            f"{TAG} {{{{name}}}}",
            f"{TAG}!",
            "y",
        ]
        view["messages"][1]["content"] = "be brief, please"
        update_prompt(editor, "parent", messages=view["messages"])
        after = read(editor, made, number=4)["version"]
        assert after["messages"][1]["content"] == "be brief, please"
        assert after["messages"][0]["content"].startswith(TAG)

    def test_refusal(self, registry: Registry) -> None:
        body = {"handle": "parent", "prompt": refer("nope")}
        response = registry.editor("POST", "/api/prompts", body)
        assert response.status == 400
        assert "parent -> nope" in response.json["message"]

    def test_etag(self, registry: Registry, base: dict[str, Any]) -> None:
        editor = registry.editor
        create_prompt(editor, "parent", prompt=TAG)
        before = editor("GET", "/api/prompts/parent")
        headers = {"If-None-Match": before.headers["ETag"]}
        assert editor("GET", "/api/prompts/parent", headers=headers).status == 304
        editor.create_version(base["id"], "be long", engine="text")
        editor.promote(base["id"], 2, times=2)
        after = editor("GET", "/api/prompts/parent", headers=headers)
        assert (after.status, after.json["prompt"]) == (200, "be long")
        response = editor(
            "PUT",
            "/api/prompts/parent",
            {"prompt": "x", "commitMessage": ""},
            headers={"If-Match": after.headers["ETag"]},
        )
        assert response.status == 200


@pytest.mark.usefixtures("base")
class TestMaxim:
    def test_reads_and_write_back(self, registry: Registry) -> None:
        editor = registry.editor
        prompt = editor.create_prompt("Parent")
        image = {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}
        messages = [
            {"role": "system", "content": f"{{{{ name }}}} {TAG}", "cache_control": {"type": "x"}},
            {"role": "user", "content": [{"type": "text", "text": TAG}, image]},
        ]
        made = publish(editor, prompt["id"], *messages)
        whole = ["{{ name }} be brief", [{"type": "text", "text": "be brief"}, image]]
        assert list_contents(made) == whole
        response = use_maxim(editor)("GET", f"/v1/prompts/versions?id={made['id']}")
        assert list_contents(response.json["data"]) == whole

        payloads = [message["payload"] for message in response.json["data"]["config"]["messages"]]
        publish(editor, prompt["id"], *payloads)
        assert read(editor, prompt, number=2)["version"]["messages"] == messages
        payloads[1]["content"][0]["text"] = "be kind"
        publish(editor, prompt["id"], *payloads)
        after = read(editor, prompt, number=3)["version"]["messages"]
        assert after[0] == messages[0]
        assert after[1]["content"][0]["text"] == "be kind"

    def test_sync(self, registry: Registry, base: dict[str, Any]) -> None:
        editor = registry.editor
        prompt = editor.create_prompt("Parent")
        publish(editor, prompt["id"], {"role": "system", "content": TAG})
        editor.promote(prompt["id"], 1)
        path = f"/api/sdk/v4/prompts?promptId={prompt['id']}"
        data = use_maxim(editor)("GET", path).json["data"]
        assert data["fallbackVersion"]["config"]["messages"][0]["content"] == "be brief"

        path = f"/v1/prompts/{base['id']}/delete?force=true"
        assert registry.admin("POST", path).status == 204
        response = use_maxim(editor)("GET", "/api/sdk/v4/prompts")
        bundles = {bundle["promptId"]: bundle for bundle in response.json["data"]}
        assert bundles[prompt["id"]]["fallbackVersion"] is None
        assert response.headers["X-Unreadable-Items"] == f"versions/{prompt['id']}/1"
        version_id = data["fallbackVersion"]["id"]
        response = use_maxim(editor)("GET", f"/v1/prompts/versions?id={version_id}")
        assert response.status == 400
        assert "parent -> base" in response.json["error"]["message"]


@pytest.mark.usefixtures("base")
class TestTela:
    def test_reads_and_write_back(self, registry: Registry) -> None:
        editor = registry.editor
        prompt = editor.create_prompt("Parent")
        variables = [{"name": "name", "type": "text", "required": True}]
        made = create_version(
            editor, prompt["id"], content=f"{{name}} {TAG}", variables=variables, draft=True
        )
        assert made["content"] == "{name} be brief"
        view = get_version(editor, made["id"])
        assert view["content"] == "{name} be brief"
        fields = {"content": view["content"], "title": "new"}
        assert update_version(editor, made["id"], **fields).status == 200
        assert read(editor, prompt)["version"]["template"] == f"{{name}} {TAG}"
        assert update_version(editor, made["id"], content="{name}, be kind").status == 200
        assert read(editor, prompt)["version"]["template"] == "{name}, be kind"
        markdown = {"content": TAG, "markdownContent": f"**{TAG}**"}
        assert update_version(editor, made["id"], **markdown).status == 200
        view = get_version(editor, made["id"])
        assert view["markdownContent"] == "**be brief**"


def test_a_text_of_another_language_is_translated_with_its_parts(registry: Registry) -> None:
    editor = registry.editor
    create(editor, "Base", "to {{.city}}")
    parent = create(editor, "Parent", f"From {{{{.name}}}} {TAG}")
    view = get_prompt(editor, "parent")
    assert view["prompt"] == "From {{name}} to {{city}}"
    assert [item["identifier"] for item in view["inputs"]] == ["city", "name"]
    update_prompt(editor, "parent", prompt=view["prompt"], temperature=0.5)
    after = read(editor, parent, number=2)["version"]
    assert (after["template"], after["engine"]) == (f"From {{{{.name}}}} {TAG}", "go")


def test_a_part_that_has_no_translation_leaves_the_whole_as_it_is(registry: Registry) -> None:
    editor = registry.editor
    create(editor, "Base", "{{if .x}}yes{{end}}")
    parent = create(editor, "Parent", f"From {{{{.name}}}} {TAG}")
    response = editor("GET", "/api/prompts/parent")
    assert response.json["prompt"] == "From {{.name}} {{if .x}}yes{{end}}"
    assert response.headers["X-Template-Language"] == "go"
    text = response.json["prompt"] + "!"
    update_prompt(editor, "parent", prompt=response.json["prompt"])
    assert read(editor, parent, number=2)["version"]["template"].endswith(TAG)
    update_prompt(editor, "parent", prompt=text)
    after = read(editor, parent, number=3)["version"]
    assert (after["template"], after["engine"]) == (text, "go")


def duplicate(editor: Client, made: Any) -> None:
    assert editor("POST", f"/v1/prompts/{made['id']}/versions/1/duplicate").status == 201


def edit(editor: Client, made: Any) -> None:
    duplicate(editor, made)
    path = f"/v1/prompts/{made['id']}/versions/2"
    assert editor("PUT", path, {"template": f"{TAG} {TAG}"}).status == 200


def restore(editor: Client, made: Any) -> None:
    path = f"/api/prompts/parent/versions/{made['versionId']}/restore"
    assert editor("POST", path).status == 200


def update(editor: Client, made: Any) -> None:
    update_prompt(editor, "parent", prompt=get_prompt(editor, "parent")["prompt"], temperature=0.5)


def update_reference(editor: Client, made: Any) -> None:
    update_prompt(editor, "parent", prompt=f"{TAG} {refer('base', 'version=1')}")


def update_first_api(editor: Client, made: Any) -> None:
    body = {"prompt": TAG, "commitMessage": "m"}
    assert editor("POST", "/api/prompts/parent/versions", body).status == 200


def sync(editor: Client, made: Any) -> None:
    config: dict[str, Any] = {"prompt": TAG, "messages": [], "inputs": [], "model": "openai/gpt-5"}
    config |= {"outputs": [{"identifier": "output", "type": "str"}]}
    body = {"configData": config, "localVersion": 1}
    response = editor("POST", "/api/prompts/parent/sync", body)
    assert response.json.get("action") == "updated", response.text


def publish_with_maxim(editor: Client, made: Any) -> None:
    maxim = use_maxim(editor)
    response = maxim("GET", f"/v1/prompts/versions?id={made['versionId']}")
    messages = [message["payload"] for message in response.json["data"]["config"]["messages"]]
    publish(editor, made["id"], *messages, {"role": "user", "content": TAG})


def create_with_tela(editor: Client, made: Any) -> None:
    create_version(editor, made["id"], content=get_version(editor, made["versionId"])["content"])
    create_version(editor, made["id"], content=TAG)


def create_with_langfuse(editor: Client, made: Any) -> None:
    client = use_pair(editor)
    for query in ("", "&resolve=false"):
        view = client("GET", f"{PROMPTS}/parent?version=1{query}").json
        body = {"name": "parent", "prompt": view["prompt"], "labels": ["production"]}
        assert client("POST", PROMPTS, body).status == 201


WAYS = [
    duplicate,
    edit,
    restore,
    update,
    update_reference,
    update_first_api,
    sync,
    publish_with_maxim,
    create_with_tela,
    create_with_langfuse,
]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
@pytest.mark.parametrize("has_stranger", [True, False])
def test_what_is_made_of_a_version_stays_with_the_prompts_that_this_names(
    registry: Registry,
    base: dict[str, Any],
    way: Callable[[Client, Any], None],
    *,
    has_stranger: bool,
) -> None:
    """Whatever these are called by now, and whoever has their names."""
    editor = registry.editor
    made = create_prompt(editor, "parent", prompt=TAG)
    names = {"name": "Other", "slug": "other"}
    assert editor("PATCH", f"/v1/prompts/{base['id']}", names).status == 200
    if has_stranger:
        create(editor, "Base", "a stranger", engine="text")

    way(editor, made)

    versions = editor("GET", f"/v1/prompts/{made['id']}/versions").json["versions"]
    assert len(versions) > 1
    for version in versions:
        resolved = read(editor, made, "?resolve=true", number=version["version"])
        assert {part["prompt_id"] for part in resolved["includes"]} == {base["id"]}


@pytest.mark.parametrize("has_reference", [True, False])
def test_a_text_that_comes_back_from_the_live_version_stays_with_its_prompts(
    registry: Registry, base: dict[str, Any], *, has_reference: bool
) -> None:
    editor, client = registry.editor, use_pair(registry.editor)
    made = create_prompt(editor, "parent", prompt=TAG)
    assert editor("POST", f"/v1/prompts/{made['id']}/versions/1/promote").status == 200
    update_prompt(editor, "parent", prompt="Without any")
    names = {"name": "Other", "slug": "other"}
    assert editor("PATCH", f"/v1/prompts/{base['id']}", names).status == 200
    create(editor, "Base", "a stranger", engine="text")

    query = "label=production" + ("&resolve=false" if has_reference else "")
    shown = client("GET", f"{PROMPTS}/parent?{query}").json["prompt"]
    assert (shown == TAG) is has_reference
    body = {"name": "parent", "prompt": shown, "labels": ["production"]}
    assert client("POST", PROMPTS, body).status == 201

    live = read(editor, made, "?resolve=true", number=3)
    assert {part["prompt_id"] for part in live["includes"]} == {base["id"]}


def test_a_text_that_is_new_names_prompts_as_they_are_called_now(
    registry: Registry, base: dict[str, Any]
) -> None:
    editor = registry.editor
    made = create_prompt(editor, "parent", prompt=TAG)
    names = {"name": "Other", "slug": "other"}
    assert editor("PATCH", f"/v1/prompts/{base['id']}", names).status == 200
    path = f"/v1/prompts/{made['id']}/versions"
    assert editor("POST", path, {"template": TAG, "engine": "text"}).status == 400
    stranger = create(editor, "Base", "a stranger", engine="text")
    assert editor("POST", path, {"template": TAG, "engine": "text"}).status == 201
    (part,) = read(editor, made, "?resolve=true", number=2)["includes"]
    assert part["prompt_id"] == stranger["id"]
