"""What the emulator passes over when it deploys the stack, done from outside.

The stack that is deployed is the one for AWS. Its import of an OpenAPI document ignores gateway
responses and the methods called "any"; and as it speaks plain HTTP, policies that ask for TLS would
refuse everything once it heeds policies.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from infra.api import ANY_METHOD, GATEWAY_RESPONSES, INTEGRATION

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Json = dict[str, Any]


def import_problems(client: Callable[[str], Any], stack: str, template: Json) -> None:
    """What the gateway itself answers: to unknown paths, other methods and its own failures."""
    gateway = client("apigateway")
    (name,) = list_names(template, "AWS::ApiGateway::RestApi")
    document = template["Resources"][name]["Properties"]["Body"]
    api = list_resources(client, stack)[name]
    for occasion, answer in document[GATEWAY_RESPONSES].items():
        status = {"statusCode": str(answer["statusCode"])} if "statusCode" in answer else {}
        gateway.put_gateway_response(
            restApiId=api,
            responseType=occasion,
            responseParameters=answer["responseParameters"],
            responseTemplates=answer["responseTemplates"],
            **status,
        )
    pages = gateway.get_paginator("get_resources").paginate(restApiId=api)
    ids = {one["path"]: one["id"] for page in pages for one in page["items"]}
    for path, operations in document["paths"].items():
        if ANY_METHOD in operations:
            where = {"restApiId": api, "resourceId": ids[path], "httpMethod": "ANY"}
            put_mock(gateway, where, operations[ANY_METHOD][INTEGRATION])
    (stage,) = gateway.get_stages(restApiId=api)["item"]
    gateway.create_deployment(restApiId=api, stageName=stage["stageName"])


def put_mock(gateway: Any, where: Mapping[str, str], mock: Json) -> None:
    gateway.put_method(**where, authorizationType="NONE")
    gateway.put_integration(
        **where,
        type="MOCK",
        requestTemplates=mock["requestTemplates"],
        passthroughBehavior=mock["passthroughBehavior"].upper(),
    )
    for answer in mock["responses"].values():
        gateway.put_integration_response(
            **where,
            statusCode=answer["statusCode"],
            responseParameters=answer["responseParameters"],
            responseTemplates=answer["responseTemplates"],
        )


def allow_plain_http(client: Callable[[str], Any]) -> None:
    """For the buckets of the CDK and of the stack, and for its queue."""
    s3, sqs = client("s3"), client("sqs")
    for bucket in s3.list_buckets()["Buckets"]:
        s3.delete_bucket_policy(Bucket=bucket["Name"])
    for queue in sqs.list_queues().get("QueueUrls", ()):
        with suppress(sqs.exceptions.ClientError):  # one without a policy
            sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": ""})


def list_names(template: Json, kind: str) -> list[str]:
    return [name for name, one in template["Resources"].items() if one["Type"] == kind]


def list_resources(client: Callable[[str], Any], stack: str) -> dict[str, str]:
    """What each resource of the template has become."""
    found = client("cloudformation").describe_stack_resources(StackName=stack)["StackResources"]
    return {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in found}
