"""The DynamoDB tables, exactly as `shared.store.tables` states them."""

from collections.abc import Iterable, Mapping
from typing import Any

from aws_cdk import CfnResource, RemovalPolicy
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

    Args:
        replica_region: where each table has a copy that follows within seconds, if it is to have
            one. To add or to remove one later replaces nothing.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        tables: Iterable[Table],
        replica_region: str | None,
        retained: bool,
    ) -> None:
        super().__init__(scope, id)
        self.by_name: Mapping[str, dynamodb.TableV2] = {
            table.name: self._table(table, replica_region=replica_region, retained=retained)
            for table in tables
        }

    def _table(
        self, table: Table, *, replica_region: str | None, retained: bool
    ) -> dynamodb.TableV2:
        optional: dict[str, Any] = {}
        if table.sort:
            optional["sort_key"] = _attribute(*table.sort)
        if table.expires:
            optional["time_to_live_attribute"] = table.expires
        if table.streams or replica_region:
            # Replication takes both images, and changing this would start another stream.
            optional["dynamo_stream"] = dynamodb.StreamViewType.NEW_AND_OLD_IMAGES
        deployed = dynamodb.TableV2(
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
        if replica_region:
            _replicate(deployed, replica_region, retained=retained)
        return deployed


def _replicate(table: dynamodb.TableV2, region: str, *, retained: bool) -> None:
    """Give a table a copy, protected like itself.

    The construct would do so only for a stack whose region is known when it is synthesised.
    """
    resource = table.node.default_child
    assert isinstance(resource, CfnResource)
    copy = {
        "Region": region,
        "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
        "DeletionProtectionEnabled": retained,
    }
    resource.add_property_override("Replicas.1", copy)  # the table itself is number 0


def _attribute(name: str, kind: AttributeType) -> dynamodb.Attribute:
    return dynamodb.Attribute(name=name, type=TYPES[kind])
