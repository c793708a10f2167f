"""The metrics of this deployment that alarms and the dashboard use."""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.api import Api
from infra.events import Events
from infra.tables import Tables
from shared.observe.metrics import NAMESPACE
from shared.routes import DIALECTS, ROUTES

MINUTE = Duration.minutes(1)
# The results of `shared.observe.classify_status`.
OUTCOMES = ("ok", "refused", "unauthorized", "throttled", "failed")


class Signals(Construct):
    """All metrics.

    Most cost nothing, because AWS provides them. The others are those of `shared.observe`, and one
    that is derived from the access log, because some calls do not reach a function.

    Attributes:
        service: The value of the dimension `service` of this project's own metrics.
        tables: The tables by name.
        requests: Requests of the API.
        server_errors: The share of requests that end with 5XX.
        latencies: Latencies of the API in milliseconds, by statistic.
        throttled: Requests that end with 429 for lack of capacity.
        failures: Failed calls by the kind of their route.
        failures_by_dialect: Failed calls of each dialect.
        raced: Lost races per write.
        stream_lag: The age of the oldest unpublished record, in milliseconds.
        unpublished: Records that cannot be published.
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
        """Define the metrics.

        Args:
            scope: The parent construct.
            id: The id in the parent construct.
            stage: The name of the stage.
            api: The API.
            tables: The tables.
            events: The publisher and its queue.
        """
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
            # Not those of a function itself, such as for a quota: they are no lack of capacity.
            filter_pattern=logs.FilterPattern.any(
                logs.FilterPattern.all(
                    logs.FilterPattern.string_value("$.status", "=", "429"),
                    logs.FilterPattern.string_value("$.lambda_status", "!=", "200"),
                ),
                logs.FilterPattern.string_value("$.lambda_status", "=", "429"),
            ),
            dimensions={"service": "$.service"},
        ).metric(
            period=MINUTE,
            statistic="Sum",
            dimensions_map={"service": self.service},
        )
        self.failures = {
            kind: self._build_failures(kind=kind) for kind in sorted({r.kind for r in ROUTES})
        }
        self.failures_by_dialect = [self._build_failures(dialect=name) for name in DIALECTS]
        self.raced = self.build_metric("raced", statistic="Average", outcome="ok")
        self.stream_lag = events.publisher.metric("IteratorAge", period=MINUTE, statistic="Maximum")
        self.unpublished = events.unpublished.metric_approximate_number_of_messages_visible(
            period=MINUTE, statistic="Maximum"
        )

    def build_metric(self, name: str, *, statistic: str, outcome: str) -> cloudwatch.Metric:
        """Build a metric of `shared.observe`, for calls of all dialects.

        Args:
            name: The name of the metric.
            statistic: The statistic over a minute.
            outcome: The outcome of the calls.
        """
        return cloudwatch.Metric(
            namespace=NAMESPACE,
            metric_name=name,
            dimensions_map={"service": self.service, "outcome": outcome},
            statistic=statistic,
            period=MINUTE,
        )

    def _build_failures(self, **dimension: str) -> cloudwatch.Metric:
        return cloudwatch.Metric(
            namespace=NAMESPACE,
            metric_name="failures",
            dimensions_map={"service": self.service, **dimension},
            statistic="Sum",
            period=MINUTE,
        )

    def build_function_search(self, name: str, *, statistic: str) -> cloudwatch.MathExpression:
        """Build a search for a metric of all functions, whose names start with the stack's.

        Args:
            name: The name of Lambda's metric.
            statistic: The statistic over a minute.
        """
        search = f'{{AWS/Lambda,FunctionName}} MetricName="{name}" "{self.service}"'
        return cloudwatch.MathExpression(
            expression=f"SEARCH('{search}', '{statistic}')",
            using_metrics={},
            period=MINUTE,
            label="",
        )
