"""Cognito's page of sign-in as tests have it: an authorization code says itself who has signed in.

moto has no such page. Its real protocol is tested in `tests/functions/test_exchange.py`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

if TYPE_CHECKING:
    from collections.abc import Mapping

URL = "https://sign-in.example"
CLIENT_ID = "page"
GROUP = "writers"  # in the first team of a registry, as an editor
REDIRECT_URI = "https://console.example/signed-in"
VERIFIER = "v" * 43


def build_code(person_id: str, *, email: str = "ada@corp.example", groups: str = GROUP) -> str:
    """Build the code that somebody is sent back with."""
    return f"{person_id} {email} [{groups}]"


def build_exchange(person_id: str, **fields: str) -> dict[str, str]:
    """Build the body of a request that exchanges a code."""
    return {
        "code": build_code(person_id, **fields),
        "code_verifier": VERIFIER,
        "redirect_uri": REDIRECT_URI,
    }


def build_groups(team_id: str) -> str:
    """Build the setting that admits the group."""
    return f"{GROUP}={team_id}:editor"


def send(
    url: str, method: str, path: str, headers: Mapping[str, str], body: str
) -> tuple[int, bytes]:
    """Respond as the page does."""
    assert url == URL
    if (method, path) == ("POST", "/oauth2/token"):
        fields = {name: values[0] for name, values in parse_qs(body).items()}
        assert fields["client_id"] == CLIENT_ID
        is_known = len(fields["code"].split()) == 3 and fields["code_verifier"] == VERIFIER
        document: dict[str, Any] = (
            {"access_token": fields["code"], "token_type": "Bearer"}
            if is_known
            else {"error": "invalid_grant"}
        )
        return (200 if is_known else 400), json.dumps(document).encode()
    assert (method, path) == ("GET", "/oauth2/userInfo")
    token = headers["Authorization"].removeprefix("Bearer ")
    person_id, email, groups = token.split()
    return 200, json.dumps({"sub": person_id, "email": email, "custom:groups": groups}).encode()
