"""What a good call of a route is, and where to find it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shared.routes import Route

NAME = re.compile(r"\{(\w+)\}")
Call = tuple[str, str, Any]  # method, target and body


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A call that works for an editor, and changes something where the route is there to do so.

    Texts in braces, in the target and in the body, stand for what the scene calls by that name,
    such as `{id}`; `{new}` is another text each time.

    Attributes:
        target: Path and query; the route's own path where it is left out.
        body: Sent as JSON; None where there is none.
        first: Calls that must be made before.
        variants: Other calls of the route, which do something else in AWS.
        caller: The person who makes the call, by role in `Registry.people`; an API key of an editor
            if it is left out.
        stranger: The status for a caller of another team; None where the call names nothing of a
            team, and so works on the caller's own.
        viewer: The status for a caller who may only read, where it is not 403.
        is_own: Whether it is about what is the caller's own, so that nobody else of the team may
            make it.
        is_used: Whether it is about how the prompt was used, which then was used.
        missing: The status where what is named in the call is not there, by its name in the scene,
            where it is not 404.
    """

    target: str = ""
    body: Any = None
    first: tuple[Call, ...] = ()
    variants: tuple[Variant, ...] = ()
    caller: str = ""
    stranger: int | None = 404
    viewer: int = 403
    is_own: bool = False
    is_used: bool = False
    missing: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """Another call of the same route: what it leaves out is as in the sample."""

    target: str = ""
    body: Any = None
    caller: str = ""
    stranger: int | None = None


def fill(value: Any, names: Mapping[str, Any]) -> Any:
    """Put what the scene knows into the places that texts in braces hold for it."""
    if isinstance(value, dict):
        return {name: fill(item, names) for name, item in value.items()}
    if isinstance(value, list):
        return [fill(item, names) for item in value]
    if isinstance(value, str):
        return NAME.sub(lambda match: str(names.get(match[1], match[0])), value)
    return value


@cache
def load_samples(dialect: str) -> dict[str, Sample]:
    """Load the samples of a dialect, by the names of their routes."""
    module = f"tests.routes.{dialect}"
    assert find_spec(module), (
        f"the dialect {dialect} has no good calls: add them in tests/routes/{dialect}.py"
    )
    samples: dict[str, Sample] = import_module(module).SAMPLES
    return samples


def get_sample(route: Route) -> Sample:
    """Get the sample of a route."""
    sample = load_samples(route.dialect).get(route.name)
    assert sample is not None, (
        f"the route {route.name} has no good call: add one to tests/routes/{route.dialect}.py"
    )
    return sample
