"""Texts that include other prompts: what is refused, what is put in, and who is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from shared.domain.access import Grant
from shared.store import aws
from shared.store import compositions as store_compositions
from tests.client import Client
from tests.functions.langfuse.project import use_pair
from tests.functions.langwatch.calls import update_prompt
from tests.functions.test_hot_reads import note_calls
from tests.memory import Memory

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.client import Registry, Response


def refer(name: str, selector: str = "label=production") -> str:
    return f"@@@langfusePrompt:name={name}|{selector}@@@"


def create(client: Client, name: str, template: str, **fields: Any) -> dict[str, Any]:
    """Create a prompt with a live version."""
    prompt = client.create_prompt(name)
    client.create_version(prompt["id"], template, **fields)
    client.promote(prompt["id"], 1, times=2)
    return prompt


def write(client: Client, prompt: dict[str, Any], template: str, **fields: Any) -> Response:
    path = f"/v1/prompts/{prompt['id']}/versions"
    return client("POST", path, {"template": template, **fields})


def render(client: Client, slug: str, selector: str = "", **variables: str) -> Response:
    part = f"/versions/{selector}" if selector else ""
    return client("POST", f"/v1/prompts/{slug}{part}/render", {"variables": variables})


def read(client: Client, prompt: dict[str, Any], query: str = "", number: int = 1) -> Any:
    response = client("GET", f"/v1/prompts/{prompt['id']}/versions/{number}{query}")
    assert response.status == 200, response.text
    return response.json


def test_a_text_is_stored_with_its_reference_and_rendered_with_the_part(registry: Registry) -> None:
    editor = registry.editor
    part = create(editor, "Greeting", "Hello {{.name}}")
    parent = create(editor, "Letter", f"{refer('greeting')}, and {refer('greeting', 'version=1')}!")

    text = "Hello Ada, and Hello Ada!"
    rendering = render(editor, "letter", name="Ada").json
    assert rendering["rendered"] == text
    assert rendering["includes"] == [{"prompt_id": part["id"], "slug": "greeting", "version": 1}]
    assert read(editor, parent)["version"]["template"].startswith("@@@langfusePrompt:")
    resolved = read(editor, parent, "?resolve=true")
    assert resolved["version"]["template"] == "Hello {{.name}}, and Hello {{.name}}!"
    assert resolved["includes"] == rendering["includes"]
    path = f"/v1/prompts/{parent['id']}/versions/1/variables"
    assert editor("GET", path).json == {"variables": ["name"]}


def test_a_pointer_is_followed_and_a_number_is_not(registry: Registry) -> None:
    editor = registry.editor
    part = create(editor, "Base", "one")
    labels = ("label=production", "label=live", "version=1", "label=latest", "label=beta")
    editor("POST", f"/v1/prompts/{part['id']}/versions/1/tags", {"tag": "beta"})
    create(editor, "Parent", "/".join(refer("base", label) for label in labels))

    before = read(editor, {"id": editor("GET", "/v1/prompts/parent").json["prompt"]["id"]})
    editor.create_version(part["id"], "two")
    editor.create_version(part["id"], "a draft")
    assert render(editor, "parent").json["rendered"] == "one/one/one/one/one"
    editor.promote(part["id"], 2)
    assert render(editor, "parent").json["rendered"] == "one/one/one/two/one"
    editor.promote(part["id"], 2)
    assert render(editor, "parent").json["rendered"] == "two/two/one/two/one"
    assert before["version"]["template"].count("@@@") == 10


def test_a_part_is_named_by_its_id_or_its_slug_and_keeps_its_place_when_that_changes(
    registry: Registry,
) -> None:
    editor = registry.editor
    part = create(editor, "Base", "one")
    create(editor, "Parent", f"{refer('base')} {refer(part['id'])} {refer(part['id'].upper())}")

    assert editor("PATCH", f"/v1/prompts/{part['id']}", {"slug": "other"}).status == 200
    create(editor, "Base 2", "another")
    assert render(editor, "parent").json["rendered"] == "one one one"


@pytest.mark.parametrize(
    "text",
    [
        "@@@langfusePrompt:name=base@@@",
        "@@@langfusePrompt:name=base|version=x@@@",
        "@@@langfusePrompt:name=base|version=-1@@@",
        "@@@langfusePrompt:label=production|name=base@@@",
        "@@@langfusePrompt:name=base|label=production|version=1@@@",
        "@@@langfusePrompt:name=a=b|label=production@@@",
        "@@@langfusePrompt: name=base|label=production@@@",
        "@@@langfusePrompt:name=base|\nlabel=production@@@",
        "@@@langfusePrompt:name=base|label=production@@",
        "@@@langfuseprompt:name=base|label=production@@@",
    ],
)
def test_anything_of_another_form_is_plain_text(registry: Registry, text: str) -> None:
    create(registry.editor, "Parent", text)
    assert render(registry.editor, "parent").json["rendered"] == text


def test_what_was_stored_before_stays_plain_text(registry: Registry) -> None:
    editor = registry.editor
    create(editor, "Base", "one")
    parent = create(editor, "Parent", refer("base"))
    aws.get_dynamodb().update_item(
        TableName="cuebook-versions",
        Key={"prompt_id": {"S": parent["id"]}, "version": {"N": "1"}},
        UpdateExpression="REMOVE includes",
    )
    registry.forget()
    assert render(editor, "parent").json["rendered"] == refer("base")


def test_a_text_that_an_earlier_release_has_changed_is_plain_text(registry: Registry) -> None:
    editor = registry.editor
    part = create(editor, "Base", "one", engine="text")
    parent = create(editor, "Parent", "plain", engine="liquid")
    aws.get_dynamodb().update_item(
        TableName="cuebook-versions",
        Key={"prompt_id": {"S": parent["id"]}, "version": {"N": "1"}},
        UpdateExpression="SET includes = :ids",
        ExpressionAttributeValues={":ids": {"M": {"base": {"S": part["id"]}}}},
    )
    registry.forget()
    assert render(editor, "parent").json["rendered"] == "plain"
    assert editor("GET", "/api/prompts/parent").json["prompt"] == "plain"


def test_values_of_variables_are_never_looked_at(registry: Registry) -> None:
    editor = registry.editor
    create(editor, "Secret", "the secret")
    create(editor, "Parent", f"{{{{.text}}}} {refer('secret')}")
    tag = refer("secret")
    assert render(editor, "parent", text=tag).json["rendered"] == f"{tag} the secret"


def test_messages_and_parts_of_messages_include_texts(registry: Registry) -> None:
    editor = registry.editor
    create(editor, "Base", 'a "q" \\ \n $& {{.x}}')
    prompt = editor.create_prompt("Chat")
    messages = [
        {"role": "system", "content": f"<{refer('base')}>"},
        {"type": "placeholder", "name": "history"},
        {"role": "user", "content": [{"type": "text", "text": refer("base")}]},
    ]
    body = {"messages": messages}
    assert editor("POST", f"/v1/prompts/{prompt['id']}/versions", body).status == 201
    response = editor(
        "POST",
        "/v1/prompts/chat/versions/1/render",
        {"variables": {"x": "1", "history": [{"role": "user", "content": refer("base")}]}},
    )
    assert [message["content"] for message in response.json["messages"]] == [
        '<a "q" \\ \n $& 1>',
        refer("base"),
        [{"type": "text", "text": 'a "q" \\ \n $& 1'}],
    ]


class TestWriting:
    """What a version cannot include is refused when it is written, in every way to write one."""

    def refuse(self, response: Response, *words: str) -> Any:
        assert response.status == 400, response.text
        assert response.json["code"] == "invalid_composition"
        for word in words:
            assert word in response.error
        (detail,) = response.json["details"]
        return detail

    def test_unknown(self, registry: Registry) -> None:
        editor = registry.editor
        prompt = editor.create_prompt("Parent")
        theirs = create(registry.stranger, "Theirs", "x")
        base = create(editor, "Base", "x")
        draft = editor.create_version(base["id"], "draft")["version"]
        for name, selector in (
            ("nope", "label=production"),
            ("", "label=production"),
            (theirs["id"], "version=1"),
            ("theirs", "version=1"),
            ("base", "version=99"),
            ("base", "version=0"),
            ("base", "version=99999999999999999999"),
            ("base", f"version={draft}"),
            ("base", "label="),
            ("base", "label=beta"),
            ("n" * 5_000, "label=production"),
        ):
            detail = self.refuse(
                write(editor, prompt, f"x {refer(name, selector)}"), "template: ", "parent -> "
            )
            assert detail["path"] == "template"
            assert detail["reason"] == "unknown"
        body = {
            "messages": [{"role": "user", "content": "x"}, {"role": "user", "content": refer("no")}]
        }
        response = editor("POST", f"/v1/prompts/{prompt['id']}/versions", body)
        assert self.refuse(response)["path"] == "messages[1].content"

    @pytest.mark.parametrize(
        "name", ["\ud800", "\0", "#", "\U0001f600" * 300, "e\u0301", "x" * 255, "é" * 255, " base"]
    )
    def test_hostile_names(self, registry: Registry, name: str) -> None:
        editor = registry.editor
        prompt = editor.create_prompt("Parent")
        text = refer(name) + refer("base", f"label={name}")
        maxim = editor.use_credential(lambda key: {"x-maxim-api-key": key})
        body = {
            "promptId": prompt["id"],
            "description": "",
            "modelProvider": "openai",
            "modelName": "gpt-4o",
            "messages": [{"role": "user", "content": text}],
        }
        for response in (
            write(editor, prompt, text),
            maxim("POST", "/v1/prompts/versions", body),
            editor("POST", "/api/prompts", {"handle": "p", "prompt": text}),
            editor("POST", "/prompt-version", {"promptId": prompt["id"], "content": text}),
        ):
            assert response.status in (400, 422), response.text
            assert name * 2 not in response.text or len(name) < 101

    def test_itself_and_cycles(self, registry: Registry) -> None:
        editor = registry.editor
        a = create(editor, "A", "x")
        self.refuse(write(editor, a, refer("a")), "a -> a")
        b = create(editor, "B", refer("a"))
        create(editor, "C", refer("b"))
        detail = self.refuse(write(editor, a, f"{refer('c')}"), "a -> c -> b -> a")
        assert (detail["reason"], detail["includes"]) == ("cycle", "a -> c -> b -> a")
        assert write(editor, b, "nothing").status == 201

    def test_depth(self, registry: Registry) -> None:
        editor = registry.editor
        create(editor, "P0", "end")
        for depth in range(1, 5):
            create(editor, f"P{depth}", f"{depth}{refer(f'p{depth - 1}')}")
        assert render(editor, "p4").json["rendered"] == "4321end"
        prompt = editor.create_prompt("P5")
        detail = self.refuse(write(editor, prompt, refer("p4")), "p5 -> p4 -> p3 -> p2 -> p1 -> p0")
        assert detail["reason"] == "depth"

    def test_count(self, registry: Registry) -> None:
        editor = registry.editor
        for number in range(21):
            create(editor, f"P{number}", f"{number} ")
        parent = editor.create_prompt("Parent")
        tags = [refer(f"p{number}") for number in range(21)]
        assert self.refuse(write(editor, parent, "".join(tags)))["reason"] == "count"
        assert write(editor, parent, "".join(tags[:20])).status == 201
        assert render(editor, "parent", "1").json["rendered"].split() == [*map(str, range(20))]

    def test_engines(self, registry: Registry) -> None:
        editor = registry.editor
        create(editor, "Go", "Hello {{.name}}")
        create(editor, "Plain", "{Hello} it's }} %}", engine="text")
        create(editor, "Markup", "say {{name}}", engine="text")
        parent = editor.create_prompt("Parent")
        for engine in ("jinja", "liquid", "simple", "tela", "text"):
            detail = self.refuse(write(editor, parent, refer("go"), engine=engine), "engine")
            assert detail["reason"] == "engine"
        for engine in ("go", "jinja", "liquid", "simple", "tela", "text"):
            assert write(editor, parent, f"<{refer('plain')}>", engine=engine).status == 201
            number = editor("GET", f"/v1/prompts/{parent['id']}/versions/latest").json["version"]
            rendering = render(editor, "parent", str(number["version"]))
            assert rendering.json["rendered"] == "<{Hello} it's }} %}>", engine
        for engine in ("go", "jinja", "liquid", "simple"):
            response = write(editor, parent, refer("markup"), engine=engine)
            assert self.refuse(response)["reason"] == "markup"

    def test_conversations(self, registry: Registry) -> None:
        editor = registry.editor
        chat = editor.create_prompt("Chat")
        body = {"messages": [{"role": "user", "content": "x"}]}
        assert editor("POST", f"/v1/prompts/{chat['id']}/versions", body).status == 201
        editor.promote(chat["id"], 1)
        prompt = editor.create_prompt("Parent")
        assert self.refuse(write(editor, prompt, refer("chat", "version=1")))["reason"] == "chat"

    def test_more_than_a_template_may_hold(self, registry: Registry) -> None:
        editor = registry.editor
        create(editor, "Lol0", "lol " * 1_000)
        for level in range(1, 3):
            create(editor, f"Lol{level}", refer(f"lol{level - 1}") * 30)
        prompt = editor.create_prompt("Lol3")
        assert self.refuse(write(editor, prompt, refer("lol2") * 30))["reason"] == "size"
        create(editor, "Empty", "-")
        create(editor, "Many", refer("empty") * 5_000)
        many = editor.create_prompt("Too many")
        assert self.refuse(write(editor, many, refer("many") * 2))["reason"] == "size"

    def test_archived(self, registry: Registry) -> None:
        editor = registry.editor
        part = create(editor, "Base", "x")
        assert registry.admin("POST", f"/v1/prompts/{part['id']}/archive").status == 200
        prompt = editor.create_prompt("Parent")
        assert self.refuse(write(editor, prompt, refer("base")))["reason"] == "archived"

    def test_updates_and_duplicates(self, registry: Registry) -> None:
        editor = registry.editor
        create(editor, "Base", "x")
        prompt = editor.create_prompt("Parent")
        path = f"/v1/prompts/{prompt['id']}/versions"
        assert write(editor, prompt, "no").status == 201
        self.refuse(editor("PUT", f"{path}/1", {"template": refer("nope")}))
        assert editor("PUT", f"{path}/1", {"template": refer("base")}).status == 200
        assert render(editor, "parent", "1").json["rendered"] == "x"
        assert editor("POST", f"{path}/1/duplicate").status == 201
        assert render(editor, "parent", "2").json["rendered"] == "x"
        assert editor("PUT", f"{path}/1", {"template": "plain"}).status == 200
        rendering = render(editor, "parent", "1").json
        assert rendering["rendered"] == "plain"
        assert "includes" not in rendering


def test_a_cycle_that_a_pointer_closes_later_is_named_when_it_is_read(registry: Registry) -> None:
    editor = registry.editor
    a = create(editor, "A", "x")
    editor.create_version(a["id"], "draft")
    create(editor, "B", refer("a"))
    assert editor("PUT", f"/v1/prompts/{a['id']}/versions/2", {"template": "y"}).status == 200
    c = create(editor, "C", "c")
    b2 = write(editor, c, refer("b"))
    assert b2.status == 201
    assert write(editor, a, refer("c")).status == 201
    editor.promote(a["id"], 3, times=2)
    editor.promote(c["id"], 2)
    path = f"/v1/prompts/{c['id']}/versions/2/promote?force=true"
    assert editor("POST", path).status == 200

    response = render(editor, "b")
    assert response.status == 422
    assert response.json["code"] == "composition_failed"
    assert "b -> a -> c -> b" in response.error
    assert read(editor, c, number=2)["version"]["template"] == refer("b")
    assert editor("GET", f"/v1/prompts/{c['id']}/versions/2?resolve=true").status == 422
    # It can be mended.
    assert update_prompt(editor, "c", prompt="c again")["prompt"] == "c again"


class TestTaking:
    """A prompt that is included is not taken away without saying so."""

    def test_archive_and_delete(self, registry: Registry) -> None:
        editor, admin = registry.editor, registry.admin
        part = create(editor, "Base", "x")
        parent = create(editor, "Parent", refer("base"))
        path = f"/v1/prompts/{part['id']}"
        for response in (
            admin("POST", f"{path}/archive"),
            admin("POST", f"{path}/delete"),
            editor("POST", f"{path}/versions/1/archive"),
            editor("DELETE", f"{path}/versions/1"),
        ):
            assert response.status == 409, response.text
            assert response.json["code"] == "included"
            assert "parent v1" in response.error
            assert response.json["details"] == [
                {
                    "prompt_id": parent["id"],
                    "slug": "parent",
                    "name": "Parent",
                    "reference": {"name": "base", "label": "production"},
                    "version": 1,
                }
            ]
        assert render(editor, "parent").json["rendered"] == "x"
        assert admin("POST", f"{path}/archive?force=maybe").status == 400
        assert admin("POST", f"{path}/archive?force=true").status == 200
        assert render(editor, "parent").json["rendered"] == "x"
        assert admin("POST", f"{path}/delete?force=true").status == 204
        assert render(editor, "parent").status == 422

    def test_other_versions(self, registry: Registry) -> None:
        editor = registry.editor
        part = create(editor, "Base", "x")
        path = f"/v1/prompts/{part['id']}"
        for text in ("y", "z"):
            editor.promote(part["id"], editor.create_version(part["id"], text)["version"])
        create(editor, "Parent", f"{refer('base')}{refer('base', 'label=latest')}")
        assert editor("POST", f"{path}/versions/3/archive").status == 200
        assert render(editor, "parent").json["rendered"] == "xy"
        assert editor("POST", f"{path}/versions/1/archive").status == 409
        assert editor("POST", f"{path}/versions/2/archive").status == 200
        assert render(editor, "parent").json["rendered"] == "xx"

    def test_what_does_not_count_any_more(self, registry: Registry) -> None:
        editor, admin = registry.editor, registry.admin
        part = create(editor, "Base", "x")
        gone, parent = create(editor, "Gone", refer("base")), create(editor, "Parent", "plain")
        assert write(editor, parent, refer("base")).status == 201
        archived = create(editor, "Archived", refer("base"))
        assert admin("POST", f"/v1/prompts/{gone['id']}/delete").status == 204
        draft = f"/v1/prompts/{parent['id']}/versions/2"
        assert editor("PUT", draft, {"template": "no more"}).status == 200
        assert editor("POST", f"/v1/prompts/{archived['id']}/versions/1/archive").status == 200
        assert admin("POST", f"/v1/prompts/{part['id']}/archive").status == 200


def engage(editor: Client, part: dict[str, Any]) -> tuple[int, int]:
    """Create two stable versions of a part: one that fits like its live one, one that does not."""
    good = editor.create_version(part["id"], "better {{.x}}")["version"]
    bad = editor.create_version(part["id"], "other {{ x }}", engine="jinja")["version"]
    editor.promote(part["id"], good)
    return good, bad


class TestMoving:
    """A pointer is not moved to where others, which include what it is at, could not follow."""

    def refuse(self, response: Response, parent: dict[str, Any], number: int = 1) -> None:
        assert (response.status, response.json["code"]) == (409, "included"), response.text
        assert f"parent v{number}, which could not be rendered any more" in response.error
        assert "?force=true" in response.error
        (detail,) = response.json["details"]
        assert (detail["prompt_id"], detail["version"]) == (parent["id"], number)
        assert detail["message"]

    def test_in_every_native_way(self, registry: Registry) -> None:
        editor = registry.editor
        part = create(editor, "Base", "good {{.x}}")
        path, versions = f"/v1/prompts/{part['id']}", f"/v1/prompts/{part['id']}/versions"
        assert editor("POST", f"{versions}/1/tags", {"tag": "beta"}).status == 200
        good, bad = engage(editor, part)
        parent = create(editor, "Parent", f"{refer('base')} {refer('base', 'label=beta')}")
        latest = create(editor, "Latest", refer("base", "label=latest"))

        response = editor("POST", f"{versions}/{bad}/promote")
        assert response.status == 409, "it would be the newest that is stable"
        assert response.json["details"][0]["prompt_id"] == latest["id"]
        assert editor("POST", f"{versions}/{bad}/promote?force=true").status == 200
        split = [{"version": bad, "weight": 9_000}, {"version": 1, "weight": 1_000}]
        for way in (
            ("POST", f"{versions}/{bad}/promote"),
            ("POST", f"{versions}/1/demote"),
            ("POST", f"{path}/rollback", {"target_version": bad, "rollback_reason": "r"}),
            ("POST", f"{versions}/{bad}/tags", {"tag": "beta"}),
            ("DELETE", f"{path}/tags/beta"),
            ("PUT", f"{path}/splits/live", {"split": split}),
            ("PUT", f"{path}/splits/beta", {"split": split}),
        ):
            self.refuse(editor(*way), parent)
        assert render(editor, "parent", x="1").json["rendered"] == "good 1 good 1"
        split[0]["version"] = good
        for way in (
            ("POST", f"{versions}/{good}/promote"),
            ("POST", f"{path}/rollback", {"target_version": 1, "rollback_reason": "r"}),
            ("POST", f"{versions}/{good}/tags", {"tag": "beta"}),
            ("PUT", f"{path}/splits/live", {"split": split}),
        ):
            assert editor(*way).status == 200, way
        assert render(editor, "parent", x="1").json["rendered"] == "better 1 better 1"
        assert editor("DELETE", f"{path}/splits/live").status == 204
        assert editor("POST", f"{versions}/{good}/demote?force=true").status == 200
        assert render(editor, "parent", x="1").status == 422
        # What cannot be rendered anyway keeps nobody.
        assert editor("DELETE", f"{path}/tags/beta").status == 204
        assert editor("POST", f"{versions}/{bad}/promote").status == 200

    def test_what_nobody_is_handed_out_keeps_no_pointer(self, registry: Registry) -> None:
        editor = registry.editor
        part = create(editor, "Base", "good {{.x}}")
        parent = create(editor, "Parent", refer("base"))
        _, bad = engage(editor, part)
        editor.promote(part["id"], bad)
        path = f"/v1/prompts/{part['id']}/versions/{bad}/promote"
        self.refuse(editor("POST", path), parent)
        number = write(editor, parent, "without").json["version"]["version"]
        editor.promote(parent["id"], number)
        self.refuse(editor("POST", path), parent)
        editor.promote(parent["id"], number)
        assert write(editor, parent, refer("base")).status == 201, "a draft"

        create(editor, "Other", refer("parent", "version=1"))
        self.refuse(editor("POST", path), parent)
        assert editor("POST", f"{path}?force=true").status == 200
        assert render(editor, "other").status == 422

    def test_archiving_leaves_the_pointer_at_what_fits(self, registry: Registry) -> None:
        editor = registry.editor
        part = create(editor, "Base", "old", engine="jinja")
        number = editor.create_version(part["id"], "new")["version"]
        editor.promote(part["id"], number, times=2)
        parent = create(editor, "Parent", refer("base", "label=latest"))
        path = f"/v1/prompts/{part['id']}/versions"

        self.refuse(editor("POST", f"{path}/{number}/archive"), parent)
        newest = editor.create_version(part["id"], "newest")["version"]
        editor.promote(part["id"], newest)
        assert editor("POST", f"{path}/{newest}/archive").status == 200
        assert render(editor, "parent").json["rendered"] == "new"

    def test_a_cycle_is_found_before_a_pointer_closes_it(self, registry: Registry) -> None:
        editor = registry.editor
        a = create(editor, "A", "a")
        c = create(editor, "C", "c")
        create(editor, "B", refer("a"))
        assert write(editor, c, refer("b")).status == 201
        assert write(editor, a, refer("c")).status == 201
        editor.promote(a["id"], 2, times=2)
        editor.promote(c["id"], 2)

        response = editor("POST", f"/v1/prompts/{c['id']}/versions/2/promote")
        assert response.status == 409
        assert "would include itself" in response.json["details"][0]["message"]

    def test_parents_that_are_damaged_keep_no_pointer(self, registry: Registry) -> None:
        editor = registry.editor
        part = create(editor, "Base", "good {{.x}}")
        parent = create(editor, "Parent", refer("base"))
        memory = Memory()
        for item in memory.list_items()["versions"]:
            if item["prompt_id"] == {"S": parent["id"]}:
                memory.put("versions", {**item, "content": {"S": "{"}})
        registry.forget()
        assert editor("POST", f"/v1/prompts/{part['id']}/versions/1/demote").status == 200

    def test_a_restricted_key_learns_nothing_of_other_prompts(self, registry: Registry) -> None:
        editor = registry.editor
        part = create(editor, "Base", "good {{.x}}")
        create(editor, "Parent", refer("base"))
        fields: Any = {"operation": "all", "team_ids": (registry.team_id,)}
        grant = Grant(name="one", prompt_ids=frozenset({part["id"]}), **fields)
        key = Client(registry.team_id, registry.create_key(grant), registry.cloud)
        response = key("POST", f"/v1/prompts/{part['id']}/versions/1/demote")
        assert response.status == 409
        assert "parent" not in response.text.lower().replace("another prompt", "")

    def test_what_is_not_decided_is_not_done(
        self, registry: Registry, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        editor, admin = registry.editor, registry.admin
        part = create(editor, "Base", "x")
        parents = [create(editor, f"Parent {number}", refer("base")) for number in range(4)]
        for parent in parents[:3]:
            assert admin("POST", f"/v1/prompts/{parent['id']}/delete").status == 204
        monkeypatch.setattr(store_compositions, "MAX_ENTRIES", 2)
        path = f"/v1/prompts/{part['id']}"
        for client, action in (
            (editor, "versions/1/demote"),
            (editor, "versions/1/archive"),
            (admin, "archive"),
        ):
            refusal = client("POST", f"{path}/{action}")
            assert (refusal.status, refusal.json["code"]) == (409, "included"), refusal.text
            assert client("POST", f"{path}/{action}?force=true").status == 200

    def test_what_includes_a_prompt_no_more_is_forgotten(self, registry: Registry) -> None:
        editor = registry.editor
        create(editor, "Base", "x")
        parent = editor.create_prompt("Parent")
        path = f"/v1/prompts/{parent['id']}/versions"

        def count() -> int:
            rows = Memory().list_items()["access"]
            return sum(row["entity"] == {"S": "inclusion"} for row in rows)

        for _ in range(3):
            assert write(editor, parent, refer("base")).status == 201
        assert count() == 3
        assert editor("PUT", f"{path}/1", {"template": "plain"}).status == 200
        assert count() == 2
        assert editor("DELETE", f"{path}/2").status == 204
        assert count() == 1
        editor.promote(parent["id"], 3)
        assert editor("POST", f"{path}/3/archive").status == 200
        assert count() == 0


def test_a_restricted_key_renders_what_its_prompt_includes_and_does_not_read_it(
    registry: Registry,
) -> None:
    editor = registry.editor
    part = create(editor, "Base", "x")
    parent = create(editor, "Parent", refer("base"))
    fields: Any = {"operation": "all", "team_ids": (registry.team_id,)}
    grant = Grant(name="one", prompt_ids=frozenset({parent["id"]}), **fields)
    key = Client(registry.team_id, registry.create_key(grant), registry.cloud)

    assert render(key, "parent").json["rendered"] == "x"
    assert key("GET", "/api/prompts/parent").json["prompt"] == "x"
    assert key("GET", f"/v1/prompts/{part['id']}/versions/1").status == 404
    response = write(key, parent, refer("base"))
    assert (response.status, response.json["code"]) == (400, "invalid_composition")


def test_what_a_shared_prompt_includes_is_read_by_other_teams(registry: Registry) -> None:
    editor, stranger = registry.editor, registry.stranger
    part = create(editor, "Base", "x", engine="text")
    body = {"handle": "shared", "prompt": f"{refer('base')}!", "scope": "ORGANIZATION"}
    assert editor("POST", "/api/prompts", body).status == 200

    assert stranger("GET", "/api/prompts/shared").json["prompt"] == "x!"
    assert [row["prompt"] for row in stranger("GET", "/api/prompts").json] == ["x!"]
    assert stranger("GET", f"/api/prompts/{part['id']}").status == 404
    prompt = stranger.create_prompt("Parent")
    assert write(stranger, prompt, refer("base")).status == 400


class TestCost:
    """A text without references costs nothing; others one batch a level, and at most two."""

    def list_calls(self, call: Callable[[], Response]) -> list[str]:
        with note_calls() as calls:
            assert call().status < 300
        return calls

    def test_without_references(self, registry: Registry) -> None:
        admin = registry.admin
        prompt = create(admin, "Plain", "x")
        path = f"/v1/prompts/{prompt['id']}"
        for call in (
            lambda: write(admin, prompt, "@@@langfusePrompt:name=x@@@"),
            lambda: admin("POST", f"{path}/versions/1/archive"),
            lambda: admin("POST", f"{path}/archive"),
            lambda: admin("POST", f"{path}/delete"),
        ):
            calls = self.list_calls(call)
            assert {*calls} <= {"GetItem", "TransactGetItems", "TransactWriteItems"}, calls
            assert calls.count("TransactWriteItems") == 1
            assert len(calls) <= 4

    def test_reads_of_each_level(self, registry: Registry) -> None:
        editor = registry.editor
        create(editor, "P0", "end")
        for depth in range(1, 5):
            tags = (refer(f"p{depth - 1}", label) for label in ("version=1", "label=production"))
            create(editor, f"P{depth}", "".join(tags))
        registry.forget()
        render(editor, "p0")  # the caller is remembered now

        calls = self.list_calls(lambda: render(editor, "p4"))
        assert calls == ["GetItem", "TransactGetItems"] + ["BatchGetItem"] * 4
        calls = self.list_calls(lambda: render(editor, "p4"))
        assert calls == ["GetItem"] + ["BatchGetItem"] * 4

    def test_reads_of_pointers(self, registry: Registry) -> None:
        editor = registry.editor
        create(editor, "P0", "end")
        create(editor, "P1", refer("p0") * 3 + refer("p0", "label=latest"))
        registry.forget()
        editor("GET", "/v1/prompts/nothing")  # the caller is remembered now

        calls = self.list_calls(lambda: render(editor, "p1"))
        assert calls == ["GetItem", "TransactGetItems"] + ["BatchGetItem"] * 2
        calls = self.list_calls(lambda: render(editor, "p1"))
        assert calls == ["GetItem", "BatchGetItem"]

    def test_drafts_on_top_of_what_is_latest_are_not_read(self, registry: Registry) -> None:
        editor = registry.editor
        part = create(editor, "P0", "end")
        for _ in range(60):
            editor.create_version(part["id"], "a draft")
        create(editor, "P1", refer("p0", "label=latest"))

        registry.forget()
        calls = self.list_calls(lambda: render(editor, "p1"))
        assert calls.count("BatchGetItem") == 2, calls
        editor.promote(part["id"], 50)
        assert editor("POST", f"/v1/prompts/{part['id']}/versions/50/archive").status == 200
        registry.forget()
        calls = self.list_calls(lambda: render(editor, "p1"))
        assert calls.count("BatchGetItem") <= 6, calls

    def test_lists_read_a_part_once(self, registry: Registry) -> None:
        editor = registry.editor
        create(editor, "Base", "x", engine="text")
        for number in range(12):
            body = {"handle": f"parent-{number}", "prompt": refer("base")}
            assert editor("POST", "/api/prompts", body).status == 200
        with note_calls() as calls:
            rows = editor("GET", "/api/prompts").json
        assert {row["prompt"] for row in rows} == {"x"}
        for number in range(12):
            body = {"prompt": "x", "commitMessage": ""}
            assert editor("PUT", f"/api/prompts/parent-{number}", body).status == 200
        with note_calls() as plain:
            editor("GET", "/api/prompts")
        assert len(calls) <= len(plain) + 2


def test_payloads_render_with_the_parts_before_a_version_goes_live(registry: Registry) -> None:
    editor, admin = registry.editor, registry.admin
    create(editor, "Base", "in {{.city}}")
    parent = editor.create_prompt("Parent")
    path = f"/v1/prompts/{parent['id']}"
    assert write(editor, parent, f"{{{{.name}}}} {refer('base')}").status == 201
    editor.promote(parent["id"], 1)
    payload = editor("POST", f"{path}/payloads", {"variables": {"name": "Ada"}}).json["payload"]
    rules = {"pointers": ["live"], "require_payloads": True}
    assert admin("PUT", f"/v1/teams/{registry.team_id}/protected", rules).status == 200

    response = admin("POST", f"{path}/versions/1/promote")
    assert (response.status, response.json["code"]) == (422, "payloads_failed")
    variables = {"variables": {"name": "Ada", "city": "Rome"}}
    assert editor("PUT", f"{path}/payloads/{payload['id']}", variables).status == 200
    assert admin("POST", f"{path}/versions/1/promote").status == 200
    assert render(editor, "parent", name="Ada", city="Rome").json["rendered"] == "Ada in Rome"


@pytest.mark.parametrize(
    ("selector", "is_allowed"),
    [
        ("version=1", True),
        ("label=production", True),
        ("label=prod", True),
        ("label=staging", False),
        ("label=latest", False),
    ],
)
@pytest.mark.parametrize("parents", [0, 1, 2])
def test_a_protected_pointer_follows_protected_pointers_only(
    registry: Registry, selector: str, parents: int, *, is_allowed: bool
) -> None:
    editor, admin = registry.editor, registry.admin
    part = create(editor, "Part", "part")
    for tag in ("prod", "staging"):
        path = f"/v1/prompts/{part['id']}/versions/1/tags"
        assert editor("POST", path, {"tag": tag}).status == 200
    name, reference = "part", refer("part", selector)
    for number in range(parents):
        name = f"parent {number}"
        parent = create(editor, name, reference)
        reference = refer(parent["slug"], "version=1")
    whole = editor.create_prompt("Whole")
    assert write(editor, whole, f"{reference}!").status == 201
    editor.promote(whole["id"], 1)
    rules = {"pointers": ["live", "prod"]}
    assert admin("PUT", f"/v1/teams/{registry.team_id}/protected", rules).status == 200

    path = f"/v1/prompts/{whole['id']}/versions/1"
    responses = [
        admin("POST", f"{path}/promote"),
        admin("POST", f"{path}/tags", {"tag": "prod"}),
        admin("POST", f"{path}/tags", {"tag": "free"}),
    ]

    assert [response.status for response in responses] == (
        [200] * 3 if is_allowed else [422, 422, 200]
    )
    if not is_allowed:
        error = responses[0].json
        assert error["code"] == "composition_failed"
        assert (error["details"][0]["reason"], error["details"][0]["name"]) == (
            "unprotected",
            "part",
        )
        assert "include it by its number, or by one of live, prod" in error["error"]
        assert render(editor, "whole").status == 404


def test_each_dialect_says_why_a_version_cannot_be_read(registry: Registry) -> None:
    editor = registry.editor
    part = create(editor, "Base", "x", engine="text")
    body = {"handle": "parent", "prompt": refer("base")}
    made = editor("POST", "/api/prompts", body).json
    editor.promote(made["id"], 1)
    assert registry.admin("POST", f"/v1/prompts/{part['id']}/delete?force=true").status == 204

    maxim = editor.use_credential(lambda key: {"x-maxim-api-key": key})
    for status, response in (
        (422, render(editor, "parent")),
        (422, editor("GET", "/api/prompts/parent")),
        (422, editor("GET", f"/prompt/{made['id']}/promoted-version")),
        (400, maxim("GET", f"/v1/prompts/versions?id={made['versionId']}")),
    ):
        assert response.status == status, response.text
        assert "parent -> base" in response.text
    for path in ("/api/prompts", "/api/prompts/parent/versions"):
        response = editor("GET", path)
        assert (response.status, response.json) == (200, [])
        assert response.headers["X-Unreadable-Items"] == f"versions/{made['id']}/1"
    assert read(editor, made)["version"]["template"] == refer("base")


def test_a_conversation_with_a_placeholder_is_shown_with_its_parts(registry: Registry) -> None:
    editor = registry.editor
    create(editor, "Greeting", "Hello {{.name}}")
    parent = editor.create_prompt("Talk")
    system = {"role": "system", "content": refer("greeting")}
    placeholder = {"type": "placeholder", "name": "history"}
    fields = {"messages": [system, placeholder, {"role": "user", "content": "{{.question}}"}]}
    response = editor("POST", f"/v1/prompts/{parent['id']}/versions", fields)
    assert response.status == 201, response.text
    editor.promote(parent["id"], 1)

    shown = [
        {"role": "system", "content": "Hello {{name}}"},
        {"role": "user", "content": "{{question}}"},
    ]
    langwatch = editor("GET", "/api/prompts/talk?version=1").json
    assert langwatch["messages"] == shown
    langfuse = use_pair(editor)("GET", "/api/public/v2/prompts/Talk?version=1").json
    assert langfuse["prompt"] == [shown[0], placeholder, shown[1]]
