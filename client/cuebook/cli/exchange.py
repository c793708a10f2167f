"""Commands that carry prompts from one service to another, in a file.

Each line of the file is a JSON object: a `prompt`, its `versions` from the first on, and its
`payloads`, as the service shows them.
"""

from __future__ import annotations

import json
import sys
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .._version_contents import create_version, take_content
from ..errors import ConfigurationError, ConflictError, InvalidRequestError, NotFoundError
from .connection import Team, get_connection
from .output import AsJson, print_error, print_json, print_note, print_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from typing import TextIO

    from ..management import Management

FAILED, CONFLICT = "failed", "conflict"  # outcomes of an import
EXIT_CODES = {FAILED: 1, CONFLICT: 3}
# What an import needs of each line, besides the contents of versions.
PROMPT_FIELDS = ("slug", "name", "description", "keywords", "status")
VERSION_FIELDS = ("status", "tags", "message")
PAYLOAD_FIELDS = ("name", "variables")
NEW_VERSION: Mapping[str, Any] = {"status": "draft", "tags": ()}


def add_commands(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("export")(export_prompts)
    app.command("import")(import_prompts)


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
            versions = [*manage.versions(prompt["id"])]
            entry = {
                "prompt": prompt,
                "versions": versions[::-1],
                "payloads": [*manage.payloads(prompt["id"])][::-1],
            }
            output.write(f"{json.dumps(entry, ensure_ascii=False)}\n")
            print_note(f"{count} of {len(prompts)}: {prompt['slug']}")


def import_prompts(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(allow_dash=True, help="The file to read; - for the input.")
    ],
    team: Team = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Create the prompts of a file of `cuebook export` in a team; it is safe to run twice.

    A prompt whose versions are the first ones of the file gets the others, and its pointers are
    moved to where they are in the file. One that has other versions, or more, is left alone.
    """
    connection = get_connection(context)
    entries = _load_entries(file)
    importer = Importer(connection.manage, connection.find_team(team), is_dry=dry_run)
    rows = []
    for count, row in enumerate(importer.run(entries), 1):
        print_note(f"{count} of {len(entries)}: {row['slug']} {row['outcome']}")
        rows.append(row)
    if as_json:
        print_json(rows)
    else:
        print_rows(rows, ("slug", "outcome", "new_versions", "problem"))
    for outcome, code in EXIT_CODES.items():
        if slugs := [row["slug"] for row in rows if row["outcome"] == outcome]:
            print_error(f"not imported, for the problems above: {', '.join(slugs)}")
            raise typer.Exit(code)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is missing in the team of a prompt in a file; versions by their position in the file.

    Attributes:
        first: The position of the first version that is missing; all after it are.
        stable: The drafts that are to be stable.
        live: The version that is to be live; None if it is, or there is none.
        archived: The versions that are to be archived.
        tags: The tags that are to be set, with their version.
        payloads: The payloads that are missing.
    """

    first: int
    stable: list[int]
    live: int | None
    archived: list[int]
    tags: list[tuple[str, int]]
    payloads: list[dict[str, Any]]


def plan_import(
    entry: Mapping[str, Any], versions: Sequence[Mapping[str, Any]], payloads: Sequence[Any]
) -> Plan | None:
    """Plan what is to be written of a prompt.

    Args:
        entry: The prompt's line in the file.
        versions: Its versions in the team, from the first on.
        payloads: Its payloads in the team.

    Returns:
        The plan; None if the team has other versions than the file, or more.
    """
    wanted = entry["versions"]
    if [*map(take_content, versions)] != [*map(take_content, wanted)][: len(versions)]:
        return None
    states = [*versions, *[NEW_VERSION] * (len(wanted) - len(versions))]
    pairs = [*enumerate(zip(wanted, states, strict=True))]
    lives = [at for at, (goal, state) in pairs if _is_to_be(goal, state, "live")]
    samples = [(each["name"], each["variables"]) for each in payloads]
    return Plan(
        first=len(versions),
        stable=[
            at
            for at, (goal, state) in pairs
            if state["status"] == "draft" and goal["status"] in ("stable", "live")
        ],
        live=lives[0] if lives else None,
        archived=[at for at, (goal, state) in pairs if _is_to_be(goal, state, "archived")],
        tags=[
            (tag, at)
            for at, (goal, state) in pairs
            for tag in goal["tags"]
            if tag not in state["tags"]
        ],
        payloads=[
            each for each in entry["payloads"] if (each["name"], each["variables"]) not in samples
        ],
    )


@dataclass(frozen=True, slots=True)
class Importer:
    """Writes the prompts of a file.

    Attributes:
        manage: The client's management.
        team_id: The team.
        is_dry: Whether it only says what it would do.
    """

    manage: Management
    team_id: str
    is_dry: bool

    def run(self, entries: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
        """Write all prompts, and say of each what has become of it.

        A prompt that includes another one can only be written after it: those that the service
        refuses are tried again, as long as that helps.
        """
        remaining = [*entries]
        while remaining:
            problems = []
            for entry in remaining:
                try:
                    yield self._write_prompt(entry)
                except (InvalidRequestError, NotFoundError, ConflictError) as error:
                    problems.append((entry, error))
            if len(problems) == len(remaining):
                for entry, problem in problems:
                    yield {
                        "slug": entry["prompt"]["slug"],
                        "outcome": FAILED,
                        "problem": str(problem),
                    }
                return
            remaining = [entry for entry, _ in problems]

    def _write_prompt(self, entry: Mapping[str, Any]) -> dict[str, Any]:
        source = entry["prompt"]
        try:
            prompt = self.manage.prompt(source["slug"])
        except NotFoundError:
            prompt = None
        versions = [] if prompt is None else [*self.manage.versions(prompt["id"])][::-1]
        payloads = [] if prompt is None else [*self.manage.payloads(prompt["id"])]
        row = {"slug": source["slug"], "outcome": "unchanged", "new_versions": 0}
        if prompt is not None and prompt["team_id"] != self.team_id:
            return {**row, "outcome": CONFLICT, "problem": "another team has this slug"}
        plan = plan_import(entry, versions, payloads)
        if plan is None:
            return {**row, "outcome": CONFLICT, "problem": "it has other versions than the file"}
        is_archived = source["status"] == "archived" and (prompt or {}).get("status") != "archived"
        changes = (plan.stable, plan.live is not None, plan.archived, plan.tags, plan.payloads)
        row["new_versions"] = len(entry["versions"]) - plan.first
        if prompt is None:
            row["outcome"] = "new"
        elif row["new_versions"] or any(changes) or is_archived:
            row["outcome"] = "changed"
        if not self.is_dry:
            prompt_id = self._create_prompt(source) if prompt is None else prompt["id"]
            self._apply(plan, prompt_id, entry["versions"], [each["version"] for each in versions])
            if is_archived:
                self.manage.archive_prompt(prompt_id)
        return row

    def _create_prompt(self, source: Mapping[str, Any]) -> str:
        prompt = self.manage.create_prompt(
            self.team_id, source["name"], slug=source["slug"], description=source["description"]
        )
        if source["keywords"]:
            self.manage.change_prompt(prompt["id"], keywords=source["keywords"])
        prompt_id: str = prompt["id"]
        return prompt_id

    def _apply(
        self, plan: Plan, prompt_id: str, versions: Sequence[Mapping[str, Any]], numbers: list[int]
    ) -> None:
        """Write what is missing; what it has written counts if it is run again."""
        manage = self.manage
        for version in versions[plan.first :]:
            document = create_version(manage, prompt_id, version, message=version["message"])
            numbers.append(document["version"])
        for at in plan.stable:
            manage.promote(prompt_id, numbers[at])
        if plan.live is not None:
            manage.promote(prompt_id, numbers[plan.live])
        for at in plan.archived:
            manage.archive_version(prompt_id, numbers[at])
        for tag, at in plan.tags:
            manage.set_tag(prompt_id, numbers[at], tag)
        for payload in plan.payloads:
            manage.create_payload(prompt_id, payload["name"], payload["variables"])


def _is_to_be(goal: Mapping[str, Any], state: Mapping[str, Any], status: str) -> bool:
    return bool(goal["status"] == status != state["status"])


def _open_output(file: Path) -> AbstractContextManager[TextIO]:
    return nullcontext(sys.stdout) if str(file) == "-" else file.open("w", encoding="utf-8")


def _load_entries(file: Path) -> list[dict[str, Any]]:
    """Load the lines of a file.

    Raises:
        ConfigurationError: One is not that of a prompt.
    """
    text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
    entries = []
    for number, line in enumerate(text.splitlines(), 1):
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
