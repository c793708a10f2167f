"""An import that is broken off, repeated, or run twice at once, against the real functions."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import count
from threading import Barrier, BrokenBarrierError, Thread
from typing import TYPE_CHECKING, Any

import pytest

from cuebook._effects import Pause
from cuebook._version_contents import take_content
from cuebook.importers.exports import dump_prompt, list_prompts, load_prompts
from cuebook.importers.importer import Importer
from cuebook.importers.items import Failure, ImportedPrompt, ImportedVersion
from tests.python_client.gateway import Gateway, build_client

if TYPE_CHECKING:
    from collections.abc import Callable

    from cuebook.management import Management
    from tests.client import Registry

Document = dict[str, Any]
FORMAT = {"type": "json_object"}
DATES = {"created_at", "updated_at", "published_at", "id", "prompt_id", "team_id", "author"}


def build_version(label: str, text: str, **fields: Any) -> ImportedVersion:
    return ImportedVersion(label=label, content={"engine": "go", "template": text}, **fields)


# A prompt with everything, before the one that it includes.
PROMPTS = (
    ImportedPrompt(
        origin="outer",
        name="Outer",
        description="says it",
        keywords=("one", "two"),
        versions=(
            build_version("1", "one", is_archived=True, message=""),
            build_version("2", "one", tags=("canary",)),
            build_version("3", "@@@langfusePrompt:name=Inner|label=production@@@", is_live=True),
        ),
        payloads=({"name": None, "variables": {"name": "Ada"}},),
    ),
    ImportedPrompt(
        origin="inner", name="Inner", versions=(build_version("1", "part", is_live=True),)
    ),
    ImportedPrompt(
        origin="old",
        name="Old",
        slug="older",
        versions=(build_version("1", "stable, and live nowhere"),),
        is_archived=True,
    ),
)
REFUSED = ImportedPrompt(
    origin="refused", name="Refused", versions=(build_version("1", "x", message="\0"),)
)


class BrokenOffError(Exception):
    """What ends an import in the middle."""


def read_team(manage: Management, team_id: str) -> list[Document]:
    """Read all prompts of a team, without what is different each time."""

    def drop_dates(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: drop_dates(each) for key, each in value.items() if key not in DATES}
        return [*map(drop_dates, value)] if isinstance(value, list) else value

    prompts = sorted(list_prompts(manage, team_id), key=lambda prompt: str(prompt["slug"]))
    return [drop_dates(json.loads(dump_prompt(manage, prompt))) for prompt in prompts]


def clear(manage: Management, team_id: str) -> None:
    """Delete all prompts, and the one that includes another first."""
    prompts = list_prompts(manage, team_id)
    for prompt in sorted(prompts, key=lambda prompt: prompt["name"] != "Outer"):
        manage.delete_prompt(prompt["id"])


@pytest.fixture
def run_import(registry: Registry, manage: Management) -> Callable[..., list[Document]]:
    def run(**options: bool) -> list[Document]:
        return [*Importer(manage, registry.team_id, **options).run(PROMPTS)]

    return run


@pytest.fixture
def whole(
    registry: Registry, manage: Management, run_import: Callable[..., list[Document]]
) -> list[Document]:
    """What a team has after an import that nothing has broken off; then it is empty again."""
    assert {row["action"] for row in run_import()} == {"create"}
    state = read_team(manage, registry.team_id)
    clear(manage, registry.team_id)
    return state


class FlakyGateway(Gateway):
    """A gateway that ends the import before a request."""

    def __init__(self, registry: Registry, at: int) -> None:
        super().__init__(registry)
        self.at = at

    def perform(self, effect: Any) -> Any:
        if not isinstance(effect, Pause) and len(self.requests) == self.at:
            raise BrokenOffError
        return super().perform(effect)


@pytest.mark.slow
def test_an_import_that_is_broken_off_anywhere_goes_on(
    registry: Registry,
    manage: Management,
    whole: list[Document],
    run_import: Callable[..., list[Document]],
) -> None:
    for at in count():
        gateway = FlakyGateway(registry, at)
        try:
            [*Importer(build_client(gateway).manage, registry.team_id).run(PROMPTS)]
        except BrokenOffError:
            run_import()
            assert read_team(manage, registry.team_id) == whole, at
            clear(manage, registry.team_id)
        else:
            assert at > 20
            break


def test_an_import_that_is_repeated_changes_nothing(
    registry: Registry, gateway: Gateway, run_import: Callable[..., list[Document]]
) -> None:
    run_import()
    gateway.requests.clear()

    assert {row["action"] for row in run_import()} == {"unchanged"}
    assert {request.method for request in gateway.requests} == {"GET"}
    assert {row["action"] for row in run_import(is_moving=True)} == {"unchanged"}


class SharedGateway(Gateway):
    """A gateway that has another import run at a request."""

    def __init__(self, registry: Registry, at: int, other: Callable[[], Any]) -> None:
        super().__init__(registry)
        self.at, self.other = at, other

    def perform(self, effect: Any) -> Any:
        if not isinstance(effect, Pause) and len(self.requests) == self.at:
            self.at = -1
            self.other()
        return super().perform(effect)


@pytest.mark.slow
def test_another_import_in_the_middle_doubles_nothing(
    registry: Registry,
    manage: Management,
    whole: list[Document],
    run_import: Callable[..., list[Document]],
) -> None:
    for at in count():
        gateway = SharedGateway(registry, at, run_import)
        rows = [*Importer(build_client(gateway).manage, registry.team_id).run(PROMPTS)]
        if gateway.at >= 0:
            break
        assert [row["notes"] for row in rows if row["action"] == "failed"] == [], at
        assert read_team(manage, registry.team_id) == whole, at
        clear(manage, registry.team_id)


class SteppedGateway(Gateway):
    """A gateway that takes a step for each step of another one."""

    def __init__(self, registry: Registry, barrier: Barrier, place: int) -> None:
        super().__init__(registry)
        self.barrier, self.place = barrier, place

    def perform(self, effect: Any) -> Any:
        response = None
        for place in range(2):
            try:
                self.barrier.wait(30)
            except BrokenBarrierError:  # the other one has ended
                return super().perform(effect)
            if place == self.place:
                response = super().perform(effect)
        return response


def test_two_imports_step_by_step_double_nothing(
    registry: Registry, manage: Management, whole: list[Document]
) -> None:
    barrier, reports = Barrier(2), list[list[Document]]()

    def run(place: int) -> None:
        gateway = SteppedGateway(registry, barrier, place)
        try:
            importer = Importer(build_client(gateway).manage, registry.team_id)
            reports.append([*importer.run(PROMPTS)])
        finally:
            barrier.abort()

    threads = [Thread(target=run, args=(place,)) for place in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(reports) == 2
    failures = [row["notes"] for rows in reports for row in rows if row["action"] == "failed"]
    assert failures == []
    assert read_team(manage, registry.team_id) == whole


def test_a_version_that_somebody_has_deleted_is_created_again(
    registry: Registry, manage: Management, run_import: Callable[..., list[Document]]
) -> None:
    draft = build_version("3", "three", is_draft=True)
    prompt = replace(PROMPTS[0], versions=(*PROMPTS[0].versions[:2], draft))
    importer = Importer(manage, registry.team_id)
    [*importer.run([prompt])]
    manage.delete_version("outer", 3)
    payload = next(manage.payloads("outer"))
    manage.delete_payload("outer", payload["id"])

    (row,) = Importer(manage, registry.team_id).run([prompt])
    assert (row["action"], row["versions"]) == ("change", ["3"])
    assert [version["version"] for version in manage.versions("outer")] == [4, 2, 1]
    assert len([*manage.payloads("outer")]) == 1


def test_a_prompt_whose_versions_are_refused_is_not_there(
    registry: Registry, manage: Management
) -> None:
    unknown = replace(
        REFUSED,
        name="Unknown",
        versions=(build_version("1", "@@@langfusePrompt:name=nobody|label=production@@@"),),
    )
    rows = [*Importer(manage, registry.team_id).run([REFUSED, unknown, PROMPTS[1]])]

    assert {row["name"]: row["action"] for row in rows} == {
        "Refused": "failed",
        "Unknown": "failed",
        "Inner": "create",
    }
    assert [prompt["name"] for prompt in manage.prompts(registry.team_id)] == ["Inner"]


def test_an_empty_prompt_of_somebody_else_stays(registry: Registry, manage: Management) -> None:
    manage.create_prompt(registry.team_id, "Refused")
    (row,) = Importer(manage, registry.team_id).run([REFUSED])

    assert row["action"] == "failed"
    assert [prompt["name"] for prompt in manage.prompts(registry.team_id)] == ["Refused"]


def test_a_text_that_is_no_template_is_refused_before_anything_is_written(
    registry: Registry, manage: Management, gateway: Gateway
) -> None:
    versions = build_version("1", "fine"), build_version("2", "{{if}}")
    prompt = replace(REFUSED, versions=versions)
    for options in ({"is_dry_run": True}, {}):
        (row,) = Importer(manage, registry.team_id, **options).run([prompt])
        assert row["action"] == "failed"
        assert "missing value for if" in row["notes"][0]
    assert {request.method for request in gateway.requests} == {"GET"}


def test_what_is_archived_here_and_live_there(registry: Registry, manage: Management) -> None:
    prompt = ImportedPrompt(
        origin="x", name="X", versions=(build_version("1", "one", is_live=True),)
    )
    [*Importer(manage, registry.team_id).run([prompt])]
    manage.archive_version("x", 1)
    (row,) = Importer(manage, registry.team_id).run([prompt])
    assert row["notes"] == ["live is not set: version 1 is archived"]

    version = replace(prompt.versions[0], is_live=False, is_archived=True)
    other = replace(prompt, name="Y", versions=(version,))
    [*Importer(manage, registry.team_id).run([replace(prompt, name="Y")])]
    (row,) = Importer(manage, registry.team_id).run([other])
    assert row["notes"] == ["version 1 is live here: it stays so"]
    assert manage.version("y", 1)["status"] == "live"


def test_what_cannot_be_a_tag_is_named(registry: Registry, manage: Management) -> None:
    tags = ("1", "2", "9" * 5000, "2027", "latest", "two words", "fine")
    prompt = ImportedPrompt(
        origin="x", name="X", versions=(build_version("1", "one", tags=tags, is_live=True),)
    )
    (row,) = Importer(manage, registry.team_id).run([prompt])

    assert row["no_equivalent"] == [
        f"the tag {tag!r}" for tag in tags if tag not in ("2", "2027", "fine")
    ]
    assert sorted(manage.version("x", 1)["tags"]) == ["2", "2027", "fine"]
    assert manage.version("x")["version"] == 1


def test_failures_are_rows_of_the_report(registry: Registry, manage: Management) -> None:
    items = [Failure("file", "it is broken"), Failure("other", "it has more", is_skip=True)]
    rows = Importer(manage, registry.team_id).run(items)

    assert [(row["origin"], row["action"], row["notes"]) for row in rows] == [
        ("file", "failed", ["it is broken"]),
        ("other", "skipped", ["it has more"]),
    ]


def test_what_an_export_has_is_what_an_import_reads(
    registry: Registry, manage: Management, run_import: Callable[..., list[Document]]
) -> None:
    run_import()
    prompts = list_prompts(manage, registry.team_id)
    text = "".join(dump_prompt(manage, prompt) for prompt in prompts)
    rows = [*Importer(manage, registry.team_id).run(load_prompts(text, "file"))]

    assert [row["name"] for row in rows] == [prompt["name"] for prompt in prompts]
    assert {row["action"] for row in rows} == {"unchanged"}


def test_a_form_of_the_output_among_the_parameters_is_no_difference(
    manage: Management, registry: Registry
) -> None:
    """The service shows it beside the parameters too, whichever way it was written."""
    prompt = manage.create_prompt(registry.team_id, "Greeting")
    params: Document = {"response_format": FORMAT}
    content: Document = {"engine": "go", "template": "x", "model_params": params}

    written = [
        manage.create_version(prompt["id"], "x", params=params),
        manage.create_version(prompt["id"], "x", params=params, response_format=FORMAT),
    ]

    assert [take_content(version) for version in written] == [take_content(content)] * 2
    other = manage.create_version(prompt["id"], "x", response_format=FORMAT)
    assert take_content(other) == {"engine": "go", "template": "x", "response_format": FORMAT}
