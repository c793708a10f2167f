"""Models of Maxim's bodies.

Requests are checked according to the text of Maxim's OpenAPI document: the content of a message is
a text, parts or null, although the schema allows everything.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, NotRequired

from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    ValidationError,
    model_validator,
    with_config,
)
from pydantic.json_schema import SkipJsonSchema
from pydantic_core import InitErrorDetails, PydanticCustomError
from typing_extensions import TypedDict

from shared.dialects.schemas import Id, Items, Omissions, Time
from shared.routes.maxim import EntityType

# Maxim's roles, and OpenAI's name for `system` in its reasoning models.
Role = Literal["assistant", "user", "system", "model", "chatbot", "tool", "developer"]
REASONING_MODEL = re.compile(r"(?:.*/)?(?:o\d|gpt-5)")
NO_DEVELOPER = PydanticCustomError(
    "role",
    "Must be assistant, user, system, model, chatbot or tool; developer is the role of OpenAI's "
    "reasoning models only",
)
Provider = Literal[
    "openai",
    "azure",
    "huggingface",
    "anthropic",
    "together",
    "google",
    "groq",
    "bedrock",
    "maxim",
    "cohere",
    "ollama",
    "xai",
    "vertex",
    "mistral",
    "fireworks",
]
Operator = Literal[">", "<", "<=", ">=", "="]
drop_unknown = with_config(ConfigDict(strict=True))
keep_unknown = with_config(ConfigDict(strict=True, extra="allow"))


class RequestBody(BaseModel):
    model_config = ConfigDict(strict=True)


# -- parts of a version


@keep_unknown
class TextPart(TypedDict):
    type: Literal["text"]
    text: str


@keep_unknown
class ImageUrl(TypedDict):
    url: str
    detail: NotRequired[Literal["auto", "low", "high"]]


@keep_unknown
class ImagePart(TypedDict):
    type: Literal["image_url"]
    image_url: ImageUrl


def _choose_part(part: Any) -> str | None:
    kind = part.get("type") if isinstance(part, dict) else None
    return f"<{kind}>" if kind in ("text", "image_url") else None


def _choose_content(content: Any) -> str | None:
    return {str: "<a text>", list: "<parts>", type(None): "<null>"}.get(type(content))


# The brackets distinguish tags from names of fields, where the path of an error is built.
Part = Annotated[
    Annotated[TextPart, Tag("<text>")] | Annotated[ImagePart, Tag("<image_url>")],
    Discriminator(
        _choose_part,
        custom_error_type="part",
        custom_error_message="Must be an object of type text or image_url",
    ),
]
Content = Annotated[
    Annotated[str, Tag("<a text>")]
    | Annotated[Items[Part], Tag("<parts>")]
    | Annotated[None, Tag("<null>")],
    Discriminator(
        _choose_content,
        custom_error_type="content",
        custom_error_message="Must be a text, a list of parts, or null",
    ),
]


@keep_unknown
class CalledFunction(TypedDict):
    name: str
    arguments: Annotated[str, Field(description="A JSON text.")]


@keep_unknown
class ToolCall(TypedDict):
    id: str
    type: Literal["function"]
    function: CalledFunction


@keep_unknown
class Message(TypedDict):
    role: Role
    content: NotRequired[Content]
    tool_call_id: NotRequired[str]
    tool_calls: NotRequired[Items[ToolCall]]


@keep_unknown
class PromptTool(TypedDict):
    name: str
    description: NotRequired[str]
    config: NotRequired[dict[str, Any]]


@keep_unknown
class ModelParameters(TypedDict):
    promptTools: NotRequired[Items[PromptTool]]


# -- requests


class NewPromptVersion(RequestBody):
    promptId: str
    description: str = Field(description="Why this version is created.")
    modelName: str = Field(examples=["gpt-4o"])
    modelProvider: Provider
    messages: Items[Message]
    modelParameters: ModelParameters = {}

    @model_validator(mode="after")
    def _check_roles(self) -> NewPromptVersion:
        """Refuse `developer` as Maxim does, where it is not the role that the model needs."""
        if REASONING_MODEL.match(self.modelName):
            return self
        errors = [
            InitErrorDetails(type=NO_DEVELOPER, loc=("messages", number, "role"), input="developer")
            for number, message in enumerate(self.messages)
            if message["role"] == "developer"
        ]
        if errors:
            raise ValidationError.from_exception_data("messages", errors)
        return self


class NewWorkspacePrompt(RequestBody):
    workspaceId: str
    name: str = Field(description="Unique in the workspace; at most 255 characters.")
    description: str = ""
    folderId: str | None = None


class WorkspacePromptChanges(RequestBody):
    workspaceId: str
    id: str
    name: str = ""
    description: str = ""
    folderId: str | None = Field(None, description="Null removes the prompt from its folder.")


@drop_unknown
class Condition(TypedDict):
    variable: Annotated[str, Field(min_length=1)]
    operator: Operator
    value: str


class NewDeployment(RequestBody):
    """The version is selected by `versionId`, by `version`, or by both."""

    promptId: str
    workspaceId: str
    deploymentConditions: Items[Condition] = Field(min_length=1)
    versionId: str | SkipJsonSchema[None] = None
    version: int | SkipJsonSchema[None] = None


@keep_unknown
class DeploymentField(TypedDict):
    variable: str
    operator: str
    value: NotRequired[Any]


class PromptConfigChanges(RequestBody):
    id: str = Field(description="The configuration's id, which is the prompt's id.")
    deploymentFields: Items[DeploymentField]


class NewFolder(RequestBody):
    workspaceId: str = Field(min_length=1)
    name: str = Field(min_length=1)
    entityType: EntityType
    parentId: str | None = None
    config: Any = None


# -- responses


class VersionAuthor(TypedDict):
    id: str
    name: str
    email: str
    image: str


class WrappedMessage(TypedDict):
    id: str
    index: int
    payload: dict[str, Any]
    currentType: str
    originalType: str


class VersionConfig(TypedDict):
    model: str
    provider: str
    author: VersionAuthor
    messages: list[WrappedMessage]
    modelParameters: dict[str, Any]
    tags: NotRequired[Annotated[dict[str, Any], Field(description="Only in responses to reads.")]]
    modelId: NotRequired[Annotated[str, Field(description="Only in responses to reads.")]]


class PublishedVersion(TypedDict):
    id: Id
    version: int
    promptId: Id
    description: str
    config: VersionConfig
    createdAt: Time
    updatedAt: Time
    deletedAt: Annotated[Time | None, Field(description="When the version was archived.")]
    omissions: NotRequired[Omissions]


class CursorPagination(TypedDict):
    hasMore: bool
    cursor: NotRequired[Annotated[str, Field(description="Only if there is a next page.")]]


class FolderPagination(TypedDict):
    hasMore: bool
    nextCursor: NotRequired[Annotated[str, Field(description="Only if there is a next page.")]]


class Rule(TypedDict):
    field: str
    operator: str
    value: str
    valueSource: str


RuleGroup = TypedDict("RuleGroup", {"combinator": Literal["AND"], "rules": list[Rule], "not": bool})


class DeploymentRules(TypedDict):
    version: int
    query: RuleGroup


class DeploymentRule(TypedDict):
    id: Id
    rules: DeploymentRules
    timestamp: Time


class DeploymentStrategy(TypedDict):
    type: str
    config: Annotated[
        dict[str, list[DeploymentRule]], Field(description="Rules by id of the version.")
    ]


class DeploymentHistory(TypedDict):
    id: Id
    workspaceId: Id
    accountId: Id
    promptId: Id
    strategy: DeploymentStrategy
    createdAt: Time
    updatedAt: Time
    deletedAt: Time | None


class CreatedPrompt(TypedDict):
    id: Id
    name: str
    description: str
    workspaceId: Id
    accountId: Id
    folderId: str | None
    meta: dict[str, Any]
    createdById: str
    createdAt: Time
    updatedAt: Time
    deletedAt: Time | None


class WorkspacePrompt(CreatedPrompt):
    deploymentHistory: DeploymentHistory
    versions: NotRequired[
        Annotated[list[PublishedVersion], Field(description="Only with `includeVersions`.")]
    ]
    omissions: NotRequired[Omissions]


class CreatedPromptTwice(CreatedPrompt):
    data: Annotated[CreatedPrompt, Field(description="The same fields again.")]


class Deployment(TypedDict):
    id: Id
    promptId: Id
    versionId: Id
    status: Literal["active"]
    createdAt: Time
    updatedAt: Time


class DeploymentWithConditions(Deployment):
    version: int
    deploymentConditions: list[dict[str, str]]


class PromptConfig(TypedDict):
    id: Id
    promptId: Id
    config: dict[str, Any]
    createdAt: Time
    updatedAt: Time


class Folder(TypedDict):
    id: Id
    workspaceId: Id
    name: str
    entityType: str
    parentId: str | None
    config: Any
    createdAt: Time
    updatedAt: Time
    type: Literal["FOLDER"]


class PublishedVersionData(TypedDict):
    data: PublishedVersion


class PublishedVersionsData(TypedDict):
    """One version for an `id`, a list for a `promptId`."""

    data: PublishedVersion | list[PublishedVersion]
    pagination: NotRequired[CursorPagination]


class CreatedPromptData(TypedDict):
    data: CreatedPromptTwice


class WorkspacePromptData(TypedDict):
    data: WorkspacePrompt


class WorkspacePromptsData(TypedDict):
    data: list[WorkspacePrompt]
    pagination: CursorPagination


class DeploymentData(TypedDict):
    data: Deployment


class DeploymentsData(TypedDict):
    data: list[DeploymentWithConditions]


class PromptConfigData(TypedDict):
    data: PromptConfig


class FolderData(TypedDict):
    data: Folder


class FoldersData(TypedDict):
    """One folder for an `id` or a `name`, else a list."""

    data: Folder | list[Folder]
    pagination: NotRequired[FolderPagination]


class FolderContentsData(TypedDict):
    data: list[Folder | CreatedPrompt]
    pagination: FolderPagination


class RuntimeMessage(TypedDict):
    role: str
    content: str | list[dict[str, Any]]
    toolCalls: NotRequired[list[ToolCall]]
    tool_calls: NotRequired[list[ToolCall]]
    tool_call_id: NotRequired[str]


class RuntimeConfig(TypedDict):
    messages: list[RuntimeMessage]
    modelParameters: dict[str, Any]
    model: str
    provider: str
    tags: dict[str, Any]


class RuntimeVersion(TypedDict):
    id: Id
    version: int
    promptId: Id
    description: str
    config: RuntimeConfig
    createdAt: Time
    updatedAt: Time
    deletedAt: Time | None


class Bundle(TypedDict):
    promptId: Id
    rules: dict[str, list[DeploymentRule]]
    versions: list[RuntimeVersion]
    fallbackVersion: RuntimeVersion | None
    folderId: str | None
    omissions: NotRequired[Omissions]


class BundlesData(TypedDict):
    """One bundle for a `promptId`, else a list."""

    data: Bundle | list[Bundle]


class ChainsData(TypedDict):
    data: list[dict[str, Any]]


class RuntimeFolder(TypedDict):
    id: Id
    name: str
    parentFolderId: str | None
    tags: dict[str, Any]


class RuntimeFoldersData(TypedDict):
    """One folder for a `folderId`, else a list."""

    data: RuntimeFolder | list[RuntimeFolder]


class ErrorDetail(TypedDict):
    message: Annotated[str, Field(examples=["Prompt not found"])]
    code: Annotated[str, Field(examples=["prompt_not_found"])]
    details: NotRequired[
        Annotated[
            list[dict[str, Any]],
            Field(description="The `path` of each invalid field of the body, and a `message`."),
        ]
    ]


class Error(TypedDict):
    error: ErrorDetail
    request_id: str
