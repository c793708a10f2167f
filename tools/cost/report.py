"""Tables of costs, from a record and the price list."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from infra.documents import list_documents
from infra.project import ROOT
from shared.routes import ROUTES
from tools.cost import bill, memory, prices
from tools.cost.record import PUBLISHER
from tools.cost.samples import HELD_PROMPTS, PROMPTS, TEMPLATE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from tools.cost.record import Record

BLOCK = re.compile(r"(?<=<!-- cost -->\n).*?(?=<!-- /cost -->)", re.DOTALL)
STARTS_BLOCK = re.compile(r"(?<=<!-- starts -->\n).*?(?=<!-- /starts -->)", re.DOTALL)

# Calls in the table of the docs; the table for the terminal has all calls.
CALLS = {
    "registry/render_live": "render the live version",
    "registry/render_live, nothing cached": "… in a process with empty caches",
    "registry/get_prompt": "get a prompt and its live version",
    "registry/get_prompt, not modified": "… that the client already has (304)",
    "registry/refresh_prompts": f"refresh {HELD_PROMPTS} prompts, all as the client holds them",
    "registry/refresh_prompts, one of them has moved": "… of which one has moved",
    "registry/refresh_prompts, nothing cached": "… in a process with empty caches",
    "registry/list_prompts": "list 20 prompts",
    "registry/list_versions": "list 3 versions",
    "registry/create_version": "create a version of 2 KB",
    "registry/create_version, with an Idempotency-Key": "… with an `Idempotency-Key`",
    "registry/create_version, of 100 KB": "… of 100 KB",
    "registry/create_version, of 400 KB": "… of 400 KB, which is stored in the bucket",
    "registry/promote_version": "promote a version",
    "registry/set_version_tag": "set a tag",
    "maxim/sync_prompts": "Maxim's sync of 20 prompts, unchanged",
    "maxim/sync_prompts, nothing cached": "… in a process with empty caches",
    "langwatch/get_prompt_by_handle": "LangWatch: get a prompt",
    "tela/get_promoted_version": "Tela: get the promoted version",
    PUBLISHER: "publish one event (included in every write above)",
}


def read_memory_mb() -> int:
    """Read MEMORY_MB in infra.functions, without importing the CDK.

    Raises:
        ValueError: `infra.functions` does not define MEMORY_MB.
    """
    tree = ast.parse((ROOT / "infra" / "functions.py").read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "MEMORY_MB":
            return int(ast.literal_eval(node.value))
    raise ValueError("infra.functions must define MEMORY_MB")


# -- for the terminal


def format_calls(record: Record) -> str:
    """Format all calls."""
    head = (
        *("call", "DynamoDB", "S3", "bus", "read", "written", "CPU ms", "bytes", "logged"),
        "cents a million",
    )
    rows: list[tuple[str, ...]] = [head]
    for name, use in record.calls.items():
        dollars = bill.price_million(record, name, read_memory_mb())
        rows.append(
            (
                name,
                *(str(use.count(service) or "-") for service in ("dynamodb", "s3", "events")),
                *(f"{units:.0f}" if units else "-" for units in (use.read_units, use.write_units)),
                f"{use.cpu_ms:.1f}",
                str(use.response_bytes),
                str(bill.count_log_bytes(use, through_api=name != PUBLISHER)),
                f"{dollars * 100:.0f}",
            )
        )
    return align(rows)


def format_months(record: Record) -> str:
    """Format the bills of all months."""
    bills = [bill.itemize_month(month, record, read_memory_mb()) for month in bill.MONTHS]
    rows: list[tuple[str, ...]] = [("a month, in dollars", *(month.title for month in bill.MONTHS))]
    rows += [(line, *(f"{items[line]:.2f}" for items in bills)) for line in bills[0]]
    rows.append(("together", *(f"{sum(items.values()):.2f}" for items in bills)))
    return align(rows)


def format_sizes(record: Record) -> str:
    """Format all sizes of memory."""
    rows: list[tuple[str, ...]] = []
    for route in memory.STARTS:
        rows.append((route, "start ms", "if boosted", "call ms", "cents a million"))
        rows += [
            (
                f"  {choice.memory_mb} MB",
                f"{choice.start_ms:.0f}",
                f"{choice.boosted_ms:.0f}",
                str(choice.call_ms),
                f"{choice.cents:.0f}",
            )
            for choice in memory.list_choices(record, route)
        ]
    return align(rows)


def format_heavy(record: Record) -> str:
    """Format the heavy requests."""
    size = read_memory_mb()
    rows: list[tuple[str, ...]] = [
        ("as the first of a process", "status", "requests", "CPU ms", f"s at {size} MB", "MB used")
    ]
    rows += [
        (
            name,
            str(use.status),
            str(use.requests),
            f"{use.cpu_ms:.0f}",
            f"{memory.compute_seconds(use, size):.2f}",
            f"{use.memory_mb:.0f}",
        )
        for name, use in record.heavy.items()
    ]
    return align(rows)


def format_notes(record: Record) -> str:
    """Format the assumptions behind the numbers."""
    return (
        f"Prices of {prices.AS_OF}, {prices.REGION}, {prices.ARCHITECTURE}, "
        "without free tiers but that of data out; "
        f"functions of {read_memory_mb()} MB.\n"
        f"Processor time of {record.day}, Python {record.python}, on an x86_64 machine, without "
        "TLS and the work of Lambda's runtime; a function's share of a processor depends on its "
        "memory.\n"
        f"Assumed: {format_waits()}.\n"
        f"Samples: in a team of {PROMPTS} prompts, each with three versions of "
        f"{len(TEMPLATE) / 1000:.1f} KB, two tags and a payload; see tools/cost/samples.py.\n"
        "Keys and content are cached unless the name says otherwise; slugs that only writes use "
        "are not.\nA write includes the publishing of its event."
    )


def format_waits() -> str:
    """Format the assumed durations of requests."""
    kinds = {
        "dynamodb": "a request to DynamoDB",
        "dynamodb:TransactWriteItems": "a transaction",
        "s3": "one to S3",
        "events": "one to EventBridge",
    }
    return ", ".join(f"{wait:g} ms for {kinds[name]}" for name, wait in bill.WAIT_MS.items())


def align(rows: Sequence[Sequence[str]]) -> str:
    """Align columns, the first to the left and the others to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]).rstrip()
        for row in rows
    )


# -- for the docs


def build_block(record: Record) -> str:
    """Build the text between the markers in the document."""
    parts = (_list_calls(record), _list_months(record), _list_sizes(record))
    return "\n".join(line for part in parts for line in (*part, ""))


def _list_calls(record: Record) -> Iterator[str]:
    yield (
        f"Prices of {prices.AS_OF}, {prices.REGION}, {prices.ARCHITECTURE}, "
        "without free tiers but that of data out; "
        f"functions of {read_memory_mb():,} MB; processor time of {record.day}, on x86_64. "
        f"Waiting for AWS cannot be measured on one machine; assumed are {format_waits()}."
    )
    yield ""
    yield "| call | requests to AWS | units read | units written | CPU ms | bytes | $ a million |"
    yield "|---|---|---|---|---|---|---|"
    for name, words in CALLS.items():
        use = record.calls[name]
        dollars = bill.price_million(record, name, read_memory_mb())
        cells = (
            words,
            str(sum(use.requests.values())),
            f"{use.read_units:.0f}",
            f"{use.write_units:.0f}",
            f"{use.cpu_ms:.1f}",
            f"{use.response_bytes:,}",
            f"{dollars:.2f}",
        )
        yield f"| {' | '.join(cells)} |"


def _list_months(record: Record) -> Iterator[str]:
    yield f"| a month, in dollars | {' | '.join(month.title for month in bill.MONTHS)} |"
    yield f"|---|{'---|' * len(bill.MONTHS)}"
    bills = [bill.itemize_month(month, record, read_memory_mb()) for month in bill.MONTHS]
    for line in bills[0]:
        yield f"| {line} | {' | '.join(f'{items[line]:,.2f}' for items in bills)} |"
    sums = (f"**{sum(items.values()):,.2f}**" for items in bills)
    yield f"| **together** | {' | '.join(sums)} |"
    yield ""
    for month in bill.MONTHS:
        yield f"- **{month.title}**: {month.about}."


def _list_sizes(record: Record) -> Iterator[str]:
    (_, small), (route, _) = memory.STARTS.items()
    yield (
        f"| memory | start and first render | … of the {small} | 1,000 prompts synced "
        "| warm render | $ a million, Lambda only |"
    )
    yield "|---|---|---|---|---|---|"
    sync = record.heavy[memory.SYNC]
    smalls = memory.list_choices(record, next(iter(memory.STARTS)))
    for choice, least in zip(memory.list_choices(record, route), smalls, strict=True):
        cells = (
            f"{choice.memory_mb:,} MB",
            f"{choice.start_ms:,.0f} ms",
            f"{least.start_ms:,.0f} ms",
            f"{memory.compute_seconds(sync, choice.memory_mb):.1f} s",
            f"{choice.call_ms} ms",
            f"{choice.cents / 100:.2f}",
        )
        yield f"| {' | '.join(cells)} |"


def build_starts_block(record: Record) -> str:
    """Build the table of what there is against starts."""
    route = "registry/render_live"
    start, hot = record.start[route], sum(route.is_hot for route in ROUTES)
    price = bill.price_starts(start["start_ms"], read_memory_mb())
    busy = prices.PROVISIONED_GB_SECONDS.dollars / (
        prices.LAMBDA_GB_SECONDS.dollars - prices.PROVISIONED_CALL_GB_SECONDS.dollars
    )
    first = f"the first call: {start['call_ms']:.0f} ms"
    rows = (
        ("started in advance", "CPU that a caller waits for", "$ a month", f"of {hot} functions"),
        4 * ("---",),
        (
            "nothing",
            f"the start and the first call: {start['start_ms'] + start['call_ms']:.0f} ms",
            f"nothing; {price['1,000 starts']:.4f} for each 1,000 starts",
            "the same",
        ),
        (
            "provisioned concurrency",
            first,
            f"{price['process and month']:.2f} for each process, used or not; it saves "
            f"money where it is busy for more than {busy:.0%} of the time",
            f"{hot * price['process and month']:.2f} for one process of each",
        ),
        (
            "SnapStart",
            f"a restore, and {first}",
            f"{price['version and month']:.2f} for each version that is kept, and "
            f"{price['1,000 restores']:.2f} for 1,000 restores",
            f"{hot * price['version and month']:.2f}, and the restores",
        ),
    )
    return "".join(f"| {' | '.join(cells)} |\n" for cells in rows)


def replace_block(text: str, record: Record) -> str:
    """Replace what is between the markers in a document."""
    text = BLOCK.sub(lambda _: build_block(record), text)
    return STARTS_BLOCK.sub(lambda _: build_starts_block(record), text)


def get_document() -> Path:
    """Get the document with the markers.

    Raises:
        FileNotFoundError: No document has the markers.
    """
    for file in list_documents():
        if BLOCK.search(file.read_text(encoding="utf-8")):
            return file
    raise FileNotFoundError(
        "no markers of the costs in any document; add <!-- cost --> and <!-- /cost -->"
    )
