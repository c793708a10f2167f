"""Commands that read prompts and their versions."""

from __future__ import annotations

from typing import Annotated

import typer

from .connection import get_connection
from .output import AsJson, print_json, print_rows

Name = Annotated[str, typer.Argument(help="The slug of a prompt, or its id.")]


def add_commands(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("list")(list_prompts)


def list_prompts(
    context: typer.Context,
    team: Annotated[str, typer.Option(envvar="CUEBOOK_TEAM", help="The id of the team.")],
    as_json: AsJson = False,
) -> None:
    """List the prompts of a team."""
    rows = [*get_connection(context).manage.prompts(team)]
    if as_json:
        print_json(rows)
    else:
        print_rows(rows, ("slug", "name", "live_version", "last_version", "updated_at"))
