"""The DynamoDB tables, as `shared.store.tables` defines them."""

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
    """Tables with on-demand capacity and encryption, restorable to any second of 35 days.

    CloudFormation chooses their names, so that a replacement can exist beside the original.

    Attributes:
        by_name: The tables by their name in code.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        tables: Iterable[Table],
        replica_region: str | None,
        retain: bool,
    ) -> None:
        """Define the tables.

        Args:
            scope: The parent construct.
            id: The id in the parent construct.
            tables: The tables as data.
            replica_region: The region of a replica of each table, which lags by seconds; None for
                no replica. Adding or removing one later does not replace the tables.
            retain: Whether to keep the tables when the stack is deleted.
        """
        super().__init__(scope, id)
        self.by_name: Mapping[str, dynamodb.TableV2] = {
            table.name: self._create_table(table, replica_region=replica_region, retain=retain)
            for table in tables
        }

    def _create_table(
        self, table: Table, *, replica_region: str | None, retain: bool
    ) -> dynamodb.TableV2:
        optional: dict[str, Any] = {}
        if table.sort:
            optional["sort_key"] = _build_attribute(*table.sort)
        if table.expires:
            optional["time_to_live_attribute"] = table.expires
        if table.streams or replica_region:
            # Replicas need both images, and changing the type would replace the stream.
            optional["dynamo_stream"] = dynamodb.StreamViewType.NEW_AND_OLD_IMAGES
        resource = dynamodb.TableV2(
            self,
            table.name.capitalize(),
            partition_key=_build_attribute(*table.partition),
            billing=dynamodb.Billing.on_demand(),
            encryption=dynamodb.TableEncryptionV2.aws_managed_key(),
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            deletion_protection=retain,
            removal_policy=RemovalPolicy.RETAIN if retain else RemovalPolicy.DESTROY,
            **optional,
        )
        if replica_region:
            _replicate(resource, replica_region, retain=retain)
        return resource


def _replicate(table: dynamodb.TableV2, region: str, *, retain: bool) -> None:
    """Add a replica with the table's protection.

    The CDK supports replicas only in stacks whose region is known at synthesis.
    """
    resource = table.node.default_child
    assert isinstance(resource, CfnResource)
    replica = {
        "Region": region,
        "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
        "DeletionProtectionEnabled": retain,
    }
    resource.add_property_override("Replicas.1", replica)  # the table itself is number 0


def _build_attribute(name: str, kind: AttributeType) -> dynamodb.Attribute:
    return dynamodb.Attribute(name=name, type=TYPES[kind])
