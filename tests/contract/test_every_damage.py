"""Damage to a stored item, at any depth, fails only that item, over all reading routes.

Each place of each kind of item is damaged in one way, and read by a few of the calls that load such
an item, at the next place by others. `make faults` damages each place in every way, and makes all
of these calls.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from shared.routes import ROUTES
from shared.routes.route import UNREADABLE_ITEMS
from shared.store import items as store_items
from shared.store.items import KEYS, name_damage, name_item
from tests.contract.damage import VALUES, damage_item, list_paths, open_documents
from tests.routes.pages import fill_lists
from tests.routes.sample import get_sample
from tests.routes.scene import READING, Scene

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tests.client import Response
    from tests.contract.damage import Path
    from tests.memory import Item, Memory, Saved
    from tests.routes.scene import Prepared

pytestmark = pytest.mark.slow

# They write nothing, and read what the others read and more.
RENDERING = tuple(route for route in ROUTES if route.name in ("render_live", "render_version"))
# What they write has more in it than what `fill_lists` does.
WRITERS = ("create_canvas_version", "deploy_prompt", "create_config_version", "sync_prompt")
KINDS = (
    "prompts/prompt",
    "versions/version",
    "payloads/payload",
    "history/event",
    "access/ledger",
    "access/directory",
    "access/team",
    "lookups/name",
    "lookups/slug",
    "lookups/version",
)
# What a whole list is made of, so that it may fail with it.
BASES = ("access/ledger", "access/team")
ENDS = ("", "text", "#", "##", "2026-01-01T00:00:00.000000Z#", "2026-01-01T00:00:00.000000Z#text")
CALLS = 2  # at each place, where there is no time for all


@dataclass(frozen=True, slots=True)
class Reading:
    """A call that only reads, what it responds, and the names of the items that it loads."""

    call: Prepared
    status: int
    text: str
    items: frozenset[str]


@dataclass(frozen=True, slots=True)
class Whole:
    """What is stored before anything is damaged.

    Attributes:
        readings: All calls that only read.
        prompt_id: The id of a prompt that nothing happens to.
        saved: What is stored.
    """

    readings: list[Reading]
    prompt_id: str
    saved: Saved


@pytest.fixture(scope="module")
def whole(memory: Memory, stage: tuple[Scene, Saved]) -> Whole:
    """What each test begins with: reading all of it takes longer than most of them."""
    scene, saved = stage
    memory.restore(saved)
    scene.registry.open()
    calls = list_calls(scene)
    whole_id = create_whole_prompt(scene)
    whole = Whole(list_readings(scene, calls), whole_id, memory.save())
    scene.registry.cloud.close()
    return whole


@pytest.fixture
def readings(scene: Scene, memory: Memory, whole: Whole) -> list[Reading]:
    """The calls with what they respond and load while nothing is damaged."""
    memory.restore(whole.saved)
    return whole.readings


@pytest.fixture
def whole_id(whole: Whole) -> str:
    """The id of a prompt that nothing happens to."""
    return whole.prompt_id


def list_calls(scene: Scene) -> list[Prepared]:
    """List all calls that only read, of a prompt with one of everything that dialects write."""
    fill_lists(scene, 1)
    for route in ROUTES:
        if route.name in WRITERS:
            assert scene.prepare(route).send(scene.registry.editor).status < 300
    return [
        scene.prepare(route, variant)
        for route in (*READING, *RENDERING)
        for variant in (None, *get_sample(route).variants)
        if (route.name, variant) != ("list_canvases", None)  # prepared by its variant
    ]


def create_whole_prompt(scene: Scene) -> str:
    """Create a prompt that nothing happens to, and give its id."""
    editor = scene.registry.editor
    prompt_id: str = editor.create_prompt()["id"]
    editor.create_version(prompt_id)
    editor.promote(prompt_id, 1, times=2)
    return prompt_id


def list_readings(scene: Scene, calls: list[Prepared]) -> list[Reading]:
    """List calls with what they respond and load while nothing is damaged."""
    names: set[str] = set()

    def note_item(table: str, item: Mapping[str, Any], **team: Any) -> Any:
        names.add(name_item(table, item))
        return name_damage(table, item, **team)

    readings = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store_items, "name_damage", note_item)
        for call in calls:
            names.clear()
            status, text, _ = read(scene, call)
            readings.append(Reading(call, status, text, frozenset(names)))
    return readings


def get_kind(table: str, item: Item) -> str:
    """Tell items of a table apart: claims have one entity for names and slugs."""
    entity = item["key"]["S"].split("#")[0] if table == "lookups" else item["entity"]["S"]
    return f"{table}/{entity}"


def list_damages(table: str, item: Item) -> Iterator[tuple[str, list[Item]]]:
    """List the places of an item, each with the item as it is when damaged there in every way.

    An entry of a directory has nothing but its key; it stays, beside one with a damaged key.
    """
    if item["entity"]["S"] == "directory":
        prefix = item["sk"]["S"].rsplit("#", 2)[0]
        yield prefix.split("#")[0], [{**item, "sk": {"S": f"{prefix}#{end}"}} for end in ENDS]
        return
    for path in list_paths(open_documents(item)):
        if path[0] not in KEYS[table]:
            yield name_place(path), [damage_item(item, path, value) for value in VALUES]


def name_place(path: Path) -> str:
    """Name a place; those in the items of a list are one."""
    return ".".join("*" if isinstance(step, int) else step for step in path)


@contextmanager
def damage(memory: Memory, table: str, damaged: Item) -> Iterator[None]:
    """Have a damaged item instead of the whole one, and name it in whatever fails meanwhile."""
    saved = memory.save()
    try:
        memory.put(table, damaged)
        yield
    except BaseException as error:
        error.add_note(f"The damaged item in {table} is {damaged}.")
        raise
    finally:
        memory.restore(saved)


@pytest.mark.parametrize("kind", KINDS)
def test_damage_at_any_depth_fails_nothing_but_its_item(
    kind: str,
    scene: Scene,
    memory: Memory,
    readings: list[Reading],
    whole_id: str,
    pytestconfig: pytest.Config,
) -> None:
    scene.registry.cloud.is_strict = False
    tries_all = pytestconfig.getoption("every_fault")
    turns = count()
    places: set[str] = set()
    for table, item in list_damageable(memory, kind, whole_id):
        loading = [one for one in readings if name_item(table, item) in one.items]
        if not loading:
            continue
        for place, damages in list_damages(table, item):
            # Another item of the kind counts if it has other places.
            if place in places:
                continue
            places.add(place)
            turn = next(turns)
            for damaged in damages if tries_all else rotate(damages, turn)[:1]:
                with damage(memory, table, damaged):
                    for reading in loading if tries_all else rotate(loading, turn)[:CALLS]:
                        check(scene, reading, kind, whole_id)
    assert places


def list_damageable(memory: Memory, kind: str, whole_id: str) -> list[tuple[str, Item]]:
    """List the items of a kind, without those of the prompt that stays whole."""
    return [
        (table, item)
        for table, items in memory.list_items().items()
        for item in items
        if get_kind(table, item) == kind and item.get("prompt_id") != {"S": whole_id}
    ]


def rotate(values: Sequence[Any], turn: int) -> list[Any]:
    """Begin at each turn with the next value."""
    start = turn % len(values)
    return [*values[start:], *values[:start]]


def read(scene: Scene, call: Prepared) -> tuple[int, str, Any]:
    """Make a call, for a process that remembers nothing."""
    scene.registry.forget()
    response = call.send(scene.registry.admin)
    return response.status, response.text, response.headers


def check(scene: Scene, reading: Reading, kind: str, whole_id: str) -> None:
    """Check that a response is one that the document of the API has, and goes on without."""
    call = reading.call
    status, text, headers = read(scene, call)
    assert status in (call.route.status, 400, 404, 422, 501), (call, text)
    if UNREADABLE_ITEMS in headers and status == call.route.status:
        assert UNREADABLE_ITEMS in call.route.optional_headers, call
    if '"unreadable"' in text and status == 422:
        assert headers[UNREADABLE_ITEMS], call
        # A list fails only with its prompt, or with the ledger that it shows.
        assert kind in BASES or "list_prompts" not in call.route.name, call
    if whole_id in reading.text and status == reading.status == 200:
        assert whole_id in text, call


@pytest.mark.parametrize("is_large", [False, True])
def test_a_damaged_record_of_a_request_is_told_to_who_repeats_it(
    scene: Scene, memory: Memory, *, is_large: bool
) -> None:
    scene.registry.cloud.is_strict = False
    body = {"variables": {"name": "Ada" * (20_000 if is_large else 1)}}

    def send() -> Response:
        headers = {"Idempotency-Key": "again"}
        return scene.registry.editor("POST", f"{scene.path}/payloads", body, headers=headers)

    assert send().status == 201
    (record,) = (item for item in memory.list_items()["lookups"] if item["entity"]["S"] == "answer")
    for _, damages in list_damages("lookups", record):
        for damaged in damages:
            with damage(memory, "lookups", damaged):
                response = send()
                assert response.status in (201, 409, 422), response.text
