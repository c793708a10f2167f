"""Measure what many writers of one prompt cost each other, on DynamoDB Local.

python -m tools.contention                         64 writers, one version each
python -m tools.contention --writers 2 16 --each 4
"""

from __future__ import annotations

import argparse
import contextlib
import multiprocessing
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles
from typing import TYPE_CHECKING, Any

from infra.local.demo import Api
from infra.local.errors import StartError
from infra.local.gateway import Gateway, load_handler
from shared.routes import ROUTES
from tools.cost.machine import run_services
from tools.cost.samples import Team

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from multiprocessing.synchronize import Barrier

    from infra.local.gateway import Request, Response

WARMING = 300  # versions of another prompt

# A forked process has the modules of this one, which makes no client: no socket is shared.
PROCESSES = multiprocessing.get_context("fork")


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """One call that creates a version.

    Attributes:
        status: The status of its response.
        number: The number of the version; 0 if there is none.
        seconds: From the request to the response.
        tries: The number of transactions that it took.
    """

    status: int
    number: int
    seconds: float
    tries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What the writers of one prompt got.

    Attributes:
        writers: The number of writers.
        writes: All their calls.
    """

    writers: int
    writes: Sequence[Write]

    @property
    def successes(self) -> int:
        """The number of calls that created a version."""
        return sum(write.status == 201 for write in self.writes)

    @property
    def has_gaps(self) -> bool:
        """Whether the numbers of the versions are not 1, 2, 3 and so on."""
        numbers = sorted(write.number for write in self.writes if write.number)
        return numbers != list(range(1, self.successes + 1))

    @property
    def tries_per_success(self) -> float:
        """All transactions by the number of versions."""
        return sum(write.tries for write in self.writes) / max(1, self.successes)

    def compute_percentile(self, percent: int) -> float:
        """Compute a percentile of the seconds that a call took."""
        seconds = [write.seconds for write in self.writes]
        return quantiles(seconds, n=100, method="inclusive")[percent - 1]

    def dump(self) -> str:
        """Describe the result in a row of the printed table."""
        return (
            f"{self.writers:7d} {len(self.writes):6d} {self.successes:9d} "
            f"{self.compute_percentile(50):6.2f} {self.compute_percentile(99):6.2f} "
            f"{max(write.seconds for write in self.writes):6.2f} {self.tries_per_success:11.1f}"
            f"{'  NUMBERS HAVE GAPS' if self.has_gaps else ''}"
        )


HEADER = "writers  calls successes  p50 s  p99 s  max s tries/write"


def build_gateway() -> Callable[[Request], Response]:
    """Build the API of this process."""
    return Gateway(ROUTES, load_handler).respond


def measure(writers: int, each: int) -> Result:
    """Let processes create versions of one new prompt at once.

    Args:
        writers: The number of processes.
        each: The number of versions that each process creates, one after the other.

    Raises:
        StartError: DynamoDB Local is missing or does not start, or a process ends early.
    """
    with run_services() as environment, replace_environment(environment):
        for route in ROUTES:
            if route.name in ("create_version", "get_prompt"):
                load_handler(route)
        ids = run_apart(prepare)
        barrier = PROCESSES.Barrier(writers + 1)
        pipes = []
        for number in range(writers):
            receiver, sender = PROCESSES.Pipe(duplex=False)
            process = PROCESSES.Process(
                target=run_writer, args=(number, *ids, each, barrier, sender), daemon=True
            )
            process.start()
            sender.close()
            pipes.append((process, receiver))
        barrier.wait()
        writes: list[Write] = []
        for process, receiver in pipes:
            try:
                writes += receiver.recv()
            except EOFError:
                raise StartError("a writer has ended early") from None
            process.join()
    return Result(writers=writers, writes=writes)


@contextlib.contextmanager
def replace_environment(environment: Mapping[str, str]) -> Any:
    """Give this process another environment for a while."""
    previous = dict(os.environ)
    os.environ.clear()
    os.environ.update(environment)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(previous)


def run_apart(function: Callable[..., Any], *arguments: Any) -> Any:
    """Run a function in a process of its own; returns its result."""
    with PROCESSES.Pool(1) as pool:
        return pool.apply(function, arguments)


def prepare() -> tuple[str, str, str]:
    """Create a team with a key, and a prompt; returns the key and the ids of both."""
    from shared.serve import get_store

    drop_output()
    team = Team(build_gateway(), get_store(), 1 << 64)
    prompts = f"/v1/teams/{team.id}/prompts"
    other = team("POST", prompts, {"name": "Warm"})["prompt"]["id"]
    for _ in range(WARMING):  # Java compiles what runs often
        team("POST", f"/v1/prompts/{other}/versions", {"template": "{{.x}}"})
    return team.key, team.id, team("POST", prompts, {"name": "Contended"})["prompt"]["id"]


def drop_output() -> None:
    """Drop the log of this process."""
    with Path(os.devnull).open("wb") as nothing:
        os.dup2(nothing.fileno(), sys.stdout.fileno())


def run_writer(
    number: int, key: str, team_id: str, prompt_id: str, each: int, barrier: Barrier, sender: Any
) -> None:
    """Create versions, and send a list of `Write` to the parent process."""
    tries = 0

    def count(**_: object) -> None:
        nonlocal tries
        tries += 1

    from shared.store.aws import get_dynamodb

    drop_output()
    api = Api(build_gateway(), key)
    # A first call takes longer: it loads modules, makes the client, and finds the key.
    mine: dict[str, Any] = {}
    while "prompt" not in mine:  # a busy machine
        body = {"name": f"Writer {number}"}
        mine = api.call("POST", f"/v1/teams/{team_id}/prompts", body, expect=(201, 503))
    versions = f"/v1/prompts/{mine['prompt']['id']}/versions"
    api.call("POST", versions, {"template": "{{.x}}"}, expect=(201, 503))
    get_dynamodb().meta.events.register("before-send.dynamodb.TransactWriteItems", count)
    barrier.wait()
    writes = []
    for count_of_mine in range(each):
        tries, start = 0, time.perf_counter()
        document = api.call(
            "POST",
            f"/v1/prompts/{prompt_id}/versions",
            {"template": f"by {number}, its number {count_of_mine}: {{{{.x}}}}"},
            expect=(201, 503),
        )
        version = document.get("version", {}).get("version", 0)
        writes.append(
            Write(
                status=201 if version else 503,
                number=version,
                seconds=time.perf_counter() - start,
                tries=tries,
            )
        )
    sender.send(writes)


def main() -> int:
    """Run the command; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.contention",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--writers", type=int, nargs="+", default=[64])
    parser.add_argument("--each", type=int, default=1)
    arguments = parser.parse_args()
    sys.stdout.write(f"{HEADER}\n")
    try:
        for writers in arguments.writers:
            sys.stdout.write(f"{measure(writers, arguments.each).dump()}\n")
            sys.stdout.flush()
    except StartError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
