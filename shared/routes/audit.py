"""The native dialect's endpoints of audit logs: px0's for the organisation, and one for a team."""

from __future__ import annotations

from functools import partial

from shared.domain.access import Permission
from shared.routes.route import LIMIT, PAGE, Parameter, Route

TEAM = Parameter("id", "The team's id.", format="uuid")
ORGANISATION = Parameter("orgID", "The organization's id.", format="uuid")
FILTERS = (
    Parameter(
        "from",
        "Only entries from this time on, in the format of RFC 3339.",
        format="date-time",
        examples=("2026-01-31T14:05:00Z",),
    ),
    Parameter(
        "to",
        "Only entries before this time, in the format of RFC 3339.",
        format="date-time",
        examples=("2026-01-31T15:00:00Z",),
    ),
    Parameter(
        "actor",
        "Only what this API key or person did: an id, the name of a key, or an e-mail address.",
    ),
    Parameter(
        "kind",
        "Only entries of this kind, or of all kinds that begin with this word and a dot.",
        examples=("key", "member.added"),
    ),
)
# Source: px0, whose clients know no cursor.
DEFAULT_LIMIT = 50
MAX_OFFSET = 1_000

_audit = partial(Route, dialect="registry", chapter="Audit", method="GET")

ROWS: tuple[Route, ...] = (
    _audit(
        name="list_team_audit",
        path="/v1/teams/{id}/audit",
        segments=(TEAM,),
        permission=Permission.MANAGE,
        actions=("history:Query",),
        query=(*FILTERS, *PAGE),
        problems=(404,),
    ),
    _audit(
        name="list_audit_logs",
        path="/v1/orgs/{orgID}/audit-logs",
        segments=(ORGANISATION,),
        permission=Permission.ORGANISE,
        actions=("history:Query",),
        query=(
            *FILTERS,
            Parameter(
                "limit",
                f"The maximum number of entries; {DEFAULT_LIMIT} by default.",
                type="integer",
                minimum=1,
                maximum=LIMIT.maximum,
            ),
            Parameter(
                "offset",
                "The number of entries to skip; ignored with `cursor`, which goes on further.",
                type="integer",
                minimum=0,
                maximum=MAX_OFFSET,
            ),
            PAGE[1],
        ),
        problems=(404, 422),
    ),
)
