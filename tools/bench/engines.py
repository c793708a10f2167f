"""Measure template languages beside plain Jinja2 in its sandbox, which renders the same text."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from tools.cost.samples import JINJA, TEMPLATE, VARIABLES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tools.bench.packages import Variant

REPETITIONS = 5  # in one process
NAMES = [f"variable_{number}" for number in range(41)]
WORDS = "You answer in the words of the brand, friendly and brief, and say what happens next: "
ROWS = [{"id": f"A-{number}", "is_open": number % 2 == 0} for number in range(1000)]


def build_cases() -> dict[str, Any]:
    """Build the cases: texts of engines that render the same, with their variables."""
    return {
        "medium": {
            "variables": {name: f"value of {name}" for name in NAMES},
            "texts": {
                "go": _build_medium("{{.", "}}"),
                "jinja": _build_medium("{{ ", " }}"),
                "liquid": _build_medium("{{ ", " }}"),
                "simple": _build_medium("{{", "}}"),
                "tela": _build_medium("{", "}"),
            },
        },
        "typical": {
            "variables": VARIABLES,
            "texts": {"go": TEMPLATE, "jinja": JINJA, "liquid": JINJA},
        },
        "loop": {
            "variables": {"rows": ROWS},
            "texts": {
                "go": "{{range .rows}}{{.id}}: {{if .is_open}}open{{else}}done{{end}}\n{{end}}",
                **dict.fromkeys(
                    ("jinja", "liquid"),
                    "{% for row in rows %}{{ row.id }}: {% if row.is_open %}open{% else %}done"
                    "{% endif %}\n{% endfor %}",
                ),
            },
        },
    }


def _build_medium(opening: str, closing: str) -> str:
    lines = (f"{WORDS[: 24 + 3 * (len(name) % 7)]}{opening}{name}{closing}.\n" for name in NAMES)
    return "".join(lines)


def measure(
    variants: Sequence[Variant],
    environment: Mapping[str, str],
    turns: int,
    cases: Mapping[str, Any],
) -> Mapping[tuple[str, str], list[float]]:
    """Measure each rendering, in every turn in a new process of each variant.

    Args:
        variants: What is measured.
        environment: The environment of the processes.
        turns: The number of turns.
        cases: What is rendered.

    Returns:
        Microseconds, turn by turn, by variant and row; that of plain Jinja2 is `<case>, plain`.

    Raises:
        StartError: A process fails.
    """
    times: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
    for _ in range(turns):
        for variant in variants:
            result: Mapping[str, float] = variant.runner.run(
                *("-m", "tools.bench.templates", str(REPETITIONS)),
                environment=environment,
                text=json.dumps(cases),
            )
            for name, microseconds in result.items():
                times[variant.name, name].append(microseconds)
    return times
