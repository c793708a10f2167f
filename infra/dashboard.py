"""The dashboard: how calls end and how long they take, and the state of the resources."""

from collections.abc import Sequence

from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from infra.signals import MINUTE, OUTCOMES, Signals

WIDTH = 24  # columns of a dashboard
HEIGHT = 6


class Dashboard(Construct):
    """The dashboard."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        stage: str,
        signals: Signals,
        alarms: Sequence[cloudwatch.IAlarm],
    ) -> None:
        """Define the dashboard.

        Args:
            scope: The parent construct.
            id: The id in the parent construct.
            stage: The name of the stage.
            signals: The metrics.
            alarms: The alarms whose state is shown.
        """
        super().__init__(scope, id)
        cloudwatch.Dashboard(
            self,
            "Page",
            dashboard_name=f"cuebook-{stage}",
            period_override=cloudwatch.PeriodOverride.INHERIT,
            widgets=[
                [_build_title("Are prompts being served?")],
                _build_row(
                    _build_graph(
                        "Calls by outcome",
                        *(
                            signals.build_metric("calls", statistic="Sum", outcome=outcome).with_(
                                label=outcome
                            )
                            for outcome in OUTCOMES
                        ),
                        stacked=True,
                    ),
                    _build_graph(
                        "Status 5XX: share of calls; right: failures by kind and dialect",
                        signals.server_errors,
                        right=[*signals.failures.values(), *signals.failures_by_dialect],
                    ),
                    _build_graph("Latency, in ms", *signals.latencies.values()),
                    _build_graph(
                        "Requests, and those throttled", signals.requests, signals.throttled
                    ),
                ),
                [_build_title("Are the resources healthy?")],
                [
                    cloudwatch.AlarmStatusWidget(
                        title="Alarms", alarms=alarms, width=WIDTH, height=3
                    )
                ],
                _build_row(
                    _build_graph(
                        "Functions: errors and throttles",
                        signals.build_function_search("Errors", statistic="Sum"),
                        signals.build_function_search("Throttles", statistic="Sum"),
                    ),
                    _build_graph(
                        "Functions: duration, p99 in ms",
                        signals.build_function_search("Duration", statistic="p99"),
                    ),
                    _build_graph(
                        "Functions: concurrent executions",
                        signals.build_function_search("ConcurrentExecutions", statistic="Maximum"),
                    ),
                    _build_graph("Lost races per write", signals.raced),
                ),
                _build_row(
                    _build_graph(
                        "Tables: throttled",
                        *_list_table_metrics(signals, "ReadThrottleEvents"),
                        *_list_table_metrics(signals, "WriteThrottleEvents"),
                    ),
                    _build_graph(
                        "Tables: units read",
                        *_list_table_metrics(signals, "ConsumedReadCapacityUnits"),
                    ),
                    _build_graph(
                        "Tables: units written",
                        *_list_table_metrics(signals, "ConsumedWriteCapacityUnits"),
                    ),
                    _build_graph(
                        "Events: age of the oldest in ms, unpublished",
                        signals.stream_lag,
                        right=[signals.unpublished],
                    ),
                ),
            ],
        )


def _list_table_metrics(signals: Signals, name: str) -> list[cloudwatch.IMetric]:
    return [
        table.metric(name, statistic="Sum", period=MINUTE, label=f"{label} {name}")
        for label, table in signals.tables.items()
    ]


def _build_title(text: str) -> cloudwatch.IWidget:
    return cloudwatch.TextWidget(
        markdown=f"## {text}",
        width=WIDTH,
        height=1,
        background=cloudwatch.TextWidgetBackground.TRANSPARENT,
    )


def _build_row(*widgets: cloudwatch.GraphWidget) -> list[cloudwatch.IWidget]:
    return [*widgets]


def _build_graph(
    title: str,
    *metrics: cloudwatch.IMetric,
    stacked: bool = False,
    right: Sequence[cloudwatch.IMetric] = (),
) -> cloudwatch.GraphWidget:
    return cloudwatch.GraphWidget(
        title=title,
        left=[*metrics],
        right=[*right],
        stacked=stacked,
        left_y_axis=cloudwatch.YAxisProps(min=0, show_units=False),
        width=WIDTH // 4,
        height=HEIGHT,
    )
