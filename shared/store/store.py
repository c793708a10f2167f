"""The store of a process: principals, and access to the stores of all teams.

Only `shared.admission` and operators' programs use it. Endpoints get the store of a team that
their principal was admitted to.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import product
from typing import TYPE_CHECKING

from shared.cache import Cache
from shared.domain.checks import list_spellings
from shared.domain.model import LIVE, NumberOrTag
from shared.domain.restrictions import UNRESTRICTED
from shared.ids import is_id
from shared.problems import (
    LimitReached,
    OrganisationNotFound,
    PromptNotFound,
    TeamNotFound,
    Unreadable,
)
from shared.store import items, keys
from shared.store.api_keys import ApiKeys
from shared.store.backend import Backend
from shared.store.contents import Contents
from shared.store.dynamodb import Database, split
from shared.store.reading import NOTHING, Reading, build_place
from shared.store.team import TeamStore
from shared.store.teams import Teams
from shared.store.transactions import Transactions
from shared.texts import excerpt

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from typing import Any

    from shared.domain.access import Principal
    from shared.domain.model import Prompt, Version
    from shared.domain.restrictions import Restrictions
    from shared.settings import Settings
    from shared.store.accounts import AccountStore, MemberStore, OrganisationStore, SignInStore
    from shared.store.attributes import Item
    from shared.store.audit import AuditStore
    from shared.store.deletion import TeamDeletion
    from shared.store.federation import Federation
    from shared.store.key_store import KeyStore
    from shared.store.organisation import Organisations
    from shared.store.people import People
    from shared.store.prompt_batch import PromptBatch
    from shared.store.protections import Protections
    from shared.store.quotas import Quotas
    from shared.store.reading import Beside, Place
    from shared.store.sign_in import SignIn
    from shared.store.team import Annotations
    from shared.store.uses import PromptUses
    from shared.store.visible_prompts import VisiblePrompts

    KeyOfItem = tuple[str, Mapping[str, Any]]  # with its table
    # Loads a version, for principals that are admitted to its prompt; raises Unreadable.
    Loader = Callable[[], Version | None]

CACHED_SLUGS = 10_000
CACHED_TEAMS = 10_000
CACHED_RESPONSES = 3  # of the largest size


@dataclass(frozen=True, slots=True)
class Claim:
    """The claim of a name or slug that a prompt had when it was read.

    Attributes:
        team_id: The id of the team.
        prompt_id: The id of the prompt.
        kind: What it claims: `name` or `slug`.
        since: Since when, as the claim says; empty where an earlier release wrote it.
        live_version: The number of the version that is live, as the claim has noted it.
    """

    team_id: str
    prompt_id: str
    kind: str
    since: str
    live_version: int | None

    def is_of(self, prompt: Prompt, names: Collection[str]) -> bool:
        """Tell whether the prompt still has it, since then.

        Args:
            prompt: The prompt.
            names: The spellings of the name or slug.
        """
        name = prompt.name if self.kind == "name" else prompt.slug
        since = keys.dump_time(prompt.get_claim_time(self.kind))
        return prompt.team_id == self.team_id and name in names and self.since in ("", since)


def find_nothing() -> None:
    """Load a version that does not exist."""


class Store:
    """The store of a process.

    Every method raises `Unavailable` while AWS is busy or cannot be reached.

    Attributes:
        teams: The teams.
        api_keys: The API keys.
        transactions: Writes, and the records of requests.
    """

    def __init__(self, settings: Settings) -> None:
        database = Database(settings.tables)
        contents = Contents(bucket=settings.content_bucket, inline_bytes=settings.inline_bytes)
        self.transactions = Transactions(database, contents)
        self.teams = Teams(database)
        self.api_keys = ApiKeys(
            database,
            self.transactions,
            list_team_ids=self.teams.list_ids,
            cache_seconds=settings.key_cache_seconds,
        )
        self._settings = settings
        self._backend = Backend(
            database=database,
            contents=contents,
            transactions=self.transactions,
            versions=Cache(weight=settings.content_cache_bytes),
            newest_numbers=Cache(weight=CACHED_SLUGS),
            complete_directories=Cache(weight=CACHED_TEAMS),
            responses=Cache(weight=CACHED_RESPONSES * settings.response_bytes),
            get_protections=lambda: self.protections,
            template_bytes=settings.template_bytes,
        )
        self._ids_by_slug: Cache[str, str] = Cache(weight=CACHED_SLUGS)
        self._places_by_version_id: Cache[str, tuple[str, int]] = Cache(weight=CACHED_SLUGS)
        self._claims_by_name: Cache[tuple[str, str], Sequence[Claim]] = Cache(weight=CACHED_SLUGS)

    def prepare(self) -> None:
        """Make the client of the database, with all that its first request needs."""
        self._backend.database.prepare()

    def open_team(
        self,
        team_id: str,
        annotations: Annotations | None = None,
        restrictions: Restrictions = UNRESTRICTED,
    ) -> TeamStore:
        """Open the store of a team that the principal was admitted to.

        Args:
            team_id: The id of the team.
            annotations: The annotations of the current call.
            restrictions: What the principal reaches of the team.
        """
        annotations = {} if annotations is None else annotations
        return TeamStore(self._backend, team_id, annotations, restrictions)

    @cached_property
    def protections(self) -> Protections:
        """What teams protect, which reads do not need."""
        from shared.store.protections import Protections

        backend = self._backend
        return Protections(backend.database, self.transactions, backend.contents, self._settings)

    # -- quotas: where there are none, they are no part of a start, and nothing is read or written

    @cached_property
    def quotas(self) -> Quotas:
        """The counts of requests."""
        from shared.store.quotas import Quotas

        return Quotas(self._backend.database)

    def count_request(self, principal: Principal) -> None:
        """Count a request of an API key, if a quota applies to it.

        Raises:
            QuotaExceeded: The quota of the key or of its team is used up.
        """
        key_limit = principal.quota or self._settings.quota_per_key
        team_limit = self._settings.quota_per_team if len(principal.permissions) == 1 else 0
        if not key_limit and not team_limit:
            return
        from shared.store.quotas import Quota

        quotas = [Quota(of="key", id=principal.id, limit=key_limit)]
        quotas += [Quota(of="team", id=id, limit=team_limit) for id in principal.permissions]
        self.quotas.count([quota for quota in quotas if quota.limit])

    def open_uses(self, prompt: Prompt, annotations: Annotations) -> PromptUses:
        """Open the counts of how a prompt is used.

        Args:
            prompt: The prompt, which the principal was admitted to.
            annotations: The annotations of the current call.
        """
        from shared.store.uses import PromptUses  # which few functions need

        return PromptUses(self._backend.database, prompt.team_id, prompt.id, annotations)

    # -- people: most functions never need them, so that they are no part of their start

    @cached_property
    def people(self) -> People:
        """The people, with their sessions."""
        from shared.store.people import People

        return People(
            self._backend.database,
            self.transactions,
            cache_seconds=self._settings.key_cache_seconds,
        )

    @cached_property
    def organisations(self) -> Organisations:
        """The organisation: its teams, and who is in them."""
        from shared.store.organisation import Organisations

        return Organisations(self._backend.database, self.transactions, self.people)

    @cached_property
    def sign_in(self) -> SignIn:
        """The passwords and invitations of people."""
        from shared.store.sign_in import SignIn

        return SignIn(
            pool_id=self._settings.user_pool_id, client_id=self._settings.user_pool_client_id
        )

    @cached_property
    def federation(self) -> Federation:
        """The people whom the organisation's identity provider knows."""
        from shared.domain.federation import parse_rules
        from shared.store.federation import Federation
        from shared.store.sign_in_page import SignInPage

        settings = self._settings
        page = SignInPage(url=settings.sign_in_url, client_id=settings.sign_in_client_id)
        return Federation(page, self.people, self.organisations, parse_rules(settings.groups))

    def open_sign_in(self, source: str) -> SignInStore:
        """Open what people sign in with.

        Args:
            source: The address in the network that the request comes from.
        """
        from shared.store.accounts import SignInStore
        from shared.store.attempts import Attempts

        attempts = Attempts(self._backend.database)
        return SignInStore(
            self.people, self.sign_in, attempts, source, get_federation=lambda: self.federation
        )

    def open_account(self, principal: Principal, annotations: Annotations) -> AccountStore:
        """Open the account of a person."""
        from shared.store.accounts import AccountStore

        return AccountStore(self.people, self.organisations, self.sign_in, principal, annotations)

    def open_organisation(
        self,
        principal: Principal,
        annotations: Annotations,
        organisation_id: str | None = None,
    ) -> OrganisationStore:
        """Open the organisation for somebody.

        Args:
            principal: Who it is opened for.
            annotations: The annotations of the current call.
            organisation_id: The id that the request names; None if it names none.

        Raises:
            OrganisationNotFound: It is another organisation than this one.
        """
        from shared.domain.organisation import ORGANISATION_ID
        from shared.store.accounts import OrganisationStore

        if organisation_id not in (None, ORGANISATION_ID):
            raise OrganisationNotFound
        return OrganisationStore(
            self.people, self.organisations, self.sign_in, principal, annotations
        )

    def open_members(self, team_id: str, annotations: Annotations) -> MemberStore:
        """Open the people of a team that the principal was admitted to.

        Raises:
            TeamNotFound: The team does not exist, or has been deleted.
        """
        from shared.store.accounts import MemberStore

        team = self.teams.find_team(team_id)
        if team is None or team.deleted_at is not None:
            raise TeamNotFound
        return MemberStore(self.people, self.organisations, team, annotations)

    def open_deletion(
        self, store: TeamStore, principal: Principal, annotations: Annotations
    ) -> TeamDeletion:
        """Open the deletion of a team.

        Args:
            store: The store of the team that the principal was admitted to.
            principal: The principal.
            annotations: The annotations of the current call.
        """
        from shared.store.deletion import TeamDeletion

        return TeamDeletion(
            store=store,
            teams=self.teams,
            organisations=self.organisations,
            api_keys=self.api_keys,
            principal_id=principal.id,
            annotations=annotations,
        )

    def open_keys(self, principal: Principal, annotations: Annotations) -> KeyStore:
        """Open the API keys that a principal manages.

        Args:
            principal: The principal.
            annotations: The annotations of the current call.
        """
        from shared.store import key_store  # which few functions need

        return key_store.KeyStore(
            api_keys=self.api_keys,
            list_team_ids=self.teams.list_ids,
            find_prompts=self.find_prompts,
            principal=principal,
            annotations=annotations,
        )

    def open_audit(self, team_id: str, annotations: Annotations) -> AuditStore:
        """Open the audit log of a team that the principal was admitted to, also a deleted one.

        Raises:
            TeamNotFound: There has never been such a team.
        """
        from shared.store.audit import AuditStore

        if self.teams.find_team(team_id) is None:
            raise TeamNotFound
        return AuditStore(self._backend.database, [team_id], annotations)

    def open_audit_of_organisation(self, annotations: Annotations) -> AuditStore:
        """Open the audit logs of the organisation and of all its teams.

        Raises:
            LimitReached: These are more logs than one request can read.
        """
        from shared.store.audit import MAX_LOGS, AuditStore

        team_ids = self.teams.list_ids()
        if len(team_ids) > MAX_LOGS:
            raise LimitReached(
                f"the organization has more than {MAX_LOGS} teams; read the log of each by "
                "GET /v1/teams/{id}/audit"
            )
        return AuditStore(self._backend.database, [None, *team_ids], annotations)

    def find_prompts(self, team_ids: Sequence[str], names: Iterable[str]) -> Iterator[str]:
        """Find the ids of prompts of some teams by their ids or slugs, in the same order.

        Raises:
            PromptNotFound: None of the teams has such a prompt.
        """
        for name in names:
            # What is shaped like an id is no slug here: it costs one read, however many the teams.
            prompt = (
                self.find_prompt(name) if is_id(name) else self.find_prompt_by_slug(team_ids, name)
            )
            if prompt is None or prompt.is_deleted or prompt.team_id not in team_ids:
                raise PromptNotFound(details=[{"prompt": excerpt(name)}])
            yield prompt.id

    # -- prompts and versions of any team, to find the team they belong to. Those that are not in
    # the principal's reach are not read.

    def find_prompt(
        self, prompt_id: str, restrictions: Restrictions = UNRESTRICTED
    ) -> Prompt | None:
        """Find a prompt by its id.

        Raises:
            Unreadable: Its head cannot be read; the problem has the team's id.
        """
        return self.read_prompt(prompt_id, restrictions).prompt

    def read_prompt(
        self,
        prompt_id: str,
        restrictions: Restrictions = UNRESTRICTED,
        beside: Beside = NOTHING,
        *,
        team_id: str | None = None,
        live_version: int | None = None,
    ) -> Reading:
        """Read a prompt by its id, with what will be needed besides its head.

        Args:
            prompt_id: The id of the prompt.
            restrictions: What the principal reaches.
            beside: What will be needed.
            team_id: The id of the team that the prompt is expected in; None if that is not known.
            live_version: The number of the version that is expected to be live.

        Raises:
            Unreadable: The head cannot be read; the problem has the team's id.
        """
        if not restrictions.reaches(prompt_id):
            return Reading(None)
        head = "prompts", {"prompt_id": prompt_id}
        numbers = self._list_numbers(prompt_id, restrictions, beside, live_version)
        parts: list[KeyOfItem] = [
            ("versions", {"prompt_id": prompt_id, "version": number}) for number in sorted(numbers)
        ]
        if beside.payload_id is not None:
            key = {"prompt_id": prompt_id, "payload_id": beside.payload_id}
            parts.append(("payloads", key))
        ledger = beside.ledger and team_id and keys.build_ledger(team_id, beside.ledger.name)
        others = [("access", ledger)] if ledger else []
        rows = self._read_together([head, *parts], others, is_write=restrictions.is_write)
        item = rows.pop(build_place(*head))
        return Reading(items.load_prompt(item) if item else None, rows)

    def _read_together(
        self,
        requests: Sequence[KeyOfItem],
        others: Sequence[KeyOfItem],
        *,
        is_write: bool,
    ) -> dict[Place, Item | None]:
        """Read a head, which comes first, with what will be needed, in one request.

        What belongs to the prompt is read as it is at one moment. From a batch it could be older
        than the head, and whoever changes it would undo what was written in between. While somebody
        is writing it, it is left out, to be read after the head.
        """
        database = self._backend.database
        if len(requests) > 1 or (others and is_write):
            together = [*requests, *others]
            if (rows := database.get_snapshot(together)) is not None:
                return {build_place(*key): row for key, row in zip(together, rows, strict=True)}
        head = requests[0]
        if not others or is_write:
            return {build_place(*head): database.get(*head)}
        ((table, key),) = others
        batch = database.get_many({head[0]: [head[1]], table: [key]})
        return {
            build_place(*place): next(iter(batch[place[0]]), None) for place in (head, (table, key))
        }

    def _list_numbers(
        self,
        prompt_id: str,
        restrictions: Restrictions,
        beside: Beside,
        live_version: int | None,
    ) -> set[int]:
        """List the numbers of the versions to read with a head."""
        if restrictions.pointers is not None and not restrictions.can_move:
            return set()  # the head tells which of them the principal may read
        numbers: set[int | None] = {live_version} if LIVE in beside.selectors else set()
        for selector in beside.selectors:
            if not isinstance(selector, str):
                numbers.add(selector.number if isinstance(selector, NumberOrTag) else selector)
        with suppress(Unreadable):  # whoever needs it, gets to know
            place = self.find_version_place(beside.version_id or "")
            numbers.add(place[1] if place and place[0] == prompt_id else None)
        remembered = self._backend.versions
        return {
            number
            for number in numbers
            if number is not None
            and 0 < number < 2**31
            # Most often the prompt has not changed since; a change is never made of what it was.
            and (restrictions.is_write or remembered.get((prompt_id, number)) is None)
        }

    def find_prompt_by_slug(
        self, team_ids: Iterable[str], slug: str, restrictions: Restrictions = UNRESTRICTED
    ) -> Prompt | None:
        """Find the prompt with a slug, in the first of the teams that has one.

        Raises:
            Unreadable: The claim or the head cannot be read; the problem has the team's id.
        """
        return self.read_prompt_by_slug(team_ids, slug, restrictions).prompt

    def read_prompt_by_slug(
        self,
        team_ids: Iterable[str],
        slug: str,
        restrictions: Restrictions = UNRESTRICTED,
        beside: Beside = NOTHING,
    ) -> Reading:
        """Read the prompt with a slug, in the first of the teams that has one.

        Within a team, the scope `team` comes before `organization`.

        Args:
            team_ids: The ids of the teams.
            slug: The slug.
            restrictions: What the principal reaches of the teams.
            beside: What will be needed besides the head.

        Raises:
            Unreadable: The claim or the head cannot be read; the problem has the team's id.
        """
        for team_id, scope, spelling in product(team_ids, items.SCOPES, list_spellings(slug)):
            key = keys.build_slug_claim(team_id, scope, spelling)
            if reading := self._read_by_slug_claim(key, team_id, spelling, restrictions, beside):
                return reading
        return Reading(None)

    def _read_by_slug_claim(
        self, key: str, team_id: str, slug: str, restrictions: Restrictions, beside: Beside
    ) -> Reading | None:
        """Read the prompt of a slug's claim, which may be remembered."""
        for is_remembered in (True, False):
            live_version = None
            if is_remembered:
                prompt_id = self._ids_by_slug.get(key)
            else:
                item = self._read_claim(key, beside)
                prompt_id = items.load_name_claim(item) if item else None
                live_version = items.find_live_version(item) if item else None
            if prompt_id is None or not restrictions.reaches(prompt_id):
                continue
            reading = self.read_prompt(
                prompt_id, restrictions, beside, team_id=team_id, live_version=live_version
            )
            prompt = reading.prompt
            if prompt is not None and prompt.is_found_by(team_id, slug):
                self._ids_by_slug.put(key, prompt_id)
                return reading
            self._ids_by_slug.remove(key)
        return None

    def _read_claim(self, key: str, beside: Beside) -> Item | None:
        """Read the claim of a slug, and that of the version that will be needed, if any."""
        database, version_id = self._backend.database, beside.version_id
        if not is_id(version_id or "") or self._places_by_version_id.get(version_id or ""):
            return database.get("lookups", {"key": key})
        claims = [key, keys.build_version_claim(version_id or "")]
        rows = database.get_many({"lookups": [{"key": claim} for claim in claims]})
        by_key = {item["key"]["S"]: item for item in rows["lookups"]}
        if version := by_key.get(claims[1]):
            with suppress(Unreadable):
                self._remember_place(version_id or "", version)
        return by_key.get(key)

    def read_prompt_by_name_or_slug(
        self,
        team_ids: Iterable[str],
        name: str,
        has_slug: Callable[[Prompt], bool],
        restrictions: Restrictions = UNRESTRICTED,
        beside: Beside = NOTHING,
    ) -> Reading:
        """Read the prompt with a name or a slug, in the first of the teams that has one.

        Where it is the name of one prompt and the slug of another, the one that has had it for
        longer is found: so no prompt is called what finds another one already. Those that have had
        it since an earlier release come first, by their names before their slugs.

        Args:
            team_ids: The ids of the teams.
            name: The name or the slug.
            has_slug: Tells of a prompt whether it may be found by its slug.
            restrictions: What the principal reaches of the teams.
            beside: What will be needed besides the head.

        Raises:
            Unreadable: A claim or the head cannot be read; the problem has the team's id.
        """
        teams, names = [*team_ids], list_spellings(name)

        def read(claims: Iterable[Claim], *, are_fresh: bool) -> Reading | None:
            """Read the prompt of the first claim that counts, and remember those up to it."""
            older: list[Claim] = []
            for claim in claims:
                older.append(claim)
                if not restrictions.reaches(claim.prompt_id):
                    continue
                reading = self.read_prompt(
                    claim.prompt_id,
                    restrictions,
                    beside,
                    team_id=claim.team_id,
                    live_version=claim.live_version,
                )
                prompt = reading.prompt
                if prompt is None or prompt.is_deleted or not claim.is_of(prompt, names):
                    if are_fresh:
                        continue
                    return None  # others may have it by now
                if claim.kind == "name" or has_slug(prompt):
                    self._claims_by_name.put((claim.team_id, name), older)
                    return reading
            return None

        while teams:
            # What is claimed after what is remembered comes after it.
            remembered = [self._claims_by_name.get((team_id, name)) for team_id in teams]
            first = next((number for number, each in enumerate(remembered) if each), len(teams))
            if reading := read(self._read_claims(teams[:first], names), are_fresh=True):
                return reading
            if first == len(teams):
                return Reading(None)
            if reading := read(remembered[first] or (), are_fresh=False):
                return reading
            self._claims_by_name.remove((teams[first], name))
            teams = teams[first:]
        return Reading(None)

    def _read_claims(self, team_ids: Sequence[str], names: Sequence[str]) -> Iterator[Claim]:
        """Read the claims of a name or slug: those of the first team first, the oldest first."""
        places = {
            build_key(team_id, scope, spelling): place
            for place, team_id in enumerate(team_ids)
            for build_key in (keys.build_name_claim, keys.build_slug_claim)
            for scope in items.SCOPES
            for spelling in names
        }
        rows: list[Item] = []
        for batch in split(places, None):
            requests = [{"key": key} for key in batch]
            rows += self._backend.database.get_many({"lookups": requests})["lookups"]
        order = [*places]
        rows.sort(
            key=lambda item: (
                places[item["key"]["S"]],
                items.get_age_of_claim(item),
                order.index(item["key"]["S"]),
            )
        )
        for item in rows:
            key = item["key"]["S"]
            yield Claim(
                team_id=keys.parse_team_of_claim(key),
                prompt_id=items.load_name_claim(item),
                kind=keys.parse_kind_of_claim(key),
                since=items.get_age_of_claim(item),
                live_version=items.find_live_version(item),
            )

    def find_shared_prompt(
        self, name: str, restrictions: Restrictions = UNRESTRICTED
    ) -> Prompt | None:
        """Find a prompt that its team shares with all, by its id or slug.

        Raises:
            Unreadable: The claim or the head cannot be read; the problem has the team's id.
        """
        prompt_id = name if is_id(name) else None
        if prompt_id is None:
            item = self._backend.database.get("lookups", {"key": keys.build_shared_claim(name)})
            prompt_id = items.load_name_claim(item) if item else None
        prompt = self.find_prompt(prompt_id, restrictions) if prompt_id else None
        if prompt is None or prompt.is_deleted or prompt.scope != "organization":
            return None
        return prompt if name in (prompt.id, prompt.slug) else None

    def open_visible_prompts(
        self, team_id: str, annotations: Annotations, restrictions: Restrictions
    ) -> VisiblePrompts:
        """Open the prompts that a team sees.

        Args:
            team_id: The id of the team that the principal was admitted to.
            annotations: The annotations of the current call.
            restrictions: What the principal reaches of the team.
        """
        from shared.store.visible_prompts import VisiblePrompts

        return VisiblePrompts(self._backend, team_id, annotations, restrictions)

    def open_prompt_batch(
        self, team_ids: Sequence[str], annotations: Annotations, restrictions: Restrictions
    ) -> PromptBatch:
        """Open the prompts of some teams, to read many of them together.

        Args:
            team_ids: The ids of the teams in which the principal may read.
            annotations: The annotations of the current call.
            restrictions: What the principal reaches of the teams.
        """
        from shared.store.prompt_batch import PromptBatch

        return PromptBatch(self._backend, self._ids_by_slug, team_ids, annotations, restrictions)

    def find_prompt_and_version(
        self, prompt_id: str, number: int, restrictions: Restrictions = UNRESTRICTED
    ) -> tuple[Prompt | None, Loader]:
        """Find a prompt, and the loader of a version of it, with one read.

        Raises:
            Unreadable: The head cannot be read; the problem has the team's id.
        """
        if not 0 < number < 2**31 or not restrictions.reaches(prompt_id):
            return self.find_prompt(prompt_id, restrictions), find_nothing
        result = self._backend.database.get_many(
            {
                "prompts": [{"prompt_id": prompt_id}],
                "versions": [{"prompt_id": prompt_id, "version": number}],
            }
        )
        head = items.load_prompt(result["prompts"][0]) if result["prompts"] else None
        for version in result["versions"]:
            if head is not None and self._backend.belongs(head, version):
                return head, partial(self._backend.load_version, version)
        return head, find_nothing

    def find_version_by_id(
        self, version_id: str, restrictions: Restrictions = UNRESTRICTED
    ) -> tuple[Prompt | None, Loader]:
        """Find a version by its id: its prompt, and its loader.

        Raises:
            Unreadable: The claim or the head cannot be read; the problem has the team's id if it is
                the head.
        """
        if (place := self.find_version_place(version_id)) is None:
            return None, find_nothing
        return self.find_prompt_and_version(*place, restrictions)

    def find_version_place(self, version_id: str) -> tuple[str, int] | None:
        """Find the id of the prompt, and the number, of a version; no other version ever has them.

        The version may have been deleted.

        Raises:
            Unreadable: The claim cannot be read.
        """
        if not is_id(version_id):
            return None  # no such id exists, and DynamoDB limits the length of keys
        if (place := self._places_by_version_id.get(version_id)) is not None:
            return place
        claim = keys.build_version_claim(version_id)
        item = self._backend.database.get("lookups", {"key": claim})
        return self._remember_place(version_id, item) if item else None

    def _remember_place(self, version_id: str, claim: Item) -> tuple[str, int]:
        place = items.load_version_claim(claim)
        self._places_by_version_id.put(version_id, place)
        return place
