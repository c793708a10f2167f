"""Copies of a folder of prompts, as several people have it who work with Git."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cuebook.folders.folder import Folder
from cuebook.folders.plan import plan_push
from cuebook.folders.pull import pull
from cuebook.folders.push import push
from cuebook.folders.steps import Action, Step

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cuebook.folders.documents import PromptDocument
    from cuebook.management import Management


class Copy:
    """A copy of the folder."""

    def __init__(self, root: Path, manage: Management, team_id: str) -> None:
        self.root, self.manage, self.team_id = root, manage, team_id

    def pull(self, **options: Any) -> dict[str, str]:
        return name_actions(pull(self.manage, self.team_id, Folder(self.root), **options))

    def push(self, message: str = "", **options: Any) -> dict[str, str]:
        """Push, where no conflict is in the way."""
        folder = Folder(self.root)
        steps = plan_push(self.manage, self.team_id, folder, **options)
        assert Action.CONFLICT not in [step.action for step in steps], steps
        return name_actions(push(self.manage, self.team_id, folder, steps, message=message))

    def try_push(self, **options: Any) -> dict[str, str]:
        """Push as the command does: nothing at all where there is a conflict."""
        folder = Folder(self.root)
        steps = plan_push(self.manage, self.team_id, folder, **options)
        if Action.CONFLICT in [step.action for step in steps]:
            return name_actions(steps)
        return name_actions(push(self.manage, self.team_id, folder, steps))

    def plan(self, **options: Any) -> dict[str, str]:
        return name_actions(plan_push(self.manage, self.team_id, Folder(self.root), **options))

    def read(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in self.root.iterdir()}

    def read_document(self, slug: str) -> PromptDocument:
        return Folder(self.root).documents[slug]

    def write(self, slug: str, text: str) -> None:
        self.root.mkdir(exist_ok=True)
        (self.root / f"{slug}.prompt.md").write_text(text)

    def edit(self, slug: str, before: str, after: str) -> None:
        path = self.root / f"{slug}.prompt.md"
        text = path.read_text()
        assert before in text
        path.write_text(text.replace(before, after))


def name_actions(steps: Iterator[Step] | list[Step]) -> dict[str, str]:
    return {step.slug: step.action.value for step in steps}


def create(manage: Management, team_id: str, name: str, *texts: str) -> None:
    """Create a prompt with these versions."""
    slug = manage.create_prompt(team_id, name)["slug"]
    for text in texts:
        manage.create_version(slug, text)


def list_texts(manage: Management, slug: str) -> list[str]:
    """List the texts of a prompt, newest first."""
    return [version["template"] for version in manage.versions(slug)]
