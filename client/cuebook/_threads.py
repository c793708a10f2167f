"""Run the client's programs in the thread that calls, and beside it in a thread of its own."""

from __future__ import annotations

import os
import time
from concurrent.futures import wait
from contextlib import contextmanager, suppress
from contextvars import copy_context
from threading import Lock, Thread, Timer
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakSet

from ._effects import (
    LARGEST_BODY,
    Effect,
    NoResponseError,
    Pause,
    Program,
    Response,
    Send,
    check_encoding,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from socket import socket

    import httpx

    from ._address import Address

Result = TypeVar("Result")


class Threads:
    """Runs programs with one pool of connections for all threads."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._pool = _Pool(address)
        self._process = os.getpid()

    def run(self, program: Program[Result]) -> Result:
        """Run a program to its end, and return its result."""
        return self._run(program, self._get_pool())

    def start(self, program: Program[None]) -> None:
        """Run a program in a thread that keeps no process from ending."""
        # With the caller's context variables, as a task has them: a trace is one of these.
        run, arguments = copy_context().run, (self._run, program, self._get_pool())
        thread = Thread(target=run, args=arguments, name="cuebook-refresh", daemon=True)
        try:
            thread.start()
        except RuntimeError:  # there are too many threads, or Python ends: another call tries again
            program.close()

    def close(self) -> None:
        """Close the connections; what runs beside the caller opens no others."""
        pool, self._pool = self._get_pool(), _Pool(self._address)
        pool.close()

    def _run(self, program: Program[Result], pool: _Pool) -> Result:
        try:
            effect = next(program)
            while True:
                try:
                    result = self._perform(effect, pool)
                except NoResponseError as error:
                    effect = program.throw(error)
                else:
                    effect = program.send(result)
        except StopIteration as end:
            value: Result = end.value
            return value
        finally:
            program.close()

    def _perform(self, effect: Effect, pool: _Pool) -> Any:
        if isinstance(effect, Send):
            return self._send(effect, pool)
        if isinstance(effect, Pause):
            time.sleep(effect.seconds)
            return None
        wait([effect.flight], timeout=max(0.0, effect.seconds))
        return None

    def _send(self, effect: Send, pool: _Pool) -> Response:
        deadline = time.monotonic() + effect.seconds
        try:
            with (
                pool.lend(effect.seconds) as client,
                client.stream(
                    effect.method,
                    self._address.url + effect.path,
                    content=effect.body,
                    headers=dict(effect.headers),
                    timeout=max(effect.seconds, 0.001),
                    extensions={"trace": pool.note_socket},
                ) as response,
            ):
                check_encoding(response.headers)
                body = bytearray()
                for part in response.iter_bytes():
                    body += part
                    if len(body) > LARGEST_BODY:
                        raise NoResponseError(f"it has more than {LARGEST_BODY:,} bytes")
                    if time.monotonic() > deadline:
                        raise NoResponseError(f"it took more than {effect.seconds:.1f} seconds")
                return Response(response.status_code, response.headers, bytes(body))
        except NoResponseError:
            raise
        # Besides its own, httpx passes on errors of certificates, proxies and closed connections.
        except Exception as error:
            if time.monotonic() > deadline:
                raise NoResponseError(f"it took more than {effect.seconds:.1f} seconds") from error
            reason = f"{self._address.url}: {type(error).__name__} {error}"
            raise NoResponseError(reason) from error

    def _get_pool(self) -> _Pool:
        if self._process != os.getpid():
            # A forked process must not use its parent's connections, nor wait for its threads.
            self._pool, self._process = _Pool(self._address), os.getpid()
        return self._pool


class _Pool:
    """Connections that are opened when one is needed, until the pool is closed."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._lock = Lock()
        self._client: httpx.Client | None = None
        self._sockets: WeakSet[socket] = WeakSet()
        self._borrowers = 0
        self._is_closed = False

    @contextmanager
    def lend(self, seconds: float) -> Iterator[httpx.Client]:
        """Lend the connections for one request.

        The limits of httpx are those of each read, so that a service that sends a byte now and
        then never reaches them: after the seconds the connections are closed under the request.
        Others that use them at that moment fail too; another attempt of theirs gets new ones.

        Args:
            seconds: The longest time.

        Raises:
            NoResponseError: The pool was closed.
        """
        client = self._borrow()
        timer = Timer(max(0.0, seconds), self._drop, (client,))
        timer.daemon = True
        with suppress(RuntimeError):  # there are too many threads, or Python ends
            timer.start()
        try:
            yield client
        finally:
            timer.cancel()
            with self._lock:
                self._borrowers -= 1
            self._close_unused()

    def note_socket(self, event: str, details: Mapping[str, Any]) -> None:
        """Note a new connection, of which httpx says at what stage it is."""
        if event.endswith(("connect_tcp.complete", "start_tls.complete")):  # a proxy's too
            self._sockets.add(details["return_value"].get_extra_info("socket"))

    def close(self) -> None:
        """Open no more connections, and close those there are once no request uses them."""
        self._is_closed = True
        self._close_unused()

    def _borrow(self) -> httpx.Client:
        import httpx

        with self._lock:
            if self._is_closed:
                raise NoResponseError("the client was closed meanwhile")
            if self._client is None:
                self._client = httpx.Client(headers=self._address.headers)
            self._borrowers += 1
            return self._client

    def _close_unused(self) -> None:
        with self._lock:
            if self._is_closed and not self._borrowers and self._client is not None:
                self._client.close()

    def _drop(self, client: httpx.Client) -> None:
        from socket import SHUT_RDWR

        with self._lock:
            sockets: WeakSet[socket] = WeakSet()
            if self._client is client:
                self._client = None
                sockets, self._sockets = self._sockets, WeakSet()
        for connection in sockets:
            with suppress(OSError):  # it was closed already
                connection.shutdown(SHUT_RDWR)  # which wakes who reads from it
        client.close()
