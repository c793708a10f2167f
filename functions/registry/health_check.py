"""Serve `GET /v1/health`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.serve import serve

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.registry.models import Health, SignInPage
    from shared.responses import Response


def health_check(call: Call) -> Response[Health]:
    """Confirm that the service is available, and say where people sign in."""
    settings = call.settings
    page: SignInPage | None = (
        {"url": settings.sign_in_url, "client_id": settings.sign_in_client_id}
        if settings.sign_in_url
        else None
    )
    return call.respond({"status": "OK", "version": settings.cuebook_version, "sign_in_page": page})


lambda_handler = serve(health_check)
