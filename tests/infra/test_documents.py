"""The tables of `docs/operate.md` that the stack decides."""

from __future__ import annotations

import re
from dataclasses import fields

from aws_cdk import App

from infra.bootstrap import BootstrapResult, format_result
from infra.outputs import StackOutputs
from infra.stack import LOG_RETENTION, Deployment
from tests.documents import list_words, read_document
from tests.infra.synthesis import synthesise

PAGE = read_document("docs/operate.md")


def test_options() -> None:
    rows = PAGE.get_table("Stages and options").index_rows()
    days = [int(text) for text in re.findall(r"\d+", rows["log_retention_days"][1])]

    assert {name: cell.strip("`") for name, (cell, _) in rows.items()} == {
        field.name: dump_default(field.default) for field in fields(Deployment)
    }
    assert days == [*LOG_RETENTION]


def test_contexts_in_commands_can_be_deployed() -> None:
    commands = [
        dict(re.findall(r"-c (\w+)=([^\s']+)", line))
        for block in PAGE.get_blocks("sh")
        for line in block.text.splitlines()
    ]

    contexts = [context for context in commands if context]
    assert {"stage", "groups"} <= {name for context in contexts for name in context}
    for context in contexts:
        assert context.keys() <= {field.name for field in fields(Deployment)}
        Deployment.from_context(App(context=context).node)


def dump_default(default: object) -> str:
    """Dump a default as the command line takes it."""
    if default is None:
        return ""
    return str(default).lower() if isinstance(default, bool) else str(default)


def test_outputs() -> None:
    stack = synthesise(stage="prod", options=True)
    rows = PAGE.get_table("What is deployed", "output").rows

    assert sorted(name for row in rows for name in list_words(row[0])) == sorted(
        stack.template["Outputs"]
    )


def test_alarms() -> None:
    alarms = synthesise().list_properties("AWS::CloudWatch::Alarm").values()
    (table,) = (table for table in PAGE.tables if table.part == "alarms")

    assert table.index_rows() == {
        alarm["AlarmName"].removeprefix("cuebook-dev-"): (
            str(alarm["Threshold"]),
            f"{alarm['DatapointsToAlarm']} of {alarm['EvaluationPeriods']}",
            alarm["AlarmDescription"],
        )
        for alarm in alarms
    }


def test_what_bootstrap_prints() -> None:
    (block,) = PAGE.get_blocks("text", "Deploy")
    first, api, console, team, key = block.text.splitlines()
    outputs = {"ApiUrl": api.split()[1], "ConsoleUrl": console.split()[1]}
    stack = StackOutputs(stack_id="1", values=outputs)
    result = BootstrapResult(is_new_team=True, secret="ak_")
    team_id = team.split()[1].rstrip(",")

    assert re.fullmatch(r"account \d{12}, region [a-z]+-[a-z]+-\d, stack cuebook-dev", first)
    assert [api, console, team, key] == [*format_result(stack, team_id, "First team", result)]
