"""Commands that read prompts and their versions."""

from __future__ import annotations

import json
import sys
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .._names import parse_selector
from ..buckets import TOTAL_WEIGHT
from ..errors import ConfigurationError, CuebookError, NotFoundError, RenderError
from .arguments import Name, Selector, Team
from .connection import get_connection
from .output import (
    CONFLICT,
    AsJson,
    format_value,
    print_diff,
    print_fields,
    print_json,
    print_note,
    print_rows,
    print_text,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..client import Cuebook
    from ..management import Management

PERCENT = TOTAL_WEIGHT // 100


def add_commands(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("list")(list_prompts)
    app.command("show")(show_prompt)
    app.command("versions")(list_versions)
    app.command("history")(list_history)
    app.command("diff")(diff_versions)
    app.command("render")(render_prompt)


def list_prompts(
    context: typer.Context,
    team: Team = None,
    search: Annotated[
        str | None, typer.Option(help="A text in the name, the slug, the description or a keyword.")
    ] = None,
    status: Annotated[str | None, typer.Option(help="`active` or `archived`.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the prompts of a team, newest first."""
    connection = get_connection(context)
    rows = [*connection.manage.prompts(connection.find_team(team), q=search, status=status)]
    if as_json:
        print_json(rows)
    else:
        print_rows(rows, ("slug", "name", "status", "keywords", "updated_at"))


def show_prompt(
    context: typer.Context,
    name: Name,
    version: Annotated[
        str | None,
        typer.Option(help="A number, a tag, `live` or `latest`; by default live, or else latest."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show a prompt and one of its versions, as it is written."""
    manage = get_connection(context).manage
    prompt = manage.prompt(name)
    current = manage.version(name, version) if version else _find_version(manage, name)
    if as_json:
        print_json({"prompt": prompt, "version": current})
        return
    print_fields(prompt, ("slug", "name", "description", "keywords", "id", "team_id"))
    print_text(f"status: {prompt['status']}")
    if current is None:
        print_note(f"There is no version yet: cuebook edit {prompt['slug']}")
        return
    settings = ("engine", "model", "model_params", "tools", "response_format", "inputs")
    print_text(f"\nversion: {current['version']} ({current['status']})")
    if current["status"] == "live" and len(shares := manage.get_split(name)["split"]) > 1:
        print_text(f"split of live: {format_shares(shares)}")
    print_fields(current, ("tags", "message", "created_at", *settings))
    print_text(f"\n{format_texts(current)}")


def list_versions(context: typer.Context, name: Name, as_json: AsJson = False) -> None:
    """List the versions of a prompt, highest number first."""
    rows = [*get_connection(context).manage.versions(name)]
    if as_json:
        print_json(rows)
    else:
        rows = [{**row, "author": row["author"]["name"]} for row in rows]
        print_rows(rows, ("version", "status", "tags", "model", "author", "created_at", "message"))


def list_history(
    context: typer.Context,
    name: Name,
    limit: Annotated[int, typer.Option(min=1, help="How many events at most.")] = 100,
    as_json: AsJson = False,
) -> None:
    """List what has happened to a prompt, newest first."""
    rows = [*islice(get_connection(context).manage.history(name), limit)]
    if as_json:
        print_json(rows)
    else:
        rows = [
            {**row, "by": row["by"]["name"], "detail": _format_detail(row["detail"])}
            for row in rows
        ]
        print_rows(rows, ("at", "event", "by", "detail"))


def diff_versions(
    context: typer.Context,
    name: Name,
    before: Selector = "live",
    after: Selector = "latest",
    check: Annotated[
        bool, typer.Option("--check", help="End with the exit code 3 if they differ.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Compare two versions of a prompt: their texts, and their settings."""
    document = get_connection(context).manage.diff(name, before, after)
    if as_json:
        print_json(document)
    else:
        print_diff(document["diff"])
        for setting in document["settings"]:
            print_diff(f"@ {setting['field']}")
            for sign, side in (("-", "from"), ("+", "to")):
                if setting[side] is not None:
                    print_diff(f"{sign}{format_value(setting[side])}")
    if check and (document["diff"] or document["settings"]):
        raise typer.Exit(CONFLICT)


def render_prompt(
    context: typer.Context,
    name: Name,
    version: Annotated[str, typer.Option(help="A number, a tag, `live` or `latest`.")] = "live",
    variables: Annotated[
        list[str] | None,
        typer.Option("--var", metavar="NAME=VALUE", help="A variable, whose value is a text."),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option(
            "--vars", allow_dash=True, help="A JSON file with values by name; - for the input."
        ),
    ] = None,
    payload: Annotated[
        str | None, typer.Option(help="The name or the id of a payload of the prompt.")
    ] = None,
    split_key: Annotated[
        str | None, typer.Option(help="Whose prompt it is, where the pointer is split.")
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Refuse missing variables in every language.")
    ] = False,
    remote: Annotated[
        bool, typer.Option("--remote", help="Let the service render, not this machine.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Render a prompt; what `--var` says counts before `--vars`, and that before `--payload`."""
    client = get_connection(context).client
    selector = parse_selector(version)
    values = _find_payload(client.manage, name, payload)["variables"] if payload else {}
    values = {**values, **_load_variables(file), **_parse_variables(variables or ())}
    if remote:
        document = client.manage.render_remote(
            name, values, selector=selector, split_key=split_key, strict=strict
        )
    else:
        try:
            document = _render(client, name, values, selector, split_key=split_key, strict=strict)
        except RenderError as error:
            options = " ".join(f"--var {variable}=…" for variable in error.missing)
            raise CuebookError(f"{error}{options and f'; give {options}'}") from error
    if as_json:
        print_json(document)
        return
    if document["missing"]:
        print_note(f"without a value: {', '.join(document['missing'])}")
    print_text(document["rendered"])


def format_texts(version: Mapping[str, Any]) -> str:
    """Format the template of a version, or its messages with their roles."""
    if not version.get("messages"):
        return str(version["template"])
    return "\n\n".join(
        f"[{message.get('role') or message.get('type')}]\n{_format_message(message)}"
        for message in version["messages"]
    )


def format_shares(shares: Sequence[Mapping[str, Any]]) -> str:
    """Format the versions that a pointer is split between, as `cuebook split` takes them."""
    return " ".join(f"{share['version']}={share['weight'] / PERCENT:g}" for share in shares)


def print_version(name: str, document: dict[str, Any], *, as_json: bool) -> None:
    """Print what has become of a version."""
    if as_json:
        print_json(document)
        return
    tags = format_value(document["tags"])
    print_text(
        f"{name}: version {document['version']} is {document['status']}"
        f"{tags and f', with the tags {tags}'}"
    )


def _format_message(message: Mapping[str, Any]) -> str:
    """Format what a message says: its text, or all but its role where that is not a text."""
    content = message.get("content")
    if isinstance(content, str):
        return content
    rest = {key: value for key, value in message.items() if key != "role"}
    return json.dumps(rest, ensure_ascii=False, indent=2)


def _format_detail(detail: Mapping[str, Any]) -> str:
    """Format what an event says, without the ids of versions, whose numbers are there too."""
    return ", ".join(
        f"{name.replace('_', ' ')} {format_value(value)}"
        for name, value in detail.items()
        if value is not None and not name.endswith("_id")
    )


def _find_version(manage: Management, name: str) -> dict[str, Any] | None:
    """Find the live version, or else the latest; None for a prompt without versions."""
    try:
        return manage.version(name)
    except NotFoundError:
        return next(manage.versions(name), None)


def _find_payload(manage: Management, name: str, payload: str) -> dict[str, Any]:
    """Find a payload of a prompt by its name or its id.

    Raises:
        CuebookError: The prompt has no such payload, or several.
    """
    rows = [*manage.payloads(name)]
    matches = [row for row in rows if payload in (row["name"], row["id"])]
    if len(matches) == 1:
        return matches[0]
    if matches:
        ids = ", ".join(row["id"] for row in matches)
        raise CuebookError(f"{name} has several payloads {payload!r}: choose one of {ids}")
    names = ", ".join(str(row["name"] or row["id"]) for row in rows) or "none"
    raise CuebookError(f"{name} has no payload {payload!r}; it has {names}")


def _parse_variables(texts: Sequence[str]) -> dict[str, str]:
    """Parse the options that set variables.

    Raises:
        ConfigurationError: One is not a name and a value.
    """
    variables = {}
    for text in texts:
        name, sign, value = text.partition("=")
        if not sign or not name:
            raise ConfigurationError(f"--var {text!r} is not NAME=VALUE")
        variables[name] = value
    return variables


def _load_variables(file: Path | None) -> dict[str, Any]:
    """Load the file of variables.

    Raises:
        ConfigurationError: It is not a JSON object.
    """
    if file is None:
        return {}
    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
        document = json.loads(text)
    except FileNotFoundError as error:
        raise ConfigurationError(f"--vars takes a file, and there is no file {file}") from error
    except (ValueError, RecursionError) as error:
        raise ConfigurationError(f"{file} is not JSON: {error}") from error
    if not isinstance(document, dict):
        raise ConfigurationError(f"{file} is not a JSON object with values by name")
    return document


def _render(
    client: Cuebook,
    name: str,
    values: Mapping[str, Any],
    selector: int | str,
    *,
    split_key: str | None,
    strict: bool,
) -> dict[str, Any]:
    """Render a prompt in this process, to a document like the service's."""
    version = selector if isinstance(selector, int) else None
    tag = selector if isinstance(selector, str) and selector != "live" else None
    rendering = client.render(
        name, values, version=version, tag=tag, split_key=split_key, strict=strict
    )
    prompt = rendering.prompt
    document: dict[str, Any] = {
        "rendered": str(rendering),
        "version": prompt.version,
        "tags": prompt.tags,
        "missing": rendering.missing,
        "model": prompt.model,
        "model_params": prompt.params,
    }
    if prompt.source_messages is not None:
        document["messages"] = rendering.messages
    return document
