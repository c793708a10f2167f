"""What an import writes of a prompt: what the service lacks, compared with what was read.

The service keeps what people have done there. What is missing is written: versions by their
content, of versions with the same content as many as were read, payloads, pointers, and what
describes the prompt. A pointer that is at another version is moved only if the caller asks for
that.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .._version_contents import take_content

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .items import Document, ImportedPrompt, ImportedVersion

LIVE = "live"
TAG = re.compile(r"[A-Za-z0-9_.-]{1,50}")
NO_TAGS = frozenset({LIVE, "latest", ".", ".."})


@dataclass(slots=True)
class Step:
    """What happens to one version.

    Attributes:
        version: The imported version.
        current: The version of the service that has its content; None until it is created.
    """

    version: ImportedVersion
    current: Document | None

    @property
    def status(self) -> str:
        """The status of the version of the service."""
        return "draft" if self.current is None else self.current["status"]

    @property
    def is_release(self) -> bool:
        """Whether a draft becomes stable."""
        is_draft = self.version.is_draft or self.version.is_archived
        return self.status == "draft" and (self.version.is_live or not is_draft)


@dataclass(slots=True)
class Plan:
    """What an import does to one prompt.

    Attributes:
        prompt: The imported prompt.
        target: The prompt of the service; None until it is created.
        newest_id: The id of its newest version; empty without one.
        newest_payload_id: The id of its newest payload; empty without one.
        steps: Its imported versions, in their order.
        payloads: The payloads that are missing.
        description: What describes it and is missing, by the arguments of `change_prompt`.
        pointers: The pointers to set, each with the place of its step.
        archivals: The places of the steps whose versions are to be archived.
        losses: What has no equivalent.
        notes: What stays as it is.
        version_ids: The ids of the versions that were created, in their order.
        payload_ids: The same of the payloads.
    """

    prompt: ImportedPrompt
    target: Document | None
    newest_id: str
    newest_payload_id: str
    steps: list[Step]
    payloads: list[Document]
    description: dict[str, Any]
    pointers: dict[str, int]
    archivals: list[int]
    losses: list[str]
    notes: list[str]
    version_ids: list[str] = field(default_factory=list)
    payload_ids: list[str] = field(default_factory=list)

    @property
    def is_archival(self) -> bool:
        """Whether the prompt is to be archived."""
        is_archived = self.target is not None and self.target["status"] == "archived"
        return self.prompt.is_archived and not is_archived

    @property
    def action(self) -> str:
        """What happens to the prompt: `create`, `change` or `unchanged`."""
        if self.target is None:
            return "create"
        is_change = (
            self.payloads
            or self.description
            or self.pointers
            or self.archivals
            or self.is_archival
            or any(step.current is None or step.is_release for step in self.steps)
        )
        return "change" if is_change else "unchanged"

    def build_row(self) -> Document:
        """Build the row of the report."""
        return {
            "name": self.prompt.name,
            "slug": self.prompt.slug if self.target is None else self.target["slug"],
            "action": self.action,
            "versions": [step.version.label for step in self.steps if step.current is None],
            "pointers": {
                pointer: self.steps[place].version.label for pointer, place in self.pointers.items()
            },
            "no_equivalent": self.losses,
            "notes": self.notes,
            "origin": self.prompt.origin,
        }


def build_plan(
    prompt: ImportedPrompt,
    target: Document | None,
    versions: Sequence[Document],
    payloads: Sequence[Document],
    *,
    is_moving: bool,
) -> Plan:
    """Build the plan of an import.

    Args:
        prompt: The imported prompt.
        target: The prompt of the service; None if there is none.
        versions: Its versions, oldest first.
        payloads: Its payloads, oldest first.
        is_moving: Whether pointers that are at other versions are to be moved.
    """
    plan = Plan(
        prompt=prompt,
        target=target,
        newest_id=versions[-1]["id"] if versions else "",
        newest_payload_id=payloads[-1]["id"] if payloads else "",
        steps=_match_versions(prompt.versions, versions),
        payloads=_list_missing_payloads(prompt, payloads),
        description=_find_missing_description(prompt, target),
        pointers={},
        archivals=[],
        losses=[*prompt.losses],
        notes=[],
    )
    _plan_pointers(plan, versions, is_moving=is_moving)
    for place, step in enumerate(plan.steps):
        if not step.version.is_archived or step.status == "archived":
            continue
        if step.current is not None and step.status == LIVE and LIVE not in plan.pointers:
            plan.notes.append(f"version {step.current['version']} is live here: it stays so")
        else:
            plan.archivals.append(place)
    return plan


def _match_versions(imports: Sequence[ImportedVersion], versions: Sequence[Document]) -> list[Step]:
    """Match versions by their content; those with the same content in their order."""
    rest = [(take_content(row), row) for row in versions]
    steps = []
    for version in imports:
        content = take_content(version.content)
        place = next((place for place, (other, _) in enumerate(rest) if other == content), None)
        steps.append(Step(version, None if place is None else rest.pop(place)[1]))
    return steps


def _list_missing_payloads(prompt: ImportedPrompt, payloads: Sequence[Document]) -> list[Document]:
    rest = [(each["name"], each["variables"]) for each in payloads]
    missing = []
    for payload in prompt.payloads:
        sample = payload["name"], payload["variables"]
        if sample in rest:
            rest.remove(sample)
        else:
            missing.append(payload)
    return missing


def _find_missing_description(prompt: ImportedPrompt, target: Document | None) -> dict[str, Any]:
    """Find what describes the imported prompt where that of the service has nothing."""
    fields: dict[str, Any] = {
        "description": prompt.description,
        "keywords": [*prompt.keywords],
    }
    if target is None:  # the description is written with the prompt
        fields["description"] = ""
    else:
        fields = {name: value for name, value in fields.items() if not target[name]}
    return {name: value for name, value in fields.items() if value}


def _plan_pointers(plan: Plan, versions: Sequence[Document], *, is_moving: bool) -> None:
    """Plan which pointers are set; the others have a note."""
    owners = {tag: row for row in versions for tag in row["tags"]}
    owners |= {row["status"]: row for row in versions if row["status"] == LIVE}
    highest = max((row["version"] for row in versions), default=0) + len(plan.steps)
    for place, step in enumerate(plan.steps):
        for pointer in (*step.version.tags, *([LIVE] if step.version.is_live else [])):
            owner, current = owners.get(pointer), step.current
            if pointer != LIVE and not _can_be_tag(pointer, highest):
                plan.losses.append(f"the tag {pointer!r}")
            elif current is not None and current is owner:
                continue
            elif step.status == "archived" and current and not step.version.is_archived:
                plan.notes.append(f"{pointer} is not set: version {current['version']} is archived")
            elif owner is not None and not is_moving:
                plan.notes.append(f"{pointer} stays at version {owner['version']}: --move moves it")
            else:
                plan.pointers[pointer] = place


def _can_be_tag(text: str, highest: int) -> bool:
    """Tell whether the service takes a text as a tag, which is not the number of a version."""
    if text in NO_TAGS or TAG.fullmatch(text) is None:
        return False
    return not (text.isdecimal() and int(text) <= highest)
