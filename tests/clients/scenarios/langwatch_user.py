"""What an application does with LangWatch's Python SDK.

Starting it takes longer than any scenario, so one process goes through several.

    langwatch_user.py ARGUMENTS-BY-SCENARIO-AS-JSON
"""

import json
import os
import sys
import traceback
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import langwatch
from langwatch.prompts.prompt_facade import PromptsFacade
from langwatch.prompts.types import FetchPolicy, Input, Message, Output
from opentelemetry import trace


def dump_prompt(prompt: Any) -> dict[str, Any]:
    said: dict[str, Any] = prompt.model_dump(mode="json")
    return said


def describe_failure(attempt: Callable[[], Any]) -> str:
    """What an attempt that fails says; the name of the exception is what callers go by."""
    try:
        return f"nothing: {attempt()}"
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def write(handle: str) -> dict[str, Any]:
    """From the first version of a prompt to its end."""
    prompts = langwatch.prompts
    made = prompts.create(
        handle=handle,
        prompt="You greet {{ name }}.",
        messages=[Message(role="user", content="I am {{ name }}, {{ age }} years old.")],
        inputs=[Input(identifier="name", type="str"), Input(identifier="age", type="float")],
        # Without a schema the SDK cannot even send it.
        outputs=[Output(identifier="greeting", type="str", json_schema={"type": "string"})],
        tags=["staging"],
        parameters={"tone": "warm", "tries": 3},
    )
    updated = prompts.update(
        handle, scope="PROJECT", prompt="You welcome {{ name }}.", commit_message="warmer"
    )
    prompts.tags.assign(handle, tag="production", version_id=updated.version_id)
    found = {
        "newest": prompts.get(handle),
        "by_id": prompts.get(made.id),
        "by_number": prompts.get(handle, version_number=1),
        "by_number_in_short": prompts.get(f"{handle}:1"),
        "by_tag": prompts.get(handle, tag="production"),
        "by_tag_in_short": prompts.get(f"{handle}:staging"),
        "latest_in_short": prompts.get(f"{handle}:latest"),
    }
    renamed = prompts.update(handle, scope="PROJECT", handle=f"{handle}-renamed")
    return {
        "made": dump_prompt(made),
        "updated": dump_prompt(updated),
        "found": {name: dump_prompt(prompt) for name, prompt in found.items()},
        "renamed": dump_prompt(renamed),
        "old_name": describe_failure(lambda: prompts.get(handle)),
        "deleted": prompts.delete(f"{handle}-renamed"),
        "after": describe_failure(lambda: prompts.get(f"{handle}-renamed")),
    }


def tag(handle: str) -> dict[str, Any]:
    """The life of a tag that the team has thought of."""
    prompts, tags = langwatch.prompts, langwatch.prompts.tags
    first = prompts.create(handle=handle, prompt="one")
    second = prompts.update(handle, scope="PROJECT", prompt="two")
    at_first = [one["name"] for one in tags.list()]
    made = tags.create("canary")
    assigned = tags.assign(handle, tag="canary", version_id=first.version_id)
    before = prompts.get(handle, tag="canary").version
    tags.assign(handle, tag="canary", version_id=second.version_id)
    moved = prompts.get(handle, tag="canary").version
    renamed = tags.rename("canary", new_name="preview")
    return {
        "at_first": at_first,
        "made": made,
        "assigned": assigned,
        "version_ids": [first.version_id, second.version_id],
        "before": before,
        "moved": moved,
        "renamed": renamed,
        "by_new_name": prompts.get(handle, tag="preview").version,
        "by_old_name": describe_failure(lambda: prompts.get(handle, tag="canary")),
        "deleted": tags.delete("preview"),
        "at_last": [one["name"] for one in tags.list()],
    }


def fetch(handle: str, local_only: str) -> dict[str, Any]:
    """Each policy without files, and with one that is older than what the server has."""
    prompts = langwatch.prompts
    prompts.create(handle=handle, prompt="first on the server")

    def get_text(policy: FetchPolicy, name: str = handle) -> str:
        return str(prompts.get(name, fetch_policy=policy).prompt)

    cached = [get_text(FetchPolicy.CACHE_TTL)]
    prompts.update(handle, scope="PROJECT", prompt="second on the server")
    cached.append(get_text(FetchPolicy.CACHE_TTL))
    without = {
        "always_fetch": get_text(FetchPolicy.ALWAYS_FETCH),
        "materialized_first": get_text(FetchPolicy.MATERIALIZED_FIRST),
        "materialized_only": describe_failure(lambda: get_text(FetchPolicy.MATERIALIZED_ONLY)),
    }
    materialize(handle, local_only)
    with_files = {
        "always_fetch": get_text(FetchPolicy.ALWAYS_FETCH),
        "materialized_first": get_text(FetchPolicy.MATERIALIZED_FIRST),
        "materialized_only": get_text(FetchPolicy.MATERIALIZED_ONLY),
        "not_on_the_server": get_text(FetchPolicy.ALWAYS_FETCH, local_only),
    }
    return {"cached": cached, "without": without, "with_files": with_files}


def materialize(*handles: str) -> None:
    """The files that the command line would have pulled."""
    listed, locked = {}, {}
    for handle in handles:
        file = Path(f"{handle}.prompt.yaml")
        file.write_text(
            "model: openai/gpt-4o\nmessages:\n  - role: system\n    content: in the file\n"
        )
        listed[handle] = "latest"
        locked[handle] = {"version": 1, "versionId": "v", "materialized": str(file)}
    Path("prompts.json").write_text(json.dumps({"prompts": listed}))
    Path("prompts-lock.json").write_text(json.dumps({"lockfileVersion": 1, "prompts": locked}))


def compile_prompt(handle: str) -> dict[str, Any]:
    """What an application sends to a model, and the spans that it leaves of that."""
    langwatch.prompts.create(
        handle=handle,
        prompt="Be brief{% if name %} with {{ name | upcase }}{% endif %}.",
        messages=[Message(role="user", content="{{ question }}")],
    )
    prompt = langwatch.prompts.get(handle)
    compiled = prompt.compile({"name": "Ada"}, question="Why?")
    lenient, strict = (
        prompt.compile(name="Ada"),
        describe_failure(lambda: prompt.compile_strict(name="Ada")),
    )
    provider: Any = trace.get_tracer_provider()  # of the SDK, which langwatch has set
    provider.force_flush()
    return {
        "prompt": compiled.prompt,
        "messages": compiled.messages,
        "lenient": lenient.messages,
        "strict": strict,
    }


def read(names: list[str]) -> list[dict[str, Any]]:
    return [dump_prompt(langwatch.prompts.get(name)) for name in names]


def fail(handle: str, viewer_key: str) -> dict[str, str]:
    """What an application is told when a call cannot be done; the last scenario: keys change."""
    prompts = langwatch.prompts
    prompts.create(handle=handle, prompt="there")
    said = {
        "missing prompt": describe_failure(lambda: prompts.get("nothing-here")),
        "missing version": describe_failure(lambda: prompts.get(handle, version_number=9)),
        "missing tag": describe_failure(lambda: prompts.get(handle, tag="nothing")),
        "missing to update": describe_failure(
            lambda: prompts.update("nothing-here", scope="PROJECT")
        ),
        "missing to delete": describe_failure(lambda: prompts.delete("nothing-here")),
        "handle taken": describe_failure(lambda: prompts.create(handle=handle, prompt="again")),
        "handle not valid": describe_failure(
            lambda: prompts.create(handle="No Spaces", prompt="x")
        ),
        "no such tag": describe_failure(
            lambda: prompts.create(handle=f"{handle}-2", prompt="x", tags=["no"])
        ),
    }
    viewers = open_prompts(viewer_key)
    said["viewer"] = describe_failure(lambda: viewers.create(handle=f"{handle}-3", prompt="x"))
    said["viewer's reading"] = describe_failure(lambda: viewers.get(handle).prompt)
    nobodys = open_prompts("ak_wrong")
    said["wrong key"] = describe_failure(lambda: nobodys.get(handle))
    return said


def open_prompts(api_key: str) -> Any:
    """What `langwatch.prompts` is, for another key."""
    langwatch.setup(api_key=api_key, skip_open_telemetry_setup=True)
    return PromptsFacade.from_global()


SCENARIOS: dict[str, Callable[..., Any]] = {
    "write": write,
    "tag": tag,
    "fetch": fetch,
    "compile": compile_prompt,
    "read": read,
    "read_structured": read,
    "fail": fail,
}


def run_scenario(scenario: str, arguments: dict[str, Any]) -> dict[str, Any]:
    try:
        return {"found": SCENARIOS[scenario](**arguments)}
    except Exception:
        return {"failed": traceback.format_exc()}


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    langwatch.setup(api_key=os.environ["LANGWATCH_API_KEY"])
    asked = json.loads(sys.argv[1])
    outcomes = {
        scenario: run_scenario(scenario, arguments) for scenario, arguments in asked.items()
    }
    sys.stdout.write(f"\n{json.dumps(outcomes)}\n")
