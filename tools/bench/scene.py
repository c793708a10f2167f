"""The process that stores prompts in DynamoDB Local, and prints the events of calls.

    python -m tools.bench.scene <number of events of a write> <number of prompts> <sample> …

It prints a JSON object: by name of the sample, `floor` and `many` a list of the module and its
events. Only `tools.cost.machine` may start it.
"""

from __future__ import annotations

import io
import json
import sys
from typing import Any

from tools.bench.goals import FLOOR, MANY
from tools.cost.samples import JINJA, SAMPLES, VARIABLES, Scene, Team
from tools.cost.worker import EventRecorder, Machine


def build_events(
    machine: Machine, writes: int, prompts: int, names: list[str]
) -> dict[str, list[Any]]:
    """Store the prompts, and build the events.

    Args:
        machine: Makes the calls that store the prompts.
        writes: The number of events of each write: they work on different prompts.
        prompts: The number of prompts that are rendered in turn.
        names: Names of samples.
    """
    scene, recorder = Scene(machine.gateway.respond, machine.store), EventRecorder()
    samples = {sample.name: sample for sample in SAMPLES}
    events = {}
    for name in names:
        times = 1 if samples[name].on == "team" else writes
        requests = [scene.build_request(samples[name]) for _ in range(times)]
        events[name] = recorder.record(*requests)
    key = {"prompt_id": {"S": scene.writers.create_prompt().id}}
    events[FLOOR] = ["tools.bench.floor", {"key": key}]
    if prompts:
        team = Team(machine.gateway.respond, machine.store, 1 << 66)
        renders = []
        for number in range(prompts):
            prompt = team("POST", f"/v1/teams/{team.id}/prompts", {"name": f"Prompt {number}"})
            versions = f"/v1/prompts/{prompt['prompt']['id']}/versions"
            team("POST", versions, {"template": f"{number} {JINJA}", "engine": "jinja"})
            target = f"/v1/prompts/{prompt['prompt']['slug']}/versions/1/render"
            renders.append(team.build_request("POST", target, {"variables": VARIABLES}))
        events[MANY.name] = recorder.record(*renders)
    return events


def main() -> int:
    """Print the events."""
    out, log = sys.stdout, io.StringIO()
    sys.stdout = log  # before the logger gets it
    writes, prompts, *names = sys.argv[1:]
    json.dump(build_events(Machine(log), int(writes), int(prompts), names), out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
