"""Operators' commands act in the region that they are told, and say where before they do."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError, NoCredentialsError

from infra import cdk
from infra.operator import OperatorError, Target, find_region, run_command
from infra.outputs import StackError
from infra.project import ROOT
from shared.problems import Unavailable
from tests.hangs import HANG_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

ACCOUNT = "123456789012"
IDENTITY = f"""\
<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Account>{ACCOUNT}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"""
NO_STACK = """\
<ErrorResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><Error><Type>Sender</Type>
<Code>ValidationError</Code><Message>Stack does not exist</Message></Error></ErrorResponse>"""
COMMANDS = (
    ("infra.bootstrap", "cuebook-dev"),
    ("infra.backup", "export", "cuebook-dev", "team.jsonl"),
    ("infra.backup", "import", "cuebook-dev", "team.jsonl"),
    ("infra.backup", "restore", "cuebook-dev", "--at", "2026-01-31T14:05Z", "--tables", "rescue-"),
    ("infra.upgrade", "cuebook-dev"),
    ("infra.keys", "make", "cuebook-dev", "--name", "order service"),
    ("infra.keys", "list", "cuebook-dev"),
    ("infra.keys", "revoke", "cuebook-dev", "--id", "0b9d5f3e-6c4f-4a55-9d0c-2f6a4c1f7e21"),
    ("infra.teams", "restore", "cuebook-dev", "--team", "0b9d5f3e-6c4f-4a55-9d0c-2f6a4c1f7e21"),
    ("infra.destroy", "--yes"),
)


@dataclass
class Account:
    """An account of AWS in which there is nothing.

    Attributes:
        url: its only endpoint.
        regions: that requests were signed for.
    """

    url: str
    regions: set[str] = field(default_factory=set)


@pytest.fixture
def empty_account() -> Iterator[Account]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            scope = re.search(r"Credential=[^/]+/\d+/([^/]+)/", self.headers["Authorization"])
            assert scope is not None
            here.regions.add(scope[1])
            is_identity = b"Action=GetCallerIdentity" in body
            text = (IDENTITY if is_identity else NO_STACK).encode()
            self.send_response(200 if is_identity else 400)
            self.send_header("Content-Type", "text/xml")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        here = Account(f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield here
        server.shutdown()


def run_as_operator(
    empty_account: Account, folder: Path, *command: str, profile: str = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a command of ours, as an operator with a default profile that says `profile`."""
    config = folder / "config"
    config.write_text(f"[default]\n{profile}\n")
    own = {name: text for name, text in os.environ.items() if not name.startswith("AWS_")}
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env={
            **own,
            "AWS_CONFIG_FILE": str(config),
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_ENDPOINT_URL": empty_account.url,
            "NO_PROXY": "127.0.0.1",
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=HANG_SECONDS,
    )


@pytest.mark.enable_socket
@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: " ".join(command[:2]))
def test_a_command_acts_where_aws_region_says_and_announces_it(
    empty_account: Account, tmp_path: Path, command: tuple[str, ...]
) -> None:
    elsewhere = {"profile": "region = us-east-1", "AWS_DEFAULT_REGION": "us-west-2"}

    result = run_as_operator(
        empty_account, tmp_path, "-m", *command, **elsewhere, AWS_REGION="eu-west-1"
    )

    assert empty_account.regions == {"eu-west-1"}
    assert result.returncode == 1
    assert result.stderr.splitlines() == [
        f"account {ACCOUNT}, region eu-west-1, stack cuebook-dev",
        "there is no stack cuebook-dev in this account and region; check STACK and AWS_REGION",
    ]


@pytest.mark.enable_socket
def test_without_a_region_a_command_says_what_to_set(
    empty_account: Account, tmp_path: Path
) -> None:
    result = run_as_operator(empty_account, tmp_path, "-m", "infra.bootstrap", "cuebook-dev")

    (line,) = result.stderr.splitlines()
    assert result.returncode == 1
    assert "set AWS_REGION" in line
    assert empty_account.regions == set()


# `infra.cdk`, with a program in place of the CDK's that prints its environment.
PRINT_ENVIRONMENT = """
import sys
from infra import cdk
from infra.operator import run_command

cdk.build_command = lambda arguments, target: (["/usr/bin/env"], cdk.ROOT)
sys.exit(run_command(cdk.main))
"""


@pytest.mark.enable_socket
def test_the_cdk_gets_the_region_that_is_announced(empty_account: Account, tmp_path: Path) -> None:
    """By itself it goes to us-east-1 where it finds no region."""
    result = run_as_operator(
        empty_account, tmp_path, "-c", PRINT_ENVIRONMENT, "deploy", profile="region = eu-north-1"
    )

    assert result.stderr == f"account {ACCOUNT}, region eu-north-1\n"
    assert "AWS_REGION=eu-north-1" in result.stdout.splitlines()


REGIONS: list[tuple[dict[str, str], str | None]] = [
    ({}, None),
    ({"AWS_DEFAULT_REGION": "b"}, "b"),
    ({"AWS_REGION": "a", "AWS_DEFAULT_REGION": "b"}, "a"),
    ({"AWS_REGION": "", "AWS_DEFAULT_REGION": "b"}, "b"),
    ({"AWS_PROFILE": "work"}, "c"),
    ({"AWS_PROFILE": "work", "AWS_DEFAULT_REGION": ""}, "c"),
    ({"AWS_PROFILE": "work", "AWS_REGION": "a"}, "a"),
]


@pytest.mark.parametrize(("environment", "region"), REGIONS)
def test_the_region_is_aws_region_else_the_default_else_the_profiles(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    environment: Mapping[str, str],
    region: str | None,
) -> None:
    (tmp_path / "config").write_text("[profile work]\nregion = c\n")
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE", "AWS_DEFAULT_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    for name, text in environment.items():
        monkeypatch.setenv(name, text)

    assert find_region() == region


# -- the CDK's command line

TARGET = Target(account=ACCOUNT, region="eu-west-1")


def test_an_account_is_bootstrapped_without_synthesising_the_stack() -> None:
    command, folder = cdk.build_command(["bootstrap", "--verbose"], TARGET)

    assert command == [str(cdk.CDK), "bootstrap", f"aws://{ACCOUNT}/eu-west-1", "--verbose"]
    assert not (folder / "cdk.json").exists()


def test_a_deployment_is_synthesised_by_this_interpreter() -> None:
    command, folder = cdk.build_command(["deploy", "-c", "stage=prod"], TARGET)

    assert command[:3] == [str(cdk.CDK), "deploy", "--app"]
    assert command[3] == f"{sys.executable} -m infra.app"
    assert command[4:] == ["-c", "stage=prod"]
    assert (folder / "cdk.json").exists()


# -- what goes wrong is one line

DENIED = ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "PutItem")


def build_busy_error() -> Exception:
    try:
        try:
            raise DENIED
        except ClientError as error:
            raise Unavailable(retry_after=1) from error
    except Unavailable as error:
        return error


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (OperatorError("name a stack"), "name a stack"),
        (StackError("no stack"), "no stack"),
        (FileNotFoundError(2, "No such file or directory", "x"), "No such file or directory: 'x'"),
        (NoCredentialsError(), "the call to AWS failed: Unable to locate credentials"),
        (DENIED, "the call to AWS failed: .*AccessDenied"),
        (build_busy_error(), "the call to AWS failed: .*AccessDenied"),
        (KeyboardInterrupt(), "interrupted; run the command again"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_goes_wrong_is_told_in_one_line(
    capsys: pytest.CaptureFixture[str], error: BaseException, line: str
) -> None:
    def fail() -> int:
        raise error

    assert run_command(fail) == 1
    (text,) = capsys.readouterr().err.splitlines()
    assert re.search(line, text)


def test_a_bug_is_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError):
        run_command(lambda: 1 // 0)
