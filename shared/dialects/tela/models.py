"""Models of Tela's bodies: requests, responses, and the parts that both have.

Source of the rules: the schema of Tela's `POST /prompt-version`. It does not forbid unknown fields;
those of configurations, variables and messages are stored.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, NotRequired

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    StringConstraints,
    Tag,
    WithJsonSchema,
    with_config,
)
from pydantic_core import PydanticCustomError
from typing_extensions import TypedDict

from shared.dialects.schemas import Id, Items, Omissions, Time
from shared.dialects.tela.validation import MESSAGES_KINDS, TITLE_LENGTH
from shared.exact_json import is_number

UUID = "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$"
ABSENT: Any = None  # the default of optional fields that must not be null
MESSAGE, MESSAGES = MESSAGES_KINDS


def _require_number(value: Any) -> Any:
    if not is_number(value):
        raise PydanticCustomError("number_type", "must be a number")
    return value


def _choose_kind(value: Any) -> str:
    return MESSAGE if isinstance(value, dict) else MESSAGES


Number = Annotated[Any, AfterValidator(_require_number), WithJsonSchema({"type": "number"})]
Title = Annotated[str, StringConstraints(max_length=TITLE_LENGTH)]
keep_unknown = with_config(ConfigDict(strict=True, extra="allow"))


# -- parts of a version; unless the type includes None, optional fields must not be null


@keep_unknown
class ProcessingOptions(TypedDict):
    allowMultimodal: NotRequired[bool]


@keep_unknown
class CanvasVariable(TypedDict):
    name: str
    type: Literal["file", "text"]
    required: bool
    description: NotRequired[str]
    processingOptions: NotRequired[ProcessingOptions]


@keep_unknown
class StructuredOutput(TypedDict):
    enabled: NotRequired[bool]
    schema: NotRequired[
        Annotated[dict[str, Any], Field(description="A JSON Schema, stored unchanged.")]
    ]


@keep_unknown
class CanvasConfiguration(TypedDict):
    model: Annotated[str, Field(examples=["openai/gpt-4o-mini"])]
    type: Literal["chat", "completion"]
    temperature: NotRequired[Number]
    structuredOutput: NotRequired[StructuredOutput]


@keep_unknown
class CanvasMessage(TypedDict):
    # Tela's roles, and OpenAI's name for `system` in its reasoning models.
    role: Literal["user", "assistant", "system", "function", "developer"]
    content: NotRequired[str | None]
    index: NotRequired[int]


Messages = Annotated[
    Annotated[CanvasMessage, Tag(MESSAGE)] | Annotated[Items[CanvasMessage], Tag(MESSAGES)],
    Discriminator(_choose_kind),
]


# -- requests


class NewCanvasVersion(BaseModel):
    """Names of two words are also accepted in snake case, in which Tela's SDK sends them."""

    model_config = ConfigDict(strict=True)
    promptId: Annotated[Id, StringConstraints(pattern=UUID)]
    title: Title
    content: str | None = Field(None, description="The plain text.")
    markdownContent: str | None = Field(None, description="The same in Markdown.")
    configuration: CanvasConfiguration
    variables: Items[CanvasVariable] = Field(description="May be empty.")
    promoted: bool | None = Field(None, description="Whether to make the version live.")
    draft: bool | None = Field(None, description="Whether the content can still change.")
    messages: Messages = Field(ABSENT, description="Returned as they were sent.")
    message: CanvasMessage = Field(
        ABSENT, description="The only message; counts where there are no `messages`."
    )


class CanvasVersionChanges(BaseModel):
    """Fields that are left out do not change."""

    model_config = ConfigDict(strict=True)
    title: Title = ""
    content: str | None = None
    markdownContent: str | None = None
    configuration: CanvasConfiguration = ABSENT
    variables: Items[CanvasVariable] = ABSENT
    promoted: bool | None = None
    draft: bool | None = None
    messages: Messages = ABSENT


class NewEnvironment(BaseModel):
    model_config = ConfigDict(strict=True)
    resourceType: Literal["prompt"]
    resourceId: Annotated[Id, StringConstraints(pattern=UUID)] = Field(
        description="The prompt's id."
    )
    name: str = Field(
        description="Lower-case letters, digits, and single hyphens between them.",
        examples=["staging"],
    )


class Publication(BaseModel):
    model_config = ConfigDict(strict=True)
    resourceType: Literal["prompt"]
    resourceId: Annotated[Id, StringConstraints(pattern=UUID)] = Field(
        description="The prompt's id."
    )
    envName: str = Field(
        description="`production`, which is the live version, or the name of another environment.",
        examples=["production"],
    )
    versionId: Annotated[Id, StringConstraints(pattern=UUID)]
    autoCreate: bool = Field(False, description="Whether to create the environment if need be.")


# -- responses


class CanvasContent(TypedDict):
    content: NotRequired[str | None]
    markdownContent: NotRequired[str | None]
    configuration: CanvasConfiguration
    variables: list[CanvasVariable]
    messages: NotRequired[Messages]
    omissions: NotRequired[Omissions]


class CanvasVersion(CanvasContent):
    id: Id
    promptId: Id
    title: str
    promoted: bool
    draft: bool
    version: Annotated[int, Field(description="The version's number, which other APIs use.")]
    workspaceId: Id
    isWorkflow: Literal[False]
    workflowSpec: None
    createdBy: str
    updatedBy: Annotated[str | None, Field(description="Null if it was not recorded.")]
    deletedBy: str | None
    createdAt: Time
    updatedAt: Time
    deletedAt: Time | None


class DeletedVersion(CanvasVersion):
    deleted: Literal[True]


PreviousId = Annotated[
    Id | None, Field(description="The id of the newest before it that is not deleted.")
]
Index = Annotated[
    int, Field(description="The version's number, which does not change when others are deleted.")
]


class LatestVersion(CanvasVersion):
    versionIndex: Index
    previousVersionId: PreviousId


class VersionIndex(TypedDict):
    id: Id
    versionIndex: Index
    previousVersionId: PreviousId


class Environment(TypedDict):
    resourceType: Literal["prompt"]
    resourceId: Id
    name: str
    currentVersionId: Id | None
    currentVersion: Annotated[
        CanvasVersion | None, Field(description="Null before anything is published to it.")
    ]


class VersionMessage(TypedDict):
    id: Id
    promptVersionId: Id
    role: str
    index: int
    content: str | None
    markdownContent: str | None
    createdAt: Time
    createdBy: str
    updatedAt: Time
    updatedBy: Annotated[str | None, Field(description="Null if it was not recorded.")]
    deletedAt: None


class Canvas(TypedDict):
    id: Id
    title: str
    projectId: Id
    workspaceId: Id
    createdBy: None
    updatedBy: None
    deletedBy: None
    createdAt: Time
    updatedAt: Time
    deletedAt: None
    lastVersion: NotRequired[
        Annotated[
            CanvasVersion | None,
            Field(description="The newest version; only with `includeLastVersion`."),
        ]
    ]
    omissions: NotRequired[Omissions]


class Project(TypedDict):
    id: Id
    title: str
    workspaceId: Id
    createdAt: Time
    updatedAt: Time
    deletedAt: None


class APIKey(TypedDict):
    id: Id
    title: str
    workspaceId: Id


class Error(TypedDict):
    status: Annotated[
        int, Field(description="The HTTP status, by which the SDK chooses its error class.")
    ]
    message: Annotated[str, Field(examples=["prompt not found"])]
    code: Annotated[str, Field(examples=["prompt_not_found"])]
    requestId: str
    details: NotRequired[list[Any]]
