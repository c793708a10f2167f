"""The process that renders templates, with plain sandboxed Jinja2 beside every engine.

    python -m tools.bench.templates <repetitions> < {case: {variables: …, texts: {engine: text}}}

It prints a JSON object of microseconds of processor time, by the names of rows in `tools.bench.
goals`; `<case>, plain` is Jinja2. It runs with the deployed packages of any commit. Only
`tools.cost.machine` may start it.
"""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING, Any

import jinja2
from jinja2.sandbox import SandboxedEnvironment

from shared.rendering import Limits, compile_template
from tools.bench.goals import ENGINES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Render = Callable[[], str]

LIMITS = Limits(template_bytes=1 << 22, output_bytes=1 << 22, steps=300_000)
BATCH_NS = 20_000_000  # of processor time that is measured at once


def list_renders(name: str, case: Mapping[str, Any]) -> Iterator[tuple[str, Render]]:
    """List the renderings of a case: plain Jinja2's, and each engine's in both ways."""
    variables, texts = case["variables"], case["texts"]
    environment = SandboxedEnvironment(undefined=jinja2.StrictUndefined, keep_trailing_newline=True)
    plain = environment.from_string(texts["jinja"])
    yield f"{name}, plain", lambda: plain.render(variables)
    names = frozenset(variables)
    for engine, text in texts.items():
        template = compile_template(text, engine=engine, limits=LIMITS, names=names)

        def render_again(template: Any = template) -> str:
            result: str = template.render(variables, limits=LIMITS)
            return result

        def render(text: str = text, engine: str = engine) -> str:
            template = compile_template(text, engine=engine, limits=LIMITS, names=names)
            return template.render(variables, limits=LIMITS)

        yield f"{name}, {engine}, compiled", render_again
        yield f"{name}, {engine}, called", render


def measure(renders: Mapping[str, Render], repetitions: int) -> dict[str, float]:
    """Measure renderings in turn; returns the microseconds of the fastest repetition of each."""
    loops = {}
    for name, render in renders.items():
        start = time.process_time_ns()
        render()
        loops[name] = max(1, BATCH_NS // max(1, time.process_time_ns() - start))
    times: dict[str, list[float]] = {name: [] for name in renders}
    for _ in range(repetitions):
        for name, render in renders.items():
            start = time.process_time_ns()
            for _ in range(loops[name]):
                render()
            times[name].append((time.process_time_ns() - start) / 1000 / loops[name])
    return {name: min(values) for name, values in times.items()}


def main() -> int:
    """Print the result as JSON.

    Raises:
        RuntimeError: The engines do not render the same.
    """
    (repetitions,) = sys.argv[1:]
    result: dict[str, float] = {}
    rows = {row.name for row in ENGINES}
    for name, case in json.load(sys.stdin).items():
        renders = dict(list_renders(name, case))
        if len({render().rstrip("\n") for render in renders.values()}) > 1:
            raise RuntimeError(f"the engines do not render {name} in the same way")
        selection = {key: renders[key] for key in renders if key in {f"{name}, plain", *rows}}
        result |= measure(selection, int(repetitions))
    json.dump(result, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
