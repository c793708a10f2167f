"""Models of the bodies of releases, as `models` explains."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import TypedDict

from shared.dialects.registry.models import Author, Page, Share, SplitShare, require_fields
from shared.dialects.schemas import Id, Items, Time
from shared.domain.protection import MAX_POINTERS
from shared.domain.reviews import TEXT_LENGTH
from shared.domain.splits import SHARES

REVIEW = "Whether a move by anybody else waits for somebody who may make it."
PAYLOADS = "Whether all payloads of a prompt must render before a version comes to these pointers."
ROLLBACK = "Whether editors may roll back to a version that was live before."
PLACE = "`live`, or a tag."

# -- requests


class NewProtection(BaseModel):
    # A misspelled rule would protect less than was meant.
    model_config = require_fields("pointers") | ConfigDict(extra="forbid")
    pointers: Items[str] = Field(
        max_length=MAX_POINTERS,
        description="`live` and tags, of all prompts of the team; empty to protect none.",
        examples=[["live", "production"]],
    )
    required_review: bool = Field(False, description=REVIEW)
    require_payloads: bool = Field(False, description=PAYLOADS)
    editors_roll_back: bool = Field(True, description=ROLLBACK)


class NewRelease(BaseModel):
    model_config = require_fields("pointer") | ConfigDict(extra="forbid")
    pointer: str = Field("", description=PLACE, examples=["live"])
    version: int | None = Field(None, ge=1, description="The version that it is to be at.")
    split: Items[Share] | None = Field(
        None,
        min_length=1,
        max_length=SHARES,
        description="Instead of `version`, the versions that it is to hand out by weight.",
    )
    message: str = Field("", max_length=TEXT_LENGTH, description="Why.")


class Decision(BaseModel):
    model_config = require_fields() | ConfigDict(extra="forbid")
    comment: str = Field("", max_length=TEXT_LENGTH)


# -- responses


class Protection(TypedDict):
    pointers: list[str]
    required_review: Annotated[bool, Field(description=REVIEW)]
    require_payloads: Annotated[bool, Field(description=PAYLOADS)]
    editors_roll_back: Annotated[bool, Field(description=ROLLBACK)]


class Condition(TypedDict):
    variable: str
    operator: str
    value: str


class Release(TypedDict):
    id: Id
    prompt_id: Id
    pointer: Annotated[str, Field(description=PLACE)]
    split: Annotated[list[SplitShare], Field(description="What it is to hand out.")]
    conditions: Annotated[
        list[Condition] | None,
        Field(
            description="Those under which Maxim's clients are to get it, if a deployment of Maxim "
            "is requested; then the pointer itself stays."
        ),
    ]
    is_rollback: Annotated[
        bool, Field(description="Whether it is to be a rollback, with `message` as its reason.")
    ]
    message: str
    status: Literal["waiting", "approved", "rejected", "withdrawn"]
    by: Author
    created_at: Time
    decided_by: Author | None
    decided_at: Time | None
    comment: str


class ReleaseResponse(TypedDict):
    release: Release


class ReleasePage(Page):
    releases: list[Release]


class PointerState(TypedDict):
    pointer: Annotated[str, Field(description=PLACE)]
    split: Annotated[
        list[SplitShare],
        Field(description="The versions that it hands out; none if it is at none."),
    ]
    since: Annotated[
        Time | None,
        Field(description="When it was last moved; null if it was before the last 1,000 changes."),
    ]
    by: Annotated[Author | None, Field(description="Who moved it then.")]
    etag: Annotated[
        str,
        Field(
            description="The ETag of `GET /v1/prompts/{id}/splits/{pointer}`, for the `If-Match` "
            "of a `PUT` there; also where the pointer is at no version."
        ),
    ]
    is_protected: bool
    is_newest_stable: Annotated[
        bool, Field(description="Whether it hands out the newest stable version alone.")
    ]
    waiting: Annotated[list[Release], Field(description="The requests that wait, newest first.")]


class ReleaseState(TypedDict):
    newest_stable: Annotated[
        int | None,
        Field(description="The stable version of the highest number among the newest 50 versions."),
    ]
    pointers: list[PointerState]
