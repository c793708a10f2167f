"""Every command of the documents is one that exists; those of AWS's CLI are what AWS takes.

Walks in bash are pasted by `tests/live/test_documents.py` and `tests/clients/test_documents.py`.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import shlex
import subprocess
from typing import TYPE_CHECKING, Any
from unittest import mock

from botocore.session import Session
from botocore.validate import ParamValidator

from infra.documents import TARGET
from infra.project import ROOT
from tests.contract.histories import build_envelope, list_events
from tests.documents import list_words, read_document, read_documents

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

EVENTS, OPERATE = "docs/events.md", "docs/operate.md"
MAKE = re.compile(r"(?:^|\s|\()make (?:-s )?([a-z][a-z0-9-]*)")
# What targets need to be told; any value is as good for a dry run.
VARIABLES = (
    "STACK=cuebook-dev",
    "TEAM=Platform",
    "FILE=team.jsonl",
    "AT=2026-01-31T14:05Z",
    "TABLES=rescue-",
    "NAME=service",
    "PROMPT=0b9d5f3e-6c4f-4a55-9d0c-2f6a4c1f7e21",
    "ENGINE=liquid",
    "ID=0b9d5f3e-6c4f-4a55-9d0c-2f6a4c1f7e21",
)
ARN, SECONDS = "arn:aws:events:eu-central-1:123456789012:x/y", "1700000000"


def test_commands_are_known() -> None:
    """What `make` is asked for is there, and is asked for with the variables that it needs."""
    targets = {name for name, _ in TARGET.findall((ROOT / "Makefile").read_text())}
    texts = [
        text
        for document in read_documents()
        for text in (
            *list_words(document.prose),
            *(block.text for language in ("sh", "bash") for block in document.get_blocks(language)),
        )
    ]

    names = {name for text in texts for name in MAKE.findall(text)}

    assert names - targets == set()
    done = subprocess.run(
        ["make", "--dry-run", "--always-make", *sorted(names), *VARIABLES],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def list_aws_commands() -> Iterator[tuple[str, str, dict[str, str]]]:
    """List the commands of the AWS CLI: service, operation, and options by their names."""
    for name in (EVENTS, OPERATE):
        for block in read_document(name).get_blocks("sh"):
            for command in re.findall(r"^aws (?:.*\\\n)*.*$", block.text, re.MULTILINE):
                text = command.replace("\\\n", "")
                text = re.sub(r"\$\(\(.*?\)\)|\$\(date \+%s\)", SECONDS, text)
                text = re.sub(r"\$[A-Z_]+", ARN, text)
                _, service, operation, *words = shlex.split(text)
                yield service, operation, dict(zip(words[::2], words[1::2], strict=True))


def test_commands_of_aws_are_what_aws_takes() -> None:
    commands = list(list_aws_commands())

    assert len(commands) == 10
    for service, operation, options in commands:
        model = Session().get_service_model(service)
        name = "".join(word.capitalize() for word in operation.split("-"))
        shape = model.operation_model(name).input_shape
        assert shape is not None
        names = {spell_option(member): member for member in shape.members}
        parameters = {
            names[option]: read_option(text, shape.members[names[option]].type_name)
            for option, text in options.items()
        }
        errors = ParamValidator().validate(parameters, shape)
        assert not errors.has_errors(), f"{operation}: {errors.generate_report()}"


def spell_option(member: str) -> str:
    """Spell the name of a parameter as the AWS CLI does."""
    return "--" + re.sub(r"(?<!^)(?=[A-Z])", "-", member).lower()


def read_option(text: str, kind: str) -> Any:
    """Read an option as the AWS CLI does: numbers, JSON, or its shorthand."""
    if kind in ("integer", "timestamp"):
        return int(text)
    if kind in ("list", "structure"):
        if text[0] in "[{":
            return json.loads(text)
        return [dict(pair.split("=", 1) for pair in text.split(","))]
    return text


def test_the_rule_matches_what_goes_live_and_nothing_else() -> None:
    (pattern,) = (
        json.loads(options["--event-pattern"])
        for _, _, options in list_aws_commands()
        if options.get("--name") == "live-prompts"
    )

    events = list_events()
    matching = [event for event in events if matches(pattern, build_envelope(event))]

    assert {event.kind for event in matching} == {"version.promoted", "version.rolled_back"}
    assert matching == [event for event in events if event.detail.get("status") == "live"]
    assert all(event.live_version == event.detail["version"] for event in matching)


def test_the_rule_of_releases_matches_what_waits_for_a_protected_pointer() -> None:
    (pattern,) = (
        json.loads(options["--event-pattern"])
        for _, _, options in list_aws_commands()
        if options.get("--name") == "cuebook-releases" and "--event-pattern" in options
    )

    matching = [event for event in list_events() if matches(pattern, build_envelope(event))]

    assert matching
    assert {event.kind for event in matching} == {"release.requested"}
    other = build_envelope(matching[0])
    other["detail"]["detail"]["pointer"] = "staging"
    assert not matches(pattern, other)


def matches(pattern: dict[str, Any], event: dict[str, Any]) -> bool:
    """Tell whether an event matches a pattern of plain values. Source: EventBridge's guide."""
    return all(
        name in event
        and (
            matches(expected, event[name])
            if isinstance(expected, dict)
            else event[name] in expected
        )
        for name, expected in pattern.items()
    )


def test_the_webhook_is_signed(monkeypatch: pytest.MonkeyPatch) -> None:
    (block,) = read_document(EVENTS).get_blocks("python")
    program: dict[str, Any] = {}
    exec(block.text, program)  # it is the documents' own
    monkeypatch.setenv("WEBHOOK_SECRET", "secret")
    monkeypatch.setenv("WEBHOOK_URL", "https://hooks.example.com/cuebook")

    event = build_envelope(list_events()[0]) | {"time": "2026-01-02T03:04:05Z"}
    with mock.patch("urllib.request.urlopen") as urlopen:
        program["lambda_handler"](event, None)

    (request,) = urlopen.call_args.args
    signed = b"2026-01-02T03:04:05Z." + request.data
    signature = hmac.new(b"secret", signed, hashlib.sha256).hexdigest()
    assert json.loads(request.data) == event["detail"]
    assert request.get_header("X-cuebook-signature") == f"sha256={signature}"
