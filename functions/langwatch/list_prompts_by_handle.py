"""GET /api/prompts"""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from shared.answers import Reply
from shared.call import Call
from shared.dialects.langwatch.project import Project
from shared.domain.prompts import Prompt
from shared.serve import serve

AT_ONCE = 100


def list_prompts_by_handle(call: Call) -> Reply:
    """List the newest version of every prompt, those changed last first.

    All of them, as far as one answer can carry; the header `X-Next-Cursor` is there when it goes
    on, and is given back as `cursor`.
    """
    call.permit(call.team_id)
    window = call.window(str)
    prompts = [prompt for _, prompt in call.store.prompts(call.team_id)]
    listed = sorted((p for p in prompts if p.status != "deleted"), key=place_of, reverse=True)
    rest = [p for p in listed if window.after is None or place_of(p) < window.after]
    return call.reply_rows(rows(call, rest), window)


def place_of(prompt: Prompt) -> str:
    return f"{prompt.changed_at.isoformat(timespec='microseconds')} {prompt.id}"


def rows(call: Call, prompts: Sequence[Prompt]) -> Iterator[tuple[str, dict[str, Any]]]:
    """A prompt without a version, which only other dialects make, has nothing to show."""
    project, left = Project(call), iter(prompts)
    while some := list(islice(left, AT_ONCE)):
        newest = call.store.newest(some)
        for prompt in some:
            if (version := newest.get(prompt.id)) is not None:
                yield place_of(prompt), project.shown(prompt, version, newest=True)


lambda_handler = serve(list_prompts_by_handle)
