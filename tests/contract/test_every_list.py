"""Lists in pages, over all of them: paging gives the whole list, and no cursor does harm."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from shared import call as calls
from shared import exact_json, paging
from shared.paging import MAX_READ_PAGES, build_page, measure_row
from shared.routes import ROUTES
from shared.routes.route import OMITTED_BODIES
from shared.settings import get_settings
from tests.routes.malformed import MALFORMED_TEXTS, NO_LIMITS
from tests.routes.pages import fill_lists, iterate_pages, read_page
from tests.routes.problems import assert_problem
from tests.routes.sample import get_sample

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from shared.routes import Route
    from tests.client import Client
    from tests.memory import Item, Memory
    from tests.routes.scene import Prepared, Scene

PAGED = tuple(route for route in ROUTES if "cursor" in route.query_names)
ROWS = 7  # at least, of each list
# Of rows, in lists of some kinds; none is where such a list has one.
POSITIONS = (b"\0", b"#", b"##", b"99999999999", b"-1", b"prompt#", b"prompt#a#b", b"zzz")
WRONG_LIST = "invalid cursor: it must come from the previous page of the same list"


@pytest.fixture
def lists(scene: Scene) -> Scene:
    """A scene with as many rows in each list."""
    fill_lists(scene, ROWS)
    return scene


# Filters that lists apply to the rows that they read, each with a value that no row has.
FILTERS = {
    "q": "no such words",
    "actor": "nobody",
    "kind": "prompt.deleted",
    "deploymentQuery": json.dumps([{"field": "none", "operator": "=", "value": "x"}]),
}
# Those of the store, and what is no filter.
OTHER_PARAMETERS = {
    *("limit", "cursor", "offset", "from", "to", "status", "archived", "tags"),
    *("team", "team_id", "org_id", "workspaceId", "projectId", "promptId", "id", "name"),
    *("entityType", "folderId", "parentFolderId", "parentFolderName"),
    *("include", "includeVersions", "includeLastVersion"),
}


def get_maximum(route: Route) -> int:
    """Get the largest limit of a list."""
    (limit,) = (parameter for parameter in route.query if parameter.name == "limit")
    assert limit.maximum is not None
    return limit.maximum


def decode(cursor: str) -> bytes:
    """Decode a cursor."""
    return urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))


def get_reader(scene: Scene, call: Prepared) -> Client:
    """Get who reads a list: a key that only reads, or a person where no key may."""
    return scene.get_caller(call.route, scene.registry.viewer)


def forge(call: Prepared, scene: Scene, position: bytes) -> Prepared:
    """Make the call go on from a position of the caller's own making."""
    _, cursor = read_page(call.replace_query(limit="2").send(get_reader(scene, call)))
    assert cursor is not None
    text = urlsafe_b64encode(decode(cursor)[:8] + position).decode().rstrip("=")
    return call.replace_query(cursor=text)


def test_paging_through_gives_exactly_the_whole_list(lists: Scene) -> None:
    for route in PAGED:
        with lists.visit(route) as call:
            viewer = get_reader(lists, call)
            maximum = str(get_maximum(route))
            everything = call.replace_query(limit=maximum)
            whole, end = read_page(everything.send(viewer))

            assert (len(whole) >= ROWS, end) == (True, None)
            for limit in (1, 3):
                pages = list(iterate_pages(call, viewer, limit=str(limit)))
                assert [row for page in pages for row in page] == whole
                assert {len(page) for page in pages[:-1]} == {limit}
                assert 1 <= len(pages[-1]) <= limit
            # A page that takes all has no cursor.
            assert read_page(call.replace_query(limit=str(len(whole))).send(viewer)) == (
                whole,
                None,
            )
            # A cursor does not depend on the limit.
            _, cursor = read_page(call.replace_query(limit="2").send(viewer))
            assert cursor is not None
            rest = everything.replace_query(cursor=cursor)
            assert read_page(rest.send(viewer)) == (whole[2:], None)


def test_a_limit_is_a_number_from_1_to_the_largest(scene: Scene) -> None:
    for route in PAGED:
        with scene.visit(route) as call:
            for text in (*NO_LIMITS, str(get_maximum(route) + 1)):
                response = call.replace_query(limit=text).send(get_reader(scene, call))
                assert_problem(response, route, 400)
                assert "limit" in response.text


def test_an_empty_limit_or_cursor_is_none_at_all(scene: Scene) -> None:
    for route in PAGED:
        with scene.visit(route) as call:
            plain = call.send(get_reader(scene, call))
            empty = call.replace_query(limit="", cursor="").send(get_reader(scene, call))
            assert (empty.status, empty.text) == (200, plain.text)


def test_a_cursor_tells_a_reader_nothing_and_survives_a_url(lists: Scene) -> None:
    for route in PAGED:
        with lists.visit(route) as call:
            _, cursor = read_page(call.replace_query(limit="2").send(get_reader(lists, call)))
            assert cursor is not None
            assert quote(cursor) == cursor
            assert b"prompt_id" not in decode(cursor)


def test_a_cursor_is_good_for_its_own_list_and_query_only(lists: Scene) -> None:
    for route in PAGED:
        with lists.visit(route) as call:
            viewer = get_reader(lists, call)
            _, cursor = read_page(call.replace_query(limit="2").send(viewer))
            assert cursor is not None
            first = "B" if cursor[0] == "A" else "A"
            garbage = (*MALFORMED_TEXTS, "AAAA", "!!!!", "=" * 8, "A" * 11, "A" * 12, "null")
            for text in (*garbage, cursor[1:], cursor[:10], first + cursor[1:]):
                response = call.replace_query(cursor=text).send(viewer)
                assert_problem(response, route, 400)
                assert WRONG_LIST in response.text
            response = call.replace_query(cursor=cursor, name="other").send(viewer)
            assert_problem(response, route, 400)


def test_a_forged_position_is_never_a_bug_and_shows_nothing_else(lists: Scene) -> None:
    for route in PAGED:
        with lists.visit(route) as call:
            viewer = get_reader(lists, call)
            whole, _ = read_page(call.replace_query(limit=str(get_maximum(route))).send(viewer))
            for position in POSITIONS:
                response = forge(call, lists, position).send(viewer)
                if response.status != 200:
                    assert_problem(response, route, 400)
                else:
                    assert [row for row in read_page(response)[0] if row not in whole] == []
            for position in (b"", b"\xff\xfe", b"x" * 2000):
                response = forge(call, lists, position).send(viewer)
                assert_problem(response, route, 400)
                assert WRONG_LIST in response.text


# -- rows that are larger than a page

SMALL_RESPONSE = 15_000  # bytes
LARGE = "x" * 20_000  # a text that no such response can hold
# Lists of what is always small: a tag has at most 50 characters, all folders are in one item, and
# the fields of an API key, and of a release request, are bounded.
ALWAYS_SMALL = {
    *("list_version_tags", "list_folders", "list_api_keys", "list_releases"),
    "list_version_indexes",
}
(SYNC,) = (route for route in ROUTES if route.name == "sync_prompts")


def enlarge(table: str, item: Item) -> Item:
    """Make what lists show of an item as large as a caller can make it, or larger."""
    match table, item["entity"]["S"]:
        case "prompts", _:
            settings = json.loads(item["settings"]["S"])
            settings.setdefault("maxim", {})["config"] = {"large": LARGE}
            large = {"description": LARGE, "settings": json.dumps(settings)}
        case "versions", _:
            large = {"content": json.dumps({**json.loads(item["content"]["S"]), "template": LARGE})}
        case "payloads", _:
            large = {"content": json.dumps({"large": LARGE})}
        case "history", _:
            large = {"detail": json.dumps({**json.loads(item["detail"]["S"]), "reason": LARGE})}
        case "access", "ledger":
            entries = json.loads(item["entries"]["S"])
            large = {
                "entries": json.dumps([{**entry, "name": LARGE[:10_000]} for entry in entries])
            }
        case _:
            large = {}
    return item | {name: {"S": text} for name, text in large.items()}


def enlarge_all(scene: Scene, memory: Memory) -> None:
    """Make everything that lists show large."""
    scene.registry.cloud.is_strict = False
    for table, items in memory.list_items().items():
        for item in items:
            memory.put(table, enlarge(table, item))


def limit_responses(scene: Scene, monkeypatch: pytest.MonkeyPatch, size: int) -> int:
    """Set the size of responses; returns the size of a page."""
    monkeypatch.setenv("RESPONSE_BYTES", str(size))
    get_settings.cache_clear()
    scene.registry.forget()
    return get_settings().page_bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class LargeList:
    """A list with rows that are larger than a page.

    Attributes:
        call: The call that lists them.
        rows: The rows as they are in a response that can hold them.
        marks: Whether each row is larger than a page.
        page_bytes: The size of a page.
    """

    call: Prepared
    rows: list[Any]
    marks: list[bool]
    page_bytes: int


def visit_large_lists(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, routes: Iterable[Route]
) -> Iterator[LargeList]:
    """Visit the calls that list, each with responses that can hold few of its rows."""
    calls_to_make = [(row, name) for row in routes for name in (None, *get_sample(row).variants)]
    for route, variant in calls_to_make:
        limit_responses(scene, monkeypatch, 6_000_000)
        with scene.visit(route, variant) as call:
            whole = call.replace_query(limit=str(get_maximum(route))) if route in PAGED else call
            response = whole.send(get_reader(scene, call))
            body = response.json
            if isinstance(body, dict) and not any(isinstance(part, list) for part in body.values()):
                continue  # this variant gets one row
            rows, _ = read_page(response)
            page_bytes = limit_responses(scene, monkeypatch, SMALL_RESPONSE)
            marks = [measure_row(row) > page_bytes for row in rows]
            yield LargeList(call=call, rows=rows, marks=marks, page_bytes=page_bytes)


@pytest.mark.slow
def test_a_row_larger_than_a_page_is_shown_without_its_bodies_in_every_list(
    scene: Scene, memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill_lists(scene, 3)
    enlarge_all(scene, memory)
    all_small = {route.name for route in (*PAGED, SYNC)}
    for large in visit_large_lists(scene, monkeypatch, (*PAGED, SYNC)):
        route, viewer = large.call.route, get_reader(scene, large.call)
        if any(large.marks):
            assert OMITTED_BODIES in route.optional_headers
            all_small -= {route.name}
        for limit in ("", "1", "2", str(get_maximum(route))) if route in PAGED else ("",):
            rows: list[Any] = []
            cursor: str | None = ""
            while cursor is not None:
                response = large.call.replace_query(limit=limit, cursor=cursor).send(viewer)
                assert exact_json.measure_encoded_bytes(response.text) <= SMALL_RESPONSE
                shown, cursor = read_page(response)
                omissions = sum(bool(row.get("omissions")) for row in shown)
                assert response.headers.get(OMITTED_BODIES, "0") == str(omissions)
                rows += shown

            assert len(rows) == len(large.rows) - int(response.headers.get("X-Omitted-Prompts", 0))
            for row, full, is_large in zip(rows, large.rows, large.marks, strict=False):
                assert ("omissions" in row) is is_large
                assert is_large or row == full
                assert LARGE not in json.dumps(row) or not is_large
    assert all_small == ALWAYS_SMALL


@pytest.mark.slow
def test_a_page_reads_a_few_rows_larger_than_it_in_every_list(
    lists: Scene, memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = [0]
    enlarge_all(lists, memory)

    def count_rows(rows: Iterable[Any]) -> Iterator[Any]:
        for row in rows:
            read[-1] += row[1] is not None  # a filter leaves it out
            yield row

    def build_counted_page(rows: Iterable[Any], *args: Any, **options: Any) -> Any:
        return build_page(count_rows(rows), *args, **options)

    monkeypatch.setattr(calls, "build_page", build_counted_page)
    all_small = {route.name for route in PAGED}
    for large in visit_large_lists(lists, monkeypatch, PAGED):
        viewer = get_reader(lists, large.call)
        if any(large.marks):
            all_small -= {large.call.route.name}
        for limit in ("", "3", str(get_maximum(large.call.route))):
            rows: list[Any] = []
            cursor: str | None = ""
            while cursor is not None:
                read.append(0)
                response = large.call.replace_query(limit=limit, cursor=cursor).send(viewer)
                shown, following = read_page(response)
                # Clients of bare arrays, whose cursor is in a header, get the whole list.
                if not isinstance(response.json, list) or limit or cursor:
                    marks = large.marks[len(rows) : len(rows) + len(shown)]
                    assert sum(marks) <= MAX_READ_PAGES
                elif measure_row(shown) < large.page_bytes / 2:
                    assert following is None
                assert read[-1] <= len(shown) + 1
                rows += shown
                cursor = following

            assert len(rows) == len(large.rows)
    assert all_small == ALWAYS_SMALL


def test_a_filter_that_matches_nothing_does_not_read_the_whole_list(
    lists: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "MAX_SKIPPED", ROWS - 1)
    for route in PAGED:
        assert {*route.query_names} <= FILTERS.keys() | OTHER_PARAMETERS, route.name
        for name in FILTERS.keys() & {*route.query_names}:
            with lists.visit(route) as call:
                filtered = call.replace_query(**{name: quote(FILTERS[name])})
                rows, cursor = read_page(filtered.send(get_reader(lists, call)))

                assert (rows, cursor is None) == ([], False), name
