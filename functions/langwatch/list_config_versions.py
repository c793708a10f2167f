"""GET /api/prompts/{id}/versions"""

from collections.abc import Iterator
from typing import Any

from shared import paging
from shared.answers import Reply
from shared.call import Call
from shared.dialects import langwatch
from shared.dialects.langwatch.project import Project
from shared.domain.prompts import Prompt
from shared.serve import serve


def list_config_versions(call: Call, id: str) -> Reply:
    """List a prompt's versions, newest first, each in the shapes of both generations.

    All of them, as far as one answer can carry; the header `X-Next-Cursor` is there when it goes
    on, and is given back as `cursor`.
    """
    prompt = Project(call).prompt(id)
    window = call.window(paging.number)
    return call.reply_rows(rows(call, prompt, window.after), window)


def rows(call: Call, prompt: Prompt, before: int | None) -> Iterator[tuple[str, dict[str, Any]]]:
    project = Project(call)
    newest = before is None
    for version in call.store.versions(prompt.id, before=before):
        shown = project.shown(prompt, version, newest=newest)
        stored = langwatch.config_version(prompt, version, call.settings)
        yield str(version.number), langwatch.row(shown, stored)
        newest = False


lambda_handler = serve(list_config_versions)
