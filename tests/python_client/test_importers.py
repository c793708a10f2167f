"""`cuebook import`: the prompts of other products, against the real functions of the service."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest

from cuebook import Cuebook
from cuebook._version_contents import take_content
from cuebook.cli.app import run
from cuebook.importers.catalog import SOURCES
from cuebook.importers.files import list_files, load_yaml
from cuebook.importers.items import Failure, ImportedPrompt, UntranslatableError
from cuebook.importers.mustache import translate
from tests.client import serve_registry
from tests.documents import CODE, read_document
from tests.python_client.service import run_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cuebook.management import Management
    from tests.client import Registry

SAMPLES = Path(__file__).parent / "imports"
Document = dict[str, Any]
Start = Callable[..., tuple[int, dict[str, Document]]]


@pytest.fixture
def url(registry: Registry) -> Iterator[str]:
    with serve_registry() as address:
        yield address


@pytest.fixture
def manage(url: str, registry: Registry) -> Iterator[Management]:
    with Cuebook(url, registry.editor.key) as cues:
        yield cues.manage


@pytest.fixture
def start(
    url: str,
    registry: Registry,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Start:
    """Run the command; its exit code, and the rows of its report by their prompts."""
    monkeypatch.setenv("CUEBOOK_URL", url)
    monkeypatch.setenv("CUEBOOK_API_KEY", registry.editor.key or "")
    monkeypatch.setenv("CUEBOOK_TEAM", registry.team_id)

    def run_import(source: str, *arguments: object) -> tuple[int, dict[str, Document]]:
        code = run(["import", "--from", source, "--json", *map(str, arguments)])
        text = capsys.readouterr().out  # where the functions of the service log too
        rows = json.loads("[" + text.partition("[\n")[2])
        report = {
            row["origin"] if row["action"] == "failed" else row["name"] or row["origin"]: row
            for row in rows
        }
        assert len(report) == len(rows)
        return code, report

    return run_import


# What the report says of each prompt of the samples, when it is new: its slug, the versions, the
# pointers, and what has no equivalent. None where the prompt is skipped.
REPORT: dict[str, dict[str, tuple[str, list[str], Document, list[str]] | None]] = {
    "langfuse": {
        "movie critic": (
            "movie_critic",
            ["1", "2"],
            {"staging": "1", "live": "2"},
            ["config.supported_languages"],
        ),
        "style": ("style", ["1"], {"live": "1"}, []),
        "support/helper": ("support_helper", ["4"], {"live": "4"}, []),
    },
    "px0": {
        "Onboarding Email": (
            "onboarding_email",
            ["1", "2", "3"],
            {"alpha": "1", "beta": "2", "live": "2"},
            [],
        )
    },
    "langwatch": {
        "team/summary": (
            "team_summary",
            ["1", "2"],
            {"live": "1", "staging": "2"},
            ["demonstrations"],
        ),
        "greet": ("greet", ["greet.prompt.yaml"], {"live": "greet.prompt.yaml"}, []),
    },
    "maxim": {
        "Refund Policy": (
            "refund_policy",
            ["1", "2"],
            {"live": "2"},
            [
                "deployments by conditions",
                "config.tags",
                "modelParameters.promptTools of the library",
            ],
        )
    },
    "bedrock": {
        "claims-helper": (
            "claims_helper",
            ["1", "DRAFT"],
            {"live": "1"},
            ["metadata", "additionalModelRequestFields", "cachePoint"],
        ),
        "MakePlaylist": ("makeplaylist", ["2"], {"live": "2"}, []),
    },
    "dotprompt": {
        "greeting": (
            "greeting",
            ["greeting.prompt"],
            {"live": "greeting.prompt"},
            ["metadata", "config.version", "input.default", "tools by their names"],
        ),
        "support/order": (
            "support_order",
            ["support/order.prompt"],
            {"live": "support/order.prompt"},
            [],
        ),
        "support/farewell": (
            "support_farewell",
            ["support/farewell.prompt", "support/farewell.formal.prompt"],
            {"live": "support/farewell.prompt", "formal": "support/farewell.formal.prompt"},
            [],
        ),
        "support/_signature.prompt": None,
        "support/stylish.prompt": None,
    },
    "prompty": {
        "Basic Prompt": (
            "basic_prompt",
            ["basic.prompty"],
            {"live": "basic.prompty"},
            ["metadata.authors", "values of inputs", "model.connection"],
        ),
        "Mustache Prompt": (
            "mustache_prompt",
            ["mustache.prompty"],
            {"live": "mustache.prompty"},
            ["model.connection"],
        ),
        "Order Status": ("order_status", ["order.prompty"], {"live": "order.prompty"}, []),
        "threaded-chat": (
            "threaded_chat",
            ["threaded.prompty"],
            {"live": "threaded.prompty"},
            ["values of inputs", "model.connection"],
        ),
    },
}
# The live content of some of them.
CONTENTS: dict[str, Document] = {
    "movie_critic": {
        "engine": "simple",
        "template": "As a {{criticlevel}} critic, rate {{movie}}.\n"
        "@@@langfusePrompt:name=style|label=production@@@",
        "model": "openai/gpt-4o",
        "model_params": {"temperature": 0},
        "response_format": {
            "type": "json_schema",
            "json_schema": {
                "name": "rating",
                "strict": True,
                "schema": {"type": "object", "properties": {"stars": {"type": "integer"}}},
            },
        },
    },
    "support_helper": {
        "engine": "simple",
        "messages": [
            {"role": "system", "content": "You help people of {{company}}."},
            {"type": "placeholder", "name": "history"},
            {"role": "user", "content": "{{question}}"},
        ],
        "model": "anthropic/claude-sonnet-4",
        "model_params": {"max_tokens": 500},
        "tools": [
            {
                "type": "function",
                "function": {"name": "look_up", "parameters": {"type": "object"}},
            }
        ],
    },
    "onboarding_email": {
        "engine": "go",
        "template": "{{if .name}}Hello {{.name}}{{else}}Hello{{end}}",
        "model": "openai/gpt-4o",
        "model_params": {"temperature": 0.2},
    },
    "team_summary": {
        "engine": "liquid",
        "template": "Sum up {{ text }}.",
        "model": "openai/gpt-4o-mini",
        "inputs": [{"name": "input", "type": "str"}],
    },
    "refund_policy": {
        "engine": "simple",
        "messages": [
            {"role": "system", "content": "Refunds of {{shop}} take {{days}} days."},
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "{{question}}"},
                    {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}},
                ],
            },
        ],
        "model": "openai/gpt-4o",
        "model_params": {"temperature": 0.5, "max_tokens": 300},
        "tools": [
            {
                "type": "function",
                "function": {
                    "name": "refund",
                    "description": "Refund an order",
                    "parameters": {"type": "object"},
                },
            }
        ],
    },
    "claims_helper": {
        "engine": "simple",
        "messages": [
            {"role": "system", "content": "You help with claims of {{company}}."},
            {"role": "user", "content": "{{question}}"},
        ],
        "model": "bedrock/anthropic.claude-3-5-sonnet-20240620-v1:0",
        "model_params": {
            "temperature": 0.0,
            "top_p": 0.9,
            "max_tokens": 512,
            "stop": ["END"],
            "tool_choice": "required",
        },
        "tools": [
            {
                "type": "function",
                "function": {
                    "name": "find_claim",
                    "description": "Find a claim",
                    "parameters": {"type": "object"},
                },
            }
        ],
        "inputs": [{"name": "company"}, {"name": "question"}],
    },
    "greeting": {
        "engine": "simple",
        "messages": [
            {"role": "system", "content": "You greet people in {{language}}."},
            {"type": "placeholder", "name": "history"},
            {"role": "user", "content": "I am {{name}}."},
        ],
        "model": "googleai/gemini-1.5-flash",
        "model_params": {
            "temperature": 0.7,
            "top_k": 20,
            "max_tokens": 400,
            "stop": ["STOPSTOPSTOP"],
        },
        "response_format": {
            "type": "json_schema",
            "json_schema": {
                "name": "output",
                "schema": {
                    "type": "object",
                    "properties": {
                        "greeting": {"type": "string", "description": "the greeting"},
                        "formality": {
                            "enum": ["FORMAL", "CASUAL"],
                            "description": "how formal it is",
                        },
                    },
                    "additionalProperties": False,
                    "required": ["greeting"],
                },
            },
        },
        "inputs": [
            {"name": "name", "type": "str", "description": "who is greeted", "required": True},
            {"name": "language", "type": "str", "required": False},
            {"name": "tags", "type": "list", "description": "what they like", "required": True},
        ],
    },
    "support_order": {
        "engine": "liquid",
        "messages": [
            {
                "role": "user",
                "content": "Where is the order {{order.id}} of {{customer.name}}?",
            }
        ],
        "model": "vertexai/gemini-2.0-flash",
    },
    "support_farewell": {
        "engine": "simple",
        "messages": [
            {
                "role": "user",
                "content": "Say goodbye to {{name}}.\n\n  Yours,\n  {{team}}\n"
                "P.S.: Yours,\n{{team}}",
            }
        ],
        "model": "vertexai/gemini-2.0-flash",
    },
    "basic_prompt": {
        "engine": "jinja",
        "messages": [
            {
                "role": "system",
                "content": "You are an AI assistant.\n"
                "{% if firstName %}You are helping {{firstName}}.{% endif %}",
            },
            {"role": "user", "content": "{{question}}"},
        ],
        "model": "azure/gpt-35-turbo",
        "model_params": {"temperature": 0.7, "max_tokens": 500, "stop": ["END"]},
        "inputs": [
            {
                "name": "firstName",
                "type": "str",
                "description": "The first name of the customer",
                "required": True,
            },
            {"name": "question"},
        ],
    },
    "mustache_prompt": {
        "engine": "simple",
        "messages": [
            {"role": "system", "content": "You help {{firstName}} {{lastName}}."},
            {"role": "user", "content": "{{question}}"},
        ],
        "model": "gpt-35-turbo",
    },
    "threaded_chat": {
        "engine": "jinja",
        "messages": [
            {"role": "system", "content": "You are a helpful assistant."},
            {"type": "placeholder", "name": "conversation"},
            {"role": "user", "name": "Ada", "content": "{{question}}"},
        ],
        "model": "anthropic/claude-sonnet-4-5",
        "model_params": {"max_tokens": 1024},
        "tools": [
            {
                "type": "function",
                "function": {
                    "name": "get_weather",
                    "description": "Get the weather",
                    "parameters": {
                        "type": "object",
                        "properties": {
                            "location": {"type": "string", "description": "City and state"}
                        },
                        "required": ["location"],
                    },
                },
            }
        ],
        "response_format": {
            "type": "json_schema",
            "json_schema": {
                "name": "output",
                "schema": {
                    "type": "object",
                    "properties": {
                        "city": {"type": "string", "description": "The city"},
                        "temperature": {"type": "number"},
                    },
                },
            },
        },
        "inputs": [{"name": "question", "type": "str"}],
    },
}


def read_versions(manage: Management, team_id: str) -> dict[str, list[Document]]:
    """The versions of each prompt by its slug, oldest first."""
    return {
        prompt["slug"]: [*manage.versions(prompt["id"])][::-1] for prompt in manage.prompts(team_id)
    }


@pytest.mark.parametrize("source", SOURCES)
def test_each_source_is_imported_once(
    source: str, start: Start, manage: Management, registry: Registry
) -> None:
    dry_code, dry_rows = start(source, SAMPLES / source, "--dry-run")
    assert read_versions(manage, registry.team_id) == {}
    code, rows = start(source, SAMPLES / source)
    versions = read_versions(manage, registry.team_id)
    again_code, again_rows = start(source, SAMPLES / source)

    assert dry_code == code == again_code == 0
    assert rows.keys() == dry_rows.keys() == REPORT[source].keys()
    for name, expected in REPORT[source].items():
        row = rows[name]
        fields = row["slug"], row["versions"], row["pointers"], row["no_equivalent"]
        # The service makes a slug of a name; only px0 says the slug.
        assert dry_rows[name] == {**row, "slug": row["slug"] if source == "px0" else None}
        if expected is None:
            assert row["action"] == again_rows[name]["action"] == "skipped"
            continue
        assert (row["action"], fields, row["notes"]) == ("create", expected, [])
        assert again_rows[name]["action"] == "unchanged"
        assert len(versions[expected[0]]) == len(expected[1])
        for version in versions[expected[0]]:
            if version["status"] == "live" and expected[0] in CONTENTS:
                assert take_content(version) == CONTENTS[expected[0]]
    assert read_versions(manage, registry.team_id) == versions


def test_what_describes_a_prompt_and_its_versions(
    start: Start, manage: Management, registry: Registry
) -> None:
    for source in ("langfuse", "px0", "prompty"):
        start(source, SAMPLES / source)
    versions = read_versions(manage, registry.team_id)
    email = versions["onboarding_email"]

    assert manage.prompt("movie_critic")["keywords"] == ["film", "review"]
    assert manage.prompt("basic_prompt")["keywords"] == ["support"]
    assert manage.prompt("onboarding_email")["description"] == "The first mail"
    assert [version["status"] for version in email] == ["stable", "live", "draft"]
    assert [version["tags"] for version in email] == [["alpha"], ["beta"], []]
    messages = [version["message"] for version in versions["movie_critic"]]
    assert messages == ["the first one", "Imported from prompts.json"]


def test_imported_prompts_render(start: Start, manage: Management) -> None:
    for source in ("langfuse", "dotprompt", "prompty"):
        start(source, SAMPLES / source)

    def render(slug: str, **variables: Any) -> str:
        return str(manage.render_remote(slug, variables)["rendered"])

    assert render("movie_critic", criticlevel="harsh", movie="Dune") == (
        "As a harsh critic, rate Dune.\nBe brief."
    )
    assert render("support_order", order={"id": 7}, customer={"name": "Ada"}) == (
        "Where is the order 7 of Ada?"
    )
    assert render("basic_prompt", firstName="Ada", question="Why?") == (
        "You are an AI assistant.\nYou are helping Ada.\n\nWhy?"
    )


def write_prompt(folder: Path, text: str) -> Path:
    file = folder / "note.prompt"
    file.write_text(text)
    return file


def test_a_pointer_that_was_moved_stays_until_it_is_to_move(
    tmp_path: Path, start: Start, manage: Management, registry: Registry
) -> None:
    file = write_prompt(tmp_path, "one {{name}}")
    start("dotprompt", file)
    write_prompt(tmp_path, "two {{name}}")
    _, rows = start("dotprompt", file)
    _, repeated = start("dotprompt", file)

    assert rows["note"]["versions"] == ["note.prompt"]
    assert rows["note"]["notes"] == ["live stays at version 1: --move moves it"]
    assert (repeated["note"]["action"], repeated["note"]["versions"]) == ("unchanged", [])
    (_, moved) = start("dotprompt", file, "--move")
    assert (moved["note"]["action"], moved["note"]["pointers"]) == (
        "change",
        {"live": "note.prompt"},
    )
    versions = read_versions(manage, registry.team_id)["note"]
    assert [version["status"] for version in versions] == ["stable", "live"]
    # The text of before is there already, so that nothing is created.
    write_prompt(tmp_path, "one {{name}}")
    _, back = start("dotprompt", file, "--move")
    assert (back["note"]["versions"], back["note"]["action"]) == ([], "change")
    assert len(read_versions(manage, registry.team_id)["note"]) == 2


def test_what_people_write_meanwhile_stays(
    tmp_path: Path, start: Start, manage: Management, registry: Registry
) -> None:
    file = write_prompt(tmp_path, "one {{name}}")
    start("dotprompt", file)
    manage.change_prompt("note", description="ours", keywords=["ours"])
    manage.create_version("note", "ours {{name}}", engine="simple")
    _, rows = start("dotprompt", file)

    assert rows["note"]["action"] == "unchanged"
    assert manage.prompt("note")["description"] == "ours"
    assert len(read_versions(manage, registry.team_id)["note"]) == 2


def test_an_import_that_was_stopped_goes_on(
    tmp_path: Path, start: Start, manage: Management, registry: Registry
) -> None:
    start("px0", SAMPLES / "px0")
    whole = read_versions(manage, registry.team_id)
    manage.delete_prompt("onboarding_email")
    # As if it had ended after the first version, which is a draft as all new ones are.
    manage.create_prompt(registry.team_id, "Onboarding Email")
    manage.create_version("onboarding_email", "Hi {{.name}}")
    _, rows = start("px0", SAMPLES / "px0")

    assert rows["Onboarding Email"]["versions"] == ["2", "3"]
    for before, after in zip(
        *(each["onboarding_email"] for each in (whole, read_versions(manage, registry.team_id))),
        strict=True,
    ):
        for field in ("template", "status", "tags"):
            assert before[field] == after[field]


def test_prompts_of_one_name_are_not_mixed(
    tmp_path: Path, start: Start, manage: Management, registry: Registry
) -> None:
    (tmp_path / "a.prompty").write_text("---\nname: b\n---\nsystem:\nfirst\n")
    (tmp_path / "b.prompty").write_text("system:\nsecond\n")
    code, rows = start("prompty", tmp_path)

    assert (code, rows["b"]["action"], rows["b.prompty"]["action"]) == (1, "create", "failed")
    assert rows["b.prompty"]["notes"] == ["a.prompty has a prompt of the name 'b' too"]
    ((version,),) = read_versions(manage, registry.team_id).values()
    assert version["template"] == "first"


DEEP = 100_000
HOSTILE: dict[str, tuple[str, str, str]] = {
    # of a source, the name of a file and its text
    "JSON that is broken": ("langfuse", "a.json", '{"name": "x", '),
    "JSON of another type": ("langfuse", "a.json", "7"),
    "JSON of another product": ("langfuse", "a.json", '{"id": "x", "text": "y"}'),
    "a name that is no text": ("langfuse", "a.json", '{"name": 7, "prompt": "x"}'),
    "a prompt that is a number": ("langfuse", "a.json", '{"name": "x", "prompt": 7}'),
    "messages that are texts": ("langfuse", "a.json", '{"name": "x", "prompt": ["y"]}'),
    "no messages": ("langfuse", "a.json", '{"name": "x", "prompt": []}'),
    "an empty text": ("langfuse", "a.json", '{"name": "x", "prompt": ""}'),
    "labels that are objects": (
        "langfuse",
        "a.json",
        '{"name": "x", "prompt": "y", "labels": [{}]}',
    ),
    "a version that is a text": (
        "langfuse",
        "a.json",
        '{"name": "x", "prompt": "y", "version": "1"}',
    ),
    "a number that JSON does not have": ("langfuse", "a.json", '{"name": NaN}'),
    "a number without an end": ("langfuse", "a.json", f'{{"name": {"9" * 5000}}}'),
    "half a character": ("langfuse", "a.json", '{"name": "\\ud800", "prompt": "x"}'),
    "deep JSON": ("langfuse", "a.json", "[" * DEEP + "]" * DEEP),
    "versions without a prompt": ("px0", "a.json", '{"versions": [{"id": "a", "prompt_id": "b"}]}'),
    "prompts without a name": ("px0", "a.json", '{"prompts": [{"id": "a"}]}'),
    "a role that is a list": (
        "maxim",
        "a.json",
        '[{"id": "a", "name": "b"}, {"id": "c", "promptId": "a", '
        '"config": {"messages": [{"payload": {"role": []}}]}}]',
    ),
    "a variant without a template": (
        "bedrock",
        "a.json",
        '{"id": "a", "name": "b", "variants": [{"name": "c"}]}',
    ),
    "a version that is a word": (
        "bedrock",
        "a.json",
        '{"id": "a", "name": "b", "version": "x", "variants": [{}]}',
    ),
    "YAML that is broken": ("langwatch", "a.prompt.yaml", "messages: [\n"),
    "YAML of another type": ("langwatch", "a.prompt.yaml", "- a\n"),
    "YAML with tags": ("dotprompt", "a.prompt", "---\nmodel: !!python/object:os.x {}\n---\nx"),
    "YAML with bytes": ("dotprompt", "a.prompt", "---\nmodel: !!binary aGk=\n---\nx"),
    "YAML with aliases": (
        "dotprompt",
        "a.prompt",
        "---\na: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n---\nx",
    ),
    "YAML that stands for itself": ("dotprompt", "a.prompt", "---\na: &a [*a]\n---\nx"),
    "deep YAML": ("dotprompt", "a.prompt", "---\na: " + "[" * 5000 + "\n---\nx"),
    "YAML with names that are numbers": ("dotprompt", "a.prompt", "---\n1: a\n---\nx"),
    "much YAML": ("dotprompt", "a.prompt", "---\n" + "a: b\n" * 100_000 + "---\nx"),
    "front matter without an end": ("dotprompt", "a.prompt", "---\nmodel: x\nHello"),
    "front matter that is a list": ("dotprompt", "a.prompt", "---\n- x\n---\nHello"),
    "no text": ("dotprompt", "a.prompt", "---\nmodel: x\n---\n\n"),
    "a model that is a list": ("dotprompt", "a.prompt", "---\nmodel: [x]\n---\nHello"),
    "a model of Prompty that is a list": ("prompty", "a.prompty", "---\nmodel: [x]\n---\nHello"),
    "a template that is not Jinja": ("prompty", "a.prompty", "system:\n{% for %}"),
    "a file that is too large": ("dotprompt", "a.prompt", "x" * 16_000_001),
}


# A prompt beside which the bad file is; of others, all samples are needed.
GOOD = {
    "langfuse": ("chat.json", "support_helper"),
    "langwatch": ("greet.prompt.yaml", "greet"),
    "bedrock": ("playlist.json", "makeplaylist"),
    "dotprompt": ("support/order.prompt", "order"),
    "prompty": ("mustache.prompty", "mustache_prompt"),
    "px0": ("", "onboarding_email"),
    "maxim": ("", "refund_policy"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_one_bad_file_does_not_stop_the_others(
    case: str, tmp_path: Path, start: Start, manage: Management, registry: Registry
) -> None:
    source, name, text = HOSTILE[case]
    (tmp_path / name).write_text(text, encoding="utf-8")
    good, slug = GOOD[source]
    code, rows = start(source, tmp_path / name, SAMPLES / source / good)
    failures = [row for row in rows.values() if row["action"] == "failed"]

    assert code == 1
    assert [row["origin"] for row in failures] == [name]
    assert all(row["notes"] != [""] for row in failures)
    assert read_versions(manage, registry.team_id)[slug] != []


VERSIONS: dict[str, tuple[Document, Document]] = {
    # of a source, two versions of one prompt, of which the second is malformed
    "langfuse": (
        {"name": "x", "version": 1, "prompt": "y"},
        {"name": "x", "version": 2, "prompt": 7},
    ),
    "px0": (
        {"prompts": [{"id": "a", "name": "x", "slug": "x"}]},
        {"versions": [{"id": "b", "prompt_id": "a", "version": "two"}]},
    ),
    "langwatch": (
        {"id": "a", "handle": "x", "version": 1, "prompt": "y"},
        {"id": "a", "handle": "x", "version": 2, "prompt": "y", "tags": [7]},
    ),
    "maxim": (
        {"data": [{"id": "a", "name": "x"}]},
        {"data": [{"id": "b", "promptId": "a", "config": {"messages": 7}}]},
    ),
    "bedrock": (
        {"id": "a", "name": "x", "version": "1", "variants": [{}]},
        {"id": "a", "name": "x", "version": "two", "variants": [{}]},
    ),
}


@pytest.mark.parametrize("source", VERSIONS)
def test_the_file_at_fault_is_named(source: str, tmp_path: Path) -> None:
    for name, document in zip(("good.json", "wrong.json"), VERSIONS[source], strict=True):
        (tmp_path / name).write_text(json.dumps(document))
    (item,) = SOURCES[source].read(list_files([tmp_path], (".json",)))

    assert isinstance(item, Failure)
    assert item.origin == "wrong.json"


PARTIALS: dict[str, tuple[dict[str, str], str]] = {
    # files, and what becomes of `x.prompt`: its text, or why it is skipped
    "in a line": ({"_a": "b\n", "x": "1 {{> a}} 2"}, "1 b\n 2"),
    "alone in a line": ({"_a": "b\n\nc\n", "x": "1\n  {{> a }}\n2"}, "1\n  b\n\n  c\n2"),
    "in a partial": ({"_a": "{{>b}}", "_b": "{{name}}", "x": "{{>a}}!"}, "{{name}}!"),
    "with settings": ({"_a": "---\nmodel: m\n---\nb", "x": "{{>a}}"}, "b"),
    "in no file": ({"x": "{{> a}}"}, "it has {{> a}}, which has no equivalent"),
    "with arguments": (
        {"_a": "b", "x": "{{> a c=1}}"},
        "it has {{> a c=1}}, which has no equivalent",
    ),
    "that is escaped": (
        {"_a": "b", "x": "\\{{> a}}"},
        "it escapes {{> a}}, which has no equivalent",
    ),
    "that includes itself": (
        {"_a": "{{>b}}", "_b": "{{>a}}", "x": "{{>a}}"},
        "its partial 'a' includes itself",
    ),
    "that is long": (
        {"_a0": "b", **{f"_a{n}": f"{{{{>a{n - 1}}}}}" * 9 for n in range(1, 30)}, "x": "{{>a29}}"},
        "its partials are too long",
    ),
}


@pytest.mark.parametrize("case", PARTIALS)
def test_a_partial(case: str, tmp_path: Path) -> None:
    files, expected = PARTIALS[case]
    for name, text in files.items():
        (tmp_path / f"{name}.prompt").write_text(text)
    items = [*SOURCES["dotprompt"].read(list_files([tmp_path], (".prompt",)))]

    partials = [item for item in items if item.origin.startswith("_")]
    assert len(partials) == len(files) - 1
    assert all(isinstance(item, Failure) and item.is_skip for item in partials)
    (item,) = (item for item in items if item.origin == "x.prompt")
    if isinstance(item, Failure):
        assert (item.is_skip, item.reason) == (True, expected)
    else:
        assert item.versions[0].content["messages"] == [{"role": "user", "content": expected}]


def test_variants_are_versions_with_tags(
    tmp_path: Path, start: Start, manage: Management, registry: Registry
) -> None:
    for name, text in {
        "hi": "---\ndescription: it greets\n---\nHi {{name}}",
        "hi.formal": "Good day {{name}}",
        "hi.short": "---\nvariant: brief\n---\nHi",
        "hi.bad": "{{#if name}}",
        "other": "---\nname: hi\nvariant: formal\n---\nHello",
        "bye.formal": "Farewell",
    }.items():
        (tmp_path / f"{name}.prompt").write_text(text)
    code, rows = start("dotprompt", tmp_path)
    versions = read_versions(manage, registry.team_id)

    assert code == 1
    assert rows["other.prompt"]["notes"] == ["hi.formal.prompt has a prompt of the name 'hi' too"]
    assert rows["hi.bad.prompt"]["action"] == "skipped"
    assert [(each["status"], each["tags"]) for each in versions["hi"]] == [
        ("live", []),
        ("stable", ["brief"]),
        ("stable", ["formal"]),
    ]
    assert [(each["status"], each["tags"]) for each in versions["bye"]] == [("stable", ["formal"])]
    assert manage.prompt("hi")["description"] == "it greets"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{{#each items}}x{{/each}}", "it has {{#each items}}, which has no equivalent"),
        ("{{> header}}", "it has {{> header}}, which has no equivalent"),
        ("{{media url=photo}}", "it has {{media url=photo}}, which has no equivalent"),
        ("{{json order}}", "it has {{json order}}, which has no equivalent"),
        ("{{this}}", "it has {{this}}, which has no equivalent"),
        ("{{order.size}}", "it has {{order.size}}, which has no equivalent"),
        ("\\{{name}}", "it escapes {{name}}, which has no equivalent"),
        ("{{name", "{{ has no }}"),
        ("{{!-- name", "{{!-- has no --}}"),
        ("{{a.b}} {% raw", "it has {% beside a path such as {{a.b}}"),
        ("{{{! note }}{x}}", "{{{ has no }}}"),
    ],
)
def test_what_has_no_equivalent_is_skipped(
    text: str, reason: str, tmp_path: Path, start: Start, manage: Management, registry: Registry
) -> None:
    code, rows = start("dotprompt", write_prompt(tmp_path, text))
    (row,) = rows.values()

    assert (code, row["action"], row["notes"]) == (0, "skipped", [reason])
    assert read_versions(manage, registry.team_id) == {}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a {{ name }} b", "a {{name}} b"),
        ("a {{{name}}} b", "a {{name}} b"),
        ("a {{!-- }} --}} b", "a  b"),
        ("a\n  {{! alone }}  \nb", "a\nb"),
        ("a }} b { c", "a }} b { c"),
    ],
)
def test_handlebars_without_helpers(text: str, expected: str) -> None:
    assert translate([text]) == ("simple", [expected])


@pytest.mark.parametrize("piece", ["{{!}}", "{{x}}", " {{!x}}\n", "}", "\\", "{{! ", " "])
def test_long_texts_take_linear_time(piece: str) -> None:
    def measure(count: int) -> float:
        begin = time.process_time()
        with suppress(UntranslatableError):
            translate([piece * count])
        return time.process_time() - begin

    measure(1000)
    assert measure(160_000) < 2.0


APIS: dict[str, Callable[[str, str, str], dict[str, str]]] = {
    "langfuse": lambda url, key, team: {
        "LANGFUSE_HOST": url,
        "LANGFUSE_PUBLIC_KEY": "pk-lf-1",
        "LANGFUSE_SECRET_KEY": key,
    },
    "px0": lambda url, key, team: {"PX0_URL": url, "PX0_API_KEY": key, "PX0_TEAM_ID": team},
    "langwatch": lambda url, key, team: {"LANGWATCH_ENDPOINT": url, "LANGWATCH_API_KEY": key},
    "maxim": lambda url, key, team: {
        "MAXIM_BASE_URL": url,
        "MAXIM_API_KEY": key,
        "MAXIM_WORKSPACE_ID": team,
    },
}


@pytest.mark.parametrize("source", APIS)
def test_the_api_of_each_product_is_read(
    source: str,
    url: str,
    start: Start,
    registry: Registry,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The service speaks the language of each, so that it is what is imported from."""
    start(source, SAMPLES / source)
    for name, text in APIS[source](url, registry.editor.key or "", registry.team_id).items():
        monkeypatch.setenv(name, text)
    monkeypatch.setenv("CUEBOOK_API_KEY", registry.stranger.key or "")
    monkeypatch.setenv("CUEBOOK_TEAM", registry.stranger.team_id)
    code, rows = start(source)
    _, again = start(source)

    with Cuebook(url, registry.editor.key) as ours, Cuebook(url, registry.stranger.key) as theirs:
        before = read_versions(ours.manage, registry.team_id)
        after = read_versions(theirs.manage, registry.stranger.team_id)
    assert code == 0, rows
    assert {row["action"] for row in rows.values()} == {"create"}
    assert {row["action"] for row in again.values()} == {"unchanged"}
    assert before.keys() == after.keys()
    for slug, versions in before.items():
        assert [each["template"] for each in versions if each["status"] != "draft"] == [
            each["template"] for each in after[slug] if each["status"] != "draft"
        ]
        live = [
            next(each for each in rows if each["status"] == "live")
            for rows in (versions, after[slug])
        ]
        assert live[0]["template"] == live[1]["template"]
        assert live[0]["engine"] == live[1]["engine"]


class Account(BaseHTTPRequestHandler):
    """Answers as Bedrock does, a prompt or a version on each page."""

    rows = tuple(json.loads(file.read_text()) for file in sorted((SAMPLES / "bedrock").iterdir()))

    def do_POST(self) -> None:
        fields = parse_qs(urlsplit(self.path).query)
        place = int(fields.get("nextToken", ["0"])[0])
        which = fields.get("promptIdentifier", [""])[0]
        rows = [row for row in self.rows if which in ("", row["id"])]
        if not which:  # each prompt once
            rows = [*{row["id"]: row for row in rows}.values()]
        page: Document = {"promptSummaries": [{**rows[place], "variants": None}]}
        self.respond(page | ({"nextToken": str(place + 1)} if place + 1 < len(rows) else {}))

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path.strip("/") == "prompts":
            self.do_POST()
            return
        version = parse_qs(parts.query)["promptVersion"][0]
        which = parts.path.strip("/").rpartition("/")[2]
        self.respond(
            next(row for row in self.rows if (row["id"], row["version"]) == (which, version))
        )

    def respond(self, document: Document) -> None:
        body = json.dumps(document).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


def test_the_account_is_read_as_its_files_are(
    start: Start, manage: Management, registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    with run_server(ThreadingHTTPServer(("127.0.0.1", 0), Account)) as address:
        monkeypatch.setenv("AWS_ENDPOINT_URL_BEDROCK_AGENT", address)
        monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
        monkeypatch.setenv("AWS_REGION", "eu-central-1")
        code, rows = start("bedrock")
    _, again = start("bedrock", SAMPLES / "bedrock")

    assert code == 0, rows
    assert {name: row["versions"] for name, row in rows.items()} == {
        "claims-helper": ["1", "DRAFT"],
        "MakePlaylist": ["2"],
    }
    assert {row["action"] for row in again.values()} == {"unchanged"}


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (["--from", "nobody"], 2, "--from has no source 'nobody': use langfuse, px0"),
        (["--from", "dotprompt"], 2, "dotprompt has no API: name files or folders"),
        (
            ["--from", "langfuse"],
            2,
            "set LANGFUSE_PUBLIC_KEY, LANGFUSE_SECRET_KEY for the API",
        ),
        (["--from", "px0", "/nowhere"], 2, "there is no file /nowhere"),
        (["--from", "prompty", str(SAMPLES / "px0")], 2, "has no files that end in .prompty"),
    ],
)
def test_what_is_wrong_with_the_command_is_said(
    arguments: list[str],
    code: int,
    text: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("CUEBOOK_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("CUEBOOK_API_KEY", "ak_test")
    monkeypatch.delenv("LANGFUSE_SECRET_KEY", raising=False)
    monkeypatch.delenv("LANGFUSE_PUBLIC_KEY", raising=False)

    assert run(["import", "--team", "team", *arguments]) == code
    err = capsys.readouterr().err
    assert text in err
    assert len(err.splitlines()) == 1


def test_a_key_that_the_api_refuses_is_not_shown(
    url: str,
    registry: Registry,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, text in {
        "CUEBOOK_URL": url,
        "CUEBOOK_API_KEY": registry.editor.key or "",
        "LANGFUSE_HOST": url,
        "LANGFUSE_PUBLIC_KEY": "pk-lf-1",
        "LANGFUSE_SECRET_KEY": "sk-lf-a-secret",
    }.items():
        monkeypatch.setenv(name, text)

    assert run(["import", "--from", "langfuse", "--team", registry.team_id]) == 1
    shown = capsys.readouterr()
    assert "GET 127.0.0.1/api/public/v2/prompts: the status is 401" in shown.err
    assert "a-secret" not in shown.out + shown.err


def test_a_key_in_a_file_goes_nowhere(
    start: Start, manage: Management, registry: Registry, capsys: pytest.CaptureFixture[str]
) -> None:
    _, rows = start("prompty", SAMPLES / "prompty" / "basic.prompty")

    assert "a-secret-of-the-file" in (SAMPLES / "prompty" / "basic.prompty").read_text()
    assert "a-secret" not in json.dumps(rows) + capsys.readouterr().err
    assert "a-secret" not in json.dumps(read_versions(manage, registry.team_id))


def test_people_get_a_table(
    url: str,
    registry: Registry,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("CUEBOOK_URL", url)
    monkeypatch.setenv("CUEBOOK_API_KEY", registry.editor.key or "")
    path = str(SAMPLES / "dotprompt")

    assert (
        run(["import", "--from", "dotprompt", "--team", registry.team_id, path, "--dry-run"]) == 0
    )
    shown = capsys.readouterr()
    lines = [line for line in shown.out.splitlines() if not line.startswith("{")]
    assert lines[0].split()[:4] == ["name", "slug", "action", "versions"]
    assert "support/stylish.prompt: it has {{#if style}}, which has no equivalent" in lines
    assert "greeting: no equivalent: input.default" in lines
    assert "greeting: create" in shown.err
    assert "Nothing was changed" in shown.err


def test_the_page_lists_each_source() -> None:
    page = read_document("docs/command.md")
    rows = page.get_table("Come from another product").index_rows()

    assert [*rows] == [*SOURCES]
    for name, (files, api, language, losses) in rows.items():
        source = SOURCES[name]
        samples = source.read(list_files([SAMPLES / name], source.suffixes))
        engines = {
            version.content["engine"]
            for item in samples
            if isinstance(item, ImportedPrompt)
            for version in item.versions
        }
        assert CODE.findall(files) == [*source.suffixes]
        assert CODE.findall(api) == [*source.variables]
        assert {*CODE.findall(language)} == engines
        expected = [loss for row in REPORT[name].values() if row for loss in row[3]]
        assert {*expected} <= {*CODE.findall(losses)}, name


def test_yaml_is_read_as_version_1_2_says() -> None:
    text = "[yes, 010, 1:30, 2024-01-01, True, +1, .5, Null, 2.]"

    assert load_yaml(text) == ["yes", "010", "1:30", "2024-01-01", True, 1, 0.5, None, 2.0]


def test_links_in_folders_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("nobody's prompt")
    folder = tmp_path / "prompts"
    folder.mkdir()
    (folder / "own.prompt").write_text("Hello")
    (folder / "link.prompt").symlink_to(tmp_path / "secret")

    assert [file.name for file in list_files([folder], (".prompt",))] == ["own.prompt"]
