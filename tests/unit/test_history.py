"""The last move of each pointer in a history, whatever has been done to the prompt."""

from __future__ import annotations

import random
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from shared.domain import pointers, prompts, versions
from shared.domain.changes import Origin
from shared.domain.content import Content
from shared.domain.history import find_last_moves
from shared.domain.model import Author, Version
from shared.domain.protection import list_moves
from shared.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from shared.domain.changes import Change
    from shared.domain.model import Event, Prompt

ORIGIN = Origin(by=Author(id="1", name="Ada"))
NAMES = ("live", "a", "b")
CONDITIONS = [{"variable": "env", "operator": "=", "value": "prod"}]


def list_choices(prompt: Prompt, version: Version) -> list[Callable[[], Change[Any]]]:
    """List what can be tried with a version, allowed or not."""
    deployment = {
        "id": str(prompt.revision),
        "number": version.number,
        "versionId": version.id,
        "conditions": CONDITIONS,
    }
    settings = {**prompt.settings.get("maxim", {}), "config": {"n": prompt.revision}}
    shares = [(version, 10_000)]
    return [
        lambda: versions.promote(prompt, version, ORIGIN),
        lambda: versions.promote(prompt, version, ORIGIN),
        lambda: versions.roll_back(prompt, version, ORIGIN, reason="x"),
        lambda: versions.demote(prompt, version, ORIGIN),
        lambda: versions.archive(prompt, version, ORIGIN),
        lambda: versions.delete(prompt, version, ORIGIN),
        lambda: versions.revise(prompt, version, Content(template=str(prompt.revision)), ORIGIN),
        lambda: prompts.set_tags(prompt, ["a", "b"], version, ORIGIN),
        lambda: prompts.set_tag(prompt, "a", version, ORIGIN),
        lambda: prompts.remove_tag(prompt, "a", ORIGIN),
        lambda: pointers.set_split(prompt, "live", shares, ORIGIN),
        lambda: prompts.deploy(prompt, deployment, ORIGIN),
        lambda: prompts.configure(prompt, "maxim", settings, ORIGIN),
        lambda: prompts.move(prompt, str(prompt.revision % 3), ORIGIN),
        lambda: prompts.describe(prompt, str(prompt.revision), ORIGIN),
        lambda: versions.create(prompt, Content(template="x"), ORIGIN, base=None),
    ]


def live_a_life(seed: int) -> tuple[Prompt, list[Event], dict[str, Event]]:
    """Do at random what can be done to a prompt, and note the last move of each pointer."""
    chance = random.Random(seed)
    prompt = prompts.create(team_id="0", name="x", slug="x", origin=ORIGIN).after
    events: list[Event] = []
    numbers: dict[int, Version] = {}
    moves: dict[str, Event] = {}
    for _ in range(40):
        version = chance.choice([*numbers.values()]) if numbers else None
        changes = list_choices(prompt, version) if version else []
        changes.append(partial(versions.create, prompt, Content(template="x"), ORIGIN, base=None))
        others = [*numbers.values()]
        if len(others) > 1:
            first, second = chance.sample(others, 2)
            shares = [(first, 9_000), (second, 1_000)]
            name = chance.choice(NAMES)
            changes.append(partial(pointers.set_split, prompt, name, shares, ORIGIN))
        try:
            change = chance.choice(changes)()
        except Problem:
            continue  # what is not allowed is no move
        if not change.events:
            continue
        for part in change.puts:
            if isinstance(part, Version):
                numbers[part.number] = part
        for part in change.deletes:
            if isinstance(part, Version):
                del numbers[part.number]
        events.extend(change.events)
        moves |= dict.fromkeys({*list_moves(change)} & {*NAMES}, change.events[-1])
        prompt = change.after
    return prompt, events[::-1], moves


@pytest.mark.parametrize("seed", range(200))
def test_the_last_move_of_a_pointer_is_the_last_change_that_moved_it(seed: int) -> None:
    prompt, events, moves = live_a_life(seed)

    assert find_last_moves(prompt, events, NAMES) == moves
    # Events of earlier releases do not say what was live after them.
    start = random.Random(seed).randrange(len(events) + 1)
    older = [replace(event, live_version=None) for event in events[start:]]
    found = find_last_moves(prompt, [*events[:start], *older], NAMES)
    assert {name: event.sequence for name, event in found.items()} == {
        name: event.sequence for name, event in moves.items()
    }
