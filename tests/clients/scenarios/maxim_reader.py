"""What maxim-py makes of the server: a scenario in a process, for it starts only once in one.

maxim_reader.py SCENARIO ARGUMENTS-AS-JSON
"""

import json
import logging
import os
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from maxim import Maxim
from maxim.cache.inMemory import MaximInMemoryCache
from maxim.models.query_builder import QueryBuilder

SYNC_SECONDS = 20.0


class WatchedCache(MaximInMemoryCache):  # type: ignore[misc] # not typed for us
    """A cache that can be waited for: maxim-py fills it in a thread of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.changed = threading.Condition()

    def set(self, key: str, value: str) -> None:
        with self.changed:
            super().set(key, value)
            self.changed.notify_all()

    def wait_for(self, keys: Sequence[str]) -> list[str]:
        """The keys that have not come in time."""
        with self.changed:
            self.changed.wait_for(lambda: set(keys) <= self.cache.keys(), SYNC_SECONDS)
            return [key for key in keys if key not in self.cache]


class ComplaintHandler(logging.Handler):
    """What maxim-py complains about; it tells of a sync that failed nowhere else."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


class Reader:
    """An application that reads its prompts with maxim-py."""

    def __init__(self, *, api_key: str = "") -> None:
        self.complaints = ComplaintHandler()
        logging.getLogger("maxim").addHandler(self.complaints)
        logging.getLogger().addHandler(self.complaints)
        self.cache = WatchedCache()
        self.maxim = Maxim(
            {
                "api_key": api_key or os.environ["API_KEY"],
                "base_url": os.environ["BASE_URL"],
                "prompt_management": True,
                "cache": self.cache,
            }
        )
        # At its end it would wait two seconds for lines of its log, of which there are none.
        self.maxim.has_cleaned_up = True

    def wait_for_sync(
        self, *, prompts: Sequence[str] = (), folders: Sequence[str] = ()
    ) -> list[str]:
        """What did not come with the first sync."""
        keys = [f"prompt:{one}" for one in prompts] + [f"folder:{one}" for one in folders]
        return self.cache.wait_for(keys)

    def sync_again(self) -> None:
        """What its thread does every minute."""
        self.maxim._Maxim__sync_entities()

    def get(self, prompt_id: str, query: Mapping[str, Any]) -> dict[str, Any] | None:
        found = self.maxim.get_prompt(prompt_id, build_rule(query))
        return None if found is None else dump_prompt(found)

    def describe_failure(self, prompt_id: str, query: Mapping[str, Any]) -> str:
        try:
            return f"none: {self.get(prompt_id, query)}"
        except Exception as error:
            return f"{type(error).__name__}: {error}"


def build_rule(query: Mapping[str, Any]) -> Any:
    builder = QueryBuilder().and_()
    for name, value in query.get("variables", {}).items():
        builder = builder.deployment_var(name, value)
    for name, value in query.get("unenforced", {}).items():
        builder = builder.deployment_var(name, value, enforce=False)
    if "version" in query:
        builder = builder.prompt_version_number(query["version"])
    if "folder" in query:
        builder = builder.folder(query["folder"])
    if query.get("exactly"):
        builder = builder.exact_match()
    return builder.build()


def dump_prompt(prompt: Any) -> dict[str, Any]:
    found: dict[str, Any] = {
        "id": prompt.prompt_id,
        "version": prompt.version,
        "version_id": prompt.version_id,
        "model": prompt.model,
        "provider": prompt.provider,
        "parameters": prompt.model_parameters,
        "messages": prompt.messages,
    }
    plain: dict[str, Any] = json.loads(json.dumps(found, default=vars))
    return plain


def choose(prompt_id: str, queries: list[dict[str, Any]]) -> list[dict[str, Any] | None]:
    """The version that each query finds, out of what the first sync has brought."""
    reader = Reader()
    assert reader.wait_for_sync(prompts=[prompt_id]) == [], reader.complaints.lines
    return [reader.get(prompt_id, query) for query in queries]


def fetch(prompt_id: str, queries: list[dict[str, Any]]) -> list[dict[str, Any] | None]:
    """The same, for a prompt that no sync brings."""
    reader = Reader()
    return [reader.get(prompt_id, query) for query in queries]


def sync(prompts: list[str], folders: list[str], query: dict[str, Any]) -> dict[str, Any]:
    """All prompts that a query finds, after the first sync."""
    reader = Reader()
    missing = reader.wait_for_sync(prompts=prompts, folders=folders)
    return {
        "missing": missing,
        "complaints": reader.complaints.lines,
        "prompts": [dump_prompt(found) for found in reader.maxim.get_prompts(build_rule(query))],
        "folders": [vars(reader.maxim.get_folder_by_id(folder)) for folder in folders],
    }


def delete(prompt_id: str, admin_key: str, query: dict[str, Any]) -> dict[str, Any]:
    """A prompt is deleted under a reader that has it."""
    reader = Reader()
    assert reader.wait_for_sync(prompts=[prompt_id]) == [], reader.complaints.lines
    before = reader.get(prompt_id, query)
    target = f"/v1/prompts?workspaceId={os.environ['TEAM_ID']}&id={prompt_id}"
    status = call_public_api("DELETE", target, admin_key)
    still = reader.get(prompt_id, query)
    reader.sync_again()
    return {
        "before": before,
        "status": status,
        "still": still,
        "after": reader.get(prompt_id, query),
    }


def fail(prompt_id: str, missing_id: str, folder_id: str) -> dict[str, str]:
    """What an application is told when there is nothing to give."""
    reader = Reader()
    by_variable = {"variables": {"Environment": "prod"}}
    return {
        "prompt": reader.describe_failure(missing_id, by_variable),
        "version": reader.describe_failure(prompt_id, {"version": 99}),
        "folder": str(reader.maxim.get_folder_by_id(folder_id)),
    }


def fail_with_unknown_key(prompt_id: str) -> str:
    """The same with a key that is not one."""
    return Reader(api_key="ak_wrong").describe_failure(prompt_id, {"version": 1})


def run(prompt_id: str) -> str:
    """What is said to an application that wants a model run."""
    prompt = Reader().maxim.get_prompt(prompt_id, build_rule({"version": 1}))
    try:
        return f"none: {prompt.run('Hello')}"
    except Exception as error:
        return str(error)


def call_public_api(method: str, target: str, key: str) -> int:
    request = Request(
        os.environ["BASE_URL"] + target, method=method, headers={"x-maxim-api-key": key}
    )
    try:
        with urlopen(request, timeout=30) as answer:
            return int(answer.status)
    except HTTPError as error:
        return error.code


SCENARIOS: dict[str, Callable[..., Any]] = {
    "choose": choose,
    "fetch": fetch,
    "sync": sync,
    "delete": delete,
    "fail": fail,
    "be_refused": fail_with_unknown_key,
    "run": run,
}

if __name__ == "__main__":
    found = SCENARIOS[sys.argv[1]](**json.loads(sys.argv[2]))
    sys.stdout.write(f"\n{json.dumps(found)}\n")
