"""Commands that write prompts and their versions."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .._version_contents import check_texts, create_next_version, create_version, take_content
from .._yaml import YamlError, dump, load
from ..errors import ConfigurationError, CuebookError, ServiceError
from .arguments import Name, Team
from .connection import get_connection
from .output import AsJson, print_json, print_note, print_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..management import Management

MESSAGE_FILES = (".yaml", ".yml", ".json")  # what the names of files with messages end in

File = Annotated[
    Path | None,
    typer.Option(
        "--file",
        "-f",
        allow_dash=True,
        help="A file with the template, or with messages (.yaml, .json); - for the input.",
    ),
]
Engine = Annotated[str | None, typer.Option(help="The template language.")]
Model = Annotated[str | None, typer.Option(help="The model, such as openai/gpt-4o.")]
Params = Annotated[str | None, typer.Option(help="Parameters of the model: a JSON object.")]
Message = Annotated[str, typer.Option("--message", "-m", help="Why the version is created.")]


def add_commands(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("new")(create_prompt)
    app.command("edit")(edit_prompt)


def create_prompt(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The name, which people see.")],
    slug: Annotated[
        str | None, typer.Option(help="What programs ask for; by default made from the name.")
    ] = None,
    description: Annotated[str, typer.Option(help="What it is for.")] = "",
    file: File = None,
    engine: Engine = None,
    model: Model = None,
    params: Params = None,
    message: Message = "",
    team: Team = None,
    as_json: AsJson = False,
) -> None:
    """Create a prompt, with a first version if there is a file for it."""
    connection = get_connection(context)
    settings = _build_settings(engine, model, params)
    if settings and file is None:
        raise ConfigurationError("settings are those of a version: give its text with --file")
    content = None if file is None else {**settings, **_load_texts(file)}
    if content is not None:
        check_texts(content)
    manage = connection.manage
    prompt = manage.create_prompt(
        connection.find_team(team), name, slug=slug, description=description
    )
    version = None
    if content is not None:
        try:
            version = create_version(manage, prompt["id"], content, message=message)
        except ServiceError as error:
            if error.status < 500:  # else the version may be there
                print_note(_remove_prompt(manage, prompt))
            raise
    if as_json:
        print_json({"prompt": prompt, "version": version})
        return
    print_text(prompt["slug"])
    if version is None:
        print_note(f"Write its first version: cuebook edit {prompt['slug']}")


def edit_prompt(
    context: typer.Context,
    name: Name,
    version: Annotated[
        str, typer.Option(help="What to begin with: a number, a tag, `live` or `latest`.")
    ] = "latest",
    file: File = None,
    engine: Engine = None,
    model: Model = None,
    params: Params = None,
    message: Message = "",
    as_json: AsJson = False,
) -> None:
    """Create the next version of a prompt, as a draft, in $VISUAL or $EDITOR or from a file.

    What is not edited stays as it is in the version to begin with. If nothing changes, there is no
    version.
    """
    manage = get_connection(context).manage
    reading = manage.read(name)
    prompt, newest = reading["prompt"], reading["version"]
    begin = newest if version == "latest" or not newest else manage.version(prompt["id"], version)
    before = take_content(begin or {})
    settings = _build_settings(engine, model, params)
    with _open_texts(file, before, is_complete=bool(settings and before)) as texts:
        # A template takes the place of messages.
        base = before if "messages" not in before or not texts else {**before, "messages": None}
        after = take_content({**base, **settings, **texts})
        if after == before:
            print_note("Nothing has changed: there is no new version.")
            document = None
        else:
            document = create_next_version(
                manage,
                prompt["id"],
                after,
                newest=newest and newest["version"],
                message=message,
            )
    if as_json:
        print_json(document)
    elif document is not None:
        print_text(f"{prompt['slug']}: version {document['version']} is {document['status']}")


def _remove_prompt(manage: Management, prompt: Mapping[str, Any]) -> str:
    """Remove a prompt whose first version is refused, and say what is there now."""
    try:
        manage.delete_prompt(prompt["id"])
    except CuebookError as error:
        return f"The prompt {prompt['slug']} is there without a version: {error}"
    return "The prompt is not created."


@contextmanager
def _open_texts(
    file: Path | None, before: Mapping[str, Any], *, is_complete: bool
) -> Iterator[dict[str, Any]]:
    """Get the texts of a new version, and keep those from an editor if the block fails.

    Args:
        file: The file that has them; None for an editor.
        before: The content to begin with.
        is_complete: Whether the texts stay as they are.
    """
    if file is not None:
        yield _load_texts(file)
        return
    if is_complete:
        yield {}
        return
    suffix = ".yaml" if "messages" in before else ".txt"
    with NamedTemporaryFile(
        "w", encoding="utf-8", prefix="cuebook-", suffix=suffix, delete=False
    ) as draft:
        draft.write(_dump_texts(before))
    path = Path(draft.name)
    is_needed = False
    try:
        _run_editor(path)
        is_needed = True
        yield _load_texts(path)
        is_needed = False
    finally:
        if is_needed:
            print_note(f"What you have written is in {path}")
        else:
            path.unlink()


def _run_editor(path: Path) -> None:
    """Let the user edit a file.

    Raises:
        ConfigurationError: The editor does not start, or fails.
    """
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    if editor is None and not sys.stdin.isatty():
        raise ConfigurationError("there is no terminal for an editor: give the text with --file")
    editor = editor or "vi"
    try:
        code = subprocess.call([*shlex.split(editor), str(path)])
    except (OSError, ValueError) as error:
        raise ConfigurationError(
            f"the editor {editor!r} does not start ({error}): set EDITOR, or use --file"
        ) from error
    if code:
        raise ConfigurationError(f"the editor {editor!r} has failed with the exit code {code}")


def _load_texts(path: Path) -> dict[str, Any]:
    """Load a template, or messages, from a file; the end of its last line is not part of it.

    Raises:
        ConfigurationError: It is no text, or it has no messages where its name says so.
    """
    try:
        text = sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8")
        if path.suffix not in MESSAGE_FILES:
            return {"template": text.removesuffix("\n")}
        messages = load(text)  # which reads JSON too
    except YamlError as error:
        raise ConfigurationError(f"{path}:{error.line + 1}: {error}") from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{path} cannot be read: {error}") from error
    if not isinstance(messages, list) or not all(isinstance(each, dict) for each in messages):
        raise ConfigurationError(f"{path} is not a list of messages, each with role and content")
    return {"messages": messages}


def _dump_texts(content: Mapping[str, Any]) -> str:
    """Dump a template, or messages as YAML, as `_load_texts` reads them."""
    if "messages" not in content:
        return f"{content.get('template', '')}\n"
    return dump(content["messages"])


def _build_settings(engine: str | None, model: str | None, params: str | None) -> dict[str, Any]:
    """Build the settings of a version from options; those that are not there are left out.

    Raises:
        ConfigurationError: The parameters are not a JSON object.
    """
    try:
        parameters = None if params is None else json.loads(params)
    except (ValueError, RecursionError) as error:
        raise ConfigurationError(f"--params is not JSON: {error}") from error
    if not isinstance(parameters, dict | None):
        raise ConfigurationError("--params is not a JSON object")
    settings = {"engine": engine, "model": model, "model_params": parameters}
    return {name: value for name, value in settings.items() if value is not None}
