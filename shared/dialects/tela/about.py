"""The description of Tela's dialect."""

from __future__ import annotations

from shared.dialects.dialect import BEARER_AUTH, Dialect
from shared.dialects.tela.requests import has_credential, load_body, parse_credential
from shared.dialects.tela.responses import dump_problem

DIALECT = Dialect(
    name="tela",
    title="Tela",
    prefix="Tela",
    chapters={
        "Tela: Prompt Versions": "Versions of a prompt, which Tela also calls a canvas.",
        "Tela: Environments": "Pointers of a prompt: `production` is the live version.",
        "Tela: Prompts": "Endpoints for Tela's n8n node.",
    },
    security=BEARER_AUTH,
    credential="the header `Authorization`",
    team_choice="send the id of one of them as projectId",
    error_model="Error",
    response_headers={
        "X-Should-Retry": {
            "description": "Tells Tela's SDK not to repeat the request.",
            "schema": {"type": "string", "enum": ["false"]},
        }
    },
    has_credential=has_credential,
    parse_credential=parse_credential,
    load_body=load_body,
    dump_problem=dump_problem,
)
