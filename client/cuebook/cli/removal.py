"""Commands that take prompts and versions out of use, and bring them back."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .._names import parse_selector
from ..errors import ConfigurationError, CuebookError
from .arguments import Name
from .connection import get_connection
from .output import AsJson, print_json, print_text
from .prompts import print_version

if TYPE_CHECKING:
    from collections.abc import Mapping

OptionalVersion = Annotated[
    str | None, typer.Argument(help="A number or a tag; without it, the whole prompt.")
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before.")]


def add_commands(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("archive")(archive)
    app.command("restore")(restore_prompt)
    app.command("delete")(delete)


def archive(
    context: typer.Context,
    name: Name,
    version: OptionalVersion = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Archive a prompt, which `restore` brings back, or one of its versions, for good."""
    manage = get_connection(context).manage
    if version is not None:
        _confirm(f"Archive version {version} of {name} for good?", yes)
        document = manage.archive_version(name, parse_selector(version))
        print_version(name, document, as_json=as_json)
        return
    _print_prompt(manage.archive_prompt(name), as_json=as_json)


def restore_prompt(context: typer.Context, name: Name, as_json: AsJson = False) -> None:
    """Make an archived prompt active again."""
    _print_prompt(get_connection(context).manage.restore_prompt(name), as_json=as_json)


def delete(
    context: typer.Context,
    name: Name,
    version: OptionalVersion = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Delete a prompt with all its versions, or one of its drafts, for good."""
    manage = get_connection(context).manage
    if version is None:
        what = f"{name} with all its versions"
        _confirm(f"Delete {what} for good?", yes)
        manage.delete_prompt(name)
    else:
        document = manage.version(name, parse_selector(version))
        what = f"version {document['version']} of {name}"
        if document["status"] != "draft":  # which the service would archive
            raise CuebookError(f"{what} is {document['status']}: only drafts are deleted")
        _confirm(f"Delete {what} for good?", yes)
        manage.delete_version(name, document["version"])
    if as_json:
        print_json(None)
    else:
        print_text(f"{what} is deleted")


def _print_prompt(prompt: Mapping[str, Any], *, as_json: bool) -> None:
    """Print what has become of a prompt."""
    if as_json:
        print_json(prompt)
    else:
        print_text(f"{prompt['slug']} is {prompt['status']}")


def _confirm(question: str, is_confirmed: bool) -> None:
    """Ask before something that cannot be undone.

    Raises:
        ConfigurationError: There is nobody to ask.
        typer.Abort: The answer is no.
    """
    if is_confirmed:
        return
    if not sys.stdin.isatty():
        raise ConfigurationError(f"{question} There is no terminal to ask on: give --yes")
    typer.confirm(question, abort=True, err=True)
