"""The sources that `cuebook import --from` can name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import bedrock, dotprompt, langfuse, langwatch, maxim, prompty, registry

if TYPE_CHECKING:
    from .source import Source

SOURCES: dict[str, Source] = {
    "langfuse": langfuse.SOURCE,
    "px0": registry.SOURCE,
    "langwatch": langwatch.SOURCE,
    "maxim": maxim.SOURCE,
    "bedrock": bedrock.SOURCE,
    "dotprompt": dotprompt.SOURCE,
    "prompty": prompty.SOURCE,
}
