"""`make serve`: the real handlers behind a local HTTP server, without an account.

    python -m infra.local [--durable]

Environment:
    HOST, PORT: where to listen; 127.0.0.1 and 8000 by default.
    DYNAMODB_ENDPOINT: a DynamoDB-compatible server to use instead of tables in memory.
    LOCAL_DIR: folder of what is kept between starts; `.local` by default.
"""

from __future__ import annotations

import argparse
import errno
import logging
import os
import signal
import socket
import sys
import threading
from contextlib import ExitStack, contextmanager, redirect_stdout
from importlib import import_module
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

from infra.local import CannotStart
from infra.local.gateway import Gateway
from infra.local.server import Server
from shared.routes import ROUTES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TextIO

    from infra.local.demo import Demo
    from infra.local.gateway import Handler
    from shared.routes import Route

FINISH_SECONDS = 5.0
SIGNALS = (signal.SIGINT, signal.SIGTERM)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m infra.local", description=__doc__)
    parser.add_argument("--durable", action="store_true", help="keep the tables on disk")
    arguments = parser.parse_args()
    for number in SIGNALS:
        # Python leaves an inherited "ignore" alone, which a script's background jobs have.
        signal.signal(number, signal.default_int_handler)
    try:
        serve(durable=arguments.durable)
    except CannotStart as reason:
        sys.stderr.write(f"{reason}\n")
        return 1
    except KeyboardInterrupt:
        pass
    return 0


def serve(*, durable: bool) -> None:
    """Serve until interrupted. The port comes first: where it is taken, nothing else happens."""
    folder = Path(os.environ.get("LOCAL_DIR") or ".local")
    host, port = os.environ.get("HOST") or "127.0.0.1", os.environ.get("PORT") or "8000"
    gateway = Gateway(ROUTES, handler)
    out = sys.stdout
    with ExitStack() as stack:
        server = stack.enter_context(listen(host, port, gateway))
        folder.mkdir(parents=True, exist_ok=True)
        # Handlers write their structured logs to the standard output, as they do in Lambda.
        logs = stack.enter_context((folder / "serve.log").open("w", buffering=1))
        stack.enter_context(redirect_stdout(logs))
        endpoint = os.environ.get("DYNAMODB_ENDPOINT") or None
        if durable:
            endpoint = stack.enter_context(tables_on_disk(folder, out))
        demo = set_up(stack, gateway, endpoint, folder, base_url(host, server.server_port))
        listener = threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True)
        listener.start()
        try:
            demo.write(folder / "demo.json")
            out.write(welcome(demo, folder))
            out.flush()
            while listener.is_alive():
                listener.join(1)
        finally:
            for number in SIGNALS:
                signal.signal(number, signal.SIG_IGN)
            server.finish(FINISH_SECONDS)


def listen(host: str, port: str, gateway: Gateway) -> Server:
    if not port.isdecimal() or int(port) > 65535:
        raise CannotStart(f"PORT={port} is not a port")
    try:
        family = socket.getaddrinfo(host, int(port), type=socket.SOCK_STREAM)[0][0]
        server = Server((host, int(port)), gateway.answer, family)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            another = int(port) + 1
            raise CannotStart(
                f"port {port} is taken; choose another with PORT={another}"
            ) from error
        raise CannotStart(f"cannot listen on {host}:{port}: {error.strerror}") from error
    if not ip_address(str(server.server_address[0])).is_loopback:
        sys.stderr.write(f"warning: {host} is open to the network, and so are the demo keys\n")
    return server


def set_up(
    stack: ExitStack, gateway: Gateway, endpoint: str | None, folder: Path, url: str
) -> Demo:
    """AWS, the handlers and the demo; these imports take a second, a taken port is told before."""
    from botocore.exceptions import BotoCoreError, ClientError

    from infra.local.aws import become_local, local_aws
    from infra.local.demo import seed
    from shared.serve import store

    become_local(endpoint)
    try:
        stack.enter_context(local_aws(endpoint, folder / "objects"))
    except (BotoCoreError, ClientError, ValueError) as error:
        raise CannotStart(f"cannot use {endpoint or 'moto'}: {error}") from error
    for route in ROUTES:
        handler(route)
    return seed(gateway.answer, store(), base_url=url, file=folder / "demo.json")


def handler(route: Route) -> Handler:
    """The function that Lambda would call."""
    found: Handler = import_module(route.module).lambda_handler
    return found


@contextmanager
def tables_on_disk(folder: Path, out: TextIO) -> Iterator[str]:
    from infra.local.durable import download, dynamodb_local, unpacked

    jar = folder / "dynamodb-local"
    if unpacked(jar) is None:
        out.write("downloading DynamoDB Local, once (50 MB)\n")
        out.flush()
    data, log = folder / "dynamodb", folder / "dynamodb.log"
    with dynamodb_local(download(jar), data, log) as endpoint:
        out.write(f"DynamoDB Local: {endpoint} (it listens on all interfaces), data in {data}\n")
        yield endpoint


def base_url(host: str, port: int) -> str:
    name = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"


def welcome(demo: Demo, folder: Path) -> str:
    return f"""\
Cuebook: {demo.base_url}
Docs:    {demo.base_url}/docs
Keys:    {folder / "demo.json"}
Logs:    {folder / "serve.log"}

{demo.curl}

Ctrl-C stops it.
"""


if __name__ == "__main__":
    logging.basicConfig(format="%(message)s", level=logging.WARNING)
    logging.getLogger("infra.local").setLevel(logging.INFO)
    sys.exit(main())
