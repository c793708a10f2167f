"""Every client reads texts in its own language, and writes them in it.

A text that another dialect wrote is shown translated where that is exact, and else as it is. What a
client was shown says which language it writes: a text that comes back unchanged stays what it was,
and one that has changed is in the client's language if it was shown in that.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

from shared import templates
from shared.domain.content import TEMPLATE, Content
from shared.domain.references import find_malformed_reference
from shared.problems import MAX_DETAILS, InvalidTemplate, MixedLanguages
from shared.routes.route import TEMPLATE_LANGUAGE
from shared.templates import is_template
from shared.texts import locate

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from typing import Any, Literal

    from shared.domain.content import Engine
    from shared.problems import LimitReached
    from shared.settings import Settings

    Language = Literal["liquid", "simple", "tela"]

# Whose clients read a language.
READERS: Mapping[Language, tuple[str, ...]] = {
    "liquid": ("LangWatch's",),
    "simple": ("Maxim's", "Langfuse's"),
    "tela": ("Tela's",),
}
NAMES: Mapping[Engine, str] = {
    "go": "Go text",
    "jinja": "Jinja text",
    "liquid": "Liquid text",
    "simple": "text with {{names}}",
    "text": "plain text",
    "tela": "text with {names}",
}
INCLUSION = (
    "the tags include, render and layout are refused: there is nothing to include, and some "
    "clients that read Liquid would read a file of their own; to have such a tag as text, write "
    "{{ '{' }}% include"
)
# White space as LangWatch's client for TypeScript has it, which is more than Python's.
_SPACE = r"\s\u180e\u200b\u2060\ufeff"
_WORD = r"(?:include|render|layout)\b"
_INCLUSION = re.compile(rf"\{{%-?[{_SPACE}]*+{_WORD}")
_LINES = re.compile(rf"\{{%-?[{_SPACE}]*+liquid\b")
# White space has many lines, and is looked at from its first character alone.
_INCLUSION_IN_LINE = re.compile(
    rf"(?:(?<![{_SPACE}])(?=[{_SPACE}]*\n)|\bliquid\b)[{_SPACE}]*+{_WORD}"
)


def show(
    content: Content,
    language: Language,
    names: Collection[str] = (),
    *,
    keeps_references: bool = False,
) -> Content:
    """Translate the texts of a content for a reader, if all of them have a translation.

    A version has one language: a reader who edits one of its texts has to know in which.

    Args:
        content: The content.
        language: The reader's language.
        names: The variables that the reader is shown, if its language is Tela's.
        keeps_references: Whether to leave the references in the texts. They are translated only
            if they have a translation with all parts in them too.

    Returns:
        The content with the texts as the reader is shown them. Its engine is the reader's language,
        unless a text has no translation.
    """
    if not keeps_references:
        content = content.whole
    if content.engine == language:
        return content
    translations = _translate_all(content, language, frozenset(names))
    if translations is None:
        return content
    return replace(_replace_texts(content, translations), engine=language)


def adopt(
    content: Content,
    base: Content,
    language: Language,
    settings: Settings,
    names: Collection[str] = (),
    *,
    sources: Sequence[Content] = (),
    places: Sequence[str] = (),
) -> Content:
    """Decide which language the texts of a client are in.

    Args:
        content: The new content, whose texts are as the client sent them.
        base: The content that the client was shown before.
        language: The client's language.
        settings: The settings of the deployment.
        names: The variables that the client was shown, if its language is Tela's.
        sources: Other contents that it may have been shown.
        places: What the client calls its texts.

    Raises:
        MixedLanguages: Some texts are in the client's language, and others cannot be; or a text is
            in the language of a source, and cannot be in the client's.
    """
    texts = content.texts
    own_names = frozenset(names)
    translations = (
        base.texts if base.engine == language else _translate_all(base, language, own_names)
    )
    matches = _match_texts(texts, translations or base.texts)
    new = [text for text, match in zip(texts, matches, strict=True) if match is None]
    if base.engine != language and (
        not new or (translations is None and _are_templates(new, base, settings))
    ):
        originals = [
            text if match is None else base.texts[match]
            for text, match in zip(texts, matches, strict=True)
        ]
        return replace(_replace_texts(content, originals), engine=base.engine, apart=base.apart)
    others = []
    if translations is None:
        # The client was shown these in the old language; in its own they would say something else.
        others = [
            place
            for place, text, match in zip(places, texts, matches, strict=True)
            if match is not None
            and _translate_all(replace(base, template=text, messages=None), language, own_names)
            != [text]
        ]
    if others:
        raise _build_problem(others, base.engine, language)
    if engine := _find_other_engine(new, sources, language, settings):
        others = [place for place, match in zip(places, matches, strict=True) if match is None]
        raise _build_problem(others, engine, language)
    if language == "tela" and base.engine != language and content.inputs is None and names:
        # In this language only what is declared is a variable.
        inputs = [{"name": name, "type": "str"} for name in sorted(names)]
        content = replace(content, inputs=inputs)
    return replace(content, engine=language)


def _build_problem(texts: list[str], engine: Engine, language: Language) -> MixedLanguages:
    return MixedLanguages(
        f"{', '.join(texts[:MAX_DETAILS])}: in engine {engine}, which a version cannot have beside "
        f"{language}; write all texts in {language}, or send those in {engine} as they were read",
        details=[{"engine": engine, "texts": texts[:MAX_DETAILS]}],
    )


def _are_templates(texts: Iterable[str], base: Content, settings: Settings) -> bool:
    """Tell whether texts are templates in the language of a content."""
    return all(is_template(replace(base, template=text, messages=None), settings) for text in texts)


def _find_other_engine(
    texts: Sequence[str], sources: Sequence[Content], language: Language, settings: Settings
) -> Engine | None:
    """Find the engine of a source that texts are in, and not in the client's language."""
    engines = {source.engine: source for source in sources if source.engine != language}
    if not engines or _are_templates(texts, Content(engine=language), settings):
        return None
    return next(
        (engine for engine, source in engines.items() if _are_templates(texts, source, settings)),
        None,
    )


def build_headers(*contents: Content) -> dict[str, str]:
    """Build the header that names the language of what a response shows.

    Args:
        *contents: The contents as they are shown; without one language of all there is no header.
    """
    engines = {content.engine for content in contents}
    return {TEMPLATE_LANGUAGE: engines.pop()} if len(engines) == 1 else {}


def list_warnings(content: Content, names: Collection[str]) -> list[str]:
    """List what other dialects' clients cannot read of a content, or read otherwise.

    Args:
        content: The content.
        names: Its variables.
    """
    views = {language: show(content, language, names) for language in READERS}
    readers = [
        reader
        for language, owners in READERS.items()
        if views[language].engine != language
        for reader in owners
    ]
    warnings = []
    if readers:
        warnings.append(
            f"{' and '.join(filter(None, [', '.join(readers[:-1]), readers[-1]]))} clients will "
            f"see this as {NAMES[content.engine]}: only literal text and plain references to "
            "variables are translated; render it here, or write it in an engine that they read"
        )
    if views["simple"].engine == "simple":
        from shared.dialects.differences import list_differences  # which only writes need

        warnings += list_differences(views["simple"].texts)
    if malformed := next(filter(None, map(find_malformed_reference, content.texts)), None):
        warnings.append(
            f"{malformed!r} starts like a reference to another prompt and is none, so it stays "
            "text: write @@@langfusePrompt:name=greeting|label=production@@@, or |version=1"
        )
    return warnings


def check_texts(content: Content, settings: Settings) -> None:
    """Check that new texts are templates, and that no client would include a file for one.

    Raises:
        InvalidTemplate: A text is not a template, or has such a tag.
        LimitReached: A text is too large for a template.
    """
    for problem in find_problems(content, settings):
        raise problem


def find_problems(content: Content, settings: Settings) -> Iterator[InvalidTemplate | LimitReached]:
    """Find what is wrong with each text of a content, for which `check_texts` refuses it."""
    problems = [_find_inclusions(content), templates.find_problems(content, settings)]
    if content.engine == "jinja":  # which refuses such tags itself, and names their lines
        problems.reverse()
    paths = set()
    for path, problem in chain(*problems):
        if path not in paths:
            paths.add(path)
            yield problem


def check_inclusions(content: Content) -> None:
    """Check that no client that compiles Liquid would include a file of its own machine.

    There is nothing to include here, and LangWatch's client for TypeScript reads the file.

    Raises:
        InvalidTemplate: A text has such a tag, and LangWatch's clients would be shown it.
    """
    for _, problem in _find_inclusions(content):
        raise problem


def _find_inclusions(content: Content) -> Iterator[tuple[str, InvalidTemplate]]:
    """Find such tags: the path of each text that has one, and its problem."""
    if all(_find_inclusion(text) is None for text in content.texts):
        return
    view = show(content, "liquid", keeps_references=True)
    for (path, text), translation in zip(content.placed_texts, view.texts, strict=True):
        if (position := _find_inclusion(translation)) is None:
            continue
        detail: dict[str, Any] = {"path": path, "message": INCLUSION}
        if translation == text:
            detail["line"], detail["column"] = locate(text, position)
        where = "" if path == TEMPLATE else f" (in {path})"
        yield path, InvalidTemplate(f"{INCLUSION}{where}", details=[detail], reason=INCLUSION)


def _find_inclusion(text: str) -> int | None:
    """Find where the first tag is that includes a file."""
    if match := _INCLUSION.search(text):
        return match.start()
    position = 0
    while start := _LINES.search(text, position):
        position = text.find("%}", start.end())
        if position < 0:
            return None  # no client renders what is not closed
        if match := _INCLUSION_IN_LINE.search(text, start.start(), position):
            return match.start()
    return None


def _translate_all(content: Content, language: Language, names: frozenset[str]) -> list[str] | None:
    """Translate the texts with their references; None if one of them has no translation.

    Nor has one that has none with all parts in it: the parts are of the same language.
    """
    # Most of what a client reads is in its language, and needs no translation.
    from shared.rendering.translation import Budget, translate

    translations = []
    budgets = Budget(), Budget()
    translate_next = partial(translate, names=content.own_names, new_names=names)
    for text, whole in zip(content.texts, content.whole.texts, strict=True):
        result = translate_next(whole, content.engine, language, budget=budgets[0])
        if result is not None and whole != text:
            result = translate_next(text, content.engine, language, budget=budgets[1])
        if result is None:
            return None
        translations.append(result)
    return translations


def _match_texts(texts: list[str], views: list[str]) -> list[int | None]:
    """Find, for each text, the place of the one that was shown and has come back; None for none."""
    places = {text: place for place, text in reversed([*enumerate(views)])}
    return [
        place if views[place : place + 1] == [text] else places.get(text)
        for place, text in enumerate(texts)
    ]


def _replace_texts(content: Content, texts: list[str]) -> Content:
    rest = iter(texts)
    return content.map_texts(lambda text: next(rest))
