"""However much a request changes, its transaction is one that DynamoDB takes, or there is none."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from moto.core.models import botocore_stubber

from infra.local.moto_patches import replace_attribute
from shared.domain import prompts
from shared.domain.changes import Origin
from shared.domain.model import Author
from shared.problems import LimitReached
from shared.store.dynamodb import ITEMS_PER_TRANSACTION
from tests.properties.interception import TRANSACTION, get_operation
from tests.routes.problems import assert_problem
from tests.routes.sample import get_sample
from tests.routes.scene import WRITING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.client import Registry
    from tests.routes.scene import Scene

pytestmark = pytest.mark.slow

ITEMS = 300  # of each list in a body
KEY = {"Idempotency_Key": "once"}


class Counter:
    """Counts the writes of each transaction on its way to DynamoDB."""

    def __init__(self) -> None:
        self.counts: list[int] = []
        self._process = botocore_stubber.process_request

    def __call__(self, request: Any) -> Any:
        """Count, and let it pass."""
        if get_operation(request) == TRANSACTION:
            self.counts.append(len(json.loads(request.body)["TransactItems"]))
        return self._process(request)


@pytest.fixture
def counter(scene: Scene) -> Iterator[Counter]:
    counter = Counter()
    with replace_attribute(botocore_stubber, "process_request", counter):
        yield counter


def enlarge(value: Any, tags: list[str]) -> Any:
    """Repeat the items of each list in a body; tags are all that the team has."""
    if isinstance(value, dict):
        return {
            name: tags if name == "tags" else enlarge(item, tags) for name, item in value.items()
        }
    return [enlarge(item, tags) for item in value] * ITEMS if isinstance(value, list) else value


def test_the_largest_request_of_any_route_makes_a_transaction_that_dynamodb_takes(
    scene: Scene, counter: Counter
) -> None:
    tags = [f"tag-{number}" for number in range(ITEMS)]
    for name in tags:
        assert scene.registry.editor("POST", "/api/prompts/tags", {"name": name}).status == 201
        body = {"tag": name}
        scene.registry.editor("POST", f"{scene.path}/versions/3/tags", body)
    for route in WRITING:
        for variant in (None, *get_sample(route).variants):
            with scene.visit(route, variant) as call:
                counter.counts.clear()
                large = call.replace_body(enlarge(call.body, tags))
                headers = {} if route.shows_secret else KEY
                response = large.send(scene.get_caller(route, variant=variant), **headers)
                if response.status != route.status:
                    assert_problem(response, route, 400, 403, 404, 409, 422)
                assert all(count <= ITEMS_PER_TRANSACTION for count in counter.counts)


def test_a_change_that_no_transaction_can_hold_is_refused_before_anything_is_written(
    registry: Registry, scene: Scene, counter: Counter
) -> None:
    prompt = registry.store.find_prompt(scene.id)
    assert prompt is not None
    origin = Origin(by=Author(id="1", name="Ada"))
    change = prompts.describe(prompt, "0", origin)
    for number in range(ITEMS_PER_TRANSACTION):
        text = str(number + 1)
        change = change.then(lambda after, text=text: prompts.describe(after, text, origin))  # type: ignore[misc]
    before = scene.list_stored()
    counter.counts.clear()

    with pytest.raises(LimitReached, match="spread it over several requests"):
        registry.store.open_team(prompt.team_id).commit(change)

    assert counter.counts == []
    assert scene.list_stored() == before
