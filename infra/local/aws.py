"""DynamoDB, S3 and Cognito inside this process, usable by several threads.

moto simulates them. With `DYNAMODB_ENDPOINT` a DynamoDB-compatible server has the tables; because
these last longer than this process, the objects of the bucket are then stored in files.
"""

from __future__ import annotations

import copy
import os
import threading
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from moto import mock_aws
from moto.cognitoidp.models import CognitoIdpBackend, CognitoIdpUser, cognitoidp_backends
from moto.core.models import DEFAULT_ACCOUNT_ID, botocore_stubber
from moto.core.serialize import JSONSerializer
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.models.table import Table as MotoTable

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
        "POWERTOOLS_METRICS_DISABLED": "true",
        "POWERTOOLS_TRACE_DISABLED": "true",
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
        stack.enter_context(serialize_calls())
        stack.enter_context(patch_transactions())
        stack.enter_context(patch_responses())
        stack.enter_context(patch_invitations())
        # Also makes the clients, which is not safe in several threads.
        create_tables(aws.get_dynamodb())
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


# -- moto under threads


@contextmanager
def replace_attribute(owner: object, name: str, value: object) -> Iterator[None]:
    """Replace an attribute of a foreign object temporarily."""
    before = vars(owner).get(name)
    setattr(owner, name, value)
    try:
        yield
    finally:
        if before is None:
            delattr(owner, name)
        else:
            setattr(owner, name, before)


@contextmanager
def serialize_calls() -> Iterator[None]:
    """Make moto process one call at a time, because its checks and writes are not atomic.

    The lock covers only moto's part of a call: clients sign requests and parse responses
    concurrently.
    """
    lock = threading.RLock()
    process = botocore_stubber.process_request

    def process_request(request: Any) -> Any:
        with lock:
            return process(request)

    with replace_attribute(botocore_stubber, "process_request", process_request):
        yield


@contextmanager
def patch_transactions() -> Iterator[None]:
    """Make the time of a transaction depend on what it writes, not on the size of its tables.

    To roll back, moto copies every table of a transaction first, which takes half a second for
    tables of 10 MB. This patch copies only the items of the transaction, and restores those.
    """
    transact = DynamoDBBackend.transact_write_items

    def transact_write_items(self: DynamoDBBackend, transact_items: list[dict[str, Any]]) -> None:
        undo = [
            partial(restore_item, *place)
            for place in (find_place(self, item) for item in transact_items)
            if place is not None
        ]
        with replace_attribute(MotoTable, "__deepcopy__", lambda table, memo: table):
            try:
                transact(self, transact_items)
            except BaseException:
                for put in undo:
                    put()
                raise

    with replace_attribute(DynamoDBBackend, "transact_write_items", transact_write_items):
        yield


@contextmanager
def patch_responses() -> Iterator[None]:
    """Make moto send items as it stores them.

    They already have the format of DynamoDB's responses, but moto looks for each of the ten types
    of each attribute under several names: ten milliseconds per item, seconds for a long list.
    """
    serialize = JSONSerializer._serialize_type_structure

    def serialize_structure(
        self: JSONSerializer, document: Any, value: Any, shape: Any, key: str
    ) -> None:
        if shape.name == "AttributeValue" and not has_bytes(value):
            document[key] = value
        else:
            serialize(self, document, value, shape, key)

    with replace_attribute(JSONSerializer, "_serialize_type_structure", serialize_structure):
        yield


@contextmanager
def patch_invitations() -> Iterator[None]:
    """Make moto send an invitation again to the same person, as Cognito does.

    moto adds another person with the same address.
    """
    create = CognitoIdpBackend.admin_create_user

    def admin_create_user(
        self: CognitoIdpBackend,
        user_pool_id: str,
        username: str,
        message_action: str,
        temporary_password: str,
        attributes: list[dict[str, str]],
    ) -> CognitoIdpUser:
        if message_action == "RESEND":
            return self.admin_get_user(user_pool_id, username)
        return create(self, user_pool_id, username, message_action, temporary_password, attributes)

    with replace_attribute(CognitoIdpBackend, "admin_create_user", admin_create_user):
        yield


def has_bytes(attribute: Mapping[str, Any]) -> bool:
    """Tell whether an attribute contains a binary value, which must be encoded for JSON."""
    ((kind, value),) = attribute.items()
    match kind:
        case "B" | "BS":
            return True
        case "M":
            return any(map(has_bytes, value.values()))
        case "L":
            return any(map(has_bytes, value))
        case _:
            return False


def find_place(
    backend: DynamoDBBackend, transact_item: Mapping[str, Any]
) -> tuple[dict[Any, Any], DynamoType, Any] | None:
    """Find where moto stores an item of a transaction.

    Returns:
        The items of its partition, its key there, and a copy of the current item; None if moto will
        reject the transaction.
    """
    operation = next(iter(transact_item.values()))
    table = backend.tables.get(operation.get("TableName"))
    keys = operation.get("Key") or operation.get("Item") or {}
    if table is None or not {*table.table_key_attrs} <= keys.keys():
        return None
    *outer, key = (DynamoType(keys[name]) for name in table.table_key_attrs)
    items: dict[Any, Any] = table.items
    for partition in outer:
        items = items[partition]
    # An update changes the item itself; a put or a delete replaces it.
    return items, key, copy.deepcopy(items.get(key))


def restore_item(items: dict[Any, Any], key: DynamoType, item: Any) -> None:
    """Restore the item of a key; None for no item."""
    if item is None:
        items.pop(key, None)
    else:
        items[key] = item


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
