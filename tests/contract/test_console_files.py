"""The files of the console: what its Content-Security-Policy would stop, and how large they are."""

from __future__ import annotations

import posixpath
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest

from infra.compression import MINIMUM_BYTES, compress
from infra.project import ROOT
from shared.documents.console import ASSETS, FOLDER, MEDIA_TYPES, PAGE, read_console
from tests.documents import read_document

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BROWSER_TESTS = ROOT / "tests" / "console"
MOST_BYTES = 350_000  # of all files, compressed

TEXTS = {PAGE: (FOLDER / PAGE).read_text(encoding="utf-8"), **read_console().assets}
SCRIPTS = sorted(name for name in TEXTS if name.endswith(".js") and not name.startswith("vendor/"))
ABSOLUTE_URL = re.compile(r"""(?:\b[a-z]+:|["'(`])//[^\s"'`)>]*""")
NAMESPACES = re.compile(r"http://www\.w3\.org/(?:1999/xhtml|2000/svg|1998/Math/MathML)")
# What the policy stops, and what would make an element of a text.
FORBIDDEN = re.compile(
    r"\beval\(|\bFunction\(|\bjavascript:|<script|<style|\bon[a-z]+=[\"']"
    r"|\b(?:inner|outer)HTML\b|\binsertAdjacentHTML\b|\bdangerouslySetInnerHTML\b"
    r"|\bdocument\.write|\bsetAttribute\([\"']style"
)
NAMED_IMPORT = re.compile(r"""^import\s*\{([^}]*)\}\s*from\s*["'](\.[^"']+)["']""", re.MULTILINE)
LAZY_IMPORT = re.compile(r"""\bimport\(["'](\.[^"']+)["']\)""")
EXPORT = re.compile(r"^export (?:async )?(?:function\*? |const |class )(\w+)", re.MULTILINE)
EXPORT_LIST = re.compile(r"^export \{([^}]*)\}", re.MULTILINE)
STYLE = re.compile(r'style: "(\w+)"')
IMPORT = re.compile(r"""(?:\bfrom|^import)\s*["'](\.[^"']+)["']""", re.MULTILINE)


class Page(HTMLParser):
    """The elements of the page.

    Attributes:
        elements: The name and the attributes of each element.
        inline: The texts of scripts and style sheets.
    """

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.inline: list[str] = []
        self.feed(TEXTS[PAGE])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.elements and self.elements[-1][0] in ("script", "style") and data.strip():
            self.inline.append(data)

    def list_urls(self) -> list[str]:
        """List the URLs that the page loads."""
        urls = [attributes.get(name) for _, attributes in self.elements for name in ("href", "src")]
        return [url for url in urls if url]

    def list_scripts(self) -> list[str]:
        """List the scripts of the page."""
        return [
            str(attributes["src"]).removeprefix(f"{ASSETS}/")
            for tag, attributes in self.elements
            if tag == "script"
        ]

    def list_preloads(self) -> list[str]:
        """List the modules that the page loads before a script imports them."""
        return [
            str(attributes["href"]).removeprefix(f"{ASSETS}/")
            for _, attributes in self.elements
            if attributes.get("rel") == "modulepreload"
        ]


def list_modules(scripts: list[str]) -> list[str]:
    """List the modules that scripts import, and those that these import, each once."""
    names = [*scripts]
    for name in names:  # which grows meanwhile
        imports = (resolve(name, path) for path in IMPORT.findall(TEXTS[name]))
        names += [each for each in dict.fromkeys(imports) if each not in names]
    return names[len(scripts) :]


def resolve(name: str, path: str) -> str:
    """Resolve the path of an import in a file."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), path))


def measure(name: str) -> int:
    """Measure how many bytes a file takes as the gateway sends it."""
    body = TEXTS[name].encode()
    return len(compress(body, "gzip")) if len(body) >= MINIMUM_BYTES else len(body)


def test_every_file_is_one_that_is_served() -> None:
    files = {
        path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*") if path.is_file()
    } - {PAGE}

    assert [name for name in files if posixpath.splitext(name)[1] not in MEDIA_TYPES] == []
    assert files == {*read_console().assets}


def test_the_page_has_no_script_and_no_style_of_its_own() -> None:
    page = Page()

    assert page.inline == []
    for tag, attributes in page.elements:
        assert tag != "style"
        assert tag != "script" or attributes["src"]
        assert [name for name in attributes if name == "style" or name.startswith("on")] == []
    for url in page.list_urls():
        assert url.startswith((f"{ASSETS}/", "data:"))


@pytest.mark.parametrize("name", SCRIPTS)
def test_no_script_does_what_the_policy_stops_or_makes_elements_of_texts(name: str) -> None:
    assert FORBIDDEN.findall(TEXTS[name]) == []


def test_the_tests_see_what_they_look_for() -> None:
    for text in (
        "eval('1')",
        "new Function('x')",
        "html`<a href='javascript:1'>`",
        "<b onclick='f()'>",
        "x.innerHTML = text",
        "html`<style>`",
    ):
        assert FORBIDDEN.search(text)
    for text in ('"https://cdn.example/x.js"', "url(//cdn.example/x.png)", "`ws://x.example`"):
        assert ABSOLUTE_URL.search(text)
    assert IMPORT.findall('import { a } from "./a.js";\nimport "./b.js";\nimport("./c.js")') == [
        "./a.js",
        "./b.js",
    ]


@pytest.mark.parametrize("name", [name for name in sorted(TEXTS) if not name.endswith(".txt")])
def test_no_file_names_an_address_elsewhere(name: str) -> None:
    urls = ABSOLUTE_URL.findall(TEXTS[name])

    assert [url for url in urls if not NAMESPACES.fullmatch(url)] == []


@pytest.mark.parametrize("name", SCRIPTS)
def test_every_import_is_of_a_file(name: str) -> None:
    for path in IMPORT.findall(TEXTS[name]):
        assert resolve(name, path) in TEXTS


def list_exports(name: str) -> set[str]:
    """List the names that a module of ours exports."""
    names = set(EXPORT.findall(TEXTS[name]))
    for group in EXPORT_LIST.findall(TEXTS[name]):
        names |= set(split_names(group))
    return names


def split_names(group: str) -> list[str]:
    """Split what is between the braces of an import or an export, by the outer names."""
    return [part.split(" as ")[0].strip() for part in group.split(",") if part.strip()]


def list_imports(name: str) -> Iterator[tuple[str, str]]:
    """List what a module imports: each name, and the module that it is of."""
    for group, path in NAMED_IMPORT.findall(TEXTS[name]):
        for imported in split_names(group):
            yield resolve(name, path), imported


@pytest.mark.parametrize("name", SCRIPTS)
def test_every_imported_name_is_exported(name: str) -> None:
    for module, imported in list_imports(name):
        if module in SCRIPTS:
            assert imported in list_exports(module), module


def test_every_export_is_imported_somewhere() -> None:
    imported = {pair for name in SCRIPTS for pair in list_imports(name)}
    lazy = {resolve(name, path) for name in SCRIPTS for path in LAZY_IMPORT.findall(TEXTS[name])}
    tested = "".join(path.read_text(encoding="utf-8") for path in BROWSER_TESTS.glob("*.py"))

    unused = [
        f"{name}: {export}"
        for name in SCRIPTS
        for export in sorted(list_exports(name))
        if (name, export) not in imported and name not in lazy and export not in tested
    ]

    assert unused == []


def test_every_file_is_reached_from_the_page() -> None:
    page = Page()
    names = [PAGE, *(url.removeprefix(f"{ASSETS}/") for url in page.list_urls())]
    for name in names:  # which grows meanwhile
        if name.endswith(".js"):
            paths = [*IMPORT.findall(TEXTS[name]), *LAZY_IMPORT.findall(TEXTS[name])]
            paths += [f"../styles/{style}.css" for style in STYLE.findall(TEXTS[name])]
            names += [each for each in (resolve(name, path) for path in paths) if each not in names]

    assert {*names} | {"vendor/LICENCES.txt"} == {*TEXTS}


def test_writers_see_every_screenshot() -> None:
    files = {path.name for path in (ROOT / "docs" / "screenshots").glob("*.png")}
    shown = re.findall(r'src="screenshots/([^"]+)"', read_document("docs/writers.md").text)
    taken = {
        f"{name}-{width}.png"
        for path in BROWSER_TESTS.glob("*.py")
        for name in re.findall(r'take_screenshots\(page, "([^"]+)"\)', path.read_text("utf-8"))
        for width in (1280, 390)
    }

    assert sorted(shown) == sorted(files) == sorted(taken)


def test_what_the_page_loads_by_itself_is_loaded_at_once() -> None:
    """Otherwise a browser asks for what a script imports only when it has the script."""
    page = Page()

    assert sorted(page.list_preloads()) == sorted(list_modules(page.list_scripts()))


def test_the_console_is_small(record_property: Callable[[str, object], None]) -> None:
    total = sum(map(measure, TEXTS))

    record_property("console, all files", f"{len(TEXTS)} files, {total} bytes compressed")
    assert total <= MOST_BYTES
