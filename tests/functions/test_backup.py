"""A team goes into a file and from there into another deployment, whatever comes in between."""

from __future__ import annotations

import json
import random
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from infra.backup.__main__ import parse_moment, replace_tables
from infra.backup.archive import Archive
from infra.backup.errors import BackupError
from infra.backup.restore import restore_tables
from infra.backup.team import Team
from infra.backup.transfer import export_team, import_team
from infra.local.aws import create_tables
from shared.domain.access import Grant
from shared.domain.access_events import OPERATOR
from shared.domain.changes import Origin
from shared.settings import get_settings
from shared.store import attributes, aws
from shared.store.dynamodb import Database
from shared.store.items import NOTICE
from shared.store.store import Store
from shared.store.tables import TABLES
from tests.routes.roles import refer
from tests.routes.scene import Scene

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from infra.backup.archive import Record, Values
    from shared.settings import Settings
    from tests.client import Registry
    from tests.memory import Memory

LARGE = "x" * 400_000  # no item holds it


def ignore(_: str) -> None:
    """Progress is of no interest here."""


@pytest.fixture
def team(registry: Registry) -> Team:
    """With prompts in all the states there are, and what else a team has."""
    scene = Scene(registry)
    editor, admin = registry.editor, registry.admin
    large = editor.create_prompt("Large")
    editor.create_version(large["id"], LARGE)
    payload = {"variables": {"text": LARGE}}
    assert editor("POST", f"/v1/prompts/{large['id']}/payloads", payload).status == 201
    editor.promote(large["id"], 1, times=2)
    gaps = editor.create_prompt("Erased draft")
    for text in ("one", "two", "three"):
        editor.create_version(gaps["id"], text)
    assert editor("DELETE", f"/v1/prompts/{gaps['id']}/versions/2").status == 204
    parent = editor.create_prompt("Includes others")
    editor.create_version(parent["id"], refer(scene.prompt["slug"], "label=live"))
    assert editor("PATCH", f"/v1/prompts/{parent['id']}", {"name": "Renamed"}).status == 200
    archived = editor.create_prompt("Archived")
    assert admin("POST", f"/v1/prompts/{archived['id']}/archive").status == 200
    gone = editor.create_prompt("Gone to the others")
    registry.move_prompt(gone["id"], registry.stranger.team_id)
    basic = {"x-auth-token": str(editor.key)}
    defined = editor("POST", "/api/prompts/tags", {"name": "canary"}, headers=basic)
    assert defined.status == 201, defined.text
    deleted = editor.create_prompt("Deleted")
    call = f"/v1/prompts?workspaceId={registry.team_id}&id={deleted['id']}"
    key = {"x-maxim-api-key": str(admin.key), "authorization": None}
    assert admin("DELETE", call, headers=key).status == 204
    rules = {"pointers": ["nowhere"]}
    assert admin("PUT", f"/v1/teams/{registry.team_id}/protected", rules).status == 200
    return Team(get_settings(), registry.team_id)


@pytest.fixture
def other_deployment(memory: Memory) -> Settings:
    return create_deployment()


def create_deployment() -> Settings:
    """Its tables are empty."""
    prefix = f"elsewhere-{uuid4().hex[:8]}-"
    create_tables(aws.get_dynamodb(), lambda table: prefix + table.name)
    return replace_tables(get_settings(), prefix)


@contextmanager
def use_deployment(registry: Registry, there: Settings) -> Iterator[None]:
    """Calls go to the other deployment for a while."""
    with pytest.MonkeyPatch.context() as patch:
        for table in TABLES:
            name = f"{table.name}_table"
            patch.setenv(name.upper(), getattr(there, name))
        get_settings.cache_clear()
        registry.forget()
        registry.cloud.close()  # it knows the names of one deployment only
        registry.cloud.is_strict = False
        yield
    get_settings.cache_clear()
    registry.forget()


def load_values(item: Any) -> Values:
    """The values of an item, without the people of one deployment."""
    values = attributes.load_item(item)
    values.pop("admins", None)
    return values


def list_items(
    where: Settings, of: Callable[[Values], bool] = lambda _: True
) -> dict[str, list[Any]]:
    """The items of each table, as they lie there, in an order of their own."""
    rows = {}
    for table in TABLES:
        pages = aws.get_dynamodb().get_paginator("scan")
        values = [
            values
            for page in pages.paginate(TableName=getattr(where, f"{table.name}_table"))
            for item in page["Items"]
            # Of all teams, or of what was done in one deployment.
            if item["entity"]["S"] not in ("organisation", NOTICE)
            if of(values := load_values(item))
        ]
        rows[table.name] = sorted(values, key=lambda values: json.dumps(values, sort_keys=True))
    return rows


def build_team_filter(team_id: str) -> Callable[[Values], bool]:
    """Whether an item is to go along."""
    heads = {
        values["prompt_id"]
        for values in list_items(get_settings())["prompts"]
        if values["team_id"] == team_id
    }

    def is_part(values: Values) -> bool:
        if values["entity"] in ("answer", "member"):
            return False
        if "prompt_id" in values:
            return values["prompt_id"] in {*heads, f"team#{team_id}"}
        return values["pk"] == f"team#{team_id}" or values.get("team_ids") == [team_id]

    return is_part


def clear_events(items: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """As if all changes had been published."""
    heads = [values | {"events": []} for values in items["prompts"]]
    order = sorted(heads, key=lambda values: json.dumps(values, sort_keys=True))
    return items | {"prompts": order}


def export_file(team: Team, folder: Path, name: str = "team.jsonl") -> Path:
    export_team(team, folder / name, ignore)
    return folder / name


def import_file(file: Path, there: Settings) -> Team:
    archive = Archive.open(file)
    result = import_team(archive, team := Team(there, archive.team_id), ignore, with_keys=True)
    assert (result.differences, result.others) == ([], 0)
    return team


# -- the whole way


def test_the_other_deployments_tables_hold_exactly_what_the_teams_did(
    registry: Registry, team: Team, other_deployment: Settings, tmp_path: Path
) -> None:
    before = list_items(get_settings(), build_team_filter(team.id))

    import_file(export_file(team, tmp_path), other_deployment)

    assert list_items(other_deployment) == clear_events(before)
    table = other_deployment.access_table
    rows = aws.get_dynamodb().scan(TableName=table, ConsistentRead=True)["Items"]
    assert [row["entity"]["S"] for row in rows].count(NOTICE) == 1  # that there are others
    assert Store(other_deployment).teams.list_ids() == [team.id]
    assert {name: len(items) > 0 for name, items in before.items()} == dict.fromkeys(before, True)
    assert {head["status"] for head in before["prompts"]} == {"active", "archived", "deleted"}
    assert {values["entity"] for values in before["access"]} == {
        *("team", "api_key", "key", "ledger", "directory", "protection", "release"),
        "inclusion",
    }


def test_an_export_of_what_was_imported_is_the_same_file(
    team: Team, other_deployment: Settings, tmp_path: Path
) -> None:
    file = export_file(team, tmp_path)

    again = export_file(import_file(file, other_deployment), tmp_path, "again.jsonl")

    assert again.read_bytes() == file.read_bytes()


def test_callers_go_on_there_with_the_keys_and_ids_that_they_have(
    registry: Registry, team: Team, other_deployment: Settings, tmp_path: Path
) -> None:
    editor = registry.editor
    large, gaps = (
        editor("GET", f"/v1/prompts/{slug}").json["prompt"]["id"]
        for slug in ("large", "erased_draft")
    )
    calls = [
        ("GET", f"/v1/teams/{team.id}/prompts"),
        ("GET", "/v1/prompts/large?tag=live"),
        ("GET", f"/v1/prompts/{large}/versions"),
        ("GET", f"/v1/prompts/{large}/payloads"),
        ("GET", f"/v1/prompts/{gaps}/history"),
    ]
    before = [editor(*call) for call in calls]
    import_file(export_file(team, tmp_path), other_deployment)

    with use_deployment(registry, other_deployment):
        after = [editor(*call) for call in calls]
        next_version = editor.create_version(gaps)
        taken = editor("POST", f"/v1/teams/{team.id}/prompts", {"name": "Large"})

    assert {answer.status for answer in before} == {200}
    assert [answer.json for answer in after] == [answer.json for answer in before]
    assert next_version["version"] == 4
    assert taken.status == 409


def test_nothing_is_told_again_of_changes_that_were_made_elsewhere(
    team: Team, other_deployment: Settings, tmp_path: Path
) -> None:
    import_file(export_file(team, tmp_path), other_deployment)

    assert {str(head["events"]) for head in list_items(other_deployment)["prompts"]} == {"[]"}


def test_the_file_is_for_its_owner_only(team: Team, tmp_path: Path) -> None:
    assert export_file(team, tmp_path).stat().st_mode & 0o077 == 0


# -- interrupted


def test_an_interrupted_export_goes_on_from_wherever_it_was_cut(team: Team, tmp_path: Path) -> None:
    whole = export_file(team, tmp_path).read_bytes()
    end = whole.rindex(b'{"end":')
    ends_of_lines = [place + 1 for place in range(end) if whole[place : place + 1] == b"\n"]
    chance = random.Random(4)
    some = [*chance.sample(ends_of_lines, 12), *chance.sample(range(end), 12)]
    file = tmp_path / "cut.jsonl"

    for cut in [0, 1, *some, end, end + 9]:
        file.write_bytes(whole[:cut])
        export_team(team, file, ignore)
        assert file.read_bytes() == whole, cut


def test_an_export_that_goes_on_reads_nothing_twice(team: Team, tmp_path: Path) -> None:
    whole = export_file(team, tmp_path).read_bytes()
    done = whole.rindex(b'{"done":')
    file = tmp_path / "cut.jsonl"
    file.write_bytes(whole[: whole.index(b"\n", done) + 1])

    class UnreadableTeam(Team):
        def list_parts(self, prompt_id: str) -> Iterator[Record]:
            raise AssertionError(prompt_id)

    export_team(UnreadableTeam(get_settings(), team.id), file, ignore)

    assert file.read_bytes() == whole


class InterruptedTeam(Team):
    """Its process ends at one of its writes."""

    writes = 0

    def _count(self) -> None:
        self.writes -= 1
        if self.writes < 0:
            raise KeyboardInterrupt

    def put_parts(self, parts: Iterable[Record]) -> None:
        for part in parts:
            self._count()
            super().put_parts([part])

    def put_head(self, head: Values) -> None:
        self._count()
        super().put_head(head)

    def put_access(self, values: Values) -> bool:
        self._count()
        return super().put_access(values)


def test_an_import_that_dies_anywhere_shows_no_half_and_is_run_again(
    team: Team, tmp_path: Path
) -> None:
    archive = Archive.open(export_file(team, tmp_path))
    expected = clear_events(list_items(get_settings(), build_team_filter(team.id)))
    heads = {head["prompt_id"]: head for head in expected["prompts"]}
    parts = sum(archive.totals.values())

    for survived in range(0, parts + len(archive.access), 3):
        other_deployment = create_deployment()
        dying = InterruptedTeam(other_deployment, team.id)
        dying.writes = survived
        with pytest.raises(KeyboardInterrupt):
            import_team(archive, dying, ignore, with_keys=True)
        here = list_items(other_deployment)
        for head in here["prompts"]:
            assert head == heads[head["prompt_id"]]
            assert list_prompt_items(here, head) == list_prompt_items(expected, head)
        if survived <= parts:
            entities = {values["entity"] for values in here["access"]}
            assert entities <= {"directory", "release", "inclusion"}  # of prompts

        import_team(archive, Team(other_deployment, team.id), ignore, with_keys=True)

        assert list_items(other_deployment) == expected


def list_prompt_items(items: dict[str, list[Any]], head: Values) -> list[Any]:
    return [
        values
        for table in ("versions", "payloads", "history", "lookups")
        for values in items[table]
        if values["prompt_id"] == head["prompt_id"]
    ]


# -- while others go on working


class BusyTeam(Team):
    """Something happens to a prompt while its parts are being read, once."""

    prompt_id: str
    happens: Callable[[], object]

    def list_parts(self, prompt_id: str) -> Iterator[Record]:
        yield from super().list_parts(prompt_id)
        if prompt_id == self.prompt_id:
            self.prompt_id = ""
            self.happens()


def test_a_prompt_that_changes_meanwhile_is_exported_as_of_one_moment(
    registry: Registry, team: Team, other_deployment: Settings, tmp_path: Path
) -> None:
    prompt = registry.editor.create_prompt("BusyTeam")
    busy = BusyTeam(get_settings(), team.id)
    busy.prompt_id = prompt["id"]
    busy.happens = lambda: registry.editor.create_version(prompt["id"])

    file = export_file(busy, tmp_path)
    import_file(file, other_deployment)

    assert list_items(other_deployment) == clear_events(
        list_items(get_settings(), build_team_filter(team.id))
    )


def test_a_prompt_that_moves_away_meanwhile_is_left_out(
    registry: Registry, team: Team, tmp_path: Path
) -> None:
    prompt = registry.editor.create_prompt("Leaving")
    busy = BusyTeam(get_settings(), team.id)
    busy.prompt_id = prompt["id"]
    busy.happens = lambda: registry.move_prompt(prompt["id"], registry.stranger.team_id)

    file = export_file(busy, tmp_path)

    assert file.read_bytes() == export_file(team, tmp_path, "again.jsonl").read_bytes()
    lines = [line for line in file.read_text().splitlines() if not line.startswith('{"audit":')]
    assert prompt["id"] not in "\n".join(lines)  # the team's audit log tells of it


# -- keys


def test_a_key_that_was_revoked_since_the_export_stays_revoked_unless_asked_and_then_is_named(
    registry: Registry, team: Team, tmp_path: Path
) -> None:
    archive = Archive.open(export_file(team, tmp_path))
    keys = [values for values in archive.access if values["entity"] == "key"]
    revoked, *_ = keys
    key = registry.store.api_keys.find_key(revoked["id"])
    assert key is not None
    registry.store.api_keys.commit(key, None, Origin(by=OPERATOR))
    name = f"{revoked['name']!r} ({revoked['operation']}, id {revoked['id']})"
    before = list_items(get_settings())

    without = import_team(archive, team, ignore)
    assert (without.missing_keys, without.keys, without.differences) == ([name], [], [])
    assert list_items(get_settings()) == before

    with_keys = import_team(archive, team, ignore, with_keys=True)
    assert (with_keys.missing_keys, with_keys.keys, with_keys.differences) == ([], [name], [])
    assert revoked in list_items(get_settings())["access"]

    assert import_team(archive, team, ignore, with_keys=True).keys == []  # it is there by now


# -- what is there already stays


def test_what_was_changed_there_is_told_and_stays(
    registry: Registry, team: Team, other_deployment: Settings, tmp_path: Path
) -> None:
    archive = Archive.open(export_file(team, tmp_path))
    import_team(archive, Team(other_deployment, team.id), ignore, with_keys=True)
    with use_deployment(registry, other_deployment):
        large = registry.editor("GET", "/v1/prompts/large").json["prompt"]
        registry.editor.create_version(large["id"], "newer")
        registry.editor.create_prompt("Made here")
    changed = list_items(other_deployment)

    result = import_team(archive, Team(other_deployment, team.id), ignore, with_keys=True)

    assert result.differences == ["large: differs from the file; not changed"]
    assert (result.new, result.others) == (0, 1)
    assert list_items(other_deployment) == changed


def test_a_prompt_that_was_moved_to_another_team_there_is_told_and_stays(
    registry: Registry, team: Team, other_deployment: Settings, tmp_path: Path
) -> None:
    archive = Archive.open(export_file(team, tmp_path))
    import_team(archive, Team(other_deployment, team.id), ignore, with_keys=True)
    with use_deployment(registry, other_deployment):
        gaps = registry.editor("GET", "/v1/prompts/erased_draft").json["prompt"]["id"]
        changed = {"template": "changed since"}
        assert registry.editor("PUT", f"/v1/prompts/{gaps}/versions/3", changed).status == 200
        registry.move_prompt(gaps, registry.stranger.team_id)
    before = list_items(other_deployment)

    result = import_team(archive, Team(other_deployment, team.id), ignore, with_keys=True)

    assert result.differences == ["erased_draft: differs from the file; not changed"]
    assert list_items(other_deployment) == before


def test_a_prompt_that_was_lost_there_comes_back(
    team: Team, other_deployment: Settings, tmp_path: Path
) -> None:
    archive = Archive.open(export_file(team, tmp_path))
    import_team(archive, Team(other_deployment, team.id), ignore, with_keys=True)
    before = list_items(other_deployment)
    lost = {"prompt_id": {"S": before["prompts"][0]["prompt_id"]}}
    aws.get_dynamodb().delete_item(TableName=other_deployment.prompts_table, Key=lost)

    result = import_team(archive, Team(other_deployment, team.id), ignore, with_keys=True)

    assert (result.new, result.differences) == (1, [])
    assert list_items(other_deployment) == before


def test_of_a_prompt_whose_name_is_taken_there_nothing_is_written(
    registry: Registry, team: Team, other_deployment: Settings, tmp_path: Path
) -> None:
    first = export_file(team, tmp_path)
    other = registry.editor.create_prompt("Of the same name")
    second = export_file(team, tmp_path, "second.jsonl")
    import_team(Archive.open(first), Team(other_deployment, team.id), ignore, with_keys=True)
    with use_deployment(registry, other_deployment):
        registry.editor.create_prompt("Of the same name")

    result = import_team(
        Archive.open(second), Team(other_deployment, team.id), ignore, with_keys=True
    )

    reason = "another prompt has the name 'Of the same name' or its slug; rename one of them"
    assert result.differences == [f"of_the_same_name: {reason}"]
    there = list_items(other_deployment)
    # The team's audit log tells of it.
    there["history"] = [event for event in there["history"] if event["entity"] == "event"]
    assert other["id"] not in json.dumps(there)


def test_a_team_that_was_renamed_there_is_told_and_stays(
    team: Team, other_deployment: Settings, tmp_path: Path
) -> None:
    archive = Archive.open(export_file(team, tmp_path))
    import_team(archive, Team(other_deployment, team.id), ignore, with_keys=True)
    aws.get_dynamodb().update_item(
        TableName=other_deployment.access_table,
        Key={"pk": {"S": f"team#{team.id}"}, "sk": {"S": "team"}},
        UpdateExpression="SET #name = :name",
        ExpressionAttributeNames={"#name": "name"},
        ExpressionAttributeValues={":name": {"S": "Renamed"}},
    )

    result = import_team(archive, Team(other_deployment, team.id), ignore, with_keys=True)

    assert result.differences == ["team team: differs from the file; not changed"]


# -- files that are not what they should be


def test_a_file_that_is_damaged_anywhere_is_refused(team: Team, tmp_path: Path) -> None:
    whole = export_file(team, tmp_path).read_bytes()
    file = tmp_path / "damaged.jsonl"
    places = [*random.Random(4).sample(range(len(whole)), 60), 0, len(whole) - 1]

    for place in places:
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(BackupError):
            Archive.open(file)
    file.write_bytes(whole + b"{}\n")
    with pytest.raises(BackupError, match="changed after its export"):
        Archive.open(file)


def test_an_incomplete_file_is_refused(team: Team, tmp_path: Path) -> None:
    whole = export_file(team, tmp_path).read_bytes()
    file = tmp_path / "cut.jsonl"
    file.write_bytes(whole[: whole.rindex(b'{"end":')])

    with pytest.raises(BackupError, match="run make export-team again"):
        Archive.open(file)


@pytest.mark.parametrize("text", ["", "notes\n", "{}", '{"format": 1}\n', "\x00\xff"])
def test_a_file_of_another_kind_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "notes"
    file.write_text(text)

    with pytest.raises(BackupError, match="is not an export"):
        Archive.open(file)


def test_a_damaged_key_of_any_team_is_left_out_and_named(
    registry: Registry, team: Team, tmp_path: Path, memory: Memory
) -> None:
    secret = registry.create_key(
        Grant(name="Theirs", operation="all", team_ids=(registry.stranger.team_id,))
    )
    principal = registry.store.api_keys.find_principal(secret)
    assert principal is not None
    (item,) = (
        item
        for item in memory.list_items()["access"]
        if (item["entity"]["S"], item.get("id")) == ("api_key", {"S": principal.id})
    )
    whole = export_file(team, tmp_path, "whole.jsonl").read_text()
    Database(get_settings().tables).put("access", {**item, "secrets": {"S": "damaged"}})

    assert export_file(team, tmp_path).read_text() == whole
    assert [principal.id in name for name in team.left_out] == [True]


@pytest.mark.parametrize(
    "text", ["notes", "notes\n", '{"export":{"format":1,"team_id":"other"}}\n']
)
def test_an_export_writes_over_no_other_file(team: Team, tmp_path: Path, text: str) -> None:
    file = tmp_path / "notes"
    file.write_text(text)

    with pytest.raises(BackupError, match="not an export of this team"):
        export_team(team, file, ignore)

    assert file.read_text() == text


def test_an_export_that_is_complete_is_left_alone(team: Team, tmp_path: Path) -> None:
    file = export_file(team, tmp_path)
    whole = file.read_bytes()

    with pytest.raises(BackupError, match="already a complete export"):
        export_team(team, file, ignore)

    assert file.read_bytes() == whole


def test_a_team_that_is_not_there_leaves_no_file(team: Team, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="there is no team"):
        export_team(Team(get_settings(), str(uuid4())), tmp_path / "team.jsonl", ignore)

    assert [*tmp_path.iterdir()] == []


# -- tables restored to a point in time


def test_restored_tables_are_exported_like_those_in_use(team: Team, tmp_path: Path) -> None:
    prefix = f"rescue-{uuid4().hex[:8]}-"
    lines: list[str] = []

    for _ in range(2):
        restore_tables(get_settings(), datetime.now(UTC), prefix, lines.append)

    assert lines[-len(TABLES) :] == [f"{prefix}{table.name} exists already" for table in TABLES]
    rescued = export_file(Team(replace_tables(get_settings(), prefix), team.id), tmp_path)
    assert rescued.read_bytes() == export_file(team, tmp_path, "used.jsonl").read_bytes()


def test_tables_of_different_seconds_are_noticed(
    registry: Registry, team: Team, tmp_path: Path
) -> None:
    """A transaction writes to several tables, and each of them is restored by itself."""
    prefix = f"torn-{uuid4().hex[:8]}-"
    restore_tables(get_settings(), datetime.now(UTC), prefix, ignore)
    torn = replace_tables(get_settings(), prefix)
    large = registry.editor("GET", "/v1/prompts/large").json["prompt"]
    registry.editor.create_version(large["id"])
    ahead = aws.get_dynamodb().get_item(
        TableName=get_settings().prompts_table, Key={"prompt_id": {"S": large["id"]}}
    )
    aws.get_dynamodb().put_item(TableName=torn.prompts_table, Item=ahead["Item"])

    with pytest.raises(BackupError, match=r"do not agree about large.*another second"):
        export_team(Team(torn, team.id), tmp_path / "team.jsonl", ignore)


@pytest.mark.parametrize(
    "text", ["2026-01-31T14:05:00Z", "2026-01-31T14:05", "2026-01-31 15:05+01:00"]
)
def test_a_moment_is_in_utc_unless_it_says_otherwise(text: str) -> None:
    assert parse_moment(text) == datetime(2026, 1, 31, 14, 5, tzinfo=UTC)
