"""Who is told what the client does: nobody, unless a program calls `telemetry.instrument`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager

    from ._effects import Program


class Observer(Protocol):
    """Is told of requests and renderings; `telemetry` has the only one, with narrower types."""

    def observe_exchange(
        self, kind: Any, copies: Mapping[Any, Any], program: Program[Any]
    ) -> Program[Any]:
        """Observe a program that asks the service for prompts, from its start to its end."""

    def observe_rendering(self, prompt: Any) -> AbstractContextManager[object]:
        """Observe the rendering of a prompt, which ends with the block."""

    def list_headers(self) -> dict[str, str]:
        """List more headers of a request."""


observer: Observer | None = None
