"""Models of Langfuse's bodies."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, NotRequired

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    with_config,
)
from pydantic_core import PydanticCustomError
from typing_extensions import TypedDict

from shared.dialects.schemas import Id, Items, Time
from shared.domain.checks import MAX_ITEMS, NAME_LENGTH

MESSAGE_LENGTH = 500
Label = Annotated[str, Field(pattern=r"^[a-z0-9_.-]{1,36}$")]
PLACEHOLDER_NAME = "^[A-Za-z][A-Za-z0-9_]*$"
# What would be other paths of the vendor's pages.
RESERVED_NAMES = ("new", "metrics", "prompt-detail")
MARKUP = re.compile(r"<[^>]*>")
Kind = Literal["text", "chat"]

drop_unknown = with_config(ConfigDict(strict=True))


@drop_unknown
class Message(TypedDict):
    role: str
    content: str


@drop_unknown
class Placeholder(TypedDict):
    type: Literal["placeholder"]
    name: Annotated[str, Field(pattern=PLACEHOLDER_NAME)]


def _choose_message(value: Any) -> str:
    is_placeholder = isinstance(value, dict) and value.get("type") == "placeholder"
    return "<placeholder>" if is_placeholder and not value.keys() >= {"role", "content"} else "<>"


def _choose_prompt(value: Any) -> str | None:
    if isinstance(value, str):
        return "<text>"
    return "<chat>" if isinstance(value, list) else None


def _check_name(name: str) -> str:
    """Check a name as Langfuse does, and trim it then.

    Raises:
        PydanticCustomError: It is empty or malformed.
    """
    text = name.strip()
    problem = ""
    if not text:
        problem = "Enter a name"
    elif "|" in name:
        problem = "Prompt name cannot contain '|' character"
    elif name.startswith("/") or name.endswith("/") or "//" in name or "\n" in name:
        problem = "Name cannot start or end with '/', contain '//' or a line break"
    elif MARKUP.search(name):
        problem = "Text cannot contain HTML tags"
    elif text in RESERVED_NAMES:
        problem = "Prompt name cannot be one of new, metrics and prompt-detail"
    elif len(text) > NAME_LENGTH:
        problem = f"Too big: expected string to have <={NAME_LENGTH} characters"
    if problem:
        # Texts in braces would be filled in, and this has none.
        raise PydanticCustomError("name", problem)
    return text


# The brackets distinguish tags from names of fields, where the path of an error is built.
ChatMessage = Annotated[
    Annotated[Message, Tag("<>")] | Annotated[Placeholder, Tag("<placeholder>")],
    Discriminator(_choose_message),
]
Messages = Annotated[Items[ChatMessage], Field(max_length=MAX_ITEMS)]
PromptText = Annotated[
    Annotated[str, Tag("<text>")] | Annotated[Messages, Tag("<chat>")],
    Discriminator(
        _choose_prompt,
        custom_error_type="prompt",
        custom_error_message="Invalid input: expected a string, or an array of messages",
    ),
]


class NewPrompt(BaseModel):
    model_config = ConfigDict(strict=True)
    name: Annotated[str, AfterValidator(_check_name)] = Field(
        description="The name, which finds the prompt; a new one is made where there is none.",
        json_schema_extra={"minLength": 1, "maxLength": NAME_LENGTH},
        examples=["team/greet"],
    )
    type: Kind = Field("text", description="`chat` if the prompt is an array of messages.")
    prompt: PromptText
    labels: Items[Label] = Field(
        [], description="Labels of the version; `production` makes it live."
    )
    tags: Items[str] | None = Field(
        None, description="The keywords of the prompt, of all its versions; null keeps them."
    )
    config: Any = Field(None, description="Any JSON value.")
    commitMessage: str | None = Field(None, max_length=MESSAGE_LENGTH)


class NewLegacyPrompt(NewPrompt):
    isActive: bool = Field(description="Whether the version is labelled `production` too.")


class NewLabels(BaseModel):
    model_config = ConfigDict(strict=True)
    newLabels: Items[Label] = Field(
        description="Labels that the version gets besides its own; `production` makes it live."
    )


# -- responses


class Prompt(TypedDict):
    """A version, with what its prompt says."""

    id: Annotated[Id, Field(description="The id of the version.")]
    createdAt: Time
    updatedAt: Annotated[
        Time, Field(description="When the version, or a label of it, last changed.")
    ]
    projectId: Id
    createdBy: str
    prompt: str | list[dict[str, Any]]
    name: str
    version: int
    type: Kind
    isActive: Annotated[
        bool | None, Field(description="Whether it is labelled `production`; null where it writes.")
    ]
    config: Any
    tags: list[str]
    labels: list[str]
    commitMessage: str | None


class ResolvedPrompt(Prompt):
    resolutionGraph: dict[str, Any] | None


class PromptEntry(TypedDict):
    """A prompt in a list; where a filter selects versions, it is about these."""

    name: str
    tags: list[str]
    lastUpdatedAt: Time
    versions: list[int]
    labels: list[str]
    type: Kind
    lastConfig: Any


class Meta(TypedDict):
    page: int
    limit: int
    totalPages: int
    totalItems: int


class PromptList(TypedDict):
    data: list[PromptEntry]
    meta: Meta
    pagination: Meta


class Organization(TypedDict):
    id: Id
    name: str


class Project(TypedDict):
    id: Id
    name: str
    organization: Organization
    metadata: dict[str, Any]


class ProjectList(TypedDict):
    data: list[Project]


class Health(TypedDict):
    status: Literal["OK"]
    version: str


class Receipt(TypedDict):
    id: str
    status: int


class Receipts(TypedDict):
    successes: list[Receipt]
    errors: list[dict[str, Any]]


class Acceptance(TypedDict):
    message: str


class Error(TypedDict):
    message: str
    error: Annotated[
        str | list[dict[str, Any]],
        Field(description="The name of an error, or the issues of data that is not valid."),
    ]
    code: str
    requestId: str
    details: NotRequired[list[Any]]
