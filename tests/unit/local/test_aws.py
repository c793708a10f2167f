"""What the local server changes about moto keeps moto's promises."""

import copy
import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.responses import DynamoHandler

from infra.local import aws, moto_patches
from shared.settings import Settings
from shared.store.tables import TABLES


@pytest.fixture
def client() -> Iterator[Any]:
    with mock_aws(), moto_patches.patch_moto(aws.REGION):
        client = boto3.client("dynamodb", region_name=aws.REGION)
        aws.create_tables(client)
        yield client


def build_version(number: int, **values: str) -> dict[str, Any]:
    item = {"prompt_id": {"S": "p"}, "version": {"N": str(number)}}
    return item | {name: {"S": text} for name, text in values.items()}


def read_everything(client: Any) -> dict[str, list[Any]]:
    tables = [aws.build_table_name(table) for table in TABLES]
    return {name: client.scan(TableName=name)["Items"] for name in tables}


def get_items(table: str) -> Any:
    return dynamodb_backends[DEFAULT_ACCOUNT_ID][aws.REGION].tables[table].items


def test_operations_come_one_after_the_other(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Moto's checks and writes are not atomic."""
    call, running, most = DynamoHandler.call_action, [0], [0]

    def call_action(self: DynamoHandler) -> Any:
        running[0] += 1
        most[0] = max(most[0], running[0])
        time.sleep(0.002)  # lets the other threads come in, if they can
        try:
            return call(self)
        finally:
            running[0] -= 1

    monkeypatch.setattr(DynamoHandler, "call_action", call_action)
    key = build_version(1)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: client.get_item(TableName="cuebook-versions", Key=key), range(20)))

    assert most == [1]


def build_failing_check(**condition: Any) -> dict[str, Any]:
    return {
        "ConditionCheck": {
            "TableName": "cuebook-prompts",
            "Key": {"prompt_id": {"S": "absent"}},
            "ConditionExpression": "attribute_exists(prompt_id)",
            **condition,
        }
    }


def test_settings_are_read_from_the_local_environment() -> None:
    settings = Settings.load(aws.build_environment())

    assert settings.content_bucket == aws.BUCKET
    assert settings.prompts_table == "cuebook-prompts"


def test_becoming_local_drops_the_profile_and_the_credentials(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = dict(os.environ) | {"AWS_PROFILE": "work", "AWS_SESSION_TOKEN": "real"}
    monkeypatch.setattr(os, "environ", before)

    aws.become_local("http://127.0.0.1:9")

    assert "AWS_PROFILE" not in before
    assert "AWS_SESSION_TOKEN" not in before
    assert before["AWS_ACCESS_KEY_ID"] == "local"
    assert before["AWS_ENDPOINT_URL_DYNAMODB"] == "http://127.0.0.1:9"


def test_tables_are_made_as_the_data_says_and_only_once(client: Any) -> None:
    aws.create_tables(client)

    for table in TABLES:
        description = client.describe_table(TableName=aws.build_table_name(table))["Table"]
        expected = [table.partition[0], *([table.sort[0]] if table.sort else [])]
        assert [key["AttributeName"] for key in description["KeySchema"]] == expected
    ttl = client.describe_time_to_live(TableName="cuebook-lookups")["TimeToLiveDescription"]
    assert ttl["AttributeName"] == "expires_at"


def test_failed_transaction_leaves_everything_as_it_was(client: Any) -> None:
    client.put_item(TableName="cuebook-versions", Item=build_version(1, text="old"))
    client.put_item(TableName="cuebook-versions", Item=build_version(2, text="old"))
    client.put_item(TableName="cuebook-versions", Item=build_version(3, text="old"))
    client.put_item(TableName="cuebook-lookups", Item={"key": {"S": "name"}})
    before = read_everything(client)

    with pytest.raises(ClientError, match="ConditionalCheckFailed"):
        client.transact_write_items(
            TransactItems=[
                {"Put": {"TableName": "cuebook-versions", "Item": build_version(1, text="new")}},
                {"Put": {"TableName": "cuebook-versions", "Item": build_version(4, text="new")}},
                {
                    "Update": {
                        "TableName": "cuebook-versions",
                        "Key": build_version(2),
                        "UpdateExpression": "SET #t = :t, added = :t",
                        "ExpressionAttributeNames": {"#t": "text"},
                        "ExpressionAttributeValues": {":t": {"S": "new"}},
                    }
                },
                {
                    "Update": {
                        "TableName": "cuebook-versions",
                        "Key": build_version(5),
                        "UpdateExpression": "SET added = :t",
                        "ExpressionAttributeValues": {":t": {"S": "new"}},
                    }
                },
                {"Delete": {"TableName": "cuebook-versions", "Key": build_version(3)}},
                {"Delete": {"TableName": "cuebook-lookups", "Key": {"key": {"S": "name"}}}},
                build_failing_check(),
            ]
        )

    assert read_everything(client) == before


def test_refused_transaction_leaves_everything_as_it_was(client: Any) -> None:
    put = {"Put": {"TableName": "cuebook-versions", "Item": build_version(1)}}
    before = read_everything(client)

    with pytest.raises(ClientError, match="multiple operations on one item"):
        client.transact_write_items(TransactItems=[put, put])

    assert read_everything(client) == before


def test_successful_transaction_is_carried_out(client: Any) -> None:
    client.put_item(TableName="cuebook-lookups", Item={"key": {"S": "name"}})

    client.transact_write_items(
        TransactItems=[
            {"Put": {"TableName": "cuebook-versions", "Item": build_version(1, text="new")}},
            {"Delete": {"TableName": "cuebook-lookups", "Key": {"key": {"S": "name"}}}},
        ]
    )

    assert read_everything(client)["cuebook-versions"] == [build_version(1, text="new")]
    assert read_everything(client)["cuebook-lookups"] == []


def test_failed_condition_still_returns_the_item_that_stood_there(client: Any) -> None:
    client.put_item(TableName="cuebook-versions", Item=build_version(1, text="old"))

    with pytest.raises(ClientError) as failed:
        client.transact_write_items(
            TransactItems=[
                {
                    "Put": {
                        "TableName": "cuebook-versions",
                        "Item": build_version(1, text="new"),
                        "ConditionExpression": "attribute_not_exists(prompt_id)",
                        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
                    }
                }
            ]
        )

    reasons: Any = failed.value.response["CancellationReasons"]
    assert reasons[0]["Item"] == build_version(1, text="old")


def test_transaction_does_not_copy_the_table(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    copied: list[object] = []
    monkeypatch.setattr(copy, "deepcopy", lambda thing, memo=None: copied.append(thing))
    for number in range(20):
        client.put_item(TableName="cuebook-versions", Item=build_version(number))
    copied.clear()

    with pytest.raises(ClientError):
        client.transact_write_items(
            TransactItems=[
                {"Put": {"TableName": "cuebook-versions", "Item": build_version(20)}},
                build_failing_check(),
            ]
        )

    assert len(copied) <= 2  # two tables are asked for a copy of themselves


def test_an_update_leaves_the_item_that_it_replaces_as_it_was(client: Any) -> None:
    client.put_item(TableName="cuebook-versions", Item=build_version(1, text="old"))
    (partition,) = get_items("cuebook-versions").values()
    (item,) = partition.values()
    attributes = copy.deepcopy(item.attrs)
    change = {
        "TableName": "cuebook-versions",
        "Key": build_version(1),
        "UpdateExpression": "SET #t = :t, added = :t",
        "ExpressionAttributeNames": {"#t": "text"},
        "ExpressionAttributeValues": {":t": {"S": "new"}},
    }

    client.update_item(**change)
    client.transact_write_items(TransactItems=[{"Update": change}])

    assert item.attrs == attributes
    (after,) = read_everything(client)["cuebook-versions"]
    assert after == build_version(1, text="new", added="new")


def test_objects_outlive_the_bucket(tmp_path: Path) -> None:
    with mock_aws():
        client = boto3.client("s3", region_name=aws.REGION)
        client.create_bucket(Bucket=aws.BUCKET)
        with aws.save_objects(client, tmp_path):
            client.put_object(Bucket=aws.BUCKET, Key="content/abc", Body=b"body")
    with mock_aws():
        client = boto3.client("s3", region_name=aws.REGION)
        client.create_bucket(Bucket=aws.BUCKET)

        aws.load_objects(client, tmp_path)

        body = client.get_object(Bucket=aws.BUCKET, Key="content/abc")["Body"].read()
    assert body == b"body"
    assert [file.name for file in (tmp_path / "content").iterdir()] == ["abc"]
