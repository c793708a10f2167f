"""Publishing of events: stream of the table → function → event bus."""

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.acknowledgements import acknowledge
from infra.functions import Functions
from infra.tables import Tables
from shared.routes import EVENT_PUBLISHER

BATCH = 100
# DynamoDB keeps records of a stream for 24 hours, so the function retries almost as long: if
# EventBridge fails, it fails for all records. Invalid records are put into the queue at once.
MAX_RECORD_AGE = Duration.hours(23)


class Events(Construct):
    """An event bus, on which other systems can define rules, and the function that publishes.

    The function consumes the stream of the table `prompts` and not that of `history`, because a
    stream keeps the order of writes to one item, but not of writes to several items.

    Publishing is asynchronous: calls of the API neither wait for it nor fail with it.

    Attributes:
        bus: The event bus.
        publisher: The function that publishes.
        unpublished: The queue for records that cannot be published.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        functions: Functions,
        tables: Tables,
        stage: str,
        retain: bool,
    ) -> None:
        """Define bus, function and queue.

        Args:
            scope: The parent construct.
            id: The id in the parent construct.
            functions: The construct that defines functions.
            tables: The tables, of which `prompts` has the stream.
            stage: The name of the stage.
            retain: Whether to keep the queue when the stack is deleted.
        """
        super().__init__(scope, id)
        stream = tables.by_name["prompts"].table_stream_arn
        assert stream is not None
        self.bus = events.EventBus(
            self,
            "Bus",
            event_bus_name=f"cuebook-{stage}",
            description="Events of prompts",
        )
        # No event may be lost unnoticed: records that cannot be published are stored here.
        self.unpublished = sqs.Queue(
            self,
            "Unpublished",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=Duration.days(14),
            removal_policy=RemovalPolicy.RETAIN if retain else RemovalPolicy.DESTROY,
        )
        self.publisher = functions.define(
            EVENT_PUBLISHER,
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
            # Isolates a record that crashes the function, so that the others are published.
            bisect_batch_on_function_error=True,
            function_response_types=["ReportBatchItemFailures"],
            maximum_record_age_in_seconds=MAX_RECORD_AGE.to_seconds(),
            maximum_retry_attempts=-1,
            destination_config=lambda_.CfnEventSourceMapping.DestinationConfigProperty(
                on_failure=lambda_.CfnEventSourceMapping.OnFailureProperty(
                    destination=self.unpublished.queue_arn
                )
            ),
        )
        acknowledge(
            self.unpublished,
            {"AwsSolutions-SQS3": "This is itself a dead-letter queue, which nothing consumes."},
        )
