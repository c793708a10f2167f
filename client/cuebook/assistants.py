"""Prompts for assistants: a server of the Model Context Protocol (MCP).

Its tools are methods of `Tools`: their signatures are what an assistant may send. A team's prompts
are also prompts of the protocol, which the client renders.
"""

from __future__ import annotations

import asyncio
import json
import logging
from contextlib import suppress
from inspect import getdoc
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from mcp import MCPError, types
from mcp.server import Server
from mcp.server.stdio import stdio_server
from pydantic import Field, TypeAdapter, ValidationError
from pydantic_core import ArgsKwargs

from ._address import VERSION
from ._names import find_prompt_id, parse_selector
from ._version_contents import create_next_version, take_content
from .conversations import is_placeholder
from .errors import (
    ConfigurationError,
    CuebookError,
    NotFoundError,
    RenderError,
    ServerError,
    UnavailableError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from mcp.server import ServerRequestContext

    from .client import Cuebook
    from .prompts import Prompt, Rendering

Result = TypeVar("Result")
Name = Annotated[str, Field(description="The slug of the prompt, or its id.")]
Selector = Annotated[
    int | str, Field(description="The number of a version, a tag, `live` or `latest`.")
]

INSTRUCTIONS = """\
Prompts of a team in a Cuebook service. A prompt has numbered versions; `live` is the one that \
applications use. A version begins as a draft, becomes stable, and then live."""
# Types of declared variables whose values are no texts, besides those that begin with `list`.
JSON_TYPES = {"int", "integer", "float", "number", "bool", "boolean", "array", "object", "json"}
JSON_TYPES |= {"dict", "chat_messages"}

logger = logging.getLogger("cuebook")


class Tools:
    """What assistants do with the prompts of a team."""

    def __init__(self, cues: Cuebook, team_id: str) -> None:
        self._cues = cues
        self._team_id = team_id

    def list_prompts(
        self,
        *,
        query: Annotated[
            str | None,
            Field(description="What the name, the slug, the description or a keyword contains."),
        ] = None,
        cursor: Annotated[
            str | None, Field(description="The `next_cursor` of the page before.")
        ] = None,
    ) -> dict[str, Any]:
        """List the prompts of the team, newest first, a page of up to 100 at a time."""
        return self._cues.manage.prompts_page(self._team_id, cursor, q=query)

    def read_version(self, *, name: Name, version: Selector = "live") -> dict[str, Any]:
        """Read a version of a prompt as it is written: its texts, model, parameters and tools."""
        return self._cues.manage.version(self._find_id(name), version)

    def render_prompt(
        self,
        *,
        name: Name,
        version: Selector = "live",
        variables: Annotated[
            dict[str, Any] | None, Field(description="Values of the variables by name.")
        ] = None,
    ) -> dict[str, Any]:
        """Render a version of a prompt with values of its variables, as an application gets it."""
        selector = parse_selector(str(version))  # a model may write a number as a text
        number, tag = (selector, None) if isinstance(selector, int) else (None, selector)
        prompt = self._cues.get(self._find_id(name), version=number, tag=tag)
        rendering = prompt.render(variables)
        return {
            "version": rendering.prompt.version,
            "messages": rendering.messages,
            "missing": rendering.missing,
        }

    def diff_versions(
        self, *, name: Name, before: Selector = "live", after: Selector = "latest"
    ) -> dict[str, Any]:
        """Compare two versions of a prompt: their texts, and their settings."""
        return self._cues.manage.diff(self._find_id(name), before, after)

    def create_draft(
        self,
        *,
        name: Name,
        template: Annotated[
            str | None, Field(description="The text, of a prompt that is no conversation.")
        ] = None,
        messages: Annotated[
            list[dict[str, Any]] | None, Field(description="The messages of a conversation.")
        ] = None,
        model: Annotated[str | None, Field(description="Such as `openai/gpt-4o`.")] = None,
        params: Annotated[
            dict[str, Any] | None, Field(description="Parameters of the model.")
        ] = None,
        message: Annotated[str, Field(description="Why the version is created.")] = "",
    ) -> dict[str, Any]:
        """Create the next version of a prompt, as a draft, which no application uses yet.

        What is not sent is as in the latest version. Texts are written in its template language,
        or in Go's if the prompt has no version.
        """
        if template is not None and messages is not None:
            raise ConfigurationError("a version has either a template or messages")
        changes = {
            "template": template,
            "messages": messages,
            "model": model,
            "model_params": params,
        }
        prompt_id = self._find_id(name)
        newest = self._cues.manage.read(prompt_id)["version"]
        content = take_content(newest or {})
        if template is not None:
            content.pop("messages", None)
        content |= {field: value for field, value in changes.items() if value is not None}
        return create_next_version(
            self._cues.manage,
            prompt_id,
            content,
            newest=newest and newest["version"],
            message=message,
        )

    def promote_version(self, *, name: Name, version: Selector) -> dict[str, Any]:
        """Make a draft stable, or a stable version live: applications use it from then on."""
        return self._cues.manage.promote(self._find_id(name), version)

    def _find_id(self, name: str) -> str:
        return find_prompt_id(self._cues.manage, self._team_id, name)


READING = types.ToolAnnotations(read_only_hint=True, open_world_hint=False)
CREATING = types.ToolAnnotations(
    read_only_hint=False, destructive_hint=False, idempotent_hint=False, open_world_hint=False
)
REPLACING = types.ToolAnnotations(
    read_only_hint=False, destructive_hint=True, idempotent_hint=False, open_world_hint=False
)


class Tool:
    """A method that assistants call."""

    def __init__(
        self, method: Callable[..., dict[str, Any]], annotations: types.ToolAnnotations
    ) -> None:
        """Describe a method.

        Args:
            method: Its signature says what it takes, its docstring what it does.
            annotations: What an assistant, and who watches it, may assume of it.
        """
        signature: Any = method  # of which pydantic makes a validator, as of a type
        self._adapter: TypeAdapter[dict[str, Any]] = TypeAdapter(signature)
        self.description = types.Tool(
            name=method.__name__,
            description=getdoc(method),
            input_schema=self._adapter.json_schema(),
            annotations=annotations,
        )

    def call(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Call the method.

        Raises:
            ConfigurationError: The arguments are not those that it takes.
            CuebookError: The service refuses it, or does not answer.
        """
        try:
            return self._adapter.validate_python(ArgsKwargs((), {**arguments}))
        except ValidationError as error:
            problems = (
                f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors()
            )
            raise ConfigurationError("; ".join(problems)) from error


class Assistants:
    """Responds to requests of the protocol, in threads, so that one that waits delays no other."""

    def __init__(self, cues: Cuebook, team_id: str, *, can_write: bool) -> None:
        """Choose the tools.

        Args:
            cues: The client.
            team_id: The id of the team whose prompts there are.
            can_write: Whether there are tools that create and promote versions.
        """
        self._cues = cues
        self._team_id = team_id
        tools = Tools(cues, team_id)
        methods: list[tuple[Callable[..., dict[str, Any]], types.ToolAnnotations]] = [
            (tools.list_prompts, READING),
            (tools.read_version, READING),
            (tools.render_prompt, READING),
            (tools.diff_versions, READING),
        ]
        if can_write:
            methods += [(tools.create_draft, CREATING), (tools.promote_version, REPLACING)]
        self._tools = {method.__name__: Tool(method, hints) for method, hints in methods}

    async def list_tools(
        self, context: ServerRequestContext[Any], params: types.PaginatedRequestParams | None
    ) -> types.ListToolsResult:
        """List the tools."""
        return types.ListToolsResult(tools=[tool.description for tool in self._tools.values()])

    async def call_tool(
        self, context: ServerRequestContext[Any], params: types.CallToolRequestParams
    ) -> types.CallToolResult:
        """Call a tool; what goes wrong is a result that the assistant reads.

        Raises:
            MCPError: There is no such tool.
        """
        tool = self._tools.get(params.name)
        if tool is None:
            raise MCPError(types.INVALID_PARAMS, f"there is no tool {params.name}")
        try:
            result = await asyncio.to_thread(tool.call, params.arguments or {})
        except CuebookError as error:
            return types.CallToolResult(content=[build_text(str(error))], is_error=True)
        text = build_text(json.dumps(result, ensure_ascii=False))
        return types.CallToolResult(content=[text], structured_content=result)

    async def list_prompts(
        self, context: ServerRequestContext[Any], params: types.PaginatedRequestParams | None
    ) -> types.ListPromptsResult:
        """List a page of the prompts that have a live version, as they are now.

        Raises:
            MCPError: The service refuses it, or does not answer.
        """
        return await run_in_thread(self._list_prompts, params.cursor if params else None)

    async def get_prompt(
        self, context: ServerRequestContext[Any], params: types.GetPromptRequestParams
    ) -> types.GetPromptResult:
        """Render the live version of a prompt.

        Raises:
            MCPError: There is no such prompt, or it cannot be rendered with these arguments.
        """
        return await run_in_thread(self._get_prompt, params.name, params.arguments or {})

    def _list_prompts(self, cursor: str | None) -> types.ListPromptsResult:
        page = self._cues.manage.prompts_page(self._team_id, cursor, status="active")
        # By their ids, since a key of several teams may find another team's prompt by a slug.
        rows = {row["id"]: row for row in page["prompts"]}
        for prompt_id in rows:
            self._cues.invalidate(prompt_id)
        with suppress(CuebookError):  # of one prompt, which is left out below
            self._cues.preload(rows)
        prompts = [self._describe(row) for row in rows.values()]
        return types.ListPromptsResult(
            prompts=[prompt for prompt in prompts if prompt is not None],
            next_cursor=page.get("next_cursor") or None,
        )

    def _describe(self, row: Mapping[str, Any]) -> types.Prompt | None:
        """Describe a prompt; None if it has no live version that can be used."""
        try:
            arguments = [*list_arguments(self._cues.get(row["id"]))]
        except NotFoundError:
            return None
        except CuebookError as error:
            logger.warning("assistants do not get %s: %s", row["slug"], error)
            return None
        return types.Prompt(
            name=row["slug"],
            title=row["name"],
            description=row.get("description") or None,
            arguments=arguments,
        )

    def _get_prompt(self, name: str, arguments: Mapping[str, str]) -> types.GetPromptResult:
        prompt = self._cues.get(find_prompt_id(self._cues.manage, self._team_id, name))
        rendering = prompt.render(load_variables(prompt, arguments))
        return types.GetPromptResult(messages=[*list_messages(rendering)])


def create_server(cues: Cuebook, team_id: str, *, can_write: bool = False) -> Server[Any]:
    """Create the server for assistants.

    Args:
        cues: The client.
        team_id: The id of the team whose prompts there are.
        can_write: Whether assistants may create and promote versions.
    """
    assistants = Assistants(cues, team_id, can_write=can_write)
    return Server(
        "cuebook",
        version=VERSION,
        instructions=INSTRUCTIONS,
        on_list_tools=assistants.list_tools,
        on_call_tool=assistants.call_tool,
        on_list_prompts=assistants.list_prompts,
        on_get_prompt=assistants.get_prompt,
    )


def serve(cues: Cuebook, team_id: str, *, can_write: bool = False) -> None:
    """Serve assistants on standard input and output, until the input ends.

    Args:
        cues: The client.
        team_id: The id of the team whose prompts there are.
        can_write: Whether assistants may create and promote versions.
    """

    async def run() -> None:
        server = create_server(cues, team_id, can_write=can_write)
        async with stdio_server() as (reader, writer):
            await server.run(reader, writer, server.create_initialization_options())

    asyncio.run(run())


async def run_in_thread(function: Callable[..., Result], *arguments: Any) -> Result:
    """Run a function in a thread.

    Raises:
        MCPError: It has failed with an error of the client.
    """
    try:
        return await asyncio.to_thread(function, *arguments)
    except (ServerError, UnavailableError) as error:
        raise MCPError(types.INTERNAL_ERROR, str(error)) from error
    except CuebookError as error:
        raise MCPError(types.INVALID_PARAMS, str(error)) from error


def list_arguments(prompt: Prompt) -> Iterator[types.PromptArgument]:
    """List the arguments of a prompt: the variables that its texts may use.

    Raises:
        RenderError: A text is not a template in its language.
    """
    inputs = {each.get("name"): each for each in prompt.inputs}
    required, documents = prompt.required_variables, list_document_names(prompt)
    for name in prompt.variables:
        declaration = inputs.get(name, {})
        texts = [declaration.get("description"), "Written as JSON." if name in documents else None]
        yield types.PromptArgument(
            name=name,
            description=" ".join(filter(None, texts)) or None,
            required=name in required or bool(declaration.get("required")),
        )


def list_document_names(prompt: Prompt) -> set[str]:
    """List the names of variables whose values are no texts: the protocol has only texts."""
    messages = prompt.source_messages or ()
    names = {str(message.get("name")) for message in messages if is_placeholder(message)}
    for each in prompt.inputs:
        kind = str(each.get("type") or "")
        if kind in JSON_TYPES or kind.startswith("list"):
            names.add(each["name"])
    return names


def load_variables(prompt: Prompt, arguments: Mapping[str, str]) -> dict[str, Any]:
    """Load the values of variables.

    Raises:
        RenderError: A value that is no text is not JSON.
    """
    documents = list_document_names(prompt)
    variables: dict[str, Any] = {}
    for name, text in arguments.items():
        try:
            variables[name] = json.loads(text) if name in documents else text
        except (ValueError, RecursionError) as error:
            raise RenderError(f"the argument {name} is not JSON") from error
    return variables


def list_messages(rendering: Rendering) -> Iterator[types.PromptMessage]:
    """List the messages of a rendering in the protocol's form, which has two roles only."""
    for message in rendering.messages:
        role: types.Role = "assistant" if message.get("role") == "assistant" else "user"
        content = message.get("content")
        for part in content if isinstance(content, list) else [content]:
            if isinstance(part, dict) and isinstance(part.get("text"), str):
                part = part["text"]
            elif part is None:  # the model has called tools
                part = message
            text = part if isinstance(part, str) else json.dumps(part, ensure_ascii=False)
            yield types.PromptMessage(role=role, content=build_text(text))


def build_text(text: str) -> types.TextContent:
    """Build a text in the protocol's form."""
    return types.TextContent(type="text", text=text)
