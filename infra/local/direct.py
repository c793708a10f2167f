"""Calls of DynamoDB that go to moto without what is between them on a network.

Most of the time of a call in this process goes into making a request of HTTP, signing and sending
it, and into looking at each value of its body and of its response for the types that JSON lacks,
of which DynamoDB has one.
"""

from __future__ import annotations

import json
from contextlib import ExitStack, contextmanager
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from botocore.awsrequest import AWSResponse, HeadersDict, create_request_object
from botocore.compat import HTTPHeaders
from botocore.parsers import BaseJSONParser
from moto.core.models import botocore_stubber

from infra.local.moto_patches import BINARY, ITEM_OPERATIONS, has_bytes, replace_attribute

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from types_boto3_dynamodb import DynamoDBClient


class Endpoint:
    """Carries out the calls of DynamoDB's items in moto, as botocore does in the end.

    It leaves to botocore whatever else is called, binary values, and all calls while somebody has
    replaced what processes them: it has the whole way there, with everything that can happen on it.
    """

    def __init__(self, endpoint: Any) -> None:
        """Take the place of an endpoint.

        Args:
            endpoint: The endpoint of a client.
        """
        self._endpoint = endpoint
        self._process: Any = botocore_stubber.process_request

    def make_request(self, model: Any, request: dict[str, Any]) -> tuple[AWSResponse, Any]:
        """Carry out a call.

        Args:
            model: Of the operation.
            request: As the serializer of the client makes it.
        """
        body: bytes = request["body"]
        if (
            model.name not in ITEM_OPERATIONS
            or botocore_stubber.process_request != self._process
            or BINARY.search(body)
        ):
            response: tuple[AWSResponse, Any] = self._endpoint.make_request(model, request)
            return response
        self._endpoint._event_emitter.emit(
            f"request-created.dynamodb.{model.name}",
            request=create_request_object(request),
            operation_name=model.name,
        )
        headers = {name: text.encode() for name, text in request["headers"].items()}
        status, fields, text = self._process(SimpleNamespace(headers=headers, body=body))
        result = self._parse(model, status, fields, text.encode())
        result["ResponseMetadata"]["RetryAttempts"] = 0
        return AWSResponse(request["url"], status, HTTPHeaders(), None), result

    def _parse(self, model: Any, status: int, fields: Mapping[str, str], body: bytes) -> Any:
        if status < 300 and not BINARY.search(body):
            metadata = {"HTTPStatusCode": status, "HTTPHeaders": fields}
            return json.loads(body) | {"ResponseMetadata": metadata}
        response = {"status_code": status, "headers": HeadersDict(fields), "body": body}
        parser = self._endpoint._response_parser_factory.create_parser("json")
        result = parser.parse(response, model.output_shape)
        if status >= 300:
            self._endpoint._add_modeled_error_fields(response, result, model, parser)
        return result


@contextmanager
def connect_directly(client: DynamoDBClient) -> Iterator[None]:
    """Let a client of DynamoDB call moto directly.

    Args:
        client: The client of botocore.
    """
    owner: Any = client
    parser: Any = BaseJSONParser
    serializer = owner._serializer
    serialize = serializer._serialize_type_structure

    def serialize_structure(serialized: Any, value: Any, shape: Any, key: Any) -> None:
        if shape.name == "AttributeValue" and not has_bytes(value):
            serialized[key] = value
        else:
            serialize(serialized, value, shape, key)

    parse = parser._handle_structure  # of what goes botocore's whole way

    def parse_structure(self: Any, shape: Any, value: Any) -> Any:
        if shape.name == "AttributeValue" and not has_bytes(value):
            return value
        return parse(self, shape, value)

    with ExitStack() as stack:
        for thing, name, value in (
            (owner, "_endpoint", Endpoint(owner._endpoint)),
            (owner, "_ruleset_resolver", None),  # all operations have the same URL
            (serializer, "_serialize_type_structure", serialize_structure),
            (parser, "_handle_structure", parse_structure),
        ):
            stack.enter_context(replace_attribute(thing, name, value))
        yield
