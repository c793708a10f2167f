"""The stack on an emulator, as the stock CDK command line deploys it, and the API it serves."""

from __future__ import annotations

import json
import platform
import re
import subprocess
import sys
from dataclasses import dataclass, field
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any

import boto3

from tests.e2e import repairs
from tests.e2e.emulator import ACCOUNT, REGION, ROOT, Emulator
from tests.live.server import Response, Server

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

CDK = ROOT / "node_modules" / ".bin" / "cdk"
STACK = "cuebook-dev"
# Functions run on this machine; and the emulator knows no saved query, and no alarm on a sum.
CONTEXT = {
    "architecture": {"aarch64": "arm64"}.get(platform.machine(), platform.machine()),
    "monitoring": "false",
}
CDK_SECONDS = 300.0
CALL_SECONDS = 120.0
EMAIL, PASSWORD = "ada@example.com", "First-horse-7"
KEYS = {"api_key": "all", "viewer_key": "read_render"}


@dataclass(frozen=True, slots=True)
class Api(Server):
    """The API as a server that tests can call: at the root of its stage's address."""

    def call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        key: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        sent = {"Content-Type": "application/json", **(headers or {})}
        if headers is None:
            sent["Authorization"] = f"Bearer {key or self.demo['api_key']}"
        return self.send(method, path, b"" if body is None else json.dumps(body).encode(), sent)

    def send(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Response:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=CALL_SECONDS)
        try:
            connection.request(method, self.base_path + path, body or None, dict(headers))
            answer = connection.getresponse()
            return Response(answer.status, dict(answer.getheaders()), answer.read())
        finally:
            connection.close()

    @property
    def base_path(self) -> str:
        return re.sub(r"^http://[^/]+", "", self.demo["base_url"])

    @property
    def port(self) -> int:
        return int(re.sub(r"^http://[^:]+:(\d+).*", r"\1", self.demo["base_url"]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """The stack on an emulator.

    Args:
        emulator: where it is deployed.
        assembly: what `cdk deploy` synthesizes, unless it is there already.
        outputs: the stack's outputs, once it is deployed.
    """

    emulator: Emulator
    assembly: Path
    outputs: dict[str, str] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        return self.emulator.folder

    @property
    def template(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.assembly / "Cuebook.template.json").read_text())
        return found

    def client(self, service: str) -> Any:
        return boto3.client(
            service,
            endpoint_url=self.emulator.endpoint,
            region_name=REGION,
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )

    # -- the command line

    def prepare(self) -> None:
        """As `make cdk-bootstrap` does it."""
        bootstrap = ("bootstrap", "--no-notices", "--ci")
        result = self.run("infra.cdk", *bootstrap)
        assert result.returncode == 0, result.stdout + result.stderr
        assert f"account {ACCOUNT}, region {REGION}\n" in result.stderr
        repairs.allow_plain_http(self.client)

    def deploy(self, *, sources: Path = ROOT) -> None:
        """`cdk deploy`, of a tree."""
        if self.assembly.exists():
            app = ["--app", str(self.assembly)]
        else:
            context = [word for item in CONTEXT.items() for word in ("-c", "=".join(item))]
            synthesis = f"{sys.executable} -m infra.app"
            app = ["--app", synthesis, "--output", str(self.assembly), *context]
        outputs = self.folder / "outputs.json"
        self._cdk(
            *("deploy", *app, "--require-approval", "never", "--outputs-file", str(outputs)),
            cwd=sources,
        )
        self.outputs.update(json.loads(outputs.read_text())[STACK])
        repairs.import_problems(self.client, STACK, self.template)
        repairs.allow_plain_http(self.client)

    def _cdk(self, *arguments: str, cwd: Path) -> None:
        log = self.folder / "cdk.log"
        with log.open("ab") as out:
            done = subprocess.run(
                [str(CDK), *arguments, "--no-notices", "--ci"],
                cwd=cwd,
                env=self.emulator.environment | {"CDK_DISABLE_CLI_TELEMETRY": "true"},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                timeout=CDK_SECONDS,
                check=False,
            )
        assert done.returncode == 0, log.read_text()[-5000:]

    def run(self, module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A program of ours, by an operator of this deployment."""
        return subprocess.run(
            [sys.executable, "-m", module, *arguments],
            cwd=ROOT,
            env=self.emulator.environment | {"CDK_DISABLE_CLI_TELEMETRY": "true"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=CDK_SECONDS,
            check=False,
        )

    # -- what it serves

    def set_password(self, email: str, password: str, *, permanent: bool = True) -> None:
        """The password that Cognito would send by e-mail, or that its owner chose after that."""
        self.client("cognito-idp").admin_set_user_password(
            UserPoolId=self.outputs["UserPoolId"],
            Username=email,
            Password=password,
            Permanent=permanent,
        )

    def api(self) -> Api:
        """Make its first team and admin, and the keys that clients need."""
        made = self.run("infra.bootstrap", STACK, "--email", EMAIL)
        assert made.returncode == 0, made.stderr
        (team_id,) = re.findall(r"^team: +([0-9a-f-]{36}),", made.stderr, re.MULTILINE)
        demo = {
            "base_url": self.base_url,
            "team_id": team_id,
            "admin_key": made.stdout.strip(),
            "email": EMAIL,
            "password": PASSWORD,
            **self.keys(team_id),
        }
        self.set_password(EMAIL, PASSWORD)
        (self.folder / "demo.json").write_text(json.dumps(demo))
        return Api(self.emulator.process, self.folder, demo)

    @property
    def base_url(self) -> str:
        api, stage = re.findall(r"https://(\w+)\.[^/]+/(\w+)/$", self.outputs["ApiUrl"])[0]
        return f"{self.emulator.endpoint}/_aws/execute-api/{api}/{stage}"

    def keys(self, team_id: str) -> dict[str, str]:
        """Keys of the other kinds: `make bootstrap` makes an admin's only."""
        return {name: self.key(team_id, name, operation) for name, operation in KEYS.items()}

    def key(self, team_id: str, name: str, operation: str) -> str:
        """A new API key, as `make key` makes it."""
        options = ("--team", team_id, "--name", name, "--operation", operation)
        made = self.run("infra.keys", "make", STACK, *options)
        assert made.returncode == 0, made.stderr
        return made.stdout.strip()
