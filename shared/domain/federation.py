"""People whom an identity provider knows: which of its groups come into which teams."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.domain.access import Role
from shared.ids import is_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

RULE = re.compile(r"(?P<group>[^=,]+)=(?P<team_id>[^=:,]+):(?P<role>[a-z]+)")
RANKS: Mapping[str, int] = {Role.VIEWER: 0, Role.EDITOR: 1, Role.ADMIN: 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRule:
    """That the people of a group are in a team.

    Attributes:
        group: The identity provider's name of the group.
        team_id: The id of the team.
        role: The role in the team.
    """

    group: str
    team_id: str
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """A person as the identity provider knows it.

    Attributes:
        id: Cognito's id of the person.
        email: The e-mail address, in lower case; empty if there is none.
        groups: The names of the groups that the person is in.
    """

    id: str
    email: str
    groups: frozenset[str]


def parse_rules(text: str) -> tuple[GroupRule, ...]:
    """Parse rules such as `writers=4f9c2d0e-6a3b-4c57-8e1d-0b2a97c5d613:editor`.

    Args:
        text: The rules, separated by commas; empty for none.

    Raises:
        ValueError: One of them is malformed.
    """
    return tuple(map(_parse_rule, text.split(","))) if text else ()


def _parse_rule(text: str) -> GroupRule:
    match = RULE.fullmatch(text.strip())
    if match is None or not is_id(match["team_id"]) or match["role"] not in RANKS:
        raise ValueError(f"{text!r} is not like group=<id of a team>:<role>")
    return GroupRule(group=match["group"].strip(), team_id=match["team_id"], role=match["role"])


def parse_group_names(text: str) -> frozenset[str]:
    """Parse the names of groups as Cognito stores them, such as `[writers, admins]`."""
    names = (name.strip().strip('"') for name in text.strip().strip("[]").split(","))
    return frozenset(filter(None, names))


def choose_roles(groups: Iterable[str], rules: Iterable[GroupRule]) -> dict[str, str]:
    """Choose the highest role in each team that one of the groups comes into, by the team's id."""
    names = frozenset(groups)
    roles: dict[str, str] = {}
    for rule in rules:
        if rule.group in names:
            roles[rule.team_id] = max(rule.role, roles.get(rule.team_id, rule.role), key=_rank)
    return roles


def _rank(role: str) -> int:
    return RANKS[role]
