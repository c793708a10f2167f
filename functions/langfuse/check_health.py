"""Serve `GET /api/public/health`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.serve import serve

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.langfuse.models import Health
    from shared.responses import Response

SERVES = "3.0.0"  # the version of Langfuse whose API this is


def check_health(call: Call) -> Response[Health]:
    """Confirm that the service is available."""
    version = f"{SERVES}+cuebook.{call.settings.cuebook_version}"
    return call.respond({"status": "OK", "version": version})


lambda_handler = serve(check_health)
