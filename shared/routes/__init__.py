"""The route table: the one statement of every endpoint, from which all else is derived.

The stack (functions, roles, API), the local server, the OpenAPI document, the README's table and
the tests read this; nothing restates it. Standard library only, so that everything can import it.
"""

from shared.routes import langwatch, maxim, registry
from shared.routes.route import Permission, Route

__all__ = ["ROUTES", "Permission", "Route"]

ROUTES: tuple[Route, ...] = (*registry.ROWS, *maxim.ROWS, *langwatch.ROWS)
