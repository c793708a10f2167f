"""Prompts as a folder of files: what is there, what the service has, and what each gets.

The lock file notes what each file was made from. So three states of a prompt are compared: what
the file says, what it said when both were the same, and what the service has now.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ._files import replace_file
from ._prompt_files import (
    SUFFIX,
    PromptDocument,
    can_be_slug,
    dump_document,
    load_document,
    name_file,
)
from ._version_contents import check_texts, create_version, promote, take_content
from .errors import (
    ConfigurationError,
    ConflictError,
    CuebookError,
    NotFoundError,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from .management import Management

LOCK = "cuebook.lock.json"
FORMAT = 1  # of the lock file
Target = Literal["stable", "live"]
STATUSES = ("draft", "stable", "live")  # in the order of promotion


class Action(StrEnum):
    """What happens to a prompt, or has happened."""

    CREATE = "create"
    CHANGE = "change"
    PROMOTE = "promote"
    UNCHANGED = "unchanged"
    AHEAD = "ahead"  # only the file has changed
    BEHIND = "behind"  # only the service has changed
    ABSENT = "absent"  # the service has no such prompt
    CONFLICT = "conflict"


WRITES = frozenset({Action.CREATE, Action.CHANGE, Action.PROMOTE})


@dataclass(frozen=True, slots=True)
class Step:
    """What happens to one prompt.

    Attributes:
        slug: The slug of the prompt.
        file: Its file, in the folder.
        action: What happens.
        reason: Why, where the action does not say it, and the way out of a conflict.
        version: The number of the version that the file says after it, of a conflict the one that
            the service has; None if there is none yet.
        before: What is replaced; None if there is nothing.
        after: What replaces it; None if nothing does.
        target: What a push promotes the version to; None to leave it as it is.
        prompt_id: The id of the prompt; empty if it is not there yet.
        newest: The number of the newest version when it was looked at; 0 without one.
        status: The status of that version.
        idempotency_key: The same for all pushes that have looked at the same state.
    """

    slug: str
    file: str
    action: Action
    reason: str = ""
    version: int | None = None
    before: PromptDocument | None = None
    after: PromptDocument | None = None
    target: Target | None = None
    prompt_id: str = ""
    newest: int = 0
    status: str = "draft"
    idempotency_key: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """What the lock file notes of a prompt.

    Attributes:
        id: The id of the prompt.
        version: The number of the version that the file says.
        newest: The number of the newest version then.
        description: The hash of what described the prompt then.
        content: The hash of the content then.
    """

    id: str
    version: int
    newest: int
    description: str
    content: str

    @classmethod
    def build(cls, prompt_id: str, document: PromptDocument, version: int, newest: int) -> Entry:
        """Build the entry of a prompt whose file says the same as a version."""
        hashes = document.description_hash, document.content_hash
        return cls(prompt_id, version, newest, *hashes)

    def matches(self, document: PromptDocument) -> bool:
        """Tell whether a document is what the file said then."""
        hashes = document.description_hash, document.content_hash
        return (self.description, self.content) == hashes


@dataclass(frozen=True, slots=True)
class State:
    """What the service has of a prompt.

    Attributes:
        document: What a file of it says.
        version: The number of the version in it.
        status: The status of that version.
    """

    document: PromptDocument
    version: int
    status: str


class Folder:
    """A folder of prompts.

    Attributes:
        root: The folder.
        documents: What each file says, by slug.
        entries: What the lock file notes, by slug.
    """

    def __init__(self, root: Path) -> None:
        """Read a folder, which may not exist yet.

        Raises:
            ConfigurationError: A file is malformed; the message has a line for each.
        """
        self.root = root
        self.documents: dict[str, PromptDocument] = {}
        self._paths: dict[str, Path] = {}
        problems = []
        for path in _list_files(root):
            try:
                self._add(path)
            except ConfigurationError as error:
                problems.append(str(error))
        if problems:
            raise ConfigurationError("\n".join(problems))
        self.entries = _load_lock(root / LOCK)

    def _add(self, path: Path) -> None:
        if path.is_symlink():
            raise ConfigurationError(f"{path}: this is a link; put the file itself here")
        document = load_document(path.read_bytes(), path.name.removesuffix(SUFFIX), str(path))
        if document.slug in self._paths:
            other = self._paths[document.slug]
            raise ConfigurationError(
                f"{path}: {other} has the slug {document.slug!r} too; remove or rename one of them"
            )
        self._paths[document.slug] = path
        self.documents[document.slug] = document

    def get_path(self, slug: str) -> Path:
        """Get the path that the file of a prompt has, or would have."""
        return self._paths.get(slug) or self.root / name_file(slug)

    def name_path(self, slug: str) -> str:
        """Name the file of a prompt for people."""
        return str(self.get_path(slug))

    def find_slug(self, prompt_id: str) -> str | None:
        """Find the slug that a prompt had when the lock file was written."""
        slugs = (slug for slug, entry in self.entries.items() if entry.id == prompt_id)
        return next(slugs, None)

    def choose_path(self, slug: str, before: str) -> Path | None:
        """Choose the path of a prompt's file.

        Args:
            slug: The slug of the prompt.
            before: The slug that it had before.

        Returns:
            The path; None if there is something else.
        """
        path = self.get_path(before)
        if slug != before:
            path = path.with_name(name_file(slug))
        is_own = path == self._paths.get(before)
        is_free = slug == before or slug not in self.documents
        return path if is_own or (is_free and not path.exists()) else None

    def write(self, document: PromptDocument, before: str, path: Path) -> None:
        """Write the file of a prompt.

        Args:
            document: What it says.
            before: The slug that the prompt had before.
            path: Where, as `choose_path` says.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        text = dump_document(document, path.name.removesuffix(SUFFIX))
        with replace_file(path) as file:
            file.write(text)
        if before != document.slug:
            old = self._paths.pop(before, None)
            # It may be the new file, also by another spelling where case does not count.
            if old is not None and old.exists() and not old.samefile(path):
                old.unlink()
            self.documents.pop(before, None)
            self.entries.pop(before, None)
        self._paths[document.slug] = path
        self.documents[document.slug] = document

    def save_lock(self) -> None:
        """Write the lock file, if it says something else."""
        path = self.root / LOCK
        prompts = {slug: asdict(self.entries[slug]) for slug in self.entries}
        value = {"format": FORMAT, "prompts": prompts}
        text = f"{json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False)}\n"
        if prompts and (not path.exists() or path.read_bytes() != text.encode()):
            with replace_file(path) as file:
                file.write(text)


def compare(step: Step) -> str:
    """Compare the file before and after a step: a unified diff, empty if it stays as it is."""
    from difflib import unified_diff

    before, after = (
        [] if document is None else dump_document(document).splitlines()
        for document in (step.before, step.after)
    )
    return "\n".join(unified_diff(before, after, f"service/{step.slug}", step.file, lineterm=""))


# -- pull


def pull(
    manage: Management,
    team_id: str,
    folder: Folder,
    *,
    pointer: str = "latest",
    slugs: Collection[str] = (),
    is_forced: bool = False,
) -> Iterator[Step]:
    """Write what the service has into files.

    Args:
        manage: The client's management.
        team_id: The id of the team.
        folder: The folder.
        pointer: The version of each prompt: `latest`, `live` or a tag.
        slugs: The only prompts; empty for all.
        is_forced: Whether files are replaced that were changed here.

    Yields:
        What has happened to each prompt.

    Raises:
        ConfigurationError: No prompt has one of the slugs.
    """
    rows = {row["slug"]: row for row in _list_rows(manage, team_id)}
    _check_slugs(slugs, rows)
    try:
        for slug in sorted({*slugs} or rows):
            step = _pull_prompt(manage, folder, rows[slug], pointer, is_forced)
            if step is not None:
                yield step
        ids = {row["id"] for row in rows.values()}
        for slug, entry in sorted(folder.entries.items()):
            if not slugs and entry.id not in ids and slug in folder.documents:
                reason = "the service has no such prompt for this key; the file stays here"
                yield Step(slug, folder.name_path(slug), Action.ABSENT, reason)
    finally:
        folder.save_lock()


def _pull_prompt(
    manage: Management, folder: Folder, row: Mapping[str, Any], pointer: str, is_forced: bool
) -> Step | None:
    """Write one prompt into its file; None if it is archived, and has no file."""
    slug: str = row["slug"]
    before_slug = folder.find_slug(row["id"]) or slug
    local, entry = folder.documents.get(before_slug), folder.entries.get(before_slug)
    if entry is not None and entry.id != row["id"]:
        entry = None
    if local is None and row["status"] == "archived":
        return None
    state = _read_state(manage, row, pointer)
    if state is None:
        reason = f"it has no version at {pointer}"
        return Step(slug, folder.name_path(slug), Action.UNCHANGED, reason)
    newest = state
    if pointer != "latest":
        newest = _read_state(manage, row, "latest") or state
    step = Step(
        slug,
        folder.name_path(slug),
        Action.UNCHANGED,
        version=state.version,
        before=local,
        after=state.document,
    )
    after = Entry.build(row["id"], state.document, state.version, newest.version)
    if local is not None and local.equals(state.document):
        folder.entries[slug] = after
        return step
    path = folder.choose_path(slug, before_slug)
    if path is None:
        reason = "its file would replace that of another prompt; rename that"
        return replace(step, action=Action.CONFLICT, reason=reason)
    is_same = local is None or (entry is not None and entry.matches(local))
    if is_same or is_forced:
        folder.write(state.document, before_slug, path)
        folder.entries[slug] = after
        action = Action.CREATE if local is None else Action.CHANGE
        reason = "" if before_slug == slug else f"it was {before_slug}"
        return replace(step, action=action, reason=reason, file=str(path))
    if entry is not None and entry.matches(state.document):
        return replace(step, action=Action.AHEAD, reason="only the file has changed")
    return _refuse(step, "both have changed")


# -- push


def plan_push(
    manage: Management,
    team_id: str,
    folder: Folder,
    *,
    slugs: Collection[str] = (),
    promote: Target | None = None,
    is_forced: bool = False,
) -> list[Step]:
    """Plan what a push of a folder does, and write nothing.

    Args:
        manage: The client's management.
        team_id: The id of the team.
        folder: The folder.
        slugs: The only prompts; empty for all.
        promote: What the versions that the files say are to be, at least.
        is_forced: Whether a file counts where the service has changed too.

    Raises:
        ConfigurationError: No file has one of the slugs, or a file has no valid text.
    """
    _check_slugs(slugs, folder.documents)
    planner = _Planner(folder, manage, _list_rows(manage, team_id), promote, is_forced)
    steps, problems = [], []
    for slug in sorted({*slugs} or folder.documents):
        try:
            steps.append(planner.plan(folder.documents[slug]))
        except ConfigurationError as error:
            problems.append(str(error))
    if problems:
        raise ConfigurationError("\n".join(problems))
    return steps


class _Planner:
    """Plans what a push does to each prompt."""

    def __init__(
        self,
        folder: Folder,
        manage: Management,
        rows: list[dict[str, Any]],
        promote: Target | None,
        is_forced: bool,
    ) -> None:
        self._folder, self._manage = folder, manage
        self._by_id = {row["id"]: row for row in rows}
        self._by_slug = {row["slug"]: row for row in rows}
        self._by_name = {row["name"]: row for row in rows}
        self._promote, self._is_forced = promote, is_forced

    def plan(self, local: PromptDocument) -> Step:
        """Plan what happens to the prompt of a file."""
        slug = local.slug
        entry = self._folder.entries.get(slug)
        row = self._by_id.get(entry.id) if entry else None
        if row is None and slug in self._by_slug:
            row, entry = self._by_slug[slug], None
        step = Step(slug, self._folder.name_path(slug), Action.UNCHANGED, after=local)
        if row is None:
            return self._plan_new(step, local, entry)
        step = replace(step, prompt_id=row["id"])
        has_changed = entry is None or not entry.matches(local)
        # Before the version, so that a version that another push creates meanwhile is either seen
        # here or refused there.
        key = self._build_key(row["id"]) if has_changed else ""
        newest = _read_state(self._manage, row, "latest")
        if newest is None:
            return self._plan_first(replace(step, idempotency_key=key), local, entry)
        step = replace(
            step,
            before=newest.document,
            version=newest.version,
            newest=newest.version,
            status=newest.status,
            idempotency_key=key,
        )
        if local.equals(newest.document):
            target = self._choose_target(row["id"], newest)
            return replace(step, action=Action.PROMOTE, target=target) if target else step
        if not self._is_forced:
            if entry is None:
                return _refuse(step, "the service has this prompt, and the file is not from there")
            has_moved = self._has_moved(row, entry, newest, local)
            if not has_changed:
                reason = f"`cuebook pull {slug}` brings what is new"
                return replace(step, action=Action.BEHIND, reason=reason) if has_moved else step
            if has_moved:
                return _refuse(step, "the service has another version since the last pull")
        self._check_texts(local)
        step = replace(step, action=Action.CHANGE)
        if local.content_hash == newest.document.content_hash:
            return replace(step, target=self._choose_target(row["id"], newest))
        if entry is not None and local.content_hash == entry.content and not self._is_forced:
            # Only the description has changed, and the text is that of an older version.
            before = replace(newest.document, content=local.content)
            return replace(step, version=entry.version, before=before)
        return replace(step, version=None, target=self._promote)

    def _plan_new(self, step: Step, local: PromptDocument, entry: Entry | None) -> Step:
        """Plan the creation of a prompt."""
        if entry is not None and not self._is_forced:
            reason = (
                f"the service has no such prompt any more; remove the file, or create it again "
                f"with `cuebook push {local.slug} --force`"
            )
            return replace(step, action=Action.CONFLICT, reason=reason)
        if not can_be_slug(local.slug):
            raise ConfigurationError(
                f"{step.file}: a new prompt cannot have the slug {local.slug!r}; use lower-case "
                f"letters and digits, with single underscores between words"
            )
        if local.name in self._by_name:
            other = self._by_name[local.name]["slug"]
            reason = f"the prompt {other} has the name {local.name!r}; write another `name`"
            return replace(step, action=Action.CONFLICT, reason=reason)
        self._check_texts(local)
        return replace(step, action=Action.CREATE, target=self._promote)

    def _plan_first(self, step: Step, local: PromptDocument, entry: Entry | None) -> Step:
        """Plan the first version of a prompt that has none: its creation may have been broken off.

        Where a file was made from a version, somebody has deleted that.
        """
        if entry is not None and not self._is_forced:
            return _refuse(step, "its versions have been deleted")
        self._check_texts(local)
        return replace(step, action=Action.CREATE, target=self._promote)

    def _has_moved(
        self, row: Mapping[str, Any], entry: Entry, newest: State, local: PromptDocument
    ) -> bool:
        """Tell whether the service has something else than the file was made from.

        What the file says too counts as pushed before: a push may have been broken off.
        """
        document = newest.document
        if document.description_hash not in (entry.description, local.description_hash):
            return True
        if document.content_hash == local.content_hash:
            return False
        if entry.newest != newest.version:
            return True
        base: State | None = newest
        if entry.version != newest.version:
            base = _read_state(self._manage, row, str(entry.version))
        return base is None or base.document.content_hash != entry.content

    def _choose_target(self, prompt_id: str, newest: State) -> Target | None:
        """Choose what the newest version, which the file says, is promoted to.

        A version that was live before stays where it is: somebody has taken it back.
        """
        if self._promote is None or newest.status not in STATUSES:
            return None
        if STATUSES.index(newest.status) >= STATUSES.index(self._promote):
            return None
        if newest.status == "stable" and self._was_live(prompt_id, newest.version):
            return None
        return self._promote

    def _was_live(self, prompt_id: str, version: int) -> bool:
        return any(
            event.get("live_version") == version for event in self._manage.history(prompt_id)
        )

    def _build_key(self, prompt_id: str) -> str:
        """Build a key that pushes have in common while nobody changes the prompt."""
        event = next(self._manage.history(prompt_id), None)
        return f"cuebook push {prompt_id} {event['id'] if event else ''}"

    def _check_texts(self, local: PromptDocument) -> None:
        """Check that the texts are templates, as far as this process has their engine.

        Raises:
            ConfigurationError: A text is none.
        """
        try:
            check_texts(local.content)
        except ConfigurationError as error:
            raise ConfigurationError(f"{self._folder.name_path(local.slug)}: {error}") from error


def push(
    manage: Management,
    team_id: str,
    folder: Folder,
    steps: list[Step],
    *,
    message: str = "",
) -> Iterator[Step]:
    """Do what `plan_push` has planned.

    Args:
        manage: The client's management.
        team_id: The id of the team.
        folder: The folder.
        steps: The plan, without conflicts.
        message: Why the versions are created.

    Yields:
        What has happened to each prompt. A conflict means that somebody else has written at the
        same time.
    """
    try:
        for step in steps:
            try:
                yield _push_prompt(manage, team_id, folder, step, message)
            except _RaceError as error:
                yield _refuse(step, str(error))
            except CuebookError as error:
                error.args = (f"{step.file}: {error}",)
                raise
    finally:
        folder.save_lock()


class _RaceError(Exception):
    """Somebody else has created a version since the plan was made."""


def _push_prompt(
    manage: Management, team_id: str, folder: Folder, step: Step, message: str
) -> Step:
    """Do one step, and note it for the lock file.

    The order is such that a push that is broken off anywhere can be run again.
    """
    local = step.after
    if local is None or step.action is Action.BEHIND:
        return step
    prompt_id, before, number, status = step.prompt_id, step.before, step.newest, step.status
    if step.action is Action.CREATE:
        if prompt_id:
            prompt = manage.prompt(prompt_id)
        else:
            prompt = manage.create_prompt(team_id, local.name, slug=local.slug)
            prompt_id = prompt["id"]
        before = _describe_prompt(manage, prompt_id, _load_description(prompt), local)
    if before is None:
        return step
    if step.action in (Action.CREATE, Action.CHANGE):
        content = local.content
        if local.content_hash != before.content_hash:
            version = _create_version(manage, prompt_id, step, local.content, message)
            content, number, status = take_content(version), version["version"], version["status"]
        result = replace(_describe_prompt(manage, prompt_id, before, local), content=content)
        if not result.equals(local):  # the service has its own spelling
            path = folder.choose_path(result.slug, local.slug) or folder.get_path(local.slug)
            folder.write(result, local.slug, path)
            local = result
        before = result
    if step.target is not None and not _promote(manage, prompt_id, number, status, step.target):
        step = replace(step, reason=f"it is {step.target} when somebody else has approved that")
    step = replace(step, version=step.version or number)
    if before.equals(local):
        folder.entries[local.slug] = Entry.build(prompt_id, local, step.version or number, number)
    return step


def _describe_prompt(
    manage: Management, prompt_id: str, before: PromptDocument, local: PromptDocument
) -> PromptDocument:
    """Change what describes a prompt to what a file says, where that is something else."""
    fields: dict[str, Any] = {}
    if local.name != before.name:
        fields["new_name"] = local.name
    if local.description != before.description:
        fields["description"] = local.description
    if local.keywords != before.keywords:
        fields["keywords"] = local.keywords
    return _load_description(manage.change_prompt(prompt_id, **fields)) if fields else before


def _create_version(
    manage: Management, prompt_id: str, step: Step, content: Mapping[str, Any], message: str
) -> dict[str, Any]:
    """Create the version of a step.

    Raises:
        _RaceError: Somebody else has created another one.
    """
    try:
        version = create_version(
            manage,
            prompt_id,
            content,
            message=message,
            idempotency_key=step.idempotency_key or None,
        )
    except ConflictError as error:
        if error.code != "idempotency_mismatch":
            raise
        raise _RaceError("another push has created a version at the same time") from error
    number = version["version"]
    if _has_version_between(manage, prompt_id, step.newest, number):
        manage.delete_version(prompt_id, number)  # or the next push would take it for agreed
        raise _RaceError(f"somebody else has created a version just before version {number}")
    return version


def _has_version_between(manage: Management, prompt_id: str, newest: int, number: int) -> bool:
    """Tell whether there is a version between two; numbers of deleted drafts are not used again."""
    for between in range(newest + 1, number):
        try:
            manage.version(prompt_id, between)
        except NotFoundError:
            continue
        return True
    return False


def _promote(manage: Management, prompt_id: str, number: int, status: str, target: Target) -> bool:
    """Promote a version; tell whether it is there, or somebody else must approve that first."""
    stages = range(STATUSES.index(status), STATUSES.index(target))
    return all(promote(manage, prompt_id, number) for _ in stages)


def _refuse(step: Step, what: str) -> Step:
    """Make a conflict of a step, with the ways out."""
    reason = (
        f"{what}; `cuebook pull {step.slug} --force` replaces the file, and "
        f"`cuebook push {step.slug} --force` makes a new version of it"
    )
    return replace(step, action=Action.CONFLICT, reason=reason)


# -- what the service has


def _list_rows(manage: Management, team_id: str) -> list[dict[str, Any]]:
    """List the prompts of a team.

    Raises:
        ConfigurationError: Two of them have the same slug.
    """
    rows = [*manage.prompts(team_id)]
    for slug, count in Counter(row["slug"] for row in rows).items():
        if count > 1:
            raise ConfigurationError(
                f"{count} prompts of the team have the slug {slug!r}, in different scopes of "
                f"LangWatch; rename one of them in the service"
            )
    return rows


def _check_slugs(slugs: Collection[str], names: Collection[str]) -> None:
    for slug in slugs:
        if slug not in names:
            raise ConfigurationError(f"there is no prompt {slug!r}")


def _read_state(manage: Management, row: Mapping[str, Any], pointer: str) -> State | None:
    """Read a version of a prompt; None if there is none at the pointer."""
    try:
        version = manage.version(row["id"], pointer)
    except NotFoundError:
        return None
    return _build_state(row, version)


def _build_state(prompt: Mapping[str, Any], version: Mapping[str, Any]) -> State:
    """Build the state of a prompt."""
    document = replace(_load_description(prompt), content=take_content(version))
    return State(document, version["version"], version["status"])


def _load_description(prompt: Mapping[str, Any]) -> PromptDocument:
    return PromptDocument(
        slug=prompt["slug"],
        name=prompt["name"],
        content={},
        description=prompt["description"],
        keywords=(*prompt["keywords"],),
    )


# -- files


def _list_files(root: Path) -> Iterator[Path]:
    """List the files of prompts in a folder and those below it, but not where links lead."""
    for folder, names, files in os.walk(root):
        names[:] = sorted(name for name in names if not name.startswith("."))
        yield from (Path(folder, name) for name in sorted(files) if name.endswith(SUFFIX))


def _load_lock(path: Path) -> dict[str, Entry]:
    """Load the lock file; it may not exist yet.

    Raises:
        ConfigurationError: It is malformed.
    """
    try:
        value = json.loads(path.read_bytes())
        if value["format"] != FORMAT:
            raise ConfigurationError(f"{path}: a newer cuebook has written this; upgrade cuebook")
        entries = {slug: Entry(**fields) for slug, fields in value["prompts"].items()}
    except FileNotFoundError:
        return {}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        if isinstance(error, ConfigurationError):
            raise
        raise ConfigurationError(
            f"{path}: this is no lock file; restore it from Git, with both sides of a merge, or "
            f"remove it and run `cuebook pull`"
        ) from error
    return entries
