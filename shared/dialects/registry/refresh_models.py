"""Models of the bodies with which clients refresh prompts, as `models` explains."""

from __future__ import annotations

from typing import Annotated, Any, NotRequired

from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import TypedDict

from shared.dialects.registry.models import ResolvableVersion, SplitShare, require_fields
from shared.dialects.registry.refresh_requests import ETAG_LENGTH, MAX_PROMPTS
from shared.dialects.schemas import Items
from shared.domain.checks import NAME_LENGTH

NAME = Annotated[str, Field(description="The slug or the id, as it was sent.")]
POINTER = Annotated[int | str, Field(description="The pointer, as it was sent.")]
ETAG = Annotated[str, Field(description="What to send the next time.")]

# -- requests


class PromptCopy(BaseModel):
    model_config = require_fields("name") | ConfigDict(extra="forbid")
    name: str = Field(
        "",
        min_length=1,
        max_length=NAME_LENGTH,
        description="The slug of the prompt, or its id.",
        examples=["welcome"],
    )
    pointer: int | str | None = Field(
        "live",
        description="What the client follows: `live`, `latest`, a tag, or the number of a version.",
        examples=["live"],
    )
    etag: str | None = Field(
        None,
        max_length=ETAG_LENGTH,
        description="The `etag` that came with what the client holds; left out if it holds "
        "nothing.",
    )


class RefreshRequest(BaseModel):
    model_config = require_fields("prompts") | ConfigDict(extra="forbid")
    prompts: Items[PromptCopy] = Field(
        max_length=MAX_PROMPTS,
        description="Each pair of a name and a pointer once.",
        examples=[[{"name": "welcome", "pointer": "live"}]],
    )


# -- responses


class NamedPointer(TypedDict):
    name: NAME
    pointer: POINTER


class UnchangedPrompt(NamedPointer):
    etag: ETAG


class FailedPrompt(NamedPointer):
    error: Annotated[str, Field(examples=["an item cannot be read"])]
    code: Annotated[str, Field(examples=["unreadable"])]
    details: NotRequired[list[Any]]


class RefreshedPrompt(ResolvableVersion, NamedPointer):
    etag: ETAG
    split: NotRequired[
        Annotated[
            list[SplitShare],
            Field(
                description="Where the pointer is split: its versions with their weights. "
                "`version` is the first, which callers without a `split_key` get."
            ),
        ]
    ]
    others: NotRequired[
        Annotated[
            list[ResolvableVersion],
            Field(description="Where the pointer is split: its versions after the first."),
        ]
    ]


class RefreshedPrompts(TypedDict):
    prompts: Annotated[
        list[RefreshedPrompt],
        Field(description="What the client does not hold yet, with all parts in the texts."),
    ]
    unchanged: Annotated[
        list[UnchangedPrompt], Field(description="What the client holds, and has to keep.")
    ]
    unknown: Annotated[
        list[NamedPointer],
        Field(
            description="What does not exist for the caller: the prompt, or a version at the "
            "pointer."
        ),
    ]
    omitted: Annotated[
        list[NamedPointer],
        Field(description="What this response has no room for: send it again, by itself."),
    ]
    failed: Annotated[
        list[FailedPrompt],
        Field(
            description="What exists and cannot be shown, with the problem that a read of it alone "
            "has. The client keeps what it holds."
        ),
    ]
