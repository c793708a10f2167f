"""The description of the native dialect."""

from __future__ import annotations

from shared.dialects.dialect import BEARER_AUTH, Dialect
from shared.dialects.registry.requests import has_credential, load_body, parse_credential
from shared.dialects.registry.responses import dump_problem

DIALECT = Dialect(
    name="registry",
    title="Cuebook and px0",
    prefix="",
    chapters={
        "Prompts": "Names and descriptions of the prompts of a team.",
        "Prompt Versions": "The texts of a prompt, from draft to archived, and their tags.",
        "Text Checks": "What is wrong with a text that is not saved yet, for editors.",
        "Prompt Payloads": "Sample variables to try a prompt with.",
        "Prompt Renders": "Rendering for applications: variables in, text out.",
        "Sign-in": "Sessions of people, and their passwords.",
        "Account": "What belongs to the person who calls.",
        "Organization": "The deployment itself: its teams and its people.",
        "Teams": "A team and its members.",
        "Releases": "How versions reach those who call.",
        "API Keys": "Keys of programs, which people manage.",
        "Audit": "Who did what, when, and in which request.",
        "Health": "Whether the service is available.",
        "Documentation": "This document, for programs and for people.",
        "Console": "The pages on which people write prompts.",
    },
    security=BEARER_AUTH,
    credential="the header `Authorization`",
    error_model="APIError",
    resolves=False,
    team_choice="send the id of one of them as team_id",
    has_credential=has_credential,
    parse_credential=parse_credential,
    load_body=load_body,
    dump_problem=dump_problem,
)
