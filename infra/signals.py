"""The metrics that alarms and the dashboard are about, each of this deployment only."""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.api import Api
from infra.events import Events
from infra.tables import Tables
from shared.observe import NAMESPACE

MINUTE = Duration.minutes(1)
# Of `shared.observe.outcome_of`.
OUTCOMES = ("ok", "refused", "unauthorized", "throttled", "failed")


class Signals(Construct):
    """Most cost nothing, for AWS keeps them anyway. Of our own there are those of `shared.observe`
    and one made of the access log, for only the gateway knows of calls that reach no function.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        stage: str,
        api: Api,
        tables: Tables,
        events: Events,
    ) -> None:
        super().__init__(scope, id)
        self.service = f"cuebook-{stage}"
        self.tables = tables.by_name
        self.requests = api.stage.metric_count(period=MINUTE)
        self.server_errors = api.stage.metric_server_error(period=MINUTE, statistic="Average")
        self.latencies = {
            statistic: api.stage.metric_latency(period=MINUTE, statistic=statistic)
            for statistic in ("p50", "p90", "p99")
        }
        self.throttled = logs.MetricFilter(
            self,
            "Throttled",
            log_group=api.access_log,
            metric_namespace=NAMESPACE,
            metric_name="throttled",
            filter_pattern=logs.FilterPattern.any(
                logs.FilterPattern.string_value("$.status", "=", "429"),
                logs.FilterPattern.string_value("$.lambda_status", "=", "429"),
            ),
            dimensions={"service": "$.service"},
        ).metric(
            period=MINUTE,
            statistic="Sum",
            dimensions_map={"service": self.service},
        )
        self.raced = self.ours("raced", statistic="Average", outcome="ok")
        self.stream_lag = events.publisher.metric("IteratorAge", period=MINUTE, statistic="Maximum")
        self.unpublished = events.unpublished.metric_approximate_number_of_messages_visible(
            period=MINUTE, statistic="Maximum"
        )

    def ours(self, name: str, *, statistic: str, outcome: str) -> cloudwatch.Metric:
        """Of calls that ended like this, in all dialects."""
        return cloudwatch.Metric(
            namespace=NAMESPACE,
            metric_name=name,
            dimensions_map={"service": self.service, "outcome": outcome},
            statistic=statistic,
            period=MINUTE,
        )

    def of_functions(self, name: str, *, statistic: str) -> cloudwatch.MathExpression:
        """One line for each function, those to come included: their names begin like the stack."""
        search = f'{{AWS/Lambda,FunctionName}} MetricName="{name}" "{self.service}"'
        return cloudwatch.MathExpression(
            expression=f"SEARCH('{search}', '{statistic}')",
            using_metrics={},
            period=MINUTE,
            label="",
        )
