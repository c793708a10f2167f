"""One request on its way through an endpoint: who asks, for what, and the only door to the store.

An endpoint gets at the store only through a method that has enforced the rule of its route's row,
so that no endpoint can forget it.
"""

from __future__ import annotations

import random
import time
from contextlib import suppress
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any, TypeVar

from shared.answers import Replayed, Reply, finish, matches, require_size
from shared.domain.changes import ID, Act
from shared.domain.versions import Version
from shared.errors import (
    Contended,
    Forbidden,
    InvalidRequest,
    PayloadNotFound,
    PreconditionFailed,
    Problem,
    PromptNotFound,
    TeamNotFound,
    VersionNotFound,
)
from shared.paging import Window, page
from shared.store import keys
from shared.store.idempotency import Attempt
from shared.store.store import AlreadyAnswered, Raced

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from shared.dialects import Dialect
    from shared.domain.access import Principal
    from shared.domain.changes import Change
    from shared.domain.ledgers import Ledger
    from shared.domain.payloads import Payload
    from shared.domain.prompts import Prompt, Selector
    from shared.request import Request
    from shared.settings import Settings
    from shared.store.store import Store

About = TypeVar("About")
Model = TypeVar("Model")
Place = TypeVar("Place")

RETRY_SECONDS = 22.0  # of the 28 that a function has; its last try may take a while
FIRST_PAUSE = 0.002
LONGEST_PAUSE = 0.25
IDEMPOTENCY_KEY_LENGTH = 255


class Unguarded(Exception):
    """An endpoint asked for the store before its route's rule was enforced: a fault of ours."""


class Call:
    """Args:
    principal: None only where the route is public.
    facts: takes up what the log and the trace are to say of this call.
    """

    def __init__(
        self,
        *,
        request: Request,
        dialect: Dialect,
        principal: Principal | None,
        store: Store,
        settings: Settings,
        facts: dict[str, str | int],
    ) -> None:
        self.request = request
        self.dialect = dialect
        self.settings = settings
        self._facts = facts
        self._principal = principal
        self._store = store
        self._guarded = False

    # -- who may

    @property
    def principal(self) -> Principal:
        if self._principal is None:
            raise Unguarded("a public route has no caller")
        return self._principal

    @property
    def team_id(self) -> str:
        """The caller's team, where the path names none: an API key is of one."""
        return next(iter(self.principal.permissions))

    @property
    def store(self) -> Store:
        if not self._guarded:
            raise Unguarded("the route's rule was not enforced yet")
        return self._store

    def permit(self, team_id: str) -> None:
        """Enforce the route's rule in a team, which opens the store. Raises Forbidden."""
        needed = self.request.route.allow
        if not self.principal.may(needed, team_id):
            raise Forbidden(details=[{"permission": needed.value}])
        self._guarded = True

    def enter(self, team_id: str, *, otherwise: str) -> None:
        """The same for a team that the caller names, which need not be one of the caller's.

        Raises TeamNotFound, with the text `otherwise`, for teams of others too; Forbidden.
        """
        if not self.principal.reaches(team_id):
            raise TeamNotFound(otherwise)
        self.permit(team_id)

    def find_prompt(self, prompt_id: str) -> Prompt:
        """The prompt, if it is in the caller's reach; the route's rule is not enforced yet.

        Raises PromptNotFound, for prompts of other teams too.
        """
        return self._in_reach(self._store.prompt(prompt_id))

    def prompt(self, prompt_id: str) -> Prompt:
        """Raises PromptNotFound, for prompts of other teams too; Forbidden."""
        return self._admitted(self._store.prompt(prompt_id))

    def prompt_by_slug(self, slug: str) -> Prompt:
        """Raises PromptNotFound, for prompts of other teams too; Forbidden."""
        return self._admitted(self._store.prompt_by_slug(self.principal.permissions, slug))

    def prompt_named(self, name: str, *, otherwise: str = "") -> Prompt:
        """The prompt of an id, or else of a slug.

        Raises PromptNotFound with the text `otherwise`, for prompts of other teams too; Forbidden.
        """
        if ID.fullmatch(name):
            with suppress(PromptNotFound):
                return self.prompt(name)
        prompt = self._store.prompt_by_slug(self.principal.permissions, name)
        return self._admitted(prompt, otherwise)

    def prompt_and_version(self, prompt_id: str, selector: Selector) -> tuple[Prompt, Version]:
        """Raises PromptNotFound, for prompts of other teams too; Forbidden; VersionNotFound."""
        found, version = self._store.prompt_and_version(prompt_id, selector)
        return self._admitted(found), self._noted(version)

    def version_by_id(self, version_id: str) -> tuple[Prompt, Version]:
        """Raises VersionNotFound, for versions of other teams too; Forbidden."""
        found, version = self._store.version_by_id(version_id)
        try:
            prompt = self._in_reach(found)
        except PromptNotFound as error:
            raise VersionNotFound from error
        self.permit(prompt.team_id)
        return prompt, self._noted(version)

    def version(self, prompt: Prompt, selector: Selector, *, otherwise: str = "") -> Version:
        """Raises VersionNotFound, with the text `otherwise`."""
        return self._noted(self.store.version(prompt, selector), otherwise)

    def shown_version(self, prompt: Prompt, selector: Selector, *, otherwise: str = "") -> Version:
        """The same for an answer that changes nothing: a warm process may remember it.

        Args:
            prompt: as it was just read.

        Raises VersionNotFound, with the text `otherwise`.
        """
        return self._noted(self.store.shown_version(prompt, selector), otherwise)

    def payload(self, prompt: Prompt, payload_id: str) -> Payload:
        """Raises PayloadNotFound."""
        if (payload := self.store.payload(prompt.id, payload_id)) is None:
            raise PayloadNotFound
        return payload

    def require_team(self, team_id: str, *, otherwise: str) -> None:
        """Raises TeamNotFound, with the text `otherwise`."""
        if self._store.team(team_id) is None:
            raise TeamNotFound(otherwise)

    def _in_reach(self, prompt: Prompt | None, otherwise: str = "") -> Prompt:
        if prompt is None or prompt.status == "deleted":
            raise PromptNotFound(otherwise)
        if not self.principal.reaches(prompt.team_id):
            raise PromptNotFound(otherwise)
        self._facts["prompt_id"] = prompt.id
        return prompt

    def _admitted(self, prompt: Prompt | None, otherwise: str = "") -> Prompt:
        prompt = self._in_reach(prompt, otherwise)
        self.permit(prompt.team_id)
        return prompt

    def _noted(self, version: Version | None, otherwise: str = "") -> Version:
        if version is None:
            raise VersionNotFound(otherwise)
        self._facts["version"] = version.number
        return version

    # -- what is asked

    def body(self, model: type[Model]) -> Model:
        """The request's body. Raises InvalidRequest."""
        return self.dialect.read(self.request, model)

    def window(self, place: Callable[[str], Place]) -> Window[Place]:
        """The part of a list that is asked for. Raises InvalidRequest.

        Args:
            place: reads a place in the list from its text; raises ValueError.
        """
        return Window.read(self.request.query, of=self.request.path, place=place)

    def require_match(self, current: Mapping[str, Any]) -> None:
        """Heed `If-Match`, given what a read would answer now. Raises PreconditionFailed."""
        wanted = self.request.headers.get("if-match")
        if wanted is not None and not matches(wanted, current):
            raise PreconditionFailed

    # -- what is answered

    def reply(self, body: Mapping[str, Any] | list[Any] | None) -> Reply:
        """The route's success."""
        return Reply(status=self.request.route.status, body=body)

    def reply_page(
        self, name: str, rows: Iterable[tuple[str, Mapping[str, Any]]], window: Window[Any]
    ) -> Reply:
        """As many of the rows as are asked for and fit, and the cursor to go on with.

        Args:
            name: of the list in the answer.
            rows: each with its place in the list.
        """
        shown, cursor = self.page(rows, window)
        return self.reply({name: shown} | ({"next_cursor": cursor} if cursor else {}))

    def reply_rows(
        self, rows: Iterable[tuple[str, Mapping[str, Any]]], window: Window[Any]
    ) -> Reply:
        """The same as a bare array, whose cursor goes into the header `X-Next-Cursor`."""
        shown, cursor = self.page(rows, window)
        headers = {"X-Next-Cursor": cursor} if cursor else {}
        return replace(self.reply(shown), headers=headers)

    def page(
        self, rows: Iterable[tuple[str, Mapping[str, Any]]], window: Window[Any]
    ) -> tuple[list[Mapping[str, Any]], str | None]:
        # Half, for in the worst case every byte of JSON counts twice on its way through Lambda.
        return page(rows, window, budget=self.settings.answer_bytes // 2)

    # -- what is changed

    def act(self) -> Act:
        return Act(by=self.principal.author)

    def create(self, change: Change[About], answer: Callable[[Change[About]], Reply]) -> Reply:
        """Make a new prompt. Raises NameTaken; Contended."""
        reply = answer(change)
        for _ in self._tries():
            try:
                self._kept(self.store.commit, change, reply)
            except Raced:
                continue
            return self._happened(change, reply)
        raise Contended(retry_after=1)

    def commit(
        self,
        prompt: Prompt,
        decide: Callable[[Prompt], Change[About]],
        answer: Callable[[Change[About]], Reply],
    ) -> Reply:
        """Change a prompt: decide, write on condition, and decide anew when somebody was faster.

        Args:
            decide: the change, given the prompt as it is; may read through the store.
            answer: what to answer when the change has happened.

        Raises whatever `decide` does; PromptNotFound and Forbidden when the prompt was moved away
        meanwhile; NameTaken; Contended when there is no end of faster writers.
        """
        for _ in self._tries():
            try:
                change = decide(prompt)
            except Problem:
                # It reads versions after the head was read: only what is still current is refused.
                current = self._admitted(self._store.prompt(prompt.id))
                if current.revision == prompt.revision:
                    raise
                prompt = current
                continue
            reply = answer(change)
            try:
                self._kept(self.store.commit, change, reply)
            except Raced as race:
                prompt = self._admitted(race.current or self._store.prompt(prompt.id))
                continue
            return self._happened(change, reply)
        raise Contended(retry_after=1)

    def commit_ledger(
        self, team_id: str, name: str, decide: Callable[[Ledger], tuple[Ledger, Reply]]
    ) -> Reply:
        """Change a team's ledger, deciding anew while others are faster. Raises Contended."""
        for _ in self._tries():
            ledger, reply = decide(self.store.ledger(team_id, name))
            try:
                self._kept(self.store.commit_ledger, ledger, reply)
            except Raced:
                continue
            return reply
        raise Contended(retry_after=1)

    def _happened(self, change: Change[Any], reply: Reply) -> Reply:
        self._facts["prompt_id"] = change.after.id
        if isinstance(change.about, Version):
            self._noted(change.about)
        return reply

    def _tries(self) -> Iterable[int]:
        """Counts tries with growing random pauses between them, so that rivals spread out."""
        deadline = time.monotonic() + RETRY_SECONDS
        tried = 0
        while time.monotonic() < deadline:
            if tried:
                longest = min(LONGEST_PAUSE, FIRST_PAUSE * 2**tried)
                time.sleep(random.uniform(0, longest))
            self._facts["raced"] = tried
            yield tried
            tried += 1

    def _kept(self, commit: Callable[..., None], change: object, reply: Reply) -> None:
        """Commit a change together with the answer that tells of it.

        Raises Raced; Replayed; AnswerTooLarge, before anything is written.
        """
        attempt, answer = self.attempt(), finish(reply)
        require_size(answer, self.settings.answer_bytes)
        try:
            commit(change, answer=(attempt, answer) if attempt else None)
        except AlreadyAnswered as again:
            raise self.replayed() or Contended(retry_after=1) from again

    # -- what was done before

    def attempt(self) -> Attempt | None:
        """The call as its idempotency key identifies it. Raises InvalidRequest."""
        request = self.request
        key = request.headers.get("idempotency-key")
        if key is None or self._principal is None or request.method in ("GET", "HEAD"):
            return None
        if not 0 < len(key) <= IDEMPOTENCY_KEY_LENGTH:
            raise InvalidRequest(
                f"Idempotency-Key must be 1 to {IDEMPOTENCY_KEY_LENGTH} characters"
            )
        said = b"\0".join((request.path.encode(), request.body))
        return Attempt(
            key=keys.idempotency(self.principal.id, request.route.module, key),
            request_hash=sha256(said).hexdigest(),
            at=self.act().now,
        )

    def once(self, endpoint: Callable[..., Reply]) -> Reply:
        """What the endpoint replies. Raises Replayed, instead of carrying out a call once more."""
        if (replayed := self.replayed()) is not None:
            raise replayed
        try:
            return endpoint(self, **self.request.parameters)
        except Problem:
            # The same call, made at the same time, may have been finished, and be the reason.
            if (replayed := self.replayed()) is not None:
                raise replayed from None
            raise

    def replayed(self) -> Replayed | None:
        """The first answer to this very call, if there was one. Raises IdempotencyMismatch."""
        attempt = self.attempt()
        answered = attempt and self._store.answered(attempt)
        return Replayed(answered) if answered else None
