"""What a version says: the one canonical model that every dialect writes to and reads from."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from hashlib import sha256
from typing import Any, Literal

from shared import wire

Engine = Literal["go", "jinja"]
ENGINES: tuple[Engine, ...] = ("go", "jinja")


@dataclass(frozen=True, kw_only=True)
class Content:
    """The immutable part of a version.

    Args:
        template: the text to render.
        engine: the language that the template is written in.
        model: name of the model that it was written for.
        parameters: the model's parameters, as given.
    """

    template: str = ""
    engine: Engine = "go"
    model: str | None = None
    parameters: Mapping[str, Any] | None = None

    @classmethod
    def from_document(cls, document: str) -> "Content":
        return cls(**wire.decode(document))

    @cached_property
    def document(self) -> str:
        """The stored form: canonical JSON of the fields that say something."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return wire.canonical({name: value for name, value in values.items() if value is not None})

    @cached_property
    def hash(self) -> str:
        return sha256(self.document.encode()).hexdigest()
