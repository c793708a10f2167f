"""Run the client's programs in the thread that calls, and beside it in a thread of its own."""

from __future__ import annotations

import os
import time
from concurrent.futures import wait
from contextvars import copy_context
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any, TypeVar

from ._effects import Effect, NoResponseError, Pause, Program, Response, Send

if TYPE_CHECKING:
    import httpx

    from ._address import Address

Result = TypeVar("Result")


class Threads:
    """Runs programs with one pool of connections for all threads."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._lock = Lock()
        self._client: httpx.Client | None = None
        self._process = os.getpid()

    def run(self, program: Program[Result]) -> Result:
        """Run a program to its end, and return its result."""
        try:
            effect = next(program)
            while True:
                try:
                    result = self._perform(effect)
                except NoResponseError as error:
                    effect = program.throw(error)
                else:
                    effect = program.send(result)
        except StopIteration as end:
            value: Result = end.value
            return value
        finally:
            program.close()

    def start(self, program: Program[None]) -> None:
        """Run a program in a thread that keeps no process from ending."""
        # With the caller's context variables, as a task has them: a trace is one of these.
        run = copy_context().run
        thread = Thread(target=run, args=(self.run, program), name="cuebook-refresh", daemon=True)
        try:
            thread.start()
        except RuntimeError:  # there are too many threads, or Python ends: another call tries again
            program.close()

    def close(self) -> None:
        """Close the connections."""
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            client.close()

    def _perform(self, effect: Effect) -> Any:
        if isinstance(effect, Send):
            return self._send(effect)
        if isinstance(effect, Pause):
            time.sleep(effect.seconds)
            return None
        wait([effect.flight], timeout=max(0.0, effect.seconds))
        return None

    def _send(self, effect: Send) -> Response:
        import httpx

        deadline = time.monotonic() + effect.seconds
        try:
            with self._get_client().stream(
                effect.method,
                self._address.url + effect.path,
                content=effect.body,
                headers=dict(effect.headers),
                timeout=max(effect.seconds, 0.001),
            ) as response:
                parts = []
                for part in response.iter_bytes():
                    parts.append(part)
                    if time.monotonic() > deadline:
                        raise NoResponseError(f"it took more than {effect.seconds:.1f} seconds")
                return Response(response.status_code, response.headers, b"".join(parts))
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise NoResponseError(f"{type(error).__name__} {error}".strip()) from error
        except RuntimeError as error:  # which httpx raises where another thread calls `close`
            raise NoResponseError("the connections were closed meanwhile") from error

    def _get_client(self) -> httpx.Client:
        import httpx

        if self._process != os.getpid():
            # A forked process must not use its parent's connections, nor wait for its threads.
            self._lock, self._client, self._process = Lock(), None, os.getpid()
        with self._lock:
            if self._client is None:
                self._client = httpx.Client(headers=self._address.headers)
            return self._client
