"""Somebody who follows the event bus: a queue of his own, with a rule."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any
from uuid import uuid4

if TYPE_CHECKING:
    from tests.e2e.deployment import Deployment

EVENTS_SECONDS = 60.0


def subscribe(deployment: Deployment, kind: str) -> str:
    """A queue of somebody else's, with a rule on the bus."""
    sqs, events = deployment.client("sqs"), deployment.client("events")
    name = f"subscriber-{uuid4().hex[:8]}"
    queue: str = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]
    rule = {"EventBusName": deployment.outputs["EventBus"]}
    pattern = {"source": ["cuebook"], "detail-type": [kind]}
    events.put_rule(Name=name, EventPattern=json.dumps(pattern), **rule)
    events.put_targets(Rule=name, Targets=[{"Id": "queue", "Arn": arn["QueueArn"]}], **rule)
    return queue


def receive(deployment: Deployment, queue: str, prompt_id: str) -> list[dict[str, Any]]:
    """What came for a prompt, once something has."""
    sqs, until = deployment.client("sqs"), time.monotonic() + EVENTS_SECONDS
    while time.monotonic() < until:
        got = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=2)
        told = [json.loads(message["Body"]) for message in got.get("Messages", ())]
        if mine := [event for event in told if event["detail"]["prompt_id"] == prompt_id]:
            return mine
    raise AssertionError("no event came")
