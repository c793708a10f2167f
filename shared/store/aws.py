"""The AWS clients, and the translation of AWS errors to problems."""

from __future__ import annotations

from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import get_session

from shared import observe
from shared.deadline import get_deadline
from shared.problems import Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_s3 import S3Client

CONNECT_SECONDS = 0.5
READ_SECONDS = 1.5  # an item has at most 400 KB
ATTEMPT_SECONDS = CONNECT_SECONDS + READ_SECONDS
PAUSE_HEADER = "x-amz-retry-after"  # botocore adds up to 5 seconds to its pause for it
CONFIG = Config(
    connect_timeout=CONNECT_SECONDS,
    read_timeout=READ_SECONDS,
    retries={"mode": "standard", "total_max_attempts": 4},
    max_pool_connections=64,
    # DynamoDB validates its parameters too; and the default user agent is built for each request.
    parameter_validation=False,
    user_agent="cuebook",
)
LOG_CONFIG = CONFIG.merge(Config(read_timeout=15))  # CloudWatch reads a megabyte for each page
BUSY = frozenset(
    {
        "InternalServerError",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ServiceUnavailable",
        "InternalErrorException",  # the next two are Cognito's
        "TooManyRequestsException",
        "SlowDown",
        "ThrottlingException",
        "TransactionInProgressException",
    }
)


@cache
def get_dynamodb() -> DynamoDBClient:
    """Get the DynamoDB client."""
    client: DynamoDBClient = _create_client("dynamodb")
    return client


@cache
def get_s3() -> S3Client:
    """Get the S3 client."""
    client: S3Client = _create_client("s3")
    return client


@cache
def get_eventbridge() -> Any:  # a single call does not justify another package of type stubs
    """Get the EventBridge client."""
    return _create_client("events")


@cache
def get_sqs() -> Any:  # the same
    """Get the SQS client."""
    return _create_client("sqs")


@cache
def get_cognito() -> Any:  # the same
    """Get the client of Cognito's user pools, which only sign-in and invitations need."""
    return _create_client("cognito-idp")


@cache
def get_logs() -> Any:  # the same
    """Get the client of CloudWatch's logs, which one function reads, for which nobody waits."""
    return _create_client("logs", LOG_CONFIG)


def _create_client(service: Any, config: Config = CONFIG) -> Any:
    """Create a client whose attempts keep to the deadline of the call, and which is traced.

    It comes from botocore, because boto3 adds to a start what transfers large files with threads
    and processes, and nothing to a client.
    """
    client: Any = get_session().create_client(service, config=config)
    observe.trace_client(client)
    # Handlers of an event of one service are called before those of the event of all services.
    name = client.meta.service_model.service_id.hyphenize()
    client.meta.events.register_first(f"request-created.{name}", _require_time)
    client.meta.events.register_first(f"needs-retry.{name}", _stop_retries)
    return client


def _require_time(**_: object) -> None:
    """Let no attempt begin that could end after the deadline."""
    if not get_deadline().allows(ATTEMPT_SECONDS):
        raise Unavailable(retry_after=1)


def _stop_retries(attempts: int, response: Any, **_: object) -> bool | None:
    """Let botocore not pause where there is no time for another attempt.

    Returns:
        False for no other attempt; None to let botocore decide.
    """
    longest_pause = 2.0 ** (attempts - 1)  # botocore's, when it is throttled
    if response is not None and PAUSE_HEADER in response[0].headers:
        longest_pause += 5
    return None if get_deadline().allows(longest_pause + ATTEMPT_SECONDS) else False


@contextmanager
def translate_errors() -> Iterator[None]:
    """Translate temporary AWS errors to `Unavailable`.

    Every other AWS error is a bug of this project: it is raised unchanged and logged as a bug.

    Raises:
        Unavailable: AWS is busy or cannot be reached, and `__cause__` is the AWS error; or the time
            of the call is up.
    """
    deadline = get_deadline()
    deadline.note_request()
    try:
        yield
        deadline.note_response()
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") in BUSY:
            raise Unavailable(retry_after=1) from error
        deadline.note_response()
        raise
    except BotoCoreError as error:
        raise Unavailable(retry_after=1) from error
