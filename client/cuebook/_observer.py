"""Who is told what the client does: nobody, unless a program calls `telemetry.instrument`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .telemetry import Observer

observer: Observer | None = None
