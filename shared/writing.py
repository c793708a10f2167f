"""Writing: decide a change, write it conditionally, and decide again after a lost race.

With an idempotency key the response is recorded in the same transaction as the change, so that a
repeated request gets the same response, whatever has happened since.
"""

from __future__ import annotations

import random
import time
from functools import partial
from hashlib import sha256
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar

from shared import exact_json
from shared.buckets import TOTAL_WEIGHT
from shared.deadline import get_deadline
from shared.domain.changes import Origin
from shared.domain.model import Version
from shared.problems import (
    Contended,
    InvalidRequest,
    PointerProtected,
    Problem,
    ReviewRequired,
)
from shared.responses import EncodedResponse, Replay, Response, encode_response, require_size
from shared.routes import NATIVE
from shared.routes.route import REQUESTED
from shared.store import keys
from shared.store.idempotency import Attempt
from shared.store.transactions import LostRaceError, RecordExistsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from shared.call import Call
    from shared.domain.changes import Change
    from shared.domain.ledgers import LedgerType
    from shared.domain.model import Ledger
    from shared.request import Request
    from shared.store.team import PromptStore, TeamStore

Body = TypeVar("Body")
Subject = TypeVar("Subject")

TRY_SECONDS = 5.0  # to read, decide and write, with all that AWS may be waited for
# By measurement of 64 writers (`make contention`): with shorter pauses most tries fail and keep
# DynamoDB busy, with longer ones the last writers wait for nobody.
FIRST_PAUSE = 0.08  # seconds
LONGEST_PAUSE = 2.0  # seconds
IDEMPOTENCY_KEY_LENGTH = 255  # characters

# What most changes need, and reads do not: so it is imported where it is used.
MODULES = (
    "shared.domain.access_events",
    "shared.domain.compositions",
    "shared.domain.history",
    "shared.domain.protection",
    "shared.domain.release_requests",
    "shared.store.audit_items",
    "shared.store.protections",
    "shared.store.release_items",
)


def prepare() -> None:
    """Import what changes need, while a function starts."""
    for name in MODULES:
        import_module(name)


# -- changes


def create(
    call: Call,
    team: TeamStore,
    decide: Callable[[Origin], Change[Subject]],
    dump: Callable[[Change[Subject]], Body],
    *,
    headers: Callable[[Change[Subject]], Mapping[str, str]] = lambda change: {},
) -> Response[Body]:
    """Create a prompt.

    Args:
        call: The call.
        team: The store of the prompt's team.
        decide: Makes the change.
        dump: Makes the response's body from the change.
        headers: Makes its headers from the change.

    Raises:
        InvalidComposition: A version includes what it cannot include.
        NameTaken: The team has a prompt with this name or slug.
        LimitReached: One transaction cannot hold the change.
        Contended: Other writers were faster until the time was up.
    """
    decision = decide(_get_origin(call))
    for _ in _count_tries(call):
        change = team.compose(decision)
        response = call.respond(dump(change), headers=headers(change))
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
    headers: Callable[[Change[Subject]], Mapping[str, str]] = lambda change: {},
    read: Callable[[PromptStore], Any] | None = None,
    target: TeamStore | None = None,
    is_forced: bool = False,
) -> Response[Body]:
    """Change a prompt: decide, write conditionally, and decide again after a lost race.

    Args:
        call: The call.
        store: The store of the prompt, which was just read.
        decide: Makes the change from the current prompt and the origin of the change.
        dump: Makes the response's body from the change.
        headers: Makes its headers from the change.
        read: Makes the body that `If-Match` is about from the current prompt; None if there is
            nothing to read. Left out where the row of the route says that the header does not
            matter.
        target: The team that the prompt may be moved to.
        is_forced: Whether to take away what other prompts include.

    Raises:
        Included: Other prompts include what the change takes away.
        InvalidComposition: A version includes what it cannot include.
        Problem: `decide` or `read` raises it for the current prompt.
        PreconditionFailed: `If-Match` does not match the current prompt.
        PromptNotFound: The prompt was deleted in the meantime.
        Forbidden: The prompt was moved to another team in the meantime.
        NameTaken: The team has a prompt with this name or slug.
        LimitReached: One transaction cannot hold the change.
        PointerProtected: The principal may not move a protected pointer, nor can that be requested.
        PayloadsFailed: A version does not render with all payloads, before it comes to a protected
            pointer.
        ReviewRequired: The move is requested, in a dialect whose clients know no such response.
        Contended: Other writers were faster until the time was up.
    """
    origin = _get_origin(call)
    for number in _count_tries(call):
        if number:
            # Others may have written during the pause, and a write from what is old would lose.
            store = call.open_prompt(store.prompt.id)
        try:
            if read is not None:
                call.require_match(partial(read, store))
            change = store.team.compose(decide(store, origin))
        except Problem:
            # These can read versions that are newer than the head, so the problem counts only
            # if the head has not changed.
            current = call.open_prompt(store.prompt.id)
            if current.prompt.revision == store.prompt.revision:
                raise
            continue
        response = call.respond(dump(change), headers=headers(change))
        try:
            write = partial(store.team.commit, change, target=target, is_forced=is_forced)
            _commit(call, response, write)
        except LostRaceError:
            continue
        except PointerProtected as problem:
            try:
                response = _request_review(call, store, change, origin, problem)
            except LostRaceError:
                continue
            return response
        _annotate(call, change)
        return response
    raise Contended(retry_after=1)


def _request_review(
    call: Call,
    store: PromptStore,
    change: Change[Any],
    origin: Origin,
    problem: PointerProtected,
) -> Response[Any]:
    """Request a move that the principal may not make, where the team wants it reviewed.

    Returns:
        The response of the native dialect.

    Raises:
        LostRaceError: Another writer was faster.
        PointerProtected: Nobody can be asked for this change.
        ReviewRequired: It is requested, in a dialect whose clients know no such response.
    """
    from shared.domain import protection, reviews  # which other changes do not need

    if (
        not call.request.route.is_reviewed
        or not protection.can_be_requested(change)
        or not store.team.get_protection().required_review
    ):
        raise problem
    (pointer,) = protection.list_moves(change)
    deployment = protection.find_deployment(change)
    shares = (
        [(deployment["number"], TOTAL_WEIGHT)]
        if deployment
        else [(share.version, share.weight) for share in change.after.list_shares(pointer)]
    )
    is_rollback = protection.find_rollback(change) is not None
    request = reviews.create(
        store.prompt,
        pointer,
        [(store.get_version(number), weight) for number, weight in shares],
        origin,
        person_id=call.find_person_id(),
        message=change.events[0].detail["reason"] if is_rollback else "",
        deployment=deployment,
        is_rollback=is_rollback,
        waiting=store.list_waiting_releases(pointer),
    )
    if call.dialect.name == NATIVE:
        from shared.dialects.registry.release_responses import dump_release

        body = {"release": dump_release(request.subject, request.after)}
        response = Response(status=REQUESTED, body=body)
        _commit(call, response, partial(store.team.commit, request))
        return response
    store.team.commit(request)
    id = request.subject.id
    raise ReviewRequired(
        f"{pointer} moves when somebody else has approved it: this waits as the release request "
        f"{id}",
        details=[{"release_id": id, "pointer": pointer}],
    )


def commit_ledger(
    call: Call,
    team: TeamStore,
    ledger_type: LedgerType,
    decide: Callable[[Ledger, Origin], tuple[Ledger, Body]],
    *,
    read: Callable[[Ledger], Any] | None = None,
    list_moves: Callable[[Ledger, Ledger], frozenset[str]] | None = None,
) -> Response[Body]:
    """Change a ledger of a team, and decide again after a lost race.

    Args:
        call: The call.
        team: The store of the ledger's team.
        ledger_type: What the ledger lists.
        decide: Makes the new ledger and the response's body from the current ledger.
        read: Makes the body that `If-Match` is about from the current ledger.
        list_moves: Lists the pointers that are not found any more after the change, from the
            ledgers before and after it.

    Raises:
        Problem: `decide` raises it.
        PointerProtected: The principal may not move one of these pointers.
        PreconditionFailed: `If-Match` does not match the current ledger.
        Contended: Other writers were faster until the time was up.
    """
    origin = _get_origin(call)
    for _ in _count_tries(call):
        before = team.get_ledger(ledger_type)
        if read is not None:
            call.require_match(partial(read, before))
        ledger, body = decide(before, origin)
        response = call.respond(body)
        try:
            moves = list_moves(before, ledger) if list_moves else frozenset[str]()
            _commit(call, response, partial(team.commit_ledger, ledger, moves=moves))
        except LostRaceError:
            continue
        return response
    raise Contended(retry_after=1)


def commit_access(
    call: Call, decide: Callable[[Origin], tuple[Body, Callable[..., None] | None]]
) -> Response[Body]:
    """Change who may do what, and decide again after a lost race.

    Args:
        call: The call.
        decide: Makes the response's body from the current state, and what writes the change with a
            `record`; None where nothing changes.

    Raises:
        Problem: `decide` raises it.
        LastAdmin: A team, or the organisation, would have no admin.
        Contended: Other writers were faster until the time was up.
    """
    origin = _get_origin(call)
    for _ in _count_tries(call):
        try:
            body, write = decide(origin)
            response = call.respond(body)
            _commit(call, response, write or call.record_response)
        except LostRaceError:
            continue
        return response
    raise Contended(retry_after=1)


def _get_origin(call: Call) -> Origin:
    return Origin(by=call.principal.author, request_id=call.request.id)


def _count_tries(call: Call) -> Iterator[int]:
    """Count tries, with growing random pauses that spread out concurrent writers."""
    deadline = get_deadline()
    tries = 0
    pause = 0.0
    while deadline.allows(pause + TRY_SECONDS):
        if tries:
            time.sleep(pause)
        call.annotations["raced"] = tries
        yield tries
        tries += 1
        longest = min(LONGEST_PAUSE, FIRST_PAUSE * 4 ** (tries - 1))
        pause = random.uniform(0, longest)  # nosec B311


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
        The attempt; None for a request without a key, or to a route that writes nothing.

    Raises:
        InvalidRequest: The key is empty or too long, or the route's responses are not recorded.
    """
    request = call.request
    key = request.headers.get("idempotency-key")
    if key is not None and request.route.shows_secret:
        raise InvalidRequest(
            "Idempotency-Key must be left out: this request or its response has a secret, which is "
            "never stored"
        )
    if key is None or not request.route.writes:
        return None
    if not 0 < len(key) <= IDEMPOTENCY_KEY_LENGTH:
        raise InvalidRequest(f"Idempotency-Key must be 1 to {IDEMPOTENCY_KEY_LENGTH} characters")
    return Attempt(
        key=keys.build_idempotency(call.principal.id, key),
        request_hash=_compute_fingerprint(request),
        at=_get_origin(call).now,
    )


def _compute_fingerprint(request: Request) -> str:
    """Hash whatever tells a request from another one with the same key."""
    parts = (
        request.method,
        request.path,
        exact_json.encode(sorted(request.query.items())),
        request.headers.get("if-match", ""),
    )
    head = "\0".join(parts).encode(errors="surrogatepass")
    return sha256(b"\0".join((head, request.body))).hexdigest()


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
