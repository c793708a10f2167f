"""What clients of each dialect are told of the language of texts, over all routes."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from shared.dialects.dialect import get_dialect
from shared.dialects.languages import READERS
from shared.routes import DIALECTS
from shared.routes.route import TEMPLATE_LANGUAGE
from shared.routes.table import NATIVE
from tests.routes.sample import get_sample
from tests.routes.scene import GUARDED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.dialects.languages import Language
    from shared.routes import Route
    from tests.routes.scene import Scene

LANGUAGES: dict[str, Language] = {
    name: import_module(f"shared.dialects.{name}.contents").LENSES.language
    for name in DIALECTS
    if name != NATIVE
}
# The native dialect shows what is stored, and its engine.
TRANSLATING = tuple(route for route in GUARDED if route.dialect in LANGUAGES)
PAGING = {"limit", "cursor"}


def list_texts(document: Any, name: str = "") -> Iterator[str]:
    """List the texts in a response, by the names that the dialects have for them."""
    if isinstance(document, list):
        for item in document:
            yield from list_texts(item, name)
    elif isinstance(document, dict):
        for key, value in document.items():
            yield from list_texts(value, key)
    elif isinstance(document, str) and name in ("content", "prompt", "markdownContent"):
        yield document


def test_whoever_is_shown_the_texts_of_one_version_is_told_their_language(scene: Scene) -> None:
    routes = set()
    for route in TRANSLATING:
        for variant in (None, *get_sample(route).variants):
            with scene.visit(route, variant) as call:
                response = call.send(scene.get_caller(route, variant=variant))
            if response.status >= 300 or not response.text or not any(list_texts(response.json)):
                continue
            language = response.headers.get(TEMPLATE_LANGUAGE)
            if language is not None or not shows_several(route, call.target):
                assert language == LANGUAGES[route.dialect], (route.name, call.target)
                routes.add((route.dialect, route.name))

    documented = {
        (route.dialect, route.name)
        for route in TRANSLATING
        if TEMPLATE_LANGUAGE in route.response_headers
    }
    assert routes == documented


def shows_several(route: Route, target: str) -> bool:
    """Tell whether a response may show versions in several languages: a list, or a sync."""
    if route.name == "sync_prompts":
        return "promptVersionNumber=" not in target
    return bool(PAGING & {parameter.name for parameter in route.query}) and "?id=" not in target


def test_a_warning_names_the_clients_of_every_dialect() -> None:
    readers = {reader for names in READERS.values() for reader in names}
    for name, language in LANGUAGES.items():
        assert f"{get_dialect(name).title}'s" in READERS[language]

    assert len(readers) == len(LANGUAGES)
