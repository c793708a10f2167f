"""Tela's two flags of a version, `promoted` and `draft`, and the changes that they cause."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.domain import versions
from shared.problems import NotDraft, VersionNotFound

if TYPE_CHECKING:
    from shared.domain.changes import Change, Origin
    from shared.domain.model import Status, Version


def require_present(version: Version) -> Version:
    """Check that a version is not archived, which means deleted in Tela.

    Raises:
        VersionNotFound: The version is archived.
    """
    if version.stage == "archived":
        raise VersionNotFound
    return version


def choose_status(*, promoted: bool | None, draft: bool | None) -> Status:
    """Choose the status of a new version; `promoted` has precedence over `draft`."""
    return "live" if promoted else "draft" if draft else "stable"


def apply_flags(
    change: Change[Version], origin: Origin, *, promoted: bool | None, draft: bool | None
) -> Change[Version]:
    """Extend a change so that its version gets these flags; None leaves a flag unchanged.

    Raises:
        NotDraft: `draft` is true for a version that is not a draft.
    """
    version, prompt = change.subject, change.after
    status = prompt.get_status(version)
    if promoted:
        return change.then(lambda prompt: versions.promote_to_live(prompt, version, origin))
    if draft and status != "draft":
        raise NotDraft(
            "draft must not be true: a version that is no longer a draft cannot become one again; "
            "create a new version"
        )
    if draft is False and status == "draft":
        return change.then(lambda prompt: versions.promote(prompt, version, origin))
    if promoted is False and status == "live":
        return change.then(lambda prompt: versions.demote(prompt, version, origin))
    return change
