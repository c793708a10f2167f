"""Whatever callers do, in whatever order, the registry does what a plain model of it does."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count, pairwise
from typing import TYPE_CHECKING, Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.properties.consistency import (
    Snapshot,
    assert_consistent,
    assert_follows,
    list_kinds,
    parse_time,
)
from tests.properties.model import (
    BROKEN,
    INVALID,
    RENDERED,
    ExpectedProblemError,
    Prompt,
    Teams,
    require,
)
from tests.properties.scene import create_mover

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.client import Client, Registry, Response
    from tests.memory import Memory

UNKNOWN_ID = "00000000-0000-4000-8000-000000000000"
LOOKS = 8  # ways of looking at a prompt, of which each write takes the next
PROMPTS = 4  # at most, so that rules meet the same ones again
ACTORS = st.sampled_from([*["editor"] * 12, "viewer", "stranger", "nobody"])
READS = (
    "",
    "/versions",
    "/versions/1",
    "/versions/latest",
    "/versions/diff?from=1&to=2",
    "/tags",
    "/history",
    "/payloads",
    "/versions/1/variables",
)
KEYED = st.booleans()
# Those with "a" and a blank stand for a version of that status, where the prompt has one.
STATUSES = ("a draft", "a stable", "a live", "an archived", "a draft", "a stable")
RAW = ("latest", "live", "a", "b", "1", "2", "3", "4", "5", "0", "-1", "none")
SELECTORS = st.sampled_from([*STATUSES, *RAW])
TEMPLATES = st.sampled_from(
    [
        *((template, "jinja" if "{{ " in template else "go") for template in RENDERED),
        ("Hi {{ name }}", "jinja"),
        ("", "go"),
        ("Hi {{.name}}", "perl"),
        *((template, "jinja") for template in BROKEN),
    ]
)
TAGS = st.sampled_from(["a", "a", "b", "c.d-e_f", "live", "latest", "no spaces", ""])
MATCHES = st.sampled_from([None, None, "current", "stale"])


@dataclass(frozen=True)
class Call:
    """A write that succeeded, with its idempotency key."""

    client: Client
    method: str
    path: str
    body: Any
    headers: dict[str, str]
    response: Response


class Machine(RuleBasedStateMachine):
    prompts: Bundle[Prompt] = Bundle("prompts")
    calls: Bundle[Call] = Bundle("calls")
    payloads: Bundle[str] = Bundle("payloads")

    def __init__(self, registry: Registry, memory: Memory) -> None:
        super().__init__()
        self.memory = memory
        memory.clear()
        self.teams = [registry.create_team(name) for name in ("Ours", "Theirs")]
        self.editors = {team: registry.create_client(team, "all") for team in self.teams}
        self.viewers = {team: registry.create_client(team, "read_render") for team in self.teams}
        self.nobody = registry.nobody
        self.mover = create_mover(registry, *self.teams)
        self.model = Teams()
        self.stored = Snapshot.load(memory)
        self.sealed: dict[tuple[str, int], Any] = {}
        self.published: dict[tuple[str, int], tuple[int, str | None]] = {}
        self.keys, self.turns = count(), count()
        self.begun = False

    # -- how calls are made

    def get_other_team(self, team: str) -> str:
        return self.teams[1 - self.teams.index(team)]

    def client(self, team: str, actor: str) -> Client:
        """Who is what to a prompt of this team."""
        return {
            "editor": self.editors[team],
            "viewer": self.viewers[team],
            "stranger": self.editors[self.get_other_team(team)],
            "nobody": self.nobody,
        }[actor]

    @staticmethod
    def check_actor(actor: str) -> None:
        """Invariant 7: outsiders see 404, members without the role 403."""
        require(actor != "nobody", 401, "unauthorized")
        require(actor != "stranger", 404, "prompt_not_found")
        require(actor != "viewer", 403, "forbidden")

    def attempt(
        self,
        client: Client,
        method: str,
        path: str,
        body: Any,
        expected: Callable[[], Any],
        *,
        status: int = 200,
        keyed: bool = False,
        headers: dict[str, str] | None = None,
    ) -> tuple[Response | None, list[Call]]:
        """Make a call, and hold the registry to what the model says of it.

        Returns: the answer if it is a success, and the call if it can be repeated.
        """
        before, known = self.stored, len(self.model.events)
        refused = None
        try:
            expected()
        except ExpectedProblemError as refusal:
            refused = refusal
        key = f"key {next(self.keys)}" if keyed else None
        sent = {**(headers or {}), **({"idempotency-key": key} if key else {})}
        response = client(method, path, body, headers=sent)
        self.stored = Snapshot.load(self.memory)
        if refused is not None:
            # Invariant 6: a failed call changes nothing.
            assert (response.status, response.json["code"]) == (refused.status, refused.code)
            assert self.stored == before
            return None, []
        assert response.status == status, response.text
        assert len(list_kinds(before, self.stored)) == len(self.model.events) - known
        assert_follows(before, self.stored)
        if key is None:
            assert len(self.stored.list_responses()) == len(before.list_responses())
            return response, []
        return response, [Call(client, method, path, body, sent, response)]

    def write_to_version(
        self,
        prompt: Prompt,
        actor: str,
        keyed: bool,
        method: str,
        path: str,
        body: Any,
        expected: Callable[[], int],
        *,
        status: int = 200,
        headers: dict[str, str] | None = None,
        judged_first: Callable[[], None] = lambda: None,
    ) -> Any:
        """A write that a version is the subject and, but for 204, the answer of."""
        about: list[int] = []

        def rule() -> None:
            require(actor != "nobody", 401, "unauthorized")
            judged_first()
            self.check_actor(actor)
            about.append(expected())

        response, calls = self.attempt(
            self.client(prompt.team, actor),
            method,
            f"/v1/prompts/{prompt.id}{path}",
            body,
            rule,
            status=status,
            keyed=keyed,
            headers=headers,
        )
        if response is not None:
            if status != 204:
                assert response.json["version"]["version"] == about[0]
                self.compare(prompt, response.json["version"])
            self.look(prompt, about[0])
        return multiple(*calls)

    def pick_selector(self, prompt: Prompt, selector: str) -> str:
        """What is sent for a selector."""
        status = selector.rpartition(" ")[2]
        if status == selector:
            return selector
        numbers = [number for number in prompt.versions if prompt.get_status(number) == status]
        return str(numbers[-1] if numbers else 1)

    # -- where examples begin

    @initialize(target=prompts)
    def two_teams_have_a_prompt_of_the_same_name(self) -> Any:
        """With versions of every kind in the first, so that there is something to do."""
        made = [self.add_prompt(team, {"name": "Alpha"}, "editor") for team in self.teams]
        prompt = made[0]
        for template, engine in (("Hi {{.name}}", "go"), ("One\nTwo\n", "go"), ("x" * 1500, "go")):
            self.create_version(prompt, (template, engine), "editor", False)
        for selector in ("1", "1", "2"):
            self.promote_version(prompt, selector, None, "editor", False)
        self.set_tag(prompt, "a", "latest", "editor", False)
        self.create_version(made[1], ("Hi {{ name }}", "jinja"), "editor", False)
        self.begun = True
        return multiple(*made)

    # -- prompts

    @precondition(lambda self: len(self.model.prompts) < PROMPTS)
    @rule(
        target=prompts,
        theirs=st.sampled_from([False, False, True]),
        name=st.sampled_from(["Alpha", "alpha!", "Beta", "Beta 2", ""]),
        slug=st.sampled_from(["", "", "alpha", "Other one"]),
        actor=ACTORS,
    )
    def create_prompt(self, theirs: bool, name: str, slug: str, actor: str) -> Any:
        body = {"name": name, "slug": slug, "description": "Said"}
        return self.add_prompt(self.teams[theirs], body, actor)

    def add_prompt(self, team: str, body: dict[str, str], actor: str) -> Any:
        made = list[Prompt]()

        def expected() -> None:
            require(actor != "nobody", 401, "unauthorized")
            require(actor == "editor", 403, "forbidden")
            made.append(self.model.create(team, **{"slug": "", "description": "", **body}))

        path = f"/v1/teams/{team}/prompts"
        client = self.client(team, actor)
        response, _ = self.attempt(client, "POST", path, body, expected, status=201)
        if response is None:
            return multiple()
        made[0].id = response.json["prompt"]["id"]
        self.compare_prompt(made[0], response.json["prompt"])
        self.look(made[0])
        return made[0]

    @rule(
        target=calls, prompt=prompts, text=st.sampled_from(["", "New"]), actor=ACTORS, keyed=KEYED
    )
    def describe_prompt(self, prompt: Prompt, text: str, actor: str, keyed: bool) -> Any:
        return self.write_to_prompt(
            prompt, actor, keyed, "PUT", "", {"description": text}, lambda: prompt.describe(text)
        )

    @rule(target=calls, prompt=prompts, away=st.booleans(), actor=ACTORS, keyed=KEYED)
    def archive_or_restore_prompt(self, prompt: Prompt, away: bool, actor: str, keyed: bool) -> Any:
        verb, status = ("archive", "archived") if away else ("restore", "active")
        return self.write_to_prompt(
            prompt, actor, keyed, "POST", f"/{verb}", None, lambda: prompt.set_status(status)
        )

    def write_to_prompt(
        self,
        prompt: Prompt,
        actor: str,
        keyed: bool,
        method: str,
        path: str,
        body: Any,
        expected: Callable[[], None],
    ) -> Any:
        def rule() -> None:
            self.check_actor(actor)
            expected()

        url = f"/v1/prompts/{prompt.id}{path}"
        client = self.client(prompt.team, actor)
        response, calls = self.attempt(client, method, url, body, rule, keyed=keyed)
        if response is not None:
            self.compare_prompt(prompt, response.json["prompt"])
            self.look(prompt)
        return multiple(*calls)

    @rule(
        target=calls,
        prompt=prompts,
        to=st.sampled_from(["other", "other", "same", "nowhere"]),
        actor=st.sampled_from(["mover", "mover", "mover", "editor", "viewer", "stranger"]),
        keyed=KEYED,
    )
    def move_prompt(self, prompt: Prompt, to: str, actor: str, keyed: bool) -> Any:
        teams = {
            "other": self.get_other_team(prompt.team),
            "same": prompt.team,
            "nowhere": UNKNOWN_ID,
        }

        def expected() -> None:
            require(actor != "viewer", 401, "unauthorized")
            require(to != "nowhere", 404, "team_not_found")
            # Whether a team exists is told to its members only.
            members = {"other": ("mover", "stranger"), "same": ("mover", "editor")}
            require(actor in members[to], 404, "team_not_found")
            require(actor != "stranger", 404, "prompt_not_found")
            self.model.move(prompt, teams[to])

        client = self.mover if actor == "mover" else self.client(prompt.team, actor)
        path, body = f"/v1/prompts/{prompt.id}/move", {"team_id": teams[to]}
        response, calls = self.attempt(client, "POST", path, body, expected, keyed=keyed)
        if response is not None:
            self.compare_prompt(prompt, response.json["prompt"])
            self.look(prompt)
        return multiple(*calls)

    # -- versions

    @rule(target=calls, prompt=prompts, content=TEMPLATES, actor=ACTORS, keyed=KEYED)
    def create_version(
        self, prompt: Prompt, content: tuple[str, str], actor: str, keyed: bool
    ) -> Any:
        template, engine = content
        body = {"template": template, "engine": engine, "message": "Why"}
        return self.write_to_version(
            prompt,
            actor,
            keyed,
            "POST",
            "/versions",
            body,
            lambda: prompt.create_version(template, engine, "Why"),
            status=201,
        )

    @rule(target=calls, prompt=prompts, selector=SELECTORS, actor=ACTORS, keyed=KEYED)
    def duplicate_version(self, prompt: Prompt, selector: str, actor: str, keyed: bool) -> Any:
        selector = self.pick_selector(prompt, selector)
        return self.write_to_version(
            prompt,
            actor,
            keyed,
            "POST",
            f"/versions/{selector}/duplicate",
            None,
            lambda: prompt.duplicate(selector),
            status=201,
        )

    @rule(
        target=calls,
        prompt=prompts,
        selector=SELECTORS,
        content=st.one_of(st.none(), TEMPLATES),
        model=st.sampled_from(["absent", "m-1", None]),
        match=MATCHES,
        actor=ACTORS,
        keyed=KEYED,
    )
    def update_version(
        self,
        prompt: Prompt,
        selector: str,
        content: tuple[str, str] | None,
        model: str | None,
        match: str | None,
        actor: str,
        keyed: bool,
    ) -> Any:
        selector = self.pick_selector(prompt, selector)
        changes: dict[str, Any] = {}
        if content is not None:
            changes |= {"template": content[0], "engine": content[1]}
        if model != "absent":
            changes["model"] = model
        return self.write_to_version(
            prompt,
            actor,
            keyed,
            "PUT",
            f"/versions/{selector}",
            changes,
            lambda: prompt.revise(selector, changes, matches=match != "stale"),
            headers=self.build_match(prompt, selector, match),
        )

    @rule(
        target=calls,
        prompt=prompts,
        selector=SELECTORS,
        match=MATCHES,
        actor=ACTORS,
        keyed=KEYED,
    )
    def promote_version(
        self, prompt: Prompt, selector: str, match: str | None, actor: str, keyed: bool
    ) -> Any:
        selector = self.pick_selector(prompt, selector)
        return self.write_to_version(
            prompt,
            actor,
            keyed,
            "POST",
            f"/versions/{selector}/promote",
            None,
            lambda: prompt.promote(selector, matches=match != "stale"),
            headers=self.build_match(prompt, selector, match),
        )

    def build_match(self, prompt: Prompt, selector: str, match: str | None) -> dict[str, str]:
        if match is None:
            return {}
        path = f"/v1/prompts/{prompt.id}/versions/{selector}"
        read = self.viewers[prompt.team]("GET", path)
        current = match == "current" and read.status == 200
        return {"if-match": read.headers["ETag"] if current else '"stale"'}

    @rule(target=calls, prompt=prompts, selector=SELECTORS, actor=ACTORS, keyed=KEYED)
    def demote_version(self, prompt: Prompt, selector: str, actor: str, keyed: bool) -> Any:
        selector = self.pick_selector(prompt, selector)
        path = f"/versions/{selector}/demote"
        return self.write_to_version(
            prompt, actor, keyed, "POST", path, None, lambda: prompt.demote(selector)
        )

    @rule(target=calls, prompt=prompts, selector=SELECTORS, actor=ACTORS, keyed=KEYED)
    def archive_version(self, prompt: Prompt, selector: str, actor: str, keyed: bool) -> Any:
        selector = self.pick_selector(prompt, selector)
        path = f"/versions/{selector}/archive"
        return self.write_to_version(
            prompt, actor, keyed, "POST", path, None, lambda: prompt.archive_version(selector)
        )

    @rule(target=calls, prompt=prompts, selector=SELECTORS, actor=ACTORS, keyed=KEYED)
    def delete_version(self, prompt: Prompt, selector: str, actor: str, keyed: bool) -> Any:
        selector = self.pick_selector(prompt, selector)
        return self.write_to_version(
            prompt,
            actor,
            keyed,
            "DELETE",
            f"/versions/{selector}",
            None,
            lambda: prompt.erase(selector),
            status=204,
        )

    @rule(
        target=calls,
        prompt=prompts,
        number=st.integers(0, 6),
        reason=st.sampled_from(["It broke", "It broke", ""]),
        actor=ACTORS,
        keyed=KEYED,
    )
    def roll_back(self, prompt: Prompt, number: int, reason: str, actor: str, keyed: bool) -> Any:
        return self.write_to_version(
            prompt,
            actor,
            keyed,
            "POST",
            "/rollback",
            {"target_version": number, "rollback_reason": reason},
            lambda: prompt.roll_back(number),
            judged_first=lambda: require(number > 0 and reason, *INVALID),
        )

    # -- tags

    @rule(target=calls, prompt=prompts, tag=TAGS, selector=SELECTORS, actor=ACTORS, keyed=KEYED)
    def set_tag(self, prompt: Prompt, tag: str, selector: str, actor: str, keyed: bool) -> Any:
        selector = self.pick_selector(prompt, selector)
        return self.write_to_version(
            prompt,
            actor,
            keyed,
            "POST",
            f"/versions/{selector}/tags",
            {"tag": tag},
            lambda: prompt.set_tag(tag, selector),
        )

    @rule(
        target=calls,
        prompt=prompts,
        tag=st.sampled_from(["a", "b", "live", "none"]),
        actor=ACTORS,
        keyed=KEYED,
    )
    def remove_tag(self, prompt: Prompt, tag: str, actor: str, keyed: bool) -> Any:
        def expected() -> None:
            self.check_actor(actor)
            prompt.remove_tag(tag)

        path = f"/v1/prompts/{prompt.id}/tags/{tag}"
        client = self.client(prompt.team, actor)
        response, calls = self.attempt(
            client, "DELETE", path, None, expected, status=204, keyed=keyed
        )
        if response is not None:
            self.look(prompt)
        return multiple(*calls)

    # -- payloads

    @rule(
        target=payloads,
        prompt=prompts,
        variables=st.sampled_from([{}, {"n": 1}, {"n": [1.5, "x" * 1500]}, [], "absent"]),
        actor=ACTORS,
    )
    def create_payload(self, prompt: Prompt, variables: Any, actor: str) -> Any:
        body = {"name": "Sample"} | ({} if variables == "absent" else {"variables": variables})

        def expected() -> None:
            self.check_actor(actor)
            prompt.check_payload(variables)
            prompt.note_event("payload.created")

        path = f"/v1/prompts/{prompt.id}/payloads"
        client = self.client(prompt.team, actor)
        response, _ = self.attempt(client, "POST", path, body, expected, status=201)
        if response is None:
            return multiple()
        payload_id: str = response.json["payload"]["id"]
        prompt.payloads[payload_id] = {"name": "Sample", "variables": variables}
        self.look_at_payloads(prompt)
        return payload_id

    @rule(
        target=calls,
        prompt=prompts,
        payload=payloads,
        changes=st.sampled_from([{}, {"name": "Other"}, {"variables": {"m": 2}}, {"variables": 3}]),
        actor=ACTORS,
        keyed=KEYED,
    )
    def update_payload(
        self, prompt: Prompt, payload: str, changes: dict[str, Any], actor: str, keyed: bool
    ) -> Any:
        def expected() -> None:
            self.check_actor(actor)
            prompt.update_payload(payload, changes)

        path = f"/v1/prompts/{prompt.id}/payloads/{payload}"
        client = self.client(prompt.team, actor)
        response, calls = self.attempt(client, "PUT", path, changes, expected, keyed=keyed)
        if response is not None:
            self.look_at_payloads(prompt)
        return multiple(*calls)

    @rule(target=calls, prompt=prompts, payload=payloads, actor=ACTORS, keyed=KEYED)
    def delete_payload(self, prompt: Prompt, payload: str, actor: str, keyed: bool) -> Any:
        def expected() -> None:
            self.check_actor(actor)
            prompt.delete_payload(payload)

        path = f"/v1/prompts/{prompt.id}/payloads/{payload}"
        client = self.client(prompt.team, actor)
        response, calls = self.attempt(
            client, "DELETE", path, None, expected, status=204, keyed=keyed
        )
        if response is not None:
            self.look_at_payloads(prompt)
        return multiple(*calls)

    # -- repeats

    @rule(call=calls)
    def repeat_call(self, call: Call) -> None:
        """Invariant 6: a call repeated with its idempotency key changes nothing more."""
        again = call.client(call.method, call.path, call.body, headers=call.headers)

        assert (again.status, again.text) == (call.response.status, call.response.text)
        assert again.headers.get("ETag") == call.response.headers.get("ETag")
        assert Snapshot.load(self.memory) == self.stored

    @rule(call=consumes(calls))
    def use_key_for_another_call(self, call: Call) -> None:
        body = {**(call.body or {}), "else": True}
        other = call.client(call.method, call.path, body, headers=call.headers)

        assert (other.status, other.json["code"]) == (409, "idempotency_mismatch")
        assert Snapshot.load(self.memory) == self.stored

    # -- what must hold at every moment

    @invariant()
    def the_tables_hold_together(self) -> None:
        """Invariants 1, 3 and 4, and the history, in the tables themselves."""
        assert_consistent(self.stored)
        for prompt in self.model.prompts:
            assert_numbers_and_pointers(self.stored, prompt)

    def teardown(self) -> None:
        for prompt in self.model.prompts[:1]:
            for _ in range(LOOKS):
                self.look(prompt)
            self.look_at_payloads(prompt)

    # -- what readers see

    def look(self, prompt: Prompt, number: int | None = None) -> None:
        """Invariant 5: what was answered with success can be read at once, in each way by turns."""
        if not self.begun:
            return
        viewer, path = self.viewers[prompt.team], f"/v1/prompts/{prompt.id}"
        if number is not None:
            read = viewer("GET", f"{path}/versions/{number}")
            assert read.status == (200 if number in prompt.versions else 404)
            if read.status == 200:
                self.compare(prompt, read.json["version"])
        looks = (
            self.look_at_list,
            self.look_by_slug,
            self.look_by_tag,
            self.look_at_team,
            self.look_at_renderings,
            self.look_at_history,
            self.look_at_differences,
            self.look_as_stranger,
        )
        assert len(looks) == LOOKS
        looks[next(self.turns) % LOOKS](prompt, viewer, path)

    def look_at_list(self, prompt: Prompt, viewer: Client, path: str) -> None:
        """Invariants 1 and 3, as readers see them."""
        listed = viewer("GET", f"{path}/versions").json["versions"]
        assert [version["version"] for version in listed] == sorted(prompt.versions, reverse=True)
        assert [version["status"] for version in listed].count("live") == (prompt.live is not None)
        for version in listed:
            self.compare(prompt, version)

    def look_by_slug(self, prompt: Prompt, viewer: Client, path: str) -> None:
        by_id = viewer("GET", path)
        self.compare_prompt(prompt, by_id.json["prompt"])
        assert viewer("GET", f"/v1/prompts/{prompt.slug}").json == by_id.json
        latest = viewer("GET", f"/v1/prompts/{prompt.slug}?version=latest")
        assert latest.status == (200 if prompt.versions else 404)
        if prompt.versions:
            assert latest.json["version"]["version"] == max(prompt.versions)
            self.compare(prompt, latest.json["version"])

    def look_by_tag(self, prompt: Prompt, viewer: Client, path: str) -> None:
        """Invariant 4: a tag names an existing version."""
        listed = viewer("GET", f"{path}/tags").json["tags"]
        assert {row["tag"]: row["version"] for row in listed} == prompt.tags
        for tag, number in prompt.tags.items():
            read = viewer("GET", f"{path}/versions/{tag}").json["version"]
            assert read["version"] == number
            self.compare(prompt, read)
        live = viewer("GET", f"{path}/versions/live")
        assert live.status == (404 if prompt.live is None else 200)

    def look_at_team(self, prompt: Prompt, viewer: Client, path: str) -> None:
        listed = viewer("GET", f"/v1/teams/{prompt.team}/prompts").json["prompts"]
        known = self.model.list_prompts(prompt.team)
        assert [row["id"] for row in listed] == [known.id for known in reversed(known)]

    def look_at_renderings(self, prompt: Prompt, viewer: Client, path: str) -> None:
        """Invariant 2, as those see it who render."""
        slug, body = f"/v1/prompts/{prompt.slug}", {"variables": {"name": "Ada"}}
        live = viewer("POST", f"{slug}/render", body)
        assert live.status == (404 if prompt.live is None else 200)
        if prompt.live is not None:
            assert live.json["version"] == prompt.live
        for number in {*list(prompt.versions)[:2], *list(prompt.versions)[-2:]}:
            rendered = viewer("POST", f"{slug}/versions/{number}/render", body).json
            assert rendered["rendered"] == RENDERED[prompt.versions[number].template]

    def look_at_history(self, prompt: Prompt, viewer: Client, path: str) -> None:
        """What was live at each time can be told from the history."""
        events = viewer("GET", f"{path}/history").json["events"][::-1]
        assert [event["event"] for event in events] == prompt.events
        assert [event["sequence"] for event in events] == [*range(1, len(events) + 1)]
        times = [parse_time(event["at"]) for event in events]
        assert all(earlier < later for earlier, later in pairwise(times))
        live = None
        for event, expected in zip(events, prompt.live_after, strict=True):
            detail = event["detail"]
            if detail.get("status") == "live":
                assert detail["displaced_version"] == live
                live = detail["version"]
            elif event["event"] in ("version.demoted", "version.archived"):
                live = None if live == detail["version"] else live
            assert live == event["live_version"] == expected
        event, expected = events[len(events) // 2], prompt.live_after[len(events) // 2]
        then = viewer("GET", f"{path}/at?time={event['at']}")
        if expected in prompt.versions:
            assert then.json["version"]["version"] == expected
        else:
            assert then.status == 404

    def look_at_differences(self, prompt: Prompt, viewer: Client, path: str) -> None:
        """Invariant 2, as those see it who compare."""
        if prompt.versions:
            first, last = min(prompt.versions), max(prompt.versions)
            found = viewer("GET", f"{path}/versions/diff?from={first}&to={last}").json
            assert found["from_template"] == prompt.versions[first].template
            assert found["to_template"] == prompt.versions[last].template

    def look_as_stranger(self, prompt: Prompt, viewer: Client, path: str) -> None:
        """Invariant 7: nobody reads a prompt of a team that they are not in."""
        stranger = self.viewers[self.get_other_team(prompt.team)]
        for read in READS:
            assert stranger("GET", f"{path}{read}").status == 404
        if all(
            other.slug != prompt.slug
            for other in self.model.list_prompts(self.get_other_team(prompt.team))
        ):
            assert stranger("GET", f"/v1/prompts/{prompt.slug}").status == 404
            assert stranger("POST", f"/v1/prompts/{prompt.slug}/render", {}).status == 404
        assert stranger("GET", f"/v1/teams/{prompt.team}/prompts").status == 403

    def look_at_payloads(self, prompt: Prompt) -> None:
        path = f"/v1/prompts/{prompt.id}/payloads"
        listed = self.viewers[prompt.team]("GET", path).json["payloads"]
        assert [row["id"] for row in listed] == [*prompt.payloads][::-1]
        for row in listed:
            assert {name: row[name] for name in ("name", "variables")} == prompt.payloads[row["id"]]

    def compare_prompt(self, prompt: Prompt, shown: dict[str, Any]) -> None:
        assert {name: shown[name] for name in shown if not name.endswith("_at")} == {
            "id": prompt.id,
            "team_id": prompt.team,
            "slug": prompt.slug,
            "name": prompt.name,
            "description": prompt.description,
            "status": prompt.status,
            "keywords": [],
        }

    def compare(self, prompt: Prompt, shown: dict[str, Any]) -> None:
        """Hold a version as it is shown against the model, and against how it was shown before."""
        number = shown["version"]
        version, key = prompt.versions[number], (prompt.id, number)
        expected = prompt.dump_version(number)
        assert {name: shown[name] for name in expected} == expected
        # Invariant 2: what ever left draft says the same for ever.
        summary = {name: shown[name] for name in ("id", "created_at", "author", *version.content)}
        if version.stage != "draft" or version.promotions:
            assert self.sealed.setdefault(key, summary) == summary
        # It was published when it was last promoted.
        promotions, before = self.published.get(key, (0, None))
        published = shown["published_at"]
        if version.promotions == promotions:
            assert published == before
        else:
            assert before is None or parse_time(published) > parse_time(before)
        self.published[key] = (version.promotions, published)


def assert_numbers_and_pointers(stored: Snapshot, prompt: Prompt) -> None:
    head = stored.get_head(prompt.id)
    assert head["last_version"] == prompt.last
    assert sorted(stored.list_versions(prompt.id)) == sorted(prompt.versions)
    assert head.get("live_version") == prompt.live
    assert head["tags"] == prompt.tags


def test_the_registry_does_what_its_model_does(registry: Registry, memory: Memory) -> None:
    class BoundMachine(Machine):
        def __init__(self) -> None:
            super().__init__(registry, memory)

    run_state_machine_as_test(
        BoundMachine,
        settings=settings(
            max_examples=12,
            stateful_step_count=40,
            derandomize=True,  # what fails once fails again, wherever it runs
            database=None,
        ),
    )
