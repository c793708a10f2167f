"""Handlers of the AWS clients' events, which see or replace the calls of AWS in a test."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextmanager
def handle_event(event: str, handler: Callable[..., Any], *clients: Any) -> Iterator[None]:
    """Let a handler see an event of AWS clients, and only here: other tests use the same clients.

    Args:
        event: The event of botocore, such as `before-call.dynamodb`.
        handler: What botocore calls.
        clients: The clients.
    """
    sources = [client.meta.events for client in clients]
    for source in sources:
        source.register(event, handler)
    try:
        yield
    finally:
        for source in sources:
            source.unregister(event, handler)
