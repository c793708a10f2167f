"""The local server, from outside: what it serves, to how many at once, and how it ends."""

import json
import os
import random
import shlex
import shutil
import signal
import socket
import stat
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hangs import HANG_SECONDS
from tests.live.conftest import durable_folder
from tests.live.server import JAR, Server, run_at_once, run_server, start

GREETING = "Hello {{.name}}!"
KEYS = ("team_id", "api_key", "viewer_key", "admin_key")


# -- the demo


def test_demo_file_is_for_its_owner_and_its_keys_work(server: Server) -> None:
    file = server.folder / "demo.json"

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert set(server.demo) == {
        "base_url", "team_id", "prompt_id", "api_key", "viewer_key", "admin_key",
            "email", "password",
    }  # fmt: skip
    for key in ("api_key", "viewer_key", "admin_key"):
        got = server.call("GET", f"/v1/prompts/{server.demo['prompt_id']}", key=server.demo[key])
        assert got.status == 200, key


def test_viewer_may_not_write(server: Server) -> None:
    path = f"/v1/prompts/{server.demo['prompt_id']}/versions"

    answer = server.call("POST", path, {"template": "x"}, key=server.demo["viewer_key"])

    assert answer.status == 403


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_printed_curl_works_when_pasted(server: Server) -> None:
    (line,) = [line for line in server.output.splitlines() if line.startswith("curl ")]

    said = subprocess.run(shlex.split(line), capture_output=True, check=True)

    assert json.loads(said.stdout)["rendered"] == "Hello Ada, welcome to Cuebook!"


# -- many at once


def test_32_parallel_requests_get_their_own_answers(server: Server) -> None:
    def render(number: int) -> tuple[int, str]:
        variables = {"name": f"reader {number}", "product": "it"}
        answer = server.call("POST", "/v1/prompts/welcome/render", {"variables": variables})
        return answer.status, answer.json["rendered"]

    answers = run_at_once(32, render)

    assert answers == [(200, f"Hello reader {n}, welcome to it!") for n in range(32)]


def test_64_writers_of_one_prompt_get_the_numbers_1_to_64(either_server: Server) -> None:
    prompt = either_server.create_prompt("Contended")

    def create(number: int) -> tuple[int, int]:
        template = f"template {number}"
        path = f"/v1/prompts/{prompt}/versions"
        while (made := either_server.call("POST", path, {"template": template})).status == 503:
            time.sleep(int(made.headers["Retry-After"]))  # a slow machine: too many at once
        assert made.status == 201, made
        assert made.json["version"]["template"] == template
        return made.json["version"]["version"], number

    numbers = dict(run_at_once(64, create))

    assert sorted(numbers) == list(range(1, 65))
    listed = either_server.call("GET", f"/v1/prompts/{prompt}/versions").json["versions"]
    assert [version["version"] for version in listed] == list(range(64, 0, -1))
    for version in listed:
        assert version["template"] == f"template {numbers[version['version']]}"


def test_no_reader_ever_sees_two_live_versions(either_server: Server) -> None:
    prompt = either_server.create_prompt("Promoted")
    path = f"/v1/prompts/{prompt}/versions"
    for number in range(1, 6):
        made = either_server.call("POST", path, {"template": f"{GREETING} {number}"})
        assert made.status == 201
        either_server.call("POST", f"{path}/{number}/promote")
    either_server.call("POST", f"{path}/1/promote")
    promoting = threading.Event()
    promoting.set()

    def promote(seed: int) -> None:
        choice = random.Random(seed)
        for _ in range(8):
            answer = either_server.call("POST", f"{path}/{choice.randint(1, 5)}/promote")
            assert answer.status in (200, 409, 422), answer  # 422: it is live already

    def read() -> int:
        looks = 0
        while promoting.is_set() or not looks:
            listed = either_server.call("GET", path).json["versions"]
            assert [version["status"] for version in listed].count("live") == 1, listed
            rendered = either_server.call(
                "POST", "/v1/prompts/promoted/render", {"variables": {"name": "Ada"}}
            )
            assert rendered.status == 200, rendered
            looks += 1
        return looks

    def work(number: int) -> int:
        if number < 4:
            return read()
        try:
            promote(number)
        finally:
            with lock:
                writing.discard(number)
                if not writing:
                    promoting.clear()
        return 0

    lock, writing = threading.Lock(), set(range(4, 12))
    assert min(run_at_once(12, work)[:4]) > 0


# -- HTTP


def send_raw(server: Server, sent: bytes, *, more: bytes = b"") -> bytes:
    """Everything that comes back for these bytes, on one connection, until it is closed."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=HANG_SECONDS) as connection:
        connection.sendall(sent)
        received = b""
        while part := connection.recv(65536):
            received += part
            if more and received.endswith(b"\r\n\r\n"):
                connection.sendall(more)
                more = b""
    return received


def read_head(server: Server, line: str, *headers: str, close: bool = True) -> bytes:
    authorization = f"Authorization: Bearer {server.demo['api_key']}"
    lines = [line, "Host: localhost", authorization, "Content-Type: application/json", *headers]
    return "\r\n".join([*lines, *(["Connection: close"] if close else []), "", ""]).encode()


RENDER = "POST /v1/prompts/welcome/render HTTP/1.1"
BODY = b'{"variables": {"name": "Ada", "product": "it"}}'


def test_chunked_body(server: Server) -> None:
    chunks = b"".join(b"%x;ext=1\r\n%s\r\n" % (len(part), part) for part in (BODY[:7], BODY[7:]))

    answer = send_raw(
        server,
        read_head(server, RENDER, "Transfer-Encoding: chunked")
        + chunks
        + b"0\r\nX-Trailer: 1\r\n\r\n",
    )

    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b"Hello Ada, welcome to it!" in answer


def test_client_that_expects_100_continue_is_told_to_go_ahead(server: Server) -> None:
    asked = read_head(server, RENDER, "Expect: 100-continue", f"Content-Length: {len(BODY)}")

    answer = send_raw(server, asked, more=BODY)

    assert answer.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 ")


def test_client_that_expects_100_continue_for_too_much_is_told_at_once(server: Server) -> None:
    asked = read_head(server, RENDER, "Expect: 100-continue", "Content-Length: 10485761")

    answer = send_raw(server, asked)

    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b'"code": "too_large"' in answer


def test_body_over_10_mb_is_refused_and_the_client_gets_to_read_it(server: Server) -> None:
    answer = server.call("POST", "/v1/prompts/welcome/render", {"x": "y" * 11_000_000})

    assert answer.status == 413
    assert answer.json["error"] == "request entity too large"


def test_requests_follow_each_other_on_one_connection(server: Server) -> None:
    first = read_head(server, RENDER, f"Content-Length: {len(BODY)}", close=False) + BODY

    answer = send_raw(server, first + first + read_head(server, "GET /v1/nothing HTTP/1.1"))

    assert answer.count(b"HTTP/1.1 200 ") == 2
    assert answer.count(b"HTTP/1.1 404 ") == 1


def test_head_has_the_headers_of_get_and_no_body(server: Server) -> None:
    path = f"/v1/prompts/{server.demo['prompt_id']}"
    got = server.call("GET", path)

    asked = send_raw(server, read_head(server, f"HEAD {path} HTTP/1.1"))

    headers, _, body = asked.partition(b"\r\n\r\n")
    assert body == b""
    assert f"Content-Length: {len(got.body)}".encode() in headers


def test_other_method_is_not_allowed(server: Server) -> None:
    answer = server.call("DELETE", f"/v1/prompts/{server.demo['prompt_id']}")

    assert answer.status == 405
    assert answer.headers["Allow"] == "GET, HEAD, PATCH, PUT"
    assert answer.json["request_id"] == answer.headers["X-Request-Id"]


@pytest.mark.parametrize(
    "sent",
    [
        b"nonsense\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 200 + b"\r\n",
        b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcdef\r\n",
    ],
    ids=lambda sent: repr(sent[:60]),
)
def test_request_that_cannot_be_read_gets_an_error_and_harms_nobody(
    server: Server, sent: bytes
) -> None:
    answer = send_raw(server, sent)

    headers, _, body = answer.partition(b"\r\n\r\n")
    assert int(headers.split()[1]) in (400, 414, 431, 505)
    assert set(json.loads(body)) == {"error", "code", "message", "request_id"}
    assert server.call("GET", "/v1/health").status == 200


def test_client_that_goes_away_harms_nobody(server: Server) -> None:
    for _ in range(5):
        with socket.create_connection(("127.0.0.1", server.port)) as connection:
            connection.sendall(read_head(server, RENDER, "Content-Length: 100") + b"half")

    assert server.call("GET", "/v1/health").status == 200
    assert "Traceback" not in server.log


def test_log_has_a_line_for_each_request_and_no_credential(server: Server) -> None:
    server.call("GET", "/v1/health?key=secret")

    until = time.monotonic() + HANG_SECONDS  # the line follows the answer
    while "GET /v1/health 200 " not in server.log and time.monotonic() < until:
        time.sleep(0.01)
    assert "\nGET /v1/health 200 " in f"\n{server.log}"
    assert "ak_" not in server.log
    assert "secret" not in server.log


# -- start and end


@pytest.fixture(autouse=True)
def _hang_ups() -> Iterator[None]:
    """Servers inherit from the tests whether they ignore hang-ups, as under nohup."""
    previous = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, previous)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signal_ends_it_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    with run_server(tmp_path) as running, socket.create_connection(("127.0.0.1", running.port)):
        code = running.stop(number)

    assert code == 0
    assert "Traceback" not in running.log


def test_request_under_way_is_finished_before_the_end(tmp_path: Path) -> None:
    with run_server(tmp_path) as running:
        asked = read_head(running, RENDER, f"Content-Length: {len(BODY)}")
        with socket.create_connection(
            ("127.0.0.1", running.port), timeout=HANG_SECONDS
        ) as connection:
            connection.sendall(asked + BODY[:10])
            time.sleep(0.3)  # it is being read now
            running.process.send_signal(signal.SIGINT)
            time.sleep(0.3)
            connection.sendall(BODY[10:])
            answer = connection.recv(65536)
        code = running.process.wait(HANG_SECONDS)

    assert answer.startswith(b"HTTP/1.1 200 ")
    assert code == 0


def test_taken_port_is_told_in_one_line(server: Server, tmp_path: Path) -> None:
    process = start(tmp_path, PORT=str(server.port))

    assert process.wait(HANG_SECONDS) == 1
    assert (tmp_path / "stderr").read_text() == (
        f"port {server.port} is in use; choose another, such as PORT={server.port + 1}\n"
    )


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"PORT": "http"}, "PORT=http is not a port; use a number up to 65535"),
        ({"PORT": "70000"}, "PORT=70000 is not a port; use a number up to 65535"),
        ({"HOST": "192.0.2.1"}, "cannot listen on 192.0.2.1:0, check HOST and PORT: "),
        (
            {"DYNAMODB_ENDPOINT": "http://127.0.0.1:9"},
            "cannot use http://127.0.0.1:9 for tables, check DYNAMODB_ENDPOINT: ",
        ),
        (
            {"DYNAMODB_ENDPOINT": "nonsense"},
            "cannot use nonsense for tables, check DYNAMODB_ENDPOINT: ",
        ),
    ],
    ids=str,
)
def test_what_prevents_a_start_is_told_in_one_line(
    tmp_path: Path, environment: dict[str, str], said: str
) -> None:
    process = start(tmp_path, **environment)

    assert process.wait(HANG_SECONDS) == 1
    (line,) = (tmp_path / "stderr").read_text().splitlines()
    assert line.startswith(said)


def test_missing_java_is_told_in_one_line(tmp_path: Path) -> None:
    if not JAR.exists():
        pytest.skip("DynamoDB Local is not here; `make serve-durable` downloads it once")
    (tmp_path / JAR.name).symlink_to(JAR)

    process = start(tmp_path, "--durable", PATH=str(tmp_path))

    assert process.wait(HANG_SECONDS) == 1
    assert (tmp_path / "stderr").read_text() == (
        "java, which DynamoDB Local needs, is missing; install Java 17 or newer\n"
    )


@pytest.mark.parametrize(
    "signals", [[signal.SIGHUP], [signal.SIGHUP, signal.SIGHUP, signal.SIGTERM]], ids=str
)
def test_a_closed_terminal_ends_dynamodb_local_too(
    tmp_path: Path, signals: list[signal.Signals]
) -> None:
    with run_server(durable_folder(tmp_path), "--durable") as running:
        java = read_pids(tmp_path)["dynamodb"]
        for number in signals:
            running.process.send_signal(number)
        code = running.process.wait(HANG_SECONDS)

    assert code == 0
    assert "Traceback" not in running.log
    with pytest.raises(ProcessLookupError):
        os.kill(java, 0)


def test_nohup_is_heeded(tmp_path: Path) -> None:
    """It starts a server that ignores hang-ups."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with run_server(tmp_path) as running:
        running.process.send_signal(signal.SIGHUP)
        time.sleep(0.3)
        assert running.call("GET", "/v1/health").status == 200


def test_two_servers_of_a_folder_do_not_take_the_demo_from_each_other(tmp_path: Path) -> None:
    demo = tmp_path / "demo.json"
    with run_server(tmp_path) as first:
        own = tmp_path / f"demo-{first.port}.json"
        assert own.read_bytes() == demo.read_bytes()
        first.call("GET", "/v1/health")
        with run_server(tmp_path) as second:
            assert json.loads(demo.read_text()) == second.demo
            assert json.loads(own.read_text()) == first.demo
            assert [first.demo[name] for name in KEYS] == [second.demo[name] for name in KEYS]
            second.call("GET", "/v1/health")

        assert json.loads(demo.read_text()) == first.demo
        logged = (tmp_path / "serve.log").read_text()
        assert logged.count('"route":"health_check"') == 2
        assert "\0" not in logged

    assert not demo.exists()
    assert not own.exists()


def test_keys_are_the_same_at_the_next_start(tmp_path: Path) -> None:
    with run_server(tmp_path) as first:
        before = first.demo
    with run_server(tmp_path) as second:
        after = second.demo

    assert [before[name] for name in KEYS] == [after[name] for name in KEYS]


def test_durable_data_outlives_the_server(tmp_path: Path) -> None:
    folder = durable_folder(tmp_path)
    large = "large " * 100_000
    with run_server(folder, "--durable") as first:
        path = f"/v1/prompts/{first.demo['prompt_id']}/versions"
        made = first.call("POST", path, {"template": large})
        assert made.status == 201, made
        assert first.stop() == 0
    (folder / "demo-keys.json").unlink()

    with run_server(folder, "--durable") as second:
        kept = second.call("GET", f"{path}/{made.json['version']['version']}")

        assert second.demo["prompt_id"] == first.demo["prompt_id"]
        assert second.demo["api_key"] != first.demo["api_key"]
        assert kept.json["version"]["template"] == large
        assert second.call("GET", path, key=first.demo["api_key"]).status == 200


def test_two_servers_do_not_share_durable_data(durable_server: Server) -> None:
    folder = durable_server.folder / "second"
    folder.mkdir()
    (folder / JAR.name).symlink_to(JAR)
    (folder / "dynamodb").symlink_to(durable_server.folder / "dynamodb")

    process = start(folder, "--durable")

    assert process.wait(HANG_SECONDS) == 1
    assert (folder / "stderr").read_text() == (
        f"another server (pid {durable_server.process.pid}) is using {folder / 'dynamodb'}; "
        "stop it first\n"
    )


def test_the_dynamodb_local_of_a_server_that_was_killed_is_named(tmp_path: Path) -> None:
    folder = durable_folder(tmp_path)
    with run_server(folder, "--durable") as running:
        java = read_pids(folder)["dynamodb"]
        running.process.kill()
        running.process.wait(HANG_SECONDS)
    try:
        process = start(folder, "--durable")
        code = process.wait(HANG_SECONDS)
    finally:
        os.kill(java, signal.SIGTERM)

    assert code == 1
    assert (folder / "stderr").read_text().endswith(f"stop it first: kill {java}\n")


def read_pids(folder: Path) -> dict[str, int]:
    """Read which processes use the tables on disk."""
    document: dict[str, int] = json.loads((folder / "dynamodb" / "lock").read_text())
    return document
