"""The route table, which lists every endpoint.

The stack (functions, roles, API), the local server, the OpenAPI document, the tables in the docs
and the tests are derived from it. It uses only the standard library, so that everything can
import it.
"""

from shared.domain.access import Permission
from shared.routes.route import Parameter, Route
from shared.routes.table import DIALECTS, EVENT_PUBLISHER, NATIVE, ROUTES, USE_COUNTER

__all__ = [
    "DIALECTS",
    "EVENT_PUBLISHER",
    "NATIVE",
    "ROUTES",
    "USE_COUNTER",
    "Parameter",
    "Permission",
    "Route",
]
