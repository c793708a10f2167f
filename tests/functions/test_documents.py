"""What `docs/dialects.md`, `docs/operate.md` and CONTRIBUTING.md say of how calls behave."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from functools import reduce
from importlib import import_module
from typing import TYPE_CHECKING, Any

from shared.dialects.langfuse import responses as langfuse
from shared.dialects.langwatch import responses as langwatch
from shared.dialects.maxim import responses as maxim
from shared.dialects.maxim.requests import HEADER
from shared.dialects.registry import responses as registry_responses
from shared.dialects.tela import responses as tela
from shared.domain.content import Content
from shared.domain.model import Author, Prompt, Version
from shared.routes import DIALECTS, ROUTES
from shared.settings import get_settings
from tests.contract.sources import name_room
from tests.documents import list_words, read_document
from tests.routes.scene import get_credential

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import FrameType

    import pytest

    from tests.client import Registry, Response

NOW = datetime(2026, 1, 31, tzinfo=UTC)
NOTHING = "\N{EN DASH}"
DIALECTS_PAGE = read_document("docs/dialects.md")
COLUMNS = {  # of all dialects, in each table that tells them apart
    "px0": "registry",
    "Tela": "tela",
    "Maxim": "maxim",
    "LangWatch": "langwatch",
    "Langfuse": "langfuse",
}


def test_every_dialect_is_a_column() -> None:
    assert {*COLUMNS.values()} == {*DIALECTS}


# -- fields of a content


TOOL = {"type": "function", "function": {"name": "f", "description": "d"}}
SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}}}
CHAT = [{"role": "system", "content": "a"}, {"role": "user", "content": "b"}]
# By field: a content, and one that differs in this field only.
PAIRS: Mapping[str, tuple[Content, Content]] = {
    "template": (Content(template="a"), Content(template="b")),
    "messages": (Content(messages=CHAT), Content(messages=[*reversed(CHAT)])),
    "engine": (Content(template="a"), Content(template="a", engine="jinja")),
    "provider": (
        Content(template="a", model="m", provider="p"),
        Content(template="a", model="m", provider="q"),
    ),
    "model": (
        Content(template="a", model="m", provider="p"),
        Content(template="a", model="n", provider="p"),
    ),
    "parameters": (
        Content(template="a", parameters={"temperature": 1, "max_tokens": 1}),
        Content(template="a", parameters={"temperature": 2, "max_tokens": 2}),
    ),
    "inputs": (
        Content(template="a", inputs=[{"name": "x", "type": "str"}]),
        Content(template="a", inputs=[{"name": "y", "type": "str"}]),
    ),
    "outputs": (
        Content(template="a", outputs=[{"name": "x", "type": "json_schema", "schema": SCHEMA}]),
        Content(template="a", outputs=[{"name": "x", "type": "json_schema", "schema": {}}]),
    ),
    "tools": (
        Content(template="a", tools=[TOOL]),
        Content(template="a", tools=[TOOL, TOOL]),
    ),
}


def test_a_dialect_shows_the_fields_that_are_mapped(registry: Registry) -> None:
    table = DIALECTS_PAGE.get_table("What a dialect shows of a version")
    titles = table.head[1:]

    assert [*titles] == [*COLUMNS]
    assert [*table.index_rows()] == [*PAIRS]
    assert {*PAIRS, "apart", "extras", "rest"} == {field.name for field in fields(Content)}
    for field, cells in table.index_rows().items():
        for title, cell in zip(titles, cells, strict=True):
            before, after = (dump(COLUMNS[title], content) for content in PAIRS[field])
            where = f"{field} of {title}"
            assert (before != after) is (cell != NOTHING), where
            if cell == NOTHING:
                continue
            paths = [word for word in list_words(cell) if is_read(COLUMNS[title], word)]
            assert paths, where
            for path in paths:
                assert find(before, path) != find(after, path), f"{where}: {path}"
            for name in {*list_words(cell)} - {*paths}:
                assert name in list_request_fields(COLUMNS[title]), f"{where}: {name}"


def is_read(dialect: str, path: str) -> bool:
    """Tell whether a path is of a response: those of Maxim's requests have other names."""
    return dialect != "maxim" or path.startswith("config.")


def list_request_fields(dialect: str) -> set[str]:
    """List the fields of a dialect's request for a new version."""
    models = import_module(f"shared.dialects.{dialect}.models")
    return {*models.NewPromptVersion.model_fields}


def find(document: Any, path: str) -> Any:
    """Find what is at a path of a document; None where it is absent."""
    return reduce(lambda value, name: (value or {}).get(name), path.split("."), document)


def dump(dialect: str, content: Content) -> Any:
    """Dump a version of this content as a dialect's reads have it."""
    author = Author(id="1", name="Ada")
    version = Version(
        prompt_id="1",
        number=1,
        id="1",
        content=content,
        author=author,
        created_at=NOW,
        updated_at=NOW,
    )
    prompt = Prompt(
        id="1",
        team_id="1",
        slug="x",
        name="x",
        created_at=NOW,
        updated_at=NOW,
        changed_at=NOW,
    )
    settings = get_settings()
    dumps: dict[str, Callable[[], Any]] = {
        "registry": lambda: registry_responses.dump_version(version, prompt),
        "tela": lambda: tela.dump_version(version, prompt, settings),
        "maxim": lambda: maxim.dump_whole_version(version, settings, with_tool_ids=False),
        "langwatch": lambda: langwatch.dump_prompt(
            prompt, version, tags=(), is_newest=True, settings=settings, base_url=""
        ),
        "langfuse": lambda: langfuse.dump_prompt(prompt, version, settings, is_newest=True),
    }
    return dumps[dialect]()


# -- statuses


@dataclass(frozen=True, slots=True)
class Prompts:
    """A prompt with a version of each status, numbered in this order."""

    registry: Registry
    id: str
    version_ids: Mapping[str, str]

    def call(self, path: str, *, dialect: str = "registry") -> Response:
        """Get something, with the credential of a dialect."""
        route = next(route for route in ROUTES if route.dialect == dialect)
        return self.registry.editor.use_credential(get_credential(route))("GET", path)

    def get(self, path: str, *, dialect: str = "registry") -> Any:
        """Get a body."""
        response = self.call(path, dialect=dialect)
        assert response.status == 200, response.text
        return response.json


STATUSES = ("archived", "stable", "live", "draft")
ACTIONS = ((1, "promote"), (1, "archive"), (2, "promote"), (3, "promote"), (3, "promote"))


def create_prompts(registry: Registry) -> Prompts:
    def post(path: str, body: Any = None) -> Any:
        response = registry.editor("POST", path, body)
        assert response.status < 300, response.text
        return response.json

    prompt = post(f"/v1/teams/{registry.team_id}/prompts", {"name": "Statuses", "slug": "statuses"})
    path = f"/v1/prompts/{prompt['prompt']['id']}/versions"
    version_ids = {status: post(path, {"template": status})["version"]["id"] for status in STATUSES}
    for number, action in ACTIONS:
        post(f"{path}/{number}/{action}")
    return Prompts(registry, prompt["prompt"]["id"], version_ids)


def list_maxims(prompts: Prompts) -> list[Any]:
    path = f"/v1/prompts/versions?promptId={prompts.id}"
    rows: list[Any] = prompts.get(path, dialect="maxim")["data"]
    return rows


def is_published(prompts: Prompts, number: int) -> bool:
    """Tell whether Maxim's list has a version that is not deleted."""
    return any(
        row["version"] == number and row["deletedAt"] is None for row in list_maxims(prompts)
    )


def get_bundle(prompts: Prompts) -> Any:
    return prompts.get(f"/api/sdk/v4/prompts?promptId={prompts.id}", dialect="maxim")["data"]


def get_canvas(prompts: Prompts, status: str) -> Response:
    return prompts.call(f"/prompt-version/{prompts.version_ids[status]}")


def get_flags(prompts: Prompts, status: str) -> tuple[bool, bool]:
    body = get_canvas(prompts, status).json
    return body["promoted"], body["draft"]


def read_langfuse(prompts: Prompts, query: str) -> Response:
    return prompts.call(f"/api/public/v2/prompts/Statuses?{query}", dialect="langfuse")


def list_labels(prompts: Prompts, number: int) -> list[str]:
    labels: list[str] = read_langfuse(prompts, f"version={number}").json["labels"]
    return labels


def list_tags(prompts: Prompts, number: int) -> list[str]:
    version = prompts.get(f"/api/prompts/statuses?version={number}")
    return [tag["name"] for tag in version["tags"]]


def find_native_status(prompts: Prompts, number: int) -> str:
    path = f"/v1/prompts/{prompts.id}/versions/{number}"
    return str(prompts.get(path)["version"]["status"])


# By status and column: the cell, and what shows that it is so.
CELLS: Mapping[tuple[str, str], tuple[str, Callable[[Prompts], bool]]] = {
    ("draft", "px0"): ("every new version", lambda p: find_native_status(p, 4) == "draft"),
    ("draft", "Tela"): ("`draft: true`", lambda p: get_flags(p, "draft") == (False, True)),
    ("draft", "Maxim"): (
        "not there",
        lambda p: (
            "draft" not in str(p.get(f"/v1/prompts/versions?promptId={p.id}", dialect="maxim"))
        ),
    ),
    ("draft", "LangWatch"): (
        "not there",
        lambda p: (
            p.get("/api/prompts/statuses")["version"] == 3
            and p.call("/api/prompts/statuses?version=4").status == 404
        ),
    ),
    ("draft", "Langfuse"): (
        "not there",
        lambda p: (
            read_langfuse(p, "label=latest").json["version"] == 3
            and read_langfuse(p, "version=4").status == 404
        ),
    ),
    ("stable", "px0"): ("promoted once", lambda p: find_native_status(p, 2) == "stable"),
    ("stable", "Tela"): ("neither flag", lambda p: get_flags(p, "stable") == (False, False)),
    ("stable", "Maxim"): ("every new version", lambda p: is_published(p, 2)),
    ("stable", "LangWatch"): ("every new version", lambda p: list_tags(p, 2) == []),
    ("stable", "Langfuse"): ("every new version", lambda p: list_labels(p, 2) == []),
    ("live", "px0"): ("promoted again", lambda p: find_native_status(p, 3) == "live"),
    ("live", "Tela"): ("`promoted: true`", lambda p: get_flags(p, "live") == (True, False)),
    ("live", "Maxim"): (
        "`fallbackVersion` of the SDKs",
        lambda p: get_bundle(p)["fallbackVersion"]["version"] == 3,
    ),
    ("live", "LangWatch"): ("tag `production`", lambda p: list_tags(p, 3) == ["production"]),
    ("live", "Langfuse"): (
        "label `production`",
        lambda p: list_labels(p, 3) == ["production", "latest"],
    ),
    ("archived", "px0"): (
        "archived, or deleted",
        lambda p: find_native_status(p, 1) == "archived",
    ),
    ("archived", "Tela"): ("not found", lambda p: get_canvas(p, "archived").status == 404),
    ("archived", "Maxim"): ("`deletedAt` is set", lambda p: not is_published(p, 1)),
    ("archived", "LangWatch"): ("as a version", lambda p: list_tags(p, 1) == []),
    ("archived", "Langfuse"): ("not there", lambda p: read_langfuse(p, "version=1").status == 404),
}


def test_a_dialect_shows_a_status_as_it_says(registry: Registry) -> None:
    table = DIALECTS_PAGE.get_table("Status")
    prompts = create_prompts(registry)

    cells = {
        (status, title): cell
        for status, row in table.index_rows().items()
        for title, cell in zip(table.head[1:], row, strict=True)
    }
    assert [*table.head[1:]] == [*COLUMNS]
    assert cells == {place: cell for place, (cell, _) in CELLS.items()}
    assert [place for place, (_, is_so) in CELLS.items() if not is_so(prompts)] == []


# -- logs


def test_fields_of_the_log(registry: Registry, caplog: pytest.LogCaptureFixture) -> None:
    rows = read_document("docs/operate.md").get_table("Logs, metrics and traces", "field").rows
    prompts = create_prompts(registry)

    caplog.clear()
    path = f"/v1/prompts/{prompts.id}/versions/4/promote"
    assert registry.editor("POST", path).status == 200
    batch = {"prompts": [{"name": prompts.id}]}
    assert registry.editor("POST", "/v1/batch", batch).status == 200
    headers = {"authorization": None, "x-maxim-api-key": registry.editor.key}
    assert registry.editor("GET", "/api/sdk/v4/prompts", headers=headers).status == 200

    records = [record for record in caplog.records if record.message == "call"]
    fields = {name for record in records for name in vars(record)}
    names = {name for row in rows for name in list_words(row[0])}
    assert names == fields - vars(replace_record(records[0])).keys()


def replace_record(record: Any) -> Any:
    """Make a record of the same kind that has nothing to say."""
    plain = type(record)(record.name, record.levelno, record.pathname, 1, "", (), None)
    plain.message = plain.asctime = ""
    return plain


# -- CONTRIBUTING.md


def test_a_message_passes_through_the_parts_that_are_named(registry: Registry) -> None:
    section = read_document("CONTRIBUTING.md").prose.partition("## From a request to an item")[2]
    parts = re.findall(r"^\d+\. `([\w.]+)`", section.partition("\n## ")[0], re.MULTILINE)
    editor, text = registry.editor, "You help {{ name }}."
    body = {
        "promptId": create_prompts(registry).id,
        "description": "first words",
        "modelName": "gpt-4o",
        "modelProvider": "openai",
        "messages": [{"role": "system", "content": text}],
    }
    visits: dict[str, None] = {}

    def note(frame: FrameType, event: str, argument: object) -> None:
        module = str(frame.f_globals.get("__name__"))
        is_ours = event == "call" and module.startswith(("functions.", "shared."))
        if is_ours and any(mentions(value, text) for value in [*frame.f_locals.values()]):
            visits[name_room(module)] = None

    # What is done with it when it is stored is no part of the way.
    registry.cloud.run_before("TransactWriteItems", lambda: sys.setprofile(None))
    sys.setprofile(note)
    try:
        response = editor("POST", "/v1/prompts/versions", body, headers={HEADER: str(editor.key)})
    finally:
        sys.setprofile(None)

    assert response.status == 200, response.text
    assert [*visits] == parts
    assert len(parts) <= 12


def mentions(value: object, text: str) -> bool:
    """Tell whether a value has a text in it, as far as it can be printed."""
    try:
        return text in f"{value!r} {getattr(value, '__dict__', '')}"
    except AttributeError:
        return False  # it is just being made
