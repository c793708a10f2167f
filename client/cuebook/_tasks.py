"""Run the client's programs in an event loop, and beside the caller in a task of its own.

Programs without asyncio do not load it, which takes a third of the import of this package.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, TypeVar

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
    import asyncio

    import httpx

    from ._address import Address

Result = TypeVar("Result")


class Tasks:
    """Runs programs with one pool of connections for each event loop."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._clients: dict[asyncio.AbstractEventLoop, httpx.AsyncClient] = {}
        self._process = os.getpid()
        self._running: set[asyncio.Task[None]] = set()

    async def run(self, program: Program[Result]) -> Result:
        """Run a program to its end, and return its result."""
        try:
            effect = next(program)
            while True:
                try:
                    result = await self._perform(effect)
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
        """Run a program in a task of the loop that runs."""
        import asyncio

        task = asyncio.get_running_loop().create_task(self.run(program), name="cuebook-refresh")
        self._running.add(task)  # a loop keeps no task alive
        task.add_done_callback(self._running.discard)

    async def close(self) -> None:
        """Close the connections of this loop, and end what runs beside the caller in it."""
        import asyncio

        loop = asyncio.get_running_loop()
        tasks = [task for task in self._running if task.get_loop() is loop]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if (client := self._clients.pop(loop, None)) is not None:
            await client.aclose()

    async def _perform(self, effect: Effect) -> Any:
        import asyncio

        if isinstance(effect, Send):
            return await self._send(effect)
        if isinstance(effect, Pause):
            await asyncio.sleep(effect.seconds)
            return None
        # Unlike `wait_for`, this does not cancel what others wait for too.
        await asyncio.wait([asyncio.wrap_future(effect.flight)], timeout=max(0.0, effect.seconds))
        return None

    async def _send(self, effect: Send) -> Response:
        import asyncio

        try:
            async with (
                asyncio.timeout(effect.seconds),
                self._get_client().stream(
                    effect.method,
                    self._address.url + effect.path,
                    content=effect.body,
                    headers=dict(effect.headers),
                    timeout=None,
                ) as response,
            ):
                check_encoding(response.headers)
                body = bytearray()
                async for part in response.aiter_bytes():
                    body += part
                    if len(body) > LARGEST_BODY:
                        raise NoResponseError(f"it has more than {LARGEST_BODY:,} bytes")
                return Response(response.status_code, response.headers, bytes(body))
        except NoResponseError:
            raise
        except TimeoutError as error:
            raise NoResponseError(f"it took more than {effect.seconds:.1f} seconds") from error
        except Exception as error:  # of httpx, or of what it passes on, as in `_threads`
            raise NoResponseError(f"{self._address.url}: {type(error).__name__} {error}") from error

    def _get_client(self) -> httpx.AsyncClient:
        import asyncio

        import httpx

        if self._process != os.getpid():
            # A forked process must not use its parent's connections.
            self._clients, self._process = {}, os.getpid()
        loop = asyncio.get_running_loop()
        if loop not in self._clients:
            # Whoever runs each call in a loop of its own leaves connections behind.
            for ended in [each for each in self._clients if each.is_closed()]:
                del self._clients[ended]
            self._clients[loop] = httpx.AsyncClient(headers=self._address.headers)
        return self._clients[loop]
