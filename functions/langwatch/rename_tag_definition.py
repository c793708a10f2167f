"""PUT /api/prompts/tags/{tag}"""

from shared.answers import Reply
from shared.call import Call
from shared.dialects.langwatch.models import TagName
from shared.dialects.langwatch.tags import LEDGER, rename
from shared.domain.ledgers import Ledger
from shared.serve import serve


def rename_tag_definition(call: Call, tag: str) -> Reply:
    """Give a tag another name; whatever it points at, it still does."""
    call.permit(call.team_id)
    name = call.body(TagName).name

    def renamed(ledger: Ledger) -> tuple[Ledger, Reply]:
        after, definition = rename(ledger, tag, name)
        return after, call.reply(definition.shown)

    return call.commit_ledger(call.team_id, LEDGER, renamed)


lambda_handler = serve(rename_tag_definition)
