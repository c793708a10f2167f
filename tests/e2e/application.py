"""A function of an application, on the emulator: it gets a prompt with the client."""

from __future__ import annotations

import io
import json
import os
import signal
import threading
import zipfile
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.e2e.emulator import ACCOUNT, ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.e2e.deployment import Api, Deployment

CODE = """
import os, threading
from cuebook import Cuebook

cues = Cuebook(ttl={ttl})

def handle(event, context):
    prompt = cues.get(event["name"])
    return {{
        "text": prompt.template,
        "state": prompt.state,
        "requests": cues.statistics.requests,
        "threads": [thread.name for thread in threading.enumerate()],
        "process": os.getpid(),
    }}
"""
# What the client needs, in Python alone: the emulator's interpreter is another one than that of
# the tests.
LIBRARIES = (
    *("httpx", "httpcore", "h11", "anyio", "idna", "certifi", "typing_extensions"),
    *("jinja2", "markupsafe"),
)
THAW_SECONDS = 0.5  # after which a call goes on that has reached a frozen process


@dataclass(frozen=True, slots=True)
class Application:
    """The function, whose process is frozen between its calls, as Lambda freezes it."""

    name: str
    functions: Any

    def call(self, prompt: str, process: int | None = None) -> dict[str, Any]:
        """Call the function, and freeze its process after that.

        Args:
            prompt: The name of the prompt.
            process: The process that is frozen since the call before; None for the first call.
        """
        if process is not None:
            threading.Timer(THAW_SECONDS, os.kill, (process, signal.SIGCONT)).start()
        response = self.functions.invoke(
            FunctionName=self.name, Payload=json.dumps({"name": prompt}).encode()
        )
        outcome: dict[str, Any] = json.load(response["Payload"])
        assert "FunctionError" not in response, outcome
        os.kill(outcome["process"], signal.SIGSTOP)
        return outcome


@contextmanager
def deploy_application(
    name: str, deployment: Deployment, api: Api, *, ttl: float
) -> Iterator[Application]:
    """Deploy the function, and delete it in the end.

    Args:
        name: Its name.
        deployment: The deployment that it is beside.
        api: The service that it asks.
        ttl: How long it holds a prompt, in seconds.
    """
    variables = {"CUEBOOK_URL": api.demo["base_url"], "CUEBOOK_API_KEY": api.demo["viewer_key"]}
    functions = deployment.client("lambda")
    functions.create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role=f"arn:aws:iam::{ACCOUNT}:role/{name}",
        Handler="application.handle",
        Code={"ZipFile": build_package(CODE.format(ttl=ttl))},
        Environment={"Variables": variables},
        Timeout=30,
    )
    try:
        yield Application(name, functions)
    finally:
        functions.delete_function(FunctionName=name)


def build_package(code: str) -> bytes:
    """Build the package of a function: its code, the client, and what that needs."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("application.py", code)
        for path in list_sources(ROOT / "client" / "cuebook"):
            package.write(path, path.relative_to(ROOT / "client").as_posix())
        for library in LIBRARIES:
            for file in files(library) or ():
                if file.suffix in (".py", ".pem") and ".." not in file.parts:
                    package.write(Path(str(file.locate())), file.as_posix())
    return stream.getvalue()


def list_sources(folder: Path) -> list[Path]:
    """List the modules of a package, those behind links too, as its wheel has them."""
    paths: list[Path] = []
    for path in folder.iterdir():
        if path.is_dir():
            paths += list_sources(path)
        elif path.suffix in (".py", ".typed"):
            paths.append(path)
    return paths
