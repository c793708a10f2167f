"""The bucket for bodies that are too large for a DynamoDB item."""

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.acknowledgements import acknowledge

OBJECTS = "content/*"


class Content(Construct):
    """A private bucket, whose objects have the hash of their content as name and never change.

    Attributes:
        bucket: The bucket.
    """

    def __init__(self, scope: Construct, id: str, *, retain: bool) -> None:
        """Define the bucket.

        Args:
            scope: The parent construct.
            id: The id in the parent construct.
            retain: Whether to keep the bucket when the stack is deleted.
        """
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
            # A stack for development can be deleted only after emptying the bucket. Doing that
            # automatically would need another function, which could delete every object.
            removal_policy=RemovalPolicy.RETAIN if retain else RemovalPolicy.DESTROY,
        )
        acknowledge(
            self.bucket,
            {
                "AwsSolutions-S1": "Only the functions read and write here, and each logs its "
                "requests; access logs would need a second bucket for the same information."
            },
        )
