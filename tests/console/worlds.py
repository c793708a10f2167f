"""What is in the registry before a person comes to the console."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

if TYPE_CHECKING:
    from tests.client import Client
    from tests.memory import Memory

UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")

# What somebody may write into any field: nothing of it is executed, nothing is changed.
HOSTILE = (
    '<script>alert(1)</script><img src=x onerror=alert(2)> {{.name}} {% x %} "&amp;"'
    " \u202e\u05e9\u05dc\u05d5\u05dd \U0001f469\u200d\U0001f680"
)


def create_live_prompt(client: Client, name: str, *templates: str, **fields: str) -> dict[str, Any]:
    """Create a prompt of which each version has been live, the last one now.

    Args:
        client: Who creates it.
        name: Of the prompt.
        templates: Of its versions, the oldest first.
        fields: More of the prompt.
    """
    prompt = client.create_prompt(name, **fields)
    for number, template in enumerate(templates, 1):
        client.create_version(prompt["id"], template, message=f"Version {number} of {name}")
        client.promote(prompt["id"], number, times=2)
    return prompt


def create_many_prompts(memory: Memory, client: Client, count: int) -> None:
    """Create many live prompts, as the API would but fifty times as fast.

    All but `Prompt 00000` are copies of it, with names, slugs and ids of their own, each a minute
    older than the one before. The team's audit knows nothing of them.

    Args:
        memory: The tables.
        client: Who creates them.
        count: How many there are in the end.
    """
    before = json.dumps(memory.list_items())
    prompt = create_live_prompt(client, "Prompt 00000", "Hello {{.name}}", description="Says hello")
    items = [
        (table, json.dumps(item))
        for table, items in memory.list_items().items()
        for item in items
        if prompt["id"] in json.dumps(item) and item["entity"]["S"] != "access_event"
    ]
    text = "\0".join(text for _, text in items)
    ids = {*UUID.findall(text)} - {*UUID.findall(before)}
    for number in range(1, count):
        age = timedelta(minutes=number)
        words = {"Prompt 00000": f"Prompt {number:05}", "prompt_00000": f"prompt_{number:05}"}
        words |= {each: str(uuid4()) for each in ids}
        words |= {time: shift_time(time, age) for time in {*TIME.findall(text)}}
        copies = re.sub("|".join(words), lambda match: words[match[0]], text)  # noqa: B023
        for (table, _), copy in zip(items, copies.split("\0"), strict=True):
            memory.put(table, json.loads(copy))


def shift_time(time: str, age: timedelta) -> str:
    """Make a time earlier."""
    return f"{datetime.fromisoformat(time) - age:%Y-%m-%dT%H:%M:%S.%fZ}"
