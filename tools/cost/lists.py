"""What lists of a large team read: the team, the calls, and the units that they take.

python -m tools.cost.lists [<number of prompts>]

The command stores a team in memory and prints the table of `docs/costs.md`. Units are computed from
the sizes of the items that are read, by DynamoDB's rules; moto's own figures are not those of
DynamoDB.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from importlib import import_module
from io import StringIO
from math import ceil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from uuid import UUID

from infra.local.aws import become_local, simulate_aws
from infra.local.gateway import Gateway
from shared.domain import prompts, versions
from shared.domain.changes import Origin
from shared.domain.content import Content
from shared.domain.model import Author
from shared.routes import ROUTES
from shared.settings import get_settings
from shared.store import aws, items
from shared.store.dynamodb import Database
from shared.store.store import Store
from tools.cost.samples import Team
from tools.cost.worker import compute_size

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from shared.domain.model import Prompt
    from shared.store.attributes import Item

UNIT_BYTES = 4096  # that one unit reads
DELETIONS = 1999  # prompts beside the one of the team that deletes
VERSIONS = 5000  # of the prompt with many versions
NAME = "Prompt 7"
AUTHOR = Author(id=str(UUID(int=1, version=4)), name="large")
FOLDER = str(UUID(int=2, version=4))


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A call whose units are bounded.

    Attributes:
        title: The call, as the table says it.
        target: Path and query; `{team}` and `{prompt}` stand for ids.
        bound: The maximum number of units.
        team: The kind of team: of many prompts, or of many deleted ones.
        dialect: The dialect whose clients make the call, if they send the key in their own way.
    """

    title: str
    target: str
    bound: int
    team: str = "many"
    dialect: str = ""


CASES = (
    Case(title="`limit=20`", target="/v1/teams/{team}/prompts?limit=20", bound=25),
    Case(
        title="`status=archived&limit=20`, none archived",
        target="/v1/teams/{team}/prompts?status=archived&limit=20",
        bound=5,
    ),
    Case(
        title="`status=active&limit=20`",
        target="/v1/teams/{team}/prompts?status=active&limit=20",
        bound=25,
    ),
    Case(
        title="`limit=20`, one prompt beside 1,999 deleted ones",
        target="/v1/teams/{team}/prompts?limit=20",
        bound=25,
        team="deleted",
    ),
    Case(
        title="`versions?status=live` of 5,000 versions",
        target="/v1/prompts/{prompt}/versions?status=live",
        bound=5,
    ),
    Case(
        title="`versions?limit=20` of 5,000 versions",
        target="/v1/prompts/{prompt}/versions?limit=20",
        bound=25,
    ),
    Case(title="LangWatch: `limit=20`", target="/api/prompts?limit=20", bound=50),
    Case(
        title="Maxim: `name=`",
        target=f"/v1/prompts?workspaceId={{team}}&name={NAME.replace(' ', '%20')}",
        bound=5,
        dialect="maxim",
    ),
    Case(
        title="Maxim: ten prompts of a folder of ten",
        target=f"/v1/prompts?workspaceId={{team}}&folderId={FOLDER}",
        bound=15,
        dialect="maxim",
    ),
    Case(
        title="Tela: `limit=20`, with the last versions",
        target="/prompt?limit=20&includeLastVersion=true",
        bound=50,
    ),
)


# -- a large team


def build_team(team_id: str, count: int, *, deletions: int = 0) -> Iterator[tuple[str, Item]]:
    """Build the items of prompts with one live version each, as the API writes them.

    Args:
        team_id: The id of the team.
        count: The number of prompts.
        deletions: The number of deleted prompts beside them.
    """
    start = datetime(2026, 1, 1, tzinfo=UTC)
    for number in range(count + deletions):
        origin = Origin(by=AUTHOR, now=start + timedelta(seconds=number))
        settings = {"maxim": {"folderId": FOLDER}} if number < 10 else {}
        change = prompts.create(
            team_id=team_id,
            name=f"Prompt {number}",
            slug=f"prompt_{number}",
            settings=settings,
            origin=origin,
        ).then(
            lambda prompt, origin=origin: versions.create(  # type: ignore[misc]
                prompt, CONTENT, origin, base=None, message="m", status="live"
            )
        )
        prompt, version = change.after, change.subject
        if number >= count:
            prompt = prompts.delete(prompt, origin).after
        yield (
            "versions",
            items.dump_version(version, content_hash="0", content=DOCUMENT, revision=1),
        )
        yield from build_head(prompt)


def build_head(prompt: Prompt) -> Iterator[tuple[str, Item]]:
    """Build the items of a prompt without its versions."""
    yield "prompts", items.dump_prompt(prompt)
    for claim in items.list_name_claims(prompt):
        yield "lookups", items.dump_name_claim(claim, prompt)
    for partition, entry in items.list_directory_keys(prompt):
        yield "access", items.dump_directory_entry(partition, entry)


def build_versions(prompt: Prompt, count: int) -> Iterator[tuple[str, Item]]:
    """Build the items of a prompt with many versions, of which the first is live."""
    origin = Origin(by=AUTHOR)
    for number in range(1, count + 1):
        change = versions.create(
            replace(prompt, last_version=number - 1),
            CONTENT,
            origin,
            base=None,
            message="m",
            status="stable",
        )
        yield (
            "versions",
            items.dump_version(change.subject, content_hash="0", content=DOCUMENT, revision=1),
        )
    yield from build_head(replace(prompt, last_version=count, live_version=1))


CONTENT = Content(template="x" * 2000)
DOCUMENT = CONTENT.document


# -- units


class Reads:
    """The reads of a call.

    Attributes:
        units: The units that they take, if all are consistent.
        requests: The number of requests.
    """

    def __init__(self) -> None:
        self.units = 0
        self.requests = 0

    def count(self, parsed: Mapping[str, Any], model: Any, **_: object) -> None:
        """Count the response to a request to DynamoDB."""
        match model.name:
            case "GetItem":
                groups = [[parsed["Item"]] if "Item" in parsed else []]
            case "BatchGetItem":
                groups = [[item] for batch in parsed["Responses"].values() for item in batch]
            case "Query":
                groups = [parsed["Items"]]
            case _:
                return
        self.requests += 1
        for group in groups:
            size = sum(compute_size({"M": item}) for item in group)
            self.units += max(1, ceil(size / UNIT_BYTES))


@contextmanager
def count_reads() -> Iterator[Reads]:
    """Count what is read from DynamoDB."""
    reads, events = Reads(), aws.get_dynamodb().meta.events
    events.register("after-call.dynamodb", reads.count)
    events.register("provide-client-params.dynamodb.Query", read_whole_items)
    try:
        yield reads
    finally:
        events.unregister("after-call.dynamodb", reads.count)
        events.unregister("provide-client-params.dynamodb.Query", read_whole_items)


def read_whole_items(params: dict[str, Any], **_: object) -> None:
    """Take the projection out of a query: DynamoDB bills items before it projects them."""
    if params.pop("ProjectionExpression", None) is not None:
        params["ExpressionAttributeNames"] = {
            name: value
            for name, value in params["ExpressionAttributeNames"].items()
            if name in params["KeyConditionExpression"]
        }


# -- the table


def measure(store: Store, count: int, *, deletions: int = 0, history: int = 0) -> dict[str, Reads]:
    """Measure all cases in teams of a size; returns what each reads, by title.

    Args:
        store: The store of the process's handlers.
        count: The number of prompts of the large team.
        deletions: The number of deleted prompts of the other team, which has one more.
        history: The number of versions of the prompt with many.
    """
    gateway = Gateway(ROUTES, lambda route: import_module(route.module).lambda_handler)
    database = Database(get_settings().tables)
    teams = {
        "many": Team(gateway.respond, store, count << 70),
        "deleted": Team(gateway.respond, store, (count << 70) + 2),
    }
    database.put_many(build_team(teams["many"].id, count))
    database.put_many(build_team(teams["deleted"].id, 1, deletions=deletions))
    # Of the oldest prompt, so that the others keep their places.
    prompt = store.open_team(teams["many"].id).find_prompts_by_name("Prompt 0")[0]
    database.put_many(build_versions(prompt, history))
    reads_by_title = {}
    for case in CASES:
        team = teams[case.team]
        target = case.target.format(team=team.id, prompt=prompt.id)
        team("GET", target, dialect=case.dialect)  # the first call fills the cache of keys
        with count_reads() as reads:
            team("GET", target, dialect=case.dialect)
        reads_by_title[case.title] = reads
    return reads_by_title


def format_table(reads_by_title: Mapping[str, Reads]) -> str:
    """Format the table of `docs/costs.md`."""
    lines = ["| list | units read | requests | at most |", "|---|---|---|---|"]
    for case in CASES:
        reads = reads_by_title[case.title]
        lines.append(f"| {case.title} | {reads.units} | {reads.requests} | {case.bound} |")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Print the table for a team of a size."""
    count = int(sys.argv[1]) if sys.argv[1:] else 20_000
    become_local()
    with (
        TemporaryDirectory() as folder,
        simulate_aws(None, Path(folder)),
        redirect_stdout(StringIO()),  # where the handlers log their calls
    ):
        reads = measure(Store(get_settings()), count, deletions=DELETIONS, history=VERSIONS)
    sys.stdout.write(format_table(reads))
    return 0


if __name__ == "__main__":
    sys.exit(main())
