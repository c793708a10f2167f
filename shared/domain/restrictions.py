"""Restrictions of API keys to some prompts, and to some of their pointers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from shared.domain.model import LIVE, NumberOrTag, Version
from shared.problems import Forbidden

if TYPE_CHECKING:
    from shared.domain.access import Principal
    from shared.domain.changes import Change
    from shared.domain.model import Prompt, Selector

# The events of changes that move a pointer, and change nothing else.
TAG_MOVES = frozenset({"tag.moved", "tag.removed"})
SPLIT_MOVES = frozenset({"split.set", "split.ended"})
LIVE_MOVES = frozenset({"version.promoted", "version.rolled_back", "version.demoted"})


def build_pointer_problem(pointers: frozenset[str]) -> Forbidden:
    """Build the problem of an API key that asks for more than its pointers."""
    names = ", ".join(sorted(pointers))
    return Forbidden(
        details=[
            {
                "pointers": sorted(pointers),
                "message": f"this API key reads and moves no versions but by: {names}",
            }
        ]
    )


def build_prompt_problem(what: str) -> Forbidden:
    """Build the problem of an API key of some prompts that asks for more than these."""
    return Forbidden(
        details=[{"message": f"this API key is for certain prompts only, so that it cannot {what}"}]
    )


class Publishable(Protocol):
    """A version, possibly without its content."""

    @property
    def stage(self) -> str:
        """The stage of the version."""

    @property
    def is_published(self) -> bool:
        """Whether it is, or has been, stable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restrictions:
    """What a request reaches of the teams of its principal.

    Attributes:
        prompt_ids: The ids of the only prompts; None for all.
        pointers: The tags, or `live`, that are the only ones; None for all.
        can_move: Whether the request is there to move a pointer. It may read any version, to which
            the pointer is to move.
        principal: Who is restricted; None for an operator, who is not.
        hides_drafts: Whether there are no drafts, because the dialect of the request has none.
        hides_archived_versions: Whether there are no archived versions, for the same reason.
        resolves: Whether versions come with what they include, because the dialect of the request
            shows texts with all parts in them.
        is_write: Whether the request is to change something. It can change a version also where
            what that includes cannot be put in, and is shown the references then.
    """

    prompt_ids: frozenset[str] | None = None
    pointers: frozenset[str] | None = None
    can_move: bool = False
    principal: Principal | None = None
    hides_drafts: bool = False
    hides_archived_versions: bool = False
    resolves: bool = False
    is_write: bool = False

    def reaches(self, prompt_id: str) -> bool:
        """Tell whether the prompt is one of those that there are for the principal."""
        return self.prompt_ids is None or prompt_id in self.prompt_ids

    def shows(self, version: Publishable) -> bool:
        """Tell whether a version exists in the dialect of the request."""
        is_hidden = self.hides_archived_versions and version.stage == "archived"
        return not is_hidden and (version.is_published or not self.hides_drafts)

    def get_newest_number(self, prompt: Prompt) -> int | None:
        """Get the number up to which a prompt has versions for the request.

        Returns:
            The number; 0 where the head does not limit it, or where there are only drafts; None
            where an earlier release wrote the head, and drafts of the prompt are hidden.
        """
        return prompt.newest_stable if self.hides_drafts else 0

    def check_selector(self, selector: Selector) -> Selector:
        """Check that a version may be read by a selector.

        Returns:
            The selector; the tag alone, where a text can mean a number too.

        Raises:
            Forbidden: It is none of the pointers.
        """
        if self.pointers is None or self.can_move:
            return selector
        name = selector.tag if isinstance(selector, NumberOrTag) else selector
        if isinstance(name, int) or name not in self.pointers:
            raise build_pointer_problem(self.pointers)
        return name

    def allows_pointer(self, pointer: str) -> bool:
        """Tell whether a pointer is one that the principal may know of."""
        return self.pointers is None or pointer in self.pointers

    def check_pointer(self, pointer: str) -> None:
        """Check that the principal may know of a pointer.

        Raises:
            Forbidden: It is none of the pointers.
        """
        if self.pointers is not None and pointer not in self.pointers:
            raise build_pointer_problem(self.pointers)

    def check_all_versions(self) -> None:
        """Check that versions may be read whatever points at them.

        Raises:
            Forbidden: Only those of some pointers may be.
        """
        if self.pointers is not None and not self.can_move:
            raise build_pointer_problem(self.pointers)

    def allows_version(self, prompt: Prompt, number: int) -> bool:
        """Tell whether a version may be read that was found by no selector."""
        return self.pointers is None or self.can_move or number in self.list_targets(prompt)

    def list_targets(self, prompt: Prompt) -> set[int]:
        """List the numbers of the versions that the pointers hand out."""
        return {
            share.version
            for pointer in self.pointers or ()
            for share in prompt.list_shares(pointer)
        }

    def check_change(self, change: Change[Any]) -> None:
        """Check a change that is about to be written.

        Raises:
            Forbidden: It makes or moves a prompt, which a key of some prompts may not, or it does
                more than to move the pointers of the key.
        """
        if self.prompt_ids is not None:
            if change.before is None:
                raise build_prompt_problem("create another one")
            if change.before.team_id != change.after.team_id:
                raise build_prompt_problem("move one to another team")
        if self.pointers is not None and not self._moves_pointers(change):
            raise build_pointer_problem(self.pointers)

    def check_ledger(self) -> None:
        """Check that what all prompts of a team have in common may be changed.

        Raises:
            Forbidden: The key is for some prompts or pointers only.
        """
        if self.pointers is not None:
            raise build_pointer_problem(self.pointers)
        if self.prompt_ids is not None:
            raise build_prompt_problem("change what all prompts of the team share")

    def _moves_pointers(self, change: Change[Any]) -> bool:
        before, after, pointers = change.before, change.after, self.pointers or frozenset()
        if before is None or change.deletes:
            return False
        tags = {
            tag
            for tag in before.tags.keys() | after.tags.keys()
            if before.tags.get(tag) != after.tags.get(tag)
        }
        if not tags <= pointers:
            return False
        for event in change.events:
            if event.kind in LIVE_MOVES:
                # A draft that becomes stable, and nothing else, moves no pointer.
                number = event.detail.get("version")
                if LIVE not in pointers or number not in (before.live_version, after.live_version):
                    return False
            elif event.kind in SPLIT_MOVES or event.kind.startswith("release."):
                if event.detail["pointer"] not in pointers:
                    return False
            elif event.kind == "prompt.configured":
                # Maxim's deployments count as `live`, and nothing else of the settings does.
                if LIVE not in pointers or not _has_same_settings(before, after):
                    return False
            elif event.kind not in TAG_MOVES:
                return False
        # The response shows this version, also where there was nothing to do.
        targets = self.list_targets(before) | self.list_targets(after)
        return not isinstance(change.subject, Version) or change.subject.number in targets


def _has_same_settings(before: Prompt, after: Prompt) -> bool:
    """Tell whether the settings of two heads are the same but for Maxim's deployments."""
    return _list_settings(before) == _list_settings(after)


def _list_settings(prompt: Prompt) -> dict[tuple[str, str], Any]:
    return {
        (dialect, name): value
        for dialect, settings in prompt.settings.items()
        for name, value in settings.items()
        if (dialect, name) != ("maxim", "deployments")
    }


UNRESTRICTED = Restrictions()
