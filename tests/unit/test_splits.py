"""Splits: which key gets which version, and how few change it."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from itertools import accumulate
from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.buckets import TOTAL_WEIGHT, compute_bucket
from shared.domain import pointers, prompts, versions
from shared.domain.changes import Origin
from shared.domain.content import Content
from shared.domain.model import Author, Prompt, Version
from shared.domain.splits import Share, choose_version
from shared.problems import InvalidRequest, SplitNotFound, TagNotFound, WrongState

if TYPE_CHECKING:
    from shared.domain.changes import Change
    from shared.domain.model import Stage

PROMPT_ID = "27e3e0b2-5f9f-4f6d-b427-396c6e3db179"
ORIGIN = Origin(by=Author(id="a", name="a"), now=datetime(2026, 1, 1, tzinfo=UTC))
# Stated in docs/applications.md too, for clients that choose versions by themselves.
VECTORS = [
    ("live", "user-1", 9059),
    ("live", "user-2", 7040),
    ("live", "user-3", 4930),
    ("live", "", 9910),
    ("live", "0", 2152),
    ("live", "a\nb", 5571),
    ("live", "ada@example.com", 9393),
    ("canary", "user-1", 7139),
    ("canary", "ünï", 1719),
    ("staging", "x" * 255, 3152),
]


@pytest.mark.parametrize(("pointer", "key", "bucket"), VECTORS)
def test_a_key_has_the_same_bucket_for_ever(pointer: str, key: str, bucket: int) -> None:
    digest = sha256("\n".join((PROMPT_ID, pointer, key)).encode()).hexdigest()

    assert compute_bucket(PROMPT_ID, pointer, key) == bucket == int(digest[:16], 16) % 10_000


weights = (
    st.lists(st.integers(1, 5_000), min_size=1, max_size=5)
    .map(lambda parts: [*parts[1:], TOTAL_WEIGHT - sum(parts[1:])])
    .filter(lambda parts: parts[-1] > 0)
)


@given(weights=weights, bucket=st.integers(0, TOTAL_WEIGHT - 1))
def test_a_bucket_gets_the_version_in_whose_part_it_is(weights: list[int], bucket: int) -> None:
    split = [Share(number, weight) for number, weight in enumerate(weights, 1)]

    assert choose_version(split, bucket) == 1 + bisect_right([*accumulate(weights)], bucket)


def test_keys_are_spread_by_the_weights_and_few_change_their_version() -> None:
    random = Random(1)
    keys = [random.randbytes(8).hex() for _ in range(100_000)]
    buckets = [compute_bucket(PROMPT_ID, "live", key) for key in keys]

    def choose(*weights: int) -> list[int]:
        split = [Share(number, weight) for number, weight in enumerate(weights, 1)]
        return [choose_version(split, bucket) for bucket in buckets]

    for weights in ((9_500, 500), (1, 9_999), (2_000,) * 5):
        counts = Counter(choose(*weights))
        for number, weight in enumerate(weights, 1):
            assert abs(counts[number] / len(keys) - weight / TOTAL_WEIGHT) < 0.01
    moves = Counter(zip(choose(9_500, 500), choose(9_000, 1_000), strict=True))
    assert set(moves) == {(1, 1), (2, 2), (1, 2)}
    assert abs(moves[1, 2] / len(keys) - 0.05) < 0.01


@pytest.fixture
def prompt() -> Prompt:
    """A prompt at whose version 3 `live` and the tag `canary` are."""
    prompt = prompts.create(team_id="t", name="P", slug="p", origin=ORIGIN).after
    prompt = replace(prompt, last_version=5, live_version=3, tags={"canary": 3})
    return prompt


def make_version(number: int) -> Version:
    """Of the versions, 4 is a draft and 5 is archived."""
    stages: dict[int, Stage] = {4: "draft", 5: "archived"}
    return Version(
        prompt_id="p",
        number=number,
        id=str(number),
        content=Content(template="x"),
        author=ORIGIN.by,
        stage=stages.get(number, "stable"),
        created_at=ORIGIN.now,
        updated_at=ORIGIN.now,
    )


def split(prompt: Prompt, pointer: str, *shares: tuple[int, int]) -> Change[None]:
    parts = [(make_version(number), weight) for number, weight in shares]
    return pointers.set_split(prompt, pointer, parts, ORIGIN)


@pytest.mark.parametrize("pointer", ["live", "canary"])
def test_a_pointer_is_split_and_widened_and_ends_where_it_began(
    prompt: Prompt, pointer: str
) -> None:
    change = split(prompt, pointer, (3, 9_500), (2, 500))
    assert [event.kind for event in change.events] == ["split.set"]
    assert change.after.resolve_selector(pointer) == 3
    chosen = Counter(change.after.resolve_selector(pointer, str(key)) for key in range(2_000))
    assert set(chosen) == {2, 3}
    assert chosen[2] < 200
    assert change.after.list_splits(2) == change.after.list_splits(3) == [pointer]

    assert split(change.after, pointer, (3, 9_500), (2, 500)).events == ()

    change = split(change.after, pointer, (2, 5_000), (3, 5_000))
    assert change.after.resolve_selector(pointer) == 2
    assert change.events[-1].kind == "split.set"
    assert len(change.events) == 2  # the pointer has moved

    change = pointers.end_split(change.after, pointer, ORIGIN)
    assert change.after.splits == {}
    assert change.after.resolve_selector(pointer, "any") == 2
    with pytest.raises(SplitNotFound):
        pointers.end_split(change.after, pointer, ORIGIN)


def test_a_pointer_that_moves_is_not_split_any_more(prompt: Prompt) -> None:
    live = split(prompt, "live", (3, 1), (2, 9_999)).after
    canary = split(prompt, "canary", (3, 1), (2, 9_999)).after

    for after in (
        versions.promote(live, make_version(2), ORIGIN).after,
        versions.roll_back(live, make_version(1), ORIGIN, reason="").after,
        versions.demote(live, make_version(3), ORIGIN).after,
        prompts.set_tag(canary, "canary", make_version(2), ORIGIN).after,
        prompts.set_tag(canary, "canary", make_version(3), ORIGIN).after,
        prompts.remove_tag(canary, "canary", ORIGIN).after,
        split(live, "live", (2, 10_000)).after,
    ):
        assert after.splits == {}
    # Another pointer's split stays.
    assert versions.promote(canary, make_version(2), ORIGIN).after.splits == canary.splits


@pytest.mark.parametrize(
    "shares",
    [
        [],
        [(3, 9_999)],
        [(3, 5_000), (2, 5_001)],
        [(3, 10_000), (2, 0)],
        [(3, 10_001), (2, -1)],
        [(3, 5_000), (3, 5_000)],
        [(number, 1_666) for number in (1, 2, 3, 6, 7)] + [(8, 1_670)],
    ],
)
def test_what_is_no_split_is_refused(prompt: Prompt, shares: list[tuple[int, int]]) -> None:
    with pytest.raises(InvalidRequest):
        split(prompt, "live", *shares)


@pytest.mark.parametrize("number", [4, 5])
def test_only_stable_versions_are_handed_out(prompt: Prompt, number: int) -> None:
    with pytest.raises(WrongState):
        split(prompt, "live", (3, 5_000), (number, 5_000))


def test_a_tag_that_the_prompt_does_not_have_is_not_split(prompt: Prompt) -> None:
    with pytest.raises(TagNotFound):
        split(prompt, "other", (3, 5_000), (2, 5_000))


@pytest.mark.parametrize("number", [2, 3])
def test_no_version_of_a_split_is_archived(prompt: Prompt, number: int) -> None:
    after = split(prompt, "canary", (3, 5_000), (2, 5_000)).after

    with pytest.raises(WrongState) as caught:
        versions.archive(after, make_version(number), ORIGIN)

    assert caught.value.details == ({"splits": ["canary"]},)
