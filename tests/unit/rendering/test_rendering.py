"""The facade: one call for both engines, a bounded cache, and no engine loaded before its use."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from shared import rendering
from shared.rendering.errors import LimitExceeded, TemplateSyntaxError
from shared.rendering.limits import Limits

LIMITS = Limits(template_bytes=100, output_bytes=1000, steps=1000)


@pytest.mark.parametrize(
    ("engine", "source"), [("go", "Hello {{.name}}!"), ("jinja", "Hello {{ name }}!")]
)
def test_a_template_of_either_engine_renders(engine: rendering.Engine, source: str) -> None:
    template = rendering.compile(source, engine=engine, limits=LIMITS)

    assert template.render({"name": "Ada"}, limits=LIMITS) == "Hello Ada!"
    assert template.variables() == ["name"]


def test_the_same_source_compiles_once_for_each_engine() -> None:
    first = rendering.compile("once", engine="jinja", limits=LIMITS)

    assert rendering.compile("once", engine="jinja", limits=LIMITS) is first
    assert rendering.compile("once", engine="go", limits=LIMITS) is not first


def test_the_template_used_longest_ago_is_forgotten_first() -> None:
    def compiled(number: int) -> rendering.Template:
        return rendering.compile(f"lru {number}", engine="jinja", limits=LIMITS)

    oldest, kept = compiled(0), compiled(1)
    for number in range(2, rendering.CACHED_TEMPLATES + 1):
        compiled(number)
        assert compiled(1) is kept

    assert compiled(0) is not oldest
    assert compiled(1) is kept


def test_a_template_over_the_limit_is_refused_before_it_is_parsed() -> None:
    with pytest.raises(LimitExceeded, match="the template is larger than 100 bytes"):
        rendering.compile("{% if %}" + "é" * 50, engine="jinja", limits=LIMITS)


def test_the_limit_holds_for_a_template_that_is_cached_already() -> None:
    rendering.compile("a" * 90, engine="jinja", limits=LIMITS)

    with pytest.raises(LimitExceeded):
        rendering.compile("a" * 90, engine="jinja", limits=Limits(template_bytes=10))


def test_a_template_that_does_not_parse_is_refused_each_time() -> None:
    for _ in range(2):
        with pytest.raises(TemplateSyntaxError, match=r"^line 1: "):
            rendering.compile("{% if %}", engine="jinja", limits=LIMITS)


def test_a_lone_surrogate_is_text_like_any_other() -> None:
    template = rendering.compile("\ud800", engine="jinja", limits=LIMITS)

    assert template.render({}, limits=LIMITS) == "\ud800"


def test_threads_may_compile_at_the_same_time() -> None:
    def run(number: int) -> str:
        template = rendering.compile(f"{{{{ x }}}} {number % 7}", engine="jinja", limits=LIMITS)
        return template.render({"x": number}, limits=LIMITS)

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(run, range(200))) == [f"{n} {n % 7}" for n in range(200)]


def test_importing_the_facade_loads_neither_engine() -> None:
    loaded = (
        "import sys, shared.rendering;"
        "print({'jinja2', 'shared.rendering.jinja', 'shared.rendering.go'} & set(sys.modules))"
    )

    printed = subprocess.run(
        [sys.executable, "-c", loaded], capture_output=True, check=True, text=True
    )

    assert printed.stdout.strip() == "set()"
