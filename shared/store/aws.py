"""The AWS clients, and the translation of AWS errors to problems."""

from __future__ import annotations

from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from shared.problems import Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_s3 import S3Client

# Short timeouts and few attempts: API Gateway gives up after 29 s, and most callers earlier.
CONFIG = Config(
    connect_timeout=2,
    read_timeout=6,
    retries={"mode": "standard", "total_max_attempts": 4},
    max_pool_connections=64,
)
BUSY = frozenset(
    {
        "InternalServerError",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ServiceUnavailable",
        "SlowDown",
        "ThrottlingException",
        "TransactionInProgressException",
    }
)


@cache
def get_dynamodb() -> DynamoDBClient:
    """Get the DynamoDB client."""
    client: DynamoDBClient = boto3.client("dynamodb", config=CONFIG)
    return client


@cache
def get_s3() -> S3Client:
    """Get the S3 client."""
    client: S3Client = boto3.client("s3", config=CONFIG)
    return client


@cache
def get_eventbridge() -> Any:  # a single call does not justify another package of type stubs
    """Get the EventBridge client."""
    return boto3.client("events", config=CONFIG)


@cache
def get_sqs() -> Any:  # the same
    """Get the SQS client."""
    return boto3.client("sqs", config=CONFIG)


@contextmanager
def translate_errors() -> Iterator[None]:
    """Translate temporary AWS errors to `Unavailable`.

    Every other AWS error is a bug of this project: it is raised unchanged and logged as a bug.

    Raises:
        Unavailable: AWS is busy or cannot be reached; `__cause__` is the AWS error.
    """
    try:
        yield
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") in BUSY:
            raise Unavailable(retry_after=1) from error
        raise
    except BotoCoreError as error:
        raise Unavailable(retry_after=1) from error
