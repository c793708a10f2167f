"""Traces: what a function adds to Lambda's segment of a call in X-Ray.

The SDK of X-Ray, which Powertools' Tracer uses, wraps and inspects each call of botocore. This
module makes the same documents of botocore's own events, at a fifth of the processor time. Source
of their form and of the datagrams: the developer guide of AWS X-Ray, "segment documents" and
"sending trace data".
"""

from __future__ import annotations

import json
import os
import socket
import time
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from shared.settings import get_trace_daemon, get_trace_header

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from shared.routes import Route

    Document = dict[str, Any]

FORMAT = '{"format":"json","version":1}\n'
EMBEDDED = 100  # requests to AWS: a datagram has at most 64 KB
ANNOTATION_CHARACTERS = 1000  # the limit of X-Ray
# The parameters of a request to AWS that a trace has, by name; it has no others.
PARAMETERS = {"TableName": "table_name", "Bucket": "bucket_name", "Key": "key"}
THROTTLED = frozenset({"ProvisionedThroughputExceededException", "SlowDown", "ThrottlingException"})


@dataclass(slots=True)
class Subsegment:
    """A call that is traced and has not ended.

    Attributes:
        origin: The ids of the trace and of Lambda's segment.
        document: What is known of the call.
        requests: The documents of its requests to AWS that have ended.
    """

    origin: Document
    document: Document
    requests: list[Document] = field(default_factory=list)


_current: ContextVar[Subsegment | None] = ContextVar("current", default=None)


@contextmanager
def trace_call(route: Route, annotations: Mapping[str, str | int]) -> Iterator[None]:
    """Trace one call, where Lambda traces it, with the annotations that it has added by its end.

    The trace captures nothing of the request or the response, because they contain prompts.
    """
    origin = _load_origin(get_trace_header())
    if origin is None or not get_trace_daemon():
        yield
        return
    subsegment = Subsegment(origin, _start_document(f"## {route.name}"))
    token = _current.set(subsegment)
    try:
        yield
    finally:
        _current.reset(token)
        names = {"route": route.name, "dialect": route.dialect}
        subsegment.document["annotations"] = names | {
            name: value
            for name, value in annotations.items()
            if len(str(value)) <= ANNOTATION_CHARACTERS  # longer ones are in the log line only
        }
        _send_subsegment(subsegment)


def mark_bug() -> None:
    """Mark the current call as a fault, without the exception, which may contain what was sent."""
    subsegment = _current.get()
    if subsegment is not None:  # Lambda may not trace this call
        subsegment.document["fault"] = True


def trace_client(client: Any) -> None:
    """Trace the requests of a client of AWS in the calls that make them.

    All attempts of a request are one subsegment. What is done beside a call is not traced.

    Args:
        client: A client of botocore.
    """
    if not get_trace_daemon():
        return
    service = client.meta.service_model

    def start(params: Mapping[str, Any], model: Any, context: Document, **_: object) -> None:
        if _current.get() is None:
            return
        parameters = {
            name: params[parameter]
            for parameter, name in PARAMETERS.items()
            if isinstance(params.get(parameter), str)
        }
        document = _start_document(service.endpoint_prefix)
        document |= {"namespace": "aws", "aws": {"operation": model.name, **parameters}}
        context["trace"] = document

    def end(context: Document, parsed: Any = None, **_: object) -> None:
        subsegment, document = _current.get(), context.get("trace")
        if subsegment is not None and document is not None:
            document |= _describe_end(parsed)
            subsegment.requests.append(document)

    name = service.service_id.hyphenize()
    client.meta.events.register(f"before-parameter-build.{name}", start)
    client.meta.events.register(f"after-call.{name}", end)
    client.meta.events.register(f"after-call-error.{name}", end)


def _load_origin(header: str) -> Document | None:
    """Load the ids of the trace and of Lambda's segment; None if the call is not traced."""
    fields = dict(part.partition("=")[::2] for part in header.split(";"))
    if fields.get("Sampled") != "1" or not (fields.get("Root") and fields.get("Parent")):
        return None
    return {"type": "subsegment", "trace_id": fields["Root"], "parent_id": fields["Parent"]}


def _start_document(name: str) -> Document:
    return {"id": os.urandom(8).hex(), "name": name, "start_time": time.time()}


def _describe_end(response: Any) -> Document:
    """Describe how a request to AWS has ended.

    Args:
        response: The response; None if there was none.
    """
    end: Document = {"end_time": time.time()}
    if response is None:
        return end | {"fault": True}
    status = response["ResponseMetadata"]["HTTPStatusCode"]
    end["http"] = {"response": {"status": status}}
    if status >= 400:
        end["fault" if status >= 500 else "error"] = True
    if status == 429 or response.get("Error", {}).get("Code") in THROTTLED:
        end |= {"error": True, "throttle": True}
    return end


def _send_subsegment(subsegment: Subsegment) -> None:
    """Send a call that has ended, with its requests to AWS."""
    document = subsegment.document | {"end_time": time.time()}
    embedded, others = subsegment.requests[:EMBEDDED], subsegment.requests[EMBEDDED:]
    _send({**document, **subsegment.origin, "subsegments": embedded})
    for other in others:
        _send({**other, **subsegment.origin, "parent_id": document["id"]})


def _send(document: Document) -> None:
    datagram = FORMAT + json.dumps(document, separators=(",", ":"))
    with suppress(OSError):  # a call does not fail for its trace
        _open_socket().send(datagram.encode())


@cache
def _open_socket() -> socket.socket:
    """Open the socket to the daemon of X-Ray."""
    host, _, port = get_trace_daemon().rpartition(":")
    daemon = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    daemon.setblocking(False)
    daemon.connect((host, int(port)))
    return daemon
