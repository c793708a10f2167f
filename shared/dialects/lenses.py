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
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from shared import exact_json
from shared.dialects import languages
from shared.domain.content import Content
from shared.domain.references import resolve_strings, restore_references

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

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
    """

    fields: tuple[str, ...] = ()
    get: Callable[[Content, Settings], Any]
    put: Callable[[Content, Any, Any, Settings], Document]
    is_guess: bool = False
    is_bare: bool = False
    has_texts: bool = False
    older_name: str = ""
    load_older: Callable[[Any, Content], Any] = lambda stored, content: stored

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
        self, parts: Mapping[str, Any], settings: Settings, *, base: Content | None = None
    ) -> Content:
        """Write all parts of a new content.

        Args:
            parts: The parts by name.
            settings: The settings of the deployment.
            base: The content that the client may have been shown before; texts that come back
                unchanged keep their language.

        Raises:
            InvalidTemplate: A text would have clients include a file.
            MixedLanguages: Some texts are in the client's language, and others cannot be.
        """
        content = Content(engine=self.language)
        for name in self.lenses:
            if name in parts:
                part, lens = parts[name], self.lenses[name]
                previous = base if lens.has_texts else None
                if previous is not None:
                    part = self._restore_references(part, previous, name, settings)
                fields = lens.put(content, part, None, settings)
                content = replace(content, **fields)
                if previous is not None and exact_json.is_equal(
                    part, self._read(previous, name, settings)
                ):
                    content = self._keep_placeholders(content, previous)
                content = self._store(content, name, part, settings)
                if lens.has_texts:
                    content = self._adopt(content, name, base or content, settings)
        return content

    def revise(self, content: Content, parts: Mapping[str, Any], settings: Settings) -> Content:
        """Replace parts of a content.

        A part that equals the current one is skipped, so that writing back what was read changes
        nothing in any dialect.

        Returns:
            The content with the parts; the same object if they change nothing.

        Raises:
            InvalidTemplate: A text would have clients include a file.
            MixedLanguages: Some texts are in the client's language, and others cannot be.
        """
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
            fields = lens.put(content, part, before, settings)
            content = replace(content, **fields)
            if lens.has_texts:
                content = self._keep_placeholders(content, base)
            content = self._store(content, name, part, settings)
            if lens.has_texts:
                content = self._adopt(content, name, base, settings)
            if composition is not None:
                content = content.compose(composition)
        return content

    def _keep_placeholders(self, content: Content, base: Content) -> Content:
        return content if self.has_placeholders else content.add_placeholders(base)

    def _restore_references(self, part: Any, base: Content, name: str, settings: Settings) -> Any:
        """Replace each text that the client was shown by the one with references."""
        if base.composition is None:
            return part
        view, original = self.read(base, name, settings), self._read(base, name, settings)
        return restore_references(part, view, original)

    def _adopt(self, content: Content, name: str, base: Content, settings: Settings) -> Content:
        """Decide which language new texts are in, and check them."""
        names = self.list_names(base.whole, settings)
        after = languages.adopt(content, base, self.language, settings, names)
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
        view = self.show(content, settings, keeps_references=True)
        return content.engine != EARLIER or view.texts == content.texts

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
