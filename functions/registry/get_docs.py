"""GET /docs"""

from shared import documents
from shared.answers import Reply
from shared.call import Call
from shared.serve import serve


def get_docs(call: Call) -> Reply:
    """Browse the OpenAPI document; the page needs nothing from elsewhere."""
    return Reply(
        text=documents.read("docs.html"), headers={"Content-Type": "text/html; charset=utf-8"}
    )


lambda_handler = serve(get_docs)
