"""The process that measures one client.

    python -m tools.bench_client.worker calls cuebook http://127.0.0.1:1234 '{"loops": 1000}'

It writes what it has measured as JSON. It runs in the environment of the vendors' clients, and so
imports nothing else of this project but the client.
"""

from __future__ import annotations

import gc
import importlib.metadata
import json
import platform
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from threading import Barrier
from typing import TYPE_CHECKING, Any

from tools.bench_client.clients import CAPACITY, PRODUCTS, VARIABLES

if TYPE_CHECKING:
    from collections.abc import Callable

    from tools.bench_client.clients import Product

CALLS = 200  # of one sample
TURNS = 12  # of all prompts within one TTL
HOURS = 60  # by how much a TTL is lengthened where nothing is to be refreshed


def measure_calls(product: Product, url: str, *, samples: int) -> dict[str, float]:
    """Measure calls for a prompt that the client holds.

    Args:
        product: The client.
        url: The address of the service.
        samples: How often to measure some calls.

    Returns:
        Microseconds of the median call: to get the prompt, and to render it.
    """
    client = product.connect(url, 1, 1)
    times = {"get": _measure(lambda: client.get("greeting"), samples)}
    render = client.render
    if render is not None:
        assert str(VARIABLES["variable_40"]) in str(render("greeting", VARIABLES))
        times["render"] = _measure(lambda: render("greeting", VARIABLES), samples)
    return times


def _measure(call: Callable[[], object], samples: int) -> float:
    call()
    times = []
    for _ in range(samples):
        begin = time.process_time()
        for _ in range(CALLS):
            call()
        times.append((time.process_time() - begin) / CALLS)
    return 1e6 * median(times)


def call_at_once(product: Product, url: str, *, callers: int) -> dict[str, float]:
    """Let threads get the same prompt at once, which the client does not hold."""
    client, barrier = product.connect(url, 1, 1), Barrier(callers)

    def get(_: int) -> None:
        barrier.wait()
        client.get("greeting")

    with ThreadPoolExecutor(callers) as pool:
        list(pool.map(get, range(callers)))
    return {}


def use(product: Product, url: str, *, speed: float, seconds: float) -> dict[str, float]:
    """Use as many prompts as a process has, again and again.

    Args:
        product: The client.
        url: The address of the service.
        speed: By how much the times of the client are shortened.
        seconds: For how long.
    """
    client = product.connect(url, speed, CAPACITY)
    pause = 60 / speed / TURNS
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for number in range(CAPACITY):
            client.get(f"prompt {number}")
        time.sleep(pause)
    return {}


def measure_memory(product: Product, url: str, *, prompts: int) -> dict[str, float]:
    """Measure the memory of a process for prompts, each of which is asked for once.

    It asks for them again afterwards, from the last to the first, so that the requests to the
    service tell how many the client has held.

    Returns:
        Bytes that the process has more than before.
    """
    client = product.connect(url, 1 / HOURS, prompts)
    client.get("first")
    before = _read_memory()
    names = [f"prompt {number}" for number in range(prompts)]
    for name in names:
        client.get(name)
    size = _read_memory() - before
    for name in reversed(names):
        client.get(name)
    return {"bytes": size}


def list_versions() -> dict[str, str]:
    """List the versions of Python and of the vendors' clients."""
    names = [name for name in PRODUCTS if name != "cuebook"]
    return {"Python": platform.python_version()} | {
        PRODUCTS[name].title: importlib.metadata.version(name) for name in names
    }


def _read_memory() -> int:
    """Read how much memory this process has, in bytes."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096


MEASUREMENTS: dict[str, Callable[..., dict[str, float]]] = {
    "calls": measure_calls,
    "callers": call_at_once,
    "use": use,
    "memory": measure_memory,
}


def main(arguments: list[str]) -> None:
    """Run the command.

    Args:
        arguments: The measurement, the client, the address, and more as JSON; or `versions`.
    """
    result: dict[str, Any]
    if arguments == ["versions"]:
        result = list_versions()
    else:
        measurement, client, url, options = arguments
        result = MEASUREMENTS[measurement](PRODUCTS[client], url, **json.loads(options))
    sys.stdout.write(json.dumps(result))


if __name__ == "__main__":
    main(sys.argv[1:])
