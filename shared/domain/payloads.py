"""Payloads: named sample variables, kept with a prompt to try its versions with."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from shared.domain.changes import Act, Change, change, nothing, ordered_id
from shared.domain.prompts import NAME_LENGTH, Prompt, checked_document, checked_text
from shared.errors import InvalidRequest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """Args:
    id: sorts by age.
    """

    id: str
    prompt_id: str
    name: str | None
    variables: Mapping[str, Any]
    created_at: datetime
    updated_at: datetime


def checked_name(name: str | None) -> str | None:
    """Raises InvalidRequest."""
    return name and checked_text(name, "payload name", longest=NAME_LENGTH)


def checked_variables(variables: Any) -> dict[str, Any]:
    """Raises InvalidRequest."""
    if not isinstance(variables, dict):
        raise InvalidRequest("payload variables must be a JSON object")
    return checked_document(variables, "payload variables")


def create(
    prompt: Prompt, *, name: str | None, variables: Mapping[str, Any], act: Act
) -> Change[Payload]:
    at = act.after(prompt)
    payload = Payload(
        id=ordered_id(at),
        prompt_id=prompt.id,
        name=name,
        variables=variables,
        created_at=at,
        updated_at=at,
    )
    detail = {"payload_id": payload.id}
    return change(prompt, act, "payload.created", about=payload, detail=detail, written=(payload,))


def update(prompt: Prompt, payload: Payload, act: Act, **fields: Any) -> Change[Payload]:
    """Replace the given fields; when none is given nothing happens, `updated_at` included."""
    if not fields:
        return nothing(prompt, about=payload)
    changed = replace(payload, **fields, updated_at=act.after(prompt))
    detail = {"payload_id": payload.id}
    return change(prompt, act, "payload.updated", about=changed, detail=detail, written=(changed,))


def delete(prompt: Prompt, payload: Payload, act: Act) -> Change[Payload]:
    detail = {"payload_id": payload.id}
    return change(prompt, act, "payload.deleted", about=payload, detail=detail, erased=(payload,))
