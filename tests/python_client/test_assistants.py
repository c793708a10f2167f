"""What assistants do with prompts, through the client of the protocol's own SDK."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from mcp import Client, MCPError, StdioServerParameters, types

from cuebook.assistants import create_server
from tests.client import TEAM_ID, serve_registry
from tests.documents import read_document
from tests.hangs import HANG_SECONDS
from tests.python_client.conftest import KEY

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from cuebook import Cuebook
    from tests.client import Registry
    from tests.python_client.gateway import Gateway

ROOT = Path(__file__).parents[2]
COMMAND = ("-c", "from cuebook.cli.start import main; main()")
READERS = {"list_prompts", "read_version", "render_prompt", "diff_versions"}
WRITERS = {"create_draft", "promote_version"}


class Assistant:
    """An assistant that is connected in this process."""

    def __init__(self, cues: Cuebook, team_id: str) -> None:
        self.cues = cues
        self.team_id = team_id

    def do(self, work: Callable[[Client], Awaitable[Any]], *, can_write: bool = False) -> Any:
        async def run() -> Any:
            server = create_server(self.cues, self.team_id, can_write=can_write)
            async with Client(server) as client:
                try:
                    return await work(client)
                except MCPError as error:  # which would leave the block in a group
                    return error

        result = asyncio.run(run())
        if isinstance(result, MCPError):
            raise result
        return result

    def call(self, tool: str, /, **arguments: Any) -> Any:
        """Call a tool that succeeds, and return its result."""
        result = self.do(lambda client: client.call_tool(tool, arguments), can_write=True)
        assert not result.is_error, result
        assert json.loads(result.content[0].text) == result.structured_content
        return result.structured_content

    def fail(self, tool: str, /, **arguments: Any) -> str:
        """Call a tool that fails, and return what the assistant reads."""
        result = self.do(lambda client: client.call_tool(tool, arguments), can_write=True)
        assert result.is_error
        return str(result.content[0].text)

    def get(self, prompt: str, /, **arguments: str) -> list[tuple[str, str]]:
        """Get a prompt of the protocol."""
        result = self.do(lambda client: client.get_prompt(prompt, arguments))
        return [(message.role, message.content.text) for message in result.messages]

    def list(self) -> dict[str, types.Prompt]:
        """List all prompts of the protocol."""

        async def list_pages(client: Client) -> dict[str, types.Prompt]:
            page = await client.list_prompts()
            prompts = page.prompts
            while page.next_cursor:
                page = await client.list_prompts(cursor=page.next_cursor)
                prompts += page.prompts
            return {prompt.name: prompt for prompt in prompts}

        return dict(self.do(list_pages))


@pytest.fixture
def assistant(cues: Cuebook, registry: Registry) -> Assistant:
    return Assistant(cues, registry.team_id)


def release(cues: Cuebook, registry: Registry, name: str, *arguments: Any, **fields: Any) -> None:
    """Create a prompt with a live version."""
    prompt = cues.manage.create_prompt(registry.team_id, name, description=f"About {name}")
    cues.manage.create_version(prompt["id"], *arguments, **fields)
    for _ in range(2):
        cues.manage.promote(prompt["id"], 1)


def test_what_writes_is_offered_only_if_it_is_allowed(assistant: Assistant) -> None:
    reading = assistant.do(lambda client: client.list_tools()).tools
    writing = assistant.do(lambda client: client.list_tools(), can_write=True).tools
    hints = {tool.name: tool.annotations for tool in writing}

    assert {tool.name for tool in reading} == READERS
    assert {tool.name for tool in writing} == READERS | WRITERS
    assert {name for name, each in hints.items() if each.read_only_hint} == READERS
    assert {name for name, each in hints.items() if each.destructive_hint} == {"promote_version"}
    with pytest.raises(MCPError, match="there is no tool promote_version"):
        assistant.do(lambda client: client.call_tool("promote_version", {"name": "greeting"}))


def test_tools_say_what_they_take(assistant: Assistant) -> None:
    tools = assistant.do(lambda client: client.list_tools(), can_write=True).tools
    schemas = {tool.name: tool.input_schema for tool in tools}

    assert all(tool.description for tool in tools)
    assert schemas["read_version"]["required"] == ["name"]
    assert schemas["promote_version"]["required"] == ["name", "version"]
    assert schemas["list_prompts"].get("required", []) == []
    described = [each for schema in schemas.values() for each in schema["properties"].values()]
    assert all(each["description"] for each in described)


def test_an_assistant_writes_a_version_and_releases_it(
    assistant: Assistant, cues: Cuebook, registry: Registry
) -> None:
    release(cues, registry, "Greeting", "Hello {{.name}}", model="m", params={"temperature": 0})
    assert assistant.call("render_prompt", name="greeting", variables={"name": "Ada"}) == {
        "version": 1,
        "messages": [{"role": "system", "content": "Hello Ada"}],
        "missing": [],
    }

    draft = assistant.call("create_draft", name="greeting", template="Hi {{.name}}", message="!")
    assert (draft["version"], draft["status"], draft["message"]) == (2, "draft", "!")
    read = assistant.call("read_version", name="greeting", version="latest")
    assert (read["template"], read["model"]) == ("Hi {{.name}}", "m")
    assert read["model_params"] == {"temperature": 0}
    diff = assistant.call("diff_versions", name="greeting")["diff"]
    assert "-Hello {{.name}}" in diff
    assert "+Hi {{.name}}" in diff
    for version in (2, "2", "latest"):
        rendering = assistant.call(
            "render_prompt", name="greeting", version=version, variables={"name": "Ada"}
        )
        assert rendering["messages"][0]["content"] == "Hi Ada"

    states = [assistant.call("promote_version", name="greeting", version=2) for _ in range(2)]
    assert [state["status"] for state in states] == ["stable", "live"]
    assert assistant.get("greeting", name="Ada") == [("user", "Hi Ada")]


def test_a_draft_changes_only_what_is_sent(
    assistant: Assistant, cues: Cuebook, registry: Registry
) -> None:
    messages = [{"role": "system", "content": "Be brief."}]
    cues.manage.create_prompt(registry.team_id, "Chat")
    assistant.call("create_draft", name="chat", messages=messages)
    assistant.call("create_draft", name="chat", model="other")
    assistant.call("create_draft", name="chat", template="A text")

    versions = [assistant.call("read_version", name="chat", version=each) for each in (1, 2, 3)]
    assert [each["messages"] for each in versions] == [messages, messages, None]
    assert [each["model"] for each in versions] == [None, "other", "other"]
    assert versions[2]["template"] == "A text"


def test_problems_are_results_that_the_assistant_reads(
    assistant: Assistant, cues: Cuebook, registry: Registry
) -> None:
    cues.manage.create_prompt(registry.team_id, "Empty")
    release(cues, registry, "Greeting", "Hello {{.name}}")

    assert "no prompt 'nothing'" in assistant.fail("read_version", name="nothing")
    assert "no prompt 'nothing'" in assistant.fail("create_draft", name="nothing", template="Hello")
    assert "either a template or messages" in assistant.fail("create_draft", name="empty")
    assert "either a template or messages" in assistant.fail(
        "create_draft", name="greeting", template="Hello", messages=[]
    )
    assert 'key "name"' in assistant.fail("render_prompt", name="greeting")
    assert assistant.fail("read_version").startswith("name: ")
    assert assistant.fail("promote_version", name="greeting", version=[]).startswith("version")
    assert "promote" in assistant.fail("promote_version", name="greeting", version=7)


def test_prompts_are_used_by_name_with_their_variables(
    assistant: Assistant, cues: Cuebook, registry: Registry
) -> None:
    release(
        cues,
        registry,
        "Support",
        messages=[
            {"role": "system", "content": "You help {{ name }}."},
            {"type": "placeholder", "name": "history"},
            {"role": "user", "content": [{"type": "text", "text": "In {{ language }}: why?"}]},
        ],
        engine="simple",
        inputs=[
            {"name": "name", "type": "str", "description": "Who asks.", "required": True},
            {"name": "language", "type": "str"},
        ],
    )
    history = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]

    prompt = assistant.list()["support"]
    assert (prompt.title, prompt.description) == ("Support", "About Support")
    assert {each.name: (each.required, each.description) for each in prompt.arguments or ()} == {
        "name": (True, "Who asks."),
        "language": (False, None),
        "history": (True, "Written as JSON."),
    }
    assert assistant.get(
        "support", name="Ada", language="English", history=json.dumps(history)
    ) == [
        ("user", "You help Ada."),
        ("user", "Hi"),
        ("assistant", "Hello"),
        ("user", "In English: why?"),
    ]
    with pytest.raises(MCPError, match="the argument history is not JSON"):
        assistant.get("support", name="Ada", history="Hi")


def test_what_cannot_be_rendered_is_an_error_that_names_what_is_missing(
    assistant: Assistant, cues: Cuebook, registry: Registry
) -> None:
    release(cues, registry, "Greeting", "Hello {{.name}}")

    with pytest.raises(MCPError, match="name") as caught:
        assistant.get("greeting")
    assert caught.value.code == types.INVALID_PARAMS
    with pytest.raises(MCPError, match="no prompt 'nothing'"):
        assistant.get("nothing")


def test_only_prompts_with_a_live_version_are_listed_and_as_they_are_now(
    assistant: Assistant, cues: Cuebook, registry: Registry
) -> None:
    release(cues, registry, "Greeting", "Hello {{.name}}")
    release(cues, registry, "Old", "Hello")
    cues.manage.archive_prompt("old")
    cues.manage.create_prompt(registry.team_id, "Draft")
    cues.manage.create_version("draft", "Hello")
    assert assistant.list().keys() == {"greeting"}

    prompt_id = cues.manage.prompt("greeting")["id"]
    registry.editor.create_version(prompt_id, "Hello {{.first_name}}")  # by somebody else
    for _ in range(2):
        registry.editor("POST", f"/v1/prompts/{prompt_id}/versions/2/promote", {})

    arguments = assistant.list()["greeting"].arguments or ()
    assert [each.name for each in arguments] == ["first_name"]


def test_many_prompts_are_listed_in_pages(
    assistant: Assistant,
    cues: Cuebook,
    registry: Registry,
    gateway: Gateway,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for number in range(5):
        release(cues, registry, f"Prompt {number}", "Hello")
    monkeypatch.setattr("cuebook.management.ROWS", 2)
    gateway.requests.clear()

    page = assistant.do(lambda client: client.list_prompts())
    assert [prompt.name for prompt in page.prompts] == ["prompt_4", "prompt_3"]
    assert len(gateway.requests) == 2  # the page, and all prompts of it
    assert assistant.list().keys() == {f"prompt_{number}" for number in range(5)}
    first = assistant.call("list_prompts", query="prompt")
    second = assistant.call("list_prompts", query="prompt", cursor=first["next_cursor"])
    assert [row["slug"] for row in second["prompts"]] == ["prompt_2", "prompt_1"]
    with pytest.raises(MCPError, match="cursor"):
        assistant.do(lambda client: client.list_prompts(cursor="none of ours"))


def build_environment(url: str, key: str = KEY) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT / "client"),
        "CUEBOOK_URL": url,
        "CUEBOOK_API_KEY": key,
    }


@pytest.mark.parametrize("mode", ["legacy", "auto"])  # of earlier clients, and of those of today
def test_the_command_serves_on_standard_input_and_output(
    mode: str, cues: Cuebook, registry: Registry
) -> None:
    release(cues, registry, "Greeting", "Hello {{.name}}")

    async def talk(url: str) -> None:
        command = StdioServerParameters(
            command=sys.executable,
            args=[*COMMAND, "mcp", "--team", registry.team_id, "--allow-write"],
            env=build_environment(url, str(registry.editor.key)),
        )
        async with Client(command, mode=mode) as client:
            tools = (await client.list_tools()).tools
            assert {tool.name for tool in tools} == READERS | WRITERS
            prompts = (await client.list_prompts()).prompts
            assert [prompt.name for prompt in prompts] == ["greeting"]
            prompt = await client.get_prompt("greeting", {"name": "Ada"})
            assert prompt.messages[0].content == types.TextContent(type="text", text="Hello Ada")
            draft = await client.call_tool("create_draft", {"name": "greeting", "template": "Hi"})
            assert (draft.structured_content or {})["version"] == 2
            failure = await client.call_tool("read_version", {"name": "nothing"})
            assert failure.is_error

    with serve_registry() as url:
        asyncio.run(talk(url))


def run_command(*arguments: str, prelude: str = "", **environment: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-c", f"{prelude}\n{COMMAND[1]}", *arguments],
        env=build_environment("http://127.0.0.1:9") | environment,
        input="",
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def test_the_command_ends_with_its_input_and_prints_nothing_else() -> None:
    assert run_command("mcp", "--team", TEAM_ID) == (0, "", "")


def test_ctrl_c_ends_the_command() -> None:
    with subprocess.Popen(
        [sys.executable, *COMMAND, "mcp", "--team", TEAM_ID],
        env=build_environment("http://127.0.0.1:9"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(b'{"jsonrpc": "2.0", "id": 1, "method": "ping"}\n')
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["id"] == 1
        process.send_signal(signal.SIGINT)
        assert process.wait(HANG_SECONDS) == -signal.SIGINT


@pytest.mark.parametrize(
    "prelude",
    [
        "import sys; sys.modules['mcp'] = None",
        "import sys, types; sys.modules['mcp'] = types.ModuleType('mcp')",  # an older one
    ],
)
def test_the_command_says_what_to_install(prelude: str) -> None:
    code, output, problem = run_command("mcp", "--team", TEAM_ID, prelude=prelude)

    assert (code, output) == (2, "")
    assert problem.splitlines() == [
        "cuebook: assistants need the extra `mcp` of the client: pip install './client[mcp]'"
    ]


def test_the_command_says_what_it_is_not_given() -> None:
    code, output, problem = run_command("mcp", "--team", TEAM_ID, CUEBOOK_API_KEY="")
    assert (code, output) == (2, "")
    assert "API key" in problem


def test_the_settings_of_an_assistant_start_the_command() -> None:
    (block,) = read_document("docs/command.md").get_blocks("json", "For assistants")
    server = json.loads(block.text)["mcpServers"]["cuebook"]

    assert server["command"] == "cuebook"
    assert server["args"] == ["mcp"]
    assert server["env"].keys() == {"CUEBOOK_URL", "CUEBOOK_API_KEY", "CUEBOOK_TEAM"}
    environment = server["env"] | build_environment("http://127.0.0.1:9")
    environment["CUEBOOK_TEAM"] = TEAM_ID
    assert run_command(*server["args"], **environment) == (0, "", "")
