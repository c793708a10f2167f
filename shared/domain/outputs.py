"""What a model must produce: outputs, and the response format that stands for them.

A version has `outputs`, or a `response_format` among the parameters of its model, in OpenAI's
format. Each dialect shows either in its own words; what was written last counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shared import exact_json

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Document = dict[str, Any]  # a JSON object
RESPONSE_FORMAT = "response_format"  # among the parameters
JSON_OBJECT = "json_object"  # the type of an output that is any object, and of its response format
NAMED_FIELDS = ("description", "strict")  # of a named schema, which outputs have too
# Types in JSON Schema, by the types of outputs.
SCHEMA_TYPES = {"str": "string", "float": "number", "int": "integer", "bool": "boolean"}


def load_outputs(parameters: Mapping[str, Any] | None) -> list[Document] | None:
    """Load the output of the response format among parameters; None if it asks for no JSON."""
    match (parameters or {}).get(RESPONSE_FORMAT):
        case {"type": "json_schema", "json_schema": {"schema": dict(schema), **others}}:
            name = others.get("name")
            is_name = isinstance(name, str) and name != ""
            name = name if is_name else "output"
            details = {field: others[field] for field in NAMED_FIELDS if field in others}
            return [{"name": name, "type": "json_schema", "schema": schema, **details}]
        case {"type": "json_object"}:
            return [{"name": "output", "type": JSON_OBJECT}]
    return None


def get_response_format(
    outputs: Sequence[Mapping[str, Any]] | None, parameters: Mapping[str, Any] | None
) -> Document | None:
    """Get the response format of a content: that of its outputs, or the one among its parameters.

    Returns:
        The response format; None for a plain text.
    """
    if outputs is not None:
        return dump_response_format(outputs)
    response_format = (parameters or {}).get(RESPONSE_FORMAT)
    is_format = isinstance(response_format, dict) and isinstance(response_format.get("type"), str)
    return response_format if is_format else None


def get_own_parameters(
    outputs: Sequence[Mapping[str, Any]] | None, parameters: Document | None
) -> Document | None:
    """Get the parameters without a response format that outputs have replaced."""
    if parameters is None or outputs is None or load_outputs(parameters) is None:
        return parameters
    return {name: value for name, value in parameters.items() if name != RESPONSE_FORMAT}


def dump_response_format(outputs: Sequence[Mapping[str, Any]]) -> Document | None:
    """Dump the first of the outputs that has a schema as a response format; None without any."""
    for output in outputs:
        if isinstance(schema := output.get("schema"), dict):
            details = {field: output[field] for field in NAMED_FIELDS if field in output}
            named_schema = {"name": output.get("name", "output"), **details, "schema": schema}
            return {"type": "json_schema", "json_schema": named_schema}
    is_object = any(output.get("type") == JSON_OBJECT for output in outputs)
    return {"type": JSON_OBJECT} if is_object else None


def build_schema(outputs: Sequence[Mapping[str, Any]]) -> Document | None:
    """Build the schema of outputs: of the only one, or of an object; None for a plain text."""
    outputs = [output for output in outputs if output.get("type") != JSON_OBJECT]
    schemas = {str(output["name"]): _build_schema(output) for output in outputs}
    if not schemas or [output.get("type") for output in outputs] == ["str"]:
        return None
    if len(schemas) == 1 and isinstance(outputs[0].get("schema"), dict):
        (schema,) = schemas.values()
        return schema
    return {"type": "object", "properties": schemas, "required": list(schemas)}


def _build_schema(output: Mapping[str, Any]) -> Document:
    if isinstance(schema := output.get("schema"), dict):
        return schema
    schema_type = SCHEMA_TYPES.get(str(output.get("type")))
    return {"type": schema_type} if schema_type else {}


def replace_outputs(
    previous: Mapping[str, Any] | None, parameters: Mapping[str, Any] | None
) -> Document:
    """Make the fields of a content whose parameters are replaced.

    A new response format replaces the outputs too.

    Args:
        previous: The parameters before.
        parameters: The new parameters.
    """
    fields: Document = {"parameters": parameters}
    before = (previous or {}).get(RESPONSE_FORMAT)
    after = (parameters or {}).get(RESPONSE_FORMAT)
    if load_outputs(parameters) is not None and not exact_json.is_equal(before, after):
        fields["outputs"] = None
    return fields


def replace_parameters(
    current: Mapping[str, Any] | None, part: Mapping[str, Any], before: Mapping[str, Any] | None
) -> Document:
    """Make the fields of a content from parameters with the response format of its outputs.

    Args:
        current: The parameters of the content.
        part: The new parameters.
        before: What `dump_parameters` made before of those of the content; None for new content.
    """
    after = part.get(RESPONSE_FORMAT)
    if before is None or not exact_json.is_equal(after, before.get(RESPONSE_FORMAT)):
        return {"parameters": part, "outputs": None}
    others = {name: value for name, value in part.items() if name != RESPONSE_FORMAT}
    own = (current or {}).get(RESPONSE_FORMAT)
    return {"parameters": others if own is None else {**others, RESPONSE_FORMAT: own}}


def dump_parameters(outputs: Sequence[Mapping[str, Any]] | None, parameters: Document) -> Document:
    """Dump the parameters of a content, with the response format of its outputs if it has any."""
    response_format = None if outputs is None else dump_response_format(outputs)
    own = {**(get_own_parameters(outputs, parameters) or {})}
    return own if response_format is None else {**own, RESPONSE_FORMAT: response_format}
