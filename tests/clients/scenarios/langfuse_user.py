"""What Langfuse's SDK for Python writes, reads, labels, lists and deletes.

langfuse_user.py NAME
"""

import json
import os
import sys
import warnings
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

from langfuse import Langfuse

warnings.simplefilter("ignore")
MAJOR = int(version("langfuse").split(".")[0])
NAME = sys.argv[1]
CHAT = [{"role": "system", "content": "You are {{who}}"}, {"role": "user", "content": "{{q}}"}]
client = Langfuse(
    public_key="pk-lf-1", secret_key=os.environ["API_KEY"], host=os.environ["BASE_URL"]
)
seen = {"version": version("langfuse"), "auth_check": client.auth_check()}


def dump(prompt: Any, **values: str) -> dict[str, Any]:
    compiled = prompt.compile(**values)
    shown = {"version": prompt.version, "labels": sorted(prompt.labels), "tags": prompt.tags}
    return {**shown, "config": prompt.config, "compiled": compiled}


def fail(call: Callable[[], Any]) -> str:
    try:
        return str(call())
    except Exception as error:
        return type(error).__name__


# -- writing

first = client.create_prompt(
    name=NAME,
    prompt="Hello {{name}}, {{ city }}!",
    labels=["production"],
    tags=["a", "b"],
    config={"model": "gpt-4o", "temperature": 0.5},
    commit_message="first",
)
second = client.create_prompt(name=NAME, prompt="Bye {{name}}!", labels=["staging"])
seen["created"] = [first.version, second.version]
client.create_prompt(name=f"{NAME} chat", type="chat", prompt=CHAT, labels=["production"])

# -- reading

values = {"name": "Ada", "city": "{{name}}"}
fresh = {"cache_ttl_seconds": 0}
seen["production"] = dump(client.get_prompt(NAME, **fresh), **values)
seen["by_version"] = dump(client.get_prompt(NAME, version=2, **fresh), **values)
seen["by_label"] = client.get_prompt(NAME, label="staging", **fresh).version
seen["latest"] = client.get_prompt(NAME, label="latest", **fresh).version
chat = client.get_prompt(f"{NAME} chat", type="chat", **fresh)
seen["chat"] = [
    {"role": message["role"], "content": message["content"]}
    for message in chat.compile(who="Ada", q="Why?")
]
seen["unknown"] = fail(lambda: client.get_prompt("no such prompt", max_retries=1, **fresh))
fallback = client.get_prompt("no such prompt", fallback="Hi {{name}}", max_retries=1, **fresh)
seen["fallback"] = [fallback.compile(name="Ada"), fallback.is_fallback]

# -- labels, and the cache that an update clears

cached = client.get_prompt(NAME, cache_ttl_seconds=600)
client.update_prompt(name=NAME, version=2, new_labels=["production", "b"])
seen["moved"] = [cached.version, client.get_prompt(NAME, cache_ttl_seconds=600).version]

if MAJOR > 2:
    placeholder = [*CHAT, {"type": "placeholder", "name": "history"}]
    client.create_prompt(name=f"{NAME} more", type="chat", prompt=placeholder)
    more = client.get_prompt(f"{NAME} more", type="chat", label="latest", **fresh)
    history = [{"role": "assistant", "content": "because"}]
    seen["placeholder"] = more.compile(who="Ada", q="Why?", history=history)
    client.create_prompt(
        name=f"{NAME} whole",
        prompt=f"<@@@langfusePrompt:name={NAME}|label=production@@@>",
        labels=["production"],
    )
    seen["composed"] = client.get_prompt(f"{NAME} whole", **fresh).compile(name="Ada")
    seen["included"] = fail(lambda: client.api.prompts.delete(NAME.replace("/", "%2F")))
    client.api.prompts.delete(f"{NAME} whole".replace("/", "%2F"))
    entries = client.api.prompts.list(name=NAME).data
    seen["list"] = [[entry.name, entry.versions, sorted(entry.labels)] for entry in entries]
    seen["deleted"] = client.api.prompts.delete(NAME.replace("/", "%2F"))
    seen["after"] = fail(lambda: client.get_prompt(NAME, label="latest", max_retries=1, **fresh))
else:
    entries = client.client.prompts.list(name=NAME).data
    seen["list"] = [[entry.name, entry.versions, sorted(entry.labels)] for entry in entries]

# -- what it sends by itself

if MAJOR > 2:
    with client.start_as_current_observation(name="span", as_type="span"):
        client.score_current_trace(name="good", value=1)
else:
    client.trace(name="trace").score(name="good", value=1)
client.flush()
sys.stdout.write(f"\n{json.dumps(seen)}\n")
