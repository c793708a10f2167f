"""Commands that keep prompts in a folder of files, for Git."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import ConfigurationError
from ..folders.folder import Folder, open_folder
from ..folders.plan import plan_push
from ..folders.pull import pull as pull_prompts
from ..folders.push import push as push_prompts
from ..folders.steps import WRITES, Action, Step, Target, compare
from .arguments import Team
from .connection import get_connection
from .output import CONFLICT, AsJson, print_diff, print_json, print_note, print_text

if TYPE_CHECKING:
    from collections.abc import Iterable
    from contextlib import AbstractContextManager

Slugs = Annotated[
    list[str] | None, typer.Argument(help="The slugs of the only prompts; all without any.")
]
FolderPath = Annotated[
    Path, typer.Option("--folder", help="The folder of the files.", file_okay=False)
]
DEFAULT_FOLDER = Path("prompts")


def add_commands(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("pull")(pull)
    app.command("push")(push)


def pull(
    context: typer.Context,
    slugs: Slugs = None,
    team: Team = None,
    folder: FolderPath = DEFAULT_FOLDER,
    pointer: Annotated[
        str, typer.Option(help="The version of each prompt: `latest`, `live` or a tag.")
    ] = "latest",
    force: Annotated[
        bool, typer.Option("--force", help="Replace files that were changed here, too.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Write prompts of the service into files, one for each.

    A file that was changed here is left alone; if the service has changed too, that is a conflict,
    and the exit code is 3. No file is removed.
    """
    connection = get_connection(context)
    team_id = connection.find_team(team)
    with _open(folder) as files:
        steps = pull_prompts(
            connection.manage,
            team_id,
            files,
            pointer=pointer,
            slugs=slugs or (),
            is_forced=force,
        )
        _end(_print_steps(steps, as_json=as_json), {Action.CONFLICT})


def push(
    context: typer.Context,
    slugs: Slugs = None,
    team: Team = None,
    folder: FolderPath = DEFAULT_FOLDER,
    message: Annotated[
        str, typer.Option("--message", "-m", help="Why, for the versions that are created.")
    ] = "",
    promote: Annotated[
        Target | None, typer.Option(help="Make what the files say stable, or live.")
    ] = None,
    check: Annotated[
        bool,
        typer.Option(
            "--check", help="Write nothing; show what would change, with the exit code 3 if any."
        ),
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Let files count where the service has changed too.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Create a draft of each prompt whose file has changed, and prompts that are new.

    Where the service has changed since the last pull too, that is a conflict: then nothing is
    written, and the exit code is 3. Prompts without a file stay as they are.
    """
    if not folder.is_dir():
        raise ConfigurationError(f"there is no folder {folder}; `cuebook pull` makes it")
    connection = get_connection(context)
    with _open(folder) as files:
        manage, team_id = connection.manage, connection.find_team(team)
        steps = plan_push(
            manage, team_id, files, slugs=slugs or (), promote=promote, is_forced=force
        )
        if check or any(step.action is Action.CONFLICT for step in steps):
            _print_steps(steps, as_json=as_json, has_diffs=check)
            _end(steps, {Action.CONFLICT, *WRITES})
        else:
            results = push_prompts(manage, team_id, files, steps, message=message)
            _end(_print_steps(results, as_json=as_json), {Action.CONFLICT})


def _open(folder: Path) -> AbstractContextManager[Folder]:
    """Open a folder; who has to wait for another command is told so."""
    return open_folder(folder, lambda: print_note(f"waiting for another cuebook in {folder}"))


def _print_steps(steps: Iterable[Step], *, as_json: bool, has_diffs: bool = False) -> list[Step]:
    """Print each step when it is done, or all together as JSON."""
    rows, count = [], 0
    for step in steps:
        rows.append(step)
        if as_json:
            continue
        if step.action is not Action.UNCHANGED or step.reason:
            count += 1
            print_text(_describe(step))
        if has_diffs and (diff := compare(step)):
            print_diff(diff)
    if as_json:
        print_json([_dump(step, has_diff=has_diffs) for step in rows])
    elif count == 0:
        print_text("nothing has changed")
    return rows


def _describe(step: Step) -> str:
    version = f", version {step.version}" if step.version else ""
    target = f", {step.target}" if step.target else ""
    reason = f": {step.reason}" if step.reason else ""
    return f"{step.action:<9} {step.slug}{version}{target}{reason}"


def _dump(step: Step, *, has_diff: bool) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "slug": step.slug,
        "file": step.file,
        "action": step.action.value,
        "version": step.version,
        "promote": step.target,
        "reason": step.reason or None,
    }
    return {**fields, "diff": compare(step)} if has_diff else fields


def _end(steps: Iterable[Step], actions: set[Action]) -> None:
    """End with the exit code of a conflict if any step is one of these."""
    if any(step.action in actions for step in steps):
        raise typer.Exit(CONFLICT)
