"""ministack with three things mended; it runs on the emulator's own interpreter.

Each cold start unpacks code and layer anew, four thousand files under the interpreter's lock: 64 of
them at once take minutes. Here an archive is unpacked once, however many functions start from it.

New code for a function ends its processes at once. Here, as in Lambda, they answer first.

Functions are not told under which name the API was called, which API Gateway always does.
"""

import hashlib
import runpy
import tempfile
import threading
import zipfile
from importlib import import_module
from pathlib import Path
from typing import Any

UNPACKED = Path(tempfile.mkdtemp(prefix="unpacked-"))
ONE_AT_A_TIME = threading.Lock()


class SharedZip(zipfile.ZipFile):
    """Extracts a file by linking to what was extracted from one of the same content before."""

    def namelist(self) -> list[str]:
        """Only what lies at the top, of a file: the emulator looks up the place of each name."""
        names = super().namelist()
        return sorted({name.split("/")[0] for name in names}) if self.filename else names

    def extractall(self, path=None, members=None, pwd=None) -> None:  # type: ignore[no-untyped-def]
        if not self.filename or path is None:
            super().extractall(path, members, pwd)
            return
        for entry in self._folder().iterdir():
            (Path(path) / entry.name).symlink_to(entry)
        Path(self.filename).unlink()  # nobody reads it again, and there is one for each process

    def _folder(self) -> Path:
        content = "".join(f"{info.filename} {info.CRC}\n" for info in self.infolist())
        folder = UNPACKED / hashlib.sha256(content.encode()).hexdigest()
        with ONE_AT_A_TIME:
            if not folder.exists():
                draft = folder.with_suffix(".draft")
                super().extractall(draft, super().namelist())
                draft.rename(folder)
        return folder


def defer_kills(runtime: Any) -> None:
    kill = runtime.kill_workers

    def end(workers: list[Any]) -> None:
        for worker in workers:
            with worker._lock:  # which a call holds
                kill([worker])

    def kill_workers(workers: list[Any]) -> None:
        threading.Thread(target=end, args=(workers,), daemon=True).start()

    runtime.kill_workers = kill_workers


def add_domain_name(gateway: Any) -> None:
    build = gateway._build_lambda_event_v1

    def build_with_domain(*arguments: Any, **keywords: Any) -> Any:
        event = build(*arguments, **keywords)
        event["requestContext"]["domainName"] = event["headers"]["host"]
        return event

    gateway._build_lambda_event_v1 = build_with_domain


if __name__ == "__main__":
    zipfile.ZipFile = SharedZip  # type: ignore[misc]
    defer_kills(import_module("ministack.core.lambda_runtime"))
    add_domain_name(import_module("ministack.services.apigateway_v1"))
    runpy.run_module("ministack", run_name="__main__")
