"""Rules of a team about its pointers: which are protected, and who may move them.

A change moves a pointer if somebody who asks for the pointer gets something else afterwards:
another version or split, another text of a draft that the pointer is at, or nothing, because the
prompt has gone or is found by another name or slug. Maxim's deployments count as `live`, which its
clients use only without one; they give no version that has been archived.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from shared.domain.access import Permission
from shared.domain.history import PROMOTIONS
from shared.domain.model import LIVE
from shared.domain.prompts import check_tag
from shared.problems import InvalidRequest, PointerProtected

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from shared.domain.access import Principal
    from shared.domain.changes import Change
    from shared.domain.model import Prompt, Rest

MAX_POINTERS = 50  # of a team that are protected
# The only events of a change that a release request can stand for.
MOVES = frozenset({*PROMOTIONS, "tag.moved", "split.set", "split.ended"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Protection:
    """What a team protects; without an item of its own, nothing.

    Attributes:
        team_id: The id of the team.
        pointers: The protected pointers: `live`, and tags, of all prompts of the team.
        required_review: Whether a move by anybody else becomes a release request.
        require_payloads: Whether all payloads of a prompt must render with a version before it
            comes to a protected pointer.
        editors_roll_back: Whether editors may roll back to what was live before.
        revision: Counts the writes; 0 if it was never written.
        changed_at: When it was last written.
        rest: Attributes of another release.
    """

    team_id: str
    pointers: frozenset[str] = frozenset()
    required_review: bool = False
    require_payloads: bool = False
    editors_roll_back: bool = True
    revision: int = 0
    changed_at: datetime | None = None
    rest: Rest = field(default_factory=dict)

    @property
    def rules(self) -> dict[str, Any]:
        """What an admin has decided, as JSON."""
        return {
            "pointers": sorted(self.pointers),
            "required_review": self.required_review,
            "require_payloads": self.require_payloads,
            "editors_roll_back": self.editors_roll_back,
        }

    def may_move(self, principal: Principal | None, pointer: str) -> bool:
        """Tell whether somebody may move a pointer.

        Args:
            principal: Who, and may write in the team; None for an operator.
            pointer: `live`, or a tag.
        """
        return (
            principal is None
            or pointer not in self.pointers
            or principal.has_permission(Permission.MANAGE, self.team_id)
            or (principal.pointers is not None and pointer in principal.pointers)
        )


def build_pointer_problem(pointers: Iterable[str]) -> PointerProtected:
    """Build the problem of somebody who may not move some protected pointers."""
    names = sorted(pointers)
    message = (  # a tag has 50 characters at most
        f"{names[0]} is protected in this team: ask an admin of the team, or request it by "
        "POST /v1/prompts/{id}/releases"
    )
    return PointerProtected(message, details=[{"pointers": names, "message": message}])


def check_pointers(names: Iterable[str]) -> frozenset[str]:
    """Check the pointers that a team is to protect.

    Raises:
        InvalidRequest: They are too many, or one is neither `live` nor a tag that each prompt may
            have.
    """
    pointers = frozenset(name if name == LIVE else check_tag(name) for name in names)
    if any(name.isdecimal() for name in pointers):
        raise InvalidRequest(
            "pointers must not be numbers, which select versions; name a tag with a letter"
        )
    if len(pointers) > MAX_POINTERS:
        raise InvalidRequest(f"a team protects at most {MAX_POINTERS} pointers")
    return pointers


def list_moves(change: Change[Any]) -> Mapping[str, frozenset[int]]:
    """List the pointers that a change moves.

    Returns:
        The pointers, each with the versions that come to it, or that more callers get by it.
    """
    before, after = change.before, change.after
    names = {LIVE, *after.tags, *(before.tags if before else ())}
    revisions = _list_subjects(change, "version.updated")
    moves: dict[str, frozenset[int]] = {}
    for name in names:
        old, new = _list_numbers(before, name), _list_numbers(after, name)
        if before is None or before.team_id != after.team_id:
            # Here, or in the other team, nobody has decided on it yet.
            if old | new:
                moves[name] = new
        elif (
            _list_targets(before, name) != _list_targets(after, name)
            or old & revisions
            or (old and _get_place(before) != _get_place(after))
            or (name == LIVE and old & _list_subjects(change, "version.archived"))
        ):
            moves[name] = _list_arrivals(before, after, name) | new & revisions
    return moves


def _list_subjects(change: Change[Any], kind: str) -> set[int]:
    """List the versions that the events of a kind are about."""
    return {event.detail["version"] for event in change.events if event.kind == kind}


def _list_arrivals(before: Prompt, after: Prompt, pointer: str) -> frozenset[int]:
    """List the versions that a pointer gives to more callers than before."""
    weights = {share.version: share.weight for share in before.list_shares(pointer)}
    arrivals = {
        share.version
        for share in after.list_shares(pointer)
        if share.weight > weights.get(share.version, 0)
    }
    if pointer == LIVE:
        arrivals.update(each["number"] for each in _list_new_deployments(before, after))
    return frozenset(arrivals)


def _list_new_deployments(before: Prompt, after: Prompt) -> list[dict[str, Any]]:
    return [each for each in after.deployments if each not in before.deployments]


def _list_targets(prompt: Prompt, pointer: str) -> tuple[Any, ...]:
    """List all that somebody gets by a pointer."""
    shares = tuple(prompt.list_shares(pointer))
    return (shares, prompt.deployments) if pointer == LIVE else (shares,)


def _list_numbers(prompt: Prompt | None, pointer: str) -> frozenset[int]:
    if prompt is None or prompt.is_deleted:
        return frozenset()
    numbers = {share.version for share in prompt.list_shares(pointer)}
    if pointer == LIVE:
        numbers.update(deployment["number"] for deployment in prompt.deployments)
    return frozenset(numbers)


def _get_place(prompt: Prompt) -> tuple[str, str, str, bool]:
    """Get all that applications find a prompt by: Langfuse's clients by its name."""
    return prompt.name, *_get_slug(prompt)


def _get_slug(prompt: Prompt) -> tuple[str, str, bool]:
    return prompt.slug, prompt.scope, prompt.is_deleted


def takes_slug(change: Change[Any]) -> bool:
    """Tell whether a prompt gets a slug that look-ups try before those of `organization`."""
    before, after = change.before, change.after
    if after.scope != "team" or after.is_deleted:
        return False
    place = after.team_id, _get_slug(after)
    return before is None or (before.team_id, _get_slug(before)) != place


def find_rollback(change: Change[Any]) -> int | None:
    """Find the version that a change rolls back to; None if it does anything else."""
    if [event.kind for event in change.events] != ["version.rolled_back"]:
        return None
    number: int = change.events[0].detail["version"]
    return number


def find_way_back(change: Change[Any]) -> int | None:
    """Find the version that a change takes `live` back to, if it was live before.

    That is a rollback, or the end of a split, which leaves its first version.

    Returns:
        The number of the version; None if the change does anything else.
    """
    match change.events:
        case [event] if event.kind == "split.ended" and event.detail["pointer"] == LIVE:
            number: int = event.detail["version"]
            return number
    return find_rollback(change)


def find_deployment(change: Change[Any]) -> dict[str, Any] | None:
    """Find the one of Maxim's deployments that a change makes, if it does nothing else."""
    if [event.kind for event in change.events] != ["prompt.configured"] or change.before is None:
        return None
    new = _list_new_deployments(change.before, change.after)
    return new[0] if len(new) == 1 else None


def can_be_requested(change: Change[Any]) -> bool:
    """Tell whether a release request can stand for a change: it moves one pointer, and no more."""
    pointers = list_moves(change).keys()
    if len(pointers) != 1:
        return False
    if find_deployment(change) is not None:
        return True
    (pointer,) = pointers
    kinds = {event.kind for event in change.events}
    return kinds <= MOVES and bool(change.after.list_shares(pointer))
