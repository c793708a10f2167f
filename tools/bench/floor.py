"""The floor of a start: a boto3 client, and one item of DynamoDB; nothing of this project."""

import json
import os
from typing import Any

import boto3

client = boto3.client("dynamodb")


def lambda_handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Respond with the item whose key the event has."""
    item = client.get_item(
        TableName=os.environ["PROMPTS_TABLE"], Key=event["key"], ConsistentRead=True
    )["Item"]
    return {
        "statusCode": 200,
        "headers": {"Content-Type": "application/json"},
        "body": json.dumps(item),
    }
