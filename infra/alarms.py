"""Alarms, each with the first thing to do."""

from collections.abc import Iterator
from dataclasses import dataclass

from aws_cdk import Aws, Duration, RemovalPolicy
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from constructs import Construct

from infra.signals import Signals

CLOUDWATCH = "cloudwatch.amazonaws.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmRule:
    """The rule of an alarm.

    Attributes:
        name: The name of the alarm, as words with dashes between them.
        metric: The metric, with a period of one minute.
        threshold: The largest value that is acceptable.
        bad_minutes: How many of the last `minutes` must exceed the threshold to raise the alarm.
        minutes: The number of minutes that are evaluated.
        runbook: What the alarm means and what to do, in one line.
    """

    name: str
    metric: cloudwatch.Metric
    threshold: float
    bad_minutes: int
    minutes: int
    runbook: str


def list_rules(signals: Signals) -> Iterator[AlarmRule]:
    """List all alarms."""
    yield AlarmRule(
        name="server-errors",
        metric=signals.server_errors,
        threshold=0.01,
        bad_minutes=3,
        minutes=5,
        runbook="More than 1% of calls end with a 5XX status. Filter X-Ray traces by fault = true; "
        "find level ERROR in the log; if a deployment caused it, roll that back.",
    )
    yield AlarmRule(
        name="read-failures",
        metric=signals.failures["read"],
        threshold=0,
        bad_minutes=3,
        minutes=5,
        runbook="Calls that read or render end with a 5XX status in most minutes, perhaps those of "
        "one route only. "
        "The dashboard has failures by dialect, the saved query `failures` by route and team.",
    )
    yield AlarmRule(
        name="write-failures",
        metric=signals.failures["write"],
        threshold=0,
        bad_minutes=3,
        minutes=5,
        runbook="Calls that write end with a 5XX status in most minutes, perhaps those of "
        "one route only. "
        "The dashboard has failures by dialect, the saved query `failures` by route and team.",
    )
    yield AlarmRule(
        name="sign-in-failures",
        metric=signals.failures["sign-in"],
        threshold=0,
        bad_minutes=3,
        minutes=5,
        runbook="Sign-in ends with a 5XX status in most minutes: Cognito or its quota of requests, "
        "a permission, or a bug. Find level ERROR in the log, and Cognito in AWS Health; API keys "
        "and sessions that exist work on.",
    )
    yield AlarmRule(
        name="latency",
        metric=signals.latencies["p99"],
        threshold=3000,
        bad_minutes=3,
        minutes=5,
        runbook="One call in a hundred takes over 3 s. Compare function duration with table "
        "latency on the dashboard; after a deployment, cold starts cause this for a few minutes.",
    )
    yield AlarmRule(
        name="throttles",
        metric=signals.throttled,
        threshold=10,
        bad_minutes=3,
        minutes=5,
        runbook="Calls get 429. Unless it is an attack, raise requests_per_second and burst; if "
        "lambda_status in the access log is 429, raise the account's Lambda concurrency.",
    )
    yield AlarmRule(
        name="conflicts",
        metric=signals.raced,
        threshold=3,
        bad_minutes=3,
        minutes=5,
        runbook="A write loses more than three races on average, because many callers change one "
        "prompt at once. Filter the logs by raced > 3 and group them by prompt_id to find it.",
    )
    yield AlarmRule(
        name="authentication-failures",
        metric=signals.build_metric("calls", statistic="Sum", outcome="unauthorized"),
        threshold=20,
        bad_minutes=5,
        minutes=5,
        runbook="Over 20 calls a minute have no valid key: a client has a wrong key, or somebody "
        "guesses keys. The access log has route and time; -c waf=true limits calls per address.",
    )
    yield AlarmRule(
        name="stream-lag",
        metric=signals.stream_lag,
        threshold=300_000,
        bad_minutes=3,
        minutes=5,
        runbook="Events are over 5 minutes late; after 23 hours they are dropped. Look for errors "
        "in the publisher's log and check EventBridge's health; publishing resumes by itself.",
    )
    yield AlarmRule(
        name="unpublished-events",
        metric=signals.unpublished,
        threshold=0,
        bad_minutes=1,
        minutes=1,
        runbook="An event could not be published. The message in the queue has the reason and the "
        "prompt; the prompt's history has the event. Delete the message when it is resolved.",
    )


class Alarms(Construct):
    """All alarms of a deployment; missing metrics, as of an unused service, raise none.

    Attributes:
        all: The alarms.
    """

    def __init__(
        self, scope: Construct, id: str, *, stage: str, signals: Signals, email: str | None
    ) -> None:
        """Define the alarms.

        Args:
            scope: The parent construct.
            id: The id in the parent construct.
            stage: The name of the stage.
            signals: The metrics.
            email: Who is notified, by way of a topic; None for no topic.
        """
        super().__init__(scope, id)
        topic = self._create_topic(email) if email else None
        self.all = [self._create_alarm(rule, stage, topic) for rule in list_rules(signals)]

    def _create_alarm(
        self, rule: AlarmRule, stage: str, topic: sns.Topic | None
    ) -> cloudwatch.Alarm:
        alarm = cloudwatch.Alarm(
            self,
            "".join(word.capitalize() for word in rule.name.split("-")),
            alarm_name=f"cuebook-{stage}-{rule.name}",
            alarm_description=rule.runbook,
            metric=rule.metric,
            threshold=rule.threshold,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            evaluation_periods=rule.minutes,
            datapoints_to_alarm=rule.bad_minutes,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
        if topic is not None:
            alarm.add_alarm_action(actions.SnsAction(topic))
            alarm.add_ok_action(actions.SnsAction(topic))
        return alarm

    def _create_topic(self, email: str) -> sns.Topic:
        same_account = {"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}}
        # CloudWatch cannot use the key that AWS manages for SNS.
        key = kms.Key(
            self,
            "Key",
            description="Notices of alarms",
            enable_key_rotation=True,
            pending_window=Duration.days(7),
            removal_policy=RemovalPolicy.DESTROY,
        )
        key.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal(CLOUDWATCH)],
                actions=["kms:Decrypt", "kms:GenerateDataKey*"],
                resources=["*"],
                conditions=same_account,
            )
        )
        topic = sns.Topic(self, "Topic", master_key=key, enforce_ssl=True)
        # This replaces the default policy, which allows the whole account to publish.
        topic.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal(CLOUDWATCH)],
                actions=["sns:Publish"],
                resources=[topic.topic_arn],
                conditions=same_account,
            )
        )
        sns.Subscription(
            self,
            "Email",
            topic=topic,
            protocol=sns.SubscriptionProtocol.EMAIL,
            endpoint=email,
        )
        return topic
