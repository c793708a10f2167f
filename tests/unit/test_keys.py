"""Keys: what is built can be read back, sorts as it should, and is nobody else's."""

from datetime import UTC, datetime, timedelta, timezone
from itertools import combinations
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.credentials import hash_secret
from shared.store import keys

MOMENTS = st.datetimes(
    datetime(1970, 1, 1),  # Hypothesis wants bounds without a zone
    datetime(9999, 1, 1),
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=45))]),
)
IDS = st.uuids().map(str)


@given(MOMENTS)
def test_a_time_is_read_back_to_the_microsecond(at: datetime) -> None:
    assert keys.load_time(keys.dump_time(at)) == at


@given(MOMENTS, MOMENTS)
def test_times_sort_as_their_texts_do(first: datetime, second: datetime) -> None:
    assert (first < second) == (keys.dump_time(first) < keys.dump_time(second))


@given(MOMENTS, IDS)
def test_an_entry_is_read_back(at: datetime, prompt_id: str) -> None:
    entry = keys.DirectoryEntry(keys.dump_time(at), prompt_id)

    assert keys.DirectoryEntry.parse(entry.sort_key) == entry


@given(MOMENTS, MOMENTS, IDS, IDS)
def test_entries_and_events_sort_by_age(
    first: datetime, second: datetime, one: str, other: str
) -> None:
    if first >= second:
        return
    older, newer = keys.dump_time(first), keys.dump_time(second)

    assert keys.DirectoryEntry(older, one).sort_key < keys.DirectoryEntry(newer, other).sort_key
    assert keys.build_event(first, one) < keys.build_event(second, other)


@pytest.mark.parametrize("text", ["", "prompt#", "prompt#a", "team#a#b", "prompt#a#b#c", "#a#b"])
def test_what_is_no_entry_is_not_read(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        keys.DirectoryEntry.parse(text)


@given(st.lists(st.text(max_size=12), min_size=2, max_size=2, unique=True))
def test_different_names_make_different_claims(names: list[str]) -> None:
    team = str(uuid4())
    claims = [
        claim
        for name in names
        for claim in (
            keys.build_name_claim(team, "team", name),
            keys.build_slug_claim(team, "team", name),
            keys.build_name_claim(team, "organization", name),
            keys.build_slug_claim(team, "organization", name),
        )
    ]

    assert all(first != second for first, second in combinations(claims, 2))


@given(st.text(), st.text())
def test_different_idempotency_keys_make_different_records(first: str, second: str) -> None:
    records = [
        keys.build_idempotency("principal", text) for text in (first, second) if text.isprintable()
    ]

    assert len(set(records)) == len({text for text in (first, second) if text.isprintable()})


def test_a_key_and_a_callers_idempotency_key_are_stored_as_hashes_only() -> None:
    secret = "ak_" + "7" * 64

    assert secret not in str(keys.build_credential(hash_secret(secret)))
    assert "order-4711" not in keys.build_idempotency("principal", "order-4711")
    assert len(keys.build_idempotency("principal", "x" * 10_000)) < 200


def test_kinds_of_lookups_never_meet() -> None:
    one = str(uuid4())

    lookups = {
        keys.build_name_claim(one, "team", ""),
        keys.build_slug_claim(one, "team", ""),
        keys.build_version_claim(one),
        keys.build_idempotency(one, ""),
    }

    assert len({lookup.partition("#")[0] for lookup in lookups}) == len(lookups)
