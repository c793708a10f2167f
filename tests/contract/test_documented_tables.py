"""The tables of the documents that rules, limits and problems decide."""

from __future__ import annotations

import ast
import json
import re
from dataclasses import MISSING, fields
from typing import TYPE_CHECKING, Any, get_args

from infra.documents import load_lenses, shows_texts
from infra.local import demo, servers
from infra.project import ROOT
from shared import exact_json, problems
from shared.dialects.dialect import get_dialect
from shared.dialects.languages import READERS
from shared.dialects.registry import release_models
from shared.dialects.registry.refresh_models import RefreshedPrompts
from shared.dialects.registry.refresh_requests import MAX_PROMPTS
from shared.domain import api_keys, checks, compositions, diffs, history, prompts, reviews, versions
from shared.domain.access import OPERATIONS
from shared.domain.content import ENGINES, Content
from shared.domain.model import Status
from shared.domain.protection import MAX_POINTERS
from shared.domain.references import parse_references
from shared.ids import ID
from shared.paging import MAX_SKIPPED
from shared.problems import Problem, PromptNotFound
from shared.rendering.engines import compile_template
from shared.rendering.limits import Limits
from shared.routes import DIALECTS, audit
from shared.routes.route import MAX_LIMIT
from shared.settings import Settings
from shared.store.prompt_batch import MAX_CLAIMS
from shared.store.protections import MAX_EVENTS, MAX_PAYLOAD_BYTES, MAX_PAYLOADS
from shared.templates import recognise_engine
from shared.writing import IDEMPOTENCY_KEY_LENGTH
from tests.contract.histories import ORIGIN, build_envelope, list_events
from tests.contract.sources import list_access_kinds, list_event_kinds, parse
from tests.documents import list_words, read_document

if TYPE_CHECKING:
    from collections.abc import Callable

    from shared.domain.changes import Change

APPLICATIONS, DIALECTS_PAGE = "docs/applications.md", "docs/dialects.md"
EVENTS, OPERATE, WRITERS = "docs/events.md", "docs/operate.md", "docs/writers.md"

# -- docs/applications.md


def test_operations() -> None:
    rows = read_document(APPLICATIONS).get_table("Address and key").index_rows()

    assert {name: list_words(cell) for name, (cell,) in rows.items()} == {
        name: [word for word in ("read", "write", "curate", "manage") if word in granted]
        for name, granted in OPERATIONS.items()
    }


def list_problems(parent: type[Problem] = Problem) -> list[type[Problem]]:
    """List the kinds of problems that all dialects have."""
    below = [kind for kind in parent.__subclasses__() if kind.__module__ == problems.__name__]
    return [kind for child in below for kind in (child, *list_problems(child))]


def test_errors() -> None:
    rows = read_document(APPLICATIONS).get_table("Errors").rows

    assert sorted((int(status), code.strip("`")) for status, code, _ in rows) == sorted(
        (kind.status, kind.code) for kind in list_problems()
    )


def test_examples_are_json() -> None:
    (block,) = read_document(APPLICATIONS).get_blocks("json")
    example = json.loads(block.text)
    response = get_dialect("registry").dump_problem(PromptNotFound(), example["request_id"])

    assert example == response.body


def test_references_are_such() -> None:
    (block,) = read_document(APPLICATIONS).get_blocks("text", "Include other prompts")
    references = [reference for _, reference in parse_references(block.text)]

    assert [reference.tag for reference in references] == block.text.split()
    assert {*map(compositions.get_selector, references)} == {"live", 3}


def test_lists_of_a_refresh() -> None:
    rows = read_document(APPLICATIONS).get_table("Refresh what an application holds").index_rows()

    assert [name.strip("`") for name in rows] == [*RefreshedPrompts.__annotations__]


def test_limits() -> None:
    rows = read_document(APPLICATIONS).get_table("Limits").index_rows()
    settings = build_settings()
    timeout = re.search(
        r"^TIMEOUT = Duration\.seconds\((\d+)\)", (ROOT / "infra/functions.py").read_text(), re.M
    )
    assert timeout is not None

    assert {name: limit for name, (limit, _) in rows.items()} == {
        "body of a request": f"{settings.body_bytes >> 20} MiB",
        "template": f"{settings.template_bytes >> 20} MiB",
        "texts of a version with what they include": f"{settings.template_bytes >> 20} MiB",
        "different parts of a version, places where they are put in": (
            f"{compositions.MAX_PARTS}, {compositions.MAX_INSERTIONS:,}"
        ),
        "levels of parts below a version": f"{compositions.MAX_DEPTH}",
        "rendered text": f"{settings.output_bytes >> 20} MiB",
        "work of one rendering": f"{settings.render_steps:,} steps",
        "response": f"{settings.response_bytes / 1e6} MB",
        "prompts that are refreshed together; slugs of them, times teams and their two scopes": (
            f"{MAX_PROMPTS}; {MAX_CLAIMS:,}"
        ),
        "name, slug": f"{checks.NAME_LENGTH} characters",
        "description": f"{checks.DESCRIPTION_LENGTH:,} characters",
        "message, reason of a rollback": f"{checks.MESSAGE_LENGTH:,} characters",
        "message of a release request, comment on it": f"{reviews.TEXT_LENGTH:,} characters",
        "release requests of a prompt that wait": f"{reviews.MAX_WAITING}",
        "protected pointers of a team": f"{MAX_POINTERS}",
        "payloads of a prompt, where they must render": (
            f"{MAX_PAYLOADS}, {MAX_PAYLOAD_BYTES >> 20} MiB in all"
        ),
        "tags that a request moves": f"{prompts.TAGS_PER_EVENT}",
        "tags of a prompt": f"{prompts.TAGS_PER_PROMPT:,}",
        "API keys of the organization, of a team": (
            f"{api_keys.MAX_KEYS:,}, {api_keys.MAX_TEAM_KEYS}"
        ),
        "rows of a page": f"{MAX_LIMIT:,}",
        "nesting of JSON": f"{exact_json.MAX_DEPTH} levels",
        "commas and opening brackets of a body": f"{exact_json.MAX_PARTS:,}",
        "exponent of a number": f"±{exact_json.MAX_EXPONENT}",
        "digits of a number": f"{exact_json.MAX_DIGITS:,}",
        "lines of a template that is compared": f"{diffs.MAX_LINES:,}",
        "Idempotency-Key": f"{IDEMPOTENCY_KEY_LENGTH} characters",
        "time of a call": f"{timeout[1]} seconds",
    }
    statuses = {kind.code: kind.status for kind in list_problems()}
    for _, beyond in rows.values():
        for status, code in re.findall(r"(\d+) `(\w+)`", beyond):
            assert statuses[code] == int(status)


def build_settings() -> Settings:
    """Build the settings with the defaults that functions have."""
    required = (field.name.upper() for field in fields(Settings) if field.default is MISSING)
    return Settings.load(dict.fromkeys(required, "x"))


# -- docs/writers.md

ACTIONS: dict[str, Callable[..., Change[Any]]] = {
    "edit": lambda prompt, version: versions.revise(prompt, version, Content(template="y"), ORIGIN),
    "promote": lambda prompt, version: versions.promote(prompt, version, ORIGIN),
    "demote": lambda prompt, version: versions.demote(prompt, version, ORIGIN),
    "archive": lambda prompt, version: versions.archive(prompt, version, ORIGIN),
    "delete": lambda prompt, version: versions.delete(prompt, version, ORIGIN),
    "roll back to it": lambda prompt, version: versions.roll_back(
        prompt, version, ORIGIN, reason="x"
    ),
}


def test_transitions() -> None:
    table = read_document(WRITERS).get_table("Prompts and versions")
    actions = table.head[1:]
    rows = table.index_rows()

    assert {*actions} == ACTIONS.keys()
    assert {status: dict(zip(actions, cells, strict=True)) for status, cells in rows.items()} == {
        status: {action: try_action(action, status) for action in actions}
        for status in get_args(Status)
    }


def try_action(action: str, status: str) -> str:
    """Tell what an action makes of a version of this status, as the table says it."""
    prompt = prompts.create(team_id="1", name="x", slug="x", origin=ORIGIN).after
    born: Any = "stable" if status == "archived" else status
    change = versions.create(prompt, Content(template="x"), ORIGIN, base=None, status=born)
    if status == "archived":
        change = change.then(lambda prompt: versions.archive(prompt, change.subject, ORIGIN))
    try:
        after = ACTIONS[action](change.after, change.subject)
    except Problem:
        return "refused"
    if after.deletes:
        return "gone"
    return f"`{after.after.get_status(after.subject)}`"


def test_templates_give_what_is_shown() -> None:
    table = read_document(WRITERS).get_table("Template languages")
    engines = [head.strip("`") for head in table.head[1:-2]]

    assert {*engines} <= {*ENGINES}
    for _, *templates, variables, result in table.rows:
        (values,), (expected,) = list_words(variables), list_words(result)
        for engine, cell in zip(engines, templates, strict=True):
            (text,) = list_words(cell)
            template = compile_template(text, engine=engine, limits=Limits())
            assert template.render(json.loads(values), limits=Limits()) == expected


def test_markup_that_tells_an_engine() -> None:
    rows = read_document(WRITERS).get_table("Check before saving").rows

    for markup, engines in rows:
        texts = [text.replace("\\|", "|") for text in list_words(markup) if "{" in text]
        for text in texts or ["Hi"]:
            content = Content(template=text, inputs=[{"name": "name"}])
            assert recognise_engine(content, build_settings()) in list_words(engines), text


# -- docs/dialects.md


def test_engines() -> None:
    rows = read_document(DIALECTS_PAGE).get_table("Template languages", "`engine`").index_rows()

    assert [name.strip("`") for name in rows] == [*ENGINES]


def test_each_dialects_clients_are_told_of_what_they_cannot_read() -> None:
    readers: dict[str, set[str]] = {}
    for name in DIALECTS:
        if shows_texts(name):
            owner = f"{get_dialect(name).title}'s"
            readers.setdefault(load_lenses(name).language, set()).add(owner)

    assert {language: {*owners} for language, owners in READERS.items()} == readers


# -- docs/events.md


def test_kinds_of_events() -> None:
    rows = read_document(EVENTS).get_table("Kinds").index_rows()
    fields: dict[str, set[str]] = {}
    for event in list_events():
        fields.setdefault(event.kind, set()).update(event.detail)

    assert fields.keys() == list_event_kinds()
    assert {kind: {*list_words(cell)} for kind, (cell, _) in rows.items()} == fields


def test_events_of_releases_are_kinds() -> None:
    table = read_document(EVENTS).get_table("Tell people about releases", "who should know")
    names = {name for row in table.rows for name in list_words(row[1])}
    names -= {"status", "live", "conditions"}

    assert {*reviews.KINDS.values()} <= names <= list_event_kinds()


def test_fields_of_an_event() -> None:
    rows = read_document(EVENTS).get_table("What an event holds").rows
    (block,) = read_document(EVENTS).get_blocks("json")
    example = json.loads(block.text)
    promoted = [event for event in list_events() if "displaced_version" in event.detail]
    envelope = build_envelope(promoted[0])

    names = {name for row in rows for name in list_words(row[0])}
    assert names == envelope["detail"].keys()
    assert example.keys() == envelope.keys()
    assert example["detail"].keys() == envelope["detail"].keys()
    assert example["detail"]["detail"].keys() == promoted[0].detail.keys()
    for name in ("id", "team_id", "prompt_id"):
        assert ID.fullmatch(example["detail"][name])


def test_the_last_event_says_what_is_live() -> None:
    events = list_events()

    for count, event in enumerate(events, 1):
        number = history.find_version(reversed(events[:count]), "live")
        assert (event.live_version or None) == number


# -- docs/operate.md


def test_rules_of_protected_pointers() -> None:
    rows = read_document(OPERATE).get_table("Protected pointers", "rule").index_rows()

    assert [*rows] == [*release_models.NewProtection.model_fields]
    assert f"{MAX_POINTERS} tags" in rows["pointers"][0]
    assert f"may have {MAX_PAYLOADS} then" in rows["require_payloads"][0]
    assert f"last {MAX_EVENTS:,} changes" in rows["editors_roll_back"][0]


def test_parameters_of_audit_logs() -> None:
    rows = read_document(OPERATE).get_table("Audit logs", "parameter").rows
    names = {name for row in rows for name in re.findall(r"`(\w+)`", row[0])}
    log, logs = (set(route.query_names) for route in audit.ROWS)

    assert names == log == logs - {"offset"}  # which is px0's
    assert f"{MAX_SKIPPED:,} entries" in " ".join(row[1] for row in rows)


def test_kinds_of_audit_logs() -> None:
    rows = read_document(OPERATE).get_table("Audit logs", "kind").index_rows()

    assert rows.keys() == list_access_kinds()


def test_variables_of_the_local_server() -> None:
    rows = read_document(OPERATE).get_table("The local server", "variable").index_rows()
    defaults = {}
    for node in ast.walk(parse(ROOT / "infra" / "local" / "__main__.py")):
        match node:
            case ast.BoolOp(values=[ast.Call(args=[ast.Constant(str(name))]) as call, default]):
                if ast.unparse(call.func) == "os.environ.get":
                    defaults[name] = ast.literal_eval(default) or ""

    assert {name: cell.strip("`") for name, (cell, _) in rows.items()} == defaults


def test_files_of_the_local_server() -> None:
    rows = read_document(OPERATE).get_table("The local server", "file in `.local/`").index_rows()
    names = {servers.DEMO_FILE, demo.KEY_FILE, "demo-<port>.json", "serve.log"}

    assert rows.keys() == names
    assert '"serve.log"' in (ROOT / "infra" / "local" / "__main__.py").read_text()
    assert 'f"demo-{port}.json"' in (ROOT / "infra" / "local" / "servers.py").read_text()
