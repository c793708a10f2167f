"""The route table: the one statement of every endpoint, from which all else is derived.

The stack (functions, roles, API), the local server, the OpenAPI document, the README's table and
the tests read this; nothing restates it. Standard library only, so that everything can import it.
"""

from shared.routes import langwatch, maxim, registry, tela
from shared.routes.route import Permission, Route

__all__ = ["CONSUMERS", "ROUTES", "Permission", "Route"]

ROUTES: tuple[Route, ...] = (*registry.ROWS, *maxim.ROWS, *langwatch.ROWS, *tela.ROWS)

# Modules of functions that no caller reaches: they are handed the records of a stream.
CONSUMERS = ("functions.events.publish_changes",)
