"""What is replaced in moto does what stock moto does."""

from __future__ import annotations

import re
from contextlib import ExitStack
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from moto import mock_aws
from moto.core.models import botocore_stubber

from infra.local import aws, moto_patches
from infra.local.direct import connect_directly
from shared.store.tables import TABLES

CONFIG = Config(parameter_validation=False)  # as the functions' clients
VERSIONS, LOOKUPS = "cuebook-versions", "cuebook-lookups"
# An attribute of each kind that DynamoDB has.
EVERY_KIND: dict[str, Any] = {
    "text": {"S": "héllo"},
    "empty": {"S": ""},
    "amount": {"N": "-12.50"},
    "bytes": {"B": b"\x00\xff"},
    "yes": {"BOOL": True},
    "nothing": {"NULL": True},
    "list": {"L": [{"S": "a"}, {"M": {"deep": {"L": []}}}]},
    "map": {"M": {"S": {"S": "a name like a kind"}, "n": {"N": "1"}}},
    "texts": {"SS": ["a", "b"]},
    "numbers": {"NS": ["1", "2"]},
    "blobs": {"BS": [b"a", b"b"]},
}


def build_version(number: int, **attributes: Any) -> dict[str, Any]:
    return {"prompt_id": {"S": "p"}, "version": {"N": str(number)}, **attributes}


def build_put(table: str, item: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"Put": {"TableName": table, "Item": item, **more}}


def build_update(number: int, text: str) -> dict[str, Any]:
    return {
        "Update": {
            "TableName": VERSIONS,
            "Key": build_version(number),
            "UpdateExpression": "SET #text = :text, edits = if_not_exists(edits, :zero) + :one",
            "ExpressionAttributeNames": {"#text": "text"},
            "ExpressionAttributeValues": {
                ":text": {"S": text},
                ":zero": {"N": "0"},
                ":one": {"N": "1"},
            },
        }
    }


NEW = {"ConditionExpression": "attribute_not_exists(prompt_id)"}
FREE = {"ConditionExpression": "attribute_not_exists(#key)"} | {
    "ExpressionAttributeNames": {"#key": "key"}
}
SHOW = {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
CLAIM = {"key": {"S": "name"}, "prompt_id": {"S": "p"}}
DELETE_CLAIM = {"Delete": {"TableName": LOOKUPS, "Key": {"key": {"S": "name"}}}}
EXISTS = {
    "ConditionCheck": {
        "TableName": VERSIONS,
        "Key": build_version(9),
        "ConditionExpression": "attribute_exists(prompt_id)",
    }
}

# Carried out one after the other.
TRANSACTIONS: dict[str, list[dict[str, Any]]] = {
    "success in two tables": [
        build_put(VERSIONS, build_version(1, **EVERY_KIND), **NEW),
        build_put(LOOKUPS, CLAIM, **FREE),
        build_update(2, "made by an update"),
    ],
    "a condition fails and shows the item": [build_put(VERSIONS, build_version(1), **NEW, **SHOW)],
    "a condition fails and shows nothing": [build_put(VERSIONS, build_version(1), **NEW)],
    "a condition fails on what is absent": [EXISTS],
    "the one in the middle fails": [
        build_put(VERSIONS, build_version(3)),
        build_put(VERSIONS, build_version(1), **NEW, **SHOW),
        build_put(VERSIONS, build_version(4)),
    ],
    "the last fails, in another table than those before": [
        build_put(VERSIONS, build_version(1, text={"S": "overwritten"})),
        build_update(2, "changed"),
        build_update(5, "new"),
        build_put(LOOKUPS, CLAIM, **FREE, **SHOW),
    ],
    "several fail": [
        build_put(VERSIONS, build_version(1), **NEW, **SHOW),
        build_put(LOOKUPS, CLAIM, **FREE, **SHOW),
        EXISTS,
    ],
    "a deletion is undone": [
        DELETE_CLAIM,
        {"Delete": {"TableName": VERSIONS, "Key": build_version(2)}},
        EXISTS,
    ],
    "one item twice": [
        build_put(VERSIONS, build_version(6)),
        build_put(VERSIONS, build_version(6)),
    ],
    "an item without its key": [build_put(VERSIONS, {"prompt_id": {"S": "p"}})],
    "a table that is not there": [build_put("cuebook-nothing", build_version(1))],
    "success after all that": [
        DELETE_CLAIM,
        build_update(2, "the last"),
        build_put(VERSIONS, build_version(7)),
    ],
}

NAMES = {"#list": "list", "#map": "map"}
VALUES: dict[str, Any] = {
    ":text": {"S": "new"},
    ":zero": {"N": "0"},
    ":one": {"N": "1"},
    ":items": {"L": [{"S": "b"}, {"M": {"c": {"N": "3"}}}]},
    ":texts": {"SS": ["b", "c"]},
}
# Of one version, one after the other; each with its condition.
UPDATES: dict[str, tuple[str, str]] = {
    "sets and makes": ("SET #map.n = :text, #list[0] = :text, more = :items", ""),
    "appends": ("SET #list = list_append(#list, :items)", "size(#list) > :one"),
    "removes several": ("REMOVE yes, #list[1], #list[0], absent", "attribute_exists(yes)"),
    "adds and takes away": ("ADD amount :one, texts :texts DELETE texts :texts", ""),
    "counts": ("SET amount = amount + :one, n = if_not_exists(n, :zero) - :one", "amount < :zero"),
    "the same again": ("SET amount = amount + :one, n = if_not_exists(n, :zero) - :one", ""),
    "on another condition": ("SET more = :one", "#map.n = :text OR NOT (amount IN (:zero, :one))"),
    "on a range": ("SET more = :one", "n BETWEEN :zero AND :one"),
    "on a beginning": (
        "SET more = :one",
        "begins_with(#map.n, :text) AND NOT contains(texts, :text)",
    ),
    "a condition that is none": ("SET more = :one", "n ="),
    "a key": ("SET prompt_id = :text", ""),
    "a value that is not given": ("SET more = :absent", ""),
    "a name that is not given": ("SET #absent = :one", ""),
    "one attribute twice": ("SET more = :one, more = :zero", ""),
    "two clauses of a kind": ("SET more = :one SET n = :one", ""),
    "a part of nothing": ("SET absent.part = :one", ""),
    "a sum with nothing": ("SET amount = absent + :one", ""),
    "a sum of kinds": ("SET amount = amount + :text", ""),
    "an end that is missing": ("SET more =", ""),
}


def build_request(number: int, update: str, condition: str) -> dict[str, Any]:
    """Build an update, with the names and values that are in its texts."""
    texts = f"{update} {condition}"
    parts = {
        "ConditionExpression": condition,
        "ExpressionAttributeNames": {name: NAMES[name] for name in NAMES if name in texts},
        "ExpressionAttributeValues": {
            name: VALUES[name] for name in VALUES if re.search(rf"{name}\b", texts)
        },
    }
    return {
        "TableName": VERSIONS,
        "Key": build_version(number),
        "UpdateExpression": update,
        "ReturnValues": "ALL_NEW",
        **{name: part for name, part in parts.items() if part},
    }


def run(*, patched: bool = False, direct: bool = False) -> dict[str, Any]:
    """Carry out all transactions and updates.

    Args:
        patched: Whether moto is patched.
        direct: Whether the client calls it directly, which needs that.

    Returns:
        What each has returned or raised, and left.
    """
    with ExitStack() as stack:
        stack.enter_context(mock_aws())
        if patched:
            stack.enter_context(moto_patches.patch_moto(aws.REGION))
        client = boto3.client("dynamodb", region_name=aws.REGION, config=CONFIG)
        if direct:
            stack.enter_context(connect_directly(client))
        aws.create_tables(client)
        results = {
            name: (carry_out(client.transact_write_items, TransactItems=items), read_tables(client))
            for name, items in TRANSACTIONS.items()
        }
        client.put_item(TableName=VERSIONS, Item=build_version(1, **EVERY_KIND))
        for name, (update, condition) in UPDATES.items():
            request = build_request(1, update, condition)
            results[name] = carry_out(client.update_item, **request), read_tables(client)
        return results


def carry_out(call: Any, **request: Any) -> dict[str, Any]:
    try:
        result: dict[str, Any] = call(**request)
    except ClientError as error:
        result = dict(error.response)
    except Exception as error:  # stock moto has no response to some mistakes
        result = {"raised": repr(error)}
    return {name: part for name, part in result.items() if name != "ResponseMetadata"}


def read_tables(client: Any) -> dict[str, Any]:
    """Read everything, in each way in which items can be read."""
    keys = {
        VERSIONS: {"Keys": [build_version(1), build_version(2)]},
        LOOKUPS: {"Keys": [{"key": CLAIM["key"]}]},
    }
    query = {
        "KeyConditionExpression": "prompt_id = :id",
        "ExpressionAttributeValues": {":id": {"S": "p"}},
    }
    names = [aws.build_table_name(table) for table in TABLES]
    return {
        "scan": {name: client.scan(TableName=name)["Items"] for name in names},
        "query": client.query(TableName=VERSIONS, **query)["Items"],
        "get": client.get_item(TableName=VERSIONS, Key=build_version(1)).get("Item"),
        "batch": client.batch_get_item(RequestItems=keys)["Responses"],
    }


@pytest.fixture(scope="module")
def stock() -> dict[str, Any]:
    return run()


@pytest.fixture(scope="module")
def patched() -> dict[str, Any]:
    return run(patched=True)


@pytest.fixture(scope="module")
def direct() -> dict[str, Any]:
    return run(patched=True, direct=True)


@pytest.mark.parametrize("name", [*TRANSACTIONS, *UPDATES])
def test_a_write_ends_alike_and_leaves_the_same(
    stock: dict[str, Any], patched: dict[str, Any], direct: dict[str, Any], name: str
) -> None:
    assert patched[name] == stock[name]
    assert direct[name] == stock[name]


def test_a_direct_call_makes_no_request_of_http(monkeypatch: pytest.MonkeyPatch) -> None:
    with mock_aws(), moto_patches.patch_moto(aws.REGION):
        client = boto3.client("dynamodb", region_name=aws.REGION, config=CONFIG)
        aws.create_tables(client)
        sent: list[object] = []
        client.meta.events.register("before-send", lambda request, **_: sent.append(request))
        put: Any = {"TableName": LOOKUPS, "Item": {**CLAIM, "text": {"S": "B"}}}
        with connect_directly(client):
            created: list[object] = []
            client.meta.events.register(
                "request-created", lambda request, **_: created.append(request)
            )
            client.put_item(**put)
            assert (len(created), len(sent)) == (1, 0)

            # Somebody who is between the client and moto sees all that botocore does.
            process = botocore_stubber.process_request
            monkeypatch.setattr(botocore_stubber, "process_request", lambda call: process(call))
            client.put_item(**put)
            assert (len(created), len(sent)) == (2, 1)


def test_the_transactions_are_what_they_are_called(stock: dict[str, Any]) -> None:
    codes = {name: stock[name][0].get("Error", {}).get("Code", "success") for name in TRANSACTIONS}

    succeeded = [name for name, code in codes.items() if code == "success"]
    assert succeeded == ["success in two tables", "success after all that"]
    cancelled = [name for name, code in codes.items() if code == "TransactionCanceledException"]
    assert len(cancelled) >= 7
    result, _ = stock["the one in the middle fails"]
    assert [reason["Code"] for reason in result["CancellationReasons"]] == [
        "None",
        "ConditionalCheckFailed",
        "None",
    ]
    assert result["CancellationReasons"][1]["Item"]["text"] == EVERY_KIND["text"]
    first, last = (stock[name][1]["scan"][VERSIONS] for name in (succeeded[0], cancelled[-1]))
    assert first == last


def test_the_updates_are_what_they_are_called(stock: dict[str, Any]) -> None:
    succeeded = [name for name in UPDATES if "Attributes" in stock[name][0]]

    assert succeeded[0] == "sets and makes"
    assert succeeded[-1] == "on a beginning"
    assert {"counts", "the same again", "removes several"} < {*succeeded}
