"""What was live at a time, and where a tag pointed: from a prompt's history."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from infra.local.aws import build_table_name
from shared.store import aws
from shared.store.tables import TABLES
from tests.aws_calls import handle_event

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.client import Registry, Response

HISTORY = build_table_name(next(table for table in TABLES if table.name == "history"))
POINTERS = ("live", "latest", "prod", "canary")
BEFORE_ALL, AFTER_ALL = "2000-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z"


@dataclass(frozen=True, slots=True)
class Moment:
    """A time, and the numbers of the versions that the pointers were at."""

    time: str
    pointers: dict[str, int]


class Life:
    """A prompt through which much has gone, and what was live after each change."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self.path = f"/v1/prompts/{registry.editor.create_prompt()['id']}"
        self.moments: list[Moment] = []
        self.pointers: dict[str, int] = {}
        versions = f"{self.path}/versions"
        for number in (1, 2, 3):
            self.change("POST", versions, {"template": "x"}, latest=number)
        self.change("POST", f"{versions}/1/promote")
        self.change("POST", f"{versions}/1/tags", {"tag": "prod"}, prod=1)
        self.change("POST", f"{versions}/1/promote", live=1)
        self.change("PUT", self.path, {"description": "for the night shift"})
        self.change("POST", f"{versions}/2/promote")
        self.change("POST", f"{versions}/2/promote", live=2)
        self.change("POST", f"{versions}/2/tags", {"tag": "canary"}, canary=2)
        self.change("POST", f"{versions}/2/demote", live=None)
        self.change("POST", f"{versions}/2/promote", live=2)
        self.change("POST", f"{versions}/1/archive")
        self.change("POST", f"{versions}/2/archive", live=None)
        self.change("POST", f"{versions}/3/promote")
        self.change("POST", f"{versions}/3/tags", {"tag": "prod"}, prod=3)
        self.change("POST", f"{versions}/3/promote", live=3)
        self.change("POST", versions, {"template": "x"}, latest=4)
        self.change("POST", f"{versions}/4/tags", {"tag": "canary"}, canary=4)
        self.change("DELETE", f"{versions}/4", latest=3, canary=None)
        self.change("DELETE", f"{self.path}/tags/prod", prod=None)
        self.change("POST", f"{versions}/3/duplicate", latest=5)
        self.change("POST", f"{self.path}/archive")

    def change(self, method: str, path: str, body: Any = None, **pointers: int | None) -> None:
        """Change something, after which some pointers are elsewhere, or nowhere."""
        response = self.registry.admin(method, path, body)
        assert response.status < 300, f"{method} {path}: {response.text}"
        changes = self.pointers | pointers
        self.pointers = {name: number for name, number in changes.items() if number is not None}
        (event, *_) = self.registry.admin("GET", f"{self.path}/history?limit=1").json["events"]
        self.moments.append(Moment(event["at"], dict(self.pointers)))

    def ask(self, time: str, pointer: str = "live") -> Response:
        """Ask where a pointer was."""
        query = "" if pointer == "live" else f"&tag={pointer}"
        return self.registry.viewer("GET", f"{self.path}/at?time={time}{query}")

    def forget_what_was_live(self, events: Callable[[Sequence[Any]], Sequence[Any]]) -> None:
        """Make some events such as earlier releases wrote, which do not say what was live."""
        items = aws.get_dynamodb().scan(TableName=HISTORY)["Items"]
        own = [item for item in items if item["prompt_id"]["S"] == self.path.rpartition("/")[2]]
        self.registry.cloud.is_strict = False
        for item in events(sorted(own, key=lambda item: item["event"]["S"])):
            aws.get_dynamodb().put_item(
                TableName=HISTORY,
                Item={name: value for name, value in item.items() if name != "live_version"},
            )


@pytest.mark.parametrize(
    "old",
    [
        pytest.param(lambda events: [], id="events of this release"),
        pytest.param(lambda events: events, id="of an earlier one"),
        pytest.param(lambda events: events[: len(events) // 2], id="of both"),
        pytest.param(lambda events: events[::2], id="of both by turns, as during a deployment"),
    ],
)
def test_each_pointer_is_found_where_it_was_after_every_change(
    registry: Registry, old: Callable[[Sequence[Any]], Sequence[Any]]
) -> None:
    life = Life(registry)
    life.forget_what_was_live(old)

    for moment in life.moments:
        for pointer in POINTERS:
            response = life.ask(moment.time, pointer)
            number = moment.pointers.get(pointer)
            # What is deleted by now was somewhere all the same, but cannot be shown any more.
            if number is None or number == 4:
                assert response.status == 404, f"{pointer} at {moment}: {response.text}"
            else:
                assert response.json["version"]["version"] == number, f"{pointer} at {moment}"
                assert response.json["pointer"] == pointer
                assert response.json["at"] == moment.time


def test_a_version_that_was_deleted_since_is_named_as_such(registry: Registry) -> None:
    life = Life(registry)
    moment = next(moment for moment in life.moments if moment.pointers.get("canary") == 4)

    for pointer in ("canary", "latest"):
        response = life.ask(moment.time, pointer)
        assert response.status == 404
        assert "deleted" in response.error


def test_a_time_between_two_changes_shows_what_was_before(registry: Registry) -> None:
    life = Life(registry)

    assert life.ask(AFTER_ALL).json["version"]["version"] == 3
    assert life.ask(BEFORE_ALL).status == 404
    assert "live" in life.ask(BEFORE_ALL).error
    assert life.ask(AFTER_ALL, "never").status == 404


@pytest.mark.parametrize("year", ["0001", "0300", "0999", "1000", "1969"])
def test_nothing_was_live_before_there_was_a_registry(registry: Registry, year: str) -> None:
    life = Life(registry)

    assert life.ask(f"{year}-01-01T00:00:00Z").status == 404


@pytest.mark.parametrize(
    "time",
    [
        "2100-01-31",
        "2100-W05-6T00:00:00Z",
        "21000131T140500Z",
        "2100-01-31T14Z",
        "2100-01-31T14:05Z",
        "2100-01-31T14:05:00",
        "2100-01-31T14:05:00.Z",
        "2100-01-31T14:05:00,5Z",
        "2100-01-31T14:05:00%2B02",
        "2100-01-31T14:05:00%2B0200",
        "2100-01-31T14:05:00%00Z",
        "2100-02-30T14:05:00Z",
        "\u0662100-01-31T14:05:00Z",
    ],
)
def test_a_time_that_is_not_rfc_3339_is_refused(registry: Registry, time: str) -> None:
    response = Life(registry).ask(time)

    assert (response.status, response.error) == (
        400,
        "invalid time: must be RFC 3339 with a time zone, such as 2026-01-31T14:05:00Z",
    )


@pytest.mark.parametrize(
    "time",
    [
        "2026-11-27T12:00:00%2B01:00",
        "2026-11-27T12:00:00+01:00",
        "2026-11-27T11:00:00.000Z",
        "2026-11-27t11:00:00.000000000z",
    ],
)
def test_a_time_is_taken_in_any_zone(registry: Registry, time: str) -> None:
    prompt = registry.editor.create_prompt()

    response = registry.viewer("GET", f"/v1/prompts/{prompt['id']}/at?time={time}")

    assert response.error == "no version of this prompt was live at this time"


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?time=",
        "?time=yesterday",
        "?time=2026-11-27",
        "?time=2026-11-27T12:00:00",  # no zone: whose noon?
        "?time=2026-13-27T12:00:00Z",
        "?time=0001-01-01T00:00:00%2B14:00",
        "?time=%00",
        "?time=1764244800",
    ],
)
def test_what_is_no_time_is_said_to_be_none(registry: Registry, query: str) -> None:
    prompt = registry.editor.create_prompt()

    response = registry.viewer("GET", f"/v1/prompts/{prompt['id']}/at{query}")

    assert response.status == 400
    assert "time" in response.error
    assert "2026-" in response.error  # an example


def test_one_event_answers(registry: Registry) -> None:
    life = Life(registry)
    sizes: list[int] = []

    def note(parsed: Any, model: Any, **_: object) -> None:
        if model.name == "Query":
            sizes.append(len(parsed["Items"]))

    with handle_event("after-call", note, aws.get_dynamodb()):
        assert life.ask(AFTER_ALL).status == 200

    assert sizes == [1]
