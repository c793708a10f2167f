"""POST /api/prompts/tags"""

from shared.answers import Reply
from shared.call import Call
from shared.dialects import langwatch
from shared.dialects.langwatch.models import TagName
from shared.dialects.langwatch.tags import LEDGER, define
from shared.domain.ledgers import Ledger
from shared.serve import serve


def create_tag_definition(call: Call) -> Reply:
    """Define a tag that versions can be given."""
    call.permit(call.team_id)
    name = call.body(TagName).name
    act = call.act()

    def create(ledger: Ledger) -> tuple[Ledger, Reply]:
        after, definition = define(ledger, name, id=act.new_id, at=langwatch.time(act.now))
        return after, call.reply(definition.shown)

    return call.commit_ledger(call.team_id, LEDGER, create)


lambda_handler = serve(create_tag_definition)
