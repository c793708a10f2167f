"""What is measured, and the goal of each row."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a table.

    Attributes:
        name: What is measured; of a call, the name of its sample in `tools.cost.samples`.
        title: The row's name in the table.
        goal: The highest figure that is wanted; None where the row is for comparison.
        is_short: Whether the short form has the row too.
    """

    name: str
    title: str
    goal: float | None = None
    is_short: bool = False


FLOOR = "floor"

# The goal is a ratio to the floor.
STARTS = (
    Row(name="registry/health_check", title="health check", goal=1.0, is_short=True),
    Row(name="registry/get_prompt", title="get a prompt", goal=1.10),
    Row(name="registry/get_version", title="get a version", goal=1.10),
    Row(name="langwatch/get_prompt_by_handle", title="LangWatch: get a prompt", goal=1.10),
    Row(name="maxim/sync_prompts", title="Maxim: sync 20 prompts", goal=1.10),
    Row(name="tela/get_promoted_version", title="Tela: get the promoted version", goal=1.10),
    Row(name="registry/render_live", title="render, `go`", goal=1.20, is_short=True),
    Row(name="registry/render_live, jinja", title="render, `jinja`", goal=1.20),
    Row(name="registry/promote_version", title="promote a version", goal=1.45),
    Row(name="registry/create_version", title="create a version", goal=1.45, is_short=True),
    Row(name="maxim/create_prompt_version", title="Maxim: create a version", goal=1.45),
    Row(name="langwatch/create_prompt_by_handle", title="LangWatch: create a prompt", goal=1.45),
    Row(name="tela/create_canvas_version", title="Tela: create a version", goal=1.45),
)
FIRST_CALL_MS = 15.0

# The goal is processor time in milliseconds.
WARM = (
    Row(name="registry/health_check", title="health check"),
    Row(name="registry/render_live", title="render, `go`", goal=1.0, is_short=True),
    Row(name="registry/render_live, jinja", title="render, `jinja`", goal=1.0),
    Row(name="registry/get_prompt", title="get a prompt", goal=1.2, is_short=True),
    Row(name="registry/get_version", title="get a version", goal=1.2),
    Row(name="langwatch/get_prompt_by_handle", title="LangWatch: get a prompt", goal=1.6),
    Row(name="tela/get_promoted_version", title="Tela: get the promoted version", goal=1.2),
    Row(name="registry/create_version", title="create a version of 2 KB", goal=2.4, is_short=True),
    Row(name="registry/promote_version", title="promote a version", goal=2.4),
    Row(name="maxim/create_prompt_version", title="Maxim: create a version", goal=2.4),
    Row(name="langwatch/create_prompt_by_handle", title="LangWatch: create a prompt", goal=2.4),
    Row(name="tela/create_canvas_version", title="Tela: create a version", goal=2.4),
)
MANY = Row(name="many", title="1,000 `jinja` prompts in turn", goal=1.6)
PROFILED = "registry/render_live, jinja"

# The goal is a ratio to plain Jinja2 in its sandbox, which has compiled the same template before.
ENGINES = (
    Row(name="medium, jinja, compiled", title="41 variables: `jinja`, compiled", goal=1.0),
    Row(
        name="medium, jinja, called",
        title="41 variables: `jinja`, as a call does it",
        goal=1.2,
        is_short=True,
    ),
    *(
        Row(name=f"{case}, {engine}, called", title=f"{title}: `{engine}`, as a call does it")
        for case, title, engines in (
            ("medium", "41 variables", ("go", "liquid", "simple", "tela")),
            ("typical", "2 KB with a loop", ("go", "jinja", "liquid")),
            ("loop", "1,000 rows", ("go", "jinja", "liquid")),
        )
        for engine in engines
    ),
)

# The goal is the 99th percentile in seconds.
CONTENTION = Row(name="contention", title="64 writers of one prompt, one version each", goal=8.0)
WRITERS = 64
