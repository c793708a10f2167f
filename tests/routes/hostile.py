"""Hostile bodies: of each place in a good body, as much as a request can hold."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from infra.openapi import load_models
from shared.exact_json import MAX_PARTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from shared.routes import Route

MARK = "\ue000"  # in a body, the place for a hostile value
FULL = 4 * 1024 * 1024 - 20_000  # bytes of a value whose body is still taken


def build_values(size: int, parts: int = MAX_PARTS) -> dict[str, str]:
    """Build hostile values, as JSON texts.

    Args:
        size: The maximum number of bytes of each.
        parts: The maximum number of commas and opening brackets of each.
    """
    few = parts * 95 // 100
    values = {
        "text": _quote("q" * size),
        "text of two-byte letters": f'"{"é" * (size // 2)}"',
        "text of quotes": _quote('"' * (size // 2)),
        "text of controls": _quote("\1" * (size // 6)),
        "every character": _quote(_list_characters(size)),
        "lines": _quote("\n" * (size // 2)),
        "spaces": _quote(" " * size),
        "digits in braces": _quote("{{ %s }}" % ("9" * (size - 10))),
        "Go actions": _quote("{{.a}}" * (size // 6)),
        "190,000 Go actions": _quote("{{.a}}" * min(size // 6, 190_000)),
        "Go action of many arguments": _quote("{{print%s}}" % (" 1" * min(size // 2 - 10, 95_000))),
        "Go comments": _quote("{{/* */}}" * (size // 9)),
        "braces": _quote("{" * size),
        "Jinja outputs": _quote("{{a}}" * (size // 5)),
        "Jinja names": _quote("{{ a" + " ~ a" * min(size // 4 - 3, 4_000) + " }}"),
        "Jinja comments": _quote("{##}" * (size // 4)),
        "Jinja raw blocks": _quote("{%raw%}{%endraw%}" * (size // 17)),
        "Liquid conditions": _quote("{%if a%}x{%endif%}" * (size // 18)),
        "3,000 Liquid conditions": _quote("{%if a%}x{%endif%}" * min(size // 18, 3_000)),
        "open outputs": _quote("{{ " * (size // 3)),
        "spaces in a tag": _quote("{%% break%s%%}" % (" " * (size - 20))),
        "20,000 references": _quote("{{a}}" * min(size // 5, 20_000)),
        "words in braces": _quote("{a}" * (size // 3)),
        "numbers": _repeat("1", min(few, size // 2)),
        "long numbers": _repeat("1." + "9" * 990, size // 993),
        "empty texts": _repeat('""', min(few, size // 3)),
        "empty objects": _repeat("{}", min(few // 2, size // 3)),
        "messages": _repeat('{"role":"user","content":"x"}', min(few // 3, size // 30)),
        "short messages": _repeat('{"role":"user"}', min(few // 2, size // 16)),
        "fields": json.dumps({f"k{number}": number for number in range(min(few, size // 18))}),
        "a long field": '{"%s":1}' % ("k" * (size - 10)),
        "deep lists": "[" * 190 + "]" * 190,
        "deep objects": '{"a":' * 190 + "1" + "}" * 190,
    }
    return {name: text for name, text in values.items() if len(text.encode()) <= size}


def _list_characters(size: int) -> str:
    """List characters that JSON has as they are, each once, as far as they fit: no surrogates."""
    text = "".join(map(chr, (*range(0x80, 0xD800), *range(0xE000, sys.maxunicode + 1))))
    return text.encode()[: size - 2].decode(errors="ignore")


def list_bodies(route: Route, body: Any, values: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """List hostile bodies of a route.

    Args:
        route: The route.
        body: A good body.
        values: What to put into each place of it, as JSON texts.

    Yields:
        The place and the name of the value, and the body.
    """
    fields = {
        name
        for model in route.body
        for name in getattr(load_models(route.dialect), model).model_fields
    }
    document = {**dict.fromkeys(sorted(fields)), **(body or {})}
    places = dict(_list_places({name: document[name] for name in document}))
    for place, whole in places.items():
        whole = {
            name: item
            for name, item in whole.items()
            if name in (body or {}) or name == place.partition(".")[0]
        }
        before, _, after = json.dumps(whole).partition(json.dumps(MARK))
        for name, text in values.items():
            yield f"{place}: {name}", f"{before}{text}{after}"
    for name, text in values.items():
        # The whole body, and a field that there is not.
        yield f"all: {name}", text
        yield f"unknown field: {name}", f'{{"unknown":{text}}}'


def _list_places(value: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    """List the places of a JSON value, each with the value that has the mark there."""
    if isinstance(value, dict | list):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            name = f"{place}.{key}".lstrip(".")
            for inner, whole in (("", MARK), *_list_places(item)):
                copy = value.copy()
                copy[key] = whole
                yield f"{name}.{inner}".rstrip("."), copy


def _repeat(item: str, count: int) -> str:
    return f"[{','.join([item] * count)}]"


def _quote(text: str) -> str:
    return json.dumps(text)
