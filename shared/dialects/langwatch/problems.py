"""Problems that only LangWatch has.

There are two formats, both of which clients read: coded (`error` is a code, `message` a sentence)
and prose (both are the same sentence).
"""

from __future__ import annotations

from shared.problems import Conflict, InvalidRequest, NameTaken, Unprocessable


class Malformed(InvalidRequest):
    """The body is not JSON."""

    code, default = "malformed_request", "The request body is not valid JSON"


class SchemaFailure(Unprocessable):
    """The body of a request to the current API does not match its schema; details are issues."""

    code, default = "validation_error", "The request body is not valid"


class ConfigSchemaFailure(InvalidRequest):
    """The body of a request to the first API does not match its schema; details are issues."""

    code, default = "zod_error", "The request body is not valid"


class SystemPromptRequired(InvalidRequest):
    """The first version has neither a prompt nor a system message."""

    code, default = "system_prompt_required", "Prompt or system message is required."


class ModelNotConfigured(InvalidRequest):
    """The first version has no model, and the deployment has no default model."""

    code = "model_not_configured"
    default = "The field model is required, because this deployment has no default model."


class SystemPromptConflict(Conflict):
    """The body has both a prompt and a system message."""

    code = "system_prompt_conflict"
    default = "System prompt and prompt cannot be set at the same time"


class InProse:
    """Marks problems that LangWatch has in prose."""


class SystemPromptClash(InProse, SystemPromptConflict):
    """The body of an update has both a prompt and a system message."""


class HandleTaken(InProse, NameTaken):
    """Another prompt has the handle."""


class TagTaken(InProse, Conflict):
    """Another tag has the name."""

    code = "tag_taken"


class StaleBase(Conflict):
    """The version that an update is based on is no longer the newest."""

    code = "Conflict"
    default = "baseVersion is not the newest version. Get the newest version and update that."


class RuleBroken(InProse, Unprocessable):
    """The request breaks a rule of handles, tags, versions or selectors."""

    code = "refused"
