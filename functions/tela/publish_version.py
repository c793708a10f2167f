"""Serve `POST /environment/publish-by-name`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.tela import environments
from shared.dialects.tela.contents import LENSES
from shared.dialects.tela.flags import require_present
from shared.dialects.tela.models import Publication
from shared.dialects.tela.responses import dump_environment, dump_version
from shared.serve import serve
from shared.store.reading import Beside
from shared.writing import commit

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.tela.models import CanvasVersion, Environment
    from shared.domain.changes import Change, Origin
    from shared.domain.model import Version
    from shared.responses import Response
    from shared.store.team import PromptStore


def publish_version(call: Call) -> Response[Environment]:
    """Publish a version to an environment: `production` makes it live, any other is a tag."""
    new = call.load_body(Publication)
    version_id = new.versionId.lower()
    store = call.open_prompt(new.resourceId.lower(), Beside(version_id=version_id))
    number = call.find_own_version(store, version_id).number

    def publish(store: PromptStore, origin: Origin) -> Change[Version]:
        version = require_present(store.get_version(number))
        return environments.publish(
            store.prompt, version, new.envName, origin, auto_create=new.autoCreate
        )

    def read_environment(store: PromptStore) -> CanvasVersion | None:
        version = store.find_version(environments.get_pointer(new.envName))
        return dump_version(version, store.prompt, call.settings) if version else None

    return commit(
        call,
        store,
        publish,
        lambda change: dump_environment(
            change.after, new.envName.strip(), call.settings, change.subject
        ),
        headers=lambda change: LENSES.build_headers(call.settings, change.subject.content),
        read=read_environment,
    )


lambda_handler = serve(publish_version)
