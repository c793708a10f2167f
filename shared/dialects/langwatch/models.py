"""LangWatch's bodies as models, strict as its own schemas are; the OpenAPI document shows them too.

A field that may be left out, but may not be null, has an empty default that is never looked at:
what counts is which fields were given.
"""

from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    RootModel,
)
from pydantic.json_schema import WithJsonSchema
from pydantic_core import PydanticCustomError

from shared.dialects.langwatch.problems import ConfigSchemaFailure, SchemaFailure
from shared.domain.prompts import NAME_LENGTH
from shared.errors import Problem

ABSENT: Any = None  # the default of an object that may be left out, but may not be null
PLACEHOLDER = "<string>"  # stands for the schema's version in the published example
HANDLE = "^[a-z0-9_-]+(?:/[a-z0-9_-]+)?$"


def _number(value: Any) -> int | Decimal:
    """Exact, unlike a float; a boolean is none."""
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return value
    raise PydanticCustomError("number_type", "Expected a number")


def _from_one(value: Any) -> int | Decimal:
    if (number := _number(value)) < 1:
        raise PydanticCustomError("number_too_small", "Must be at least 1", {"least": 1})
    return number


def _from_zero(value: Any) -> int | Decimal:
    if (number := _number(value)) < 0:
        raise PydanticCustomError("number_too_small", "Must be at least 0", {"least": 0})
    return number


# Any, since pydantic's own numbers are not exact; the defaults of these are never looked at.
Number = Annotated[Any, PlainValidator(_number), WithJsonSchema({"type": "number"})]
NumberFromOne = Annotated[
    Any, PlainValidator(_from_one), WithJsonSchema({"type": "number", "minimum": 1})
]
NumberFromZero = Annotated[
    Any, PlainValidator(_from_zero), WithJsonSchema({"type": "number", "minimum": 0})
]
SchemaVersion = Annotated[
    Literal["1.0"], BeforeValidator(lambda text: "1.0" if text == PLACEHOLDER else text)
]
Filled = Annotated[str, Field(min_length=1)]
Handle = Annotated[str, Field(pattern=HANDLE, max_length=NAME_LENGTH)]
Scope = Literal["ORGANIZATION", "PROJECT"]
Object = dict[str, Any]
Role = Literal["user", "assistant", "system"]
OldInputType = Literal[
    "str", "float", "bool", "image", "list[str]", "list[float]", "list[int]", "list[bool]", "dict"
]
InputType = Literal[
    "str",
    "float",
    "int",
    "bool",
    "image",
    "list",
    "list[str]",
    "list[float]",
    "list[int]",
    "list[bool]",
    "dict",
    "chat_messages",
]
OutputType = Literal["str", "float", "bool", "json_schema"]
ColumnType = Literal[
    "string",
    "boolean",
    "number",
    "date",
    "list",
    "json",
    "spans",
    "rag_contexts",
    "chat_messages",
    "annotations",
    "evaluations",
]


class Body(BaseModel):
    """A request. Args: refusal: how a body that breaks the schema is refused."""

    model_config = ConfigDict(strict=True)
    refusal: ClassVar[type[Problem]] = SchemaFailure

    @property
    def given(self) -> Object:
        """The fields that were given, as plain values."""
        return self.model_dump(exclude_unset=True)


class Strict(Body):
    model_config = ConfigDict(strict=True, extra="forbid")


# -- parts of a configuration


class Message(Body):
    role: Role
    content: str


class Input(Body):
    identifier: Filled
    type: InputType


class JsonSchema(Body):
    model_config = ConfigDict(strict=True, extra="allow")
    type: Filled


class Output(Body):
    identifier: Filled
    type: OutputType
    json_schema: JsonSchema = Field(ABSENT, examples=[{"type": "object"}])


class AnyMessage(Message):
    model_config = ConfigDict(strict=True, extra="allow")


class OldInput(Body):
    identifier: Filled
    type: OldInputType


class Column(Body):
    id: Filled
    name: Filled
    type: ColumnType


class Row(Body):
    model_config = ConfigDict(strict=True, extra="allow")
    id: Filled


class Demonstrations(Body):
    columns: list[Column]
    rows: list[Row] = []


# -- the first API: a version is posted whole


class ConfigData(Body):
    version: NumberFromOne = Field(0, description="Kept, without a meaning.")
    prompt: str
    messages: list[AnyMessage] = []
    inputs: list[OldInput] = Field(min_length=1)
    outputs: list[Output] = Field(min_length=1)
    model: Filled
    temperature: Number = 0
    max_tokens: Number = 0
    demonstrations: Demonstrations


class NewConfigVersion(Body):
    """Ids and the number are taken from the path, the key and the sequence instead."""

    refusal = ConfigSchemaFailure
    id: str = ""
    authorId: str | None = None
    projectId: Filled
    configId: Filled
    schemaVersion: SchemaVersion
    commitMessage: str
    version: Number
    createdAt: str = ""
    configData: ConfigData


# -- today's API


class NewHandle(Strict):
    handle: Handle
    scope: Scope = "PROJECT"
    model: Filled = ""
    temperature: Number = 0
    maxTokens: Number = 0
    commitMessage: str = Field("", description='"Initial version" when it is left out.')
    authorId: str | None = None
    prompt: str = Field("", description="What the system says; or give a system message.")
    messages: list[Message] = []
    inputs: list[Input] = []
    outputs: list[Output] = Field([], min_length=1)
    schemaVersion: Literal["1.0"] = "1.0"
    tags: list[str] = []
    parameters: Object = Field({}, description="Values for the application, kept with the version.")


class HandleChanges(Strict):
    """What is left out stays as it is; every update makes a version, even of nothing new."""

    handle: str = Field("", json_schema_extra={"pattern": HANDLE, "maxLength": NAME_LENGTH})
    scope: Scope = "PROJECT"
    model: Filled = ""
    temperature: Number = 0
    maxTokens: Number = 0
    commitMessage: str
    authorId: str | None = Field(None, description="Taken, and not kept: a key is no user.")
    prompt: str = ""
    messages: list[Message] = []
    inputs: list[Input] = []
    outputs: list[Output] = Field([], min_length=1)
    schemaVersion: Literal["1.0"] = "1.0"
    tags: list[str] = []
    parameters: Object = {}
    baseVersion: Number = Field(
        0, description="The version that was edited; 409 if it is no longer the newest."
    )


class FlatVersion(Body):
    """A version as LangWatch's guide to version control posts it."""

    refusal = ConfigSchemaFailure
    prompt: str = ""
    messages: list[Message] = []
    model: Filled = ""
    commitMessage: str = ""
    authorId: str | None = None
    temperature: Number = 0
    maxTokens: Number = 0
    responseFormat: Object | None = Field(
        None, description="Its schema becomes the output's, unless an output has one."
    )
    inputs: list[Input] = []
    outputs: list[Output] = Field([], min_length=1)
    demonstrations: Object | None = None
    promptingTechnique: Object | None = None
    parameters: Object = {}


class LocalConfig(Body):
    prompt: str
    messages: list[Message] = []
    inputs: list[Input] = []
    outputs: list[Output] = Field(min_length=1)
    model: Filled
    temperature: Number = 0
    max_tokens: Number = 0
    top_p: Number = 0
    frequency_penalty: Number = 0
    presence_penalty: Number = 0
    seed: Number = 0
    top_k: Number = 0
    min_p: Number = 0
    repetition_penalty: Number = 0
    reasoning: str = ""
    verbosity: str = ""
    demonstrations: Object = {}
    prompting_technique: Object = {}
    response_format: Any = Field(None, description="Not looked at: the outputs say it.")


class LocalPrompt(Body):
    configData: LocalConfig
    parameters: Object = {}
    localVersion: NumberFromZero = Field(
        0, description="The version that the local file was made from."
    )
    commitMessage: str = ""


class TagName(Body):
    name: str


class Assignment(Body):
    versionId: str


# -- answers


class Tag(BaseModel):
    name: str
    versionId: str


class ShownInput(BaseModel):
    identifier: str
    type: InputType


class ShownOutput(BaseModel):
    identifier: str
    type: OutputType
    json_schema: Object = Field({}, description="There when it has one.")


class PromptOfHandle(BaseModel):
    """A version of a prompt, with what the prompt itself says."""

    id: str
    handle: str | None
    scope: Scope
    name: str | None
    updatedAt: AwareDatetime
    projectId: str
    organizationId: str
    versionId: str
    authorId: str | None
    version: int
    createdAt: AwareDatetime
    commitMessage: str | None
    prompt: str
    messages: list[Message]
    inputs: list[ShownInput]
    outputs: list[ShownOutput]
    model: str
    temperature: Number = Field(0, description="There when it is set.")
    maxTokens: Number = 0
    demonstrations: Object = {}
    promptingTechnique: Object = {}
    responseFormat: Object = Field(
        {}, description="There when an output has a schema; of the first that has."
    )
    tags: list[Tag]
    parameters: Object
    platformUrl: str


class PromptsOfHandles(RootModel[list[PromptOfHandle]]):
    """The rest of a cut list is asked for with the header `X-Next-Cursor` as `cursor`."""


class ConfigVersion(BaseModel):
    """A version as the first API stored it."""

    id: str
    configId: str
    projectId: str
    schemaVersion: Literal["1.0"]
    commitMessage: str
    version: int
    createdAt: AwareDatetime
    authorId: str | None
    configData: Object


class VersionOfHandle(PromptOfHandle):
    """A version in the shapes of both generations."""

    configId: str
    schemaVersion: Literal["1.0"]
    configData: Object
    author: Object | None


class VersionsOfHandle(RootModel[list[VersionOfHandle]]):
    """Newest first; cut as the list of prompts is."""


class Deleted(BaseModel):
    success: Literal[True]


class SyncConflict(BaseModel):
    localVersion: int
    remoteVersion: int
    differences: list[str]
    remoteConfigData: Object
    remoteParameters: Object


class Synced(BaseModel):
    action: Literal["created", "updated", "up_to_date", "conflict"]
    prompt: Object = Field({}, description="There unless the action is `conflict`.")
    conflictInfo: SyncConflict = Field(ABSENT, description="There when the action is `conflict`.")


class Assigned(BaseModel):
    configId: str
    versionId: str
    tag: str
    updatedAt: AwareDatetime


class TagDefinition(BaseModel):
    id: str
    name: str
    createdAt: AwareDatetime


class TagDefinitions(RootModel[list[TagDefinition]]):
    """Oldest first."""


class Failure(BaseModel):
    """By code, or in prose: then `error` is the sentence too."""

    error: str = Field(examples=["prompt_not_found"])
    message: str = Field(examples=["Prompt not found"])
    fields: list[str] = Field([], description="Of a body: the faulty ones.")
    reasons: list[Object] = Field([], description="Of a body: what is wrong with each.")
    permission: str | None = Field(None, description="With 403: the one that is needed.")
    tips: list[str] = []
    request_id: str


class Issues(BaseModel):
    issues: list[Object]
    name: Literal["ZodError"]


class SchemaError(BaseModel):
    """How the first API tells what is wrong with a body."""

    success: Literal[False]
    error: Issues
    request_id: str


class Error(RootModel[Failure | SchemaError]):
    pass
