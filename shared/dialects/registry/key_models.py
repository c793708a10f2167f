"""Models of the bodies of API keys, as `models` explains."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, NotRequired

from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import TypedDict

from shared.dialects.registry.models import Author, Page, require_fields
from shared.dialects.schemas import Id, Items, Time
from shared.domain.api_keys import MAX_OVERLAP, MAX_QUOTA

if TYPE_CHECKING:
    from pydantic.config import JsonDict

OPERATION: JsonDict = {"enum": ["read_render", "all", "admin"]}
TEAMS = "The ids of its teams; left out or empty, the whole organization, for its admins only."
POINTERS = "The tags, or `live`, that are the only ones that it reads and moves; null for all."
PROMPTS = "The ids of the only prompts that it reaches; null for all of its teams."
QUOTA = "Requests per minute; null for the default of the deployment."

# -- requests


class NewKey(BaseModel):
    # A misspelled restriction would make a key that may do more than was meant.
    model_config = require_fields("name", "org_id") | ConfigDict(extra="forbid")
    name: str = Field("", description="What the key is for; it need not be unique.")
    org_id: Id = Field("", description="The organization's id.")
    team_ids: Items[Id] | None = Field(None, description=TEAMS)
    operation: str = Field("read_render", json_schema_extra=OPERATION)
    expires_at: str | None = Field(
        None,
        description="When it stops working, in the format of RFC 3339; null for never.",
        json_schema_extra={"format": "date-time"},
        examples=["2027-01-31T00:00:00Z"],
    )
    prompts: Items[str] | None = Field(
        None,
        description="Ids of the only prompts that it reaches, or slugs, which are looked up now.",
        examples=[["welcome"]],
    )
    pointers: Items[str] | None = Field(None, description=POINTERS, examples=[["live"]])
    quota: int | None = Field(
        None, description=QUOTA, json_schema_extra={"minimum": 1, "maximum": MAX_QUOTA}
    )


class KeyChanges(BaseModel):
    """What is left out, or null, stays as it is."""

    model_config = require_fields() | ConfigDict(extra="forbid")
    name: str | None = None
    team_ids: Items[Id] | None = Field(None, description=TEAMS)
    operation: str | None = Field(None, json_schema_extra={"enum": ["read_render", "all", "admin"]})
    quota: int | None = Field(
        None,
        description="Requests per minute; 0 for the default of the deployment.",
        json_schema_extra={"minimum": 0, "maximum": MAX_QUOTA},
    )


class Regeneration(BaseModel):
    model_config = require_fields() | ConfigDict(extra="forbid")
    overlap_seconds: int = Field(
        0,
        description="How long the current secret goes on to work.",
        json_schema_extra={"minimum": 0, "maximum": int(MAX_OVERLAP.total_seconds())},
    )


# -- responses


class KeyTeams(TypedDict):
    org_id: Id
    team_id: NotRequired[Annotated[Id, Field(description="The first of its teams.")]]


class KeyFields(TypedDict):
    team_ids: Annotated[list[Id], Field(description=TEAMS)]
    prefix: Annotated[
        str, Field(description="The first characters of its secret; empty in earlier keys.")
    ]
    public_key: Annotated[
        str, Field(description="What Langfuse's clients send beside the secret; it opens nothing.")
    ]
    created_by: Annotated[Author | None, Field(description="Null for the operator's commands.")]
    expires_at: Annotated[Time | None, Field(description="When it stops working.")]
    prompt_ids: Annotated[list[Id] | None, Field(description=PROMPTS)]
    pointers: Annotated[list[str] | None, Field(description=POINTERS)]
    quota: Annotated[int | None, Field(description=QUOTA)]


class ApiKey(KeyFields, KeyTeams):
    id: Id
    name: str
    operation: str
    created_at: Time
    last_used_at: Annotated[Time | None, Field(description="To the day; null for never.")]


class KeyWithSecret(KeyFields, KeyTeams):
    created_at: Time
    id: Id
    key: Annotated[str, Field(description="The secret, which is shown only here.")]
    name: str
    operation: str


class KeyResponse(TypedDict):
    api_key: ApiKey


class KeyPage(Page):
    api_keys: list[ApiKey]
