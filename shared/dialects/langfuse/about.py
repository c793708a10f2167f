"""The description of Langfuse's dialect."""

from __future__ import annotations

from shared.dialects.dialect import Dialect
from shared.dialects.langfuse.requests import has_credential, load_body, parse_credential
from shared.dialects.langfuse.responses import dump_problem

DIALECT = Dialect(
    name="langfuse",
    title="Langfuse",
    prefix="Langfuse",
    chapters={
        "Langfuse: Prompts": "Prompts by their names; the label `production` is the live version.",
        "Langfuse: Projects": "The caller's project, which is its team.",
        "Langfuse: Telemetry": "What Langfuse's clients send by themselves.",
    },
    security={
        "LangfuseBasic": {
            "type": "http",
            "scheme": "basic",
            "description": "A public key, or the team's id, and an API key.",
        }
    },
    credential="the header `Authorization`",
    team_choice="send the id of one of them as the public key",
    error_model="Error",
    has_drafts=False,
    has_archived_versions=False,
    has_own_405=True,
    has_credential=has_credential,
    parse_credential=parse_credential,
    load_body=load_body,
    dump_problem=dump_problem,
)
