"""What is answered, over all routes: to HEAD, to a caller who has it already, and to problems."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.routes.problems import assert_problem
from tests.routes.scene import GUARDED, READING, WRITING, get_credential

if TYPE_CHECKING:
    from tests.client import Response
    from tests.routes.scene import Scene

# A key is of one team only, so that all it can do with `move` is nothing.
CHANGING = tuple(route for route in WRITING if route.name != "move_prompt")


def drop_request_id(response: Response) -> dict[str, str]:
    """Take the headers that two responses to the same request have in common."""
    return {name: text for name, text in response.headers.items() if name != "X-Request-Id"}


# -- success


def test_head_answers_as_get_does(scene: Scene) -> None:
    for route in READING:
        client = scene.get_caller(route).use_credential(get_credential(route))
        with scene.visit(route) as call:
            full, head = client("GET", call.target), client("HEAD", call.target)

            assert (head.status, full.status) == (route.status, route.status)
            assert drop_request_id(head) == drop_request_id(full)


def test_what_the_caller_has_already_is_not_sent_again(scene: Scene) -> None:
    for route in READING:
        if route.status != 200:
            continue
        with scene.visit(route) as call:
            first = call.send(scene.get_caller(route))
            etag = first.headers["ETag"]

            assert re.fullmatch(r'"[0-9a-f]{32}"', etag)
            for known in (etag, f'"x", {etag}', f"W/{etag}", "*"):
                again = call.send(scene.get_caller(route), If_None_Match=known)
                assert (again.status, again.text) == (304, "")
                assert again.headers["ETag"] == etag
                assert again.headers["Cache-Control"] == first.headers["Cache-Control"]
                assert again.headers["X-Request-Id"] != first.headers["X-Request-Id"]
            other = call.send(scene.get_caller(route), If_None_Match='"x"')
            assert (other.status, other.text) == (200, first.text)


# -- what AWS does


def test_while_aws_throttles_us_the_service_is_unavailable(scene: Scene) -> None:
    for route in GUARDED:
        with scene.visit(route) as call:
            end = scene.registry.cloud.fail("ThrottlingException")
            response = call.send(scene.get_caller(route))
            end()

            assert_problem(response, route, 503)
            assert response.headers["Retry-After"] == "1"


def test_any_other_error_of_aws_is_a_bug_of_ours_and_told_to_nobody(scene: Scene) -> None:
    for route in GUARDED:
        with scene.visit(route) as call:
            end = scene.registry.cloud.fail("AccessDeniedException")
            response = call.send(scene.get_caller(route))
            end()

            assert_problem(response, route, 500)
            assert "Retry-After" not in response.headers


def test_a_throttled_transaction_changes_nothing_and_may_be_tried_again(scene: Scene) -> None:
    for route in CHANGING:
        with scene.visit(route) as call:
            before = scene.list_stored()
            end = scene.registry.cloud.fail(
                "TransactionCanceledException",
                operation="TransactWriteItems",
                reasons=["None", "ThrottlingError"],
            )
            response = call.send(scene.get_caller(route))
            end()

            assert_problem(response, route, 503)
            assert response.headers["Retry-After"] == "1"
            assert scene.list_stored() == before
            assert call.send(scene.get_caller(route)).status == route.status


def test_a_transaction_that_met_another_is_tried_again(scene: Scene) -> None:
    for route in CHANGING:
        with scene.visit(route) as call:
            end = scene.registry.cloud.fail(
                "TransactionCanceledException",
                operation="TransactWriteItems",
                reasons=["TransactionConflict", "None"],
                times=2,
            )
            response = call.send(scene.get_caller(route))
            end()

            assert response.status == route.status, response.text
