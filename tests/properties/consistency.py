"""What must be true of the tables at every moment, checked on the stored items themselves.

Nothing of the code under test takes part, except that tables and keys are called what it calls
them. `Snapshot.take` works against anything that speaks DynamoDB and S3.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from infra.local.aws import BUCKET, build_table_name
from shared import exact_json
from shared.store import keys
from shared.store.tables import TABLES
from tests.properties.access_consistency import assert_access_consistent, assert_access_follows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_s3 import S3Client

    from tests.memory import Memory

Item = dict[str, Any]
KEY_NAMES = {
    table.name: [name for name, _ in filter(None, (table.partition, table.sort))]
    for table in TABLES
}
ID, TIME = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", r"\d{4}-\d\d-\d\dT[0-9:.]+Z"
TEAM, PERSON, HASH, ANY = f"team#{ID}", f"person#{ID}", "[0-9a-f]{64}", "(?s:.+)"
# All that is stored, by table and by what each item says that it is: the keys that it can have.
# Each kind is checked below, which a test compares with what all routes write.
KEYS: dict[str, dict[str, tuple[str, ...]]] = {
    "prompts": {"prompt": (ID,)},
    "versions": {"version": (f"{ID}/[1-9][0-9]*",)},
    "payloads": {"payload": (f"{ID}/{ID}",)},
    "history": {
        "event": (f"{ID}/{TIME}#{ID}",),
        "access_event": (f"{TEAM}/{TIME}#{ID}", f"organisation/{TIME}#{ID}"),
    },
    "lookups": {
        "name": (f"name#{ID}#[a-z]+#{ANY}", f"slug#{ID}#[a-z]+#{ANY}"),
        "version": (f"version#{ID}",),
        "answer": (f"idempotency#{ID}#{HASH}",),
    },
    "access": {
        "team": (f"{TEAM}/team",),
        "key": (f"key#{HASH}/key",),
        "ledger": (f"{TEAM}/ledger#(tags|folders)",),
        "directory": (
            f"{TEAM}/prompt#{TIME}#{ID}",
            f"{TEAM}/status#(active|archived)#{TIME}#{ID}",
            f"{TEAM}/changed#{TIME}#{ID}",
            f"{TEAM}/deleted#{TIME}#{ID}",
            f"{TEAM}/folder#{ID}#{TIME}#{ID}",
            f"{TEAM}/name#[^\0]*\0{ID}",
            f"{TEAM}/keyword#[0-9a-f]{{32}}#[^\0]*\0{ID}",
        ),
        "notice": (f"{TEAM}/deleted#{TIME}#{ID}",),
        "protection": (f"{TEAM}/protected",),
        "inclusion": (f"{TEAM}/inclusion#{ID}#{ID}#[0-9]{{10}}",),
        "release": (f"{TEAM}/release#{ID}#{ID}",),
        "api_key": (f"keys/{ID}",),
        "use": (f"usage#{ID}/day",),
        "organisation": ("organisation/organisation",),
        "person": (f"{PERSON}/person",),
        "listed_person": (f"people/{ID}",),
        "membership": (f"{PERSON}/team#{ID}",),
        "member": (f"{TEAM}/member#{ID}",),
        "session": (f"session#{HASH}/session",),
        "listed_session": (f"{PERSON}/session#{ID}",),
        "attempts": (f"attempt#{HASH}/attempts",),
        "quota": (f"quota#(key|team)#{ID}/[1-9][0-9]*",),
    },
}
CREATED, DELETED = "version.created", "version.deleted"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that is stored at one moment.

    Args:
        tables: the items of each table as plain values, by the name that the code gives the table.
        objects: the bucket's objects by key.
        users: the people of the user pool, by the names that it has for them.
    """

    tables: Mapping[str, Sequence[Item]]
    objects: Mapping[str, bytes]
    users: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def load(cls, memory: Memory) -> Snapshot:
        """Load what this process stores."""
        return cls(
            tables=memory.load_items(load_item),
            objects=memory.list_objects(),
            users=memory.list_users(),
        )

    @classmethod
    def take(cls, dynamodb: DynamoDBClient, s3: S3Client) -> Snapshot:
        """Not atomic: nobody may be writing meanwhile."""
        return cls(
            tables={table.name: list(_scan(dynamodb, build_table_name(table))) for table in TABLES},
            objects=dict(_objects(s3)),
        )

    def list_of(self, table: str, prompt_id: str) -> list[Item]:
        return [item for item in self.tables[table] if item["prompt_id"] == prompt_id]

    def get_head(self, prompt_id: str) -> Item:
        (head,) = self.list_of("prompts", prompt_id)
        return head

    def list_versions(self, prompt_id: str) -> dict[int, Item]:
        """By number."""
        return {item["version"]: item for item in self.list_of("versions", prompt_id)}

    def list_history(self, prompt_id: str) -> list[Item]:
        """Oldest first."""
        return sorted(self.list_of("history", prompt_id), key=lambda item: str(item["event"]))

    def list_audit(self, prompt_id: str) -> list[Item]:
        """What the audit logs of teams tell of a prompt."""
        return [
            item
            for item in self.tables["history"]
            if item["entity"] == "access_event" and item["subject"]["id"] == prompt_id
        ]

    def list_responses(self) -> list[Item]:
        """What was answered to calls with an idempotency key."""
        return [item for item in self.tables["lookups"] if item["entity"] == "answer"]

    def get_body(self, item: Item) -> str:
        """The body that an item holds or names."""
        if "content" in item:
            return str(item["content"])
        key = keys.build_content(item["content_hash"])
        assert key in self.objects, f"an item names {key}, which is not in the bucket"
        return self.objects[key].decode()

    def list_statuses(self, prompt_id: str) -> dict[int, str]:
        """By number, as callers see them."""
        live = self.get_head(prompt_id).get("live_version")
        return {
            number: "live" if number == live else item["stage"]
            for number, item in self.list_versions(prompt_id).items()
        }


def load_value(attribute: Mapping[str, Any]) -> Any:
    ((kind, value),) = attribute.items()
    match kind:
        case "N":
            return int(value)
        case "M":
            return {name: load_value(inner) for name, inner in value.items()}
        case "L":
            return [load_value(inner) for inner in value]
    return value


def load_item(item: Mapping[str, Any]) -> Item:
    """With the detail of an event read."""
    values = {name: load_value(attribute) for name, attribute in item.items()}
    if "detail" in values:
        values["detail"] = exact_json.decode(values["detail"])
    return values


def _scan(dynamodb: DynamoDBClient, table: str) -> Iterator[Item]:
    pages = dynamodb.get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
    for page in pages:
        for item in page["Items"]:
            yield load_item(item)


def _objects(s3: S3Client) -> Iterator[tuple[str, bytes]]:
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET):
        for entry in page.get("Contents", []):
            found = s3.get_object(Bucket=BUCKET, Key=entry["Key"])
            yield entry["Key"], found["Body"].read()


# -- one moment


def assert_consistent(snapshot: Snapshot) -> None:
    """Hold the invariants that can be seen in one moment, in all tables."""
    heads = {head["prompt_id"]: head for head in snapshot.tables["prompts"]}
    assert len(heads) == len(snapshot.tables["prompts"])
    for table, items in snapshot.tables.items():
        for item in items:
            find_kind(table, item)
    for table in ("versions", "payloads", "history"):
        owners = {
            item["prompt_id"] for item in snapshot.tables[table] if item["entity"] != "access_event"
        }
        assert owners <= heads.keys(), f"{table} without a prompt"
    for prompt_id, head in heads.items():
        _numbers(snapshot, head)
        _pointers(snapshot, head)
        _history(snapshot, head)
        _replay(snapshot, prompt_id)
        _settings(snapshot, head)
        _audit(snapshot, prompt_id)
    assert_access_consistent(snapshot)
    _ledgers(snapshot)
    _protections(snapshot)
    _releases(snapshot)
    _inclusions(snapshot)
    _lookups(snapshot)
    _directory(snapshot)
    _notices(snapshot)
    _bodies(snapshot)


def name_key(table: str, item: Item) -> str:
    """Both parts of an item's key as one text."""
    return "/".join(str(item[name]) for name in KEY_NAMES[table])


def find_kind(table: str, item: Item) -> str:
    """The pattern of an item's key, which there is one of for each kind of item."""
    key = name_key(table, item)
    patterns = KEYS[table].get(item["entity"], ())
    kinds = [pattern for pattern in patterns if re.fullmatch(pattern, key)]
    assert len(kinds) == 1, f"{key} in {table}: an item of a kind that nothing here checks"
    assert item["schema"] >= 1, f"{key} in {table} does not say how it was written"
    return kinds[0]


def _numbers(snapshot: Snapshot, head: Item) -> None:
    """Invariant 1: the numbers are 1 to n in order of creation, but for the erased drafts."""
    history = snapshot.list_history(head["prompt_id"])
    created = [event["detail"]["version"] for event in _events(history, CREATED)]
    erased = [event["detail"]["version"] for event in _events(history, DELETED)]
    assert created == [*range(1, head["last_version"] + 1)], "a number is missing or used twice"
    assert len(erased) == len(set(erased)), "a version was erased twice"
    present = sorted(snapshot.list_versions(head["prompt_id"]))
    assert present == sorted(set(created) - set(erased)), "versions are not those created"
    times = [
        item["created_at"] for _, item in sorted(snapshot.list_versions(head["prompt_id"]).items())
    ]
    assert times == sorted(times)


def _pointers(snapshot: Snapshot, head: Item) -> None:
    """Invariants 3 and 4: live names a stable version, and a tag an existing one."""
    versions = snapshot.list_versions(head["prompt_id"])
    live = head.get("live_version")
    if live is not None:
        assert live in versions, "the live version is missing"
        assert versions[live]["stage"] == "stable", f"live is {versions[live]['stage']}"
    assert {item["stage"] for item in versions.values()} <= {"draft", "stable", "archived"}
    for tag, number in head["tags"].items():
        assert number in versions, f"the tag {tag} names a version that is missing"
        assert tag not in ("live", "latest")
    for pointer, rows in head.get("splits", {}).items():
        target = live if pointer == "live" else head["tags"].get(pointer)
        assert rows[0][0] == target, f"{pointer} is split, and at another version"
        assert 1 < len(rows) <= 5
        assert sum(weight for _, weight in rows) == 10_000
        for number, weight in rows:
            assert versions[number]["stage"] == "stable", f"the split of {pointer} has a draft"
            assert weight > 0
    for item in versions.values():
        assert ("published_at" in item) or item["stage"] != "stable"
        assert not (item["stage"] == "draft" and "published_at" in item)


def _history(snapshot: Snapshot, head: Item) -> None:
    """The history has no gaps and no ties, and ends where the head is."""
    history = snapshot.list_history(head["prompt_id"])
    assert [event["sequence"] for event in history] == [*range(1, head["revision"] + 1)]
    times = [event["at"] for event in history]
    assert times == sorted(set(times)), "two events at once, or in the wrong order"
    assert times[-1] == head["changed_at"]
    assert len({event["event_id"] for event in history}) == len(history)
    for event in history:
        at, _, event_id = event["event"].partition("#")
        assert (at, event_id) == (event["at"], event["event_id"])
        assert {*event["by"]} >= {"id", "name"}, "an event without an author"
    # The stream publishes the events of the last write from the head; an inclusion has none.
    last = head["events"]
    assert last or head.get("inclusions", 0), "a write without an event"
    assert not last or [event["id"] for event in last] == [
        event["event_id"] for event in history[-len(last) :]
    ]


def _inclusions(snapshot: Snapshot) -> None:
    """What a version includes finds that version, and says in its head that it is included."""
    entries = [item for item in snapshot.tables["access"] if item["entity"] == "inclusion"]
    needed = set[str]()
    keys_of_entries = {item["sk"]: item["tags"] for item in entries}
    counts = Counter(item["sk"].split("#")[1] for item in entries)
    heads = {head["prompt_id"]: head for head in snapshot.tables["prompts"]}
    for version in snapshot.tables["versions"]:
        text = snapshot.get_body(version)
        if version["stage"] == "archived":  # for good
            continue
        for name, part_id in version.get("includes", {}).items():
            assert heads[part_id].get("inclusions", 0) >= counts[part_id] > 0
            key = f"inclusion#{part_id}#{version['prompt_id']}#{version['version']:010}"
            needed.add(key)
            for tag in keys_of_entries[key]:
                assert f"name={name}|" in tag or tag in text
    for item in entries:
        head = heads[item["sk"].split("#")[2]]
        # A prompt that was moved leaves its entries behind.
        is_at_home = item["pk"] == f"team#{head['team_id']}"
        assert item["sk"] in needed or not is_at_home, "an entry of what includes nothing"


def _audit(snapshot: Snapshot, prompt_id: str) -> None:
    """The audit logs of a prompt's teams have its events, from some release on."""
    copies = snapshot.list_audit(prompt_id)
    history = snapshot.list_history(prompt_id)
    assert {copy["event_id"] for copy in copies} <= {event["event_id"] for event in history}
    is_copied = False
    moves = [event["detail"] for event in history if event["kind"] == "prompt.moved"]
    team_id = moves[0]["from_team_id"] if moves else snapshot.get_head(prompt_id)["team_id"]
    for event in history:
        teams = {team_id}
        if event["kind"] == "prompt.moved":
            team_id = event["detail"]["to_team_id"]
            teams.add(team_id)
        same = [copy for copy in copies if copy["event_id"] == event["event_id"]]
        is_copied = is_copied or bool(same)
        if is_copied:
            assert {copy["prompt_id"] for copy in same} == {f"team#{name}" for name in teams}
            assert len(same) == len(teams)
        for copy in same:
            for name in ("event", "kind", "at", "detail"):
                assert copy[name] == event[name], f"the audit log has another {name}"
            assert copy["by"]["id"] == event["by"]["id"]


def _replay(snapshot: Snapshot, prompt_id: str) -> None:
    """All that can change of a prompt follows from its history."""
    head, state = snapshot.get_head(prompt_id), Replay()
    for event in snapshot.list_history(prompt_id):
        state.apply(event)
    assert state.live == head.get("live_version"), "history tells of another live version"
    assert state.tags == head["tags"], "history tells of other tags"
    assert state.splits == head.get("splits", {}), "history tells of other splits"
    assert state.waiting == head.get("waiting", {}), "history tells of other requests"
    assert state.status == head["status"], "history tells of another status"
    assert state.names == {"name": head["name"], "slug": head["slug"]}
    assert state.scope in (None, head["scope"]), "history tells of another scope"
    assert state.has_been_live == head.get("has_been_live", False)
    newest = state.newest_stable
    assert head.get("newest_stable", newest) == newest, "another version is the newest published"
    assert state.team_id in (None, head["team_id"]), "history tells of another team"
    stages = {number: item["stage"] for number, item in snapshot.list_versions(prompt_id).items()}
    assert state.stages == stages, "history tells of other stages"
    ids = {number: item["version_id"] for number, item in snapshot.list_versions(prompt_id).items()}
    assert {number: state.ids[number] for number in state.stages} == ids
    assert state.payloads == {
        item["payload_id"] for item in snapshot.list_of("payloads", prompt_id)
    }


class Replay:
    """The state that a history leads to, one event after the other."""

    def __init__(self) -> None:
        self.live: int | None = None
        self.tags: dict[str, int] = {}
        self.stages: dict[int, str] = {}
        self.ids: dict[int, str] = {}
        self.payloads: set[str] = set()
        self.splits: dict[str, list[list[int]]] = {}
        self.waiting: dict[str, str] = {}
        self.status = "active"
        self.names: dict[str, str] = {}
        self.scope: str | None = None
        self.has_been_live = False
        self.newest_stable = 0
        self.team_id: str | None = None

    def apply(self, event: Item) -> None:
        kind, detail = event["kind"], event["detail"]
        assert self.status != "deleted", f"{kind} of a prompt that was deleted"
        number = detail.get("version")
        if number is not None and kind != CREATED:
            assert number in self.stages, f"{kind} of a version that was not there"
            assert kind == "split.ended" or detail["version_id"] == self.ids[number]
        match kind:
            case "prompt.created" | "prompt.renamed":
                self.names = {name: detail[name] for name in ("name", "slug")}
                self.scope = detail.get("scope", self.scope)
            case "prompt.updated" | "prompt.configured":
                pass
            case "prompt.archived" | "prompt.restored" | "prompt.deleted":
                verb = kind.partition(".")[2]
                self.status = "active" if verb == "restored" else verb
            case "prompt.moved":
                assert self.team_id in (None, detail["from_team_id"])
                self.team_id = detail["to_team_id"]
            case "version.created":
                self.stages[number] = "draft"
                self.ids[number] = detail["version_id"]
            case "version.updated":
                assert self.stages[number] == "draft", "a version that was no draft was changed"
            case "version.annotated":
                pass
            case "version.promoted" if detail["status"] == "stable":
                assert self.stages[number] == "draft"
                self.stages[number] = "stable"
                self.newest_stable = max(self.newest_stable, number)
            case "version.promoted" | "version.rolled_back":
                assert self.stages[number] == "stable"
                assert detail["displaced_version"] == self.live, "displaced what was not live"
                assert number != self.live
                self.live = number
                self.has_been_live = True
            case "version.demoted":
                assert self.live == number
                self.live = None
            case "version.archived":
                assert self.stages[number] != "archived"
                self.stages[number] = "archived"
                self.live = None if self.live == number else self.live
            case "version.deleted":
                assert self.stages.pop(number) == "draft", "a version that was no draft was erased"
                self.tags = {tag: at for tag, at in self.tags.items() if at != number}
            case "tag.moved":
                assert detail["from_version"] == self.tags.get(detail["tag"])
                self.tags[detail["tag"]] = detail["to_version"]
            case "tags.moved":
                known = {tag: self.tags[tag] for tag in detail["tags"] if tag in self.tags}
                assert detail["from_versions"] == known
                assert len(detail["tags"]) > 1
                self.tags |= dict.fromkeys(detail["tags"], detail["to_version"])
            case "tag.removed":
                assert self.tags.pop(detail["tag"]) == detail["from_version"]
            case "split.set":
                rows = [[share["version"], share["weight"]] for share in detail["split"]]
                target = self.live if detail["pointer"] == "live" else self.tags[detail["pointer"]]
                assert rows[0][0] == target
                assert all(self.stages[version] == "stable" for version, _ in rows)
                self.splits[detail["pointer"]] = rows
            case "split.ended":
                assert self.splits.pop(detail["pointer"])[0][0] == detail["version"]
            case "release.requested":
                self.waiting[detail["release_id"]] = detail["pointer"]
            case "release.approved" | "release.rejected" | "release.withdrawn":
                assert self.waiting.pop(detail["release_id"]) == detail["pointer"]
            case "payload.created":
                self.payloads.add(detail["payload_id"])
            case "payload.updated":
                assert detail["payload_id"] in self.payloads
            case "payload.deleted":
                self.payloads.remove(detail["payload_id"])
            case _:
                raise AssertionError(f"an event of unknown kind: {kind}")
        if kind in ("prompt.moved", "prompt.deleted"):
            self.waiting = {}
        moved = {detail.get("tag"), *detail.get("tags", ())}
        self.splits = {  # a pointer that has moved is not split any more
            pointer: rows
            for pointer, rows in self.splits.items()
            if pointer not in moved
            and rows[0][0] == (self.live if pointer == "live" else self.tags.get(pointer))
        }
        assert event["live_version"] == (self.live or 0), "an event names another live version"


def _settings(snapshot: Snapshot, head: Item) -> None:
    """What Maxim's clients deploy is a version of the prompt, and has left draft."""
    versions = snapshot.list_versions(head["prompt_id"])
    deployments = exact_json.decode(head["settings"]).get("maxim", {}).get("deployments", [])
    for deployment in deployments:
        version = versions[deployment["number"]]
        assert version["version_id"] == deployment["versionId"]
        assert version["stage"] != "draft", "a draft is deployed"
    _assert_distinct(deployments, "id")


def _ledgers(snapshot: Snapshot) -> None:
    """A team's tags have names and pointers of their own, and its folders are in each other."""
    teams = {item["pk"] for item in snapshot.tables["access"] if item["entity"] == "team"}
    for item in snapshot.tables["access"]:
        if item["entity"] != "ledger":
            continue
        assert item["pk"] in teams, "a ledger without a team"
        assert item["revision"] >= 1
        entries = exact_json.decode(item["entries"])
        _assert_distinct(entries, "id")
        match item["sk"].partition("#")[2]:
            case "tags":
                _assert_distinct(entries, "name")
                _assert_distinct(entries, "pointer")
            case "folders":
                types = {entry["id"]: entry["entityType"] for entry in entries}
                for entry in entries:
                    parent = entry["parentId"]
                    assert parent is None or types.get(parent) == entry["entityType"]
            case name:
                raise AssertionError(f"a ledger of unknown kind: {name}")


def _protections(snapshot: Snapshot) -> None:
    """What a team protects is what the last entry about it in its audit log says."""
    for item in snapshot.tables["access"]:
        if item["entity"] != "protection":
            continue
        changes = _list_rules(snapshot, item["pk"])
        assert item["revision"] == len(changes), "rules without an entry in the audit log"
        for before, after in pairwise(
            [{"after": NO_RULES}, *(event["detail"] for event in changes)]
        ):
            assert before["after"] == after["before"], "the audit log has a gap"
        assert {name: item[name] for name in NO_RULES} == changes[-1]["detail"]["after"]


NO_RULES = {
    "pointers": [],
    "required_review": False,
    "require_payloads": False,
    "editors_roll_back": True,
}


def _list_rules(snapshot: Snapshot, partition: str) -> list[Item]:
    """The changes of a team's rules, oldest first."""
    changes = [
        item
        for item in snapshot.tables["history"]
        if item["prompt_id"] == partition and item["kind"] == "team.protected"
    ]
    return sorted(changes, key=lambda item: str(item["event"]))


def _releases(snapshot: Snapshot) -> None:
    """A request waits if the head of its prompt names it, and its events tell what became of it."""
    releases = [item for item in snapshot.tables["access"] if item["entity"] == "release"]
    waiting = {
        (item["prompt_id"], item["id"]): item["pointer"]
        for item in releases
        if item["status"] == "waiting"
    }
    heads = {head["prompt_id"]: head for head in snapshot.tables["prompts"]}
    for head in heads.values():
        for id, pointer in head.get("waiting", {}).items():
            assert waiting.pop((head["prompt_id"], id)) == pointer, "the head has another pointer"
    for prompt_id, id in waiting:
        all_kinds = {event["kind"] for event in snapshot.list_history(prompt_id)}
        # It stays with the team that its prompt has left.
        assert all_kinds & {"prompt.moved", "prompt.deleted"}, f"the head does not know {id}"
    for item in releases:
        kinds = [
            event["kind"]
            for event in snapshot.list_history(item["prompt_id"])
            if event["detail"].get("release_id") == item["id"]
        ]
        closing = [] if item["status"] == "waiting" else [f"release.{item['status']}"]
        assert kinds == ["release.requested", *closing], "its events tell something else"
        assert ("decided_by" in item) == ("decided_at" in item) == bool(closing)


def _assert_distinct(entries: Sequence[Item], field: str) -> None:
    values = [entry[field] for entry in entries]
    assert len({*values}) == len(values), f"two entries with the same {field}"


def _lookups(snapshot: Snapshot) -> None:
    """Names and ids are claimed exactly by what has them: no orphans, and nothing unclaimed."""
    wanted: dict[str, tuple[Any, ...]] = {}
    names, versions = 0, len(snapshot.tables["versions"])
    for head in snapshot.tables["prompts"]:
        if head["status"] != "deleted":
            place = head["team_id"], head["scope"]
            wanted[keys.build_name_claim(*place, head["name"])] = (head["prompt_id"], None)
            wanted[keys.build_slug_claim(*place, head["slug"])] = (head["prompt_id"], None)
            names += 2
            if head["scope"] == "organization":
                wanted[keys.build_shared_claim(head["slug"])] = (head["prompt_id"], None)
                names += 1
    for item in snapshot.tables["versions"]:
        wanted[keys.build_version_claim(item["version_id"])] = (item["prompt_id"], item["version"])
    assert len(wanted) == names + versions, "two things have the same name or id"
    heads = {head["prompt_id"]: head for head in snapshot.tables["prompts"]}
    for item in snapshot.tables["lookups"]:
        if "since" in item:
            head, kind = heads[item["prompt_id"]], item["key"].split("#")[0]
            since = head.get("claimed_at", {}).get(kind, head["created_at"])
            assert item["since"] == since, "a claim has another age than its prompt says"
    found = {
        item["key"]: (item["prompt_id"], item.get("version"))
        for item in snapshot.tables["lookups"]
        if item["entity"] != "answer"
    }
    assert found == wanted


def _directory(snapshot: Snapshot) -> None:
    """Invariant 5: every prompt stands exactly once in each list of its team that shows it."""
    entries = [
        (item["pk"], item["sk"])
        for item in snapshot.tables["access"]
        if item["entity"] == "directory"
    ]
    assert Counter(entries) == Counter(
        (place, entry)
        for head in snapshot.tables["prompts"]
        for entry in _list_entries(head)
        for place in _list_places(head, entry)
    )


def _notices(snapshot: Snapshot) -> None:
    """Invariant 5: a notice tells a team of a prompt that left it then, or that it has imported."""
    for item in snapshot.tables["access"]:
        if item["entity"] == "notice":
            _, at, prompt_id = item["sk"].split("#")
            team_id = snapshot.get_head(prompt_id)["team_id"]
            moves = _events(snapshot.list_history(prompt_id), "prompt.moved")
            left = {(f"team#{event['detail']['from_team_id']}", event["at"]) for event in moves}
            assert (item["pk"], at) in left or item["pk"] == f"team#{team_id}"


def _list_places(head: Item, entry: str) -> Iterator[str]:
    yield f"team#{head['team_id']}"
    if head["scope"] == "organization" and entry.startswith("changed#"):
        yield keys.SHARED_DIRECTORY


def _list_entries(head: Item) -> Iterator[str]:
    created, changed = (f"{head[at]}#{head['prompt_id']}" for at in ("created_at", "changed_at"))
    if head["status"] == "deleted":
        yield f"deleted#{changed}"
        return
    yield f"prompt#{created}"
    yield f"status#{head['status']}#{created}"
    if head["last_version"]:
        yield f"changed#{changed}"
        beginning = head["name"].encode(errors="surrogatepass")[: keys.NAME_BYTES]
        named = f"{beginning.decode(errors='ignore')}\0{head['prompt_id']}"
        yield f"name#{named}"
        for keyword in head.get("keywords", ()):
            digest = sha256(keyword.encode(errors="surrogatepass")).hexdigest()
            yield f"keyword#{digest[:32]}#{named}"
    if folder := exact_json.decode(head["settings"]).get("maxim", {}).get("folderId"):
        yield f"folder#{folder}#{created}"


def _bodies(snapshot: Snapshot) -> None:
    """Every body is there and is what its hash names; objects that nobody names are allowed."""
    for key, raw in snapshot.objects.items():
        assert key == keys.build_content(sha256(raw).hexdigest())
    answers = snapshot.list_responses()
    for item in (*snapshot.tables["versions"], *snapshot.tables["payloads"], *answers):
        body = snapshot.get_body(item)
        assert sha256(body.encode()).hexdigest() == item["content_hash"]
        if item["entity"] == "payload":
            assert isinstance(exact_json.decode(body), dict)
    for item in answers:
        assert 200 <= item["status"] < 300, "a failure was kept as the answer"


def _events(history: Iterable[Item], kind: str) -> list[Item]:
    return [event for event in history if event["kind"] == kind]


# -- two moments


def assert_follows(earlier: Snapshot, later: Snapshot) -> None:
    """Hold the invariants that speak of time: what must stay as it was."""
    for before in earlier.tables["prompts"]:
        prompt_id = before["prompt_id"]
        after = later.get_head(prompt_id)
        assert after["last_version"] >= before["last_version"], "n decreased"
        assert after["revision"] >= before["revision"]
        history = earlier.list_history(prompt_id)
        assert later.list_history(prompt_id)[: len(history)] == history, "history was rewritten"
        _sealed(earlier, later, prompt_id)
    audit = [item for item in earlier.tables["history"] if item["entity"] == "access_event"]
    assert all(item in later.tables["history"] for item in audit), "an audit log was rewritten"
    assert_access_follows(earlier, later)
    _protected_moves(earlier, later)
    for table, name in (("access", "sk"), ("lookups", "key")):
        kept = {_identify(item, name): item for item in later.tables[table]}
        for item in earlier.tables[table]:
            after_item = kept.get(_identify(item, name))
            if item["entity"] == "answer":
                assert after_item == item, f"what is stored of a {item['entity']} changed"
            elif item["entity"] == "ledger":
                assert after_item is not None
                assert after_item["revision"] >= item["revision"], "a ledger went back"


def _identify(item: Item, name: str) -> tuple[Any, ...]:
    return item.get("pk"), item[name]


def _protected_moves(earlier: Snapshot, later: Snapshot) -> None:
    """A protected pointer is moved only by whoever may, and by whom it was approved."""
    known = {event["event_id"] for event in earlier.tables["history"]}
    for head in later.tables["prompts"]:
        rules = [_get_rules(snapshot, head["team_id"]) for snapshot in (earlier, later)]
        history = later.list_history(head["prompt_id"])
        for number, event in enumerate(history):
            if event["event_id"] in known:
                continue
            for pointer in _list_moved(event, history[:number]):
                if not all(pointer in each["pointers"] for each in rules):
                    continue  # nobody knows which came first
                is_back = event["kind"] == "version.rolled_back" or (
                    event["kind"] == "split.ended" and pointer == "live"
                )
                is_way_back = is_back and any(
                    each["detail"].get("status") == "live"
                    and each["detail"]["version"] == event["detail"]["version"]
                    for each in history[:number]
                )
                assert (is_way_back and any(each["editors_roll_back"] for each in rules)) or any(
                    _may_move(snapshot, event["by"]["id"], head["team_id"], pointer)
                    for snapshot in (earlier, later)
                ), f"{event['by']} has moved {pointer}, which is protected"


def _get_rules(snapshot: Snapshot, team_id: str) -> Item:
    changes = _list_rules(snapshot, f"team#{team_id}")
    rules: Item = changes[-1]["detail"]["after"] if changes else NO_RULES
    return rules


def _list_moved(event: Item, before: Sequence[Item]) -> set[str]:
    """The pointers that an event moves, away from where they are or to where they were not."""
    kind, detail = event["kind"], event["detail"]
    live = (before[-1]["live_version"] or None) if before else None
    moved = set() if (event["live_version"] or None) == live else {"live"}
    if kind.startswith("split."):
        moved.add(detail["pointer"])
    if kind in ("tag.moved", "tag.removed"):
        moved.add(detail["tag"])
    return moved | {*(detail["tags"] if kind == "tags.moved" else ())}


def _may_move(snapshot: Snapshot, author: str, team_id: str, pointer: str) -> bool:
    access = snapshot.tables["access"]
    for key in (item for item in access if item["entity"] == "api_key" and item["id"] == author):
        return key["operation"] == "admin" or pointer in key.get("pointers", ())
    for person in (item for item in access if item["entity"] == "person" and item["id"] == author):
        return bool(person["is_organisation_admin"]) or any(
            (item["person_id"], item["pk"], item["role"]) == (author, f"team#{team_id}", "admin")
            for item in access
            if item["entity"] == "member"
        )
    return True  # an operator


def _sealed(earlier: Snapshot, later: Snapshot, prompt_id: str) -> None:
    """Invariants 1 and 2: no number comes back, and what left draft says the same for ever."""
    before, after = earlier.list_versions(prompt_id), later.list_versions(prompt_id)
    last = earlier.get_head(prompt_id)["last_version"]
    reused = {number for number in after if number <= last} - before.keys()
    assert not reused, f"numbers used again: {reused}"
    for number, version in before.items():
        if version["stage"] == "draft":
            continue
        assert number in after, f"version {number} was no draft, and is gone"
        assert after[number]["stage"] != "draft"
        if version["stage"] == "archived":
            assert after[number] == version, "an archived version changed"
        assert _said(later, after[number]) == _said(earlier, version), "sealed content changed"


def _said(snapshot: Snapshot, version: Item) -> tuple[Any, ...]:
    kept = ("version_id", "content_hash", "author", "message", "created_at")
    return (snapshot.get_body(version), *(version[name] for name in kept))


def list_kinds(before: Snapshot, after: Snapshot) -> list[str]:
    """The kinds of the events that lie between two moments, in order."""
    known = {event["event"] for event in before.tables["history"]}
    new = [
        event
        for event in after.tables["history"]
        if event["entity"] == "event" and event["event"] not in known
    ]
    return [event["kind"] for event in sorted(new, key=lambda item: str(item["event"]))]


def parse_time(text: str) -> datetime:
    """A time as the wire has it."""
    return datetime.fromisoformat(text)
