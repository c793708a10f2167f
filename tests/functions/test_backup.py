"""A team goes into a file and from there into another deployment, whatever comes in between."""

from __future__ import annotations

import json
import random
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from infra.backup import CannotBackUp
from infra.backup.__main__ import moment, with_tables
from infra.backup.archive import Archive
from infra.backup.restore import restore
from infra.backup.team import Team
from infra.backup.transfer import export, load
from infra.local.aws import create_tables
from shared.settings import settings
from shared.store import attributes, aws
from shared.store.tables import TABLES
from tests.functions.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from infra.backup import Record, Values
    from shared.settings import Settings
    from tests.client import Registry

LARGE = "x" * 400_000  # no item holds it


def quiet(_: str) -> None:
    """Nobody is told of the progress."""


@pytest.fixture
def team(registry: Registry) -> Team:
    """With prompts in all the states there are, and what else a team has."""
    World(registry)
    editor, admin = registry.editor, registry.admin
    large = editor.new_prompt("Large")
    editor.new_version(large["id"], LARGE)
    payload = {"variables": {"text": LARGE}}
    assert editor("POST", f"/v1/prompts/{large['id']}/payloads", payload).status == 201
    editor.promote(large["id"], 1, times=2)
    gaps = editor.new_prompt("Erased draft")
    for text in ("one", "two", "three"):
        editor.new_version(gaps["id"], text)
    assert editor("DELETE", f"/v1/prompts/{gaps['id']}/versions/2").status == 204
    archived = editor.new_prompt("Archived")
    assert admin("POST", f"/v1/prompts/{archived['id']}/archive").status == 200
    gone = editor.new_prompt("Gone to the others")
    registry.move(gone["id"], registry.stranger.team_id)
    basic = {"x-auth-token": str(editor.key)}
    defined = editor("POST", "/api/prompts/tags", {"name": "canary"}, headers=basic)
    assert defined.status == 201, defined.text
    deleted = editor.new_prompt("Deleted")
    call = f"/v1/prompts?workspaceId={registry.team_id}&id={deleted['id']}"
    key = {"x-maxim-api-key": str(admin.key), "authorization": None}
    assert admin("DELETE", call, headers=key).status == 204
    return Team(settings(), registry.team_id)


@pytest.fixture
def elsewhere(tables: None) -> Settings:
    return another_deployment()


def another_deployment() -> Settings:
    """Its tables are empty."""
    prefix = f"elsewhere-{uuid4().hex[:8]}-"
    create_tables(aws.dynamodb(), lambda table: prefix + table.name)
    return with_tables(settings(), prefix)


@contextmanager
def deployed(registry: Registry, there: Settings) -> Iterator[None]:
    """Calls go to the other deployment for a while."""
    with pytest.MonkeyPatch.context() as patch:
        for table in TABLES:
            name = f"{table.name}_table"
            patch.setenv(name.upper(), getattr(there, name))
        settings.cache_clear()
        registry.forget()
        registry.cloud.close()  # it knows the names of one deployment only
        registry.cloud.strict = False
        yield
    settings.cache_clear()
    registry.forget()


def stored(where: Settings, of: Callable[[Values], bool] = lambda _: True) -> dict[str, list[Any]]:
    """The items of each table, as they lie there, in an order of their own."""
    found = {}
    for table in TABLES:
        pages = aws.dynamodb().get_paginator("scan")
        listed = [
            values
            for page in pages.paginate(TableName=getattr(where, f"{table.name}_table"))
            for values in map(attributes.values, page["Items"])
            if of(values)
        ]
        found[table.name] = sorted(listed, key=lambda values: json.dumps(values, sort_keys=True))
    return found


def of_team(team_id: str) -> Callable[[Values], bool]:
    """Whether an item is to go along."""
    heads = {
        values["prompt_id"]
        for values in stored(settings())["prompts"]
        if values["team_id"] == team_id
    }

    def is_part(values: Values) -> bool:
        if values["entity"] == "answer":
            return False
        if "prompt_id" in values:
            return values["prompt_id"] in heads
        return team_id in (values.get("team_id"), values["pk"].removeprefix("team#"))

    return is_part


def told(items: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """As if the stream had been told of all changes."""
    heads = [values | {"events": []} for values in items["prompts"]]
    order = sorted(heads, key=lambda values: json.dumps(values, sort_keys=True))
    return items | {"prompts": order}


def exported(team: Team, folder: Path, name: str = "team.jsonl") -> Path:
    export(team, folder / name, quiet)
    return folder / name


def imported(file: Path, there: Settings) -> Team:
    archive = Archive.open(file)
    done = load(archive, team := Team(there, archive.team_id), quiet)
    assert (done.different, done.others) == ([], 0)
    return team


# -- the whole way


def test_the_other_deployments_tables_hold_exactly_what_the_teams_did(
    registry: Registry, team: Team, elsewhere: Settings, tmp_path: Path
) -> None:
    before = stored(settings(), of_team(team.id))

    imported(exported(team, tmp_path), elsewhere)

    assert stored(elsewhere) == told(before)
    assert {name: len(items) > 0 for name, items in before.items()} == dict.fromkeys(before, True)
    assert {head["status"] for head in before["prompts"]} == {"active", "archived", "deleted"}
    assert {values["entity"] for values in before["access"]} == {
        *("team", "key", "ledger", "directory")
    }


def test_an_export_of_what_was_imported_is_the_same_file(
    team: Team, elsewhere: Settings, tmp_path: Path
) -> None:
    file = exported(team, tmp_path)

    again = exported(imported(file, elsewhere), tmp_path, "again.jsonl")

    assert again.read_bytes() == file.read_bytes()


def test_callers_go_on_there_with_the_keys_and_ids_that_they_have(
    registry: Registry, team: Team, elsewhere: Settings, tmp_path: Path
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
    imported(exported(team, tmp_path), elsewhere)

    with deployed(registry, elsewhere):
        after = [editor(*call) for call in calls]
        next_version = editor.new_version(gaps)
        taken = editor("POST", f"/v1/teams/{team.id}/prompts", {"name": "Large"})

    assert {answer.status for answer in before} == {200}
    assert [answer.json for answer in after] == [answer.json for answer in before]
    assert next_version["version"] == 4
    assert taken.status == 409


def test_nothing_is_told_again_of_changes_that_were_made_elsewhere(
    team: Team, elsewhere: Settings, tmp_path: Path
) -> None:
    imported(exported(team, tmp_path), elsewhere)

    assert {str(head["events"]) for head in stored(elsewhere)["prompts"]} == {"[]"}


def test_the_file_is_for_its_owner_only(team: Team, tmp_path: Path) -> None:
    assert exported(team, tmp_path).stat().st_mode & 0o077 == 0


# -- interrupted


def test_an_interrupted_export_goes_on_from_wherever_it_was_cut(team: Team, tmp_path: Path) -> None:
    whole = exported(team, tmp_path).read_bytes()
    end = whole.rindex(b'{"end":')
    ends_of_lines = [place + 1 for place in range(end) if whole[place : place + 1] == b"\n"]
    chance = random.Random(4)
    some = [*chance.sample(ends_of_lines, 12), *chance.sample(range(end), 12)]
    file = tmp_path / "cut.jsonl"

    for cut in [0, 1, *some, end, end + 9]:
        file.write_bytes(whole[:cut])
        export(team, file, quiet)
        assert file.read_bytes() == whole, cut


def test_an_export_that_goes_on_reads_nothing_twice(team: Team, tmp_path: Path) -> None:
    whole = exported(team, tmp_path).read_bytes()
    done = whole.rindex(b'{"done":')
    file = tmp_path / "cut.jsonl"
    file.write_bytes(whole[: whole.index(b"\n", done) + 1])

    class Watched(Team):
        def parts(self, prompt_id: str) -> Iterator[Record]:
            raise AssertionError(prompt_id)

    export(Watched(settings(), team.id), file, quiet)

    assert file.read_bytes() == whole


class Dying(Team):
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
    archive = Archive.open(exported(team, tmp_path))
    expected = told(stored(settings(), of_team(team.id)))
    heads = {head["prompt_id"]: head for head in expected["prompts"]}
    parts = sum(archive.totals.values())

    for survived in range(0, parts + len(archive.access), 3):
        elsewhere = another_deployment()
        dying = Dying(elsewhere, team.id)
        dying.writes = survived
        with pytest.raises(KeyboardInterrupt):
            load(archive, dying, quiet)
        here = stored(elsewhere)
        for head in here["prompts"]:
            assert head == heads[head["prompt_id"]]
            assert of_prompt(here, head) == of_prompt(expected, head)
        if survived <= parts:
            assert {values["entity"] for values in here["access"]} <= {"directory"}

        load(archive, Team(elsewhere, team.id), quiet)

        assert stored(elsewhere) == expected


def of_prompt(items: dict[str, list[Any]], head: Values) -> list[Any]:
    return [
        values
        for table in ("versions", "payloads", "history", "lookups")
        for values in items[table]
        if values["prompt_id"] == head["prompt_id"]
    ]


# -- while others go on working


class Busy(Team):
    """Something happens to a prompt while its parts are being read, once."""

    prompt_id: str
    happens: Callable[[], object]

    def parts(self, prompt_id: str) -> Iterator[Record]:
        yield from super().parts(prompt_id)
        if prompt_id == self.prompt_id:
            self.prompt_id = ""
            self.happens()


def test_a_prompt_that_changes_meanwhile_is_exported_as_of_one_moment(
    registry: Registry, team: Team, elsewhere: Settings, tmp_path: Path
) -> None:
    prompt = registry.editor.new_prompt("Busy")
    busy = Busy(settings(), team.id)
    busy.prompt_id = prompt["id"]
    busy.happens = lambda: registry.editor.new_version(prompt["id"])

    file = exported(busy, tmp_path)
    imported(file, elsewhere)

    assert stored(elsewhere) == told(stored(settings(), of_team(team.id)))


def test_a_prompt_that_moves_away_meanwhile_is_left_out(
    registry: Registry, team: Team, tmp_path: Path
) -> None:
    prompt = registry.editor.new_prompt("Leaving")
    busy = Busy(settings(), team.id)
    busy.prompt_id = prompt["id"]
    busy.happens = lambda: registry.move(prompt["id"], registry.stranger.team_id)

    file = exported(busy, tmp_path)

    assert file.read_bytes() == exported(team, tmp_path, "again.jsonl").read_bytes()
    assert prompt["id"].encode() not in file.read_bytes()


# -- what is there already stays


def test_what_was_changed_there_is_told_and_stays(
    registry: Registry, team: Team, elsewhere: Settings, tmp_path: Path
) -> None:
    archive = Archive.open(exported(team, tmp_path))
    load(archive, Team(elsewhere, team.id), quiet)
    with deployed(registry, elsewhere):
        large = registry.editor("GET", "/v1/prompts/large").json["prompt"]
        registry.editor.new_version(large["id"], "newer")
        registry.editor.new_prompt("Made here")
    changed = stored(elsewhere)

    done = load(archive, Team(elsewhere, team.id), quiet)

    assert done.different == ["large: not as in the file; it stays as it is here"]
    assert (done.new, done.others) == (0, 1)
    assert stored(elsewhere) == changed


def test_a_prompt_that_was_moved_to_another_team_there_is_told_and_stays(
    registry: Registry, team: Team, elsewhere: Settings, tmp_path: Path
) -> None:
    archive = Archive.open(exported(team, tmp_path))
    load(archive, Team(elsewhere, team.id), quiet)
    with deployed(registry, elsewhere):
        gaps = registry.editor("GET", "/v1/prompts/erased_draft").json["prompt"]["id"]
        changed = {"template": "changed since"}
        assert registry.editor("PUT", f"/v1/prompts/{gaps}/versions/3", changed).status == 200
        registry.move(gaps, registry.stranger.team_id)
    before = stored(elsewhere)

    done = load(archive, Team(elsewhere, team.id), quiet)

    assert done.different == ["erased_draft: not as in the file; it stays as it is here"]
    assert stored(elsewhere) == before


def test_a_prompt_that_was_lost_there_comes_back(
    team: Team, elsewhere: Settings, tmp_path: Path
) -> None:
    archive = Archive.open(exported(team, tmp_path))
    load(archive, Team(elsewhere, team.id), quiet)
    before = stored(elsewhere)
    lost = {"prompt_id": {"S": before["prompts"][0]["prompt_id"]}}
    aws.dynamodb().delete_item(TableName=elsewhere.prompts_table, Key=lost)

    done = load(archive, Team(elsewhere, team.id), quiet)

    assert (done.new, done.different) == (1, [])
    assert stored(elsewhere) == before


def test_of_a_prompt_whose_name_is_taken_there_nothing_is_written(
    registry: Registry, team: Team, elsewhere: Settings, tmp_path: Path
) -> None:
    first = exported(team, tmp_path)
    other = registry.editor.new_prompt("Of the same name")
    second = exported(team, tmp_path, "second.jsonl")
    load(Archive.open(first), Team(elsewhere, team.id), quiet)
    with deployed(registry, elsewhere):
        registry.editor.new_prompt("Of the same name")

    done = load(Archive.open(second), Team(elsewhere, team.id), quiet)

    reason = "another prompt has the name 'Of the same name' here"
    assert done.different == [f"of_the_same_name: {reason}"]
    assert other["id"] not in json.dumps(stored(elsewhere))


def test_a_team_that_was_renamed_there_is_told_and_stays(
    team: Team, elsewhere: Settings, tmp_path: Path
) -> None:
    archive = Archive.open(exported(team, tmp_path))
    load(archive, Team(elsewhere, team.id), quiet)
    aws.dynamodb().update_item(
        TableName=elsewhere.access_table,
        Key={"pk": {"S": f"team#{team.id}"}, "sk": {"S": "team"}},
        UpdateExpression="SET #name = :name",
        ExpressionAttributeNames={"#name": "name"},
        ExpressionAttributeValues={":name": {"S": "Renamed"}},
    )

    done = load(archive, Team(elsewhere, team.id), quiet)

    assert done.different == ["team team: not as in the file"]


# -- files that are not what they should be


def test_a_file_that_is_damaged_anywhere_is_refused(team: Team, tmp_path: Path) -> None:
    whole = exported(team, tmp_path).read_bytes()
    file = tmp_path / "damaged.jsonl"
    places = [*random.Random(4).sample(range(len(whole)), 60), 0, len(whole) - 1]

    for place in places:
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(CannotBackUp):
            Archive.open(file)
    file.write_bytes(whole + b"{}\n")
    with pytest.raises(CannotBackUp, match="not as it was written"):
        Archive.open(file)


def test_an_incomplete_file_is_refused(team: Team, tmp_path: Path) -> None:
    whole = exported(team, tmp_path).read_bytes()
    file = tmp_path / "cut.jsonl"
    file.write_bytes(whole[: whole.rindex(b'{"end":')])

    with pytest.raises(CannotBackUp, match="run it again"):
        Archive.open(file)


@pytest.mark.parametrize("text", ["", "notes\n", "{}", '{"format": 1}\n', "\x00\xff"])
def test_a_file_of_another_kind_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "notes"
    file.write_text(text)

    with pytest.raises(CannotBackUp, match="is no export"):
        Archive.open(file)


@pytest.mark.parametrize(
    "text", ["notes", "notes\n", '{"export":{"format":1,"team_id":"other"}}\n']
)
def test_an_export_writes_over_no_other_file(team: Team, tmp_path: Path, text: str) -> None:
    file = tmp_path / "notes"
    file.write_text(text)

    with pytest.raises(CannotBackUp, match="no export of this team"):
        export(team, file, quiet)

    assert file.read_text() == text


def test_an_export_that_is_complete_is_left_alone(team: Team, tmp_path: Path) -> None:
    file = exported(team, tmp_path)
    whole = file.read_bytes()

    with pytest.raises(CannotBackUp, match="is complete"):
        export(team, file, quiet)

    assert file.read_bytes() == whole


def test_a_team_that_is_not_there_leaves_no_file(team: Team, tmp_path: Path) -> None:
    with pytest.raises(CannotBackUp, match="there is no team"):
        export(Team(settings(), str(uuid4())), tmp_path / "team.jsonl", quiet)

    assert [*tmp_path.iterdir()] == []


# -- tables restored to a point in time


def test_restored_tables_are_exported_like_those_in_use(team: Team, tmp_path: Path) -> None:
    prefix = f"rescue-{uuid4().hex[:8]}-"
    said: list[str] = []

    for _ in range(2):
        restore(settings(), datetime.now(UTC), prefix, said.append)

    assert said[-len(TABLES) :] == [f"{prefix}{table.name} is there already" for table in TABLES]
    rescued = exported(Team(with_tables(settings(), prefix), team.id), tmp_path)
    assert rescued.read_bytes() == exported(team, tmp_path, "used.jsonl").read_bytes()


def test_tables_of_different_seconds_are_noticed(
    registry: Registry, team: Team, tmp_path: Path
) -> None:
    """A transaction writes to several tables, and each of them is restored by itself."""
    prefix = f"torn-{uuid4().hex[:8]}-"
    restore(settings(), datetime.now(UTC), prefix, quiet)
    torn = with_tables(settings(), prefix)
    large = registry.editor("GET", "/v1/prompts/large").json["prompt"]
    registry.editor.new_version(large["id"])
    ahead = aws.dynamodb().get_item(
        TableName=settings().prompts_table, Key={"prompt_id": {"S": large["id"]}}
    )
    aws.dynamodb().put_item(TableName=torn.prompts_table, Item=ahead["Item"])

    with pytest.raises(CannotBackUp, match=r"do not agree about large.*another second"):
        export(Team(torn, team.id), tmp_path / "team.jsonl", quiet)


@pytest.mark.parametrize(
    "text", ["2026-01-31T14:05:00Z", "2026-01-31T14:05", "2026-01-31 15:05+01:00"]
)
def test_a_moment_is_in_utc_unless_it_says_otherwise(text: str) -> None:
    assert moment(text) == datetime(2026, 1, 31, 14, 5, tzinfo=UTC)
