"""Serve `GET /v1/health`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.serve import serve

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.registry.models import Health
    from shared.responses import Response


def health_check(call: Call) -> Response[Health]:
    """Confirm that the service is available."""
    return call.respond({"status": "OK", "version": call.settings.cuebook_version})


lambda_handler = serve(health_check)
