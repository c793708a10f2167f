"""The command that serves assistants."""

from __future__ import annotations

import signal
from typing import Annotated

import typer

from ..errors import ConfigurationError
from .arguments import Team
from .connection import get_connection


def add_commands(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("mcp")(serve_assistants)


def serve_assistants(
    context: typer.Context,
    team: Team = None,
    allow_write: Annotated[
        bool,
        typer.Option(
            "--allow-write",
            help="Let assistants create drafts and promote versions; otherwise they only read.",
        ),
    ] = False,
) -> None:
    """Serve prompts to assistants by the Model Context Protocol, on standard input and output.

    An assistant's settings name this command; it runs until the assistant ends it.
    """
    connection = get_connection(context)
    cues = connection.client
    try:
        from ..assistants import serve
    except ImportError as error:  # it is not installed, or older
        if (error.name or "").partition(".")[0] != "mcp":
            raise
        raise ConfigurationError(
            "assistants need the extra `mcp` of the client: pip install './client[mcp]'"
        ) from error
    team_id = connection.find_team(team)
    # Ctrl-C ends the process at once: the thread that waits for input would not let it end.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    serve(cues, team_id, can_write=allow_write)
