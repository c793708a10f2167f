"""Tela's bodies as models: requests are read with them, and the OpenAPI document shows them all.

Source of the rules: the schema of Tela's `POST /prompt-version`. What it does not mention it does
not forbid either; inside a configuration, a variable or a message it is kept.
"""

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    RootModel,
    StringConstraints,
    Tag,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from shared.dialects.tela import TITLE_LENGTH
from shared.dialects.tela.contents import is_number

UUID = "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$"
ARMS = ("message", "messages")  # of what `messages` may be


def _is_number(value: Any) -> Any:
    if not is_number(value):
        raise PydanticCustomError("number_type", "must be a number")
    return value


def _arm(value: Any) -> str:
    return "message" if isinstance(value, dict | BaseModel) else "messages"


Id = Annotated[str, Field(json_schema_extra={"format": "uuid"})]
Number = Annotated[Any, AfterValidator(_is_number), WithJsonSchema({"type": "number"})]
Title = Annotated[str, StringConstraints(max_length=TITLE_LENGTH)]
MORE = ConfigDict(strict=True, extra="allow")


# -- parts of a version; what may be left out may not be null, unless it says so


class ProcessingOptions(BaseModel):
    model_config = MORE
    allowMultimodal: bool = False


class CanvasVariable(BaseModel):
    model_config = MORE
    name: str
    type: Literal["file", "text"]
    required: bool
    description: str = ""
    processingOptions: ProcessingOptions = Field(default_factory=ProcessingOptions)


class StructuredOutput(BaseModel):
    model_config = MORE
    enabled: bool = False
    # The name `schema` is taken in pydantic's models.
    document: dict[str, Any] = Field(
        default_factory=dict, alias="schema", description="A JSON Schema, kept exactly as it is."
    )


class CanvasConfiguration(BaseModel):
    model_config = MORE
    model: str = Field(examples=["openai/gpt-4o-mini"])
    type: Literal["chat", "completion"]
    temperature: Number = Decimal(0)
    structuredOutput: StructuredOutput = Field(default_factory=StructuredOutput)


class CanvasMessage(BaseModel):
    model_config = MORE
    role: Literal["user", "assistant", "system", "function"]
    content: str | None = None
    index: int = 0


Messages = Annotated[
    Annotated[CanvasMessage, Tag("message")] | Annotated[list[CanvasMessage], Tag("messages")],
    Discriminator(_arm),
]


# -- requests


class NewCanvasVersion(BaseModel):
    """All names of two words are taken in snake case too, as Tela's SDK sends them."""

    model_config = ConfigDict(strict=True)
    promptId: Annotated[Id, StringConstraints(pattern=UUID)]
    title: Title
    content: str | None = Field(None, description="The plain text.")
    markdownContent: str | None = Field(None, description="The same in Markdown.")
    configuration: CanvasConfiguration
    variables: list[CanvasVariable] = Field(description="May be empty.")
    promoted: bool | None = Field(None, description="Make it the one that is served.")
    draft: bool | None = Field(None, description="Keep it open for changes.")
    messages: Messages = Field(default_factory=list, description="Given back as sent.")


class CanvasVersionChanges(BaseModel):
    """What is left out stays as it is."""

    model_config = ConfigDict(strict=True)
    title: Title = ""
    content: str | None = None
    markdownContent: str | None = None
    configuration: CanvasConfiguration = Field(
        default_factory=lambda: CanvasConfiguration(model="", type="chat")
    )
    variables: list[CanvasVariable] = Field(default_factory=list)
    promoted: bool | None = None
    draft: bool | None = None
    messages: Messages = Field(default_factory=list)


# -- answers


class CanvasVersion(BaseModel):
    id: Id
    promptId: Id
    title: str
    content: str | None = None
    markdownContent: str | None = None
    configuration: CanvasConfiguration
    variables: list[CanvasVariable]
    promoted: bool
    draft: bool
    messages: Messages = Field(default_factory=list)
    version: int = Field(description="Its number, by which the other APIs know it.")
    workspaceId: Id
    isWorkflow: Literal[False]
    workflowSpec: None
    createdBy: str
    updatedBy: str | None = Field(description="Null where it is not known.")
    deletedBy: str | None
    createdAt: AwareDatetime
    updatedAt: AwareDatetime
    deletedAt: AwareDatetime | None


class CanvasVersionList(RootModel[list[CanvasVersion]]):
    pass


class Canvas(BaseModel):
    id: Id
    title: str
    projectId: Id
    workspaceId: Id
    createdBy: None
    updatedBy: None
    deletedBy: None
    createdAt: AwareDatetime
    updatedAt: AwareDatetime
    deletedAt: None
    lastVersion: CanvasVersion | None = Field(
        None, description="The newest one; there when it was asked for."
    )


class CanvasList(RootModel[list[Canvas]]):
    pass


class Project(BaseModel):
    id: Id
    title: str
    workspaceId: Id
    createdAt: AwareDatetime
    updatedAt: AwareDatetime
    deletedAt: None


class ProjectList(RootModel[list[Project]]):
    pass


class APIKey(BaseModel):
    id: Id
    title: str
    workspaceId: Id


class Error(BaseModel):
    status: int = Field(description="The HTTP status; the SDK chooses its error class by it.")
    message: str = Field(examples=["prompt not found"])
    code: str = Field(examples=["prompt_not_found"])
    requestId: str
