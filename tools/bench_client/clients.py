"""The clients that are measured.

Each is used as its documentation shows, with the settings that it has by itself, but for these:
nothing is traced, and PromptLayer's, which keeps nothing by itself, keeps prompts for the 60
seconds of the others.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

KEY = "ak_bench"
TTL = 60.0  # seconds
CAPACITY = 100  # the prompts of a process, which are as many as LangSmith's holds by itself
VARIABLES = {f"variable_{number}": f"value {number}" for number in range(41)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A client, as a program uses it.

    Attributes:
        get: Gets a prompt by its name.
        render: Gets a prompt and renders it; None if the client cannot.
    """

    get: Callable[[str], object]
    render: Callable[[str, Mapping[str, Any]], object] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """A vendor's client.

    Attributes:
        title: Its name.
        statement: The statement that imports it.
        connect: Makes a client of a service; its arguments are the address, by how much all times
            are shortened, and how many prompts it must hold.
    """

    title: str
    statement: str
    connect: Callable[[str, float, int], Client]


def _connect_cuebook(url: str, speed: float, capacity: int) -> Client:
    from cuebook import Cuebook

    max_bytes = 64 * 1024 * max(1024, capacity)  # 64 MB by itself
    cues = Cuebook(url, KEY, ttl=TTL / speed, max_bytes=max_bytes)
    return Client(get=cues.get, render=cues.render)


def _connect_langfuse(url: str, speed: float, capacity: int) -> Client:
    from langfuse import Langfuse

    langfuse = Langfuse(public_key=KEY, secret_key=KEY, base_url=url, tracing_enabled=False)
    get = langfuse.get_prompt
    if speed != 1:  # a call more, which no time is measured of

        def get(name: str) -> Any:
            return langfuse.get_prompt(name, cache_ttl_seconds=int(TTL / speed))

    return Client(get=get, render=lambda name, variables: get(name).compile(**variables))


def _connect_langsmith(url: str, speed: float, capacity: int) -> Client:
    from langsmith import Client as LangSmith
    from langsmith import configure_global_prompt_cache

    configure_global_prompt_cache(
        max_size=max(CAPACITY, capacity),
        ttl_seconds=300 / speed,
        refresh_interval_seconds=60 / speed,
    )
    client = LangSmith(api_url=url, api_key=KEY, auto_batch_tracing=False)
    return Client(get=client.pull_prompt_commit, render=None)


def _connect_promptlayer(url: str, speed: float, capacity: int) -> Client:
    from promptlayer import PromptLayer

    client = PromptLayer(api_key=KEY, base_url=url, cache_ttl_seconds=int(TTL / speed))
    get = client.templates.get
    return Client(get=get, render=lambda name, variables: get(name, {"input_variables": variables}))


PRODUCTS = {
    "cuebook": Product(
        title="Cuebook", statement="from cuebook import Cuebook", connect=_connect_cuebook
    ),
    "langfuse": Product(
        title="Langfuse", statement="from langfuse import Langfuse", connect=_connect_langfuse
    ),
    "langsmith": Product(
        title="LangSmith", statement="from langsmith import Client", connect=_connect_langsmith
    ),
    "promptlayer": Product(
        title="PromptLayer",
        statement="from promptlayer import PromptLayer",
        connect=_connect_promptlayer,
    ),
}
