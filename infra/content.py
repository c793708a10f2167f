"""The bucket of the bodies that do not fit into a DynamoDB item."""

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.acknowledgements import acknowledge

OBJECTS = "content/*"


class Content(Construct):
    """A private bucket; its objects are named by the hash of what they hold, and never change."""

    def __init__(self, scope: Construct, id: str, *, retained: bool) -> None:
        super().__init__(scope, id)
        self.bucket = s3.Bucket(
            self,
            "Bucket",
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            versioned=True,
            lifecycle_rules=[
                s3.LifecycleRule(
                    abort_incomplete_multipart_upload_after=Duration.days(1),
                    noncurrent_version_expiration=Duration.days(30),
                )
            ],
            # A development stack is deleted with its bucket only once that has been emptied: doing
            # it unasked would take one more function, which could delete every object.
            removal_policy=RemovalPolicy.RETAIN if retained else RemovalPolicy.DESTROY,
        )
        acknowledge(
            self.bucket,
            {
                "AwsSolutions-S1": "Only our functions can read or write here, and each logs its "
                "request; access logs would need a second bucket to say it again."
            },
        )
