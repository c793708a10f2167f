"""Deployments: conditions under which a version is served, stored in the prompt's settings.

A deployment is `{id, versionId, number, conditions, timestamp}`. The SDKs choose one: among the
deployments whose conditions are all true, the one with the most conditions, and the first of
several. If there is none, they use the live version.
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

from shared.dialects.formats import dump_js_time
from shared.domain import prompts
from shared.ids import new_id
from shared.problems import WrongState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from shared.dialects.maxim import models
    from shared.domain.changes import Change, Origin
    from shared.domain.content import Document
    from shared.domain.model import Prompt, Version

NAME = "maxim"  # the dialect's name in the settings of a prompt
# Maxim's operators, as its SDKs compare: texts, and the value of the deployment on the left.
OPERATORS: Mapping[str, Callable[[str, str], bool]] = {
    ">": operator.gt,
    "<": operator.lt,
    "<=": operator.le,
    ">=": operator.ge,
    "=": operator.eq,
}


def get_settings(prompt: Prompt) -> Mapping[str, Any]:
    """Get the settings `createdById`, `folderId`, `deployments` and `config`, if they exist."""
    settings: Mapping[str, Any] = prompt.settings.get(NAME, {})
    return settings


def update_settings(prompt: Prompt, origin: Origin, **settings: Any) -> Change[None]:
    """Replace some of the settings.

    Raises:
        Unprocessable: The prompt's settings take too many bytes.
    """
    return prompts.configure(prompt, NAME, {**get_settings(prompt), **settings}, origin)


def deploy(
    prompt: Prompt, version: Version, conditions: Iterable[Document], origin: Origin
) -> Change[None]:
    """Deploy a version, replacing the deployment with the same conditions.

    Raises:
        WrongState: The version is a draft, or archived.
        Unprocessable: The prompt's settings take too many bytes.
    """
    if version.stage != "stable":
        raise WrongState(
            f"version {version.number} has the status {version.stage}, which cannot be deployed; "
            "choose a stable version, or promote the draft first"
        )
    # The SDKs would count a repeated condition twice.
    distinct = {prompts.identify_condition(condition): condition for condition in conditions}
    new = {
        "id": new_id(),
        "versionId": version.id,
        "number": version.number,
        "conditions": list(distinct.values()),
        "timestamp": dump_js_time(origin.now),
    }
    return prompts.deploy(prompt, new, origin)


def find_deployment(prompt: Prompt, query: Sequence[Document]) -> Document | None:
    """Find the deployment that a query selects, as the SDKs choose it.

    A condition of the query with the operator `=` is the value of a variable; one with another
    operator is a condition that the deployment must have.

    Args:
        prompt: The prompt.
        query: Conditions, each with `variable`, `operator` and `value`.

    Returns:
        Among the deployments whose conditions are all true, and that use the whole query, the one
        with the most conditions, and the newest of several; None without any.
    """
    matches = (deployment for deployment in prompt.deployments if _is_selected(deployment, query))
    return max(matches, key=lambda deployment: len(deployment["conditions"]), default=None)


def _is_selected(deployment: Document, query: Sequence[Document]) -> bool:
    pairs = [(condition, term) for condition in deployment["conditions"] for term in query]
    true_pairs = [pair for pair in pairs if _is_true(*pair)]
    conditions = {_get_key(condition) for condition, _ in true_pairs}
    uses = {_get_key(term) for _, term in true_pairs}
    return len(conditions) == len(deployment["conditions"]) and uses == {*map(_get_key, query)}


def _is_true(condition: Document, term: Document) -> bool:
    if condition["variable"] != term["variable"]:
        return False
    if term["operator"] == "=":
        return OPERATORS[condition["operator"]](condition["value"], term["value"])
    return _get_key(condition) == _get_key(term)


def _get_key(condition: Document) -> tuple[str, str, str]:
    return condition["variable"], condition["operator"], condition["value"]


def build_rules(deployments: Iterable[Document]) -> dict[str, list[models.DeploymentRule]]:
    """Build the rules that the SDKs evaluate, by the id of the version that they select."""
    rules: dict[str, list[models.DeploymentRule]] = {}
    for deployment in deployments:
        rules.setdefault(deployment["versionId"], []).append(_build_rule(deployment))
    return rules


def _build_rule(deployment: Document) -> models.DeploymentRule:
    """Build the rule of a deployment.

    Source: Maxim's SDKs, which treat every combinator but "AND" as an or. Values are texts,
    because for other types the SDKs' comparisons differ.
    """
    leaves: list[models.Rule] = [
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
