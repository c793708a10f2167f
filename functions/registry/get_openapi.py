"""GET /openapi.json"""

from shared import documents
from shared.answers import JSON, Reply
from shared.call import Call
from shared.serve import serve


def get_openapi(call: Call) -> Reply:
    """Get the OpenAPI 3.1 document of this API."""
    return Reply(text=documents.read("openapi.json"), headers={"Content-Type": JSON})


lambda_handler = serve(get_openapi)
