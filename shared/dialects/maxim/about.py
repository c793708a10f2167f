"""The description of Maxim's dialect."""

from __future__ import annotations

from shared.dialects.dialect import Dialect
from shared.dialects.maxim.requests import HEADER, has_credential, load_body, parse_credential
from shared.dialects.maxim.responses import dump_problem

DIALECT = Dialect(
    name="maxim",
    title="Maxim",
    prefix="Maxim",
    chapters={
        "Maxim: Prompts": "Prompts of a workspace, which is a team, and their configuration.",
        "Maxim: Prompt Versions": "Versions as Maxim publishes them, and where they are deployed.",
        "Maxim: Folders": "Folders of prompts.",
        "Maxim: SDK": "The API of Maxim's SDKs.",
    },
    security={
        "MaximApiKey": {
            "type": "apiKey",
            "in": "header",
            "name": HEADER,
            "description": "An API key.",
        }
    },
    credential=f"the header `{HEADER}`",
    error_model="Error",
    response_headers={
        "X-Omitted-Prompts": {
            "description": "The number of prompts that did not fit into the response, if any.",
            "schema": {"type": "integer", "minimum": 1},
        }
    },
    has_drafts=False,
    has_credential=has_credential,
    parse_credential=parse_credential,
    load_body=load_body,
    dump_problem=dump_problem,
)
