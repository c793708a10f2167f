"""One function for every engine, a bounded cache, and no engine loaded before its use."""

import gc
import subprocess
import sys
import tracemalloc
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor

import pytest

from shared.domain.content import ENGINES
from shared.rendering.engines import (
    CACHED_BYTES,
    COMPILERS,
    Template,
    compile_template,
    estimate_memory,
)
from shared.rendering.errors import LimitExceededError, TemplateSyntaxError
from shared.rendering.limits import Limits
from tools.cost.samples import JINJA, TEMPLATE

LIMITS = Limits(template_bytes=100, output_bytes=1000, steps=1000)


def test_there_is_a_compiler_for_each_engine_of_a_content_and_for_no_other() -> None:
    assert sorted(COMPILERS) == sorted(ENGINES)


SOURCES = [
    ("go", "Hello {{.name}}!"),
    ("jinja", "Hello {{ name }}!"),
    ("liquid", "Hello {{ name }}!"),
    ("simple", "Hello {{ name }}!"),
    ("tela", "Hello {name}!"),
]


@pytest.mark.parametrize(("engine", "source"), SOURCES)
def test_every_engine_has_the_same_words_for_a_limit(engine: str, source: str) -> None:
    template = compile_template(source, engine=engine, limits=LIMITS, names=frozenset({"name"}))
    errors = [
        (Limits(steps=1), "rendering takes more than 1 steps of work; simplify the template"),
        (Limits(output_bytes=10), "the output is larger than 10 bytes; shorten it"),
    ]

    for limits, error in errors:
        with pytest.raises(LimitExceededError) as raised:
            template.render({"name": "x" * 8}, limits=limits)
        assert str(raised.value) == error


@pytest.mark.parametrize(("engine", "source"), SOURCES)
def test_a_template_of_every_engine_renders(engine: str, source: str) -> None:
    template = compile_template(source, engine=engine, limits=LIMITS, names=frozenset({"name"}))

    assert template.render({"name": "Ada"}, limits=LIMITS) == "Hello Ada!"
    assert template.list_variables() == ["name"]


def test_the_same_source_compiles_once_for_each_engine() -> None:
    first = compile_template("once", engine="jinja", limits=LIMITS)

    assert compile_template("once", engine="jinja", limits=LIMITS) is first
    assert compile_template("once", engine="go", limits=LIMITS) is not first


def test_the_template_used_longest_ago_is_forgotten_first() -> None:
    def compile_number(number: int) -> Template:
        source = f"lru {number}".ljust(CACHED_BYTES // 16)
        return compile_template(source, engine="jinja", limits=Limits())

    oldest, second = compile_number(0), compile_number(1)
    for number in range(2, 8):
        compile_number(number)
        assert compile_number(1) is second

    assert compile_number(0) is not oldest
    assert compile_number(1) is second


@pytest.mark.parametrize(("engine", "source"), [("go", TEMPLATE), ("jinja", JINJA)])
def test_the_templates_of_a_thousand_prompts_are_compiled_once(
    engine: str, source: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiled = []
    compile_text = COMPILERS[engine]

    def count(source: str, names: Collection[str]) -> Template:
        compiled.append(source)
        return compile_text(source, names)

    monkeypatch.setitem(COMPILERS, engine, count)
    for _ in range(2):
        for number in range(1000):
            compile_template(f"{number}: {source}", engine=engine, limits=Limits())

    assert len(compiled) == 1000


# Templates of the densest code, for which a compiled one takes most memory.
DENSE = {
    "go": ("{{1}}", "{{print 1 2 3 (1)}}", "{{if eq .a 1}}{{len .b}}{{end}}", "{{.a}}"),
    "jinja": ("{{1}}", "{{a+b+1-c*d}}", "{% for x in y %}{{x}}{% endfor %}", "{{a.b}}", "{{a}}"),
    "liquid": ("{{a}}", "{%assign a=1%}", "{% if a == 1 %}{{ b | upper }}{% endif %}"),
    "simple": ("{{a}}",),
    "tela": ("{a}",),
    "text": ("{a}",),
}

NAMES = "".join(f"{{{{ v{number} }}}}" for number in range(300))
DISTINCT = {
    "go": (NAMES.replace(" v", ".v"),),
    "jinja": (NAMES, "".join(f"{{%macro m{n}()%}}a{{%endmacro%}}" for n in range(100))),
    **dict.fromkeys(("liquid", "simple", "tela", "text"), (NAMES,)),
}


@pytest.mark.parametrize("engine", COMPILERS)
def test_a_compiled_template_takes_no_more_memory_than_the_cache_thinks(engine: str) -> None:
    names = frozenset({"a"})
    for source in ("", "a" * 10_000, *(part * 300 for part in DENSE[engine]), *DISTINCT[engine]):
        kept = [COMPILERS[engine](source, names)]  # it shares names with the next one
        tracemalloc.start()
        try:
            kept.append(COMPILERS[engine](f"{source} ", names))
            gc.collect()
            memory, _ = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert memory < estimate_memory(f"{source} ", engine, names), source[:50]


def test_a_template_over_the_limit_is_refused_before_it_is_parsed() -> None:
    with pytest.raises(LimitExceededError, match="the template is larger than 100 bytes"):
        compile_template("{% if %}" + "é" * 50, engine="jinja", limits=LIMITS)


def test_the_limit_holds_for_a_template_that_is_cached_already() -> None:
    compile_template("a" * 90, engine="jinja", limits=LIMITS)

    with pytest.raises(LimitExceededError):
        compile_template("a" * 90, engine="jinja", limits=Limits(template_bytes=10))


def test_a_template_that_does_not_parse_is_refused_each_time() -> None:
    for _ in range(2):
        with pytest.raises(TemplateSyntaxError, match=r"^line 1: "):
            compile_template("{% if %}", engine="jinja", limits=LIMITS)


@pytest.mark.parametrize("error", [TemplateSyntaxError, LimitExceededError])
def test_a_template_that_does_not_compile_is_compiled_once(
    error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    sources = []

    def fail(source: str, names: Collection[str]) -> Template:
        sources.append(source)
        raise error("line 1: no")

    monkeypatch.setitem(COMPILERS, "jinja", fail)
    source = f"{{% {error.__name__} %}}"
    errors = []
    for _ in range(3):
        with pytest.raises(error, match="line 1: no") as caught:
            compile_template(source, engine="jinja", limits=LIMITS)
        errors.append(caught.value)

    assert sources == [source]
    assert len({*map(id, errors)}) == 3  # so that no traceback grows


@pytest.mark.parametrize(
    ("engine", "source"),
    [
        ("go", "\ud800"),
        ("jinja", "\ud800"),
        ("liquid", "\ud800"),
        ("liquid", "{{ s }}"),
        ("liquid", "{{ '\ud800' | append: '' }}"),
        ("simple", "\ud800"),
        ("simple", "{{s}}"),
        ("text", "\ud800"),
        ("tela", "\ud800"),
        ("jinja", r"{{ '\ud800' }}"),
        ("jinja", "{{ '%c' | format(55296) }}"),
        ("jinja", r"{{ '{}'.format('\ud800') }}"),
        ("jinja", "{{ s }}"),
        ("go", "{{ .s }}"),
    ],
)
def test_a_lone_surrogate_is_replaced(engine: str, source: str) -> None:
    template = compile_template(source, engine=engine, limits=LIMITS)

    assert template.render({"s": "\udfff"}, limits=LIMITS) == "\ufffd"


def test_threads_may_compile_at_the_same_time() -> None:
    def run(number: int) -> str:
        template = compile_template(f"{{{{ x }}}} {number % 7}", engine="jinja", limits=LIMITS)
        return template.render({"x": number}, limits=LIMITS)

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(run, range(200))) == [f"{n} {n % 7}" for n in range(200)]


def test_importing_the_package_loads_no_engine() -> None:
    code = (
        "import sys, shared.rendering;"
        "engines = {f'shared.rendering.{name}' for name in shared.rendering.engines.COMPILERS};"
        "print(({'jinja2', 'liquid'} | engines) & set(sys.modules))"
    )

    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, text=True
    )

    assert result.stdout.strip() == "set()"
