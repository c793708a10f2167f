"""The files of `cuebook export`: the prompts of a team, as the service shows them.

Each line is a JSON object: a `prompt`, its `versions` from the first on, and its `payloads`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from .._version_contents import take_content
from ..errors import ConfigurationError, CuebookError
from .items import ImportedPrompt, ImportedVersion

if TYPE_CHECKING:
    from ..management import Management
    from .items import Document


def list_prompts(manage: Management, team_id: str) -> list[Document]:
    """List the prompts of a team, in the order in which they were created."""
    return [*manage.prompts(team_id)][::-1]


def dump_prompt(manage: Management, prompt: Document) -> str:
    """Dump a prompt as a line.

    Args:
        manage: The client's management.
        prompt: The prompt, as `list_prompts` has it.

    Raises:
        CuebookError: The service does not show all of it.
    """
    entry = {
        "prompt": prompt,
        "versions": [*map(_require_whole, manage.versions(prompt["id"]))][::-1],
        "payloads": [*map(_require_whole, manage.payloads(prompt["id"]))][::-1],
    }
    # In ASCII, so that no text of a prompt can end a line or fail to be encoded.
    return f"{json.dumps(entry)}\n"


def _require_whole(document: dict[str, Any]) -> dict[str, Any]:
    """Check that the service shows all of a version or a payload, and return it.

    Raises:
        CuebookError: It does not.
    """
    if document.get("omissions"):
        raise CuebookError(
            f"the service does not show {', '.join(document['omissions'])} of {document['id']} of "
            f"the prompt {document['prompt_id']}: it is too large"
        )
    return document


def load_prompts(text: str, name: str) -> list[ImportedPrompt]:
    """Load the prompts of a file.

    Args:
        text: The text of the file.
        name: The name of the file, for messages.

    Raises:
        ConfigurationError: A line is not that of a prompt.
    """
    prompts = []
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                prompts.append(_load_prompt(line, f"line {number} of {name}"))
            except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
                raise ConfigurationError(
                    f"line {number} of {name} is none of `cuebook export`: {error!r}"
                ) from error
    return prompts


def _load_prompt(line: str, origin: str) -> ImportedPrompt:
    """Load a line.

    Raises:
        ValueError: It is not JSON.
        TypeError: A part of it has another type.
        KeyError: A field is missing.
        AttributeError: An object is something else.
    """
    document = json.loads(line)
    prompt = document["prompt"]
    return ImportedPrompt(
        origin=origin,
        name=_require_text(prompt["name"]),
        slug=_require_text(prompt["slug"]),
        description=_require_text(prompt["description"]),
        keywords=(*map(_require_text, prompt["keywords"]),),
        versions=tuple(
            ImportedVersion(
                label=str(version.get("version", number)),
                content=take_content(version),
                message=_require_text(version["message"]),
                tags=(*map(_require_text, version["tags"]),),
                is_live=version["status"] == "live",
                is_draft=version["status"] == "draft",
                is_archived=version["status"] == "archived",
            )
            for number, version in enumerate(document["versions"], 1)
        ),
        payloads=tuple(
            {"name": each["name"], "variables": each["variables"]} for each in document["payloads"]
        ),
        is_archived=prompt["status"] == "archived",
    )


def _require_text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r:.40} is not a text")
    return value
