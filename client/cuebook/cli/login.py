"""Commands that keep a key or a session on this machine, and forget it."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from .._address import find_url
from ..client import Cuebook
from ..errors import AuthenticationError, ConfigurationError, CuebookError
from .connection import get_connection
from .credentials import SESSION, load_credentials
from .output import AsJson, print_json, print_note, print_text
from .sign_in import sign_in_with_browser, sign_in_with_password, sign_out

PORT = 8765  # of this machine, which callback_urls of the deployment name


def add_commands(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("login")(log_in)
    app.command("logout")(log_out)


def log_in(
    context: typer.Context,
    url: Annotated[
        str | None, typer.Option(help="The address of the service; by default as of all commands.")
    ] = None,
    api_key: Annotated[
        str | None, typer.Option(help="An API key; without any option you are asked for it.")
    ] = None,
    email: Annotated[
        str | None, typer.Option(help="Sign in as a person, who is asked for the password.")
    ] = None,
    browser: Annotated[
        bool, typer.Option("--browser", help="Sign in with a browser: single sign-on.")
    ] = False,
    port: Annotated[
        int,
        typer.Option(
            min=1,
            max=65_535,
            help="For --browser: callback_urls has http://localhost:PORT/signed-in.",
        ),
    ] = PORT,
    as_json: AsJson = False,
) -> None:
    """Check a key or a session, and keep it for later commands, readable by you alone."""
    if sum((api_key is not None, email is not None, browser)) > 1:
        raise ConfigurationError("choose one of --api-key, --email and --browser")
    url = find_url(url or get_connection(context).url)
    credentials = load_credentials()  # first: a file that is damaged keeps no new session
    if browser:
        secret = sign_in_with_browser(url, port)
    elif email is not None:
        secret = sign_in_with_password(url, email, _ask)
    else:
        secret = (_ask("API key") if api_key is None else api_key).strip()
    with Cuebook(url, secret) as client:
        try:
            teams = client.manage.teams()
        except AuthenticationError as error:
            raise CuebookError(f"the key is unknown, revoked or expired: {error}") from error
    credentials.add(url, secret)
    credentials.save()
    if as_json:
        print_json({"url": url, "teams": teams})
    else:
        names = ", ".join(team["name"] for team in teams) or "no team"
        print_text(f"You use {url} with {names}.")
    if get_connection(context).given_key:
        print_note("Commands use the key of --api-key or CUEBOOK_API_KEY as long as there is one.")


def log_out(context: typer.Context, as_json: AsJson = False) -> None:
    """Forget the key or the session of the service; a session ends."""
    url = get_connection(context).url
    credentials = load_credentials()
    secret = credentials.remove(url)
    if secret is None:
        raise CuebookError(f"you are not logged in to {url}")
    credentials.save()
    if secret.startswith(SESSION):
        try:
            sign_out(url, secret)
        except CuebookError as error:
            print_note(f"The session ends within a day, since the service did not end it: {error}")
    if as_json:
        print_json({"url": url})
    else:
        print_text(f"You are logged out of {url}.")


def _ask(description: str) -> str:
    """Ask for a secret, which a terminal does not show; a script sends it on a line of its own.

    Raises:
        ConfigurationError: There is none.
    """
    if sys.stdin.isatty():
        text: str = typer.prompt(description, hide_input=True, err=True)
    else:
        text = sys.stdin.readline().rstrip("\n")
    if not text:
        raise ConfigurationError(f"the input has no line for this: {description}")
    return text
