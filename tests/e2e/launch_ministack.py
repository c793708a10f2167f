"""ministack with four things mended; it runs on the emulator's own interpreter.

Each cold start unpacks code and layer anew, four thousand files under the interpreter's lock: 64 of
them at once take minutes. Here an archive is unpacked once, however many functions start from it.

New code for a function ends its processes at once. Here, as in Lambda, they answer first.

Functions are not told under which name the API was called, which API Gateway always does.

Policies are not told which partition keys a call writes; in AWS that is `dynamodb:LeadingKeys`.
"""

import hashlib
import json
import runpy
import tempfile
import threading
import zipfile
from importlib import import_module
from pathlib import Path
from typing import Any

UNPACKED = Path(tempfile.mkdtemp(prefix="unpacked-"))
ONE_AT_A_TIME = threading.Lock()
LEADING_KEYS = "dynamodb:LeadingKeys"


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


def add_leading_keys(actions: Any, evaluator: Any) -> None:
    build, enforce = actions.dynamodb_service_context, evaluator.enforce

    def build_with_keys(body: bytes) -> dict[str, Any]:
        return {**build(body), LEADING_KEYS: list_written_keys(json.loads(body or b"{}"))}

    def enforce_with_keys(*arguments: Any, resource_arn: str = "*", **keywords: Any) -> Any:
        context = dict(keywords.pop("service_context", None) or {})
        table = resource_arn.rpartition("/")[2]
        keys = [key for name, key in context.pop(LEADING_KEYS, ()) if name == table]
        if keys:
            context[LEADING_KEYS] = keys
        return enforce(*arguments, resource_arn=resource_arn, service_context=context, **keywords)

    actions.dynamodb_service_context = build_with_keys
    evaluator.enforce = enforce_with_keys


def list_written_keys(call: dict[str, Any]) -> list[tuple[str, str]]:
    """List the name of the table and the partition key of each item that a call writes."""
    legs = [
        leg
        for item in call.get("TransactItems", ())
        for action, leg in item.items()
        if action != "ConditionCheck" and "TableName" in leg
    ]
    legs += [
        {"TableName": table, **request}
        for table, requests in call.get("RequestItems", {}).items()
        if isinstance(requests, list)
        for one in requests
        for request in one.values()
    ]
    keys = [
        (leg["TableName"], leg.get("Key") or leg.get("Item"))
        for leg in [call, *legs]
        if "TableName" in leg
    ]
    return [
        (table.rpartition("/")[2], key["pk"]["S"]) for table, key in keys if key and "pk" in key
    ]


if __name__ == "__main__":
    zipfile.ZipFile = SharedZip  # type: ignore[misc]
    defer_kills(import_module("ministack.core.lambda_runtime"))
    add_domain_name(import_module("ministack.services.apigateway_v1"))
    add_leading_keys(
        import_module("ministack.core.iam_actions"), import_module("ministack.core.iam_evaluator")
    )
    runpy.run_module("ministack", run_name="__main__")
