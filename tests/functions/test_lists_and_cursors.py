"""Lists in pages: paging through gives exactly the whole list, and no cursor can do harm."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from shared.errors import NameTaken
from shared.routes import ROUTES
from tests.functions.world import LISTS, World, name_of

if TYPE_CHECKING:
    from shared.routes import Route
    from tests.client import Client, Registry

ENVELOPES = {
    "list_prompts": "prompts",
    "list_all_prompts": "prompts",
    "list_prompt_history": "events",
    "list_versions": "versions",
    "list_version_tags": "tags",
    "list_prompt_payloads": "payloads",
}


@dataclass(frozen=True, slots=True)
class Listing:
    """A list with seven entries or more."""

    path: str
    name: str
    viewer: Client

    def all(self, query: str = "") -> list[Any]:
        entries: list[Any] = self.viewer("GET", self.with_(query)).json[self.name]
        return entries

    def pages(self, query: str) -> list[list[Any]]:
        pages, cursor = [], ""
        while True:
            answer = self.viewer("GET", self.with_(f"{query}&cursor={cursor}"))
            assert answer.status == 200, answer.text
            pages.append(answer.json[self.name])
            if (cursor := answer.json.get("next_cursor")) is None:
                return pages

    def cursor(self, query: str = "limit=2") -> str:
        cursor: str = self.viewer("GET", self.with_(query)).json["next_cursor"]
        return cursor

    def with_(self, query: str) -> str:
        return f"{self.path}{'&' if '?' in self.path else '?'}{query}"


@pytest.fixture(params=LISTS, ids=name_of)
def listing(registry: Registry, request: pytest.FixtureRequest) -> Listing:
    route: Route = request.param
    world = World(registry)
    editor, prompt = registry.editor, f"/v1/prompts/{world.id}"
    for number in range(7):
        match ENVELOPES[route.name]:
            case "prompts":
                editor.new_prompt()
            case "versions":
                editor.new_version(world.id)
            case "tags":
                editor("POST", f"{prompt}/versions/1/tags", {"tag": f"t{number}"})
            case "payloads":
                editor("POST", f"{prompt}/payloads", {"variables": {"n": number}})
    return Listing(world.target(route), ENVELOPES[route.name], registry.viewer)


@pytest.mark.parametrize("limit", [1, 3])
def test_paging_through_gives_exactly_the_whole_list(listing: Listing, limit: int) -> None:
    whole = listing.all()

    pages = listing.pages(f"limit={limit}")

    assert len(whole) >= 7
    assert [entry for page in pages for entry in page] == whole
    assert {len(page) for page in pages[:-1]} == {limit}
    assert 1 <= len(pages[-1]) <= limit


def test_a_page_that_takes_all_has_no_cursor(listing: Listing) -> None:
    whole = listing.all()

    for limit in (len(whole), len(whole) + 1, 1000):
        answer = listing.viewer("GET", listing.with_(f"limit={limit}"))
        assert answer.json == {listing.name: whole}


def test_a_limit_is_a_number_from_1_to_1000(listing: Listing) -> None:
    limits = ("0", "-1", "1001", "x", "1.5", "1e2", "+5", "%D9%A5", "%00", "9" * 5000)

    answers = {limit: listing.viewer("GET", listing.with_(f"limit={limit}")) for limit in limits}

    refused = (400, "invalid limit: must be a number from 1 to 1000")
    assert {limit: (a.status, a.error) for limit, a in answers.items()} == dict.fromkeys(
        limits, refused
    )


def test_an_empty_limit_or_cursor_is_none_at_all(listing: Listing) -> None:
    answer = listing.viewer("GET", listing.with_("limit=&cursor="))

    assert answer.json == {listing.name: listing.all()}


def test_a_cursor_tells_a_reader_nothing_and_survives_a_url(listing: Listing) -> None:
    cursor = listing.cursor()

    assert quote(cursor) == cursor
    assert b"prompt_id" not in urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))


def test_garbage_is_no_cursor(listing: Listing) -> None:
    cursors: tuple[str, ...] = (
        "x",
        "AAAA",
        "%00",
        "%FF%FE",
        "!!!!",
        "=" * 8,
        "A" * 11,
        "A" * 12,
        "A" * 4000,
    )
    cursors += ("%F0%9F%98%80", "null", "0", "%20")

    answers = {text: listing.viewer("GET", listing.with_(f"cursor={text}")) for text in cursors}

    refused = (400, "invalid cursor: it belongs to another list")
    assert {text: (a.status, a.error) for text, a in answers.items()} == dict.fromkeys(
        cursors, refused
    )


def test_a_cursor_is_good_for_its_own_query_only(listing: Listing) -> None:
    cursor = listing.cursor()

    bent = [cursor[1:], cursor[:10], ("B" if cursor[0] == "A" else "A") + cursor[1:]]

    answers = [
        listing.viewer("GET", listing.with_(query))
        for query in (f"cursor={cursor}&status=draft", *(f"cursor={text}" for text in bent))
    ]

    assert {(answer.status, answer.json["code"]) for answer in answers} == {
        (400, "invalid_request")
    }


def test_a_cursor_does_not_depend_on_the_limit(listing: Listing) -> None:
    cursor = listing.cursor("limit=2")

    rest = listing.viewer("GET", listing.with_(f"limit=1000&cursor={cursor}")).json

    assert rest == {listing.name: listing.all()[2:]}


def test_a_forged_place_is_never_a_fault_of_ours(listing: Listing) -> None:
    places = (b"\0", b"#", b"##", b"99999999999", b"-1", b"prompt#", b"prompt#a#b", b"zzz")

    answers = {place: listing.viewer("GET", forged(listing, place)) for place in places}

    whole = listing.all()
    assert {answer.status for answer in answers.values()} <= {200, 400}
    for answer in answers.values():
        assert [entry for entry in answer.json.get(listing.name, []) if entry not in whole] == []


@pytest.mark.parametrize("place", [b"", b"\xff\xfe", b"x" * 2000], ids=["empty", "bytes", "long"])
def test_a_forged_place_that_no_list_has_is_refused(listing: Listing, place: bytes) -> None:
    answer = listing.viewer("GET", forged(listing, place))

    assert (answer.status, answer.error) == (400, "invalid cursor: it belongs to another list")


def forged(listing: Listing, place: bytes) -> str:
    """The list from a place of the caller's own making."""
    real = listing.cursor()
    digest = urlsafe_b64decode(real + "=" * (-len(real) % 4))[:8]
    text = urlsafe_b64encode(digest + place).decode().rstrip("=")
    return listing.with_(f"cursor={text}")


def test_every_list_of_the_registry_is_paged() -> None:
    rows = {route.name for route in ROUTES if route.dialect == "registry"}
    lists = {name for name in rows if name.startswith("list_")} - {"list_version_variables"}

    assert lists == set(ENVELOPES) == {route.name for route in LISTS}


def test_filters_hold_on_every_page(registry: Registry) -> None:
    prompt = registry.editor.new_prompt()
    path = f"/v1/prompts/{prompt['id']}/versions"
    for number in range(1, 8):
        registry.editor.new_version(prompt["id"])
        registry.editor("POST", f"{path}/{number}/tags", {"tag": f"t{number}"})
        if number % 2:
            registry.editor.promote(prompt["id"], number)
    listing = Listing(path, "versions", registry.viewer)

    stable = listing.pages("status=stable&limit=2")
    tagged = listing.pages("tags=t2,t3,t7&limit=1")

    assert [[v["version"] for v in page] for page in stable] == [[7, 5], [3, 1]]
    assert [[v["version"] for v in page] for page in tagged] == [[7], [3], [2]]


def test_what_is_made_while_paging_shifts_no_page(registry: Registry) -> None:
    prompt = registry.editor.new_prompt()
    for _ in range(4):
        registry.editor.new_version(prompt["id"])
    path = f"/v1/prompts/{prompt['id']}/versions"
    cursor = registry.viewer("GET", f"{path}?limit=2").json["next_cursor"]

    registry.editor.new_version(prompt["id"])
    registry.editor("DELETE", f"{path}/3")

    rest = registry.viewer("GET", f"{path}?cursor={cursor}").json["versions"]
    assert [version["version"] for version in rest] == [2, 1]


def test_a_team_of_more_prompts_than_one_read_takes_is_listed_whole(registry: Registry) -> None:
    made = [registry.editor.new_prompt()["id"] for _ in range(103)]
    listing = Listing(f"/v1/teams/{registry.team_id}/prompts", "prompts", registry.viewer)

    whole = [prompt["id"] for prompt in listing.all()]
    paged = [prompt["id"] for page in listing.pages("limit=60") for prompt in page]

    assert whole == paged == made[::-1]


def test_a_prompt_that_moved_away_is_listed_there_and_not_here(registry: Registry) -> None:
    stays, goes = registry.editor.new_prompt(), registry.editor.new_prompt()
    theirs = registry.stranger.team_id

    registry.move(goes["id"], theirs)

    here = registry.viewer("GET", f"/v1/teams/{registry.team_id}/prompts").json["prompts"]
    there = registry.stranger("GET", f"/v1/teams/{theirs}/prompts").json["prompts"]
    assert [prompt["id"] for prompt in here] == [stays["id"]]
    assert [prompt["id"] for prompt in there] == [goes["id"]]
    assert registry.viewer("GET", f"/v1/prompts/{goes['id']}").status == 404
    assert registry.viewer("GET", f"/v1/prompts/{goes['slug']}").status == 404
    assert (
        registry.stranger("GET", f"/v1/prompts/{goes['slug']}").json["prompt"]["id"] == goes["id"]
    )


def test_a_moved_prompt_frees_its_names_and_takes_its_versions_along(registry: Registry) -> None:
    prompt = registry.editor.new_prompt("Wanderer")
    registry.editor.new_version(prompt["id"], "x")

    registry.move(prompt["id"], registry.stranger.team_id)

    assert registry.editor.new_prompt("Wanderer")["slug"] == "wanderer"
    taken = registry.stranger(
        "POST", f"/v1/teams/{registry.stranger.team_id}/prompts", {"name": "Wanderer"}
    )
    assert taken.status == 409
    versions = registry.stranger("GET", f"/v1/prompts/{prompt['id']}/versions").json["versions"]
    assert [version["template"] for version in versions] == ["x"]


def test_a_prompt_cannot_move_onto_a_name_that_is_taken(registry: Registry) -> None:
    prompt = registry.editor.new_prompt("Both")
    registry.stranger.new_prompt("Both")

    with pytest.raises(NameTaken):
        registry.move(prompt["id"], registry.stranger.team_id)

    assert registry.viewer("GET", "/v1/prompts/both").json["prompt"] == prompt
