"""The list of prompts: by name, in pages, with filters."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import ceil
from typing import TYPE_CHECKING

import pytest

from shared.settings import get_settings
from shared.store.dynamodb import Database
from tests.functions.langfuse.project import PROMPTS
from tools.cost.lists import UNIT_BYTES, build_team, count_reads

if TYPE_CHECKING:
    from tests.functions.langfuse.project import Project


def test_pages_are_counted(project: Project) -> None:
    for name in ("c", "a", "b"):
        project.create(name)

    page = project.get_page("?limit=2&page=2")

    meta = {"page": 2, "limit": 2, "totalPages": 2, "totalItems": 3}
    assert (page["meta"], page["pagination"]) == (meta, meta)
    assert project.list_names("?limit=2") == ["a", "b"]
    assert project.list_names("?limit=2&page=2") == ["c"]
    assert project.get_page("?page=9")["data"] == []
    assert project.get_page("?name=x")["meta"] == {
        "page": 1,
        "limit": 10,
        "totalPages": 0,
        "totalItems": 0,
    }


def test_an_entry_is_about_the_versions_that_match(project: Project) -> None:
    project.create("p", labels=["a", "production"], tags=["t"], config={"v": 1})
    project.create("p", labels=["b"], config={"v": 2})

    whole, by_label, latest, by_number = (
        project.get_page(query)["data"][0]
        for query in ("", "?label=a", "?label=latest", "?version=1")
    )

    assert (whole["versions"], whole["labels"]) == ([1, 2], ["a", "b", "latest", "production"])
    assert (whole["lastConfig"], whole["tags"], whole["type"]) == ({"v": 2}, ["t"], "text")
    assert (by_label["versions"], by_label["labels"]) == ([1], ["a", "production"])
    assert by_label["lastConfig"] == {"v": 1}
    assert (latest["versions"], latest["labels"]) == ([2], ["b", "latest"])
    assert by_number == by_label


def test_filters_meet(project: Project) -> None:
    project.create("a", labels=["l"], tags=["t"])
    project.create("b", labels=["l"])
    project.create("c", tags=["t"])
    project.create("c", labels=["l"])

    assert project.list_names("?label=l") == ["a", "b", "c"]
    assert project.list_names("?tag=t") == ["a", "c"]
    assert project.list_names("?tag=t&label=l&version=1") == ["a"]
    assert project.list_names("?tag=t&name=b") == []
    assert project.list_names("?name=c&version=2") == ["c"]
    assert project.list_names("?name=&label=&tag=") == ["a", "b", "c"]
    assert project.list_names("?label=production") == project.list_names("?label=live") == []


def test_times_of_changes_are_those_of_versions_and_their_labels(project: Project) -> None:
    project.create("p", labels=["a"])
    project.create("p")
    before = datetime.now(UTC)

    def list_around(at: datetime) -> tuple[list[list[int]], list[list[int]]]:
        """List the versions that changed at a time or later, and those that changed before."""
        text = at.isoformat().replace("+00:00", "Z")
        data = project.get_page(f"?fromUpdatedAt={text}")["data"]
        others = project.get_page(f"?toUpdatedAt={text}")["data"]
        return [entry["versions"] for entry in data], [entry["versions"] for entry in others]

    assert list_around(before) == ([], [[1, 2]])
    assert list_around(before - timedelta(hours=1)) == ([[1, 2]], [])
    project.label("p", 1, "b")
    assert list_around(before) == ([[1]], [[2]])
    shown = project.get("p", "?version=1")
    assert shown["updatedAt"] > shown["createdAt"]
    project.label("p", 2, "b")
    assert project.get_page("?name=p")["data"][0]["lastUpdatedAt"] >= shown["updatedAt"]
    # A label has left it.
    assert project.get("p", "?version=1")["updatedAt"] >= shown["updatedAt"]


@pytest.mark.parametrize(
    "query",
    [
        *("page=0", "page=", "page=x", "page=1.5", "limit=0", "limit=101", "limit=x", "limit="),
        *("fromUpdatedAt=", "fromUpdatedAt=2026-01-01", "toUpdatedAt=2026-13-01T00:00:00Z"),
        *("toUpdatedAt=2026-01-01T00:00:00", "fromUpdatedAt=0001-01-01T00:00:00%2B23:59"),
        *("version=x", "name=a&name=b", "label=a&label=b"),
    ],
)
def test_a_malformed_query_is_refused(project: Project, query: str) -> None:
    response = project.viewer("GET", f"{PROMPTS}?{query}")

    assert (response.status, response.json["message"]) == (400, "Invalid request data")
    assert response.json["error"][0]["path"] == [query.partition("=")[0]]


def test_a_page_reads_what_it_shows_and_counts_the_rest(project: Project) -> None:
    count = 200
    Database(get_settings().tables).put_many(build_team(project.registry.team_id, count))
    project.get_page("?limit=1")

    with count_reads() as reads:
        page = project.get_page("?limit=5&page=3")

    assert (len(page["data"]), page["meta"]["totalItems"]) == (5, count)
    # A head, a list of versions and one version of each row, and a unit for each 20 entries.
    assert reads.units <= 5 * 3 + count // 20 + 4


def test_a_page_reads_the_versions_of_what_it_shows_alone(project: Project) -> None:
    count, sizes = 4, 3 * [10_000]
    for number in range(count):
        for size in sizes:
            project.create(f"p{number}", prompt="x" * size)
    project.get_page("?limit=1")

    with count_reads() as reads:
        page = project.get_page("?limit=2")

    assert [entry["versions"] for entry in page["data"]] == [[1, 2, 3]] * 2
    # Of each row the head, all versions, whose bodies count too, and one of these again.
    versions = ceil(sum(sizes) / UNIT_BYTES)
    one = ceil(sizes[0] / UNIT_BYTES)
    assert 2 * versions < reads.units <= 2 * (1 + versions + one) + 4


@pytest.mark.parametrize("query", ["label=a", "label=production", "version=1", "label=latest"])
def test_a_filter_by_a_label_or_number_reads_one_version_of_each_prompt(
    project: Project, query: str
) -> None:
    def count_requests() -> int:
        with count_reads() as reads:
            page = project.get_page(f"?limit=2&{query}")
        assert [len(entry["versions"]) for entry in page["data"]] == [1, 1]
        total: int = page["meta"]["totalItems"]
        # A head and a version for each; for the rows another version, and which is the newest.
        assert reads.units <= 2 * total + 2 * 2 + 4
        return reads.requests

    for name in ("a", "b"):
        project.create(name, labels=["a", "production"])
        project.create(name)
    project.get_page("?limit=1")
    few = count_requests()
    for name in ("c", "d", "e"):
        project.create(name, labels=["a", "production"])
        project.create(name)

    assert count_requests() <= few


def test_the_newest_of_the_filter_is_the_newest_that_there_is(project: Project) -> None:
    project.create("p", labels=["a"])
    project.create("p", labels=["b"])
    assert project.delete("p", "?version=2").status == 204
    project.registry.editor.create_version(project.find_id("p"), "a draft")

    (entry,) = project.get_page("?label=latest")["data"]
    (other,) = project.get_page("?label=a")["data"]

    assert (entry["versions"], entry["labels"]) == ([1], ["a", "latest"])
    assert other == entry
    assert project.get_page("?label=latest&version=2")["data"] == []
    assert project.get_page("?label=b")["data"] == []


def test_a_list_of_too_many_prompts_has_no_filter_of_versions(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("functions.langfuse.list_named_prompts.MAX_EXAMINED", 2)
    for name in ("a", "b", "c"):
        project.create(name, labels=["l"], tags=["t"] if name == "a" else [])

    refused = project.viewer("GET", f"{PROMPTS}?label=l")

    assert (refused.status, refused.json["error"]) == (400, "InvalidRequestError")
    assert project.list_names("?label=l&tag=t") == ["a"]
    assert project.list_names("?label=l&name=b") == ["b"]
    assert project.list_names() == ["a", "b", "c"]
