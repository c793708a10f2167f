"""Commands about API keys, for people: no API key makes others."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import AuthenticationError, ConfigurationError, CuebookError
from .arguments import Team
from .connection import get_connection
from .output import AsJson, print_json, print_note, print_rows, print_text

if TYPE_CHECKING:
    from collections.abc import Iterator

TIME = "%Y-%m-%dT%H:%M:%SZ"

keys = typer.Typer(help="API keys: list, create and revoke them.", no_args_is_help=True)


def add_commands(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(keys, name="keys")


@keys.command("list")
def list_keys(context: typer.Context, as_json: AsJson = False) -> None:
    """List the API keys that you manage, newest first, without their secrets."""
    with _explain_problem():
        rows = [*get_connection(context).manage.api_keys()]
    if as_json:
        print_json(rows)
    else:
        columns = (
            *("id", "name", "operation", "team_ids", "prompt_ids", "pointers", "quota", "prefix"),
            *("last_used_at", "expires_at"),
        )
        print_rows(rows, columns)


@keys.command("create")
def create_key(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="What the key is for.")],
    operation: Annotated[
        str, typer.Option(help="What it may do: `read_render`, `all` or `admin`.")
    ] = "read_render",
    team: Team = None,
    everywhere: Annotated[
        bool, typer.Option("--all-teams", help="Make it for all teams of the organisation.")
    ] = False,
    prompts: Annotated[
        list[str] | None,
        typer.Option("--prompt", help="The slug of a prompt, if it is to reach only some."),
    ] = None,
    pointers: Annotated[
        list[str] | None,
        typer.Option("--pointer", help="`live` or a tag, if it is to read only some."),
    ] = None,
    quota: Annotated[int | None, typer.Option(min=1, help="Its requests per minute.")] = None,
    days: Annotated[
        int | None, typer.Option(min=1, max=36_500, help="How long it works; by default for ever.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Create an API key, and print its secret, which is shown only now."""
    connection = get_connection(context)
    if everywhere and team:
        raise ConfigurationError("a key is for a team or for all: leave out --team or --all-teams")
    end = None if days is None else datetime.now(UTC) + timedelta(days=days)
    with _explain_problem():
        document = connection.manage.create_api_key(
            name,
            [] if everywhere else [connection.find_team(team)],
            operation=operation,
            prompts=prompts or None,
            pointers=pointers or None,
            quota=quota,
            expires_at=None if end is None else end.strftime(TIME),
        )
    if as_json:
        print_json(document)
    else:
        print_note(
            f"{name} has the id {document['id']}. This is its secret; it is not shown again:"
        )
        print_text(document["key"])


@keys.command("revoke")
def revoke_key(
    context: typer.Context,
    key_id: Annotated[str, typer.Argument(metavar="ID", help="The id of the key.")],
    as_json: AsJson = False,
) -> None:
    """Revoke an API key; processes that have just used it stop within half a minute."""
    with _explain_problem():
        get_connection(context).manage.revoke_api_key(key_id)
    if as_json:
        print_json(None)
    else:
        print_text(f"{key_id} is revoked")


@contextmanager
def _explain_problem() -> Iterator[None]:
    """Say who manages keys where the service refuses the credential.

    Raises:
        CuebookError: It has refused it.
    """
    try:
        yield
    except AuthenticationError as error:
        raise CuebookError(
            f"{error}: keys are managed by people; sign in with `cuebook login --email` or "
            "`--browser`, and without --api-key and CUEBOOK_API_KEY"
        ) from error
