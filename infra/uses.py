"""Counting of how prompts are used: schedule → function → table, from the log of all functions."""

from datetime import timedelta

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from constructs import Construct

from infra.functions import Functions, build_condition
from infra.tables import Tables
from shared.domain.uses import DELAY
from shared.routes import USE_COUNTER
from shared.store.keys import USES

# A window of ten minutes is counted as soon as its lines are in the log; the run after that has
# something to do only if this one has failed.
MINUTES = f"{DELAY // timedelta(minutes=1)}/5"
# CloudWatch gives some megabytes of the log each second. A window of a deployment with a thousand
# calls a second is 300 MB; and after an outage a run counts as many windows as it has time for.
TIMEOUT = Duration.minutes(5)


class Uses(Construct):
    """The function that counts, and the rule that calls it.

    Calls of the API neither wait for it nor fail with it.
    """

    def __init__(self, scope: Construct, id: str, *, functions: Functions, tables: Tables) -> None:
        """Define the function and its schedule.

        Args:
            scope: The parent construct.
            id: The id in the parent construct.
            functions: The construct that defines functions, whose log is read.
            tables: The tables, of which `access` has the counts.
        """
        super().__init__(scope, id)
        access = tables.by_name["access"]
        counter = functions.define(
            USE_COUNTER,
            description="Counts how prompts are used, from the log",
            statements=[
                iam.PolicyStatement(
                    actions=["dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:UpdateItem"],
                    resources=[access.table_arn],
                    conditions=build_condition((f"{USES}*",)),
                ),
                iam.PolicyStatement(
                    actions=["logs:FilterLogEvents"], resources=[functions.log.log_group_arn]
                ),
            ],
            environment={
                "ACCESS_TABLE": access.table_name,
                "LOG_GROUP": functions.log.log_group_name,
            },
            timeout=TIMEOUT,
        )
        events.Rule(
            self,
            "Schedule",
            description="Counts how prompts are used",
            schedule=events.Schedule.cron(minute=MINUTES),
            targets=[targets.LambdaFunction(counter)],
        )
