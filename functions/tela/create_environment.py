"""Serve `POST /environment`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.tela import environments
from shared.dialects.tela.models import NewEnvironment
from shared.dialects.tela.responses import dump_environment
from shared.serve import serve
from shared.writing import commit

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.tela.models import Environment
    from shared.responses import Response


def create_environment(call: Call) -> Response[Environment]:
    """Create an environment of a prompt, which nothing is published to yet."""
    new = call.load_body(NewEnvironment)
    name = environments.check_name(new.name)
    return commit(
        call,
        call.open_prompt(new.resourceId.lower()),
        lambda store, origin: environments.create(store.prompt, name, origin),
        lambda change: dump_environment(change.after, name, call.settings),
    )


lambda_handler = serve(create_environment)
