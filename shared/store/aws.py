"""The AWS clients, and the one place where an AWS error becomes one of ours."""

from __future__ import annotations

from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from shared.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_s3 import S3Client

# Short waits and few tries: API Gateway gives up on us after 29 s, and callers long before.
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
def dynamodb() -> DynamoDBClient:
    client: DynamoDBClient = boto3.client("dynamodb", config=CONFIG)
    return client


@cache
def s3() -> S3Client:
    client: S3Client = boto3.client("s3", config=CONFIG)
    return client


@cache
def eventbridge() -> Any:  # one call of it is ours: not worth a package of types
    return boto3.client("events", config=CONFIG)


@cache
def sqs() -> Any:  # likewise
    return boto3.client("sqs", config=CONFIG)


@contextmanager
def translated() -> Iterator[None]:
    """Raises Unavailable, with the AWS error as its cause, when AWS cannot serve us just now.

    Any other AWS error is a fault of ours and passes through, to be logged as one.
    """
    try:
        yield
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") in BUSY:
            raise Unavailable(retry_after=1) from error
        raise
    except BotoCoreError as error:
        raise Unavailable(retry_after=1) from error
