"""One way to compile and render a template, whichever of the two engines it is written for."""

import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from threading import Lock
from typing import Final, Literal, Protocol, TypeAlias

from shared.rendering.errors import LimitExceeded
from shared.rendering.limits import Limits

Engine: TypeAlias = Literal["go", "jinja"]

CACHED_TEMPLATES: Final = 128


class Template(Protocol):
    """A template that compiled; safe to render from several threads."""

    def render(self, variables: Mapping[str, object], *, limits: Limits) -> str:
        """Raises TemplateExecutionError or LimitExceeded."""
        ...

    def variables(self) -> list[str]:
        """The names of the variables it uses, sorted."""
        ...


_cache: OrderedDict[tuple[Engine, bytes], Template] = OrderedDict()
_cache_lock: Final = Lock()


def compile(source: str, *, engine: Engine, limits: Limits) -> Template:
    """Raises TemplateSyntaxError, or LimitExceeded for a template that is too large."""
    encoded = source.encode(errors="surrogatepass")
    if len(encoded) > limits.template_bytes:
        raise LimitExceeded(f"the template is larger than {limits.template_bytes} bytes")
    key = engine, hashlib.sha256(encoded).digest()
    with _cache_lock:
        if key in _cache:
            _cache.move_to_end(key)
            return _cache[key]
    # Outside the lock: two threads may compile the same template, which is only a little waste.
    template = _parse(source, engine)
    with _cache_lock:
        _cache[key] = template
        _cache.move_to_end(key)
        if len(_cache) > CACHED_TEMPLATES:
            _cache.popitem(last=False)
    return template


def _parse(source: str, engine: Engine) -> Template:
    # Imported on first use: a cold start pays only for the engine it needs.
    if engine == "go":
        from shared.rendering import go

        return go.parse(source)
    from shared.rendering import jinja

    return jinja.parse(source)
