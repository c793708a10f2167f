"""`GET /v1/me/teams` says what the caller may do in each team."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.client import Registry


@pytest.mark.parametrize(
    ("role", "permissions"),
    [
        ("viewer", ["read", "see_people"]),
        ("editor", ["read", "write", "see_people"]),
        ("admin", ["read", "write", "curate", "see_people", "manage"]),
    ],
)
def test_a_person_has_the_permissions_of_the_role(
    registry: Registry, role: str, permissions: list[str]
) -> None:
    person = registry.people[role]

    (team,) = person("GET", "/v1/me/teams").json["teams"]

    assert team["permissions"] == permissions
