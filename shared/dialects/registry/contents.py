"""Contents from px0's request bodies, with px0's checks in px0's order and with its error texts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from shared.domain.checks import check_document, check_text
from shared.domain.content import ENGINES, Content, Engine, split_model
from shared.problems import InvalidRequest

if TYPE_CHECKING:
    from shared.dialects.registry.models import NewVersion, VersionChanges

CONTENT_FIELDS = frozenset({"template", "model", "model_params", "engine"})


def load_content(new: NewVersion) -> Content:
    """Load the content of a new version.

    Raises:
        InvalidRequest: A field is missing or invalid.
    """
    provider, model = _load_model(new.model)
    return Content(
        template=_load_template(new.template),
        engine=_load_engine(new.engine),
        provider=provider,
        model=model,
        parameters=_load_parameters(new.model_params),
    )


def revise_content(content: Content, changes: VersionChanges) -> Content:
    """Replace the fields of a content that the changes have.

    Raises:
        InvalidRequest: The changes have no such field, or a field is invalid.
    """
    fields = changes.model_fields_set
    if not fields & CONTENT_FIELDS:
        raise InvalidRequest("template is required")
    if changes.template is not None and changes.template != content.text:
        content = replace(content, template=_load_template(changes.template), messages=None)
    if changes.engine is not None:
        content = replace(content, engine=_load_engine(changes.engine))
    if "model" in fields:
        provider, model = _load_model(changes.model)
        content = replace(content, provider=provider, model=model)
    if "model_params" in fields:
        content = replace(content, parameters=_load_parameters(changes.model_params))
    return content


def _load_template(text: str) -> str:
    if not text:
        raise InvalidRequest("template is required")
    return check_text(text, "template")


def _load_engine(name: str) -> Engine:
    for engine in ENGINES:
        if name == engine:
            return engine
    raise InvalidRequest(f"engine must be one of: {', '.join(ENGINES)}")


def _load_model(name: str | None) -> tuple[str | None, str | None]:
    """Split the name into an optional provider and the model."""
    if name is None:
        return None, None
    if not name.strip():
        raise InvalidRequest("model must not be empty")
    return split_model(check_text(name.strip(), "model"))


def _load_parameters(value: Any) -> dict[str, Any] | None:
    if value is None:
        return None
    if not isinstance(value, dict):
        raise InvalidRequest("model_params must be a JSON object")
    return check_document(value, "model_params")
