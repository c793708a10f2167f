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

# Modules of functions without an endpoint, which consume the records of a stream.
CONSUMERS = ("functions.events.publish_changes",)
