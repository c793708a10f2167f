"""Rules of payloads: sample variables that are stored with a prompt."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from shared.domain.changes import Change, build_change
from shared.domain.checks import check_document, check_name
from shared.domain.model import Payload
from shared.ids import new_ordered_id
from shared.problems import InvalidRequest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shared.domain.changes import Origin
    from shared.domain.model import Prompt


def check_payload_name(name: str | None) -> str | None:
    """Check that the name of a payload can be stored.

    Raises:
        InvalidRequest: The name is too long or contains a NUL character.
    """
    return name and check_name(name, "payload name")


def check_variables(variables: Any) -> dict[str, Any]:
    """Check that the variables of a payload can be stored.

    Raises:
        InvalidRequest: The variables are not a JSON object, or contain a NUL character.
    """
    if not isinstance(variables, dict):
        raise InvalidRequest("payload variables must be a JSON object")
    return check_document(variables, "payload variables")


def create(
    prompt: Prompt, *, name: str | None, variables: Mapping[str, Any], origin: Origin
) -> Change[Payload]:
    """Create a payload."""
    at = origin.get_time_after(prompt)
    payload = Payload(
        id=new_ordered_id(at),
        prompt_id=prompt.id,
        name=name,
        variables=variables,
        created_at=at,
        updated_at=at,
    )
    return build_change(
        prompt,
        origin,
        "payload.created",
        subject=payload,
        detail={"payload_id": payload.id},
        puts=(payload,),
    )


def update(prompt: Prompt, payload: Payload, origin: Origin, **fields: Any) -> Change[Payload]:
    """Replace some fields of a payload; without any, not even `updated_at` changes."""
    if not fields:
        return Change.none(prompt, subject=payload)
    after = replace(payload, **fields, updated_at=origin.get_time_after(prompt))
    return build_change(
        prompt,
        origin,
        "payload.updated",
        subject=after,
        detail={"payload_id": payload.id},
        puts=(after,),
    )


def delete(prompt: Prompt, payload: Payload, origin: Origin) -> Change[Payload]:
    """Delete a payload."""
    return build_change(
        prompt,
        origin,
        "payload.deleted",
        subject=payload,
        detail={"payload_id": payload.id},
        deletes=(payload,),
    )
