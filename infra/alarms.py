"""What wakes somebody up, each with the first thing to do."""

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
class Watch:
    """One alarm.

    Args:
        above: the value that is still fine.
        minutes: of the last so many, `bad` are above it when the alarm goes off.
        runbook: what it means and what to do, in one line.
    """

    name: str
    signal: cloudwatch.Metric
    above: float
    bad: int
    minutes: int
    runbook: str


def watches(signals: Signals) -> Iterator[Watch]:
    yield Watch(
        name="server-errors",
        signal=signals.server_errors,
        above=0.01,
        bad=3,
        minutes=5,
        runbook="More than 1% of calls fail by our fault. Filter X-Ray traces by fault = true; in "
        "the function's log look for level ERROR; if it began with a deployment, take that back.",
    )
    yield Watch(
        name="latency",
        signal=signals.latencies["p99"],
        above=3000,
        bad=3,
        minutes=5,
        runbook="One call in a hundred takes over 3 s. Compare function duration with table "
        "latency on the dashboard; cold starts alone pass within minutes of a deployment.",
    )
    yield Watch(
        name="throttles",
        signal=signals.throttled,
        above=10,
        bad=3,
        minutes=5,
        runbook="Calls are turned away with 429. Unless it is a flood, raise requests_per_second "
        "and burst; if lambda_status in the access log is 429, the account's Lambda concurrency.",
    )
    yield Watch(
        name="conflicts",
        signal=signals.raced,
        above=3,
        bad=3,
        minutes=5,
        runbook="A write is beaten by others more than three times on average. Many writers "
        "change one prompt at once: in the logs filter by raced > 3, group by prompt_id.",
    )
    yield Watch(
        name="authentication-failures",
        signal=signals.ours("calls", statistic="Sum", outcome="unauthorized"),
        above=20,
        bad=5,
        minutes=5,
        runbook="Over 20 calls a minute carry no valid key: a client has lost its own, or somebody "
        "tries some. The access log tells route and time; -c waf=true slows down an address.",
    )
    yield Watch(
        name="stream-lag",
        signal=signals.stream_lag,
        above=300_000,
        bad=3,
        minutes=5,
        runbook="Events wait for more than 5 minutes; after 23 hours they are given up. Look for "
        "errors in the publisher's log and at the health of EventBridge; it catches up by itself.",
    )
    yield Watch(
        name="unpublished-events",
        signal=signals.unpublished,
        above=0,
        bad=1,
        minutes=1,
        runbook="An event could not be published. Read the queue's message for the reason and the "
        "prompt; the prompt's history has the event. Delete the message when it is dealt with.",
    )


class Alarms(Construct):
    """Silence is fine: a service that nobody calls sends no metrics.

    Args:
        email: who is told; the topic is there for others too. Without it alarms are only seen.
    """

    def __init__(
        self, scope: Construct, id: str, *, stage: str, signals: Signals, email: str | None
    ) -> None:
        super().__init__(scope, id)
        topic = self._topic(email) if email else None
        self.all = [self._alarm(watch, stage, topic) for watch in watches(signals)]

    def _alarm(self, watch: Watch, stage: str, topic: sns.Topic | None) -> cloudwatch.Alarm:
        alarm = cloudwatch.Alarm(
            self,
            "".join(word.capitalize() for word in watch.name.split("-")),
            alarm_name=f"cuebook-{stage}-{watch.name}",
            alarm_description=watch.runbook,
            metric=watch.signal,
            threshold=watch.above,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            evaluation_periods=watch.minutes,
            datapoints_to_alarm=watch.bad,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
        if topic is not None:
            alarm.add_alarm_action(actions.SnsAction(topic))
            alarm.add_ok_action(actions.SnsAction(topic))
        return alarm

    def _topic(self, email: str) -> sns.Topic:
        ours = {"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}}
        # CloudWatch may not use the key that AWS manages for SNS.
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
                conditions=ours,
            )
        )
        topic = sns.Topic(self, "Topic", master_key=key, enforce_ssl=True)
        # A policy of its own takes the place of the one that lets in all of the account.
        topic.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal(CLOUDWATCH)],
                actions=["sns:Publish"],
                resources=[topic.topic_arn],
                conditions=ours,
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
