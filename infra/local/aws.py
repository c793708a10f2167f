"""DynamoDB and S3 inside this process, made fit for many threads.

moto stands in for both. With `DYNAMODB_ENDPOINT` a DynamoDB-compatible server has the tables, and
because those outlive the process, the bucket's objects are then kept in files.
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
from moto.core.models import botocore_stubber
from moto.core.serialize import JSONSerializer
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.models.table import Table as MotoTable

from shared.store import aws
from shared.store.tables import TABLES, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_s3 import S3Client

REGION = "us-east-1"
BUCKET = "cuebook-content"
KEY_TYPES: tuple[Literal["HASH", "RANGE"], ...] = ("HASH", "RANGE")


def table_name(table: Table) -> str:
    return f"cuebook-{table.name}"


def environment(dynamodb_endpoint: str | None = None) -> dict[str, str]:
    """What a function finds in its environment, with nothing that could reach a real account."""
    variables = {f"{table.name.upper()}_TABLE": table_name(table) for table in TABLES} | {
        "CONTENT_BUCKET": BUCKET,
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
    """Gives this process a local function's environment; its AWS profile and credentials go."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ.update(environment(dynamodb_endpoint))


@contextmanager
def local_aws(dynamodb_endpoint: str | None, objects: Path) -> Iterator[None]:
    """AWS for the handlers, with its tables and its bucket. Start it before any client exists.

    Args:
        objects: folder of the bucket's objects, where the tables outlive the process.
    """
    through = ["dynamodb"] if dynamodb_endpoint else []
    with ExitStack() as stack:
        stack.enter_context(
            mock_aws(
                config={
                    "core": {
                        "mock_credentials": False,
                        "passthrough": {"services": through, "urls": []},
                    }
                }
            )
        )
        stack.enter_context(one_call_at_a_time())
        stack.enter_context(cheap_transactions())
        stack.enter_context(cheap_answers())
        # Also makes the clients, which is not safe in several threads.
        create_tables(aws.dynamodb())
        aws.s3().create_bucket(Bucket=BUCKET)
        if dynamodb_endpoint:
            restore(aws.s3(), objects)
            stack.enter_context(kept_in_files(aws.s3(), objects))
        yield


def create_tables(client: DynamoDBClient, name_of: Callable[[Table], str] = table_name) -> None:
    """Make the tables that are absent. Nothing listens to their streams here: they have none."""
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


# -- moto under threads


@contextmanager
def replaced(owner: object, name: str, value: object) -> Iterator[None]:
    """An attribute of something we do not own, ours for a while."""
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
def one_call_at_a_time() -> Iterator[None]:
    """Make each call to moto atomic, which its checks and writes are not under threads.

    The lock spans moto's part of a call only: clients sign and parse beside each other.
    """
    lock = threading.RLock()
    process = botocore_stubber.process_request

    def process_request(request: Any) -> Any:
        with lock:
            return process(request)

    with replaced(botocore_stubber, "process_request", process_request):
        yield


@contextmanager
def cheap_transactions() -> Iterator[None]:
    """Make a transaction cost what it writes, not what its tables hold.

    Against a failure, moto copies every table of a transaction first: half a second once there are
    10 MB in them. Here, the few items that a transaction names are noted instead, and put back.
    """
    transact = DynamoDBBackend.transact_write_items

    def transact_write_items(self: DynamoDBBackend, transact_items: list[dict[str, Any]]) -> None:
        undo = [
            partial(put_back, *place)
            for place in (place_of(self, item) for item in transact_items)
            if place is not None
        ]
        with replaced(MotoTable, "__deepcopy__", lambda table, memo: table):
            try:
                transact(self, transact_items)
            except BaseException:
                for put in undo:
                    put()
                raise

    with replaced(DynamoDBBackend, "transact_write_items", transact_write_items):
        yield


@contextmanager
def cheap_answers() -> Iterator[None]:
    """Send items as moto stores them.

    They have the shape of DynamoDB's answers already, but moto looks for each of the ten kinds of
    each attribute under several spellings: ten milliseconds an item, seconds for a long list.
    """
    serialize = JSONSerializer._serialize_type_structure

    def serialize_structure(
        self: JSONSerializer, serialized: Any, value: Any, shape: Any, key: str
    ) -> None:
        if shape.name == "AttributeValue":
            serialized[key] = value
        else:
            serialize(self, serialized, value, shape, key)

    with replaced(JSONSerializer, "_serialize_type_structure", serialize_structure):
        yield


def place_of(
    backend: DynamoDBBackend, transact_item: Mapping[str, Any]
) -> tuple[dict[Any, Any], DynamoType, Any] | None:
    """Where a transaction's item stands, and what stands there now; None where moto will refuse."""
    operation = next(iter(transact_item.values()))
    table = backend.tables.get(operation.get("TableName"))
    keys = operation.get("Key") or operation.get("Item") or {}
    if table is None or not {*table.table_key_attrs} <= keys.keys():
        return None
    *outer, key = (DynamoType(keys[name]) for name in table.table_key_attrs)
    items: dict[Any, Any] = table.items
    for partition in outer:
        items = items[partition]
    # An update changes the item itself; a put or a delete only what stands in its place.
    return items, key, copy.deepcopy(items.get(key))


def put_back(items: dict[Any, Any], key: DynamoType, item: Any) -> None:
    if item is None:
        items.pop(key, None)
    else:
        items[key] = item


# -- objects that outlive the process


@contextmanager
def kept_in_files(client: S3Client, folder: Path) -> Iterator[None]:
    """Write each object to its file before the bucket has it."""

    def keep(params: Mapping[str, Any], **_: object) -> None:
        file = folder / params["Key"]
        file.parent.mkdir(parents=True, exist_ok=True)
        unfinished = file.with_name(f"{file.name}.{threading.get_ident()}")
        unfinished.write_bytes(params["Body"])
        unfinished.replace(file)

    client.meta.events.register("provide-client-params.s3.PutObject", keep)
    try:
        yield
    finally:
        client.meta.events.unregister("provide-client-params.s3.PutObject", keep)


def restore(client: S3Client, folder: Path) -> None:
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            key = file.relative_to(folder).as_posix()
            client.put_object(Bucket=BUCKET, Key=key, Body=file.read_bytes())
