"""Serve `GET /prompt/{id}/latest-version`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.tela.contents import LENSES
from shared.dialects.tela.requests import parse_prompt_id
from shared.dialects.tela.responses import dump_version
from shared.problems import VersionNotFound
from shared.serve import serve

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.tela.models import LatestVersion
    from shared.responses import Response


def get_latest_version(call: Call, id: str) -> Response[LatestVersion]:
    """Get the newest version of a prompt that is not deleted, and the id of the one before it."""
    store = call.open_prompt(parse_prompt_id(id))
    present = (version for version in store.list_versions(size=2) if version.stage != "archived")
    newest, previous = next(present, None), next(present, None)
    if newest is None:
        raise VersionNotFound("this prompt has no version")
    body = dump_version(store.require_version(newest), store.prompt, call.settings)
    previous_id = previous.id if previous else None
    return call.respond(
        {**body, "versionIndex": newest.number, "previousVersionId": previous_id},
        headers=LENSES.build_headers(call.settings, newest.content),
    )


lambda_handler = serve(get_latest_version)
