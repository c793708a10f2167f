"""Changes of prompts, published: table stream → function → event bus."""

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.acknowledgements import acknowledge
from infra.functions import Functions
from infra.tables import Tables
from shared.routes import CONSUMERS

BATCH = 100
# DynamoDB keeps a stream's records for 24 hours. Until they are nearly gone nothing is given up:
# what fails is EventBridge, and then it fails for all. A record at fault is set aside at once.
LONGEST_TRY = Duration.hours(23)


class Events(Construct):
    """A bus of its own, which owners of other systems write their rules on.

    It reads the prompts' own table, although the history says the same: a stream keeps the order in
    which one item was written, but not that of the several items of a transaction.

    Publishing happens after the fact: no call of the API waits for it, or fails with it.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        functions: Functions,
        tables: Tables,
        stage: str,
        retained: bool,
    ) -> None:
        super().__init__(scope, id)
        stream = tables.by_name["prompts"].table_stream_arn
        assert stream is not None
        self.bus = events.EventBus(
            self,
            "Bus",
            event_bus_name=f"cuebook-{stage}",
            description="What happens to prompts",
        )
        # Of a prompt's changes not one may be lost in silence: what cannot be published waits here.
        self.unpublished = sqs.Queue(
            self,
            "Unpublished",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=Duration.days(14),
            removal_policy=RemovalPolicy.RETAIN if retained else RemovalPolicy.DESTROY,
        )
        (publisher,) = CONSUMERS
        self.publisher = functions.define(
            publisher,
            description="Publishes changes of prompts on the event bus",
            statements=[
                iam.PolicyStatement(
                    actions=[
                        "dynamodb:DescribeStream",
                        "dynamodb:GetRecords",
                        "dynamodb:GetShardIterator",
                    ],
                    resources=[stream],
                ),
                iam.PolicyStatement(actions=["dynamodb:ListStreams"], resources=["*"]),
                iam.PolicyStatement(
                    actions=["events:PutEvents"], resources=[self.bus.event_bus_arn]
                ),
                iam.PolicyStatement(
                    actions=["sqs:SendMessage"], resources=[self.unpublished.queue_arn]
                ),
            ],
            environment={
                "EVENT_BUS": self.bus.event_bus_name,
                "UNPUBLISHED_QUEUE": self.unpublished.queue_url,
            },
        )
        lambda_.CfnEventSourceMapping(
            self,
            "Stream",
            event_source_arn=stream,
            function_name=self.publisher.function_name,
            starting_position="TRIM_HORIZON",
            batch_size=BATCH,
            # A record that kills the function is found by halves, and its neighbours go through.
            bisect_batch_on_function_error=True,
            function_response_types=["ReportBatchItemFailures"],
            maximum_record_age_in_seconds=LONGEST_TRY.to_seconds(),
            maximum_retry_attempts=-1,
            destination_config=lambda_.CfnEventSourceMapping.DestinationConfigProperty(
                on_failure=lambda_.CfnEventSourceMapping.OnFailureProperty(
                    destination=self.unpublished.queue_arn
                )
            ),
        )
        acknowledge(
            self.unpublished,
            {"AwsSolutions-SQS3": "This is the queue of what failed elsewhere; nothing reads it."},
        )
