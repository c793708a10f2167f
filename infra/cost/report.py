"""The tables that people read, from a record and the price list."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

from infra.cost import bill, memory, prices
from infra.cost.record import PUBLISHER
from infra.cost.samples import PROMPTS, TEMPLATE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from infra.cost.record import Record

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
BLOCK = re.compile(r"(?<=<!-- cost -->\n).*?(?=<!-- /cost -->)", re.DOTALL)

# Of the README; all others are in the whole table.
SHOWN = {
    "registry/render_live": "render the live version",
    "registry/render_live, nothing remembered": "… in a process that remembers nothing",
    "registry/get_prompt": "get a prompt and its live version",
    "registry/get_prompt, not modified": "… that the caller has already (304)",
    "registry/list_prompts": "list 20 prompts",
    "registry/list_versions": "list 3 versions",
    "registry/create_version": "create a version of 2 KB",
    "registry/create_version, with an Idempotency-Key": "… with an `Idempotency-Key`",
    "registry/create_version, of 100 KB": "… of 100 KB",
    "registry/create_version, of 400 KB": "… of 400 KB, which lies in the bucket",
    "registry/promote_version": "promote a version",
    "registry/set_version_tag": "set a tag",
    "maxim/sync_prompts": "Maxim's sync of 20 prompts",
    "langwatch/get_prompt_by_handle": "LangWatch: get a prompt",
    "tela/get_promoted_version": "Tela: get the promoted version",
    PUBLISHER: "publish one change (part of every write above)",
}


def memory_mb() -> int:
    """MEMORY_MB of infra.functions, read without importing what defines a stack."""
    tree = ast.parse((ROOT / "infra" / "functions.py").read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "MEMORY_MB":
            return int(ast.literal_eval(node.value))
    raise ValueError("infra.functions defines no MEMORY_MB")


# -- for a terminal


def table(record: Record) -> str:
    """Every call, in the order of the route table."""
    head = (
        *("call", "DynamoDB", "S3", "bus", "read", "written", "CPU ms", "bytes", "logged"),
        "cents a million",
    )
    rows: list[tuple[str, ...]] = [head]
    for name, use in record.calls.items():
        dollars = bill.dollars_of_a_million(record, name, memory_mb())
        rows.append(
            (
                name,
                *(str(use.count(service) or "-") for service in ("dynamodb", "s3", "events")),
                *(f"{units:.0f}" if units else "-" for units in (use.read_units, use.write_units)),
                f"{use.cpu_ms:.1f}",
                str(use.answer_bytes),
                str(bill.log_bytes(use, called=name != PUBLISHER)),
                f"{dollars * 100:.0f}",
            )
        )
    return aligned(rows)


def months(record: Record) -> str:
    bills = [bill.bill(month, record, memory_mb()) for month in bill.MONTHS]
    rows: list[tuple[str, ...]] = [("a month, in dollars", *(month.title for month in bill.MONTHS))]
    rows += [(line, *(f"{one[line]:.2f}" for one in bills)) for line in bills[0]]
    rows.append(("together", *(f"{sum(one.values()):.2f}" for one in bills)))
    return aligned(rows)


def sizes(record: Record) -> str:
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
            for choice in memory.choices(record, route)
        ]
    return aligned(rows)


def heaviest(record: Record) -> str:
    size = memory_mb()
    rows: list[tuple[str, ...]] = [
        ("as the first of a process", "status", "requests", "CPU ms", f"s at {size} MB", "MB used")
    ]
    rows += [
        (
            name,
            str(one.status),
            str(one.requests),
            f"{one.cpu_ms:.0f}",
            f"{memory.seconds(one, size):.2f}",
            f"{one.memory_mb:.0f}",
        )
        for name, one in record.heavy.items()
    ]
    return aligned(rows)


def notes(record: Record) -> str:
    return (
        f"Prices of {prices.AS_OF}, {prices.REGION}, {prices.ARCHITECTURE}, without free tiers; "
        f"functions of {memory_mb()} MB.\n"
        f"Processor time of {record.day}, Python {record.python}, on an x86_64 machine, without "
        "TLS and what Lambda's runtime does; a function has its memory's share of a processor.\n"
        f"Assumed: {waits()}.\n"
        f"Samples: in a team of {PROMPTS} prompts, each with three versions of "
        f"{len(TEMPLATE) / 1000:.1f} KB, two tags and a payload; infra/cost/samples.py says more.\n"
        "Keys and content are remembered but where it says otherwise; a slug that only writes "
        "name is not.\nA write includes the publishing of its event."
    )


def waits() -> str:
    """What is assumed of each kind of request."""
    of = {
        "dynamodb": "a request to DynamoDB",
        "dynamodb:TransactWriteItems": "a transaction",
        "s3": "one to S3",
        "events": "one to EventBridge",
    }
    return ", ".join(f"{wait:g} ms for {of[name]}" for name, wait in bill.WAIT_MS.items())


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """Columns, the first to the left and the others to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]).rstrip()
        for row in rows
    )


# -- for the README


def block(record: Record) -> str:
    """What stands between the markers."""
    return "\n".join([*_calls(record), "", *_months(record), "", *_sizes(record), ""])


def _calls(record: Record) -> Iterator[str]:
    yield (
        f"Prices of {prices.AS_OF}, {prices.REGION}, {prices.ARCHITECTURE}, without free tiers; "
        f"functions of {memory_mb():,} MB; processor time of {record.day}, on x86_64. Waiting for "
        f"AWS cannot be measured on one machine; assumed are {waits()}."
    )
    yield ""
    yield "| call | requests to AWS | units read | units written | CPU ms | bytes | $ a million |"
    yield "|---|---|---|---|---|---|---|"
    for name, words in SHOWN.items():
        use = record.calls[name]
        dollars = bill.dollars_of_a_million(record, name, memory_mb())
        cells = (
            words,
            str(sum(use.requests.values())),
            f"{use.read_units:.0f}",
            f"{use.write_units:.0f}",
            f"{use.cpu_ms:.1f}",
            f"{use.answer_bytes:,}",
            f"{dollars:.2f}",
        )
        yield f"| {' | '.join(cells)} |"


def _months(record: Record) -> Iterator[str]:
    yield f"| a month, in dollars | {' | '.join(month.title for month in bill.MONTHS)} |"
    yield f"|---|{'---|' * len(bill.MONTHS)}"
    bills = [bill.bill(month, record, memory_mb()) for month in bill.MONTHS]
    for line in bills[0]:
        yield f"| {line} | {' | '.join(f'{one[line]:,.2f}' for one in bills)} |"
    sums = (f"**{sum(one.values()):,.2f}**" for one in bills)
    yield f"| **together** | {' | '.join(sums)} |"
    yield ""
    for month in bill.MONTHS:
        yield f"- **{month.title}**: {month.about}."


def _sizes(record: Record) -> Iterator[str]:
    (_, small), (route, _) = memory.STARTS.items()
    yield (
        f"| memory | start and first render | … of the {small} | 1,000 prompts synced "
        "| warm render | $ a million, Lambda only |"
    )
    yield "|---|---|---|---|---|---|"
    sync = record.heavy[memory.SYNC]
    smalls = memory.choices(record, next(iter(memory.STARTS)))
    for choice, least in zip(memory.choices(record, route), smalls, strict=True):
        cells = (
            f"{choice.memory_mb:,} MB",
            f"{choice.start_ms:,.0f} ms",
            f"{least.start_ms:,.0f} ms",
            f"{memory.seconds(sync, choice.memory_mb):.1f} s",
            f"{choice.call_ms} ms",
            f"{choice.cents / 100:.2f}",
        )
        yield f"| {' | '.join(cells)} |"


def renewed(text: str, record: Record) -> str:
    """The README's text with the block of this record."""
    return BLOCK.sub(lambda _: block(record), text)
