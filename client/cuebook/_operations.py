"""Operations that clients for threads and for asyncio have in common.

An operation is written once, as a method that makes a program. On a client for threads it is a
method that returns the program's result; on one for asyncio, a method whose result is awaited.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from functools import update_wrapper
from typing import TYPE_CHECKING, Any, Concatenate, Generic, ParamSpec, TypeVar, overload

from ._effects import Program
from .errors import UnavailableError

if TYPE_CHECKING:
    from ._tasks import Tasks
    from ._threads import Threads

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")
Row = TypeVar("Row")


# A program that gets one page after a cursor: its rows, and the cursor of the next page.
Page = Callable[[str | None], Program[tuple[list[Row], str | None]]]


class InThreads:
    """Operations that end before they return."""

    def __init__(self, runner: Threads) -> None:
        self._runner = runner

    def run(self, program: Program[Result]) -> Result:
        """Run a program to its end."""
        return self._runner.run(program)

    def iterate(self, page: Page[Row]) -> Iterator[Row]:
        """Iterate over the rows of all pages, each of which is asked for when it is needed."""
        cursor = None
        while True:
            before = cursor
            rows, cursor = self._runner.run(page(before))
            yield from rows
            if _is_last(cursor, before):
                return


class InTasks:
    """Operations that are awaited."""

    def __init__(self, runner: Tasks) -> None:
        self._runner = runner

    async def run(self, program: Program[Result]) -> Result:
        """Run a program to its end."""
        return await self._runner.run(program)

    async def iterate(self, page: Page[Row]) -> AsyncIterator[Row]:
        """Iterate over the rows of all pages, each of which is asked for when it is needed."""
        cursor = None
        while True:
            before = cursor
            rows, cursor = await self._runner.run(page(before))
            for row in rows:
                yield row
            if _is_last(cursor, before):
                return


def _is_last(cursor: str | None, before: str | None) -> bool:
    """Tell whether a page is the last one.

    Args:
        cursor: The cursor of the next page.
        before: The cursor of this page.

    Raises:
        UnavailableError: The next page is this one again.
    """
    if cursor is not None and cursor == before:
        raise UnavailableError("the service has sent the cursor of a page with that page")
    return cursor is None


class Operation(Generic[Parameters, Result]):
    """A method of both clients."""

    def __init__(self, build: Callable[Concatenate[Any, Parameters], Program[Result]]) -> None:
        self._build = build
        update_wrapper(self, build)  # type: ignore[arg-type]

    @overload
    def __get__(self, client: InThreads, owner: type) -> Callable[Parameters, Result]: ...
    @overload
    def __get__(self, client: InTasks, owner: type) -> Callable[Parameters, Awaitable[Result]]: ...
    def __get__(self, client: Any, owner: type) -> Callable[Parameters, Any]:
        """Bind the method to a client."""
        build = self._build

        def call(*arguments: Parameters.args, **options: Parameters.kwargs) -> Any:
            return client.run(build(client, *arguments, **options))

        return update_wrapper(call, build)


class Listing(Generic[Parameters, Row]):
    """A method of both clients whose result is iterated over, page by page."""

    def __init__(self, build: Callable[Concatenate[Any, Parameters], Page[Row]]) -> None:
        self._build = build
        update_wrapper(self, build)  # type: ignore[arg-type]

    @overload
    def __get__(self, client: InThreads, owner: type) -> Callable[Parameters, Iterator[Row]]: ...
    @overload
    def __get__(self, client: InTasks, owner: type) -> Callable[Parameters, AsyncIterator[Row]]: ...
    def __get__(self, client: Any, owner: type) -> Callable[Parameters, Any]:
        """Bind the method to a client."""
        build = self._build

        def call(*arguments: Parameters.args, **options: Parameters.kwargs) -> Any:
            return client.iterate(build(client, *arguments, **options))

        return update_wrapper(call, build)
