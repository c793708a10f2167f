"""The documents are complete, current and short, and everything in them is held by a test."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, get_args

from infra import documents
from infra.documents import PARTS
from infra.project import ROOT
from infra.unsupported import UNSUPPORTED_CALLS
from shared.domain.content import ENGINES
from shared.domain.model import Stage
from shared.routes import DIALECTS, ROUTES
from shared.routes.route import SEGMENT
from tests.contract.sources import list_defined_names, list_files, split_words
from tests.documents import list_words, read_document, read_documents
from tools.cost import report
from tools.cost.record import Record

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

CONTRACT, LIVE = "tests/contract/test_documents.py", "tests/live/test_documents.py"
COMMANDS = "tests/contract/test_documented_commands.py"
RULES = "tests/contract/test_documented_tables.py"
INFRA, FUNCTIONS = "tests/infra/test_documents.py", "tests/functions/test_documents.py"
E2E = "tests/e2e/test_deployment.py"
CLIENTS, LAYERS = "tests/clients/test_documents.py", "tests/contract/test_layers.py"
APPLICATIONS, DIALECTS_PAGE = "docs/applications.md", "docs/dialects.md"
EVENTS, OPERATE, WRITERS = "docs/events.md", "docs/operate.md", "docs/writers.md"
COMMAND = "docs/command.md"
CLIENT, OF_CLIENT = "client/README.md", "tests/python_client/test_documents.py"

# By document, heading and head of the first column: the test that holds a table.
TABLES = {
    ("docs/costs.md", "What can be saved", "list"): (
        "tests/functions/test_list_units.py",
        "test_units_of_lists_are_bounded_whatever_a_team_holds",
    ),
    ("docs/costs.md", "Starts paid for in advance", "started in advance"): (
        CONTRACT,
        "test_costs_are_those_of_the_record",
    ),
    ("README.md", "Documentation", "for"): (CONTRACT, "test_links_lead_somewhere"),
    ("CONTRIBUTING.md", "Where is it?", "question"): (CONTRACT, "test_files_that_are_named_exist"),
    ("CONTRIBUTING.md", "Glossary", "term"): (CONTRACT, "test_the_glossary_is_short_and_in_use"),
    (CLIENT, "What a program gets", "state"): (OF_CLIENT, "test_states"),
    (CLIENT, "Errors", "error"): (OF_CLIENT, "test_errors"),
    (COMMAND, "Commands", "command"): (
        "tests/python_client/test_every_command.py",
        "test_the_table_of_commands_is_that_of_the_app",
    ),
    (CLIENT, "While the service fails", "fault"): (
        "tests/python_client/test_faults.py",
        "test_a_program_gets_what_the_table_says",
    ),
    (COMMAND, "Come from another product", "source"): (
        "tests/python_client/test_importers.py",
        "test_the_page_lists_each_source",
    ),
    (APPLICATIONS, "Address and key", "operation"): (RULES, "test_operations"),
    (APPLICATIONS, "Render and read", "to get"): (CONTRACT, "test_endpoints_that_are_named_exist"),
    (APPLICATIONS, "Render and read", "pointer"): (
        "tests/functions/test_splits.py",
        "test_the_vectors_are_those_in_the_document",
    ),
    (APPLICATIONS, "Refresh what an application holds", "list"): (
        RULES,
        "test_lists_of_a_refresh",
    ),
    (APPLICATIONS, "Errors", "status"): (RULES, "test_errors"),
    (APPLICATIONS, "Limits", "what"): (RULES, "test_limits"),
    (WRITERS, "Prompts and versions", "status"): (RULES, "test_transitions"),
    (WRITERS, "Template languages", ""): (RULES, "test_templates_give_what_is_shown"),
    (WRITERS, "Check before saving", "the text has"): (RULES, "test_markup_that_tells_an_engine"),
    (DIALECTS_PAGE, "Point a client here", "client"): (CLIENTS, "test_the_clients_are_those_here"),
    (DIALECTS_PAGE, "What a dialect shows of a version", "field"): (
        FUNCTIONS,
        "test_a_dialect_shows_the_fields_that_are_mapped",
    ),
    (DIALECTS_PAGE, "Template languages", "`engine`"): (RULES, "test_engines"),
    (DIALECTS_PAGE, "Status", "status"): (FUNCTIONS, "test_a_dialect_shows_a_status_as_it_says"),
    (EVENTS, "What an event holds", "field"): (RULES, "test_fields_of_an_event"),
    (EVENTS, "Kinds", "kind"): (RULES, "test_kinds_of_events"),
    (EVENTS, "Tell people about releases", "who should know"): (
        RULES,
        "test_events_of_releases_are_kinds",
    ),
    (OPERATE, "Protected pointers", "rule"): (RULES, "test_rules_of_protected_pointers"),
    (OPERATE, "What is deployed", "output"): (INFRA, "test_outputs"),
    (OPERATE, "Stages and options", "value"): (INFRA, "test_options"),
    (OPERATE, "Logs, metrics and traces", "field"): (FUNCTIONS, "test_fields_of_the_log"),
    (OPERATE, "Logs, metrics and traces", "query"): (
        "tests/infra/test_operations.py",
        "test_queries_are_saved_over_the_log_of_all_functions",
    ),
    (OPERATE, "Audit logs", "parameter"): (RULES, "test_parameters_of_audit_logs"),
    (OPERATE, "Audit logs", "kind"): (RULES, "test_kinds_of_audit_logs"),
    (OPERATE, "Back up and restore", "what happened"): (
        CONTRACT,
        "test_endpoints_that_are_named_exist",
    ),
    (OPERATE, "The local server", "variable"): (RULES, "test_variables_of_the_local_server"),
    (OPERATE, "The local server", "file in `.local/`"): (
        RULES,
        "test_files_of_the_local_server",
    ),
    (OPERATE, "The whole stack on one machine", "what"): (
        CONTRACT,
        "test_files_that_are_named_exist",
    ),
}
# By document, heading and language: the test that runs or compares the blocks of code.
BLOCKS = {
    ("README.md", "One minute", "sh"): (COMMANDS, "test_commands_are_known"),
    ("README.md", "One minute", "text"): (LIVE, "test_the_first_minute"),
    ("README.md", "A walk", "bash"): (LIVE, "test_walks_print_what_is_shown_and_again"),
    ("README.md", "Call it from your application", "python"): (
        CLIENTS,
        "test_the_calls_of_the_readme",
    ),
    ("README.md", "Deploy in five commands", "sh"): (E2E, "test_the_last_of_the_five_commands"),
    ("CONTRIBUTING.md", "The inner loop", "sh"): (COMMANDS, "test_commands_are_known"),
    ("CONTRIBUTING.md", "The layers", "text"): (LAYERS, "test_imports_lead_to_lines_below"),
    ("CONTRIBUTING.md", "Add an endpoint", "python"): (
        CONTRACT,
        "test_excerpts_are_in_their_files",
    ),
    **{
        (APPLICATIONS, heading, language): (LIVE, "test_the_program_prints_what_is_shown")
        for heading in ("Quick start", "Render and read")
        for language in ("python", "text")
    },
    (APPLICATIONS, "Include other prompts", "text"): (RULES, "test_references_are_such"),
    (APPLICATIONS, "Errors", "json"): (RULES, "test_examples_are_json"),
    (DIALECTS_PAGE, "One version, every dialect", "bash"): (
        CLIENTS,
        "test_the_tour_prints_what_is_shown_and_again",
    ),
    (EVENTS, "What an event holds", "json"): (RULES, "test_fields_of_an_event"),
    (EVENTS, "A rule for what goes live", "sh"): (
        COMMANDS,
        "test_commands_of_aws_are_what_aws_takes",
    ),
    (EVENTS, "Tell people about releases", "sh"): (
        COMMANDS,
        "test_the_rule_of_releases_matches_what_waits_for_a_protected_pointer",
    ),
    (EVENTS, "Webhooks", "sh"): (COMMANDS, "test_commands_of_aws_are_what_aws_takes"),
    (EVENTS, "Webhooks", "python"): (COMMANDS, "test_the_webhook_is_signed"),
    (OPERATE, "Deploy", "sh"): (COMMANDS, "test_commands_are_known"),
    (OPERATE, "Protected pointers", "bash"): (LIVE, "test_walks_print_what_is_shown_and_again"),
    (OPERATE, "Keys and people", "bash"): (LIVE, "test_walks_print_what_is_shown_and_again"),
    (OPERATE, "API keys", "sh"): (COMMANDS, "test_commands_are_known"),
    (OPERATE, "A team that was deleted", "sh"): (COMMANDS, "test_commands_are_known"),
    (OPERATE, "Single sign-on", "sh"): (INFRA, "test_contexts_in_commands_can_be_deployed"),
    (OPERATE, "Deploy", "text"): (INFRA, "test_what_bootstrap_prints"),
    (OPERATE, "Logs, metrics and traces", "text"): (
        E2E,
        "test_traces_are_those_that_are_shown_and_tell_no_secrets",
    ),
    (OPERATE, "Logs, metrics and traces", "sh"): (
        COMMANDS,
        "test_commands_of_aws_are_what_aws_takes",
    ),
    **{
        (OPERATE, heading, "sh"): (COMMANDS, "test_commands_are_known")
        for heading in (
            "Back up and restore",
            "Upgrade",
            "The local server",
            "The whole stack on one machine",
        )
    },
    **{
        (page, heading, "bash"): (LIVE, "test_walks_print_what_is_shown_and_again")
        for page, headings in {
            APPLICATIONS: (
                "Conditional requests",
                "Idempotency",
                "Lists",
                "Refresh what an application holds",
            ),
            WRITERS: (
                "Draft",
                "Try it with sample variables",
                "Check before saving",
                "Compare and tag",
                "Go live and roll back",
                "Try a version on some of the callers",
                "Ask for a release",
                "What was live at a time",
                "What is used",
            ),
        }.items()
        for heading in headings
    },
    ("docs/costs.md", "Costs", "sh"): (COMMANDS, "test_commands_are_known"),
    (CLIENT, "Quick start", "sh"): (
        "tests/python_client/test_package.py",
        "test_the_wheel_alone_renders_and_loads_little",
    ),
    (COMMAND, "Commands", "sh"): (
        "tests/python_client/test_command.py",
        "test_commands_of_the_readme_release_a_prompt",
    ),
    (CLIENT, "Quick start", "python"): (LIVE, "test_programs_of_the_client_print_what_is_shown"),
    **{
        (CLIENT, heading, "python"): (
            LIVE,
            "test_programs_of_the_client_build_requests_and_release_a_prompt",
        )
        for heading in ("Hand a prompt to a model", "Manage prompts")
    },
    (CLIENT, "Traces and metrics", "python"): (
        LIVE,
        "test_the_program_of_the_client_that_is_traced_runs",
    ),
    (COMMAND, "For assistants", "json"): (
        "tests/python_client/test_assistants.py",
        "test_the_settings_of_an_assistant_start_the_command",
    ),
    **{
        (COMMAND, "Prompts in Git", language): (OF_CLIENT, test)
        for language, test in (
            ("sh", "test_commands_exist"),
            ("yaml", "test_commands_exist"),
            ("md", "test_the_file_is_one"),
        )
    },
    (CLIENT, "Quick start", "text"): (LIVE, "test_programs_of_the_client_print_what_is_shown"),
}
README_LINES, GLOSSARY_TERMS = 150, 35
PATH = re.compile(r"(?:client|docs|functions|infra|requirements|shared|tests|tools)/[\w./-]*")
CALL = re.compile(r"(GET|POST|PUT|PATCH|DELETE) (…?)(/[^`\s]+)")


# -- all of it


def test_each_table_is_generated_or_held_by_a_test() -> None:
    tables = {
        (document.name, table.heading, table.head[0])
        for document in read_documents()
        for table in document.tables
        if table.part not in {*PARTS, "cost"}
    }

    assert tables == TABLES.keys()
    assert_exist(TABLES.values())


def test_each_block_of_code_is_held_by_a_test() -> None:
    blocks = {
        (document.name, block.heading, block.language)
        for document in read_documents()
        for block in document.blocks
    }

    assert blocks == BLOCKS.keys()
    assert_exist(BLOCKS.values())


def assert_exist(tests: Any) -> None:
    missing = [
        f"{file}: {name}"
        for file, name in tests
        if not re.search(rf"^(?:def )?{name}\b", (ROOT / file).read_text(), re.MULTILINE)
    ]
    assert missing == []


def test_generated_parts_are_current() -> None:
    for file in documents.list_documents():
        text = file.read_text(encoding="utf-8")
        assert text == documents.replace_parts(text), f"{file.name}: run make documents"


def test_each_generated_part_is_in_one_document() -> None:
    parts = [
        name
        for document in read_documents()
        for name in re.findall(r"^<!-- ([\w ]+) -->$", document.text, re.MULTILINE)
    ]

    assert sorted(parts) == sorted([*PARTS, "cost", "starts"])


def test_a_stale_document_is_named_and_writing_mends_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stale = tmp_path / "README.md"
    stale.write_text("above\n<!-- tables -->\nold\n<!-- /tables -->\nbelow\n")
    monkeypatch.setattr(documents, "ROOT", tmp_path)

    monkeypatch.setattr("sys.argv", ["documents", "--check"])
    assert documents.main() == 1
    assert capsys.readouterr().err == "README.md is stale: run make documents\n"

    monkeypatch.setattr("sys.argv", ["documents"])
    assert documents.main() == 0
    assert stale.read_text() == (
        f"above\n<!-- tables -->\n{documents.build_tables()}<!-- /tables -->\nbelow\n"
    )
    monkeypatch.setattr("sys.argv", ["documents", "--check"])
    assert documents.main() == 0


def test_costs_are_those_of_the_record() -> None:
    text = report.get_document().read_text(encoding="utf-8")

    assert report.replace_block(text, Record.read()) == text, "run make documents"


def test_the_readme_is_short() -> None:
    assert len(read_document("README.md").text.splitlines()) <= README_LINES


def test_links_lead_somewhere() -> None:
    broken = []
    for document in read_documents():
        for link in document.links:
            if link.startswith(("https://", "http://127.0.0.1")):
                continue
            target, _, anchor = link.partition("#")
            file = (ROOT / document.name).parent / target if target else ROOT / document.name
            name = str(file.resolve().relative_to(ROOT))
            if not file.exists() or (anchor and anchor not in read_document(name).anchors):
                broken.append(f"{document.name}: {link}")

    assert broken == []


def test_files_that_are_named_exist() -> None:
    missing = {
        f"{document.name}: {words}"
        for document in read_documents()
        for words in list_words(document.prose)
        if PATH.fullmatch(words) and not (ROOT / words).exists()
    }

    assert missing == set()


def test_endpoints_that_are_named_exist() -> None:
    calls = {(route.method, route.path) for route in ROUTES}
    calls |= {(call.method, call.path) for call in UNSUPPORTED_CALLS}
    patterns = [(method, re.compile(SEGMENT.sub("[^/]+", path))) for method, path in calls]
    missing = []
    for document in read_documents():
        for method, dots, path in CALL.findall(document.prose):
            plain = path.partition("?")[0].rstrip(".,;:")
            if dots:
                exists = any(method == known and other.endswith(plain) for known, other in calls)
            else:
                exists = any(
                    method == known and pattern.fullmatch(plain) for known, pattern in patterns
                )
            if not exists:
                missing.append(f"{document.name}: {method} {dots}{path}")

    assert missing == []


# -- CONTRIBUTING.md


def test_excerpts_are_in_their_files() -> None:
    for block in read_document("CONTRIBUTING.md").get_blocks("python"):
        (file,) = list_words(block.above)
        source = (ROOT / file).read_text(encoding="utf-8")
        assert block.text in source, f"{file} no longer has\n{block.text}"


def test_the_glossary_is_short_and_in_use() -> None:
    terms = read_document("CONTRIBUTING.md").get_table("Glossary").index_rows()
    words = {
        word.removesuffix("s")
        for file in list_files()
        for _, name, _ in list_defined_names(file)
        for word in split_words(name)
    }

    assert len(terms) <= GLOSSARY_TERMS
    assert {term for term in terms if term.removesuffix("s") not in words} == set()
    assert list_words(terms["dialect"][0]) == [*DIALECTS[:1]]
    assert set(ENGINES) <= {*re.findall(r"\w+", terms["engine"][0])}
    assert set(re.findall(r"\w+", terms["stage"][0].partition(": ")[2])) == {*get_args(Stage)}
