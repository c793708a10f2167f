"""Lenses: lossless mappings between a dialect's documents and contents.

A document consists of parts. A lens maps one part to the fields of the content with the same
meaning, and back. If the fields cannot express a part completely, the part is also stored
unchanged in the content's extras, with a hash of the fields. It is read from there as long as the
fields have that hash; afterwards another dialect has changed them, and they are used.

    content.extras = {"<dialect>": {"<part>": {"document": …, "state": "<hash of the fields>"}}}

A part that has no corresponding field is stored in the extras as it is.

A dialect's texts are in its own language. `shared.dialects.languages` translates what others wrote.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from shared import exact_json
from shared.dialects import languages
from shared.domain.content import TEMPLATE, Content
from shared.domain.references import resolve_strings, restore_references

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from shared.dialects.languages import Language
    from shared.domain.content import Document
    from shared.settings import Settings

EARLIER = "jinja"  # the engine of what earlier releases stored, whichever dialect wrote it
STATE_LENGTH = 16  # hexadecimal digits


@dataclass(frozen=True, slots=True, kw_only=True)
class Lens:
    """Maps one part of a dialect's document to fields of the content, and back.

    Attributes:
        fields: The names of the content's attributes with the meaning of the part.
        get: Makes the part from the content and the settings.
        put: Makes new values of fields from the content, the new part, the part before (None for
            new content) and the settings; fields that it omits do not change.
        is_guess: Whether `get` returns a default if all fields are None.
        is_bare: Whether the part has no fields and is stored as it is.
        has_texts: Whether the part is the texts, which are in the dialect's language.
        older_name: The name under which earlier releases stored the part, without a hash.
        load_older: Loads the part from what earlier releases stored; returns None if another
            dialect has changed the fields since.
        simplify: Makes of a part what clients know of it that send fewer fields than they get.
    """

    fields: tuple[str, ...] = ()
    get: Callable[[Content, Settings], Any]
    put: Callable[[Content, Any, Any, Settings], Document]
    is_guess: bool = False
    is_bare: bool = False
    has_texts: bool = False
    older_name: str = ""
    load_older: Callable[[Any, Content], Any] = lambda stored, content: stored
    simplify: Callable[[Any], Any] = lambda part: part

    def hash_fields(self, content: Content, *others: str) -> str:
        """Hash the values of the fields, and what else they depend on."""
        values = [*(getattr(content, field) for field in self.fields), *others]
        return sha256(exact_json.encode_sorted(values).encode()).hexdigest()[:STATE_LENGTH]

    def is_empty(self, content: Content) -> bool:
        """Tell whether all fields are None."""
        return all(getattr(content, field) is None for field in self.fields)


def only_extra() -> Lens:
    """Make the lens of a part that only this dialect has."""
    return Lens(
        get=lambda content, settings: None,
        put=lambda content, part, before, settings: {},
        is_bare=True,
    )


@dataclass(frozen=True, slots=True)
class Lenses:
    """The lenses of all parts of a dialect's document.

    Attributes:
        dialect: The dialect's name in the extras.
        lenses: Lenses by name of the part, in the order in which parts are written.
        language: The language of the dialect's clients.
        list_names: Lists the variables that clients are shown, if the language needs them.
        has_placeholders: Whether clients know messages that stand for others. Those that do not
            are not shown them, and leave them where they are.
    """

    dialect: str
    lenses: Mapping[str, Lens]
    language: Language
    list_names: Callable[[Content, Settings], Collection[str]] = lambda content, settings: ()
    has_placeholders: bool = False

    def show(
        self, content: Content, settings: Settings, *, keeps_references: bool = False
    ) -> Content:
        """Put all parts in the texts of a content, and translate them where that is possible.

        Args:
            content: The content.
            settings: The settings of the deployment.
            keeps_references: Whether to leave the references in the texts.
        """
        views = content.memory
        keeps_references &= content.composition is not None
        key = self.dialect, keeps_references
        if key not in views:
            views[key] = self._show(content, settings, keeps_references=keeps_references)
        view: Content = views[key]
        return view

    def _show(self, content: Content, settings: Settings, *, keeps_references: bool) -> Content:
        content = self._hide(content)
        if content.engine == self.language:
            return content if keeps_references else content.whole
        names = self.list_names(content.whole, settings)
        return languages.show(content, self.language, names, keeps_references=keeps_references)

    def _hide(self, content: Content) -> Content:
        return content if self.has_placeholders else content.drop_placeholders()

    def build_headers(self, settings: Settings, *contents: Content) -> dict[str, str]:
        """Build the header that names the language in which these contents are shown."""
        return languages.build_headers(*(self.show(content, settings) for content in contents))

    def read(self, content: Content, name: str, settings: Settings) -> Any:
        """Get a part: as it was written, or made from the fields if they have changed since.

        Texts have all parts in them that they include.
        """
        if (composition := content.composition) is None:
            return self._read(content, name, settings)
        lens = self.lenses[name]
        if not lens.has_texts:
            return self._read(content, name, settings)
        if name in self._get_extras(content) and content.engine == self.language:
            return resolve_strings(self._read(content, name, settings), composition.texts)
        return lens.get(self.show(content, settings), settings)

    def _read(self, content: Content, name: str, settings: Settings) -> Any:
        """Get a part, with the references in its texts."""
        lens, extras = self.lenses[name], self._get_extras(content)
        if name in extras:
            extra = extras[name]
            if lens.is_bare:
                return extra
            is_current = extra["state"] == self._hash_fields(lens, content)
            if is_current and (not lens.has_texts or self._is_in_language(content, settings)):
                return extra["document"]
        elif lens.older_name in extras:
            part = lens.load_older(extras[lens.older_name], content)
            if part is not None:
                return part
        if lens.has_texts:
            return lens.get(self.show(content, settings, keeps_references=True), settings)
        return lens.get(content.whole, settings)

    def create(
        self,
        parts: Mapping[str, Any],
        settings: Settings,
        *,
        base: Content | None = None,
        sources: Iterable[Content] = (),
    ) -> Content:
        """Write a content of which a client has sent all parts.

        Args:
            parts: The parts by name.
            settings: The settings of the deployment.
            base: The content of the version before. Fields that the dialect does not have are its
                fields, and a part that is as the client was shown it stays as it is stored.
            sources: Other contents that the client may have been shown. Where the texts come back
                from one of them, that is the base.

        Raises:
            InvalidTemplate: A text would have clients include a file.
            MixedLanguages: Some texts are in the client's language, and others cannot be.
        """
        if base is None:
            return self._create_first(parts, settings)
        source, others = self._find_source(base, parts, sources, settings)
        return self._revise(self._reset(source or base, parts), parts, settings, others)

    def _create_first(self, parts: Mapping[str, Any], settings: Settings) -> Content:
        content = Content(engine=self.language)
        for name, lens in self.lenses.items():
            if name in parts:
                fields = lens.put(content, parts[name], None, settings)
                content = self._store(replace(content, **fields), name, parts[name], settings)
                if lens.has_texts:
                    languages.check_inclusions(content)
        return content

    def _reset(self, content: Content, parts: Mapping[str, Any]) -> Content:
        """Remove what a content has of parts that the client has not sent."""
        names = self.lenses.keys() - parts.keys()
        if not names:
            return content
        values: Document = {
            "outputs" if field == "expected_outputs" else field: None
            for name in names
            for field in self.lenses[name].fields
        }
        older_names = {self.lenses[name].older_name for name in names}
        extras = {
            name: extra
            for name, extra in self._get_extras(content).items()
            if name not in names | older_names
        }
        others = {**content.extras, self.dialect: extras}
        return replace(content, **values, extras=others).compose(content.composition)

    def revise(
        self,
        content: Content,
        parts: Mapping[str, Any],
        settings: Settings,
        *,
        sources: Iterable[Content] = (),
    ) -> Content:
        """Replace parts of a content.

        A part that equals the current one is skipped, so that writing back what was read changes
        nothing in any dialect.

        Args:
            content: The content.
            parts: The new parts by name.
            settings: The settings of the deployment.
            sources: Other contents that the client may have been shown. Texts that come back from
                one of them are stored as they are stored there.

        Returns:
            The content with the parts; the same object if they change nothing.

        Raises:
            InvalidTemplate: A text would have clients include a file.
            MixedLanguages: Some texts are in the client's language, and others cannot be.
        """
        if self._texts_name not in parts:
            return self._revise(content, parts, settings)
        source, others = self._find_source(content, parts, sources, settings)
        if source is not None:
            content = self._take_texts(content, source)
        return self._revise(content, parts, settings, others)

    def _revise(
        self,
        content: Content,
        parts: Mapping[str, Any],
        settings: Settings,
        sources: Sequence[Content] = (),
    ) -> Content:
        composition = content.composition
        for name in self.lenses:
            if name not in parts:
                continue
            part, before = parts[name], self.read(content, name, settings)
            if exact_json.is_equal(part, before):
                continue
            lens, base = self.lenses[name], content
            if lens.has_texts:
                part = self._restore_references(part, base, name, settings)
                before = self._read(base, name, settings)
                content = self.show(base, settings, keeps_references=True)
            content = replace(content, **lens.put(content, part, before, settings))
            if lens.has_texts:
                content = self._keep_placeholders(content, base)
            content = self._store(content, name, part, settings)
            if lens.has_texts:
                content = self._adopt(content, name, base, settings, sources)
            if composition is not None:
                content = content.compose(composition)
        return content

    @property
    def _texts_name(self) -> str:
        return next((name for name, lens in self.lenses.items() if lens.has_texts), "")

    def _find_source(
        self,
        base: Content,
        parts: Mapping[str, Any],
        sources: Iterable[Content],
        settings: Settings,
    ) -> tuple[Content | None, Sequence[Content]]:
        """Find the content from which texts come back, if they are not those of the base.

        Returns:
            The content; None if it is the base, or if the texts are new. Then the second value has
            the sources, from one of which they may have been edited.
        """
        name = self._texts_name
        is_same = partial(self._is_shown, name, parts[name], settings)
        if is_same(base):
            return None, ()
        others = []
        for source in sources:
            if is_same(source):
                return source, ()
            others.append(source)
        return None, others

    def _is_shown(self, name: str, part: Any, settings: Settings, content: Content) -> bool:
        """Tell whether a part is what clients are shown of a content, whole or with references."""
        views = self.read(content, name, settings), self._read(content, name, settings)
        simplify = self.lenses[name].simplify
        return any(exact_json.is_equal(part, each) for each in (*views, *map(simplify, views)))

    def _take_texts(self, content: Content, source: Content) -> Content:
        """Replace the texts of a content by those of another, as they are stored there."""
        name = self._texts_name
        names = name, self.lenses[name].older_name
        own = {
            part: extra for part, extra in self._get_extras(content).items() if part not in names
        } | {part: extra for part, extra in self._get_extras(source).items() if part in names}
        others = {**content.extras, self.dialect: own}
        # In Tela's language only what is declared is a variable.
        inputs = source.inputs if source.engine == "tela" else content.inputs
        return replace(
            content,
            template=source.template,
            messages=source.messages,
            engine=source.engine,
            apart=source.apart,
            inputs=inputs,
            extras=others,
        ).compose(source.composition)

    def _keep_placeholders(self, content: Content, base: Content) -> Content:
        return content if self.has_placeholders else content.add_placeholders(base)

    def _restore_references(self, part: Any, base: Content, name: str, settings: Settings) -> Any:
        """Replace each text that the client was shown by the one with references."""
        if base.composition is None:
            return part
        view, original = self.read(base, name, settings), self._read(base, name, settings)
        return restore_references(part, view, original)

    def _adopt(
        self,
        content: Content,
        name: str,
        base: Content,
        settings: Settings,
        sources: Sequence[Content],
    ) -> Content:
        """Decide which language new texts are in, and check them."""
        after = languages.adopt(
            content,
            base,
            self.language,
            settings,
            self.list_names(base.whole, settings),
            sources=sources,
            places=[
                "the text" if path == TEMPLATE else path.partition(".")[0]
                for path, _ in self._hide(content).placed_texts
            ],
        )
        languages.check_inclusions(after)
        extras = after.extras.get(self.dialect, {})
        if name in extras:
            # The texts may have become others; the part says what the client wrote.
            state = self._hash_fields(self.lenses[name], after)
            part = {"document": extras[name]["document"], "state": state}
            after = replace(after, extras={**after.extras, self.dialect: {**extras, name: part}})
        return after

    def _hash_fields(self, lens: Lens, content: Content) -> str:
        if lens.has_texts and content.engine not in (self.language, EARLIER):
            return lens.hash_fields(content, content.engine)
        return lens.hash_fields(content)

    def _is_in_language(self, content: Content, settings: Settings) -> bool:
        """Tell whether texts that were written in this dialect are in its language still."""
        # Earlier releases had one language for all dialects.
        if content.engine != EARLIER:
            return True
        return self.show(content, settings, keeps_references=True).texts == content.texts

    def _store(self, content: Content, name: str, part: Any, settings: Settings) -> Content:
        """Store a part in the extras, unless the fields express it completely."""
        lens = self.lenses[name]
        extras = {
            other: extra
            for other, extra in self._get_extras(content).items()
            if other not in (name, lens.older_name)
        }
        if lens.is_bare:
            if part is not None:
                extras[name] = part
        elif (lens.is_guess and lens.is_empty(content)) or not exact_json.is_equal(
            lens.get(self._hide(content) if lens.has_texts else content, settings), part
        ):
            extras[name] = {"document": part, "state": self._hash_fields(lens, content)}
        others = {
            dialect: extra for dialect, extra in content.extras.items() if dialect != self.dialect
        }
        return replace(content, extras=others | ({self.dialect: extras} if extras else {}))

    def _get_extras(self, content: Content) -> Document:
        return content.extras.get(self.dialect, {})


def put_changes(put: Callable[[Any], Document]) -> Callable[..., Document]:
    """Make a lens' `put` from a function that makes fields from a part alone.

    Fields that are equal for the new part and the part before do not change, because they may
    contain more than the part does.
    """

    def put_fields(content: Content, part: Any, before: Any, settings: Settings) -> Document:
        after = put(part)
        if before is None:
            return after
        previous = put(before)
        return {
            field: value
            for field, value in after.items()
            if not exact_json.is_equal(value, previous[field])
        }

    return put_fields
