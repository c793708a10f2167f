"""Changes are published in the order of each prompt, at least once, whatever fails on the way."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from moto import mock_aws

from functions.events.publish_changes import lambda_handler, publish_changes
from infra.local.aws import build_table_name
from shared import exact_json, settings
from shared.domain import prompts, versions
from shared.domain.changes import Origin
from shared.domain.checks import DESCRIPTION_LENGTH, MESSAGE_LENGTH, NAME_LENGTH
from shared.domain.content import Content
from shared.domain.model import Author, Event, Prompt
from shared.domain.notices import MAX_BYTES, MAX_NOTICES, build_notice, split_batches
from shared.problems import Unavailable
from shared.settings import EventSettings
from shared.store import aws, items
from shared.store.publisher import Publisher, load_notices
from shared.store.tables import TABLES
from tests.aws_calls import handle_event
from tests.routes.scene import DRAFT, LIVE, STABLE, Scene

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from shared.domain.notices import Notice
    from tests.client import Registry

NOW = datetime(2026, 1, 2, 3, 4, 5, 6, UTC)
ADA = Author(id="8a3c0000-0000-4000-8000-000000000001", name="Ada")
LARGEST_ITEM = 400 * 1024
LARGEST_REQUEST = 256 * 1024


# -- what is told


def build_image(prompt: Prompt, *events: Event) -> dict[str, Any]:
    return items.dump_prompt(prompt, events)


def build_record(number: int, image: Mapping[str, Any] | None) -> dict[str, Any]:
    change: dict[str, Any] = {"SequenceNumber": str(number)}
    return {"eventName": "MODIFY", "dynamodb": change | ({"NewImage": image} if image else {})}


def read_heads(registry: Registry) -> dict[str, dict[str, Any]]:
    (table,) = (table for table in TABLES if table.streams)
    found = aws.get_dynamodb().scan(TableName=build_table_name(table), ConsistentRead=True)["Items"]
    return {item["prompt_id"]["S"]: item for item in found}


def list_notices(registry: Registry, prompt_id: str) -> list[dict[str, Any]]:
    record = build_record(1, read_heads(registry)[prompt_id])
    return [json.loads(told.detail) for told in load_notices(record)]


def test_a_change_is_told_with_who_when_and_where(registry: Registry, scene: Scene) -> None:
    sequence = int(read_heads(registry)[scene.id]["revision"]["N"])

    path = f"/v1/prompts/{scene.id}/versions/{STABLE}/tags"
    assert registry.editor("POST", path, {"tag": "canary"}).status == 200
    (told,) = list_notices(registry, scene.id)

    event = registry.viewer("GET", f"/v1/prompts/{scene.id}/history?limit=1").json["events"][0]
    assert told == {
        "id": event["id"],
        "sequence": sequence + 1,
        "event": "tag.moved",
        "at": told["at"],
        "by": event["by"],
        "team_id": registry.team_id,
        "prompt_id": scene.id,
        "slug": scene.prompt["slug"],
        # A tag that is new was nowhere before.
        "detail": {"tag": "canary", "to_version": STABLE},
        "live_version": LIVE,
    }
    assert datetime.fromisoformat(told["at"]) == datetime.fromisoformat(event["at"])


def test_the_stream_tells_what_the_history_tells(registry: Registry, scene: Scene) -> None:
    seen: list[Any] = []
    for method, path, body in (
        ("POST", f"versions/{DRAFT}/promote", None),
        ("POST", f"versions/{DRAFT}/promote", None),
        ("POST", "rollback", {"target_version": STABLE, "rollback_reason": "too terse"}),
        ("POST", "archive", None),
    ):
        answer = registry.admin(method, f"/v1/prompts/{scene.id}/{path}", body)
        assert answer.status == 200, answer.text
        seen += list_notices(registry, scene.id)

    history = registry.viewer("GET", f"/v1/prompts/{scene.id}/history?limit=4").json["events"]
    assert [told["event"] for told in seen] == [
        "version.promoted",
        "version.promoted",
        "version.rolled_back",
        "prompt.archived",
    ]
    for told, event in zip(seen, reversed(history), strict=True):
        detail = {name: value for name, value in event["detail"].items() if value is not None}
        assert (told["id"], told["sequence"]) == (event["id"], event["sequence"])
        assert told["detail"] == detail


def test_one_write_may_tell_several_events() -> None:
    origin = Origin(by=ADA, now=NOW)
    prompt = prompts.create(team_id="t", name="n", slug="n", origin=origin).after
    change = versions.create(prompt, Content(template="Hi"), origin, base=None, status="live")

    told = [*load_notices(build_record(7, build_image(change.after, *change.events)))]

    assert [one.kind for one in told] == ["version.created", *["version.promoted"] * 2]
    assert [json.loads(one.detail)["sequence"] for one in told] == [2, 3, 4]
    assert {one.record for one in told} == {"7"}


def test_an_item_from_before_it_told_and_one_that_went_tell_nothing() -> None:
    image = build_image(
        prompts.create(team_id="t", name="n", slug="n", origin=Origin(by=ADA)).after
    )
    del image["events"]

    assert [*load_notices(build_record(1, image)), *load_notices(build_record(2, None))] == []


# -- how large it may be


def measure(attribute: Mapping[str, Any]) -> int:
    """As DynamoDB counts. Source: its developer guide, "Item sizes and formats"."""
    ((kind, value),) = attribute.items()
    match kind:
        case "S":
            return len(value.encode())
        case "N":
            return len(value) // 2 + 2
        case "M":
            return 3 + sum(1 + len(name.encode()) + measure(part) for name, part in value.items())
        case "L":
            return 3 + sum(1 + measure(part) for part in value)
    return 1


def build_fullest_change(character: str) -> tuple[Prompt, Event]:
    """A rollback of the prompt that has as much of everything as a prompt may have."""
    encoded = len(exact_json.encode(character).encode()) - len('""')
    settings = {"x": character * ((prompts.SETTINGS_BYTES - len('{"x":""}')) // encoded)}
    prompt = Prompt(
        id=str(uuid4()),
        team_id=str(uuid4()),
        slug=character * NAME_LENGTH,
        name=character * NAME_LENGTH,
        description=character * DESCRIPTION_LENGTH,
        created_at=NOW,
        updated_at=NOW,
        changed_at=NOW,
        last_version=10**6,
        live_version=10**6,
        tags={f"{number:0>50}": 10**6 for number in range(prompts.TAGS_PER_PROMPT)},
        settings=settings,
    )
    by = Author(id=str(uuid4()), name=character * NAME_LENGTH)
    detail = {
        "version": 10**6,
        "version_id": str(uuid4()),
        "status": "live",
        "displaced_version": 10**6,
        "reason": character * MESSAGE_LENGTH,
    }
    event = Event(
        id=str(uuid4()),
        prompt_id=prompt.id,
        sequence=10**6,
        kind="version.rolled_back",
        at=NOW,
        by=by,
        detail=detail,
    )
    return prompt, event


def build_move_of_all_tags(prompt: Prompt, event: Event) -> Event:
    """A move of as many tags as may move at once, all of which named another version before."""
    before = dict([*prompt.tags.items()][: prompts.TAGS_PER_EVENT])
    detail = {"tags": [*before], "from_versions": before, "to_version": 10**6}
    return replace(event, kind="tags.moved", detail=detail)


@pytest.mark.parametrize("character", ["x", "\x01", "ÿ", "\U0001f3ad"])
@pytest.mark.parametrize("moves_tags", [False, True])
def test_what_a_prompt_tells_fits_into_its_item_and_into_one_request(
    moves_tags: bool, character: str
) -> None:
    prompt, event = build_fullest_change(character)
    if moves_tags:
        event = build_move_of_all_tags(prompt, event)
    image = build_image(prompt, event)

    (told,) = load_notices(build_record(1, image))

    assert sum(len(name.encode()) + measure(value) for name, value in image.items()) < LARGEST_ITEM
    assert told.size < MAX_BYTES < LARGEST_REQUEST


PROMPTS = st.sampled_from("abcd")


@given(st.lists(st.tuples(PROMPTS, st.integers(1, MAX_BYTES)), max_size=60))
def test_portions_keep_the_order_and_part_what_is_of_one_prompt(
    told: list[tuple[str, int]],
) -> None:
    given_notices = [
        build_sized_notice(prompt, number, size=size) for number, (prompt, size) in enumerate(told)
    ]

    made = list(split_batches(given_notices))

    assert [one for portion in made for one in portion] == given_notices
    for portion in made:
        assert 0 < len(portion) <= MAX_NOTICES
        assert len({one.prompt_id for one in portion}) == len(portion)
        assert len(portion) == 1 or sum(one.size for one in portion) <= MAX_BYTES


def build_sized_notice(prompt: str, number: int, *, size: int) -> Notice:
    event = Event(
        id=str(number), prompt_id=prompt, sequence=number, kind="k", at=NOW, by=ADA, detail={}
    )
    told = build_notice(event, record=str(number), team_id="t", slug="s")
    return type(told)(record=told.record, prompt_id=prompt, kind="k", at=NOW, detail="x" * size)


# -- at least once, and in order


@dataclass
class Bus(Publisher):
    """EventBridge and the queue, failing as they are told to.

    Args:
        failures: what becomes of the next notices, one by one; then all goes well.
    """

    failures: list[str | None] = field(default_factory=list)
    delivered: list[tuple[str, int]] = field(default_factory=list)
    aside: list[str] = field(default_factory=list)

    def publish(self, notices: Sequence[Notice]) -> list[str | None]:
        answers = [self.failures.pop(0) if self.failures else None for _ in notices]
        if "down" in answers:
            raise Unavailable
        for told, answer in zip(notices, answers, strict=True):
            if answer in (None, "dies"):
                detail = json.loads(told.detail)
                self.delivered.append((told.prompt_id, detail["sequence"]))
        if "dies" in answers:
            raise KeyboardInterrupt  # the process is gone, or out of time
        return answers

    def queue_unpublishable(self, record: Mapping[str, Any], reason: str) -> None:
        self.aside.append(record["dynamodb"]["SequenceNumber"])


def follow(stream: Sequence[dict[str, Any]], bus: Bus, *, batch: int) -> None:
    """What Lambda does with a shard: batch after batch, each again until it is through."""
    at = 0
    while at < len(stream):
        records = stream[at : at + batch]
        places = [record["dynamodb"]["SequenceNumber"] for record in records]
        try:
            goes_on = publish_changes(records, bus)
        except KeyboardInterrupt:
            continue
        at += len(records) if goes_on is None else places.index(goes_on)


def build_stream(writes: Sequence[tuple[str, int]]) -> list[dict[str, Any]]:
    """Build the stream records of writes.

    Args:
        writes: the prompt that each was about, and how many events it had.
    """
    revisions: dict[str, int] = {}
    stream = []
    for number, (prompt_id, count) in enumerate(writes):
        before = revisions.get(prompt_id, 0)
        revisions[prompt_id] = before + count
        events = [
            Event(
                id=f"{prompt_id}{sequence}",
                prompt_id=prompt_id,
                sequence=sequence,
                kind="prompt.updated",
                at=NOW,
                by=ADA,
                detail={},
            )
            for sequence in range(before + 1, before + count + 1)
        ]
        prompt = Prompt(
            id=prompt_id,
            team_id="t",
            slug="s",
            name="n",
            created_at=NOW,
            updated_at=NOW,
            changed_at=NOW,
        )
        stream.append(build_record(number, build_image(prompt, *events)))
    return stream


WRITES = st.lists(st.tuples(PROMPTS, st.integers(1, 3)), max_size=30)
FAILURES = st.lists(
    st.sampled_from([None, None, None, "InternalFailure", "ThrottlingException", "down", "dies"]),
    max_size=60,
)


@hypothesis_settings(max_examples=300)
@given(WRITES, FAILURES, st.integers(1, 12))
def test_nothing_is_lost_and_nothing_overtakes_whatever_fails(
    writes: list[tuple[str, int]], failures: list[str | None], batch: int
) -> None:
    bus = Bus(failures=[*failures])

    follow(build_stream(writes), bus, batch=batch)

    last: dict[str, int] = {}
    for prompt_id, sequence in bus.delivered:
        # Either it was there before, or it is the very next one of its prompt.
        assert sequence <= last.get(prompt_id, 0) + 1, f"{prompt_id} skips to {sequence}"
        last[prompt_id] = max(sequence, last.get(prompt_id, 0))
    expected: dict[str, int] = {}
    for prompt_id, count in writes:
        expected[prompt_id] = expected.get(prompt_id, 0) + count
    assert last == expected
    assert bus.aside == []


def test_without_failures_everything_is_told_once() -> None:
    bus = Bus()

    follow(build_stream([("a", 1), ("b", 2), ("a", 1)]), bus, batch=10)

    assert bus.delivered == [("a", 1), ("b", 1), ("b", 2), ("a", 2)]


@pytest.mark.parametrize(
    "broken",
    [
        {"prompt_id": {"S": "b"}},
        {"prompt_id": {"S": "b"}, "team_id": {"S": "t"}, "slug": {"N": "1"}},
        {"prompt_id": {"S": "b"}, "team_id": {"S": "t"}, "slug": {"S": "s"}, "events": {"L": [{}]}},
        {"prompt_id": {"S": "b"}, "team_id": {"S": "t"}, "slug": {"S": "s"}, "events": {"L": 1}},
        {"prompt_id": "b"},
    ],
)
def test_a_record_that_cannot_be_read_is_set_aside_and_holds_up_nothing(
    broken: dict[str, Any],
) -> None:
    before, after = build_stream([("a", 1), ("a", 1)])
    after["dynamodb"]["SequenceNumber"] = "2"
    bus = Bus()

    follow([before, build_record(1, broken), after], bus, batch=10)

    assert bus.delivered == [("a", 1), ("a", 2)]
    assert bus.aside == ["1"]


def test_an_event_that_the_bus_will_never_take_is_set_aside() -> None:
    bus = Bus(failures=["MalformedDetail"])

    follow(build_stream([("a", 1), ("a", 1)]), bus, batch=10)

    assert bus.delivered == [("a", 2)]
    assert bus.aside == ["0"]


def test_what_comes_after_a_failure_is_not_set_aside_at_every_try() -> None:
    stream = [*build_stream([("a", 1)]), build_record(1, {"prompt_id": "b"})]
    bus = Bus(failures=["InternalFailure"] * 5)

    follow(stream, bus, batch=10)

    assert bus.aside == ["1"]


# -- through AWS


@pytest.fixture
def entries(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """What EventBridge takes in."""
    for name, value in {
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_DEFAULT_REGION": "us-east-1",
        "EVENT_BUS": f"cuebook-{uuid4()}",
    }.items():
        monkeypatch.setenv(name, value)
    clients = (aws.get_eventbridge, aws.get_sqs, settings.get_event_settings)
    for client in clients:
        client.cache_clear()
    entries: list[Any] = []

    def note(params: Mapping[str, Any], **_: object) -> None:
        entries.extend(params["Entries"])

    with mock_aws():
        monkeypatch.setenv(
            "UNPUBLISHED_QUEUE", aws.get_sqs().create_queue(QueueName="unpublished")["QueueUrl"]
        )
        aws.get_eventbridge().create_event_bus(Name=settings.get_event_settings().event_bus)
        event = "before-parameter-build.*.PutEvents"
        with handle_event(event, note, aws.get_eventbridge()):
            yield entries
    for client in clients:
        client.cache_clear()


def build_version_record(number: int) -> dict[str, Any]:
    origin = Origin(by=ADA, now=NOW)
    prompt = prompts.create(team_id="t", name="n", slug="n", origin=origin).after
    change = versions.create(prompt, Content(template="Hi"), origin, base=None, status="stable")
    return build_record(number, build_image(change.after, *change.events))


def test_an_event_can_be_chosen_by_its_source_and_kind(entries: list[Any]) -> None:
    answer = lambda_handler({"Records": [build_version_record(1)]}, None)

    assert answer == {"batchItemFailures": []}
    assert [entry["DetailType"] for entry in entries] == ["version.created", "version.promoted"]
    for entry in entries:
        assert (entry["EventBusName"], entry["Source"]) == (
            settings.get_event_settings().event_bus,
            "cuebook",
        )
        detail = json.loads(entry["Detail"])
        assert detail["event"] == entry["DetailType"]
        assert datetime.fromisoformat(detail["at"]) == entry["Time"]


def test_what_cannot_be_read_lies_in_the_queue_with_the_reason(
    entries: list[Any],
) -> None:
    broken = build_record(2, {"prompt_id": {"S": "p"}})

    assert lambda_handler({"Records": [broken]}, None) == {"batchItemFailures": []}

    queue = settings.get_event_settings().unpublished_queue
    (message,) = aws.get_sqs().receive_message(QueueUrl=queue)["Messages"]
    assert json.loads(message["Body"]) == {"reason": "KeyError: 'team_id'", "record": broken}


def test_while_aws_is_busy_the_batch_goes_on_from_there_later(entries: list[Any]) -> None:
    error = {"Error": {"Code": "ThrottlingException", "Message": ""}}

    def fail(**_: object) -> object:
        return AWSResponse("", 400, HTTPHeaders(), None), error

    records = [build_version_record(5), build_version_record(6)]
    with handle_event("before-call.*.PutEvents", fail, aws.get_eventbridge()):
        answer = lambda_handler({"Records": records}, None)

    assert answer == {"batchItemFailures": [{"itemIdentifier": "5"}]}


def test_settings_of_the_publisher_are_named_when_they_are_missing() -> None:
    with pytest.raises(settings.MissingSettingError, match="EVENT_BUS, UNPUBLISHED_QUEUE"):
        EventSettings.load({})
