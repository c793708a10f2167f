"""`make serve`: run the real handlers behind a local HTTP server, without an AWS account.

    python -m infra.local [--durable]

Environment:
    HOST, PORT: Where to listen; 127.0.0.1 and 8000 by default.
    DYNAMODB_ENDPOINT: The URL of a DynamoDB-compatible server, instead of tables in memory.
    CORS_ORIGINS: The origins whose web pages may call it, separated by commas, or `*`; none by
        default.
    LOCAL_DIR: The folder for what lasts between starts; `.local` by default.
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
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

from infra.local.errors import StartError
from infra.local.gateway import Gateway, load_handler
from infra.local.server import Server
from infra.local.servers import DEMO_FILE, list_servers, lock_demo, publish_demo
from infra.local.uses import UseLog, count_uses
from shared.cors import parse_origins
from shared.routes import ROUTES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import NoReturn, TextIO

    from infra.local.demo import Demo

FINISH_SECONDS = 5.0
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main() -> int:
    """Run the server; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m infra.local", description=__doc__)
    parser.add_argument("--durable", action="store_true", help="keep the tables on disk")
    arguments = parser.parse_args()
    for number in SIGNALS:
        # Background jobs of scripts inherit an ignored SIGINT, but must end with it all the same.
        # Only `nohup` ignores SIGHUP, which must remain so.
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, interrupt)
    try:
        serve(durable=arguments.durable)
    except StartError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        pass
    return 0


def interrupt(*_: object) -> NoReturn:
    """End the server at the first signal, and ignore others so that it ends cleanly.

    Closing a terminal sends more than one signal.

    Raises:
        KeyboardInterrupt: Always.
    """
    ignore_signals()
    raise KeyboardInterrupt


def ignore_signals() -> None:
    """Ignore all signals that end the server.

    Python reports a pending signal whose handler becomes `SIG_IGN`, so this is a function.
    """
    for number in SIGNALS:
        signal.signal(number, lambda *_: None)


def serve(*, durable: bool) -> None:
    """Serve until a signal; if the port is in use, nothing else happens.

    Args:
        durable: Whether to store the tables on disk.

    Raises:
        StartError: The server cannot start.
        KeyboardInterrupt: A signal has ended the server.
    """
    folder = Path(os.environ.get("LOCAL_DIR") or ".local")
    host, port = os.environ.get("HOST") or "127.0.0.1", os.environ.get("PORT") or "8000"
    gateway = Gateway(ROUTES, load_handler, load_origins())
    out = sys.stdout
    with ExitStack() as stack:
        server = stack.enter_context(listen(host, port, gateway))
        folder.mkdir(parents=True, exist_ok=True)
        # As in Lambda, handlers write their structured logs to the standard output.
        file = stack.enter_context((folder / "serve.log").open("a", buffering=1))
        with lock_demo(folder):
            if not list_servers(folder):
                file.truncate(0)
        log = UseLog(file)
        stack.enter_context(redirect_stdout(log))
        endpoint = os.environ.get("DYNAMODB_ENDPOINT") or None
        if durable:
            endpoint = stack.enter_context(keep_tables(folder, out))
        url = build_base_url(host, server.server_port)
        demo = set_up(stack, gateway, endpoint, folder, url, log)
        listener = threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True)
        listener.start()
        try:
            with publish_demo(folder, server.server_port, demo.dump()):
                out.write(build_welcome(demo, folder))
                out.flush()
                while listener.is_alive():
                    listener.join(1)
        finally:
            ignore_signals()
            server.finish(FINISH_SECONDS)


def load_origins() -> tuple[str, ...]:
    """Load the origins whose web pages may call the API.

    Raises:
        StartError: The environment variable is malformed.
    """
    text = os.environ.get("CORS_ORIGINS", "")
    try:
        return parse_origins(text)
    except ValueError as error:
        raise StartError(f"CORS_ORIGINS={text} is malformed: {error}") from error


def listen(host: str, port: str, gateway: Gateway) -> Server:
    """Listen for connections, without serving them yet.

    Raises:
        StartError: The server cannot listen on this host and port.
    """
    if not port.isdecimal() or int(port) > 65535:
        raise StartError(f"PORT={port} is not a port; use a number up to 65535")
    try:
        family = socket.getaddrinfo(host, int(port), type=socket.SOCK_STREAM)[0][0]
        server = Server((host, int(port)), gateway, family)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            another = int(port) + 1
            raise StartError(
                f"port {port} is in use; choose another, such as PORT={another}"
            ) from error
        raise StartError(
            f"cannot listen on {host}:{port}, check HOST and PORT: {error.strerror}"
        ) from error
    if not ip_address(str(server.server_address[0])).is_loopback:
        sys.stderr.write(f"warning: others in the network can reach {host} and use the demo keys\n")
    return server


def set_up(
    stack: ExitStack,
    gateway: Gateway,
    endpoint: str | None,
    folder: Path,
    url: str,
    log: UseLog,
) -> Demo:
    """Set up AWS, the handlers, the counts of how prompts are used, and the demo.

    Its imports take a second, so they come after the check of the port.

    Raises:
        StartError: The tables cannot be used, or the demo cannot be created.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    from infra.local.aws import become_local, simulate_aws
    from infra.local.demo import seed
    from shared.serve import get_store
    from shared.settings import get_settings
    from shared.store.dynamodb import Database
    from shared.store.uses import Uses

    become_local(endpoint)
    try:
        stack.enter_context(simulate_aws(endpoint, folder / "objects"))
    except (BotoCoreError, ClientError, ValueError) as error:
        raise StartError(
            f"cannot use {endpoint or 'moto'} for tables, check DYNAMODB_ENDPOINT: {error}"
        ) from error
    for route in ROUTES:
        load_handler(route)
    stack.enter_context(count_uses(log, Uses(Database(get_settings().tables))))
    return seed(gateway.respond, get_store(), base_url=url, folder=folder)


@contextmanager
def keep_tables(folder: Path, out: TextIO) -> Iterator[str]:
    """Run DynamoDB Local with tables on disk; the value is its endpoint.

    Raises:
        StartError: DynamoDB Local cannot be downloaded or started.
    """
    from infra.local.durable import download, find_jar_folder, run_dynamodb_local

    jar_folder = folder / "dynamodb-local"
    if find_jar_folder(jar_folder) is None:
        out.write("downloading DynamoDB Local (50 MB, only once)\n")
        out.flush()
    data, log = folder / "dynamodb", folder / "dynamodb.log"
    with run_dynamodb_local(download(jar_folder), data, log) as endpoint:
        out.write(f"DynamoDB Local: {endpoint} (it listens on all interfaces), data in {data}\n")
        yield endpoint


def build_base_url(host: str, port: int) -> str:
    """Build the URL for clients on this machine."""
    name = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"


def build_welcome(demo: Demo, folder: Path) -> str:
    """Build the text that the server prints when it is ready."""
    return f"""\
Cuebook: {demo.base_url}
Console: {demo.base_url}/console
Docs:    {demo.base_url}/docs
Keys:    {folder / DEMO_FILE}
Sign in: {demo.email}, {demo.password}
Logs:    {folder / "serve.log"}

{demo.curl}

Ctrl-C stops it.
"""


if __name__ == "__main__":
    logging.basicConfig(format="%(message)s", level=logging.WARNING)
    logging.getLogger("infra.local").setLevel(logging.INFO)
    sys.exit(main())
