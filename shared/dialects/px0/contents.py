"""px0's bodies to content: its checks, in its order and its words."""

from dataclasses import replace
from typing import Any

from shared.dialects.px0.models import NewVersion, VersionChanges
from shared.domain.content import ENGINES, Content, Engine, provider_and_model
from shared.domain.prompts import checked_document, checked_text
from shared.errors import InvalidRequest


def new_content(new: NewVersion) -> Content:
    """Raises InvalidRequest."""
    provider, model = _model(new.model)
    return Content(
        template=_template(new.template),
        engine=_engine(new.engine),
        provider=provider,
        model=model,
        parameters=_parameters(new.model_params),
    )


def revised(content: Content, changes: VersionChanges) -> Content:
    """The content with what the changes name replaced. Raises InvalidRequest."""
    given = changes.model_fields_set
    if not given & {"template", "model", "model_params", "engine"}:
        raise InvalidRequest("template is required")
    revised = content
    if changes.template is not None and changes.template != content.text:
        revised = replace(revised, template=_template(changes.template), messages=None)
    if changes.engine is not None:
        revised = replace(revised, engine=_engine(changes.engine))
    if "model" in given:
        provider, model = _model(changes.model)
        revised = replace(revised, provider=provider, model=model)
    if "model_params" in given:
        revised = replace(revised, parameters=_parameters(changes.model_params))
    return revised


def _template(text: str) -> str:
    if not text:
        raise InvalidRequest("template is required")
    return checked_text(text, "template")


def _engine(name: str) -> Engine:
    for engine in ENGINES:
        if name == engine:
            return engine
    raise InvalidRequest(f"engine must be one of: {', '.join(ENGINES)}")


def _model(name: str | None) -> tuple[str | None, str | None]:
    """Its provider, where the name tells one, and itself."""
    if name is None:
        return None, None
    if not name.strip():
        raise InvalidRequest("model must not be empty")
    return provider_and_model(checked_text(name.strip(), "model"))


def _parameters(given: Any) -> dict[str, Any] | None:
    if given is None:
        return None
    if not isinstance(given, dict):
        raise InvalidRequest("model_params must be a JSON object")
    return checked_document(given, "model_params")
