"""Folders: a ledger of the team has the folders, and a prompt's settings name its folder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from shared.dialects.formats import dump_js_time
from shared.domain.checks import check_name, normalize_name
from shared.domain.ledgers import LedgerType, replace_entries
from shared.ids import new_id
from shared.problems import FolderNotFound

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from shared.dialects.maxim import models
    from shared.domain.changes import Origin
    from shared.domain.content import Document
    from shared.domain.model import Ledger
    from shared.routes.maxim import EntityType

LEDGER = LedgerType(
    "folders",
    {
        "id": str,
        "name": str,
        "entityType": str,
        "parentId": (str, type(None)),
        "createdAt": str,
        "updatedAt": str,
    },
)
DEFAULT_LIMIT = 20
PROMPT: EntityType = "PROMPT"
SYNC_ENTITIES: tuple[EntityType, ...] = (PROMPT, "PROMPT_CHAIN")  # what the SDKs ask folders for


def get_folder(ledger: Ledger, folder_id: str, *, entity_type: EntityType) -> Document:
    """Get a folder by its id.

    Raises:
        FolderNotFound: There is no folder of this type with this id.
    """
    for entry in list_folders(ledger, entity_type):
        if entry["id"] == folder_id:
            return entry
    raise FolderNotFound


def list_folders(ledger: Ledger, entity_type: EntityType) -> Iterator[Document]:
    """List the folders of a type, oldest first."""
    return (entry for entry in ledger.entries if entry["entityType"] == entity_type)


def create(ledger: Ledger, new: models.NewFolder, origin: Origin) -> tuple[Ledger, Document]:
    """Create a folder.

    Raises:
        FolderNotFound: There is no parent folder of this type with this id.
        InvalidRequest: The name is too long or contains a NUL character.
        Unprocessable: The folders of the team take too many bytes.
    """
    if new.parentId is not None:
        get_folder(ledger, new.parentId, entity_type=new.entityType)
    at = dump_js_time(origin.now)
    entry = {
        "id": new_id(),
        "name": check_name(new.name, "name"),
        "entityType": new.entityType,
        "parentId": new.parentId,
        "config": new.config,
        "createdAt": at,
        "updatedAt": at,
    }
    return replace_entries(ledger, (*ledger.entries, entry)), entry


def get_folder_by_name(
    ledger: Ledger, query: Mapping[str, str], entity_type: EntityType
) -> Document:
    """Get the oldest folder with the `name` in the query, in the parent folder in the query.

    Raises:
        FolderNotFound: There is no such folder.
    """
    for entry in list_children(ledger, query, entity_type):
        if normalize_name(entry["name"]) == normalize_name(query["name"]):
            return entry
    raise FolderNotFound


def list_children(
    ledger: Ledger, query: Mapping[str, str], entity_type: EntityType
) -> Iterator[Document]:
    """List the folders in the parent folder in the query, or all folders if it has none."""
    parents: set[str] | None = None
    if parent_id := query.get("parentFolderId"):
        parents = {parent_id}
    elif parent_name := query.get("parentFolderName"):
        parents = {
            entry["id"]
            for entry in list_folders(ledger, entity_type)
            if normalize_name(entry["name"]) == normalize_name(parent_name)
        }
    for entry in list_folders(ledger, entity_type):
        if parents is None or entry["parentId"] in parents:
            yield entry


def dump_folder(entry: Mapping[str, Any], team_id: str) -> models.Folder:
    """Dump a folder of a team."""
    return cast("models.Folder", {"workspaceId": team_id, "type": "FOLDER", **entry})
