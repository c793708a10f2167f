"""Writing: decide a change, write it conditionally, and decide again after a lost race.

With an idempotency key the response is recorded in the same transaction as the change, so that a
repeated request gets the same response, whatever has happened since.
"""

from __future__ import annotations

import random
import time
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING, Any, TypeVar

from shared.domain.changes import Origin
from shared.domain.model import Version
from shared.problems import Contended, InvalidRequest, Problem
from shared.responses import EncodedResponse, Replay, Response, encode_response, require_size
from shared.store import keys
from shared.store.idempotency import Attempt
from shared.store.transactions import LostRaceError, RecordExistsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from shared.call import Call
    from shared.domain.changes import Change
    from shared.domain.model import Ledger
    from shared.store.team import PromptStore, TeamStore

Body = TypeVar("Body")
Subject = TypeVar("Subject")

RETRY_SECONDS = 22.0  # a function times out after 28 s, and the last attempt takes time too
FIRST_PAUSE = 0.002  # seconds
LONGEST_PAUSE = 0.25  # seconds
IDEMPOTENCY_KEY_LENGTH = 255  # characters


# -- changes


def create(
    call: Call,
    team: TeamStore,
    decide: Callable[[Origin], Change[Subject]],
    dump: Callable[[Change[Subject]], Body],
) -> Response[Body]:
    """Create a prompt.

    Args:
        call: The call.
        team: The store of the prompt's team.
        decide: Makes the change.
        dump: Makes the response's body from the change.

    Raises:
        NameTaken: The team has a prompt with this name or slug.
        Contended: Other writers were faster until the time was up.
    """
    change = decide(_get_origin(call))
    response = call.respond(dump(change))
    for _ in _count_attempts(call):
        try:
            _commit(call, response, partial(team.commit, change))
        except LostRaceError:
            continue
        _annotate(call, change)
        return response
    raise Contended(retry_after=1)


def commit(
    call: Call,
    store: PromptStore,
    decide: Callable[[PromptStore, Origin], Change[Subject]],
    dump: Callable[[Change[Subject]], Body],
    *,
    target: TeamStore | None = None,
) -> Response[Body]:
    """Change a prompt: decide, write conditionally, and decide again after a lost race.

    Args:
        call: The call.
        store: The store of the prompt, which was just read.
        decide: Makes the change from the current prompt and the origin of the change.
        dump: Makes the response's body from the change.
        target: The team that the prompt may be moved to.

    Raises:
        Problem: `decide` raises it for the current prompt.
        PromptNotFound: The prompt was deleted in the meantime.
        Forbidden: The prompt was moved to another team in the meantime.
        NameTaken: The team has a prompt with this name or slug.
        Contended: Other writers were faster until the time was up.
    """
    origin = _get_origin(call)
    for _ in _count_attempts(call):
        try:
            change = decide(store, origin)
        except Problem:
            # `decide` can read versions that are newer than the head, so the problem counts only
            # if the head has not changed.
            current = call.open_prompt(store.prompt.id)
            if current.prompt.revision == store.prompt.revision:
                raise
            store = current
            continue
        response = call.respond(dump(change))
        try:
            _commit(call, response, partial(store.team.commit, change, target=target))
        except LostRaceError as race:
            if race.current is not None:
                store = call.admit(race.current)
            else:
                store = call.open_prompt(store.prompt.id)
            continue
        _annotate(call, change)
        return response
    raise Contended(retry_after=1)


def commit_ledger(
    call: Call,
    team: TeamStore,
    name: str,
    decide: Callable[[Ledger, Origin], tuple[Ledger, Body]],
) -> Response[Body]:
    """Change a ledger of a team, and decide again after a lost race.

    Args:
        call: The call.
        team: The store of the ledger's team.
        name: The name of the ledger.
        decide: Makes the new ledger and the response's body from the current ledger.

    Raises:
        Problem: `decide` raises it.
        Contended: Other writers were faster until the time was up.
    """
    origin = _get_origin(call)
    for _ in _count_attempts(call):
        ledger, body = decide(team.get_ledger(name), origin)
        response = call.respond(body)
        try:
            _commit(call, response, partial(team.commit_ledger, ledger))
        except LostRaceError:
            continue
        return response
    raise Contended(retry_after=1)


def _get_origin(call: Call) -> Origin:
    return Origin(by=call.principal.author)


def _count_attempts(call: Call) -> Iterator[int]:
    """Count attempts, with growing random pauses that spread out concurrent writers."""
    deadline = time.monotonic() + RETRY_SECONDS
    attempts = 0
    while time.monotonic() < deadline:
        if attempts:
            longest = min(LONGEST_PAUSE, FIRST_PAUSE * 2**attempts)
            time.sleep(random.uniform(0, longest))
        call.annotations["raced"] = attempts
        yield attempts
        attempts += 1


def _commit(call: Call, response: Response[Any], write: Callable[..., None]) -> None:
    """Write a change together with the record of the request.

    Args:
        call: The call.
        response: The response to record, if the request has an idempotency key.
        write: Writes the change with a `record`, which can be None.

    Raises:
        LostRaceError: Another writer was faster.
        Replay: A concurrent attempt of the same request was committed first.
        ResponseTooLarge: The response is too large, so that nothing is written.
    """
    attempt, encoded_response = build_attempt(call), encode_response(response)
    require_size(encoded_response, call.settings.response_bytes)
    try:
        write(record=(attempt, encoded_response) if attempt else None)
    except RecordExistsError as error:
        raise find_replay(call) or Contended(retry_after=1) from error


def _annotate(call: Call, change: Change[Any]) -> None:
    call.annotations["prompt_id"] = change.after.id
    if isinstance(change.subject, Version):
        call.annotations["version"] = change.subject.number


# -- idempotency


def build_attempt(call: Call) -> Attempt | None:
    """Build the attempt that the request's idempotency key identifies.

    Returns:
        The attempt; None for a request without a key, or with a method or route that writes
        nothing.

    Raises:
        InvalidRequest: The key is empty or too long.
    """
    request = call.request
    key = request.headers.get("idempotency-key")
    if key is None or call.is_public or request.method in ("GET", "HEAD"):
        return None
    if not 0 < len(key) <= IDEMPOTENCY_KEY_LENGTH:
        raise InvalidRequest(f"Idempotency-Key must be 1 to {IDEMPOTENCY_KEY_LENGTH} characters")
    identity = b"\0".join((request.path.encode(), request.body))
    return Attempt(
        key=keys.build_idempotency(call.principal.id, request.route.module, key),
        request_hash=sha256(identity).hexdigest(),
        at=_get_origin(call).now,
    )


def find_replay(call: Call) -> Replay | None:
    """Find the response that an earlier attempt of the request got.

    Raises:
        IdempotencyMismatch: The key was used with another request.
    """
    attempt = build_attempt(call)
    response = attempt and call.find_response(attempt)
    return Replay(response) if response else None


def respond_once(call: Call, endpoint: Callable[..., Response[Any]]) -> EncodedResponse:
    """Call an endpoint, unless an earlier attempt of the same request has a response.

    Raises:
        Problem: The endpoint raises it.
        Replay: An earlier attempt has a response.
    """
    if (replay := find_replay(call)) is not None:
        raise replay
    try:
        return encode_response(endpoint(call, **call.request.path_parameters))
    except Problem:
        # A concurrent attempt of the same request may have caused the problem.
        if (replay := find_replay(call)) is not None:
            raise replay from None
        raise
