"""The response to a client that refreshes the prompts which it holds, as `responses` explains."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

from shared import exact_json
from shared.dialects.registry.responses import dump_resolved_version, dump_shares
from shared.problems import Forbidden, NotFound, ResponseTooLarge

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.dialects.registry import refresh_models
    from shared.dialects.registry.refresh_requests import PromptCopy
    from shared.domain.model import Prompt, Version
    from shared.problems import Problem

ENVELOPE_BYTES = 500  # of the JSON around the entries
# What is read for one response, in sizes of a response: of texts that include others it is not
# known whether the client holds them before they are put together.
MAX_READ = 4
DIGITS = 32  # of a digest


class Refresh:
    """The response to a client, which has what the client does not hold as far as there is room.

    An ETag has two digests. The first is that of the head: as long as it is the same, nothing of
    the prompt has changed, and no version needs to be read. It is empty where a version includes
    others, because these change without it, and where the head does not tell which version it is.
    The second is that of what the client is shown, so that it gets nothing again because something
    else of the prompt has changed.

    Attributes:
        uses: The ids of prompts with the versions that the client uses from now on.
    """

    def __init__(self, copies: Sequence[PromptCopy], *, max_bytes: int) -> None:
        """Begin a response.

        Args:
            copies: What the client holds.
            max_bytes: The maximum size of the response, as it is in the result of a Lambda
                function.
        """
        self.uses: list[tuple[str, int]] = []
        self._max_bytes = max_bytes - ENVELOPE_BYTES
        # Whatever has no room is named as omitted, for which there is always room.
        self._open = {each: _measure(_name(each)) for each in copies}
        self._remaining = self._max_bytes - sum(self._open.values())
        self._to_read = MAX_READ * max_bytes
        self._body: refresh_models.RefreshedPrompts = {
            "prompts": [],
            "unchanged": [],
            "unknown": [],
            "omitted": [],
            "failed": [],
        }

    @property
    def is_full(self) -> bool:
        """Whether there is no room for another version."""
        return self._remaining <= 0 or self._to_read <= 0

    def finish(self) -> refresh_models.RefreshedPrompts:
        """Get the body, in which all that was not added is omitted."""
        self._body["omitted"] = [_name(each) for each in self._open]
        return self._body

    def add_current(self, copy: PromptCopy, prompt: Prompt, numbers: Sequence[int]) -> bool:
        """Add a prompt of which the client holds the current version, as far as its head tells.

        Args:
            copy: What the client holds.
            prompt: The head.
            numbers: The versions that the pointer hands out to this client.

        Returns:
            Whether it was added.
        """
        state, _, _ = copy.etag.partition("-")
        if state != _compute_state(copy, prompt, numbers):
            return False
        entry: refresh_models.UnchangedPrompt = {**_name(copy), "etag": copy.etag}
        self._add(copy, self._body["unchanged"], entry, prompt, numbers)
        return True

    def add_problem(self, copy: PromptCopy, problem: Problem) -> None:
        """Add a prompt that cannot be shown to the client, or does not exist for it."""
        if isinstance(problem, (NotFound, Forbidden)):
            self._add(copy, self._body["unknown"], _name(copy))
            return
        entry = {**_name(copy), "error": problem.message, "code": problem.code}
        if problem.details:
            entry["details"] = [*problem.details]
        self._add(copy, self._body["failed"], entry)

    def add_versions(
        self,
        copy: PromptCopy,
        prompt: Prompt,
        numbers: Sequence[int],
        versions: Sequence[Version],
    ) -> None:
        """Add a prompt by the versions that its pointer hands out, with all parts in them.

        Args:
            copy: What the client holds.
            prompt: The head that they were read by.
            numbers: The versions that the pointer hands out to this client, as that head tells.
            versions: The versions.
        """
        first, *others = (dump_resolved_version(version, prompt) for version in versions)
        document: dict[str, Any] = dict(first)
        if others and isinstance(copy.pointer, str):
            document |= {"split": dump_shares(prompt.list_shares(copy.pointer)), "others": others}
        text = exact_json.encode(document)
        content = _digest(text)
        includes = any(version.includes for version in versions)
        # Where a draft was deleted meanwhile, the pointer may hand out more than was read.
        handed_out = [version.number for version in versions]
        is_told_by_head = not includes and numbers == handed_out
        etag = f"{_compute_state(copy, prompt, numbers) if is_told_by_head else ''}-{content}"
        size = exact_json.measure_encoded_bytes(text)
        self._to_read -= size
        if copy.etag.partition("-")[2] == content:
            unchanged = {**_name(copy), "etag": etag}
            self._add(copy, self._body["unchanged"], unchanged, prompt, handed_out)
            return
        entry = {**_name(copy), "etag": etag, **document}
        if _measure(entry) > self._max_bytes:
            self.add_problem(copy, ResponseTooLarge())
        elif not self._add(copy, self._body["prompts"], entry, prompt, handed_out):
            self._remaining = 0  # the client asks for the others first that have waited longer

    def _add(
        self,
        copy: PromptCopy,
        entries: list[Any],
        entry: Any,
        prompt: Prompt | None = None,
        numbers: Sequence[int] = (),
    ) -> bool:
        """Add an entry if there is room for it.

        Args:
            copy: What the client holds.
            entries: The list that it belongs to.
            entry: The entry.
            prompt: The prompt, if it is one that the client goes on to use.
            numbers: The versions that it uses then.
        """
        rest = self._remaining + self._open[copy] - _measure(entry)
        if rest < 0:
            return False
        del self._open[copy]
        entries.append(entry)
        if prompt is not None:
            self.uses += [(prompt.id, number) for number in numbers]
        self._remaining = rest
        return True


def _compute_state(copy: PromptCopy, prompt: Prompt, numbers: Sequence[int]) -> str:
    """Compute the digest of the revision of a head, and of the pointer that the client follows.

    The time of the last change tells revisions apart that have the same number, after the tables
    were restored as they were before. The versions tell keys apart for which a pointer is something
    else: a number is one for most, and a tag for those that are restricted to tags.
    """
    changed_at = prompt.changed_at.isoformat()
    state = [prompt.id, prompt.revision, changed_at, copy.pointer, *numbers]
    return _digest(exact_json.encode(state))


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:DIGITS]


def _measure(entry: Any) -> int:
    return exact_json.measure_encoded_bytes(exact_json.encode(entry)) + 1


def _name(copy: PromptCopy) -> refresh_models.NamedPointer:
    return {"name": copy.name, "pointer": copy.pointer}
