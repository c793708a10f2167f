"""Commands that decide which versions callers get."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import typer

from .._names import parse_selector
from ..buckets import TOTAL_WEIGHT
from ..errors import ConfigurationError
from .arguments import Name, Selector
from .connection import get_connection
from .output import AsJson, print_json, print_rows, print_text
from .prompts import PERCENT, print_version

if TYPE_CHECKING:
    from collections.abc import Sequence


def add_commands(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("promote")(promote_version)
    app.command("demote")(demote_version)
    app.command("rollback")(roll_back)
    app.command("split")(split_pointer)
    app.command("tag")(tag_version)


def promote_version(
    context: typer.Context,
    name: Name,
    version: Selector,
    live: Annotated[bool, typer.Option("--live", help="Make a draft live at once.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make a draft stable, or a stable version live."""
    manage, selector = get_connection(context).manage, parse_selector(version)
    if not live:
        document = manage.promote(name, selector)
    else:
        document = manage.version(name, selector)
        while document["status"] in ("draft", "stable"):
            document = manage.promote(name, document["version"])
        if document["status"] != "live":
            document = manage.promote(name, document["version"])  # the service says why not
    print_version(name, document, as_json=as_json)


def demote_version(context: typer.Context, name: Name, as_json: AsJson = False) -> None:
    """Make the live version stable again, so that the prompt has no live version."""
    print_version(name, get_connection(context).manage.demote(name), as_json=as_json)


def roll_back(
    context: typer.Context,
    name: Name,
    reason: Annotated[str, typer.Option("--reason", help="Why, for the history.")],
    version: Annotated[
        int | None,
        typer.Argument(min=1, help="A number; by default the version that was live before."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a version live that was live before."""
    document = get_connection(context).manage.rollback(name, version, reason=reason)
    print_version(name, document, as_json=as_json)


def split_pointer(
    context: typer.Context,
    name: Name,
    shares: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[VERSION=PERCENT]...", help="What callers get; without any, show the split."
        ),
    ] = None,
    pointer: Annotated[str, typer.Option(help="`live` or a tag.")] = "live",
    end: Annotated[
        bool, typer.Option("--end", help="End the split; the pointer stays at its first version.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Split a pointer between versions, as in `cuebook split welcome 3=90 4=10`."""
    manage = get_connection(context).manage
    if end and shares:
        raise ConfigurationError("a split is either set or ended: leave out --end or the shares")
    if end:
        manage.end_split(name, pointer)
    if shares:
        document = manage.set_split(name, parse_shares(shares), pointer)
    else:
        document = manage.get_split(name, pointer)
    if as_json:
        print_json(document)
    else:
        rows = [
            {"version": share["version"], "percent": f"{share['weight'] / PERCENT:g}"}
            for share in document["split"]
        ]
        print_rows(rows, ("version", "percent"))


def tag_version(
    context: typer.Context,
    name: Name,
    tag: Annotated[str, typer.Argument(help="The tag.")],
    version: Annotated[
        str | None, typer.Argument(help="A number, a tag, `live` or `latest`.")
    ] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Remove the tag.")] = False,
    as_json: AsJson = False,
) -> None:
    """Set a tag to a version, wherever it is now, or remove it."""
    manage = get_connection(context).manage
    if remove == (version is not None):
        raise ConfigurationError("give the version to set the tag to, or --remove")
    if version is not None:
        document = manage.set_tag(name, parse_selector(version), tag)
        print_version(name, document, as_json=as_json)
        return
    manage.remove_tag(name, tag)
    if as_json:
        print_json(None)
    else:
        print_text(f"{name} has no tag {tag}")


def parse_shares(texts: Sequence[str]) -> dict[int, int]:
    """Parse the shares of versions to weights, which are parts of 10,000.

    Raises:
        ConfigurationError: One is malformed, or has too many decimals, or is there twice.
    """
    weights: dict[int, int] = {}
    for text in texts:
        number, _, percent = text.partition("=")
        try:
            version, weight = int(number), Decimal(percent) * PERCENT
            if not 0 < weight <= TOTAL_WEIGHT or weight % 1 or version in weights:
                raise ValueError
        except (ValueError, ArithmeticError):
            raise ConfigurationError(
                f"{text!r} is not VERSION=PERCENT, with each version once and two decimals at most"
            ) from None
        weights[version] = int(weight)
    if (total := sum(weights.values())) != TOTAL_WEIGHT:
        raise ConfigurationError(f"the percentages sum up to {total / PERCENT:g} instead of 100")
    return weights
