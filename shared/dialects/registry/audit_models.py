"""Models of audit logs, as `models` explains."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field
from typing_extensions import TypedDict

from shared.dialects.registry.models import Author, Page
from shared.dialects.schemas import Id, Time


class Actor(Author):
    kind: Annotated[str, Field(examples=["api_key", "person", "operator"])]


class AuditEntry(TypedDict):
    id: Id
    kind: Annotated[str, Field(description="What happened.", examples=["member.added"])]
    at: Time
    by: Annotated[Actor, Field(description="The API key or the person that did it.")]
    team_id: Annotated[Id | None, Field(description="Null for what concerns no single team.")]
    subject: Annotated[
        Author, Field(description="What it was done to: a key, a person, a team or a prompt.")
    ]
    request_id: Annotated[str, Field(description="Empty for operators' commands.")]
    detail: dict[str, Any]


class AuditPage(Page):
    logs: list[AuditEntry]
