"""The description of LangWatch's dialect."""

from __future__ import annotations

from shared.dialects.dialect import BEARER_AUTH, Dialect
from shared.dialects.langwatch.requests import has_credential, load_body, parse_credential
from shared.dialects.langwatch.responses import dump_problem

DIALECT = Dialect(
    name="langwatch",
    title="LangWatch",
    prefix="LangWatch",
    chapters={
        "LangWatch: Prompts": "Prompts by their handle, which is the slug.",
        "LangWatch: Prompt Versions": "Versions in the formats of LangWatch's first and current "
        "API.",
        "LangWatch: Prompt Tags": "The definitions of tags; `production` is the live version.",
        "LangWatch: Traces": "Telemetry of LangWatch's clients.",
    },
    security=BEARER_AUTH
    | {
        "LangWatchToken": {
            "type": "apiKey",
            "in": "header",
            "name": "X-Auth-Token",
            "description": "An API key.",
        },
        "LangWatchBasic": {
            "type": "http",
            "scheme": "basic",
            "description": "The team's id and an API key.",
        },
    },
    credential="the header `Authorization` or `X-Auth-Token`",
    team_choice="send the id of one of them in the header X-Project-Id",
    request_headers=("X-Project-Id",),
    error_model="Error",
    has_drafts=False,
    has_credential=has_credential,
    parse_credential=parse_credential,
    load_body=load_body,
    dump_problem=dump_problem,
)
