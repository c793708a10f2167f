"""GET /api/prompts/tags"""

from shared.answers import Reply
from shared.call import Call
from shared.dialects.langwatch.project import Project
from shared.serve import serve


def list_tag_definitions(call: Call) -> Reply:
    """List the tags that versions can be given, oldest first."""
    return call.reply([definition.shown for definition in Project(call).tags])


lambda_handler = serve(list_tag_definitions)
