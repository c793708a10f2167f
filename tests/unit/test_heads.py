"""What a head says of its prompt: keywords, and when the pointers of its versions moved."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from shared.domain import prompts, versions
from shared.domain.changes import Origin
from shared.domain.content import Content
from shared.domain.model import MAX_MOVES, Author, Prompt, Version
from shared.domain.prompts import KEYWORD_LENGTH, KEYWORDS_PER_PROMPT
from shared.problems import InvalidRequest, Unprocessable
from shared.store import items

START = datetime(2026, 1, 1, tzinfo=UTC)


def build_origin(minute: int) -> Origin:
    at = START + timedelta(minutes=minute)
    return Origin(by=Author(id="1", name="somebody"), now=at)


def build_prompt(count: int) -> tuple[Prompt, list[Version]]:
    """Build a prompt with stable versions, all made in the first minute."""
    origin = build_origin(0)
    prompt = prompts.create(team_id="t", name="n", slug="n", origin=origin).after
    made = []
    for _ in range(count):
        change = versions.create(prompt, Content(template="x"), origin, base=None, status="stable")
        prompt = change.after
        made.append(change.subject)
    return prompt, made


def test_keywords_count_once_and_keep_their_order() -> None:
    prompt, _ = build_prompt(0)

    change = prompts.set_keywords(prompt, ["b", "a", "b"], build_origin(1))

    assert change.after.keywords == ("b", "a")
    assert [(event.kind, event.detail) for event in change.events] == [
        ("prompt.updated", {"keywords": ["b", "a"]})
    ]
    assert not prompts.set_keywords(change.after, ["b", "a"], build_origin(2)).events
    assert prompts.set_keywords(change.after, [], build_origin(2)).after.keywords == ()


@pytest.mark.parametrize("keyword", ["", "a\0b", "x" * (KEYWORD_LENGTH + 1)])
def test_a_keyword_is_a_short_text(keyword: str) -> None:
    with pytest.raises(InvalidRequest):
        prompts.set_keywords(build_prompt(0)[0], [keyword], build_origin(1))


def test_a_prompt_has_a_bounded_number_of_keywords() -> None:
    words = [str(number) for number in range(KEYWORDS_PER_PROMPT + 1)]

    with pytest.raises(Unprocessable):
        prompts.set_keywords(build_prompt(0)[0], words, build_origin(1))
    assert prompts.set_keywords(build_prompt(0)[0], words[1:], build_origin(1)).events


def test_a_version_is_touched_by_what_comes_to_it_and_what_leaves_it() -> None:
    prompt, (one, two, three) = build_prompt(3)
    prompt = prompts.set_tag(prompt, "a", one, build_origin(1)).after
    live = versions.promote(prompt, one, build_origin(2))
    prompt = versions.promote(live.after, two, build_origin(3)).after
    prompt = prompts.set_tag(prompt, "a", two, build_origin(4)).after
    prompt = prompts.remove_tag(prompt, "a", build_origin(5)).after

    def get_minute(version: Version) -> int:
        at = prompt.get_touched_at(version.number, version.updated_at)
        return int((at - START).total_seconds() // 60)

    assert [*map(get_minute, (live.subject, two, three))] == [4, 5, 0]
    assert items.load_prompt(items.dump_prompt(prompt)) == prompt


def test_a_head_does_not_grow_with_every_move() -> None:
    prompt, made = build_prompt(MAX_MOVES + 2)
    for minute, version in enumerate(made):
        prompt = prompts.set_tag(prompt, "a", version, build_origin(minute)).after

    assert [*prompt.moved_at] == [version.number for version in made[-MAX_MOVES:]]
