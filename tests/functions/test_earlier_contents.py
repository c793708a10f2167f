"""What an earlier release has stored is shown as that release showed it, in all dialects.

Each line of `earlier_contents.jsonl` is the content of a version as an earlier release stored
it (written in one dialect, some edited in another), and what the four dialects showed of it then.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from infra.local.aws import build_table_name
from shared.store import aws
from shared.store.tables import TABLES
from tests.properties.test_dialects import BACK, WrittenVersion, publish, read_all

if TYPE_CHECKING:
    from tests.client import Registry

EXAMPLES = Path(__file__).with_name("earlier_contents.jsonl")
REFERENCE = re.compile(r"{{ *(\w+) *}}")
VERSIONS = build_table_name(next(table for table in TABLES if table.name == "versions"))


def store(registry: Registry, content: str) -> WrittenVersion:
    """Store a version whose content is what an earlier release wrote."""
    prompt_id = registry.editor.create_prompt()["id"]
    version = registry.editor.create_version(prompt_id)
    registry.cloud.is_strict = False
    aws.get_dynamodb().update_item(
        TableName=VERSIONS,
        Key={"prompt_id": {"S": prompt_id}, "version": {"N": "1"}},
        UpdateExpression="SET content = :content",
        ExpressionAttributeValues={":content": {"S": content}},
    )
    registry.forget()
    return WrittenVersion(prompt_id, 1, version["id"])


def list_views(example: dict[str, Any]) -> dict[str, Any]:
    """List what is shown now of what was shown then.

    LangWatch shows no numbers that its clients refuse, and Tela shows plain references in its own
    language where it can: where each is to a variable that is declared.
    """
    views: dict[str, Any] = example["shown"]
    tela = views["tela"]
    text = json.dumps(tela, ensure_ascii=False)
    if {*REFERENCE.findall(text)} <= {variable["name"] for variable in tela["variables"]}:
        tela = json.loads(REFERENCE.sub(r"{\1}", text))
    prompt = dict(views["langwatch"])
    if not 0 <= prompt.get("temperature", 0) <= 2:
        del prompt["temperature"]
    return {**views, "langwatch": prompt, "tela": tela}


def read_shown(registry: Registry, made: WrittenVersion, example: dict[str, Any]) -> dict[str, Any]:
    """Read a version in the dialects that there were."""
    views = read_all(registry.editor, made)
    shown = {dialect: views[dialect] for dialect in example["shown"]}
    names = example["shown"]["px0"]  # there are more now
    return {**shown, "px0": {name: shown["px0"][name] for name in names}}


def test_what_was_stored_is_shown_as_it_was(registry: Registry) -> None:
    for line in EXAMPLES.read_text(encoding="utf-8").splitlines():
        example = json.loads(line)
        made = publish(registry.editor, store(registry, example["content"]))

        assert read_shown(registry, made, example) == list_views(example), example["content"]


def test_what_was_stored_is_the_same_after_it_was_written_back(registry: Registry) -> None:
    for number, line in enumerate(EXAMPLES.read_text(encoding="utf-8").splitlines()):
        example = json.loads(line)
        made = store(registry, example["content"])
        through, write_back = [*BACK.items()][number % len(BACK)]
        if through not in ("px0", "tela"):  # which do not write to drafts
            publish(registry.editor, made)

        made = publish(registry.editor, write_back(registry.editor, made))

        assert read_shown(registry, made, example) == list_views(example), example["content"]
