"""Maxim's bodies as models. Requests are judged as Maxim's OpenAPI text means it: a message's

content is a text, parts or null, although its schema lets anything pass there.
"""

from typing import Annotated, Any, Literal

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
)
from pydantic.json_schema import SkipJsonSchema

from shared.dialects.maxim.folders import EntityType

Id = Annotated[str, Field(json_schema_extra={"format": "uuid"})]
Role = Literal["assistant", "user", "system", "model", "chatbot", "tool"]
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


class Strict(BaseModel):
    model_config = ConfigDict(strict=True)


# -- requests


class TextPart(Strict):
    type: Literal["text"]
    text: str


class ImageUrl(Strict):
    url: str
    detail: Literal["auto", "low", "high"] = "auto"


class ImagePart(Strict):
    type: Literal["image_url"]
    image_url: ImageUrl


def _kind_of_part(part: Any) -> str | None:
    kind = part.get("type") if isinstance(part, dict) else getattr(part, "type", None)
    return f"<{kind}>" if kind in ("text", "image_url") else None


def _kind_of_content(content: Any) -> str | None:
    return {str: "<a text>", list: "<parts>", type(None): "<null>"}.get(type(content))


# Tags in brackets do not look like names of fields, where a fault's place is told.
Part = Annotated[
    Annotated[TextPart, Tag("<text>")] | Annotated[ImagePart, Tag("<image_url>")],
    Discriminator(
        _kind_of_part,
        custom_error_type="part",
        custom_error_message="Must be an object of type text or image_url",
    ),
]
Content = Annotated[
    Annotated[str, Tag("<a text>")]
    | Annotated[list[Part], Tag("<parts>")]
    | Annotated[None, Tag("<null>")],
    Discriminator(
        _kind_of_content,
        custom_error_type="content",
        custom_error_message="Must be a text, a list of parts, or null",
    ),
]


class CalledFunction(Strict):
    name: str
    arguments: str = Field(description="A JSON text.")


class ToolCall(Strict):
    id: str
    type: Literal["function"]
    function: CalledFunction


class Message(Strict):
    role: Role
    content: Content = None
    tool_call_id: str = ""
    tool_calls: list[ToolCall] = []


class PromptTool(Strict):
    model_config = ConfigDict(strict=True, extra="allow")
    name: str
    description: str = ""
    config: dict[str, Any] = {}


class ModelParameters(Strict):
    model_config = ConfigDict(strict=True, extra="allow")
    promptTools: list[PromptTool] = []


class NewPromptVersion(Strict):
    promptId: str
    description: str = Field(description="Why this version is made.")
    modelName: str = Field(examples=["gpt-4o"])
    modelProvider: Provider
    messages: list[Message]
    modelParameters: ModelParameters = ModelParameters()


class NewWorkspacePrompt(Strict):
    workspaceId: str
    name: str = Field(description="Unique in the workspace; 255 characters at most.")
    description: str = ""
    folderId: str | None = None


class WorkspacePromptChanges(Strict):
    workspaceId: str
    id: str
    name: str = ""
    description: str = ""
    folderId: str | None = Field(None, description="Null takes the prompt out of its folder.")


class Condition(Strict):
    variable: str = Field(min_length=1)
    operator: Operator
    value: str


class NewDeployment(Strict):
    """The version is named by its id, by its number, or by both."""

    promptId: str
    workspaceId: str
    deploymentConditions: list[Condition] = Field(min_length=1)
    versionId: str | SkipJsonSchema[None] = None
    version: int | SkipJsonSchema[None] = None


class DeploymentField(Strict):
    model_config = ConfigDict(strict=True, extra="allow")
    variable: str
    operator: str
    value: Any = None


class PromptConfigChanges(Strict):
    id: str = Field(description="The configuration's id, which is the prompt's.")
    deploymentFields: list[DeploymentField]


class NewFolder(Strict):
    workspaceId: str = Field(min_length=1)
    name: str = Field(min_length=1)
    entityType: EntityType
    parentId: str | None = None
    config: Any = None


# -- answers


class VersionAuthor(BaseModel):
    id: str
    name: str
    email: str
    image: str


class WrappedMessage(BaseModel):
    id: str
    index: int
    payload: dict[str, Any]
    currentType: str
    originalType: str


class VersionConfig(BaseModel):
    model: str
    provider: str
    author: VersionAuthor
    messages: list[WrappedMessage]
    modelParameters: dict[str, Any]
    tags: dict[str, Any] | SkipJsonSchema[None] = Field(None, description="When it is read.")
    modelId: str | SkipJsonSchema[None] = Field(None, description="When it is read.")


class PublishedVersion(BaseModel):
    id: Id
    version: int
    promptId: Id
    description: str
    config: VersionConfig
    createdAt: AwareDatetime
    updatedAt: AwareDatetime
    deletedAt: AwareDatetime | None = Field(description="When it was archived.")


class CursorPagination(BaseModel):
    hasMore: bool
    cursor: str | SkipJsonSchema[None] = Field(None, description="There when the list goes on.")


class FolderPagination(BaseModel):
    hasMore: bool
    nextCursor: str | SkipJsonSchema[None] = Field(None, description="There when the list goes on.")


class Rule(BaseModel):
    field: str
    operator: str
    value: str
    valueSource: str


class RuleGroup(BaseModel):
    combinator: Literal["AND"]
    rules: list[Rule]
    not_: bool = Field(alias="not")


class DeploymentRules(BaseModel):
    version: int
    query: RuleGroup


class DeploymentRule(BaseModel):
    id: Id
    rules: DeploymentRules
    timestamp: AwareDatetime


class DeploymentStrategy(BaseModel):
    type: str
    config: dict[str, list[DeploymentRule]] = Field(description="By the id of the version.")


class DeploymentHistory(BaseModel):
    id: Id
    workspaceId: Id
    accountId: Id
    promptId: Id
    strategy: DeploymentStrategy
    createdAt: AwareDatetime
    updatedAt: AwareDatetime
    deletedAt: AwareDatetime | None


class CreatedPrompt(BaseModel):
    id: Id
    name: str
    description: str
    workspaceId: Id
    accountId: Id
    folderId: str | None
    meta: dict[str, Any]
    createdById: str
    createdAt: AwareDatetime
    updatedAt: AwareDatetime
    deletedAt: AwareDatetime | None


class WorkspacePrompt(CreatedPrompt):
    deploymentHistory: DeploymentHistory
    versions: list[PublishedVersion] | SkipJsonSchema[None] = Field(
        None, description="There when they were asked for."
    )


class CreatedPromptTwice(CreatedPrompt):
    data: CreatedPrompt = Field(description="The same again.")


class Deployment(BaseModel):
    id: Id
    promptId: Id
    versionId: Id
    status: Literal["active"]
    createdAt: AwareDatetime
    updatedAt: AwareDatetime


class ListedDeployment(Deployment):
    version: int
    deploymentConditions: list[dict[str, str]]


class PromptConfig(BaseModel):
    id: Id
    promptId: Id
    config: dict[str, Any]
    createdAt: AwareDatetime
    updatedAt: AwareDatetime


class Folder(BaseModel):
    id: Id
    workspaceId: Id
    name: str
    entityType: str
    parentId: str | None
    config: Any
    createdAt: AwareDatetime
    updatedAt: AwareDatetime
    type: Literal["FOLDER"]


class PublishedVersionData(BaseModel):
    data: PublishedVersion


class PublishedVersionsData(BaseModel):
    """One version for an `id`, a list for a `promptId`."""

    data: PublishedVersion | list[PublishedVersion]
    pagination: CursorPagination | SkipJsonSchema[None] = None


class CreatedPromptData(BaseModel):
    data: CreatedPromptTwice


class WorkspacePromptData(BaseModel):
    data: WorkspacePrompt


class WorkspacePromptsData(BaseModel):
    data: list[WorkspacePrompt]
    pagination: CursorPagination


class DeploymentData(BaseModel):
    data: Deployment


class DeploymentsData(BaseModel):
    data: list[ListedDeployment]


class PromptConfigData(BaseModel):
    data: PromptConfig


class FolderData(BaseModel):
    data: Folder


class FoldersData(BaseModel):
    """One folder for an `id` or a `name`, else a list."""

    data: Folder | list[Folder]
    pagination: FolderPagination | SkipJsonSchema[None] = None


class FolderContentsData(BaseModel):
    data: list[dict[str, Any]]
    pagination: FolderPagination


class RuntimeMessage(BaseModel):
    role: str
    content: str | list[dict[str, Any]]
    toolCalls: list[ToolCall] | SkipJsonSchema[None] = None
    tool_calls: list[ToolCall] | SkipJsonSchema[None] = None
    tool_call_id: str | SkipJsonSchema[None] = None


class RuntimeConfig(BaseModel):
    messages: list[RuntimeMessage]
    modelParameters: dict[str, Any]
    model: str
    provider: str
    tags: dict[str, Any]


class RuntimeVersion(BaseModel):
    id: Id
    version: int
    promptId: Id
    description: str
    config: RuntimeConfig
    createdAt: AwareDatetime
    updatedAt: AwareDatetime
    deletedAt: AwareDatetime | None


class Bundle(BaseModel):
    promptId: Id
    rules: dict[str, list[DeploymentRule]]
    versions: list[RuntimeVersion]
    fallbackVersion: RuntimeVersion | None
    folderId: str | None


class BundlesData(BaseModel):
    """One bundle for a `promptId`, else a list."""

    data: Bundle | list[Bundle]


class ChainsData(BaseModel):
    data: list[dict[str, Any]]


class RuntimeFolder(BaseModel):
    id: Id
    name: str
    parentFolderId: str | None
    tags: dict[str, Any]


class RuntimeFoldersData(BaseModel):
    """One folder for a `folderId`, else a list."""

    data: RuntimeFolder | list[RuntimeFolder]


class Failure(BaseModel):
    message: str = Field(examples=["Prompt not found"])
    code: str = Field(examples=["prompt_not_found"])
    details: list[dict[str, Any]] | SkipJsonSchema[None] = Field(
        None, description="Of a body: the `path` of each faulty field, and a `message`."
    )


class Error(BaseModel):
    error: Failure
    request_id: str
