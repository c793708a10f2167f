"""The client as tests run it without a network: its programs go to the real functions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from cuebook import Cuebook
from cuebook._effects import Pause, Response, Send

if TYPE_CHECKING:
    from tests.client import Registry


class Gateway:
    """Runs programs against the functions of a registry, without a network or a pause."""

    def __init__(self, registry: Registry) -> None:
        self.client = registry.editor
        self.requests: list[Send] = []

    def close(self) -> None:
        """Do nothing: there are no connections."""

    def run(self, program: Any) -> Any:
        """Run a program to its end."""
        try:
            effect = next(program)
            while True:
                effect = program.send(self.perform(effect))
        except StopIteration as end:
            return end.value

    def perform(self, effect: Any) -> Any:
        """Call the function that a request is for, and note the request."""
        if isinstance(effect, Pause):
            return None
        self.requests.append(effect)
        body = None if effect.body is None else json.loads(effect.body)
        response = self.client(effect.method, effect.path, body, headers=dict(effect.headers))
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Response(response.status, headers, response.text.encode())


def build_client(gateway: Gateway) -> Cuebook:
    """Build a client whose programs a gateway runs."""
    client = Cuebook("http://localhost", "ak_test")
    client._runner = client.manage._runner = gateway  # type: ignore[assignment]
    return client
