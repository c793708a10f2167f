"""The commands, and how each of them ends.

Exit codes: 0 for success, 1 if the service refuses or does not answer, 2 for a command that is
malformed, 3 for a conflict or a difference that a script has to look at.
"""

from __future__ import annotations

import os
from typing import Annotated

import typer

from .._address import VERSION
from ..errors import ConfigurationError, ConflictError, CuebookError
from . import (
    assistants,
    exchange,
    folders,
    keys,
    login,
    prompts,
    releases,
    removal,
    writing,
)
from .arguments import Team
from .connection import Connection
from .output import CONFLICT, print_error, print_text

app = typer.Typer(
    name="cuebook",
    help="Prompts of a Cuebook service: write, release, and keep them in Git.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for module in (
    *(login, prompts, writing, releases, removal),
    *(folders, exchange, keys, assistants),
):
    module.add_commands(app)


def print_version(is_asked: bool) -> None:
    """Print the version of the command, and end."""
    if is_asked:
        print_text(VERSION)
        raise typer.Exit


@app.callback()
def connect(
    context: typer.Context,
    url: Annotated[
        str | None, typer.Option(envvar="CUEBOOK_URL", help="The address of the service.")
    ] = None,
    api_key: Annotated[
        str | None,
        typer.Option(
            envvar="CUEBOOK_API_KEY",
            show_envvar=True,
            help="An API key; by default that of `cuebook login`.",
        ),
    ] = None,
    team: Team = None,
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=print_version,
            is_eager=True,
            help="Print the version of the command.",
        ),
    ] = False,
) -> None:
    """Note where the service is; a command connects when it needs it."""
    context.obj = Connection(url, api_key, team)
    context.call_on_close(context.obj.close)


def run(arguments: list[str] | None = None) -> int:
    """Run the command, and print what goes wrong in one line.

    Args:
        arguments: The arguments; None for those of the process.

    Returns:
        The exit code.
    """
    try:
        app(arguments)
    except SystemExit as end:  # also of `--help`, and of what typer itself refuses
        return int(end.code or 0)
    except ConfigurationError as error:
        print_error(str(error))
        return 2
    except ConflictError as error:
        print_error(str(error))
        return CONFLICT
    except (CuebookError, OSError) as error:
        print_error(str(error))
        return 1
    except Exception as error:
        if os.environ.get("CUEBOOK_DEBUG"):
            raise
        print_error(
            f"this is not expected: {type(error).__name__}: {error}; CUEBOOK_DEBUG=1 shows where"
        )
        return 1
    return 0
