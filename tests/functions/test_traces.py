"""What a call leaves in X-Ray, as its daemon receives it; `make e2e` sees deployed functions."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.traces import draw_trace, drop_times
from tests.hangs import HANG_SECONDS

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).parents[2]
# The milliseconds and the prompt's id are left out.
BY = "dialect=registry  principal_id=…  principal_kind=api_key  team_id=…"
TREES = {
    "large": f"""\
## create_version  … ms  route=create_version  {BY}  prompt_id=…  raced=0  version=2
   dynamodb  … ms  GetItem  cuebook-prompts
   s3  … ms  PutObject  cuebook-content
   dynamodb  … ms  TransactWriteItems
""",
    "cold": f"""\
## render_live  … ms  route=render_live  {BY}  prompt_id=…  version=1
   dynamodb  … ms  GetItem  cuebook-access
   dynamodb  … ms  GetItem  cuebook-lookups
   dynamodb  … ms  TransactGetItems
   s3  … ms  GetObject  cuebook-content
""",
    "warm": f"""\
## render_live  … ms  route=render_live  {BY}  prompt_id=…  version=1
   dynamodb  … ms  GetItem  cuebook-prompts
""",
    "absent": f"""\
## render_version  … ms  route=render_version  {BY}  prompt_id=…
   dynamodb  … ms  TransactGetItems
""",
    # The race that was lost is an error of the transaction, and not of the call.
    "raced": f"""\
## create_version  … ms  route=create_version  {BY}  prompt_id=…  raced=1  version=3
   dynamodb  … ms  GetItem  cuebook-access
   dynamodb  … ms  GetItem  cuebook-prompts
   dynamodb  … ms  TransactWriteItems  error
   dynamodb  … ms  GetItem  cuebook-prompts
   dynamodb  … ms  TransactWriteItems
""",
    "unavailable": f"""\
## render_live  … ms  route=render_live  {BY}
   dynamodb  … ms  GetItem  cuebook-prompts  fault
""",
    "bug": f"""\
## create_version  … ms  route=create_version  {BY}  prompt_id=…  fault
   dynamodb  … ms  GetItem  cuebook-prompts
""",
}
STATUSES = {"large": 201, "cold": 200, "warm": 200, "absent": 404, "raced": 201} | {
    "unavailable": 503,
    "bug": 500,
    "last": 200,
}


@pytest.fixture(scope="module")
def traces(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    file = tmp_path_factory.mktemp("traced") / "documents.json"
    done = subprocess.run(
        [sys.executable, "-m", "tests.functions.tracing", str(file)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=HANG_SECONDS,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(file.read_text())
    assert found["statuses"] == STATUSES
    return found


@pytest.mark.parametrize("name", TREES)
def test_a_call_is_traced_with_what_it_asks_of_aws(traces: Mapping[str, Any], name: str) -> None:
    assert drop_times(draw_trace(traces["documents"][name])) == TREES[name]


def test_annotations_name_the_prompt_and_the_version(traces: Mapping[str, Any]) -> None:
    (call,) = (one for one in traces["documents"]["cold"] if "annotations" in one)

    assert call["annotations"] == {
        "route": "render_live",
        "dialect": "registry",
        "principal_id": traces["principal"],
        "principal_kind": "api_key",
        "team_id": traces["team"],
        "prompt_id": traces["prompt"],
        "version": 1,
    }
    assert call["parent_id"] == "00000000000000aa"  # the segment that Lambda makes


def test_no_trace_holds_a_prompt_a_variable_or_a_key(traces: Mapping[str, Any]) -> None:
    said = json.dumps(traces["documents"])

    assert [secret for secret in traces["secrets"] if secret in said] == []


def test_a_call_that_is_not_sampled_leaves_nothing(traces: Mapping[str, Any]) -> None:
    assert traces["documents"]["unsampled"] == []
