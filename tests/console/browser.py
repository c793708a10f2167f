"""A person's browser: what is done in it, and what it reports."""

from __future__ import annotations

import os
import re
import shutil
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from infra.project import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import (
        Browser,
        BrowserContext,
        ConsoleMessage,
        Page,
        Playwright,
        Request,
        ViewportSize,
        WebError,
    )

AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
SCREENSHOTS = ROOT / "docs" / "screenshots"
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# No name leads anywhere, so that whatever a page asks for elsewhere it does not get.
FLAGS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--no-first-run",
)
WIDE: ViewportSize = {"width": 1280, "height": 800}
NARROW: ViewportSize = {"width": 390, "height": 844}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
OWN_SCHEMES = ("data:", "blob:", "about:")  # of URLs that leave no page
# It would load the style sheets again, which the policy of the console stops, for one rule.
RUN_AXE = "axe.run({ resultTypes: ['violations'], preload: false })"
COUNT = (Path(__file__).parent / "count.js").read_text().rstrip(";\n")


def find_chromium() -> str | None:
    """Find the program that CHROMIUM names, else the Chromium of the system."""
    names = [name] if (name := os.environ.get("CHROMIUM")) else CHROMIUM_NAMES
    return next(filter(None, map(shutil.which, names)), None)


def launch(playwright: Playwright, chromium: str) -> Browser:
    """Start a browser."""
    return playwright.chromium.launch(executable_path=chromium, args=FLAGS)


@dataclass
class Watch:
    """What no page may cause: errors and warnings of the console, and requests to elsewhere.

    Violations of the Content-Security-Policy, exceptions that nobody catches, and responses with
    an error come as errors of the console.

    Attributes:
        url: Where requests may go.
        reports: What pages have caused, each in a line.
        due: Patterns of what a test makes them cause.
    """

    url: str
    reports: list[str] = field(default_factory=list)
    due: list[str] = field(default_factory=list)

    def expect(self, pattern: str) -> None:
        """Expect reports that have a match of a pattern, one or more of them."""
        self.due.append(pattern)

    def attach(self, context: BrowserContext) -> None:
        """Watch the pages of a context."""
        context.on("console", self._note_message)
        context.on("weberror", self._note_error)
        context.on("request", self._note_request)

    def check(self) -> None:
        """Check that pages have caused what is due, and nothing else."""
        reports, due = self.reports, self.due
        self.reports, self.due = [], []
        excess = [line for line in reports if not any(re.search(each, line) for each in due)]
        missing = [each for each in due if not any(re.search(each, line) for line in reports)]
        assert not excess, "\n".join(excess)
        assert not missing, f"not reported: {missing}"

    def _note_message(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning", "assert"):
            self.reports.append(f"{message.type}: {message.text} ({message.location['url']})")

    def _note_error(self, error: WebError) -> None:
        self.reports.append(f"exception: {error.error}")

    def _note_request(self, request: Request) -> None:
        if not request.url.startswith((f"{self.url}/", *OWN_SCHEMES)):
            self.reports.append(f"elsewhere: {request.method} {request.url}")


def open_console(page: Page, path: str = "/") -> None:
    """Open the console at a path of its own, which comes after the `#`."""
    page.goto(f"/console#{path}")


def check_accessibility(page: Page) -> None:
    """Check that axe finds no violation, in light and dark, at both widths."""
    size = page.viewport_size or WIDE
    page.evaluate(load_axe())
    violations = []
    for viewport in (WIDE, NARROW):
        page.set_viewport_size(viewport)
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            result = page.evaluate(RUN_AXE)
            violations += [
                f"{viewport['width']} {scheme}: {line}"
                for violation in result["violations"]
                for line in describe_violation(violation)
            ]
    page.emulate_media(color_scheme="null")
    page.set_viewport_size(size)
    assert not violations, "\n".join(violations)


@cache
def load_axe() -> str:
    """Load the program of axe."""
    assert AXE.exists(), f"{AXE} is missing: run `make test-console`"
    return AXE.read_text()


def describe_violation(violation: dict[str, Any]) -> Iterator[str]:
    """Describe a violation at each element that has it."""
    for node in violation["nodes"]:
        summary = " ".join(node["failureSummary"].split())
        yield f"{violation['id']} at {node['target']}: {summary}"


@dataclass
class Actions:
    """What a person has done in a page.

    Attributes:
        clicks: Presses of a pointer; a choice in a list that opens takes two.
        keys: Keys but for those of a text.
        fields: Fields with something typed in.
    """

    clicks: int = 0
    keys: int = 0
    fields: int = 0

    def note(self, kind: str) -> None:
        """Count one more, by the name of its attribute."""
        setattr(self, kind, getattr(self, kind) + 1)


@contextmanager
def count_actions(page: Page) -> Iterator[Actions]:
    """Count what is done in a page from now on."""
    actions = Actions()
    name = f"noteAction{id(actions)}"  # a page keeps what is exposed to it
    page.expose_function(name, actions.note)
    page.add_init_script(f"({COUNT})('{name}')")
    page.evaluate(COUNT, name)
    yield actions
    page.evaluate("0")  # comes after whatever is on its way
    page.evaluate(f"window.{name} = () => null")
