"""Models of LangWatch's bodies: requests, as strict as LangWatch's own schemas, and responses.

Optional fields that must not be null have an empty default, which is never used: the code only
uses the fields that a body has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, NotRequired

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    model_validator,
    with_config,
)
from pydantic.json_schema import WithJsonSchema
from pydantic_core import PydanticCustomError
from typing_extensions import TypedDict

from shared.dialects.langwatch.problems import ConfigSchemaFailure, SchemaFailure
from shared.dialects.schemas import Items, Omissions, Time
from shared.domain.checks import NAME_LENGTH
from shared.exact_json import is_number
from shared.problems import MAX_DETAILS, Problem

if TYPE_CHECKING:
    from decimal import Decimal

PLACEHOLDER = "<string>"  # the schema's version in LangWatch's published example
LARGEST_VERSION = 2**31 - 1
HANDLE = "^[a-z0-9_-]+(?:/[a-z0-9_-]+)?$"


def _require_number(value: Any) -> int | Decimal:
    """Check that a value is a number, without converting it to a float."""
    if is_number(value):
        number: int | Decimal = value
        return number
    raise PydanticCustomError("number_type", "Expected a number")


def _require_from_one(value: Any) -> int | Decimal:
    if (number := _require_number(value)) < 1:
        raise PydanticCustomError("number_too_small", "Must be at least 1", {"least": 1})
    return number


def _require_version_number(value: Any) -> int:
    if (number := _require_number(value)) < 0:
        raise PydanticCustomError("number_too_small", "Must be at least 0", {"least": 0})
    if number > LARGEST_VERSION or number != int(number):
        raise PydanticCustomError("version", f"Must be an integer of at most {LARGEST_VERSION}")
    return int(number)


# Any, because pydantic's own numbers are not exact.
Number = Annotated[Any, PlainValidator(_require_number), WithJsonSchema({"type": "number"})]
NumberFromOne = Annotated[
    Any, PlainValidator(_require_from_one), WithJsonSchema({"type": "number", "minimum": 1})
]
VersionNumber = Annotated[
    int,
    PlainValidator(_require_version_number),
    WithJsonSchema({"type": "integer", "minimum": 0, "maximum": LARGEST_VERSION}),
]
SchemaVersion = Annotated[
    Literal["1.0"], BeforeValidator(lambda text: "1.0" if text == PLACEHOLDER else text)
]
NonEmptyText = Annotated[str, Field(min_length=1)]
Handle = Annotated[str, Field(pattern=HANDLE, max_length=NAME_LENGTH)]
Scope = Literal["ORGANIZATION", "PROJECT"]
Object = dict[str, Any]
# LangWatch's roles, and OpenAI's name for `system` in its reasoning models.
Role = Literal["user", "assistant", "system", "developer"]
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
drop_unknown = with_config(ConfigDict(strict=True))
keep_unknown = with_config(ConfigDict(strict=True, extra="allow"))


class RequestBody(BaseModel):
    """The body of a request.

    Attributes:
        problem: The problem to raise if the body does not match the schema.
    """

    model_config = ConfigDict(strict=True)
    problem: ClassVar[type[Problem]] = SchemaFailure

    @property
    def fields(self) -> Object:
        """The fields that the body has, without defaults."""
        return self.model_dump(exclude_unset=True)


class StrictBody(RequestBody):
    model_config = ConfigDict(strict=True, extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def drop_excess(cls, document: Any) -> Any:
        """Drop the unknown keys that a problem would not list, because each of them is an error."""
        if not isinstance(document, dict):
            return document
        excess = {*[name for name in document if name not in cls.model_fields][MAX_DETAILS:]}
        return {name: item for name, item in document.items() if name not in excess}


# -- parts of a configuration


@keep_unknown
class Message(TypedDict):
    role: Role
    content: str


@drop_unknown
class Input(TypedDict):
    identifier: NonEmptyText
    type: InputType


@drop_unknown
class OldInput(TypedDict):
    identifier: NonEmptyText
    type: OldInputType


@keep_unknown
class JsonSchema(TypedDict):
    type: NonEmptyText


@drop_unknown
class Output(TypedDict):
    identifier: NonEmptyText
    type: OutputType
    json_schema: NotRequired[Annotated[JsonSchema, Field(examples=[{"type": "object"}])]]


@drop_unknown
class Column(TypedDict):
    id: NonEmptyText
    name: NonEmptyText
    type: ColumnType


@keep_unknown
class Row(TypedDict):
    id: NonEmptyText


@drop_unknown
class Demonstrations(TypedDict):
    columns: Items[Column]
    rows: NotRequired[Items[Row]]


# -- the first API


@drop_unknown
class ConfigData(TypedDict):
    version: NotRequired[
        Annotated[NumberFromOne, Field(description="Stored, but without a meaning.")]
    ]
    prompt: str
    messages: NotRequired[Items[Message]]
    inputs: Annotated[Items[OldInput], Field(min_length=1)]
    outputs: Annotated[Items[Output], Field(min_length=1)]
    model: NonEmptyText
    temperature: NotRequired[Number]
    max_tokens: NotRequired[Number]
    demonstrations: Demonstrations


class NewConfigVersion(RequestBody):
    """The path, the API key and the prompt's last version decide the ids and the number."""

    problem = ConfigSchemaFailure
    id: str = ""
    authorId: str | None = None
    projectId: NonEmptyText
    configId: NonEmptyText
    schemaVersion: SchemaVersion
    commitMessage: str
    version: Number
    createdAt: str = ""
    configData: ConfigData


class NamedPrompt(RequestBody):
    """The first API's body of a new prompt, and of a prompt with a new name."""

    name: NonEmptyText


# -- the current API


class NewHandle(StrictBody):
    handle: Handle
    scope: Scope = "PROJECT"
    model: NonEmptyText = ""
    temperature: Number = 0
    maxTokens: Number = 0
    commitMessage: str = Field("", description='By default "Initial version".')
    authorId: str | None = None
    prompt: str = Field("", description="The system prompt; required without a system message.")
    messages: Items[Message] = []
    inputs: Items[Input] = []
    outputs: Items[Output] = Field([], min_length=1)
    schemaVersion: Literal["1.0"] = "1.0"
    tags: Items[str] = []
    parameters: Object = Field(
        {}, description="Values for the application, stored with the version."
    )


class HandleChanges(StrictBody):
    """Fields that are left out do not change; every update creates a version."""

    handle: str = Field("", json_schema_extra={"pattern": HANDLE, "maxLength": NAME_LENGTH})
    scope: Scope = "PROJECT"
    model: NonEmptyText = ""
    temperature: Number = 0
    maxTokens: Number = 0
    commitMessage: str
    authorId: str | None = Field(None, description="Ignored, because an API key is not a user.")
    prompt: str = ""
    messages: Items[Message] = []
    inputs: Items[Input] = []
    outputs: Items[Output] = Field([], min_length=1)
    schemaVersion: Literal["1.0"] = "1.0"
    tags: Items[str] = []
    parameters: Object = {}
    baseVersion: Number = Field(
        0, description="The version that was edited; 409 if it is not the newest."
    )


class FlatVersion(RequestBody):
    """A version in the format of LangWatch's guide to version control."""

    problem = ConfigSchemaFailure
    prompt: str = ""
    messages: Items[Message] = []
    model: NonEmptyText = ""
    commitMessage: str = ""
    authorId: str | None = None
    temperature: Number = 0
    maxTokens: Number = 0
    responseFormat: Object | None = Field(
        None, description="Its schema becomes the schema of the output, unless an output has one."
    )
    inputs: Items[Input] = []
    outputs: Items[Output] = Field([], min_length=1)
    demonstrations: Object | None = None
    promptingTechnique: Object | None = None
    parameters: Object = {}


@drop_unknown
class LocalConfig(TypedDict):
    prompt: str
    messages: NotRequired[Items[Message]]
    inputs: NotRequired[Items[Input]]
    outputs: Annotated[Items[Output], Field(min_length=1)]
    model: NonEmptyText
    temperature: NotRequired[Number]
    max_tokens: NotRequired[Number]
    top_p: NotRequired[Number]
    frequency_penalty: NotRequired[Number]
    presence_penalty: NotRequired[Number]
    seed: NotRequired[Number]
    top_k: NotRequired[Number]
    min_p: NotRequired[Number]
    repetition_penalty: NotRequired[Number]
    reasoning: NotRequired[str]
    verbosity: NotRequired[str]
    demonstrations: NotRequired[Object]
    prompting_technique: NotRequired[Object]
    response_format: NotRequired[
        Annotated[Any, Field(description="Ignored, because the outputs have the schema.")]
    ]


class LocalPrompt(RequestBody):
    configData: LocalConfig
    parameters: Object = {}
    localVersion: VersionNumber = Field(
        0, description="The version that the local file is based on."
    )
    commitMessage: str = ""


class TagName(RequestBody):
    name: str


class Assignment(RequestBody):
    versionId: str


# -- responses


class Tag(TypedDict):
    name: str
    versionId: str


class VersionInput(TypedDict):
    identifier: str
    type: InputType


class VersionOutput(TypedDict):
    identifier: str
    type: OutputType
    json_schema: NotRequired[Annotated[Object, Field(description="Only if the output has one.")]]


class OptionalSettings(TypedDict, total=False):
    temperature: Annotated[Number, Field(description="Only if it is set.")]
    maxTokens: Number
    demonstrations: Object
    promptingTechnique: Object
    responseFormat: Annotated[
        Object, Field(description="The schema of the first output that has one, if any.")
    ]
    omissions: Omissions


class PromptOfHandle(OptionalSettings):
    """A version with the fields of its prompt."""

    id: str
    handle: str | None
    scope: Scope
    name: str | None
    updatedAt: Time
    projectId: str
    organizationId: str
    versionId: str
    authorId: str | None
    version: int
    createdAt: Time
    commitMessage: str | None
    prompt: str
    messages: list[Message]
    inputs: list[VersionInput]
    outputs: list[VersionOutput]
    model: str
    tags: list[Tag]
    parameters: Object
    platformUrl: str
    response_format: Annotated[
        Object | None,
        Field(description="One schema of all outputs, as in the first API; null for a text."),
    ]
    versionCreatedAt: Time


class ConfigVersion(TypedDict):
    """A version in the format of the first API."""

    id: str
    configId: str
    projectId: str
    schemaVersion: Literal["1.0"]
    commitMessage: str
    version: int
    createdAt: Time
    authorId: str | None
    configData: Object


class CreatedPrompt(PromptOfHandle):
    """A prompt, with its first version in the format of the API whose body created it."""

    latestVersion: NotRequired[
        Annotated[ConfigVersion, Field(description="Only for a body of the first API.")]
    ]


class VersionOfHandle(PromptOfHandle):
    """A version in the formats of both APIs."""

    configId: str
    schemaVersion: Literal["1.0"]
    configData: Object
    author: Object | None


class Deletion(TypedDict):
    success: Literal[True]


class SyncConflict(TypedDict):
    localVersion: int
    remoteVersion: int
    differences: list[str]
    remoteConfigData: Object
    remoteParameters: Object


class SyncResult(TypedDict):
    action: Literal["created", "updated", "up_to_date", "conflict"]
    prompt: NotRequired[Annotated[Object, Field(description="Unless the action is `conflict`.")]]
    conflictInfo: NotRequired[
        Annotated[SyncConflict, Field(description="Only if the action is `conflict`.")]
    ]


class TagAssignment(TypedDict):
    configId: str
    versionId: str
    tag: str
    updatedAt: Time


class TagDefinition(TypedDict):
    id: str
    name: str
    createdAt: Time


class Explanation(TypedDict):
    """A problem; `error` is a code or, in prose, the same sentence as `message`."""

    error: Annotated[str, Field(examples=["prompt_not_found"])]
    message: Annotated[str, Field(examples=["Prompt not found"])]
    fields: NotRequired[Annotated[list[str], Field(description="The invalid fields of the body.")]]
    reasons: NotRequired[
        Annotated[list[Object], Field(description="What is wrong with each of these fields.")]
    ]
    permission: NotRequired[
        Annotated[str | None, Field(description="The required permission; only for 403.")]
    ]
    tips: NotRequired[list[str]]
    target: NotRequired[str]
    detail: NotRequired[str]
    docsUrl: NotRequired[str]
    fault: NotRequired[str]


class CodedError(Explanation):
    """A problem; `error` is a code or, in prose, the same sentence as `message`."""

    request_id: str


class Issues(TypedDict):
    issues: list[Object]
    name: Literal["ZodError"]


class SchemaError(TypedDict):
    """The first API's description of an invalid body."""

    success: Literal[False]
    error: Issues
    request_id: str


Error = CodedError | SchemaError
