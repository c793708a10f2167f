"""px0's bodies as models: requests are read with them, and the OpenAPI document shows them all.

What a request's model lets pass is only well-formed; what it means is for the rules to judge, which
word their refusals as px0 does. So a field that must be there has a default here and is called
required in the document.
"""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema

Id = Annotated[str, Field(json_schema_extra={"format": "uuid"})]


def _request(*required: str) -> ConfigDict:
    return ConfigDict(
        strict=True, json_schema_extra={"required": list(required)} if required else None
    )


# -- requests


class NewPrompt(BaseModel):
    model_config = _request("name")
    name: str = Field("", description="Unique in the team; 255 characters at most.")
    description: str = ""
    slug: str = Field("", description="Made from the name when it is left out.")


class PromptChanges(BaseModel):
    model_config = _request()
    description: str = Field("", description="Left out, the description becomes empty.")


class Move(BaseModel):
    model_config = _request("team_id")
    team_id: Id = Field("", description="The team that takes the prompt over.")


class NewVersion(BaseModel):
    model_config = _request("template")
    template: str = Field("", description="The text to render.", examples=["Hello, {{.name}}!"])
    engine: str = Field(
        "go", description="The template's language.", json_schema_extra={"enum": ["go", "jinja"]}
    )
    model: str | None = None
    model_params: Any = Field(
        None, description="An object.", json_schema_extra={"type": ["object", "null"]}
    )
    message: str = Field("", description="Why this version is made.")


class VersionChanges(BaseModel):
    """A null clears the model or its parameters."""

    null_counts: ClassVar[frozenset[str]] = frozenset({"model", "model_params"})
    model_config = _request()
    template: str | None = Field(None, examples=["Hello again, {{.name}}!"])
    engine: str | None = Field(None, json_schema_extra={"enum": ["go", "jinja", None]})
    model: str | None = None
    model_params: Any = Field(None, json_schema_extra={"type": ["object", "null"]})


class NewTag(BaseModel):
    model_config = _request("tag")
    tag: str = Field("", json_schema_extra={"pattern": "^[A-Za-z0-9_.-]{1,50}$"})


class Rollback(BaseModel):
    model_config = _request("target_version", "rollback_reason")
    target_version: int = Field(0, json_schema_extra={"minimum": 1})
    rollback_reason: str = Field("", description="Kept in the prompt's history.")


class NewPayload(BaseModel):
    null_counts: ClassVar[frozenset[str]] = frozenset({"variables"})
    model_config = _request("variables")
    name: str | None = None
    variables: Any = Field(
        None,
        description="Sample values by name.",
        json_schema_extra={"type": "object"},
        examples=[{"user": "Ada", "role": "Admin"}],
    )


class PayloadChanges(BaseModel):
    null_counts: ClassVar[frozenset[str]] = frozenset({"variables"})
    model_config = _request()
    name: str | None = Field(None, description="Left out or null, the name stays.")
    variables: Any = Field(
        None, description="Replaces them all.", json_schema_extra={"type": "object"}
    )


class RenderRequest(BaseModel):
    model_config = _request()
    variables: dict[str, Any] | None = Field(None, examples=[{"name": "Ada"}])


# -- answers


class Health(BaseModel):
    status: Literal["OK"]


class Prompt(BaseModel):
    id: Id
    team_id: Id
    slug: str
    name: str
    description: str
    status: Literal["active", "archived"]
    created_at: AwareDatetime
    updated_at: AwareDatetime


class Author(BaseModel):
    id: str
    name: str


class PromptVersion(BaseModel):
    id: Id
    prompt_id: Id
    version: int
    template: str
    status: Literal["draft", "stable", "live", "archived"]
    created_at: AwareDatetime
    published_at: AwareDatetime | None = Field(description="When it was last promoted.")
    tags: list[str]
    model: str | None
    model_params: dict[str, Any] | None
    engine: Literal["go", "jinja"]
    message: str
    author: Author


class PromptReply(BaseModel):
    prompt: Prompt


class PromptAndVersionReply(PromptReply):
    version: PromptVersion | SkipJsonSchema[None] = Field(
        None, description="There when a version was asked for."
    )


class Page(BaseModel):
    next_cursor: str | SkipJsonSchema[None] = Field(
        None, description="There when the list goes on; give it as `cursor`."
    )


class PromptPage(Page):
    prompts: list[Prompt]


class VersionReply(BaseModel):
    version: PromptVersion


class VersionPage(Page):
    versions: list[PromptVersion]


class Diff(BaseModel):
    diff: str = Field(description="Unified, with three lines of context; empty when equal.")
    from_template: str
    from_version: int
    to_template: str
    to_version: int


class VariableList(BaseModel):
    variables: list[str]


class Tag(BaseModel):
    tag: str
    version: int


class TagPage(Page):
    tags: list[Tag]


class PromptPayload(BaseModel):
    id: Id
    prompt_id: Id
    name: str | None
    variables: dict[str, Any]
    created_at: AwareDatetime
    updated_at: AwareDatetime


class PayloadReply(BaseModel):
    payload: PromptPayload


class PayloadPage(Page):
    payloads: list[PromptPayload]


class Event(BaseModel):
    id: Id
    sequence: int = Field(description="The revision of the prompt that the event led to.")
    event: str = Field(examples=["version.promoted"])
    at: AwareDatetime
    by: Author
    detail: dict[str, Any]


class EventPage(Page):
    events: list[Event]


class Rendering(BaseModel):
    rendered: str
    slug: str
    tags: list[str]
    version: int


class APIError(BaseModel):
    error: str = Field(examples=["prompt not found"])
    code: str = Field(examples=["prompt_not_found"])
    request_id: str
