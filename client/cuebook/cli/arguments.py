"""Arguments and options that several commands have, and the completion of slugs."""

from __future__ import annotations

from itertools import islice
from typing import Annotated

import typer

from ..errors import CuebookError
from .connection import Connection, get_connection


def complete_slug(context: typer.Context, incomplete: str) -> list[str]:
    """List the slugs that begin like this, for the shell; none if anything is wrong."""
    options = context.find_root().params
    connection = Connection(options.get("url"), options.get("api_key"), options.get("team"))
    try:
        with connection.client as client:
            rows = client.manage.prompts(connection.find_team(None), q=incomplete or None)
            return [row["slug"] for row in islice(rows, 100) if row["slug"].startswith(incomplete)]
    except (CuebookError, OSError):
        return []


def find_prompt(context: typer.Context, name: str) -> str:
    """Find the prompt of the team before a command begins."""
    is_asked_by_shell = context.resilient_parsing
    return name if is_asked_by_shell else get_connection(context).find_prompt(name)


Name = Annotated[
    str,
    typer.Argument(
        help="The slug of a prompt, or its id.",
        show_default=False,
        autocompletion=complete_slug,
        callback=find_prompt,
    ),
]
Selector = Annotated[str, typer.Argument(help="A number, a tag, `live` or `latest`.")]
Team = Annotated[
    str | None,
    typer.Option(
        envvar="CUEBOOK_TEAM",
        show_envvar=True,
        help="The id or the name of a team, if you have several.",
    ),
]
