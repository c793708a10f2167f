"""GET /v1/health"""

from shared.answers import Reply
from shared.call import Call
from shared.serve import serve


def health_check(call: Call) -> Reply:
    """Tell that the service answers."""
    return call.reply({"status": "OK"})


lambda_handler = serve(health_check)
