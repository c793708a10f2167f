"""What the client does, whatever runs it: see `_effects`."""

from __future__ import annotations

import json
import logging
import os
import time
import weakref
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice
from threading import Lock
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from . import _observer
from ._copies import Copy, Key, check_name, load_copy
from ._effects import Join, Program
from ._requests import request
from .errors import (
    ConfigurationError,
    CuebookError,
    InvalidRequestError,
    NotFoundError,
    ServiceError,
    UnavailableError,
)
from .prompts import build_fallback

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from ._snapshots import Snapshot
    from .prompts import Fallback, Prompt

Outcome: TypeAlias = Copy | CuebookError
RefreshMode: TypeAlias = Literal["background", "inline"]
Exchange: TypeAlias = Literal["fetch", "preload", "refresh"]  # why the service is asked

BATCH = 100  # the prompts of one request
# What is older than so many times its TTL is refreshed before it is used, if that takes no longer
# than `refresh_seconds`: the process was suspended, or has not asked for long.
PATIENCE = 5
IDLE = 60  # what nobody has asked for during so many TTLs is not refreshed with the others
FIRST_COOLDOWN = 1.0  # seconds in which the service is left alone after it has failed
LONGEST_COOLDOWN = 30.0  # seconds
LONGEST_WISH = 3600.0  # seconds for which the service is left alone if it asks for that

logger = logging.getLogger("cuebook")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How the client keeps prompts; `Cuebook` describes them."""

    ttl: float
    max_stale: float
    absent_ttl: float
    timeout: float
    refresh_seconds: float
    attempts: int
    max_bytes: int
    refresh: RefreshMode


@dataclass(slots=True)
class Statistics:
    """What has happened so far; counts of threads that run at once may be a little too low.

    Attributes:
        hits: Prompts that were held and fresh.
        stale: Prompts that were held for longer than they should be.
        misses: Prompts that the service was asked for.
        fallbacks: Prompts that the program had to give itself.
        requests: Requests to the service for prompts, without repeated attempts.
        failures: Those of them that have failed.
        evictions: Prompts that were dropped, because there was no room.
    """

    hits: int = 0
    stale: int = 0
    misses: int = 0
    fallbacks: int = 0
    requests: int = 0
    failures: int = 0
    evictions: int = 0


class Core:
    """The prompts that are held, and the programs that get and refresh them."""

    def __init__(
        self,
        options: Options,
        start: Callable[[Program[None]], None],
        snapshot: Snapshot | None = None,
    ) -> None:
        """Begin with nothing, or with a snapshot.

        Args:
            options: How prompts are kept.
            start: Runs a program beside the caller.
            snapshot: Keeps what is held for other processes; None to keep it in this one only.
        """
        self.options = options
        self.copies: dict[Key, Copy] = {}
        self.statistics = Statistics()
        self._start = start
        self._absent: dict[Key, float] = {}  # until when it is known that there is none
        self._weight = 0
        self._generation = 0  # of what is held; what was asked for before does not count
        self._failures = 0  # in a row
        self._last_failure: CuebookError | None = None
        self._quiet_until = 0.0  # by the monotonic clock
        self._begin_process()
        self._snapshot = snapshot
        for copy in () if snapshot is None else snapshot.load():
            self._put(copy)
        self._make_room(time.monotonic())
        self._is_saved = True
        _cores.add(self)

    def _begin_process(self) -> None:
        """Begin with nobody waiting, also in a process that was forked from this one."""
        self._lock = Lock()
        self._flights: dict[Key, Future[Outcome | None]] = {}
        self._refresh: Future[None] | None = None
        self._refresh_began = 0.0
        # What runs beside a caller may end with the caller's event loop: a later one waits for it.
        self._was_interrupted = False

    # -- get

    def find(
        self,
        key: Key,
        split_key: str | None,
        fallback: str | Sequence[Mapping[str, Any]] | Fallback | None,
    ) -> Program[Prompt]:
        """Find a prompt: copy, from the service, copy for too long, or the caller's fallback.

        Raises:
            NotFoundError: There is no such prompt or version, and no fallback.
            ServiceError: The service refuses it, and there is no fallback.
            UnavailableError: The service does not answer, and there is no fallback.
            ConfigurationError: The name or the fallback is malformed.
        """
        check_name(key[0])
        if split_key is not None and not isinstance(split_key, str):
            raise ConfigurationError("split_key is a text, such as the id of a user")
        try:
            copy, is_miss, begin = self.copies.get(key), False, time.monotonic()
            if copy is not None and not copy.is_fresh():
                copy.used_at = begin  # so that no refresh leaves it out
                yield from self._revalidate(copy)
                copy = self._find_usable(key)
            if copy is None:
                copy, is_miss = (yield from self._fetch(key)), True
        except (ServiceError, UnavailableError) as error:
            if fallback is None:
                raise
            logger.warning("the fallback of %s is used: %s", key[0], error)
            self.statistics.fallbacks += 1
            return build_fallback(fallback, name=key[0], pointer=key[1])
        copy.used_at = time.monotonic()
        # With a TTL of 0 it is never fresh for the next call, but the service has just said so.
        is_fresh = copy.is_fresh() or copy.confirmed_at >= begin
        prompt = copy.choose(split_key, is_fresh=is_fresh)
        if is_miss:
            self.statistics.misses += 1
            return prompt.with_state("miss")
        if is_fresh:
            self.statistics.hits += 1
        else:
            self.statistics.stale += 1
        return prompt

    def preload(self, keys: Iterable[Key]) -> Program[None]:
        """Get prompts from the service that are not held, a hundred with each request.

        Raises:
            NotFoundError: Some of them do not exist; the others are held.
            ServiceError: The service refuses one of them.
            UnavailableError: The service does not answer.
        """
        missing = dict.fromkeys(key for key in keys if key not in self.copies)
        absent = []
        for part in _split(missing):
            outcomes = yield from self._exchange(
                "preload", dict.fromkeys(part), self.options.timeout, self.options.attempts
            )
            self.statistics.misses += len(part)
            for key, outcome in outcomes.items():
                if isinstance(outcome, NotFoundError):
                    absent.append(key)
                elif isinstance(outcome, CuebookError):
                    raise outcome
        self.save()
        if absent:
            names = ", ".join(f"{name} ({pointer})" for name, pointer in absent)
            raise NotFoundError(f"there is no {names}", status=404, code="prompt_not_found")

    def copy_statistics(self) -> Statistics:
        """Copy what has happened so far."""
        return replace(self.statistics)

    def save(self) -> None:
        """Write the snapshot, if there is one and anything has changed since."""
        if self._snapshot is not None and not self._is_saved:
            self._is_saved = True  # first: what changes meanwhile is written the next time
            if not self._snapshot.save(list(self.copies.values())):
                self._is_saved = False

    def invalidate(self, name: str | None = None) -> None:
        """Forget a prompt by all of its pointers, or all prompts."""
        with self._lock:
            self._generation += 1
            self._absent = {
                key: until for key, until in self._absent.items() if name not in (None, key[0])
            }
            for key in [key for key in self.copies if name in (None, key[0])]:
                self._drop(key)
            # A response that is under way may be older than what the caller knows.
            for key in [key for key in self._flights if name in (None, key[0])]:
                del self._flights[key]

    # -- the service

    def _fetch(self, key: Key) -> Program[Copy]:
        """Ask the service for a prompt that is not held; who asks for the same waits for that."""
        deadline = time.monotonic() + self.options.timeout
        while True:
            with self._lock:
                self._require_hope(key)
                flight = self._flights.get(key)
                is_first = flight is None
                if flight is None:
                    flight = self._flights[key] = Future()
            outcome: Outcome | None
            if is_first:
                outcome = yield from self._fly(key, flight)
            else:
                remaining = deadline - time.monotonic()
                yield Join(flight, remaining)
                outcome = flight.result() if flight.done() else None
                if outcome is None and time.monotonic() >= deadline:
                    raise UnavailableError(
                        f"{key[0]}: another caller's request took longer than "
                        f"{self.options.timeout:g} seconds"
                    )
            if isinstance(outcome, Copy):
                return outcome
            if outcome is not None:
                raise outcome

    def _fly(self, key: Key, flight: Future[Outcome | None]) -> Program[Outcome]:
        outcome: Outcome | None = None  # of who was interrupted: another one asks
        try:
            try:
                outcomes = yield from self._exchange(
                    "fetch", {key: None}, self.options.timeout, self.options.attempts
                )
                outcome = outcomes[key]
            except (ServiceError, UnavailableError) as error:
                outcome = error
            return outcome
        finally:
            with self._lock:
                if self._flights.get(key) is flight:
                    del self._flights[key]
            flight.set_result(outcome)

    def _require_hope(self, key: Key) -> None:
        """Check that it makes sense to ask the service.

        Raises:
            NotFoundError: It has just said that there is no such prompt.
            UnavailableError: It has just failed.
        """
        now = time.monotonic()
        if self._absent.get(key, 0.0) > now:
            raise _build_absence(key)
        if self._quiet_until > now and self._last_failure is not None:
            raise UnavailableError(
                f"{key[0]}: the service is left alone for {self._quiet_until - now:.1f} seconds, "
                f"since it has failed: {self._last_failure}"
            ) from self._last_failure

    def _revalidate(self, copy: Copy) -> Program[None]:
        """Refresh what is held, beside the caller if it may be used until then."""
        options = self.options
        is_patient = copy.compute_age() <= PATIENCE * options.ttl
        if options.refresh == "background" and is_patient and not self._was_interrupted:
            if self._can_refresh():
                self._start(self.refresh(options.timeout, options.attempts))
            return
        if (running := self._get_refresh()) is not None:
            yield Join(running, options.refresh_seconds)
        else:
            yield from self.refresh(options.refresh_seconds, 1, is_waited_for=True)

    def refresh(
        self, seconds: float, attempts: int, *, is_waited_for: bool = False
    ) -> Program[None]:
        """Ask the service what has moved of all that is held, unless somebody does so already.

        Args:
            seconds: The time for each request, or for all where somebody waits.
            attempts: The number of attempts of each request.
            is_waited_for: Whether somebody waits. What has waited for longest comes first.
        """
        with self._lock:
            if not self._can_refresh():
                return
            self._refresh, self._refresh_began = flight, _ = Future[None](), time.monotonic()
        is_complete = False
        try:
            # With a TTL of 0 everything would be idle, also what the caller waits for.
            now, idle = time.monotonic(), IDLE * max(self.options.ttl, 1.0)
            rows = list(self.copies.items())  # at once: other threads add some
            rows.sort(key=lambda row: row[1].confirmed_at)
            copies: dict[Key, Copy | None] = {
                key: copy
                for key, copy in rows
                if not copy.is_permanent and now - copy.used_at <= idle
            }
            for part in _split(copies):
                remaining = now + seconds - time.monotonic() if is_waited_for else seconds
                if remaining < seconds / 2:  # too short to tell that it does not answer
                    break
                yield from self._exchange(
                    "refresh", {key: copies[key] for key in part}, remaining, attempts
                )
            is_complete = True
            self.save()
        except (ServiceError, UnavailableError) as error:
            is_complete = True
            logger.warning("prompts cannot be refreshed: %s", error)
        finally:
            with self._lock:
                self._was_interrupted = not is_complete
                if self._refresh is flight:
                    self._refresh = None
            flight.set_result(None)

    def _can_refresh(self) -> bool:
        return self._get_refresh() is None and self._quiet_until <= time.monotonic()

    def _get_refresh(self) -> Future[None] | None:
        """Get the refresh that is running; None if there is none, or its runner has gone."""
        longest = (1 + len(self.copies) // BATCH) * self.options.timeout
        is_running = time.monotonic() - self._refresh_began <= longest
        return self._refresh if is_running else None

    def _exchange(
        self, kind: Exchange, copies: Mapping[Key, Copy | None], seconds: float, attempts: int
    ) -> Program[dict[Key, Outcome]]:
        """Ask the service for prompts, and keep what it says.

        Args:
            kind: Why the service is asked.
            copies: What is held of each.
            seconds: The time for all requests.
            attempts: The number of attempts of each.

        Returns:
            What it says of each.
        """
        program, observer = self._ask(copies, seconds, attempts), _observer.observer
        return program if observer is None else observer.observe_exchange(kind, copies, program)

    def _ask(
        self, copies: Mapping[Key, Copy | None], seconds: float, attempts: int
    ) -> Program[dict[Key, Outcome]]:
        generation, outcomes, rest = self._generation, dict[Key, Outcome](), dict(copies)
        deadline = time.monotonic() + seconds
        while rest:
            self.statistics.requests += 1
            body = {"prompts": [_describe(key, copy) for key, copy in rest.items()]}
            try:
                response = yield from request(
                    "POST",
                    "/v1/batch",
                    body,
                    seconds=deadline - time.monotonic(),
                    attempts=attempts,
                )
                news = dict(_load_outcomes(response, rest))
            except (ServiceError, UnavailableError) as error:
                self.statistics.failures += 1
                self._note_failure(error)
                raise
            self._keep(news, generation)
            outcomes |= news
            rest = {key: copy for key, copy in rest.items() if key not in news}
        return outcomes

    def _note_failure(self, error: ServiceError | UnavailableError) -> None:
        """Leave the service alone for a while, unless the failure is that of one request."""
        if isinstance(error, InvalidRequestError):
            return
        with self._lock:
            self._failures += 1
            self._last_failure = error
            seconds = min(FIRST_COOLDOWN * 2 ** (self._failures - 1), LONGEST_COOLDOWN)
            if isinstance(error, ServiceError):
                seconds = max(seconds, min(error.retry_after, LONGEST_WISH))
            self._quiet_until = time.monotonic() + seconds

    # -- what is held

    def _find_usable(self, key: Key) -> Copy | None:
        """Find what is held and not too old, if the service does not answer."""
        copy = self.copies.get(key)
        if copy is None or copy.compute_age() <= self.options.max_stale:
            return copy
        with self._lock:
            self._drop(key)
        return None

    def _keep(self, outcomes: Mapping[Key, Outcome], generation: int) -> None:
        now, wall = time.monotonic(), time.time()
        with self._lock:
            self._failures, self._quiet_until = 0, 0.0
            for key, outcome in outcomes.items():
                if isinstance(outcome, Copy):
                    outcome.confirm(self.options.ttl, now, wall)
                if generation != self._generation:
                    continue
                if isinstance(outcome, NotFoundError):
                    self._drop(key)
                    self._absent[key] = now + self.options.absent_ttl
                elif isinstance(outcome, Copy):
                    self._put(outcome)
                elif (copy := self.copies.get(key)) is not None:
                    copy.confirm(self.options.ttl, now, wall)  # it has failed for itself
            self._make_room(now)

    def _put(self, copy: Copy) -> None:
        if (before := self.copies.get(copy.key)) is not None:
            copy.used_at = before.used_at
        self._is_saved = False
        self._drop(copy.key)
        self._absent.pop(copy.key, None)
        self.copies[copy.key] = copy
        self._weight += copy.weight

    def _drop(self, key: Key) -> None:
        if (copy := self.copies.pop(key, None)) is not None:
            self._weight -= copy.weight
            self._is_saved = False

    def _make_room(self, now: float) -> None:
        """Drop what was not used for longest."""
        if self._weight > self.options.max_bytes:
            for copy in sorted(self.copies.values(), key=lambda copy: copy.used_at):
                self._drop(copy.key)
                self.statistics.evictions += 1
                # Some more, so that not every new prompt sorts all others.
                if self._weight <= 0.9 * self.options.max_bytes:
                    break
        if len(self._absent) > BATCH:
            self._absent = {key: until for key, until in self._absent.items() if until > now}
        while len(self._absent) > 100 * BATCH:
            self._absent.pop(next(iter(self._absent)))


def _split(keys: Iterable[Key]) -> Iterator[list[Key]]:
    """Split keys into those of one request each."""
    rest = iter(keys)
    while part := list(islice(rest, BATCH)):
        yield part


def _describe(key: Key, copy: Copy | None) -> dict[str, Any]:
    name, pointer = key
    entry = {"name": name, "pointer": pointer}
    return entry if copy is None else {**entry, "etag": copy.etag}


def _load_outcomes(
    response: Any, copies: Mapping[Key, Copy | None]
) -> Iterator[tuple[Key, Outcome]]:
    """Load what the service says of the prompts that it was asked for.

    Raises:
        UnavailableError: The answer has another shape, or says nothing of them.
    """
    try:
        lists = {
            kind: {(entry["name"], entry["pointer"]): entry for entry in response[kind]}
            for kind in ("prompts", "unchanged", "unknown", "failed", "omitted")
        }
    except (KeyError, TypeError) as error:
        raise UnavailableError("the service has answered in an unknown form") from error
    if len(lists["omitted"]) >= len(copies):
        raise UnavailableError("the service has left out all that it was asked for")
    for key, copy in copies.items():
        if (entry := lists["prompts"].get(key)) is not None:
            yield key, load_copy(key, entry, len(json.dumps(entry)))
        elif (entry := lists["unchanged"].get(key)) is not None and copy is not None:
            copy.etag = str(entry.get("etag") or copy.etag)
            yield key, copy
        elif key in lists["unknown"]:
            yield key, _build_absence(key)
        elif (entry := lists["failed"].get(key)) is not None:
            details = entry.get("details")
            yield (
                key,
                ServiceError(
                    f"{key[0]}: {entry.get('error')}",
                    status=422,
                    code=str(entry.get("code") or ""),
                    details=details if isinstance(details, list) else (),
                ),
            )
        elif key not in lists["omitted"]:
            raise UnavailableError(f"the service has said nothing of {key[0]}")


def _build_absence(key: Key) -> NotFoundError:
    name, pointer = key
    return NotFoundError(
        f"{name}: there is no such prompt for this API key, or no version at {pointer}",
        status=404,
        code="prompt_not_found",
    )


_cores: weakref.WeakSet[Core] = weakref.WeakSet()


def list_cores() -> list[Core]:
    """List those of all clients of this process."""
    return list(_cores)


def _begin_processes() -> None:
    for core in list_cores():
        core._begin_process()


with suppress(AttributeError):  # a system without fork
    os.register_at_fork(after_in_child=_begin_processes)
