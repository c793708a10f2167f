"""The command that writes prompts to a file, and what imports them from it.

Each line of the file is a JSON object: a `prompt`, its `versions` from the first on, and its
`payloads`, as the service shows them.
"""

from __future__ import annotations

import json
import sys
from contextlib import nullcontext
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .._files import replace_file
from .._version_contents import WAITS, create_version, promote, take_content
from ..errors import (
    ConfigurationError,
    ConflictError,
    CuebookError,
    InvalidRequestError,
    NotFoundError,
)
from .arguments import Team
from .connection import get_connection
from .output import print_note

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from typing import TextIO

    from ..management import Management

# What an import needs of each line, besides the contents of versions.
PROMPT_FIELDS = ("slug", "name", "description", "keywords", "status")
VERSION_FIELDS = ("status", "tags", "message")
PAYLOAD_FIELDS = ("name", "variables")
NEW_VERSION: Mapping[str, Any] = {"status": "draft", "tags": ()}


def add_commands(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("export")(export_prompts)


def export_prompts(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(allow_dash=True, help="The file to write; - for the output.")
    ] = Path("-"),
    team: Team = None,
) -> None:
    """Write all prompts of a team, with their versions, tags and payloads, to a file.

    It is what the API shows, as JSON Lines: no history, splits, folders and keys.
    """
    connection = get_connection(context)
    manage = connection.manage
    prompts = [*manage.prompts(connection.find_team(team))]
    prompts.reverse()  # in the order in which they were created
    with _open_output(file) as output:
        for count, prompt in enumerate(prompts, 1):
            entry = {
                "prompt": prompt,
                "versions": [*map(_require_whole, manage.versions(prompt["id"]))][::-1],
                "payloads": [*map(_require_whole, manage.payloads(prompt["id"]))][::-1],
            }
            # In ASCII, so that no text of a prompt can end a line or fail to be encoded.
            output.write(f"{json.dumps(entry)}\n")
            print_note(f"{count} of {len(prompts)}: {prompt['slug']}")


def _require_whole(document: dict[str, Any]) -> dict[str, Any]:
    """Check that the service shows all of a version or a payload, and return it.

    Raises:
        CuebookError: It does not.
    """
    if document.get("omissions"):
        raise CuebookError(
            f"the service does not show {', '.join(document['omissions'])} of {document['id']} of "
            f"the prompt {document['prompt_id']}: it is too large"
        )
    return document


@dataclass(frozen=True, slots=True)
class Plan:
    """What a team lacks of a prompt in a file; versions by their position in the file.

    Attributes:
        missing: The versions that do not exist.
        stable: The drafts that are to be stable.
        live: The version that is to be live; none if it is, or if no version is live in the file.
        obsolete: The versions that are to be archived.
        tags: The tags that are to be set, with their version.
        payloads: The payloads that do not exist.
        is_archived: Whether the prompt is to be archived.
    """

    missing: list[int]
    stable: list[int]
    live: list[int]
    obsolete: list[int]
    tags: list[tuple[str, int]]
    payloads: list[dict[str, Any]]
    is_archived: bool

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to write."""
        return not any(getattr(self, each.name) for each in fields(self))


def plan_import(
    entry: Mapping[str, Any],
    status: str,
    versions: Sequence[Mapping[str, Any]],
    payloads: Sequence[Mapping[str, Any]],
) -> Plan | None:
    """Plan what is to be written of a prompt.

    Args:
        entry: The prompt's line in the file.
        status: Its status in the team.
        versions: Its versions in the team, from the first on.
        payloads: Its payloads in the team.

    Returns:
        The plan; None if the team has other versions than the file, or more.
    """
    goals = entry["versions"]
    if [*map(take_content, versions)] != [*map(take_content, goals)][: len(versions)]:
        return None
    states = [*versions, *[NEW_VERSION] * (len(goals) - len(versions))]
    pairs = [*enumerate(zip(goals, states, strict=True))]

    def list_moves(status: str) -> list[int]:
        return [at for at, (goal, state) in pairs if goal["status"] == status != state["status"]]

    samples = [(each["name"], each["variables"]) for each in payloads]
    return Plan(
        missing=[*range(len(versions), len(goals))],
        # A draft has to be stable before it can be live.
        stable=[
            at
            for at in sorted([*list_moves("stable"), *list_moves("live")])
            if states[at]["status"] == "draft"
        ],
        live=list_moves("live"),
        obsolete=list_moves("archived"),
        tags=[
            (tag, at)
            for at, (goal, state) in pairs
            for tag in goal["tags"]
            if tag not in state["tags"]
        ],
        payloads=[
            each for each in entry["payloads"] if (each["name"], each["variables"]) not in samples
        ],
        is_archived=entry["prompt"]["status"] == "archived" != status,
    )


@dataclass(frozen=True, slots=True)
class Importer:
    """Writes the prompts of a file.

    Attributes:
        manage: The client's management.
        team_id: The team.
        is_dry_run: Whether it only says what it would do.
        new_slugs: The slugs of the prompts that it has created.
    """

    manage: Management
    team_id: str
    is_dry_run: bool
    new_slugs: set[str] = field(default_factory=set)

    def run(self, file: Path) -> Iterator[dict[str, Any]]:
        """Write all prompts, and say of each what has become of it.

        A prompt that includes another one can only be written after it: those that the service
        refuses are tried again, as long as that helps. One whose versions are the first ones of
        the file gets the others, and its pointers are moved to where they are in the file. One that
        has other versions, or more, is left alone.

        Args:
            file: The file; `-` for the input.

        Yields:
            A row of the report for each.

        Raises:
            ConfigurationError: The file is none of `cuebook export`.
        """
        remaining = _load_entries(file)
        while remaining:
            # By slug in this team: a key of several teams may find another team's by it.
            prompts = {prompt["slug"]: prompt for prompt in self.manage.prompts(self.team_id)}
            problems = []
            for entry in remaining:
                try:
                    yield self._write_prompt(entry, prompts.get(entry["prompt"]["slug"]))
                except (InvalidRequestError, NotFoundError, ConflictError) as error:
                    problems.append((entry, error))
            if len(problems) == len(remaining):
                yield from (
                    _build_row(entry, "failed", notes=[str(problem)]) for entry, problem in problems
                )
                return
            remaining = [entry for entry, _ in problems]

    def _write_prompt(
        self, entry: Mapping[str, Any], prompt: Mapping[str, Any] | None
    ) -> dict[str, Any]:
        """Write a prompt.

        Args:
            entry: Its line in the file.
            prompt: The team's prompt of that slug; None if there is none.
        """
        versions, payloads, status = [], [], "active"
        if prompt is not None:
            versions = [*self.manage.versions(prompt["id"])][::-1]
            payloads = [*self.manage.payloads(prompt["id"])]
            status = prompt["status"]
        plan = plan_import(entry, status, versions, payloads)
        if plan is None:
            return _build_row(entry, "conflict", notes=["it has other versions than the file"])
        slug, notes = entry["prompt"]["slug"], list[str]()
        if prompt is None:
            self.new_slugs.add(slug)
        if not self.is_dry_run:
            prompt_id = self._create_prompt(entry["prompt"]) if prompt is None else prompt["id"]
            numbers = [version["version"] for version in versions]
            notes = self._apply(plan, prompt_id, entry["versions"], numbers)
        action = "unchanged" if plan.is_empty else "change"
        return _build_row(
            entry,
            "create" if slug in self.new_slugs else action,
            versions=[str(at + 1) for at in plan.missing],
            notes=notes,
        )

    def _create_prompt(self, source: Mapping[str, Any]) -> str:
        prompt = self.manage.create_prompt(
            self.team_id, source["name"], slug=source["slug"], description=source["description"]
        )
        if source["keywords"]:
            self.manage.change_prompt(prompt["id"], keywords=source["keywords"])
        prompt_id: str = prompt["id"]
        return prompt_id

    def _apply(
        self, plan: Plan, prompt_id: str, goals: Sequence[Mapping[str, Any]], numbers: list[int]
    ) -> list[str]:
        """Write what a plan says; what it has written counts if it is run again.

        Returns:
            What stays as it is.
        """
        manage, notes = self.manage, list[str]()
        for at in plan.missing:
            version = create_version(manage, prompt_id, goals[at], message=goals[at]["message"])
            numbers.append(version["version"])
        notes += [
            f"version {numbers[at]} {WAITS}"
            for at in (*plan.stable, *plan.live)
            if not promote(manage, prompt_id, numbers[at])
        ]
        for at in plan.obsolete:
            manage.archive_version(prompt_id, numbers[at])
        for tag, at in plan.tags:
            manage.set_tag(prompt_id, numbers[at], tag)
        for payload in plan.payloads:
            manage.create_payload(prompt_id, payload["name"], payload["variables"])
        if plan.is_archived:
            manage.archive_prompt(prompt_id)
        return notes


def _build_row(
    entry: Mapping[str, Any],
    action: str,
    *,
    versions: Sequence[str] = (),
    notes: Sequence[str] = (),
) -> dict[str, Any]:
    prompt = entry["prompt"]
    return {
        "name": prompt["name"],
        "slug": prompt["slug"],
        "action": action,
        "versions": [*versions],
        "notes": [*notes],
    }


def _open_output(file: Path) -> AbstractContextManager[TextIO]:
    return nullcontext(sys.stdout) if str(file) == "-" else replace_file(file)


def _load_entries(file: Path) -> list[dict[str, Any]]:
    """Load the lines of a file.

    Raises:
        ConfigurationError: One is not that of a prompt.
    """
    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{file} is no text: {error}") from error
    entries = []
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                entries.append(_load_entry(line))
            except (ValueError, TypeError, KeyError, RecursionError) as error:
                raise ConfigurationError(
                    f"line {number} of {file} is none of `cuebook export`: {error!r}"
                ) from error
    return entries


def _load_entry(line: str) -> dict[str, Any]:
    """Load a line, with the fields that an import needs.

    Raises:
        ValueError: It is not JSON.
        TypeError: A part of it has another type.
        KeyError: A field is missing.
    """
    document = json.loads(line)
    prompt, versions, payloads = (document[name] for name in ("prompt", "versions", "payloads"))
    return {
        "prompt": {name: prompt[name] for name in PROMPT_FIELDS},
        "versions": [
            {**take_content(each), **{name: each[name] for name in VERSION_FIELDS}}
            for each in versions
        ],
        "payloads": [{name: each[name] for name in PAYLOAD_FIELDS} for each in payloads],
    }
