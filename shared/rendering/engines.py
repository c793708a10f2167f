"""Compilation of templates by their engine, with a cache."""

from __future__ import annotations

from copy import copy
from sys import getsizeof
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias

from ..cache import Cache
from .errors import LimitExceededError, TemplateSyntaxError
from .limits import MAX_TOKENS, count_tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from .limits import Limits, Usage

# The memory of the cache, as much as that of versions: it holds the templates of one or two
# thousand usual prompts. A function has 1,769 MB.
CACHED_BYTES: Final = 32 * 1024 * 1024
# What a compiled template takes at most, as measured: of its own, and for each token; in the other
# languages for each brace. A byte of the source says little: it takes two bytes in a text, and 240
# in dense code of Go.
_ENTRY_BYTES: Final = 4096
_TOKEN_BYTES: Final = {"go": 600, "jinja": 200, "liquid": 350}
_BRACE_BYTES: Final = 80


class Template(Protocol):
    """A compiled template; several threads may render it at the same time."""

    def render(
        self,
        variables: Mapping[str, object],
        *,
        limits: Limits,
        is_strict: bool = False,
        usage: Usage | None = None,
    ) -> str:
        """Render the template with variables.

        Args:
            variables: Values by name.
            limits: The limits of the rendering.
            is_strict: Whether a missing variable is an error, which in Go and Jinja it always is.
            usage: What other texts of the same rendering have used; this text's is added.

        Raises:
            MissingVariableError: A variable, or a key of one, is missing.
            TemplateExecutionError: The template cannot be rendered with these variables.
            LimitExceededError: Rendering exceeds a limit.
        """
        ...

    def list_variables(self) -> list[str]:
        """List the names of the variables that rendering may need, sorted."""
        ...

    def list_required_variables(self) -> list[str]:
        """List the names of those for whose absence the template does not provide, sorted."""
        ...

    def list_missing(self, variables: Mapping[str, object]) -> list[str]:
        """List the names of variables that the template uses and that have no value, sorted."""
        ...

    def find_gap(self) -> TemplateSyntaxError | None:
        """Find the first thing that the language has and this engine has not, as an error."""
        ...


def _compile_go(source: str, names: Collection[str]) -> Template:
    # Importing an engine on first use makes cold starts that do not need it faster.
    from .go import compile_template

    return compile_template(source)


def _compile_jinja(source: str, names: Collection[str]) -> Template:
    from .jinja import compile_template

    return compile_template(source)


def _compile_liquid(source: str, names: Collection[str]) -> Template:
    from .liquid import compile_template

    return compile_template(source)


def _compile_simple(source: str, names: Collection[str]) -> Template:
    from .simple import compile_template

    return compile_template(source)


def _compile_tela(source: str, names: Collection[str]) -> Template:
    from .tela import compile_template

    return compile_template(source, names)


def _compile_text(source: str, names: Collection[str]) -> Template:
    from .text import compile_template

    return compile_template(source)


COMPILERS: Final[Mapping[str, Callable[[str, Collection[str]], Template]]] = {
    "go": _compile_go,
    "jinja": _compile_jinja,
    "liquid": _compile_liquid,
    "simple": _compile_simple,
    "text": _compile_text,
    "tela": _compile_tela,
}

_Error: TypeAlias = TemplateSyntaxError | LimitExceededError

# Errors too, since the other dialects store texts that are not templates, which are read as often.
_templates: Final[Cache[tuple[str, str, frozenset[str]], Template | _Error]] = Cache(
    weight=CACHED_BYTES
)


def compile_template(
    source: str, *, engine: str, limits: Limits, names: frozenset[str] = frozenset()
) -> Template:
    """Compile a template, or get it from the cache.

    Args:
        source: The text of the template.
        engine: A key of `COMPILERS`; a later release may have stored another one.
        limits: The limits, of which only `template_bytes` applies.
        names: The declared variables, if the engine is `tela`, whose templates depend on them.

    Raises:
        TemplateSyntaxError: The text is not a template of this engine, or there is none.
        LimitExceededError: The text is too large or too complex.
    """
    size = len(source) if source.isascii() else len(source.encode(errors="surrogatepass"))
    if size > limits.template_bytes:
        raise LimitExceededError(
            f"the template is larger than {limits.template_bytes} bytes; shorten it"
        )
    if engine not in COMPILERS:
        raise TemplateSyntaxError("it is in a language that this release does not know")
    key = engine, source, names
    result = _templates.get(key)
    if result is None:
        # Two threads may compile the same template, which is harmless.
        try:
            result = COMPILERS[engine](source, names)
            weight = estimate_memory(source, engine, names)
        except (TemplateSyntaxError, LimitExceededError) as error:
            result = _copy_error(error)
            weight = _ENTRY_BYTES + getsizeof(source)
        _templates.put(key, result, weight=min(weight, CACHED_BYTES))
    if isinstance(result, TemplateSyntaxError | LimitExceededError):
        raise _copy_error(result)
    return result


def estimate_memory(source: str, engine: str, names: Collection[str]) -> int:
    """Estimate from above how many bytes a compiled template takes, with its text."""
    if maximum := MAX_TOKENS.get(engine):
        code = _TOKEN_BYTES[engine] * count_tokens(source, maximum)
    else:
        code = _BRACE_BYTES * source.count("{")
    return _ENTRY_BYTES + 2 * getsizeof(source) + sum(map(getsizeof, names)) + code


def _copy_error(error: _Error) -> _Error:
    """Copy an error without its traceback and its causes, which refer to the template."""
    return copy(error)
