"""The tables as they were at a second of the last 35 days, beside those that are in use."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from infra.backup import CannotBackUp
from shared.store import aws

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from shared.settings import Settings

POLL_SECONDS = 10.0


def restore(settings: Settings, at: datetime, prefix: str, tell: Callable[[str], None]) -> None:
    """Have DynamoDB restore each table to one of the same name behind a prefix, and wait.

    Nothing that is in use changes. The bucket needs no restoring: a body lies there under its hash
    and is never written over. Run again it goes on waiting.

    Raises CannotBackUp.
    """
    dynamodb = aws.dynamodb()
    for table, deployed in settings.tables.items():
        try:
            dynamodb.restore_table_to_point_in_time(
                SourceTableName=deployed,
                TargetTableName=f"{prefix}{table}",
                RestoreDateTime=at,
            )
        except ClientError as error:
            if error.response["Error"]["Code"] not in (
                "TableAlreadyExistsException",
                "ResourceInUseException",
            ):
                raise
            tell(f"{prefix}{table} is there already")
    for table in settings.tables:
        name = f"{prefix}{table}"
        while (status := dynamodb.describe_table(TableName=name)["Table"]["TableStatus"]) in (
            "CREATING",
            "UPDATING",
        ):
            tell(f"{name} is being restored")
            time.sleep(POLL_SECONDS)
        if status != "ACTIVE":
            raise CannotBackUp(f"{name} is {status.lower()}")
