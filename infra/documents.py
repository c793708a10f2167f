"""The parts of the documents that follow from the code.

    python -m infra.documents [--check]

Each part is between `<!-- name -->` and `<!-- /name -->` in one of the documents. With `--check`
nothing is written, and a document that says something else is a problem. The tables of costs are
measured: `tools.cost` writes them.
"""

from __future__ import annotations

import argparse
import ast
import json
import re
import sys
from dataclasses import replace
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

from infra.openapi import read_docstring
from infra.project import ROOT
from infra.unsupported import UNSUPPORTED_CALLS
from shared.dialects.dialect import get_dialect
from shared.domain.content import Content, Engine
from shared.problems import PromptNotFound
from shared.rendering.jinja.unsupported import GAPS
from shared.routes import DIALECTS, NATIVE, ROUTES
from shared.settings import Settings
from shared.store import tables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from infra.unsupported import UnsupportedCall
    from shared.dialects.lenses import Lenses
    from shared.routes import Route

PART = re.compile(r"<!-- (?P<name>[\w ]+) -->\n(?P<text>.*?)(?=<!-- /(?P=name) -->)", re.DOTALL)
INLINE = re.compile(r"[A-Z]{3,} /[^ ,]+")  # a call in a sentence
TARGET = re.compile(r"^([a-z0-9-]+):.*?## (.*)$", re.MULTILINE)


def main() -> int:
    """Write or check the documents; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m infra.documents", description=__doc__)
    parser.add_argument("--check", action="store_true", help="only compare")
    check = parser.parse_args().check
    stale = False
    for file in list_documents():
        before = file.read_text(encoding="utf-8")
        after = replace_parts(before)
        if before == after:
            continue
        if check:
            sys.stderr.write(f"{file.relative_to(ROOT)} is stale: run make documents\n")
            stale = True
        else:
            file.write_text(after, encoding="utf-8")
    return int(stale)


def list_documents() -> list[Path]:
    """List the documents."""
    folders = (ROOT, ROOT / "docs", ROOT / "client")
    return [file for folder in folders for file in sorted(folder.glob("*.md"))]


def replace_parts(text: str) -> str:
    """Replace the parts of a document by what the code says now."""
    return PART.sub(_replace_part, text)


def _replace_part(match: re.Match[str]) -> str:
    name = match["name"]
    text = PARTS[name]() if name in PARTS else match["text"]
    return f"<!-- {name} -->\n{text}"


def build_native_endpoints() -> str:
    """Build the table of the native dialect's endpoints."""
    return build_endpoints(NATIVE)


def build_unsupported_calls() -> str:
    """Build the table of px0's calls that are refused, with what to do instead."""
    return build_refusals(call for call in UNSUPPORTED_CALLS if call.dialect == NATIVE)


def build_unsupported_vendor_calls() -> str:
    """Build the same table for the other dialects."""
    return build_refusals(call for call in UNSUPPORTED_CALLS if call.dialect != NATIVE)


def build_refusals(calls: Iterable[UnsupportedCall]) -> str:
    """Build a table of calls that are refused, with what to do instead."""
    rows = (
        (
            f"`{call.method} {call.path}`",
            f"{call.summary}.",
            INLINE.sub(r"`\g<0>`", call.instead),
        )
        for call in calls
    )
    return build_table(("call", "what it does there", "instead"), rows)


def build_vendor_endpoints() -> str:
    """Build a chapter for each vendor's dialect, in the order of the route table."""
    return "\n".join(
        f"### Endpoints of {get_dialect(name).title}\n\n{build_endpoints(name)}"
        for name in DIALECTS
        if name != NATIVE
    )


def build_credentials() -> str:
    """Build the list of how each dialect's callers carry their key."""
    dialects = (get_dialect(name) for name in DIALECTS)
    rows = ((dialect.title, dialect.credential) for dialect in dialects)
    return build_table(("dialect", "credential"), rows)


def build_shared_urls() -> str:
    """Build the list of the URLs that a dialect shares with the native one."""
    paths = {route.name: route.path for route in ROUTES if route.dialect == NATIVE}
    rows = (
        (
            f"`{route.method} {route.path}`",
            f"{get_dialect(route.dialect).title}, with {get_dialect(route.dialect).credential}",
            f"`{route.method} {paths[route.falls_back_to]}`",
        )
        for route in ROUTES
        if route.falls_back_to is not None
    )
    return build_table(("call", "who responds", "else it is the native"), rows)


def build_errors() -> str:
    """Build the list of what each dialect responds where a prompt does not exist."""
    responses = ((name, get_dialect(name).dump_problem(PromptNotFound(), "…")) for name in DIALECTS)
    rows = (
        (
            get_dialect(name).title,
            str(response.status),
            f"`{json.dumps(response.body, ensure_ascii=False)}`",
        )
        for name, response in responses
    )
    return build_table(("dialect", "status", "body"), rows)


# What is stored where matters to nothing that is shown.
STORES = (*(f"{table.name.upper()}_TABLE" for table in tables.TABLES), "CONTENT_BUCKET")
# One version of each engine that has a translation, and one that has none.
SAMPLES: tuple[tuple[Engine, str], ...] = (
    ("go", "Hello {{.name}}!"),
    ("go", 'Say {{"{{"}}x}} to {{.user.city}}'),
    ("go", "{{if .vip}}Hello{{end}} {{.name}}"),
    ("jinja", "Hello {{ name }}!"),
    ("jinja", "Hello {{ name | upper }}!"),
    ("liquid", "Hello {{ name }}!"),
    ("liquid", "Hello {{ name | upcase }}!"),
    ("simple", "Hello {{name}}, write {% if %}"),
    ("simple", "Hello {{first name}}!"),
    ("tela", "Hello {name}, write {x}"),
    ("text", "Hello {{name}}!"),
)


def build_languages() -> str:
    """Build the table of what each dialect's clients are shown of a version."""
    settings = Settings.load(dict.fromkeys(STORES, ""))
    lenses = {name: load_lenses(name) for name in DIALECTS if shows_texts(name)}
    rows = []
    for engine, text in SAMPLES:
        content = Content(template=text, engine=engine)
        if engine == "tela":
            content = replace(content, inputs=[{"name": "name", "type": "str"}])
        views = (each.show(content, settings).text for each in lenses.values())
        rows.append((f"`{engine}`", _cite(text), *map(_cite, views)))
    first, *others = (f"{get_dialect(name).title}'s" for name in lenses)
    heads = ("written with `engine`", "as", f"{first} clients see", *others)
    return build_table(heads, iter(rows))


def shows_texts(dialect: str) -> bool:
    """Tell whether a dialect shows texts in its own language instead of as they are stored."""
    return dialect != NATIVE and find_spec(f"shared.dialects.{dialect}.contents") is not None


def load_lenses(dialect: str) -> Lenses:
    """Load the lenses of a dialect that shows texts."""
    lenses: Lenses = import_module(f"shared.dialects.{dialect}.contents").LENSES
    return lenses


def _cite(text: str) -> str:
    """Write a text as code in a cell of a table."""
    return f"`{text}`".replace("|", "\\|")


def build_endpoints(dialect: str) -> str:
    """Build the table of a dialect's endpoints."""
    rows = (
        (
            f"`{route.method} {route.path}`",
            describe(route),
            f"`{route.permission}`{', people only' if route.sessions_only else ''}",
        )
        for route in ROUTES
        if route.dialect == dialect
    )
    return build_table(("call", "what it does", "needs"), rows)


def build_conditions() -> str:
    """Build the table of what `If-Match` is compared with, by call that writes."""
    calls: dict[str, list[str]] = {}
    for route in ROUTES:
        if route.if_match or route.no_if_match:
            what = f"`GET {route.if_match}`" if route.if_match else f"nothing: {route.no_if_match}"
            calls.setdefault(what, []).append(f"`{route.method} {route.path}`")
    rows = ((what, ", ".join(names)) for what, names in calls.items())
    return build_table(("compared with the `ETag` of", "calls"), rows)


def describe(route: Route) -> str:
    """Say in a sentence what an endpoint does."""
    return f"{read_docstring(route)[0]}."


def build_tables() -> str:
    """Build the list of the tables, as it is stated beside them."""
    lines = [line for line in (tables.__doc__ or "").splitlines() if line.startswith("|")]
    return "\n".join(lines) + "\n"


def build_alarms() -> str:
    """Build the list of the alarms from their rules, without importing what defines a stack."""
    tree = ast.parse((ROOT / "infra" / "alarms.py").read_text(encoding="utf-8"))
    rules = (
        {argument.arg: argument.value for argument in node.keywords}
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "AlarmRule"
    )
    names = ("name", "threshold", "bad_minutes", "minutes", "runbook")
    values = ([ast.literal_eval(rule[name]) for name in names] for rule in rules)
    rows = (
        (f"`{name}`", str(threshold), f"{bad_minutes} of {minutes}", runbook)
        for name, threshold, bad_minutes, minutes, runbook in values
    )
    heads = ("alarm", "threshold", "minutes", "what it means, and what to do")
    return build_table(heads, rows)


def build_targets() -> str:
    """Build the list of what `make` can do, as `make help` has it."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    rows = ((f"`make {name}`", about) for name, about in TARGET.findall(makefile))
    return build_table(("command", "what it does"), rows)


def build_gaps() -> str:
    """Build the list of what the engine `jinja` leaves out of Jinja."""
    rows = ((gap.kind, ", ".join(f"`{name}`" for name in gap.names), gap.instead) for gap in GAPS)
    return build_table(("kind", "names", "instead"), rows)


def build_table(heads: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    """Build a table of Markdown."""
    lines = [heads, ("---",) * len(heads), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


PARTS: Mapping[str, Callable[[], str]] = {
    "native endpoints": build_native_endpoints,
    "unsupported calls": build_unsupported_calls,
    "unsupported vendor calls": build_unsupported_vendor_calls,
    "vendor endpoints": build_vendor_endpoints,
    "credentials": build_credentials,
    "shared urls": build_shared_urls,
    "errors": build_errors,
    "languages": build_languages,
    "conditions": build_conditions,
    "tables": build_tables,
    "alarms": build_alarms,
    "targets": build_targets,
    "gaps": build_gaps,
}


if __name__ == "__main__":
    sys.exit(main())
