"""What the client does with prompts besides using them."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from cuebook import (
    AsyncCuebook,
    ConfigurationError,
    ConflictError,
    Cuebook,
    InvalidRequestError,
    NotFoundError,
    UnavailableError,
)
from cuebook._effects import Response, Send
from cuebook._operations import Listing, Operation
from cuebook._requests import load_with_etag
from cuebook.management import Management, _Operations
from shared.routes import NATIVE, ROUTES
from tests.python_client.conftest import KEY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.client import Registry
    from tests.python_client.gateway import Gateway

# What each operation is called with.
ARGUMENTS: dict[str, tuple[Any, ...]] = {
    "teams": (),
    "prompts": ("team",),
    "prompts_page": ("team",),
    "prompt": ("greeting",),
    "read": ("greeting",),
    "create_prompt": ("team", "Greeting"),
    "change_prompt": ("greeting",),
    "archive_prompt": ("greeting",),
    "restore_prompt": ("greeting",),
    "delete_prompt": ("greeting",),
    "delete_version": ("greeting", 3),
    "versions": ("greeting",),
    "version": ("greeting", 1),
    "read_version": ("greeting",),
    "create_version": ("greeting", "Hello"),
    "check": ("Hello",),
    "promote": ("greeting", 1),
    "demote": ("greeting",),
    "archive_version": ("greeting", 1),
    "rollback": ("greeting",),
    "diff": ("greeting", 1, "live"),
    "set_tag": ("greeting", 1, "canary"),
    "remove_tag": ("greeting", "canary"),
    "get_split": ("greeting",),
    "set_split": ("greeting", {1: 5000, 2: 5000}),
    "end_split": ("greeting",),
    "payloads": ("greeting",),
    "create_payload": ("greeting", "usual", {"name": "Ada"}),
    "delete_payload": ("greeting", "payload"),
    "history": ("greeting",),
    "usage": ("greeting",),
    "render_remote": ("greeting",),
    "api_keys": (),
    "create_api_key": ("a service", ["team"]),
    "revoke_api_key": ("key",),
}
OPERATIONS = {
    name: value
    for name, value in vars(_Operations).items()
    if isinstance(value, Operation | Listing)
}


def test_each_operation_calls_a_route_of_the_service() -> None:
    routes = [
        (route.method, re.compile(re.sub(r"\{\w+\}", "[^/]+", route.path) + r"(\?.*)?"))
        for route in ROUTES
        if route.dialect == NATIVE
    ]
    owner = Cuebook("http://localhost", KEY).manage

    assert OPERATIONS.keys() == ARGUMENTS.keys()
    for name, arguments in ARGUMENTS.items():
        program: Any = OPERATIONS[name]._build(owner, *arguments)
        request = next(program(None) if callable(program) else program)

        assert any(
            request.method == method and path.fullmatch(request.path) for method, path in routes
        ), (name, request)


def test_both_clients_have_the_same_operations() -> None:
    first = Cuebook("http://localhost", KEY).manage
    second = AsyncCuebook("http://localhost", KEY).manage

    for name in OPERATIONS:
        assert getattr(first, name).__doc__ == getattr(second, name).__doc__ != ""


def test_a_prompt_is_written_released_and_taken_back(
    manage: Management, registry: Registry
) -> None:
    made = manage.create_prompt(registry.team_id, "Order Confirmation", description="of orders")
    first = manage.create_version("order_confirmation", "Thanks, {{.name}}!", message="first")
    manage.create_version(made["id"], "Thank you, {{.name}}!", model="m", params={"n": 1})
    states = [
        manage.promote("order_confirmation", number)["status"]
        for number in (1, 2)
        for _ in range(2)
    ]

    assert (first["version"], first["status"]) == (1, "draft")
    assert states == ["stable", "live"] * 2
    assert manage.set_tag("order_confirmation", 1, "canary")["tags"] == ["canary"]
    assert "-Thanks, {{.name}}!" in manage.diff("order_confirmation", 1, "live")["diff"]
    assert manage.rollback("order_confirmation", reason="too stiff")["version"] == 1
    assert next(manage.history("order_confirmation"))["detail"]["reason"] == "too stiff"
    rendering = manage.render_remote("order_confirmation", {"name": "Ada"})
    assert rendering["rendered"] == "Thanks, Ada!"
    assert [row["version"] for row in manage.versions("order_confirmation")] == [2, 1]
    assert manage.version("order_confirmation", "canary")["template"] == "Thanks, {{.name}}!"
    (row,) = manage.prompts(registry.team_id, q="confirmation", with_live=True)
    assert row["live"]["version"] == 1


def test_a_write_happens_only_to_what_was_read(manage: Management, registry: Registry) -> None:
    manage.create_prompt(registry.team_id, "Greeting")
    empty = manage.read("greeting")
    assert (empty["prompt"]["name"], empty["version"]) == ("Greeting", None)
    manage.create_version("greeting", "one", if_match=empty["etag"])
    first, version = manage.read("greeting"), manage.read_version("greeting")
    assert first["version"] == version["version"] == manage.version("greeting", 1)
    manage.create_version("greeting", "two", if_match=first["etag"])

    writes: tuple[Callable[[], object], ...] = (
        lambda: manage.create_version("greeting", "three", if_match=first["etag"]),
        lambda: manage.change_prompt("greeting", description="d", if_match=first["etag"]),
        lambda: manage.promote("greeting", "latest", if_match=version["etag"]),
    )
    for write in writes:
        with pytest.raises(ConflictError) as caught:
            write()
        assert (caught.value.status, caught.value.code) == (412, "precondition_failed")
    newest, version = manage.read("greeting"), manage.read_version("greeting")
    manage.change_prompt("greeting", description="d", if_match=newest["etag"])
    manage.promote("greeting", "latest", if_match=version["etag"])
    assert (newest["version"]["template"], manage.version("greeting", 2)["status"]) == (
        "two",
        "stable",
    )


def test_a_response_without_an_etag_is_none_of_the_service() -> None:
    with pytest.raises(UnavailableError, match="in an unknown form"):
        load_with_etag(Response(200, {}, b"{}"), "GET /v1/prompts/greeting")


def test_splits_payloads_and_tags(manage: Management, registry: Registry) -> None:
    manage.create_prompt(registry.team_id, "Greeting")
    for number, text in enumerate(("one {{.name}}", "two {{.name}}"), 1):
        manage.create_version("greeting", text)
        manage.promote("greeting", number)
    manage.promote("greeting", 1)

    manage.set_split("greeting", {1: 9000, 2: 1000})
    assert [share["weight"] for share in manage.get_split("greeting")["split"]] == [9000, 1000]
    manage.end_split("greeting")
    payload = manage.create_payload("greeting", "usual", {"name": "Ada"})
    assert [row["name"] for row in manage.payloads("greeting")] == ["usual"]
    rendering = manage.render_remote("greeting", selector=2, payload_id=payload["id"])
    assert rendering["rendered"] == "two Ada"
    manage.delete_payload("greeting", payload["id"])
    assert [*manage.payloads("greeting")] == []
    manage.set_tag("greeting", 2, "canary")
    manage.remove_tag("greeting", "canary")
    manage.demote("greeting")
    manage.archive_prompt("greeting")
    assert manage.prompt("greeting")["status"] == "archived"
    manage.restore_prompt("greeting")
    assert manage.change_prompt("greeting", new_name="Hello")["name"] == "Hello"
    manage.delete_prompt("greeting")
    with pytest.raises(NotFoundError):
        manage.prompt("greeting")


def test_pages_are_asked_for_one_by_one(
    manage: Management, gateway: Gateway, registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        manage.create_prompt(registry.team_id, f"Prompt {number}")
    monkeypatch.setattr("cuebook.management.ROWS", 2)
    gateway.requests.clear()

    rows = manage.prompts(registry.team_id)
    assert gateway.requests == []
    assert [next(rows)["name"] for _ in range(2)] == ["Prompt 4", "Prompt 3"]
    assert len(gateway.requests) == 1
    assert [row["name"] for row in rows] == ["Prompt 2", "Prompt 1", "Prompt 0"]
    assert len(gateway.requests) == 3
    page = manage.prompts_page(registry.team_id)
    page = manage.prompts_page(registry.team_id, page["next_cursor"])
    assert [row["name"] for row in page["prompts"]] == ["Prompt 2", "Prompt 1"]


def test_a_text_is_checked_before_it_is_a_version(manage: Management, registry: Registry) -> None:
    manage.create_prompt(registry.team_id, "Greeting")
    manage.create_version("greeting", "Hi", engine="jinja")

    result = manage.check("Hi {{ name }}", name="greeting", variables={"name": "Ada"})
    broken = manage.check(messages=[{"role": "user", "content": "a\n{{if}}"}], engine="go")

    assert (result["engine"], result["rendering"]) == ("jinja", {"rendered": "Hi Ada"})
    (error,) = broken["errors"]
    assert (error["path"], error["line"]) == ("messages[0].content", 2)
    assert len([*manage.versions("greeting")]) == 1
    with pytest.raises(ConfigurationError):
        manage.check()


def test_an_error_says_nothing_twice(manage: Management, registry: Registry) -> None:
    manage.create_prompt(registry.team_id, "Greeting")

    with pytest.raises(InvalidRequestError) as caught:
        manage.create_version("greeting", "a\n{{if}}")

    assert str(caught.value).count("missing value for if") == 1
    assert caught.value.details[0]["line"] == 2


def test_a_list_that_never_ends_is_an_error(
    manage: Management, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = json.dumps({"events": [{}], "next_cursor": "again"}).encode()
    monkeypatch.setattr(gateway, "perform", lambda effect: Response(200, {}, page))

    with pytest.raises(UnavailableError, match="cursor"):
        list(manage.history("greeting"))


@pytest.mark.parametrize("body", ["[]", "1", '"x"', "{}", '{"prompt": null, "events": null}'])
def test_a_response_of_another_service_is_an_error_of_the_client(
    body: str, manage: Management, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway, "perform", lambda effect: Response(200, {}, body.encode()))
    # What they return is the whole object; without one there is nothing to return.
    whole = {"prompts_page", "diff", "get_split", "set_split", "render_remote", "create_api_key"}
    whole |= {"check", "usage"}
    whole |= {name for name in OPERATIONS if name.startswith(("delete", "remove", "end", "revoke"))}
    for name in OPERATIONS.keys() - (whole if body.startswith("{") else set()):
        with pytest.raises(UnavailableError, match="in an unknown form"):
            list(getattr(manage, name)(*ARGUMENTS[name]))  # a listing asks while it is read


def test_a_write_is_made_once_whose_response_was_lost(
    manage: Management, gateway: Gateway, registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    perform = gateway.perform
    faults: Iterator[bool] = iter([True])

    def lose_response(effect: Any) -> Any:
        response = perform(effect)
        is_lost = isinstance(effect, Send) and next(faults, False)
        return Response(502, {}, b"<html>") if is_lost else response

    monkeypatch.setattr(gateway, "perform", lose_response)
    manage.create_prompt(registry.team_id, "Greeting")

    assert [row["name"] for row in manage.prompts(registry.team_id)] == ["Greeting"]
    with pytest.raises(ConflictError):
        manage.create_prompt(registry.team_id, "Greeting")


def test_what_is_held_is_forgotten_when_it_is_changed(cues: Cuebook, registry: Registry) -> None:
    cues.manage.create_prompt(registry.team_id, "Greeting")
    with pytest.raises(NotFoundError):
        cues.get("greeting")
    cues.manage.create_version("greeting", "Hello")
    for _ in range(2):
        cues.manage.promote("greeting", 1)

    assert cues.get("greeting").template == "Hello"


def test_what_names_no_version_is_refused(manage: Management) -> None:
    for selector in ("", "\ud800"):
        with pytest.raises(ConfigurationError, match="names no version"):
            manage.version("greeting", selector)
        with pytest.raises(ConfigurationError, match="names no version"):
            manage.read("greeting", selector)
        with pytest.raises(ConfigurationError, match="names no version"):
            manage.diff("greeting", "live", selector)


@pytest.mark.parametrize("name", ["", ".", "..", None])
def test_what_names_nothing_is_refused(name: Any, manage: Management) -> None:
    with pytest.raises(ConfigurationError):
        manage.prompt(name)


@pytest.mark.parametrize(
    "name", [name for name, arguments in ARGUMENTS.items() if arguments[:1] == ("greeting",)]
)
def test_a_prompt_that_does_not_exist_is_not_found(name: str, manage: Management) -> None:
    def call() -> None:
        result = getattr(manage, name)(*ARGUMENTS[name])
        next(result)  # of a list, which asks for nothing before

    with pytest.raises(NotFoundError):
        call()
