"""The sandbox overrides what Jinja does not promise to keep; a Jinja that changes it fails by name.

That is why pyproject.toml allows one minor version of jinja2 only.
"""

from inspect import signature
from typing import Any, Final

import pytest
from jinja2 import filters
from jinja2.compiler import CodeGenerator
from jinja2.environment import Environment as JinjaEnvironment
from jinja2.environment import Template
from jinja2.idtracking import Symbols
from jinja2.lexer import Token, TokenStream
from jinja2.nodes import Filter
from jinja2.parser import Parser
from jinja2.runtime import Context as JinjaContext
from jinja2.runtime import StrictUndefined, Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment, SandboxedFormatter

from shared.rendering.jinja.compiler import MeteredCodeGenerator, TemplateParser
from shared.rendering.jinja.context import Context
from shared.rendering.jinja.environment import ENVIRONMENT, Environment, MissingValue
from shared.rendering.jinja.formatting import Formatter

# Each of Jinja's methods that ours replaces, with the parameters that Jinja passes.
OVERRIDES: Final[dict[type, tuple[type, dict[str, str]]]] = {
    MeteredCodeGenerator: (
        CodeGenerator,
        {
            "__init__": "self environment name filename stream defer_init optimized",
            "blockvisit": "self nodes frame",
            "enter_frame": "self frame",
            "visit_Compare": "self node frame",
            "visit_Concat": "self node frame",
            "visit_Const": "self node frame",
            "visit_Dict": "self node frame",
            "visit_Getattr": "self node frame",
            "visit_Getitem": "self node frame",
            "visit_Output": "self node frame",
        },
    ),
    TemplateParser: (
        Parser,
        {
            "__init__": "self environment source name filename state",
            "parse_autoescape": "self",
            "parse_block": "self",
            "parse_call_args": "self",
            "parse_call_block": "self",
            "parse_extends": "self",
            "parse_filter_block": "self",
            "parse_for": "self",
            "parse_from": "self",
            "parse_import": "self",
            "parse_include": "self",
            "parse_macro": "self",
            "subparse": "self end_tokens",
        },
    ),
    Environment: (
        ImmutableSandboxedEnvironment,
        {
            "__init__": "self args kwargs",
            "_tokenize": "self source name filename state",
            "call": "_SandboxedEnvironment__self _SandboxedEnvironment__context "
            "_SandboxedEnvironment__obj args kwargs",
            "call_binop": "self context operator left right",
            "getattr": "self obj attribute",
            "getitem": "self obj argument",
        },
    ),
    Context: (JinjaContext, {"__init__": "self environment parent name blocks globals"}),
    Formatter: (
        SandboxedFormatter,
        {
            "__init__": "self env kwargs",
            "convert_field": "self value conversion",
            "format_field": "self value format_spec",
            "get_value": "self key args kwargs",
        },
    ),
}

# What ours calls, and Jinja's documentation does not mention.
CALLS: Final[dict[str, tuple[Any, str]]] = {
    "CodeGenerator.fail": (CodeGenerator.fail, "self msg lineno"),
    "CodeGenerator.temporary_identifier": (CodeGenerator.temporary_identifier, "self"),
    "CodeGenerator.visit": (CodeGenerator.visit, "self node args kwargs"),
    "CodeGenerator.write": (CodeGenerator.write, "self x"),
    "CodeGenerator.writeline": (CodeGenerator.writeline, "self x node extra"),
    "Environment.call_filter": (
        JinjaEnvironment.call_filter,
        "self name value args kwargs context eval_ctx",
    ),
    "Environment.call_test": (
        JinjaEnvironment.call_test,
        "self name value args kwargs context eval_ctx",
    ),
    "Filter": (Filter, "fields attributes"),
    "Parser.fail": (Parser.fail, "self msg lineno exc"),
    "Parser.parse": (Parser.parse, "self"),
    "StrictUndefined._fail_with_undefined_error": (
        StrictUndefined._fail_with_undefined_error,
        "self args kwargs",
    ),
    "Template.from_code": (Template.from_code, "environment code globals uptodate"),
    "Template.get_corresponding_lineno": (Template.get_corresponding_lineno, "self lineno"),
    "Token": (Token, "lineno type value"),
    "TokenStream": (TokenStream, "generator name filename"),
    "filters.sync_do_slice": (filters.sync_do_slice, "value slices fill_with"),
}


def list_parameters(function: Any) -> list[str]:
    return list(signature(function).parameters)


def list_overrides(ours: type, theirs: type) -> set[str]:
    """List the functions of a class of ours that replace one of Jinja's."""
    return {
        name
        for name, member in vars(ours).items()
        if callable(member) and hasattr(theirs, name) and not hasattr(object, name)
    } | ({"__init__"} & vars(ours).keys())


@pytest.mark.parametrize("ours", OVERRIDES, ids=lambda ours: ours.__name__)
def test_the_table_has_every_method_that_we_override(ours: type) -> None:
    theirs, parameters = OVERRIDES[ours]

    assert issubclass(ours, theirs)
    assert list_overrides(ours, theirs) == parameters.keys()


@pytest.mark.parametrize(
    ("theirs", "name", "parameters"),
    [(theirs, *row) for theirs, table in OVERRIDES.values() for row in table.items()],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_jinja_has_the_method_that_we_override(theirs: type, name: str, parameters: str) -> None:
    assert list_parameters(getattr(theirs, name)) == parameters.split()


@pytest.mark.parametrize("name", CALLS)
def test_jinja_has_what_we_call(name: str) -> None:
    function, parameters = CALLS[name]

    assert list_parameters(function) == parameters.split()


def test_jinja_words_what_is_undefined_in_a_property_that_we_override() -> None:
    assert isinstance(Undefined._undefined_message, property)
    assert isinstance(MissingValue._undefined_message, property)
    assert {"_undefined_hint", "_undefined_name", "_undefined_obj"} <= set(Undefined.__slots__)


def test_jinja_has_the_attributes_that_we_read() -> None:
    template = JinjaEnvironment().from_string("{{ x }}")

    assert MeteredCodeGenerator(ENVIRONMENT).debug_info == []
    assert TemplateParser(ENVIRONMENT, "{{ x }}").stream.current.lineno == 1
    assert Symbols().loads == {}
    assert template.root_render_func.__globals__["__jinja_template__"] is template
