"""Prompts as files: what is written is read back as it was, and what is malformed is named."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cuebook import ConfigurationError
from cuebook._version_contents import FIELDS as CONTENT_FIELDS
from cuebook.folders.documents import (
    NAME_BYTES,
    SUFFIX,
    PromptDocument,
    can_be_slug,
    dump_document,
    load_document,
    name_file,
    revise_document,
)
from shared.domain.prompts import make_slug

# What has a meaning in YAML, in Markdown or to file systems, and what looks like something else.
HARD = [
    *("", " ", "\n", "\r\n", "\r", "---", "---\n", "\n---\n", "--- a", "...", "a\n---\nb", "# a"),
    *("yes", "no", "null", "~", "true", "010", "1e5", "1:30", "2026-01-31", "0x1f", ".inf", "<<"),
    *("a: b", "- a", "{{.name}}", "{% if a %}", "[a]", "&a", "*a", "!a", "|", ">-", "%a", "@a"),
    *(
        "a \n b\n",
        "  a\n b",
        "a\n\n",
        "\n\na",
        "a\t\n\tb",
        "\ta",
        "a\n ",
        "'\"\\",
        "\x85",
        "\u2028",
    ),
    *("\ufeff", "\x00", "\x1b", "\x7f", "\ud800", "\U0010ffff", "é", "e\u0301", "日本", "🎉"),
    *("con", "CON", "nul.txt", "../x", "a/b", "..", ".git", "a\\b", "a" * 300, "日" * 100, "Aß"),
]
texts = st.one_of(
    st.sampled_from(HARD),
    st.lists(st.sampled_from(HARD), max_size=4).map("".join),
    st.text(st.characters(), max_size=40),
)
numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
mappings = st.dictionaries(texts, values, max_size=3)
lists = st.lists(mappings, max_size=3)
conversations = st.lists(
    st.fixed_dictionaries({"role": st.sampled_from(["system", "user", "assistant"])}).flatmap(
        lambda head: st.fixed_dictionaries({"content": texts | lists}).map(head.__or__)
    )
    | st.builds(lambda name: {"type": "placeholder", "name": name}, texts)
    | st.builds(lambda calls: {"role": "assistant", "content": None, "tool_calls": calls}, lists),
    max_size=4,
)
contents = st.builds(
    lambda text, rest: {"engine": "go", **text, **rest},
    st.builds(lambda text: {"template": text}, texts)
    | st.builds(lambda messages: {"messages": messages}, conversations),
    st.fixed_dictionaries(
        {},
        optional={
            "engine": texts,
            "model": texts,
            "model_params": mappings,
            "tools": lists,
            "response_format": mappings,
            "inputs": lists,
        },
    ),
)
documents = st.builds(
    PromptDocument,
    slug=texts.filter(bool),
    name=texts.filter(bool),
    content=contents,
    description=texts,
    keywords=st.lists(texts, max_size=3).map(tuple),
)


def load(text: str | bytes, stem: str = "greeting") -> PromptDocument:
    data = text if isinstance(text, bytes) else text.encode()
    return load_document(data, stem, f"prompts/{stem}{SUFFIX}")


def spell(document: PromptDocument) -> str:
    """Spell a document so that 1, 1.0 and true differ, and the order of fields does too."""
    return json.dumps([document.slug, document.name, document.description, document.keywords]) + (
        json.dumps({name: document.content.get(name) for name in CONTENT_FIELDS})
    )


@given(documents)
def test_what_is_written_is_read_back_exactly(document: PromptDocument) -> None:
    data = dump_document(document).encode()
    stem = name_file(document.slug).removesuffix(SUFFIX)

    for copy in (data, data.replace(b"\n", b"\r\n"), b"\xef\xbb\xbf" + data):
        result = load(copy, stem)
        assert spell(result) == spell(document)
        assert result.equals(document)


@given(documents)
def test_hashes_do_not_depend_on_the_order_of_fields(document: PromptDocument) -> None:
    content = dict(reversed([*document.content.items()]))

    assert replace(document, content=content).equals(document)


@pytest.mark.parametrize("value", [1, 1.0, True, "1", None, [1]])
@pytest.mark.parametrize("other", [0, False, "", [], {}])
def test_hashes_tell_values_apart(value: Any, other: Any) -> None:
    documents = [
        PromptDocument("a", "a", {"engine": "go", "template": "x", "model_params": {"n": each}})
        for each in (1, 1.0, True, "1", None, [1], value, other)
    ]

    assert len({document.content_hash for document in documents}) == 7


def test_hashes_depend_on_each_field() -> None:
    document = PromptDocument("a", "a", {"engine": "go", "template": "x"})
    others = (
        replace(document, slug="b"),
        replace(document, name="b"),
        replace(document, description="b"),
        replace(document, keywords=("b",)),
        replace(document, content={"engine": "go", "template": "x\n"}),
    )

    assert not any(document.equals(other) for other in others)


@given(texts.filter(bool), texts.filter(bool))
def test_names_of_files_are_safe_everywhere_and_differ(first: str, second: str) -> None:
    name = name_file(first)

    assert Path(name).name == name
    assert name == name.lower()
    assert not set(name) & set('<>:"/\\|?*\0 ')
    assert name[0] not in ".-"
    assert len(name.encode()) <= NAME_BYTES + len(SUFFIX)
    assert name.partition(".")[0] not in {"con", "nul", "aux", "prn", "com1"}
    assert (name_file(second) == name) == (first == second)


@given(texts)
def test_slugs_are_those_that_the_service_keeps(text: str) -> None:
    if can_be_slug(text):
        assert make_slug(text) == text
    slug = make_slug(text)
    assert slug == "" or can_be_slug(slug)


@pytest.mark.parametrize(
    ("text", "place", "what"),
    [
        ("---\nengine: go\n", 1, "the settings do not end"),
        ("---\nengine: go\n---", 1, "there is no text"),
        ("", 1, "there is no text"),
        ("---\nengine: go\nmodle: m\n---\nHello", 3, "there is no field 'modle'; use slug, name"),
        ("---\nmodel: m\nmodel: n\n---\nHello", 3, "'model' is there twice"),
        ("---\nparams:\n  a: 1\n  a: 2\n---\nHello", 4, "'a' is there twice"),
        ("---\nparams:\n  1: a\n---\nHello", 3, "put this name in quotes"),
        ("---\nparams: [a\n---\nHello", 3, "expected"),
        ("---\nparams: &a {}\ntools: [*a]\n---\nHello", 3, "aliases are not read"),
        ("---\nparams: !!python/object:os.system {}\n---\nHello", 2, "could not determine"),
        ("---\nparams: {a: 1e999}\n---\nHello", 2, "the number is too large"),
        (f"---\nparams: {{a: {'9' * 5000}}}\n---\nHello", 2, "a value is too long"),
        (f"---\nparams: {'[' * 1500}\n---\nHello", 2, "a value is too long or nested too deeply"),
        ("---\n- a\n---\nHello", 2, "write fields"),
        ("---\nmodel: 4\n---\nHello", 2, "model: write a text; put it in quotes"),
        ("---\nparams: hot\n---\nHello", 2, "params: write a mapping"),
        ("---\nkeywords: mail\n---\nHello", 2, "keywords: write a list of texts"),
        ("---\ntools: [look_up]\n---\nHello", 2, "tools: write a list of mappings"),
        ("---\nmessages: []\n---\nHello", 4, "there is a text besides"),
        ("---\nmessages: []\ntemplate: a\n---\n", 3, "not both"),
        ("---\nname: \x07\n---\nHello", 2, "U+0007 must be an escape"),
    ],
)
def test_what_is_malformed_is_named_with_its_line(text: str, place: int, what: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(text)

    message = str(caught.value)
    assert message.startswith(f"prompts/greeting{SUFFIX}:{place}: ")
    assert what in message
    assert "\n" not in message


def test_what_is_not_utf_8_is_named_with_its_line() -> None:
    with pytest.raises(ConfigurationError, match=r":3: this is not UTF-8; save it as UTF-8"):
        load(b"---\n---\nHell\xf6\n")


@given(st.text(st.sampled_from("-:{}[]&*!|>'\"%@#?,\n\r\t ab1~."), max_size=60))
def test_no_file_ends_in_anything_but_a_document_or_a_problem(text: str) -> None:
    for copy in (text, f"---\n{text}", f"---\n{text}\n---\nHello"):
        try:
            document = load(copy)
        except ConfigurationError:
            continue
        assert load(dump_document(document, "greeting")) == document


def test_a_file_reads_well() -> None:
    document = PromptDocument(
        slug="support",
        name="Support",
        content={
            "engine": "jinja",
            "messages": [
                {"role": "system", "content": "Be brief.\n\nBe kind.\n"},
                {"type": "placeholder", "name": "history"},
                {"role": "user", "content": "{{ question }}"},
            ],
            "model": "openai/gpt-4o",
            "model_params": {"temperature": 0.2},
        },
        keywords=("mail",),
    )

    assert (
        dump_document(document)
        == """---
name: Support
keywords:
  - mail
engine: jinja
model: openai/gpt-4o
params:
  temperature: 0.2
messages:
  - role: system
    content: |
      Be brief.

      Be kind.
  - type: placeholder
    name: history
  - role: user
    content: '{{ question }}'
---
"""
    )
    text = PromptDocument("greeting", "greeting", {"engine": "go", "template": "Hello\n---\n"})
    assert dump_document(text) == "---\nengine: go\n---\nHello\n---\n\n"


def test_a_file_needs_nothing_but_a_text() -> None:
    document = load("Hello {{.name}}")

    assert document == PromptDocument(
        "greeting", "greeting", {"engine": "go", "template": "Hello {{.name}}"}
    )


@given(documents, documents)
def test_a_file_that_is_written_again_says_the_new_document(
    before: PromptDocument, after: PromptDocument
) -> None:
    after = replace(after, slug=before.slug)
    stem = name_file(before.slug).removesuffix(SUFFIX)
    data = f"---\n# a comment\n{dump_document(before, stem).removeprefix(f'---{chr(10)}')}".encode()

    text = revise_document(data, after, stem)

    assert load(text, stem).equals(after)


COMMENTS = """---
# whom to ask: Ada
name: Greeting

# as cheap as can be
model: openai/gpt-4o-mini  # tried with 4o
params: {temperature: 0.20}  # not 0
# the last word
---
Hello
"""


def test_comments_stay_in_a_file_that_is_written_again() -> None:
    document = load(COMMENTS)
    content = {**document.content, "template": "Good day"}

    def revise(document: PromptDocument, before: str = COMMENTS) -> str:
        return revise_document(before.encode(), document, "greeting")

    other_text = revise(replace(document, content=content))
    other_model = revise(replace(document, content={**content, "model": "m"}))
    without = {name: content[name] for name in ("engine", "template")}
    no_settings = revise(replace(document, content=without))

    assert other_text == COMMENTS.replace("---\nHello", "engine: go\n---\nGood day")
    assert other_model == other_text.replace("openai/gpt-4o-mini  # tried with 4o", "m")
    assert no_settings == (
        "---\n# whom to ask: Ada\nname: Greeting\n\n# as cheap as can be\n# the last word\n"
        "engine: go\n---\nGood day\n"
    )
    in_one_line = "---\n{name: Greeting, model: m}\n---\nHello\n"
    assert revise(document, in_one_line) == dump_document(document)
