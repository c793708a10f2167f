"""The DynamoDB tables, exactly as `shared.store.tables` states them."""

from collections.abc import Iterable, Mapping
from typing import Any

from aws_cdk import RemovalPolicy
from aws_cdk import aws_dynamodb as dynamodb
from constructs import Construct

from shared.store.tables import AttributeType, Table

TYPES: Mapping[AttributeType, dynamodb.AttributeType] = {
    "S": dynamodb.AttributeType.STRING,
    "N": dynamodb.AttributeType.NUMBER,
}


class Tables(Construct):
    """Tables on demand, encrypted, and restorable to any second of the last 35 days.

    CloudFormation names them, so that a table can be replaced or restored beside its predecessor.
    """

    def __init__(
        self, scope: Construct, id: str, *, tables: Iterable[Table], retained: bool
    ) -> None:
        super().__init__(scope, id)
        self.by_name: Mapping[str, dynamodb.ITableV2] = {
            table.name: self._table(table, retained=retained) for table in tables
        }

    def _table(self, table: Table, *, retained: bool) -> dynamodb.TableV2:
        optional: dict[str, Any] = {}
        if table.sort:
            optional["sort_key"] = _attribute(*table.sort)
        if table.expires:
            optional["time_to_live_attribute"] = table.expires
        if table.streams:
            # Readers of a stream want what is now; what was lies in the history.
            optional["dynamo_stream"] = dynamodb.StreamViewType.NEW_IMAGE
        return dynamodb.TableV2(
            self,
            table.name.capitalize(),
            partition_key=_attribute(*table.partition),
            billing=dynamodb.Billing.on_demand(),
            encryption=dynamodb.TableEncryptionV2.aws_managed_key(),
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            deletion_protection=retained,
            removal_policy=RemovalPolicy.RETAIN if retained else RemovalPolicy.DESTROY,
            **optional,
        )


def _attribute(name: str, kind: AttributeType) -> dynamodb.Attribute:
    return dynamodb.Attribute(name=name, type=TYPES[kind])
