"""Compilation of templates by their engine, with a cache."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final, Protocol

from ..cache import Cache
from .errors import LimitExceededError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .limits import Limits

CACHED_TEMPLATES: Final = 128


class Template(Protocol):
    """A compiled template; several threads may render it at the same time."""

    def render(self, variables: Mapping[str, object], *, limits: Limits) -> str:
        """Render the template with variables.

        Raises:
            TemplateExecutionError: The template cannot be rendered with these variables.
            LimitExceededError: Rendering exceeds a limit.
        """
        ...

    def list_variables(self) -> list[str]:
        """List the names of the variables that rendering may need, sorted."""
        ...


def _compile_go(source: str) -> Template:
    # Importing an engine on first use makes cold starts that do not need it faster.
    from .go import compile_template

    return compile_template(source)


def _compile_jinja(source: str) -> Template:
    from .jinja import compile_template

    return compile_template(source)


COMPILERS: Final[Mapping[str, Callable[[str], Template]]] = {
    "go": _compile_go,
    "jinja": _compile_jinja,
}

_templates: Final[Cache[tuple[str, bytes], Template]] = Cache(weight=CACHED_TEMPLATES)


def compile_template(source: str, *, engine: str, limits: Limits) -> Template:
    """Compile a template, or get it from the cache.

    Args:
        source: The text of the template.
        engine: A key of `COMPILERS`.
        limits: The limits, of which only `template_bytes` applies.

    Raises:
        TemplateSyntaxError: The text is not a template of this engine.
        LimitExceededError: The text is too large or too complex.
    """
    data = source.encode(errors="surrogatepass")
    if len(data) > limits.template_bytes:
        raise LimitExceededError(
            f"the template is larger than {limits.template_bytes} bytes; shorten it"
        )
    key = engine, hashlib.sha256(data).digest()
    template = _templates.get(key)
    if template is None:
        # Two threads may compile the same template, which is harmless.
        template = COMPILERS[engine](source)
        _templates.put(key, template)
    return template
