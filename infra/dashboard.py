"""One page for two questions: are prompts being served, and is the machinery well?"""

from collections.abc import Sequence

from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from infra.signals import MINUTE, OUTCOMES, Signals

WIDTH = 24  # of the page, in columns
HEIGHT = 6


class Dashboard(Construct):
    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        stage: str,
        signals: Signals,
        alarms: Sequence[cloudwatch.IAlarm],
    ) -> None:
        super().__init__(scope, id)
        cloudwatch.Dashboard(
            self,
            "Page",
            dashboard_name=f"cuebook-{stage}",
            period_override=cloudwatch.PeriodOverride.INHERIT,
            widgets=[
                [_title("Are prompts being served?")],
                _row(
                    _graph(
                        "Calls by outcome",
                        *(
                            signals.ours("calls", statistic="Sum", outcome=outcome).with_(
                                label=outcome
                            )
                            for outcome in OUTCOMES
                        ),
                        stacked=True,
                    ),
                    _graph("Share of calls that fail by our fault", signals.server_errors),
                    _graph("Time to answer, in ms", *signals.latencies.values()),
                    _graph("Requests, and those turned away", signals.requests, signals.throttled),
                ),
                [_title("Is the machinery well?")],
                [
                    cloudwatch.AlarmStatusWidget(
                        title="Alarms", alarms=alarms, width=WIDTH, height=3
                    )
                ],
                _row(
                    _graph(
                        "Functions: errors and throttles",
                        signals.of_functions("Errors", statistic="Sum"),
                        signals.of_functions("Throttles", statistic="Sum"),
                    ),
                    _graph(
                        "Functions: duration, p99 in ms",
                        signals.of_functions("Duration", statistic="p99"),
                    ),
                    _graph(
                        "Functions: running at once",
                        signals.of_functions("ConcurrentExecutions", statistic="Maximum"),
                    ),
                    _graph("Lost races per write", signals.raced),
                ),
                _row(
                    _graph(
                        "Tables: throttled",
                        *_of_tables(signals, "ReadThrottleEvents"),
                        *_of_tables(signals, "WriteThrottleEvents"),
                    ),
                    _graph("Tables: units read", *_of_tables(signals, "ConsumedReadCapacityUnits")),
                    _graph(
                        "Tables: units written", *_of_tables(signals, "ConsumedWriteCapacityUnits")
                    ),
                    _graph(
                        "Events: oldest in ms, unpublished",
                        signals.stream_lag,
                        right=[signals.unpublished],
                    ),
                ),
            ],
        )


def _of_tables(signals: Signals, name: str) -> list[cloudwatch.IMetric]:
    return [
        table.metric(name, statistic="Sum", period=MINUTE, label=f"{label} {name}")
        for label, table in signals.tables.items()
    ]


def _title(text: str) -> cloudwatch.IWidget:
    return cloudwatch.TextWidget(
        markdown=f"## {text}",
        width=WIDTH,
        height=1,
        background=cloudwatch.TextWidgetBackground.TRANSPARENT,
    )


def _row(*widgets: cloudwatch.GraphWidget) -> list[cloudwatch.IWidget]:
    return [*widgets]


def _graph(
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
