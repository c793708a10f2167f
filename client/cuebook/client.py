"""The client, for threads and for asyncio."""

from __future__ import annotations

import os
from functools import cached_property
from time import monotonic, time
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from ._address import find_address
from ._copies import check_name, is_name
from ._core import Core, Options, RefreshMode, Statistics
from ._tasks import Tasks
from ._threads import Threads
from .errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from types import TracebackType
    from typing import Self

    from ._address import Address
    from ._copies import Copy, Key
    from ._snapshots import Snapshot
    from .management import AsyncManagement, Management
    from .prompts import Fallback, Prompt, Rendering

LIVE = "live"
INF = float("inf")
LARGEST_OPTIONS = {"timeout": 86_400.0, "refresh_seconds": 86_400.0}  # what a timer can wait for
Runner = TypeVar("Runner", Threads, Tasks)


class _Client(Generic[Runner]):
    """What both clients have in common.

    Attributes:
        _runner_type: What runs the programs of the client.
    """

    _runner_type: type[Runner]

    def __init__(
        self,
        url: str | None = None,
        api_key: str | None = None,
        *,
        ttl: float = 60.0,
        max_stale: float = 86_400.0,
        absent_ttl: float = 10.0,
        timeout: float = 10.0,
        refresh_seconds: float = 1.0,
        attempts: int = 3,
        max_bytes: int = 64 * 1024 * 1024,
        refresh: RefreshMode | None = None,
        snapshot: str | os.PathLike[str] | None = None,
    ) -> None:
        """Make a client; it asks for nothing yet.

        Args:
            url: The address of the service; None for the variable `CUEBOOK_URL`.
            api_key: An API key that may read; None for the variable `CUEBOOK_API_KEY`.
            ttl: How long a pointer is used without asking the service, in seconds. A version that
                is asked for by its number never changes.
            max_stale: How long what the client holds is used while the service fails, in seconds.
            absent_ttl: How long it is remembered that there is no such prompt, in seconds.
            timeout: The time for all attempts of a request, in seconds.
            refresh_seconds: How long a caller waits for a refresh at most, in seconds, where it
                cannot be made in the background, or what is held is many times as old as `ttl`.
            attempts: The number of attempts of a request.
            max_bytes: The memory for prompts, in bytes, roughly.
            refresh: `background` to refresh beside the caller, `inline` within a call; None to
                choose: Lambda freezes what runs beside a call.
            snapshot: A file that keeps what the client holds for the next process, which may start
                while the service is down; None for none.

        Raises:
            ConfigurationError: The address or the key is missing, or a number makes no sense.
        """
        address = find_address(url, api_key)
        self._runner: Runner = self._runner_type(address)
        options = _build_options(
            ttl=ttl,
            max_stale=max_stale,
            absent_ttl=absent_ttl,
            timeout=timeout,
            refresh_seconds=refresh_seconds,
            attempts=attempts,
            max_bytes=max_bytes,
            refresh=refresh,
        )
        self._core = Core(options, self._runner.start, _open_snapshot(snapshot, address))

    @property
    def statistics(self) -> Statistics:
        """What has happened so far."""
        return self._core.copy_statistics()

    def invalidate(self, name: str | None = None) -> None:
        """Forget a prompt, or all of them: the next call asks the service.

        Args:
            name: The slug or the id by which the program asks for it; None for all prompts.
        """
        self._core.invalidate(name)

    def _find_fresh(self, key: Key, split_key: str | None) -> Prompt | None:
        """Find a prompt that is held and fresh, which is what almost all calls do."""
        try:
            copy: Copy | None = self._core.copies.get(key)
        except TypeError as error:
            raise ConfigurationError(f"{key[0]!r} names no prompt: give a slug or an id") from error
        if copy is None or split_key is not None:
            return None
        now = monotonic()
        # The clock on the wall goes on while a process is frozen, as Lambda's are between calls.
        if copy.fresh_until <= now or copy.fresh_until_wall <= time():
            return None
        copy.used_at = now
        self._core.statistics.hits += 1
        return copy.hit


class Cuebook(_Client[Threads]):
    """The prompts of a service, as programs with threads use them.

    One object serves all threads of a process, and the processes that are forked from it.
    """

    _runner_type = Threads

    @cached_property
    def manage(self) -> Management:
        """What a program does with prompts besides using them."""
        from .management import Management  # which few programs need

        return Management(self._core, self._runner)

    def get(
        self,
        name: str,
        *,
        version: int | None = None,
        tag: str | None = None,
        split_key: str | None = None,
        fallback: str | Sequence[Mapping[str, Any]] | Fallback | None = None,
    ) -> Prompt:
        """Get a prompt: its live version, unless another one is asked for.

        Args:
            name: The slug of the prompt, or its id.
            version: The number of a version.
            tag: A tag, or `latest`.
            split_key: Whose prompt it is, such as the id of a user, where the pointer is split.
            fallback: What to use where the service does not give the prompt: a text in Go's
                template language, a list of messages, or a `Fallback`.

        Raises:
            NotFoundError: There is no such prompt or version, and no fallback.
            ServiceError: The service refuses it, and there is no fallback.
            UnavailableError: The service does not answer, and there is no fallback.
            ConfigurationError: An argument is malformed.
        """
        key = name, LIVE if version is None and tag is None else choose_pointer(version, tag)
        prompt = self._find_fresh(key, split_key)
        if prompt is not None:
            return prompt
        return self._runner.run(self._core.find(key, split_key, fallback))

    def render(
        self,
        name: str,
        variables: Mapping[str, Any] | None = None,
        *,
        version: int | None = None,
        tag: str | None = None,
        split_key: str | None = None,
        fallback: str | Sequence[Mapping[str, Any]] | Fallback | None = None,
        strict: bool = False,
    ) -> Rendering:
        """Get a prompt and render it, in this process.

        Args:
            name: The slug of the prompt, or its id.
            variables: Values by name; of a placeholder a list of messages.
            version: As of `get`.
            tag: As of `get`.
            split_key: As of `get`.
            fallback: As of `get`.
            strict: Whether a missing variable is an error, as it always is in Go and Jinja.

        Raises:
            CuebookError: As of `get`.
            RenderError: The prompt cannot be rendered with these variables.
        """
        prompt = self.get(name, version=version, tag=tag, split_key=split_key, fallback=fallback)
        return prompt.render(variables, strict=strict)

    def preload(self, names: Iterable[str | tuple[str, str | int]]) -> None:
        """Get many prompts, a hundred with each request, so that no later call waits.

        Args:
            names: Names of prompts, or pairs of a name and a tag or the number of a version.

        Raises:
            NotFoundError: Some do not exist; the others are held.
            CuebookError: The service refuses one, or does not answer.
        """
        self._runner.run(self._core.preload(list_keys(names)))

    def close(self) -> None:
        """Write the snapshot, and close the connections; what is held can still be used."""
        self._core.save()
        self._runner.close()

    def __enter__(self) -> Self:
        """Use the client in a block, at whose end its connections are closed."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the connections."""
        self.close()


class AsyncCuebook(_Client[Tasks]):
    """The prompts of a service, as programs with asyncio use them.

    One object serves all event loops of a process, and the processes that are forked from it.
    """

    _runner_type = Tasks

    @cached_property
    def manage(self) -> AsyncManagement:
        """What a program does with prompts besides using them."""
        from .management import AsyncManagement  # which few programs need

        return AsyncManagement(self._core, self._runner)

    async def get(
        self,
        name: str,
        *,
        version: int | None = None,
        tag: str | None = None,
        split_key: str | None = None,
        fallback: str | Sequence[Mapping[str, Any]] | Fallback | None = None,
    ) -> Prompt:
        """Get a prompt, as `Cuebook.get` describes it."""
        key = name, LIVE if version is None and tag is None else choose_pointer(version, tag)
        prompt = self._find_fresh(key, split_key)
        if prompt is not None:
            return prompt
        return await self._runner.run(self._core.find(key, split_key, fallback))

    async def render(
        self,
        name: str,
        variables: Mapping[str, Any] | None = None,
        *,
        version: int | None = None,
        tag: str | None = None,
        split_key: str | None = None,
        fallback: str | Sequence[Mapping[str, Any]] | Fallback | None = None,
        strict: bool = False,
    ) -> Rendering:
        """Get a prompt and render it, as `Cuebook.render` describes it."""
        prompt = await self.get(
            name, version=version, tag=tag, split_key=split_key, fallback=fallback
        )
        return prompt.render(variables, strict=strict)

    async def preload(self, names: Iterable[str | tuple[str, str | int]]) -> None:
        """Get many prompts, as `Cuebook.preload` describes it."""
        await self._runner.run(self._core.preload(list_keys(names)))

    async def close(self) -> None:
        """Write the snapshot, and close this loop's connections; what is held can still be used."""
        self._core.save()
        await self._runner.close()

    async def __aenter__(self) -> Self:
        """Use the client in a block, at whose end its connections are closed."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the connections."""
        await self.close()


def choose_pointer(version: int | None, tag: str | None) -> str | int:
    """Choose what a prompt is asked for by.

    Raises:
        ConfigurationError: Both are given, or one is malformed.
    """
    if version is not None and tag is not None:
        raise ConfigurationError("a prompt is asked for by a version or by a tag, not by both")
    if version is not None:
        if not isinstance(version, int) or isinstance(version, bool) or version < 1:
            raise ConfigurationError(f"version={version!r}: a version is a number from 1")
        return version
    if not is_name(tag):
        raise ConfigurationError(f"tag={tag!r}: a tag is a text")
    return tag


def list_keys(names: Iterable[str | tuple[str, str | int]]) -> list[Key]:
    """List what is asked for.

    Raises:
        ConfigurationError: One of them is neither a name nor a pair.
    """
    if isinstance(names, str) or not hasattr(names, "__iter__"):
        raise ConfigurationError("preload takes a list of names, not one")
    keys: list[Key] = []
    for each in names:
        if not isinstance(each, str | tuple) or (isinstance(each, tuple) and len(each) != 2):
            raise ConfigurationError(f"{each!r} is neither a name nor a name with a pointer")
        name, pointer = (each, LIVE) if isinstance(each, str) else each
        check_name(name)
        version, tag = (None, pointer) if isinstance(pointer, str) else (pointer, None)
        keys.append((name, choose_pointer(version, tag)))
    return keys


def _open_snapshot(path: str | os.PathLike[str] | None, address: Address) -> Snapshot | None:
    if path is None:
        return None
    from ._snapshots import Snapshot  # which few programs need

    return Snapshot(path, address)


def _build_options(*, refresh: RefreshMode | None, **values: Any) -> Options:
    if refresh is None:
        refresh = "inline" if "AWS_LAMBDA_FUNCTION_NAME" in os.environ else "background"
    if refresh not in ("background", "inline"):
        raise ConfigurationError(f"refresh={refresh!r}: write 'background' or 'inline'")
    for name, value in values.items():
        least, largest = -1 if "ttl" in name else 0, LARGEST_OPTIONS.get(name, INF)
        if not isinstance(value, int | float) or not least < value <= largest:
            raise ConfigurationError(f"{name}={value!r} is too small or too large, or no number")
    if not isinstance(values["attempts"], int):
        raise ConfigurationError(f"attempts={values['attempts']!r} is no whole number")
    return Options(refresh=refresh, **values)
