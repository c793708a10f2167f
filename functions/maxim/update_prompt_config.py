"""Serve `PUT /v1/prompts/config`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.formats import dump_js_time
from shared.dialects.maxim.deployments import update_settings
from shared.dialects.maxim.models import PromptConfigChanges
from shared.dialects.maxim.requests import parse_prompt_id
from shared.dialects.maxim.responses import dump_config
from shared.serve import serve
from shared.writing import commit

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.maxim.models import PromptConfigData
    from shared.domain.changes import Change, Origin
    from shared.responses import Response
    from shared.store.team import PromptStore


def update_prompt_config(call: Call) -> Response[PromptConfigData]:
    """Replace the deployment fields of a prompt's configuration, which are only stored."""
    changes = call.load_body(PromptConfigChanges)
    fields = [{**field} for field in changes.deploymentFields]

    def configure(store: PromptStore, origin: Origin) -> Change[None]:
        config = {
            "deploymentFields": fields,
            "createdAt": dump_config(store.prompt)["createdAt"],
            "updatedAt": dump_js_time(origin.now),
        }
        return update_settings(store.prompt, origin, config=config)

    return commit(
        call,
        call.open_prompt(parse_prompt_id(changes.id)),
        configure,
        lambda change: {"data": dump_config(change.after)},
        read=lambda store: {"data": dump_config(store.prompt)},
    )


lambda_handler = serve(update_prompt_config)
