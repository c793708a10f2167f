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
# Types in JSON Schema, by the types of outputs.
SCHEMA_TYPES = {"str": "string", "float": "number", "int": "integer", "bool": "boolean"}


def load_outputs(parameters: Mapping[str, Any] | None) -> list[Document] | None:
    """Load the output of the response format among parameters; None if there is no schema."""
    match (parameters or {}).get(RESPONSE_FORMAT):
        case {"type": "json_schema", "json_schema": {"schema": dict(schema), **others}}:
            name = others.get("name")
            is_name = isinstance(name, str) and name != ""
            name = name if is_name else "output"
            return [{"name": name, "type": "json_schema", "schema": schema}]
    return None


def dump_response_format(outputs: Sequence[Mapping[str, Any]]) -> Document | None:
    """Dump the first of the outputs that has a schema as a response format; None without any."""
    for output in outputs:
        if isinstance(schema := output.get("schema"), dict):
            named_schema = {"name": output.get("name", "output"), "schema": schema}
            return {"type": "json_schema", "json_schema": named_schema}
    return None


def build_schema(outputs: Sequence[Mapping[str, Any]]) -> Document | None:
    """Build the schema of outputs: of the only one, or of an object; None for a plain text."""
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


def dump_parameters(
    outputs: Sequence[Mapping[str, Any]] | None, parameters: Mapping[str, Any]
) -> Document:
    """Dump the parameters of a content, with the response format of its outputs if it has any."""
    if outputs is None:
        return {**parameters}
    response_format = dump_response_format(outputs)
    is_replaced = load_outputs(parameters) is not None
    others = {
        name: value
        for name, value in parameters.items()
        if name != RESPONSE_FORMAT or not (is_replaced or response_format)
    }
    return others | ({RESPONSE_FORMAT: response_format} if response_format else {})
