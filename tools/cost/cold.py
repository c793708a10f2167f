"""Measure a function's process from its start; this script imports nothing of this package.

    python cold.py [--requests] < [module, event, event …]

It prints the processor time of Python's start with the import of the module, and of the call with
the first event, in milliseconds; and the peak memory of the process after all events. To count the
requests of the first event to AWS, it imports boto3 before that, whether or not the module does.
"""

import json
import sys
import time
from importlib import import_module
from pathlib import Path


class Context:
    """Lambda's context object, with the attributes that are used."""

    aws_request_id = "6f1c0000-0000-4000-8000-000000000000"
    function_name = "cuebook"
    memory_limit_in_mb = "1024"
    invoked_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:cuebook"

    def get_remaining_time_in_millis(self) -> int:
        """Get the time until Lambda's timeout, in milliseconds."""
        return 28_000


def main() -> None:
    """Measure, and print the result as JSON."""
    python_seconds = time.process_time()
    out, sys.stdout = sys.stdout, sys.stderr
    module, first, *others = json.load(sys.stdin)
    import_begin = time.process_time()
    handler = import_module(module).lambda_handler
    import_end = time.process_time()
    requests = note_requests() if "--requests" in sys.argv else []
    call_begin = time.process_time()
    result = handler(first, Context())
    call_end = time.process_time()
    request_count = len(requests)
    for event in others:
        handler(event, Context())
    measurement = {
        "status": result["statusCode"],
        "requests": request_count,
        "start_ms": (python_seconds + import_end - import_begin) * 1000,
        "call_ms": (call_end - call_begin) * 1000,
        "memory_mb": read_peak_memory() / 1024,
    }
    json.dump(measurement, out)


def read_peak_memory() -> int:
    """Read the peak memory of this program in KB.

    `getrusage` would include the program that this one was forked from.
    """
    lines = Path("/proc/self/status").read_text().splitlines()
    (line,) = [line for line in lines if line.startswith("VmHWM:")]
    return int(line.split()[1])


def note_requests() -> list[str]:
    """Record the operations of all requests of the AWS clients from now on, in the result."""
    import boto3

    requests: list[str] = []
    if boto3.DEFAULT_SESSION is None:
        boto3.setup_default_session()
    session = boto3.DEFAULT_SESSION
    assert session is not None
    session.events.register("after-call", lambda model, **_: requests.append(model.name))
    return requests


if __name__ == "__main__":
    main()
