"""The calls that a service lives on ask AWS for no more than today, nor for less.

DynamoDB Local counts the units, as DynamoDB does, but for transactions: `count_units`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tests.live.conftest import durable_folder
from tests.live.server import JAR
from tools.cost.machine import Runner, run_services

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


class Use(NamedTuple):
    """Requests to AWS by operation, and the units that those to DynamoDB take."""

    requests: Mapping[str, int]
    read_units: float = 0
    write_units: float = 0


GET, BATCH_GET = "dynamodb:GetItem", "dynamodb:BatchGetItem"
GET_TOGETHER = "dynamodb:TransactGetItems"
QUERY, WRITE = "dynamodb:Query", "dynamodb:TransactWriteItems"
# By name of the sample in tools/cost/samples.py. All but one of these processes know their caller.
HOT_ROUTES = {
    "registry/render_live": Use({GET: 1}, read_units=1),
    # The key, the claim of the slug, and the head with its version as they are at one moment.
    "registry/render_live, nothing cached": Use({GET: 2, GET_TOGETHER: 1}, read_units=6),
    "registry/get_prompt": Use({GET: 1}, read_units=1),
    # Ten prompts: their heads, and the version that has moved.
    "registry/refresh_prompts": Use({BATCH_GET: 1}, read_units=10),
    "registry/refresh_prompts, one of them has moved": Use({BATCH_GET: 2}, read_units=11),
    # The key, the claims of their slugs, and their heads.
    "registry/refresh_prompts, nothing cached": Use({GET: 1, BATCH_GET: 2}, read_units=21),
    "langwatch/get_prompt_by_handle": Use({BATCH_GET: 1}, read_units=2),
    "langfuse/get_named_prompt": Use({GET: 1}, read_units=1),
    # Another version is newer than the live one, and may be `latest`.
    "langfuse/get_named_prompt, nothing cached": Use(
        {GET: 1, GET_TOGETHER: 1, BATCH_GET: 1, QUERY: 1}, read_units=7
    ),
    # The newest changes; and in a process that has not read the list before, the list.
    "maxim/sync_prompts": Use({QUERY: 2}, read_units=1),
    "maxim/sync_prompts, not modified": Use({QUERY: 2}, read_units=1),
    "maxim/sync_prompts, nothing cached": Use({GET: 2, QUERY: 4, BATCH_GET: 2}, read_units=44),
    "tela/get_promoted_version": Use({GET: 1}, read_units=1),
    "registry/create_version": Use({GET: 1, WRITE: 1}, read_units=1, write_units=18),
    # With the check of what the team protects, and the notes in two claims of which one is live.
    "registry/promote_version": Use({GET_TOGETHER: 1, WRITE: 1}, read_units=4, write_units=22),
}


def test_hot_routes_use_no_more_and_no_less(tmp_path: Path) -> None:
    jar = durable_folder(tmp_path) / JAR.name
    command = ("-m", "tools.cost.worker", "record", "0", *HOT_ROUTES)
    with run_services(jar) as environment:
        document = Runner(deployed=False).run(*command, environment=environment)

    calls = {name: document["calls"][name] for name in HOT_ROUTES}
    assert {
        name: Use(call["requests"], call["read_units"], call["write_units"])
        for name, call in calls.items()
    } == HOT_ROUTES
