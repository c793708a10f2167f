"""What one template may cost, so that no author can exhaust the machine all tenants share."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Ceilings for one template; each engine enforces those that apply to it.

    `template_bytes` is the size of the template's text in UTF-8 and `output_bytes` that of the
    rendered text. `steps` is the work done while rendering: about one step for each node
    evaluated, each turn of a loop and each function call, and one more for every few dozen bytes
    that a single operation reads or builds. A step takes at most about a microsecond.
    """

    template_bytes: int = 4 * 1024 * 1024
    output_bytes: int = 5_000_000
    steps: int = 1_000_000
