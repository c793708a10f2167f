"""DynamoDB, S3 and Cognito inside this process, usable by several threads.

moto simulates them. With `DYNAMODB_ENDPOINT` a DynamoDB-compatible server has the tables; because
these last longer than this process, the objects of the bucket are then stored in files.
"""

from __future__ import annotations

import os
import threading
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from botocore import UNSIGNED
from moto import mock_aws
from moto.cognitoidp.models import cognitoidp_backends
from moto.core.models import DEFAULT_ACCOUNT_ID

from infra.local.direct import connect_directly
from infra.local.moto_patches import patch_moto
from infra.project import read_version
from shared.store import aws
from shared.store.tables import TABLES, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_s3 import S3Client

REGION = "us-east-1"
BUCKET = "cuebook-content"
USER_POOL_ID = f"{REGION}_cuebook"
USER_POOL_CLIENT_ID = "cuebook"
KEY_TYPES: tuple[Literal["HASH", "RANGE"], ...] = ("HASH", "RANGE")


def build_table_name(table: Table) -> str:
    """Build the name of a table on this machine."""
    return f"cuebook-{table.name}"


def build_environment(dynamodb_endpoint: str | None = None) -> dict[str, str]:
    """Build the environment of a function, without access to any real account.

    Args:
        dynamodb_endpoint: The URL of a DynamoDB-compatible server that has the tables.
    """
    variables = {f"{table.name.upper()}_TABLE": build_table_name(table) for table in TABLES} | {
        "CONTENT_BUCKET": BUCKET,
        "USER_POOL_ID": USER_POOL_ID,
        "USER_POOL_CLIENT_ID": USER_POOL_CLIENT_ID,
        "CUEBOOK_VERSION": read_version(),
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "POWERTOOLS_SERVICE_NAME": "cuebook",
        "METRICS": "0",
    }
    if dynamodb_endpoint:
        variables["AWS_ENDPOINT_URL_DYNAMODB"] = dynamodb_endpoint
        variables["NO_PROXY"] = urlsplit(dynamodb_endpoint).hostname or ""
    return variables


def become_local(dynamodb_endpoint: str | None = None) -> None:
    """Replace the AWS variables of this process by the environment of a local function."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ.update(build_environment(dynamodb_endpoint))


@contextmanager
def simulate_aws(dynamodb_endpoint: str | None, objects: Path) -> Iterator[None]:
    """Simulate AWS for the handlers, with the tables, the bucket and the user pool.

    This must start before any client exists.

    Args:
        dynamodb_endpoint: The URL of a server that has the tables; None for tables in this process.
        objects: The folder for the objects of the bucket, used with such a server.
    """
    passthrough = ["dynamodb"] if dynamodb_endpoint else []
    with ExitStack() as stack:
        stack.enter_context(
            mock_aws(
                config={
                    "core": {
                        "mock_credentials": False,
                        "passthrough": {"services": passthrough, "urls": []},
                    }
                }
            )
        )
        stack.enter_context(patch_moto(None if dynamodb_endpoint else REGION))
        # Also makes the clients, which is not safe in several threads.
        client = aws.get_dynamodb()
        if not dynamodb_endpoint:
            # Nobody looks at signatures here.
            choice = "choose-signer.dynamodb"
            client.meta.events.register(choice, lambda **_: UNSIGNED, unique_id=choice)
            stack.enter_context(connect_directly(client))
        create_tables(client)
        aws.get_s3().create_bucket(Bucket=BUCKET)
        create_user_pool(aws.get_cognito())
        if dynamodb_endpoint:
            load_objects(aws.get_s3(), objects)
            stack.enter_context(save_objects(aws.get_s3(), objects))
        yield


def create_tables(
    client: DynamoDBClient, name_of: Callable[[Table], str] = build_table_name
) -> None:
    """Create the missing tables, without streams, which nothing consumes here.

    Args:
        client: The boto3 client of DynamoDB.
        name_of: Builds the name of a table.
    """
    pages = client.get_paginator("list_tables").paginate()
    present = {name for page in pages for name in page["TableNames"]}
    for table in TABLES:
        name = name_of(table)
        if name in present:
            continue
        attributes = [table.partition, *([table.sort] if table.sort else [])]
        client.create_table(
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[
                {"AttributeName": attribute, "AttributeType": kind}
                for attribute, kind in attributes
            ],
            KeySchema=[
                {"AttributeName": attribute, "KeyType": kind}
                for (attribute, _), kind in zip(attributes, KEY_TYPES, strict=False)
            ],
        )
        if table.expires:
            client.update_time_to_live(
                TableName=name,
                TimeToLiveSpecification={"Enabled": True, "AttributeName": table.expires},
            )


def create_user_pool(client: Any) -> None:
    """Create the user pool, with the rules of passwords that the stack has.

    Args:
        client: The boto3 client of Cognito's user pools.
    """
    pool = client.create_user_pool(
        PoolName="cuebook",
        UsernameAttributes=["email"],
        MfaConfiguration="OPTIONAL",
        Policies={
            "PasswordPolicy": {
                "MinimumLength": 8,
                "RequireUppercase": True,
                "RequireLowercase": True,
                "RequireNumbers": True,
                "RequireSymbols": True,
            }
        },
        AdminCreateUserConfig={"AllowAdminCreateUserOnly": True},
        AccountRecoverySetting={"RecoveryMechanisms": [{"Priority": 1, "Name": "verified_email"}]},
    )["UserPool"]
    app = client.create_user_pool_client(UserPoolId=pool["Id"], ClientName="functions")
    # AWS makes up the ids, but here the environment names them before they exist.
    pools = cognitoidp_backends[DEFAULT_ACCOUNT_ID][REGION].user_pools
    entry = pools[USER_POOL_ID] = pools.pop(pool["Id"])
    entry.id = USER_POOL_ID
    entry.clients[USER_POOL_CLIENT_ID] = entry.clients.pop(app["UserPoolClient"]["ClientId"])
    entry.clients[USER_POOL_CLIENT_ID].id = USER_POOL_CLIENT_ID


# -- objects in files


@contextmanager
def save_objects(client: S3Client, folder: Path) -> Iterator[None]:
    """Save each object in a file before it is stored in the bucket."""

    def save(params: Mapping[str, Any], **_: object) -> None:
        file = folder / params["Key"]
        file.parent.mkdir(parents=True, exist_ok=True)
        draft = file.with_name(f"{file.name}.{threading.get_ident()}")
        draft.write_bytes(params["Body"])
        draft.replace(file)

    client.meta.events.register("provide-client-params.s3.PutObject", save)
    try:
        yield
    finally:
        client.meta.events.unregister("provide-client-params.s3.PutObject", save)


def load_objects(client: S3Client, folder: Path) -> None:
    """Load the objects in files into the bucket."""
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            key = file.relative_to(folder).as_posix()
            client.put_object(Bucket=BUCKET, Key=key, Body=file.read_bytes())
