"""All routes of all dialects, in the order of the documentation."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shared.routes.route import Route

# The dialects. A new one is registered here; everything else about it is in its own files:
# `shared/routes/<name>.py`, `shared/dialects/<name>/`, `functions/<name>/`.
DIALECTS = ("registry", "maxim", "langwatch", "tela", "langfuse")
NATIVE = DIALECTS[0]

# Modules of rows. The native dialect has several.
MODULES = (NATIVE, "releases", "keys", "people", "audit", *DIALECTS[1:])

ROUTES: tuple[Route, ...] = tuple(
    route for name in MODULES for route in import_module(f"shared.routes.{name}").ROWS
)

# Modules of functions without an endpoint: one is called with the records of a stream, the other at
# regular times.
EVENT_PUBLISHER = "functions.events.publish_changes"
USE_COUNTER = "functions.events.count_uses"
