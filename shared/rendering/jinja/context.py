"""The context of one rendering of a Jinja template: its variables and its meter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jinja2.runtime import Context as JinjaContext

from .meter import Meter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jinja2.environment import Environment

    from ..limits import Limits, Usage
    from .values import Value


class Context(JinjaContext):
    """Jinja's context of one rendering, with a meter.

    Attributes:
        meter: Charges for the work of the rendering.
    """

    def __init__(
        self,
        environment: Environment,
        variables: Mapping[str, Value],
        limits: Limits,
        usage: Usage,
    ) -> None:
        super().__init__(environment, {**environment.globals, **variables}, None, {})
        self.meter = Meter(limits, usage)
