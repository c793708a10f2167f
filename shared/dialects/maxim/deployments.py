"""Deployments: conditions under which a version is served, kept among the prompt's settings.

Each is `{id, versionId, number, conditions, timestamp}`. The SDKs do the matching: of the
deployments whose conditions all hold the one with the most conditions wins, of several the first.
When none does they fall back on the live version, whichever dialect made it so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shared.domain import prompts
from shared.errors import WrongState

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from shared.domain.changes import Act, Change
    from shared.domain.content import Document
    from shared.domain.prompts import Prompt
    from shared.domain.versions import Version

NAME = "maxim"  # under which a prompt keeps what only Maxim says of it


def kept(prompt: Prompt) -> Mapping[str, Any]:
    """`createdById`, `folderId`, `deployments` and `config`, as far as there are any."""
    settings: Mapping[str, Any] = prompt.settings.get(NAME, {})
    return settings


def keep(prompt: Prompt, act: Act, **settings: Any) -> Change[None]:
    """Raises Unprocessable when they have grown too large."""
    return prompts.configure(prompt, NAME, {**kept(prompt), **settings}, act)


def of(prompt: Prompt) -> list[Document]:
    """The deployments of a prompt, newest first, so that the newest wins where several would."""
    deployments: list[Document] = kept(prompt).get("deployments", [])
    return deployments


def deploy(
    prompt: Prompt, version: Version, conditions: Iterable[Document], act: Act, *, at: str
) -> Change[None]:
    """Serve a version under conditions, in place of the one that was served under the same.

    Raises WrongState; Unprocessable.
    """
    if version.stage != "stable":
        raise WrongState(f"a version that is {version.stage} cannot be deployed")
    # The same condition twice would count twice, and win over others.
    distinct = {_key(condition): condition for condition in conditions}
    new = {
        "id": act.new_id,
        "versionId": version.id,
        "number": version.number,
        "conditions": list(distinct.values()),
        "timestamp": at,
    }
    others = [
        deployment
        for deployment in of(prompt)
        if {_key(condition) for condition in deployment["conditions"]} != distinct.keys()
    ]
    return keep(prompt, act, deployments=[new, *others])


def _key(condition: Document) -> tuple[str, str, str]:
    return condition["variable"], condition["operator"], condition["value"]


def rules(deployments: Iterable[Document]) -> dict[str, list[Document]]:
    """Deployments by the id of the version that they serve, as the SDKs look them through."""
    found: dict[str, list[Document]] = {}
    for deployment in deployments:
        found.setdefault(deployment["versionId"], []).append(_rule(deployment))
    return found


def _rule(deployment: Document) -> Document:
    """Source of the form: Maxim's SDKs, which take any other combinator than "AND" for an or.

    They compare texts only: a value of another type would match in one and not in the other.
    """
    leaves = [
        {
            "field": condition["variable"],
            "operator": condition["operator"],
            "value": condition["value"],
            "valueSource": "value",
        }
        for condition in deployment["conditions"]
    ]
    return {
        "id": deployment["id"],
        "timestamp": deployment["timestamp"],
        "rules": {
            "version": deployment["number"],
            "query": {"not": False, "combinator": "AND", "rules": leaves},
        },
    }
