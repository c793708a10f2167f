"""What a warm process remembers, compared with a model that remembers everything."""

from collections import OrderedDict

from hypothesis import given
from hypothesis import strategies as st

from shared.cache import Cache

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["get", "put", "remove", "wait"]),
        st.integers(0, 4),
        st.integers(1, 6),
    ),
    max_size=40,
)


@given(STEPS)
def test_it_remembers_what_a_plain_model_says(steps: list[tuple[str, int, int]]) -> None:
    now = [0.0]
    cache: Cache[int, int] = Cache(weight=10, seconds=5, clock=lambda: now[0])
    model: OrderedDict[int, tuple[int, int, float]] = OrderedDict()

    for value, (step, key, weight) in enumerate(steps):
        if step == "wait":
            now[0] += weight / 2
        elif step == "remove":
            cache.remove(key)
            model.pop(key, None)
        elif step == "put":
            cache.put(key, value, weight=weight)
            model.pop(key, None)
            model[key] = (value, weight, now[0])
            while sum(entry[1] for entry in model.values()) > 10:
                model.popitem(last=False)
        else:
            entry = model.get(key)
            if entry is not None and now[0] - entry[2] >= 5:
                entry = model.pop(key) and None
            assert cache.get(key) == (entry and entry[0])
            if entry is not None:
                model.move_to_end(key)


def test_an_entry_without_an_age_is_good_for_ever() -> None:
    now = [0.0]
    cache: Cache[str, str] = Cache(weight=1, clock=lambda: now[0])
    cache.put("a", "value")

    now[0] = 1e9

    assert cache.get("a") == "value"


def test_what_is_heavier_than_the_bound_is_not_kept_and_displaces_nothing_else() -> None:
    cache: Cache[str, str] = Cache(weight=10)
    cache.put("light", "value", weight=3)
    cache.put("heavy", "old", weight=3)

    cache.put("heavy", "new", weight=11)

    assert (cache.get("light"), cache.get("heavy")) == ("value", None)


def test_what_was_used_last_is_kept_longest() -> None:
    cache: Cache[str, int] = Cache(weight=2)
    cache.put("a", 1)
    cache.put("b", 2)

    cache.get("a")
    cache.put("c", 3)

    assert [cache.get(key) for key in "abc"] == [1, None, 3]
