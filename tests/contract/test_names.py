"""Names: plain English, functions are verbs, values are nouns.

CONTRIBUTING.md has the words that the project uses, one for each thing.
"""

from __future__ import annotations

import ast

from tests.contract.sources import list_defined_names, list_files, name_module, parse, split_words

# Participles that were names once, where a verb or a noun says more. As an adjective before a noun
# (`cached_version`) and after `is` and `has` they are fine.
# fmt: off
PARTICIPLES = {
    "allowed", "answered", "archived", "asked", "changed", "checked", "chosen", "compiled",
    "counted", "created", "declared", "deleted", "described", "done", "drawn", "drunk", "erased",
    "faulty", "filled", "flagged", "found", "given", "gone", "granted", "handed", "hashed", "heard",
    "held", "kept", "known", "listed", "loaded", "lost", "made", "meant", "merged", "met", "named",
    "noted", "omitted", "opened", "parsed", "piped", "placed", "printed", "published", "put_back",
    "read_back", "refused", "renamed", "repeated", "replaced", "reserved", "resolved", "retained",
    "revised", "said", "seen", "selected", "sent", "served", "shown", "signed", "split_off",
    "spoken", "stored", "taken", "tagged", "told", "translated", "unfit", "unpacked", "wanted",
    "written",
}
# fmt: on
# What was said in several words before the glossary.
OTHER_WORDS = {
    "answer": "response",
    "answers": "responses",
    "fault": "problem",
    "leg": "write",
    "mistake": "problem",
    "mourned": "deleted",
    "offence": "problem",
    "px0": "registry",
    "refusal": "problem",
    "reply": "response",
    "trouble": "problem",
}
PREDICATES = {"is", "has", "can", "are", "was"}
# A wire's own words, and those of libraries whose methods we override.
NOT_OURS = {
    ("shared.dialects.langwatch.models", "fault"),
    ("shared.dialects.tela.models", "deleted"),
    ("shared.dialects.registry.refresh_models", "omitted"),  # beside `unchanged` and `unknown`
    ("shared.observe.traces", "parsed"),  # botocore calls it so
    ("tools.cost.lists", "parsed"),
    ("tools.cost.worker", "parsed"),
}


def test_no_name_is_a_participle() -> None:
    offences = [
        f"{name_module(file)}:{line}: {name}"
        for file in list_files()
        for kind, name, line in list_defined_names(file)
        if is_participle(name) and kind != "class" and (name_module(file), name) not in NOT_OURS
    ]

    assert offences == []


def is_participle(name: str) -> bool:
    """Tell whether a name is a participle, or ends in one without being a yes or no."""
    words = split_words(name)
    return words[-1:] != [] and words[-1] in PARTICIPLES and words[0] not in PREDICATES


def test_one_word_for_one_thing() -> None:
    offences = [
        f"{name_module(file)}:{line}: {name}: say {OTHER_WORDS[word]}"
        for file in list_files()
        for _, name, line in list_defined_names(file)
        for word in split_words(name)
        if word in OTHER_WORDS and (name_module(file), name) not in NOT_OURS
    ]
    modules = [
        name_module(file) for file in list_files() if OTHER_WORDS.keys() & split_module(file.stem)
    ]

    assert offences == []
    assert modules == []


def split_module(stem: str) -> set[str]:
    return set(split_words(stem))


def test_no_function_is_named_like_its_argument() -> None:
    offences = []
    for file in list_files():
        for node in ast.walk(parse(file)):
            if isinstance(node, ast.FunctionDef):
                arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
                if node.name.lstrip("_") in {argument.arg for argument in arguments}:
                    offences.append(f"{name_module(file)}:{node.lineno}: {node.name}")

    assert offences == []


def test_no_variable_hides_a_function_of_its_module() -> None:
    offences = []
    for file in list_files():
        functions = {
            node.name
            for node in parse(file).body
            if isinstance(node, ast.FunctionDef | ast.ClassDef)
        }
        offences += [
            f"{name_module(file)}:{line}: {name}"
            for kind, name, line in list_defined_names(file)
            if kind == "variable" and name in functions
        ]

    assert offences == []
