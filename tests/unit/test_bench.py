"""The benchmark, without its measurements."""

from __future__ import annotations

import re
import shlex
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from botocore.endpoint import Endpoint

from infra.local.errors import StartError
from infra.project import ROOT
from tools.bench import engines, goals, report
from tools.bench.__main__ import PARTS, build_command, build_parser, choose_extent
from tools.bench.figures import Series
from tools.bench.packages import HERE, build_packages
from tools.bench.replay import Recordings, find_library
from tools.bench.starts import Starts
from tools.bench.tables import Table, build_document
from tools.bench.templates import list_renders
from tools.bench.warm import CLIENT, Calls
from tools.cost.samples import SAMPLES

if TYPE_CHECKING:
    from pathlib import Path

OTHER = "v1.0"
RESULTS = report.FILE.read_text(encoding="utf-8") if report.FILE.exists() else ""


# -- figures


def test_a_series_has_its_least_and_its_median() -> None:
    series = Series([3, 1, 2])

    assert (series.least, series.median) == (1, 2)


def test_a_ratio_has_the_spread_of_the_turns() -> None:
    ratio = Series([2, 4, 9]).compare(Series([1, 4, 3]))

    assert (ratio.least, ratio.median) == (2, 4 / 3)
    assert (ratio.low, ratio.high) == (1.5, 2.5)  # of 1, 2 and 3
    assert str(ratio) == "2.00 / 1.33 (1.50 to 2.50)"


def test_one_turn_has_no_spread() -> None:
    ratio = Series([3]).compare(Series([2]))

    assert ratio.least == ratio.median == ratio.low == ratio.high == 1.5


# -- tables


def test_starts_are_shown_beside_the_floor_and_the_other_commit() -> None:
    starts = {
        (HERE, goals.FLOOR): Starts([190, 200], [10, 10]),
        (HERE, "registry/get_prompt"): Starts([200, 220], [10, 30]),
        (OTHER, goals.FLOOR): Starts([190, 190], [10, 10]),
        (OTHER, "registry/get_prompt"): Starts([290, 290], [10, 10]),
    }

    table = report.build_starts(starts, [HERE, OTHER])

    assert table.head[-1] == "ratio to v1.0"
    assert [row[0] for row in table.rows] == [
        "floor: boto3 and one item",
        "… at v1.0",
        "get a prompt",
        "… at v1.0",
    ]
    _, start, call, call_goal, both, ratio, goal, other = table.rows[2]
    assert (start, call, both) == ("200 / 210", "10 / 20", "210 / 230")
    assert call_goal == "≤ 15 ms: met by the least"
    assert ratio.startswith("1.05 / 1.12 ")
    assert goal == "≤ 1.10: met by the least"
    assert other.startswith("0.70 / 0.77 ")
    assert table.rows[3][6:] == ["-", ""]


def test_warm_calls_are_shown_beside_the_plain_client() -> None:
    call, health = Calls(), Calls()
    call.requests[HERE] = 1
    call.milliseconds |= {HERE: [0.9, 1.0], CLIENT: [0.5, 0.5]}
    health.requests[HERE] = 0
    health.milliseconds |= {HERE: [0.2, 0.2], CLIENT: [0.0, 0.0]}

    table = report.build_warm(
        {"registry/render_live": call, "registry/health_check": health}, [HERE]
    )

    assert table.rows == [
        ["health check", "0", "0.20 / 0.20", "-", "-", "-"],
        [
            *("render, `go`", "1", "0.90 / 0.95", "≤ 1.0 ms: met", "0.50 / 0.50"),
            "1.80 / 1.90 (1.85 to 1.95)",
        ],
    ]


def test_texts_are_shown_beside_plain_jinja() -> None:
    times = {(HERE, "medium, plain"): [10.0], (HERE, "medium, jinja, compiled"): [15.0]}

    (row,) = report.build_engines(times, [HERE]).rows

    assert row[1:] == ["15.0 / 15.0", "10.0 / 10.0", "1.50 / 1.50 (1.50 to 1.50)", "≤ 1.00: missed"]


def test_a_profile_adds_up_what_is_ours() -> None:
    table = report.build_profile("a call", {"botocore": 60, "shared/call": 30, "functions": 10})

    assert table.rows[0] == ["all of Cuebook's", "40.0%"]
    assert table.rows[1] == ["botocore", "60.0%"]


def test_a_document_has_its_tables_and_its_command() -> None:
    table = Table(title="Title", note="Note.", head=["a", "b"], rows=[["1", "2"]])

    text = build_document([table], title="Speed", origin="Here.", command="make bench")

    assert "\n\nHere. Again:\n\n```sh\nmake bench\n```\n" in text
    assert text.endswith("## Title\n\nNote.\n\n| a | b |\n| --- | --- |\n| 1 | 2 |\n")


# -- the command line


@pytest.mark.parametrize(
    "words",
    ["", "--short", "--only starts warm --turns 2", "--write --against main", "--profile"],
)
def test_the_command_that_is_printed_measures_the_same_again(words: str) -> None:
    arguments = build_parser().parse_args(words.split())

    assert parse_command(build_command(arguments)) == arguments


@pytest.mark.parametrize("words", ["--short --write", "--write --only warm", "--only everything"])
def test_only_everything_is_written(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        build_parser().parse_args(words.split())

    assert "error" in capsys.readouterr().err


def test_the_short_form_has_few_rows_of_each_table() -> None:
    short = choose_extent(build_parser().parse_args(["--short"]))
    whole = choose_extent(build_parser().parse_args([]))

    assert whole.parts == PARTS
    for rows in (goals.STARTS, goals.WARM, goals.ENGINES):
        assert whole.select(rows) == [row.name for row in rows]
        assert 0 < len(short.select(rows)) <= 3


def test_a_run_of_everything_prints_the_short_form() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    (command,) = re.findall(r"make bench.*", script)

    assert parse_command(command).short


def test_a_commit_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(StartError, match="no-such-commit"):
        build_packages("no-such-commit", tmp_path)


def parse_command(command: str) -> Any:
    make, target, *options = shlex.split(command)
    assert (make, target) == ("make", "bench")
    return build_parser().parse_args(
        shlex.split(options[0].removeprefix("ARGS=")) if options else []
    )


# -- what is measured


def test_every_call_is_a_sample() -> None:
    names = {row.name for row in (*goals.STARTS, *goals.WARM)} | {goals.PROFILED}

    assert names <= {sample.name for sample in SAMPLES}


def test_engines_render_the_same() -> None:
    names: set[str] = set()
    for name, case in engines.build_cases().items():
        renders = dict(list_renders(name, case))
        assert len({render().rstrip("\n") for render in renders.values()}) == 1, name
        names |= renders.keys()

    assert {row.name for row in goals.ENGINES} <= names


def test_what_was_read_before_is_not_read_again_and_nothing_is_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sent = []

    def send(endpoint: object, request: Any) -> Any:
        sent.append(request.body)
        return SimpleNamespace(content=b'{"Item": {}}')

    monkeypatch.setattr(Endpoint, "_send", send)
    recordings = Recordings()

    responses = [
        Endpoint._send(None, build_request(operation, body))  # type: ignore[attr-defined]
        for operation, body in (("GetItem", b"1"), ("GetItem", b"1"), ("PutItem", b"2"))
    ]

    assert sent == [b"1"]
    assert [response.content for response in responses] == [b'{"Item": {}}'] * 2 + [b"{}"]
    assert [operation for operation, _, _ in recordings.requests] == ["GetItem"] * 2 + ["PutItem"]
    assert recordings.unknown == 1


def build_request(operation: str, body: bytes) -> Any:
    return SimpleNamespace(headers={"X-Amz-Target": f"DynamoDB_20120810.{operation}"}, body=body)


@pytest.mark.parametrize(
    ("files", "library"),
    [
        (["/x/layer-1/python/botocore/client.py"], "botocore"),
        (["/x/layer-1/python/six.py"], "six"),
        (["/usr/lib/python3.13/json/decoder.py", "/x/code-1/shared/call.py"], "shared/call"),
        (["/x/code-1/functions/registry/render_live.py"], "functions"),
        (["/usr/lib/python3.13/runpy.py"], "other"),
    ],
)
def test_time_belongs_to_the_innermost_library(files: list[str], library: str) -> None:
    frame: Any = None
    for file in reversed(files):
        frame = SimpleNamespace(f_code=SimpleNamespace(co_filename=file), f_back=frame)

    assert find_library(frame) == library


# -- what was measured last


def test_the_results_have_every_goal() -> None:
    rows = [row.split(" | ") for row in re.findall(r"^\| (.*) \|$", RESULTS, re.MULTILINE)]
    formats = {
        **dict.fromkeys(goals.STARTS, "≤ {:.2f}"),
        **dict.fromkeys((*goals.WARM, goals.MANY), "≤ {:.1f} ms"),
        **dict.fromkeys(goals.ENGINES, "≤ {:.2f}"),
        goals.CONTENTION: "≤ {:.0f} s",
    }

    for row, form in formats.items():
        cells = [cell for cells in rows if cells[0] == row.title for cell in cells]
        assert cells, row.title
        if row.goal is not None:
            assert any(cell.startswith(f"{form.format(row.goal)}: ") for cell in cells), row.title


def test_the_results_say_where_when_and_how() -> None:
    (command,) = re.findall(r"^```sh\n(.*)\n```$", RESULTS, re.MULTILINE)

    assert re.search(
        r"^Measured on \d{4}-\d\d-\d\d at commit \S+, on \d+ processors", RESULTS, re.M
    )
    assert parse_command(command).write
    assert re.search(r"^bench: ", (ROOT / "Makefile").read_text(), re.MULTILINE)
