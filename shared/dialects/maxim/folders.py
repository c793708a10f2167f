"""Folders: a ledger of the team's, of what lies where; prompts name theirs in their settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, get_args

from shared.dialects import maxim
from shared.domain.ledgers import with_entries
from shared.domain.prompts import NAME_LENGTH, checked_text
from shared.errors import FolderNotFound, InvalidRequest
from shared.paging import number

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from shared.dialects.maxim.models import NewFolder
    from shared.domain.changes import Act
    from shared.domain.content import Document
    from shared.domain.ledgers import Ledger

LEDGER = "folders"
EntityType = Literal[
    "WORKFLOW",
    "PROMPT_CHAIN",
    "DATASET",
    "PROMPT",
    "CONTEXT_SOURCE",
    "PROMPT_COMPARISONS",
    "LOG_REPOSITORY",
    "PROMPT_TOOL",
]
PROMPT = "PROMPT"  # the entity type of folders for prompts
SERVED = (PROMPT, "PROMPT_CHAIN")  # what the SDKs ask folders for
ENTITY_TYPES: tuple[str, ...] = get_args(EntityType)
DEFAULT_LIMIT = 20


def entity_type(query: Mapping[str, str]) -> str:
    """Raises InvalidRequest."""
    if (text := maxim.required(query, "entityType")) in ENTITY_TYPES:
        return text
    raise InvalidRequest(f"entityType must be one of: {', '.join(ENTITY_TYPES)}")


def find(ledger: Ledger, folder_id: str, *, entity_type: str) -> Document:
    """Raises FolderNotFound."""
    for entry in of_type(ledger, entity_type):
        if entry["id"] == folder_id:
            return entry
    raise FolderNotFound


def of_type(ledger: Ledger, entity_type: str) -> Iterator[Document]:
    """Oldest first."""
    return (entry for entry in ledger.entries if entry["entityType"] == entity_type)


def create(ledger: Ledger, new: NewFolder, act: Act) -> tuple[Ledger, Document]:
    """Raises FolderNotFound, for a parent of another type too; InvalidRequest; Unprocessable."""
    if new.parentId is not None:
        find(ledger, new.parentId, entity_type=new.entityType)
    at = maxim.time(act.now)
    entry = {
        "id": act.new_id,
        "name": checked_text(new.name, "name", longest=NAME_LENGTH),
        "entityType": new.entityType,
        "parentId": new.parentId,
        "config": new.config,
        "createdAt": at,
        "updatedAt": at,
    }
    return with_entries(ledger, (*ledger.entries, entry)), entry


def named(ledger: Ledger, query: Mapping[str, str], entity_type: str) -> Document:
    """The oldest folder of the query's `name`, in the parent that the query names, if it does.

    Raises FolderNotFound.
    """
    for entry in matching(ledger, query, entity_type):
        if entry["name"] == query["name"]:
            return entry
    raise FolderNotFound


def matching(ledger: Ledger, query: Mapping[str, str], entity_type: str) -> Iterator[Document]:
    """The folders in the parent that the query names by id or name; all, when it names none."""
    parents: set[str] | None = None
    if parent_id := query.get("parentFolderId"):
        parents = {parent_id}
    elif parent_name := query.get("parentFolderName"):
        parents = {
            entry["id"] for entry in of_type(ledger, entity_type) if entry["name"] == parent_name
        }
    for entry in of_type(ledger, entity_type):
        if parents is None or entry["parentId"] in parents:
            yield entry


def folder(entry: Mapping[str, Any], team_id: str) -> Document:
    return {"workspaceId": team_id, "type": "FOLDER", **entry}


place = number  # in a list of folders: how many come before
