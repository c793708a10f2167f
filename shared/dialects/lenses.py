"""Lenses: lossless mappings between a dialect's documents and contents.

A document consists of parts. A lens maps one part to the fields of the content with the same
meaning, and back. If the fields cannot express a part completely, the part is also stored
unchanged in the content's extras, with a hash of the fields. It is read from there as long as the
fields have that hash; afterwards another dialect has changed them, and they are used.

    content.extras = {"<dialect>": {"<part>": {"document": …, "state": "<hash of the fields>"}}}

A part that has no corresponding field is stored in the extras as it is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from shared import exact_json

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from shared.domain.content import Content, Document
    from shared.settings import Settings

STATE_LENGTH = 16  # hexadecimal digits


@dataclass(frozen=True, slots=True, kw_only=True)
class Lens:
    """Maps one part of a dialect's document to fields of the content, and back.

    Attributes:
        fields: The names of the content's fields with the meaning of the part.
        get: Makes the part from the content and the settings.
        put: Makes new values of fields from the content, the new part, the part before (None for
            new content) and the settings; fields that it omits do not change.
        is_guess: Whether `get` returns a default if all fields are None.
        is_bare: Whether the part has no fields and is stored as it is.
        older_name: The name under which earlier releases stored the part, without a hash.
        load_older: Loads the part from what earlier releases stored; returns None if another
            dialect has changed the fields since.
    """

    fields: tuple[str, ...] = ()
    get: Callable[[Content, Settings], Any]
    put: Callable[[Content, Any, Any, Settings], Document]
    is_guess: bool = False
    is_bare: bool = False
    older_name: str = ""
    load_older: Callable[[Any, Content], Any] = lambda stored, content: stored

    def hash_fields(self, content: Content) -> str:
        """Hash the values of the fields."""
        values = [getattr(content, field) for field in self.fields]
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
    """

    dialect: str
    lenses: Mapping[str, Lens]

    def read(self, content: Content, name: str, settings: Settings) -> Any:
        """Get a part: as it was written, or made from the fields if they have changed since."""
        lens, extras = self.lenses[name], self._get_extras(content)
        if name in extras:
            extra = extras[name]
            if lens.is_bare:
                return extra
            if extra["state"] == lens.hash_fields(content):
                return extra["document"]
        elif lens.older_name in extras:
            part = lens.load_older(extras[lens.older_name], content)
            if part is not None:
                return part
        return lens.get(content, settings)

    def create(self, content: Content, parts: Mapping[str, Any], settings: Settings) -> Content:
        """Write all parts of a new content.

        Args:
            content: A content with the fields that have no part, such as the engine.
            parts: The parts by name.
            settings: The settings of the deployment.
        """
        for name in self.lenses:
            if name in parts:
                part = parts[name]
                fields = self.lenses[name].put(content, part, None, settings)
                content = self._store(replace(content, **fields), name, part, settings)
        return content

    def revise(self, content: Content, parts: Mapping[str, Any], settings: Settings) -> Content:
        """Replace parts of a content.

        A part that equals the current one is skipped, so that writing back what was read changes
        nothing in any dialect.

        Returns:
            The content with the parts; the same object if they change nothing.
        """
        for name in self.lenses:
            if name not in parts:
                continue
            part, before = parts[name], self.read(content, name, settings)
            if exact_json.is_equal(part, before):
                continue
            fields = self.lenses[name].put(content, part, before, settings)
            content = self._store(replace(content, **fields), name, part, settings)
        return content

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
            lens.get(content, settings), part
        ):
            extras[name] = {"document": part, "state": lens.hash_fields(content)}
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
