"""A function's process from its first instruction, measured: stands alone, as a function does.

    python cold.py < [module, event, event …]

Prints what Python's start and the import of the module took, then the call of the first event, in
processor milliseconds; and after all events how much memory the process has had at most.
"""

import json
import sys
import time
from importlib import import_module
from pathlib import Path


class Context:
    """Lambda's, as far as it is looked at."""

    aws_request_id = "6f1c0000-0000-4000-8000-000000000000"
    function_name = "cuebook"
    memory_limit_in_mb = "1024"
    invoked_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:cuebook"

    def get_remaining_time_in_millis(self) -> int:
        return 28_000


def main() -> None:
    python = time.process_time()
    out, sys.stdout = sys.stdout, sys.stderr
    module, first, *others = json.load(sys.stdin)
    read = time.process_time()
    handler = import_module(module).lambda_handler
    imported = time.process_time()
    requests = counted()
    before = time.process_time()
    result = handler(first, Context())
    called = time.process_time()
    asked = len(requests)
    for event in others:
        handler(event, Context())
    found = {
        "status": result["statusCode"],
        "requests": asked,
        "start_ms": (python + imported - read) * 1000,
        "call_ms": (called - before) * 1000,
        "memory_mb": most_memory_kb() / 1024,
    }
    json.dump(found, out)


def most_memory_kb() -> int:
    """Of this program; what `getrusage` says counts the one that it was forked from."""
    lines = Path("/proc/self/status").read_text().splitlines()
    (said,) = [line for line in lines if line.startswith("VmHWM:")]
    return int(said.split()[1])


def counted() -> list[str]:
    """Takes down the requests of the clients that are made from now on."""
    import boto3

    found: list[str] = []
    if boto3.DEFAULT_SESSION is None:
        boto3.setup_default_session()
    session = boto3.DEFAULT_SESSION
    assert session is not None
    session.events.register("after-call", lambda model, **_: found.append(model.name))
    return found


if __name__ == "__main__":
    main()
