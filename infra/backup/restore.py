"""Restoration of tables to a second of the last 35 days, beside those that are in use."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from infra.backup.errors import BackupError
from shared.store import aws

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from shared.settings import Settings

POLL_SECONDS = 10.0


def restore_tables(
    settings: Settings, at: datetime, prefix: str, report: Callable[[str], None]
) -> None:
    """Restore each table to a new one whose name has a prefix, and wait for it.

    This changes nothing that is in use. The bucket needs no restoration, because objects have the
    hash of their body as name and are never overwritten. Run again, it continues to wait.

    Args:
        settings: The settings of the deployment.
        at: The time to restore.
        prefix: The prefix of the names of the new tables.
        report: Called with a line for each step.

    Raises:
        BackupError: DynamoDB has failed to restore a table.
    """
    dynamodb = aws.get_dynamodb()
    for table, source in settings.tables.items():
        try:
            dynamodb.restore_table_to_point_in_time(
                SourceTableName=source,
                TargetTableName=f"{prefix}{table}",
                RestoreDateTime=at,
            )
        except ClientError as error:
            if error.response["Error"]["Code"] not in (
                "TableAlreadyExistsException",
                "ResourceInUseException",
            ):
                raise
            report(f"{prefix}{table} exists already")
    for table in settings.tables:
        name = f"{prefix}{table}"
        while (status := dynamodb.describe_table(TableName=name)["Table"]["TableStatus"]) in (
            "CREATING",
            "UPDATING",
        ):
            report(f"{name} is being restored")
            time.sleep(POLL_SECONDS)
        if status != "ACTIVE":
            raise BackupError(
                f"{name} was not restored: its status is {status.lower()}; delete it and try again"
            )
