"""The process that measures how a client starts.

    python -P tools/bench_client/start.py cuebook 'from cuebook import Cuebook' http://127.0.0.1:1234

It writes milliseconds of processor time as JSON. It loads nothing before the client that the client
might need, and so does not use `worker`.
"""

import sys
import time


def measure() -> None:
    """Measure the import of a client, and the time until it has its first prompt."""
    client, statement, url = sys.argv[1:]
    begin = time.process_time()
    exec(statement, {})  # nosec B102
    importing = time.process_time() - begin

    import json

    from tools.bench_client.clients import PRODUCTS

    begin = time.process_time()
    PRODUCTS[client].connect(url, 1, 1).get("first")
    first = importing + time.process_time() - begin
    sys.stdout.write(json.dumps({"import": 1e3 * importing, "first prompt": 1e3 * first}))


if __name__ == "__main__":
    measure()
