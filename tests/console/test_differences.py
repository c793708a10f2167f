"""Differences are right for any two texts, and are found in time."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest

from tests.console.browser import open_console

if TYPE_CHECKING:
    from playwright.sync_api import Page

PIECES = (
    *("a", "b", "the ", " ", "  ", ". ", "{{.name}}", "{% if x %}", "<script>", "\n", "\n", "\n"),
    *(
        "\r\n",
        "\t",
        "שלום ",
        "مرحبا",
        "日本語",
        "สวัสดี",
        "é",
        "e\u0301",
        "🙂",
        "👩🏽‍🚀",
        "👩‍👩‍👧",
        "🇩🇪",
        "1️⃣",
    ),
)
SECONDS = 10  # a hang, on a slow machine too
LINES = 3_000  # about 200 KB
RUN = """async ([name, pairs]) => {
  const main = document.querySelector("script[type=module]").src;
  const differences = await import(new URL("differences.js", main));
  return pairs.map((pair) => differences[name](...pair));
}"""

TIME = """async ([before, after, main]) => {
  const { compareTexts } = await import(new URL("differences.js", main));
  const start = performance.now();
  const rows = compareTexts(before, after);
  const milliseconds = performance.now() - start;
  const join = (side) => rows.filter((row) => row[side])
    .map((row) => row[side].parts.map((part) => part.text).join("")).join("\\n");
  return [join("before"), join("after"), milliseconds];
}"""


@pytest.fixture
def module(page: Page) -> Page:
    """A page that can load the module."""
    open_console(page)
    return page


def compare(module: Page, name: str, *pairs: tuple[Any, Any]) -> list[Any]:
    """Compare pairs with a function of the module."""
    results: list[Any] = module.evaluate(RUN, [name, pairs])
    return results


def join(rows: list[dict[str, Any]], side: str) -> str:
    """Join what is shown of one side."""
    lines = [row[side] for row in rows if row[side]]
    assert [line["line"] for line in lines] == list(range(1, len(lines) + 1))
    return "\n".join("".join(part["text"] for part in line["parts"]) for line in lines)


def count_common(before: list[str], after: list[str]) -> int:
    """Count the items of the longest common subsequence, the slow and sure way."""
    row = [0] * (len(after) + 1)
    for item in before:
        previous = row
        row = [0]
        for index, other in enumerate(after):
            row.append(previous[index] + 1 if item == other else max(row[-1], previous[index + 1]))
    return row[-1]


def test_both_texts_are_whole_in_the_rows(module: Page) -> None:
    rng = random.Random(15)
    pairs = []
    for _ in range(300):
        before = "".join(rng.choices(PIECES, k=rng.randrange(40)))
        after = "".join(rng.choices(PIECES, k=rng.randrange(40)))
        if rng.random() < 0.6:
            at = rng.randrange(len(before) + 1)
            after = (
                before[:at] + "".join(rng.choices(PIECES, k=3)) + before[at + rng.randrange(4) :]
            )
        pairs.append((before, after))

    for (before, after), rows in zip(pairs, compare(module, "compareTexts", *pairs), strict=True):
        assert join(rows, "before") == before
        assert join(rows, "after") == after
        for row in rows:
            sides = [
                side and [part["text"] for part in side["parts"]]
                for side in (row["before"], row["after"])
            ]
            is_same = None not in sides and "".join(sides[0]) == "".join(sides[1])
            assert (row["kind"] == "same") == is_same
            assert (row["kind"] == "added") == (sides[0] is None)
            assert (row["kind"] == "removed") == (sides[1] is None)


def test_as_much_as_possible_is_the_same(module: Page) -> None:
    rng = random.Random(15)
    pairs = [
        (rng.choices("wxyz", k=rng.randrange(30)), rng.choices("wxyz", k=rng.randrange(30)))
        for _ in range(200)
    ]

    for (before, after), rows in zip(pairs, compare(module, "align", *pairs), strict=True):
        assert sum(one == other for one, other in rows) == count_common(before, after)


def test_words_are_marked_and_signs_stay_whole(module: Page) -> None:
    before = "You are a calm helper 👩‍👩‍👧 of {{.company}}, שלום עולם"
    after = "You are a rude helper 👩‍👩‍👦 of {{.company}}, שלום לך"
    ((row,),) = compare(module, "compareTexts", (before, after))

    marked = [
        [part["text"] for part in row[side]["parts"] if part["isChanged"]]
        for side in ("before", "after")
    ]
    assert marked == [["calm", "👩‍👩‍👧", "עולם"], ["rude", "👩‍👩‍👦", "לך"]]


def test_a_line_that_is_similar_is_beside_its_like(module: Page) -> None:
    before = "Greet the customer.\nNever promise a refund."
    after = "Say who you are.\nGreet the kind customer.\nNever promise any refund."
    (rows,) = compare(module, "compareTexts", (before, after))

    assert [row["kind"] for row in rows] == ["added", "changed", "changed"]


def test_settings_are_compared_by_field(module: Page) -> None:
    before = {"model": "a", "params": {"temperature": 0.2, "stop": ["x"], "a": {"b": 1, "c": 2}}}
    after = {
        "model": "a",
        "params": {"temperature": 0.5, "stop": ["x"], "a": {"c": 2, "b": 1}},
        "n": None,
    }
    (differences,) = compare(module, "compareSettings", (before, after))

    assert [(each["path"], each["before"], each["after"]) for each in differences] == [
        ("params.temperature", 0.2, 0.5),
        ("n", None, None),
    ]


def build_line(rng: random.Random) -> str:
    """Build a line of eight words."""
    return " ".join(
        f"{rng.choice(('order', 'answer', 'please'))}{rng.randrange(100)}" for _ in range(8)
    )


@pytest.mark.parametrize(
    "kind", ["a few lines", "every line", "all else", "one line", "two words", "no space"]
)
def test_large_texts_are_compared_in_time(kind: str, module: Page) -> None:
    rng = random.Random(15)
    lines = [build_line(rng) for _ in range(LINES)]
    before = "\n".join(lines)
    after = {
        "a few lines": "\n".join(
            f"{line}!" if not n % 100 else line for n, line in enumerate(lines)
        ),
        "every line": "\n".join(f"{line}!" for line in lines),
        "all else": "\n".join(build_line(rng) for _ in range(LINES)),
        "one line": before.replace("\n", " ").replace("order1", "parcel"),
        "two words": "\n".join(rng.choices("ab", k=100_000)),
        "no space": "สวัสดีครับ" * 20_000,
    }[kind]
    if kind == "two words":
        before = "\n".join(rng.choices("ab", k=100_000))
    main = module.evaluate("document.querySelector('script[type=module]').src")
    texts = module.evaluate(TIME, [before, after, main])
    milliseconds = texts.pop()

    assert milliseconds < SECONDS * 1000
    assert texts == [before, after]
