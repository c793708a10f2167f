"""Models of px0's bodies.

The models of requests check only types. The rules check values, with px0's error texts; so a
required field has a default here, and is required only in the OpenAPI document.

Responses are TypedDicts, from which mypy checks what is dumped and the OpenAPI document is
generated. Functions that only read do not import this module.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, NotRequired

from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import TypedDict

from shared.buckets import TOTAL_WEIGHT
from shared.dialects.schemas import Id, Items, Omissions, Time
from shared.domain.content import ENGINES, Engine
from shared.domain.splits import SHARES, SPLIT_KEY_LENGTH

if TYPE_CHECKING:
    from pydantic.config import JsonDict

OBJECT: JsonDict = {"type": "object", "additionalProperties": True}
OBJECTS: JsonDict = {
    "type": ["array", "null"],
    "items": {"type": "object", "additionalProperties": True},
}
OBJECT_OR_NULL: JsonDict = {"type": ["object", "null"], "additionalProperties": True}


def require_fields(*fields: str) -> ConfigDict:
    """Build the configuration of a request's model, with the fields that its document requires."""
    return ConfigDict(strict=True, json_schema_extra={"required": list(fields)} if fields else None)


# -- requests


class NewPrompt(BaseModel):
    model_config = require_fields("name")
    name: str = Field("", description="Unique in the team; at most 255 characters.")
    description: str = ""
    slug: str = Field("", description="Made from the name by default.")


class PromptChanges(BaseModel):
    model_config = require_fields()
    description: str = Field("", description="Without this field the description becomes empty.")


class PromptPatch(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")
    name: str = Field("", description="Unique in the team; at most 255 characters.")
    slug: str = Field("", description="Applications find the prompt by it.")
    description: str = ""
    keywords: Items[str] = Field([], description="Words to find the prompt by; at most 20.")


class Move(BaseModel):
    model_config = require_fields("team_id")
    team_id: Id = Field("", description="The id of the team to move the prompt to.")


class NewVersion(BaseModel):
    """A version is a `template`, or a conversation of `messages`."""

    model_config = require_fields()
    template: str = Field("", description="The text to render.", examples=["Hello, {{.name}}!"])
    messages: Any = Field(
        None,
        description="A conversation in OpenAI's format: a `role`, and a `content` of a text or of "
        "parts; `tool_calls` and all other fields are kept. A message of the type `placeholder` "
        "stands for the messages that a variable of its `name` has.",
        json_schema_extra=OBJECTS,
    )
    tools: Any = Field(
        None, description="Tools that the model may call.", json_schema_extra=OBJECTS
    )
    response_format: Any = Field(
        None,
        description="What the model must produce, in OpenAI's format.",
        json_schema_extra=OBJECT_OR_NULL,
    )
    inputs: Any = Field(
        None,
        description="Declared variables: a `name` and, where there are any, a `type`, a "
        "`description` and whether it is `required`.",
        json_schema_extra=OBJECTS,
    )
    engine: str = Field(
        "go",
        description="The template's language; in `tela`, only a version of Tela has variables.",
        json_schema_extra={"enum": [*ENGINES]},
    )
    model: str | None = None
    model_params: Any = Field(
        None,
        description="Such as `temperature`; all are stored as they are.",
        json_schema_extra=OBJECT_OR_NULL,
    )
    message: str = Field("", description="Why this version is created.")


class VersionChanges(BaseModel):
    """Null removes what it is sent for, except the template and the engine."""

    null_counts: ClassVar[frozenset[str]] = frozenset(
        {"messages", "model", "model_params", "tools", "response_format", "inputs"}
    )
    model_config = require_fields()
    template: str | None = Field(None, examples=["Hello again, {{.name}}!"])
    engine: str | None = Field(None, json_schema_extra={"enum": [*ENGINES, None]})
    model: str | None = None
    model_params: Any = Field(None, json_schema_extra=OBJECT_OR_NULL)
    messages: Any = Field(
        None,
        description="Null with a template makes a text of a conversation. Without null, a template "
        "that is the text of the conversation changes nothing.",
        json_schema_extra=OBJECTS,
    )
    tools: Any = Field(None, json_schema_extra=OBJECTS)
    response_format: Any = Field(None, json_schema_extra=OBJECT_OR_NULL)
    inputs: Any = Field(None, json_schema_extra=OBJECTS)
    message: str | None = Field(None, description="Why this version is created.")


class NewTag(BaseModel):
    model_config = require_fields("tag")
    tag: str = Field("", json_schema_extra={"pattern": "^[A-Za-z0-9_.-]{1,50}$"})


class Rollback(BaseModel):
    model_config = require_fields("rollback_reason")
    target_version: int | None = Field(
        None,
        description="By default the version that was live before.",
        json_schema_extra={"minimum": 1},
    )
    rollback_reason: str = Field("", description="Recorded in the prompt's history.")


class NewPayload(BaseModel):
    null_counts: ClassVar[frozenset[str]] = frozenset({"variables"})
    model_config = require_fields("variables")
    name: str | None = None
    variables: Any = Field(
        None,
        description="Sample values by name.",
        json_schema_extra=OBJECT,
        examples=[{"user": "Ada", "role": "Admin"}],
    )


class PayloadChanges(BaseModel):
    null_counts: ClassVar[frozenset[str]] = frozenset({"variables"})
    model_config = require_fields()
    name: str | None = Field(None, description="Null leaves the name unchanged.")
    variables: Any = Field(None, description="Replaces all variables.", json_schema_extra=OBJECT)


class Values(BaseModel):
    variables: dict[str, Any] | None = Field(None, examples=[{"name": "Ada"}])
    payload_id: str | None = Field(
        None,
        description="The id of a payload of the prompt, whose variables count where `variables` "
        "does not have them.",
        json_schema_extra={"format": "uuid"},
    )
    strict: bool | None = Field(
        None, description="Whether a missing variable is an error, as it always is in Go and Jinja."
    )


class RenderRequest(Values):
    model_config = require_fields()
    split_key: str | None = Field(
        None,
        max_length=SPLIT_KEY_LENGTH,
        description="Whose version it is, where the pointer is split, such as the id of a user.",
        examples=["user-1"],
    )


class TextToCheck(NewVersion, Values):
    """What a new version would be sent as, the prompt, and variables to render it with."""

    model_config = ConfigDict(strict=True, extra="forbid")
    engine: str = Field(
        "",
        description="The template's language. Without it, that of the prompt's newest version, or "
        "else one that the markup tells.",
        json_schema_extra={"enum": [*ENGINES]},
    )
    prompt_id: str = Field(
        "", description="The id or the slug of the prompt that the text is for.", examples=[""]
    )
    team_id: Id = Field(
        "", description="The team, for the text of a new prompt; by default the only one."
    )


class Share(BaseModel):
    model_config = require_fields("version", "weight")
    version: int = Field(ge=1, examples=[2])
    weight: int = Field(ge=1, le=TOTAL_WEIGHT, description=f"Parts of {TOTAL_WEIGHT}.")


class NewSplit(BaseModel):
    model_config = require_fields("split")
    split: Items[Share] = Field(
        min_length=1,
        max_length=SHARES,
        description=f"The versions, whose weights sum to {TOTAL_WEIGHT}; the first is that of "
        "callers without a `split_key`.",
        examples=[[{"version": 2, "weight": 9500}, {"version": 3, "weight": 500}]],
    )


# -- responses


class SignInPage(TypedDict):
    url: Annotated[str, Field(description="The address of the page, without a path.")]
    client_id: Annotated[str, Field(description="The `client_id` that the page knows callers by.")]


class Health(TypedDict):
    status: Literal["OK"]
    version: Annotated[str, Field(description="The version of Cuebook.")]
    sign_in_page: Annotated[
        SignInPage | None,
        Field(description="Where people sign in with a browser; null without single sign-on."),
    ]


class Prompt(TypedDict):
    id: Id
    team_id: Id
    slug: str
    name: str
    description: str
    status: Literal["active", "archived"]
    created_at: Time
    updated_at: Time
    keywords: Annotated[list[str], Field(description="Words to find the prompt by.")]


class Author(TypedDict):
    id: str
    name: str


class PromptVersion(TypedDict):
    id: Id
    prompt_id: Id
    version: int
    template: str
    status: Literal["draft", "stable", "live", "archived"]
    created_at: Time
    published_at: Annotated[Time | None, Field(description="When it was last promoted.")]
    tags: list[str]
    model: str | None
    model_params: dict[str, Any] | None
    engine: Engine
    message: str
    author: Author
    messages: Annotated[
        list[dict[str, Any]] | None, Field(description="Null if the version is a template.")
    ]
    tools: list[dict[str, Any]] | None
    response_format: dict[str, Any] | None
    inputs: list[dict[str, Any]] | None
    omissions: NotRequired[Omissions]


class PromptResponse(TypedDict):
    prompt: Prompt


class PromptAndVersionResponse(PromptResponse):
    version: NotRequired[
        Annotated[PromptVersion, Field(description="Only if the request selects a version.")]
    ]


class Page(TypedDict):
    next_cursor: NotRequired[
        Annotated[str, Field(description="The `cursor` of the next page, if there is one.")]
    ]


class SplitShare(TypedDict):
    version: int
    weight: Annotated[int, Field(description=f"Parts of {TOTAL_WEIGHT}.")]


class PointerTarget(TypedDict):
    pointer: Annotated[str, Field(description="`live`, or a tag.", examples=["live"])]
    split: Annotated[list[SplitShare], Field(description="The versions that it hands out.")]
    since: NotRequired[
        Annotated[
            Time,
            Field(
                description="Since when the first of them has been live; missing for tags, and "
                "where it was not recorded."
            ),
        ]
    ]
    by: NotRequired[Annotated[Author, Field(description="Who made it live then.")]]


class PromptRow(Prompt):
    pointers: NotRequired[
        Annotated[
            list[PointerTarget],
            Field(
                description="`live`, if a version is, and the tags; only with `include=pointers`, "
                "as the fields that follow."
            ),
        ]
    ]
    last_version: NotRequired[
        Annotated[int, Field(description="The highest number of its versions so far, or 0.")]
    ]
    newest_stable: NotRequired[
        Annotated[
            int | None,
            Field(
                description="The newest version that is, or has been, stable; null without one, "
                "missing where it was not recorded."
            ),
        ]
    ]
    changed_at: NotRequired[
        Annotated[
            Time, Field(description="When the prompt, or anything that belongs to it, changed.")
        ]
    ]
    changed_by: NotRequired[Annotated[Author | None, Field(description="Who changed it then.")]]
    live: NotRequired[
        Annotated[
            PromptVersion | None,
            Field(description="The live version, if there is one; only with `include=live`."),
        ]
    ]
    omissions: NotRequired[Omissions]


class PromptPage(Page):
    prompts: list[PromptRow]


class VersionResponse(TypedDict):
    version: PromptVersion


class IncludedVersion(TypedDict):
    prompt_id: Id
    slug: str
    version: int


Includes = Annotated[
    list[IncludedVersion],
    Field(description="The versions of other prompts that were put in, if any."),
]


class Inclusion(TypedDict):
    includes: NotRequired[Includes]


class ResolvableVersion(VersionResponse, Inclusion):
    pass


class WrittenVersion(VersionResponse):
    warnings: NotRequired[
        Annotated[list[str], Field(description="What other dialects' clients cannot read, if any.")]
    ]


class VersionAtTime(VersionResponse):
    at: Annotated[Time, Field(description="The time in the request.")]
    pointer: Annotated[str, Field(description="`live`, or the tag.", examples=["live"])]


class VersionPage(Page):
    versions: list[PromptVersion]


SettingChange = TypedDict("SettingChange", {"field": str, "from": Any, "to": Any})


class Diff(TypedDict):
    diff: Annotated[
        str,
        Field(
            description="A unified diff with three lines of context; empty if the texts are equal."
        ),
    ]
    from_template: str
    from_version: int
    settings: Annotated[
        list[SettingChange], Field(description="What differs besides the texts, field by field.")
    ]
    to_template: str
    to_version: int


class VariableList(TypedDict):
    variables: list[str]


class Finding(TypedDict):
    path: Annotated[
        str,
        Field(
            description="The field of the request, such as `messages[1].content`.",
            examples=["template"],
        ),
    ]
    line: Annotated[int | None, Field(description="Counted from 1; null where it is not known.")]
    column: Annotated[
        int | None,
        Field(description="In characters of the line, counted from 1; null where it is not known."),
    ]
    message: str


class RenderedTexts(TypedDict):
    rendered: Annotated[
        str, Field(description="Of a conversation, its texts with empty lines between them.")
    ]
    messages: NotRequired[
        Annotated[
            list[dict[str, Any]],
            Field(description="The rendered messages; only if the version is a conversation."),
        ]
    ]
    omissions: NotRequired[Omissions]


class TextCheck(TypedDict):
    engine: Engine
    variables: Annotated[
        list[str],
        Field(
            description="What a rendering may be given, of the texts that are templates, and of "
            "what they include."
        ),
    ]
    errors: Annotated[
        list[Finding], Field(description="What is wrong with the text; the first 100.")
    ]
    warnings: Annotated[
        list[Finding], Field(description="What other dialects' clients cannot read, if any.")
    ]
    rendering: Annotated[
        RenderedTexts | None,
        Field(
            description="Null where something is wrong or missing, or where the text has variables "
            "and the request has neither `variables` nor a `payload_id`."
        ),
    ]
    missing_variables: Annotated[
        list[str],
        Field(description="The variables that the text uses and the request has no value for."),
    ]


class Tag(TypedDict):
    tag: str
    version: int


class TagPage(Page):
    tags: list[Tag]


class PromptPayload(TypedDict):
    id: Id
    prompt_id: Id
    name: str | None
    variables: dict[str, Any]
    created_at: Time
    updated_at: Time
    omissions: NotRequired[Omissions]


class PayloadResponse(TypedDict):
    payload: PromptPayload


class PayloadPage(Page):
    payloads: list[PromptPayload]


class Event(TypedDict):
    id: Id
    sequence: Annotated[int, Field(description="The revision of the prompt after the event.")]
    event: Annotated[str, Field(examples=["version.promoted"])]
    at: Time
    by: Author
    detail: dict[str, Any]
    live_version: NotRequired[
        Annotated[
            int | None,
            Field(description="The live version after the event; missing if it was not recorded."),
        ]
    ]


class EventPage(Page):
    events: list[Event]


class SplitResponse(TypedDict):
    pointer: str
    split: list[SplitShare]


class Rendering(RenderedTexts, Inclusion):
    slug: str
    tags: list[str]
    version: int
    missing: Annotated[
        list[str],
        Field(description="The variables that the version uses and the request has no value for."),
    ]
    model: str | None
    model_params: dict[str, Any] | None
    tools: NotRequired[list[dict[str, Any]]]
    response_format: NotRequired[dict[str, Any]]


class APIError(TypedDict):
    error: Annotated[str, Field(examples=["prompt not found"])]
    code: Annotated[str, Field(examples=["prompt_not_found"])]
    request_id: str
    details: NotRequired[list[Any]]
