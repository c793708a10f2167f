"""Every client reads texts in its own language, and writes them in it.

A text that another dialect wrote is shown translated where that is exact, and else as it is. What a
client was shown says which language it writes: a text that comes back unchanged stays what it was,
and one that has changed is in the client's language if it was shown in that.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from shared.problems import MAX_DETAILS, InvalidTemplate, MixedLanguages
from shared.routes.route import TEMPLATE_LANGUAGE
from shared.templates import is_template

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from typing import Literal

    from shared.domain.content import Content, Engine
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
# White space as LangWatch's client for TypeScript has it, which is more than Python's.
_SPACE = r"[\s\u180e\u200b\u2060\ufeff]*+"
_INCLUSION = re.compile(rf"\{{%-?{_SPACE}(?:include|render|layout)\b")
_LINES = re.compile(rf"\{{%-?{_SPACE}liquid\b")
_INCLUSION_IN_LINE = re.compile(rf"(?:\n|\bliquid\b){_SPACE}(?:include|render|layout)\b")


def show(
    content: Content,
    language: Language,
    names: Collection[str] = (),
    *,
    keeps_references: bool = False,
) -> Content:
    """Translate the texts of a content for a reader, as far as they have a translation.

    Args:
        content: The content.
        language: The reader's language.
        names: The variables that the reader is shown, if its language is Tela's.
        keeps_references: Whether to leave the references in the texts. With all parts in them, they
            are translated nevertheless.

    Returns:
        The content with the texts as the reader is shown them. Its engine is the reader's language,
        unless a text has no translation.
    """
    if not keeps_references:
        content = content.whole
    if content.engine == language:
        return content
    translations = _translate_all(content, language, names)
    results = [text if new is None else new for text, new in translations]
    whole = all(new is not None for _, new in translations)
    return replace(_replace_texts(content, results), engine=language if whole else content.engine)


def adopt(
    content: Content,
    base: Content,
    language: Language,
    settings: Settings,
    names: Collection[str] = (),
) -> Content:
    """Decide which language the texts of a client are in.

    Args:
        content: The new content, whose texts are as the client sent them.
        base: The content that the client was shown before.
        language: The client's language.
        settings: The settings of the deployment.
        names: The variables that the client was shown, if its language is Tela's.

    Raises:
        MixedLanguages: Some texts are in the client's language, and others cannot be.
    """
    if base.engine == language:
        return replace(content, engine=language)
    translations = _translate_all(base, language, names)
    whole = all(new is not None for _, new in translations)
    matches = _match_texts(
        content.texts, [text if new is None else new for text, new in translations]
    )
    has_changed = False
    for place, (text, match) in enumerate(zip(content.texts, matches, strict=True)):
        if match is not None:
            continue
        was_translated = translations[place][1] is not None if place < len(translations) else whole
        has_changed = (
            has_changed
            or was_translated
            or not is_template(replace(base, template=text, messages=None), settings)
        )
    if not has_changed:
        originals = [
            text if match is None else translations[match][0]
            for text, match in zip(content.texts, matches, strict=True)
        ]
        return replace(_replace_texts(content, originals), engine=base.engine, apart=base.apart)
    others = [
        f"text {place + 1}"
        for place, match in enumerate(matches)
        if match is not None and translations[match][1] is None
    ]
    if others:
        raise MixedLanguages(
            f"{', '.join(others[:MAX_DETAILS])}: written in engine {base.engine}, which has no "
            f"translation to {language}; a version has one engine, so write them in {language} too",
            details=[{"engine": base.engine, "texts": others[:MAX_DETAILS]}],
        )
    if language == "tela" and content.inputs is None and names:
        # In this language only what is declared is a variable.
        inputs = [{"name": name, "type": "str"} for name in sorted(names)]
        content = replace(content, inputs=inputs)
    return replace(content, engine=language)


def build_headers(*contents: Content) -> dict[str, str]:
    """Build the header that names the language of what a response shows.

    Args:
        *contents: The contents as they are shown; without one language of all there is no header.
    """
    engines = {content.engine for content in contents}
    return {TEMPLATE_LANGUAGE: engines.pop()} if len(engines) == 1 else {}


def list_warnings(content: Content, names: Collection[str]) -> list[str]:
    """List what other dialects' clients cannot read of a content.

    Args:
        content: The content.
        names: Its variables.
    """
    readers = [
        reader
        for language, owners in READERS.items()
        if show(content, language, names).engine != language
        for reader in owners
    ]
    if not readers:
        return []
    return [
        f"{' and '.join(filter(None, [', '.join(readers[:-1]), readers[-1]]))} clients will see "
        f"this as {NAMES[content.engine]}: only literal text and plain references to variables are "
        "translated; render it here, or write it in an engine that they read"
    ]


def check_inclusions(content: Content) -> None:
    """Check that no client that compiles Liquid would include a file of its own machine.

    There is nothing to include here, and LangWatch's client for TypeScript reads the file.

    Raises:
        InvalidTemplate: A text has such a tag, and LangWatch's clients would be shown it.
    """
    for text in content.texts:
        if _has_inclusion(text):
            from shared.rendering.translation import translate

            result = translate(text, content.engine, "liquid", names=_get_own_names(content))
            if result is None or _has_inclusion(result):
                raise InvalidTemplate(
                    "the tags include, render and layout are refused: there is nothing to include, "
                    "and some clients that read Liquid would read a file of their own; to have "
                    "such a tag as text, write {{ '{' }}% include"
                )


def _has_inclusion(text: str) -> bool:
    if _INCLUSION.search(text):
        return True
    position = 0
    while start := _LINES.search(text, position):
        position = text.find("%}", start.end())
        if position < 0:
            return False  # no client renders what is not closed
        if _INCLUSION_IN_LINE.search(text, start.start(), position):
            return True
    return False


def _translate_all(
    content: Content, language: Language, names: Collection[str]
) -> list[tuple[str, str | None]]:
    """Translate each text with its references; None for one that has no translation.

    Nor has one that has none with all parts in it: the parts are of the same language.
    """
    # Most of what a client reads is in its language, and needs no translation.
    from shared.rendering.translation import translate

    own = _get_own_names(content)
    translations = []
    for text, whole in zip(content.texts, content.whole.texts, strict=True):
        result = translate(whole, content.engine, language, names=own, new_names=names)
        if result is not None and whole != text:
            result = translate(text, content.engine, language, names=own, new_names=names)
        translations.append((text, result))
    return translations


def _match_texts(texts: list[str], views: list[str]) -> list[int | None]:
    """Find, for each text, the place of the one that was shown and has come back; None for none."""
    places = {text: place for place, text in reversed([*enumerate(views)])}
    return [
        place if views[place : place + 1] == [text] else places.get(text)
        for place, text in enumerate(texts)
    ]


def _get_own_names(content: Content) -> frozenset[str]:
    return content.variable_names if content.engine == "tela" else frozenset()


def _replace_texts(content: Content, texts: list[str]) -> Content:
    rest = iter(texts)
    return content.map_texts(lambda text: next(rest))
