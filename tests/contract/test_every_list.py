"""Lists in pages, over all of them: paging gives the whole list, and no cursor does harm."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from shared.routes import ROUTES
from tests.routes.malformed import MALFORMED_TEXTS, NO_LIMITS
from tests.routes.pages import fill_lists, iterate_pages, read_page
from tests.routes.problems import assert_problem

if TYPE_CHECKING:
    from shared.routes import Route
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


def get_maximum(route: Route) -> int:
    """Get the largest limit of a list."""
    (limit,) = (parameter for parameter in route.query if parameter.name == "limit")
    assert limit.maximum is not None
    return limit.maximum


def decode(cursor: str) -> bytes:
    """Decode a cursor."""
    return urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))


def forge(call: Prepared, scene: Scene, position: bytes) -> Prepared:
    """Make the call go on from a position of the caller's own making."""
    _, cursor = read_page(call.replace_query(limit="2").send(scene.registry.viewer))
    assert cursor is not None
    text = urlsafe_b64encode(decode(cursor)[:8] + position).decode().rstrip("=")
    return call.replace_query(cursor=text)


def test_paging_through_gives_exactly_the_whole_list(lists: Scene) -> None:
    viewer = lists.registry.viewer
    for route in PAGED:
        with lists.visit(route) as call:
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
                response = call.replace_query(limit=text).send(scene.registry.viewer)
                assert_problem(response, route, 400)
                assert "limit" in response.text


def test_an_empty_limit_or_cursor_is_none_at_all(scene: Scene) -> None:
    for route in PAGED:
        with scene.visit(route) as call:
            plain = call.send(scene.registry.viewer)
            empty = call.replace_query(limit="", cursor="").send(scene.registry.viewer)
            assert (empty.status, empty.text) == (200, plain.text)


def test_a_cursor_tells_a_reader_nothing_and_survives_a_url(lists: Scene) -> None:
    for route in PAGED:
        with lists.visit(route) as call:
            _, cursor = read_page(call.replace_query(limit="2").send(lists.registry.viewer))
            assert cursor is not None
            assert quote(cursor) == cursor
            assert b"prompt_id" not in decode(cursor)


def test_a_cursor_is_good_for_its_own_list_and_query_only(lists: Scene) -> None:
    viewer = lists.registry.viewer
    for route in PAGED:
        with lists.visit(route) as call:
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
    viewer = lists.registry.viewer
    for route in PAGED:
        with lists.visit(route) as call:
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
