"""Deep nesting is stored and read back, or refused; never the one without the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.functions.maxim.workspace import build_version, get_message

if TYPE_CHECKING:
    from tests.client import Response
    from tests.functions.maxim.workspace import Workspace


def nest(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


def require_all_or_nothing(written: Response, read: Response) -> None:
    """What was taken is read back."""
    if written.status >= 400:
        get_message(written, 400)
    assert read.status == 200, read.text


@pytest.mark.parametrize("levels", [100, *range(190, 202)])
def test_what_is_taken_can_be_read(workspace: Workspace, levels: int) -> None:
    prompt = workspace.create_prompt()["id"]
    tool = {"name": "x", "config": {"parameters": nest(levels)}}
    field = {"variable": "a", "operator": "=", "value": nest(levels)}
    folder = {"workspaceId": workspace.id, "entityType": "PROMPT", "name": "x"}
    query = f"workspaceId={workspace.id}&entityType=PROMPT"

    for parameters in ({"a": nest(levels)}, {"promptTools": [tool]}):
        require_all_or_nothing(
            workspace.editor(
                "POST", "/v1/prompts/versions", build_version(prompt, modelParameters=parameters)
            ),
            workspace.viewer("GET", f"/v1/prompts/versions?promptId={prompt}"),
        )
    require_all_or_nothing(
        workspace.editor("PUT", "/v1/prompts/config", {"id": prompt, "deploymentFields": [field]}),
        workspace.viewer("GET", f"/v1/prompts/config?id={prompt}"),
    )
    require_all_or_nothing(
        workspace.editor("POST", "/v1/folders", folder | {"config": nest(levels)}),
        workspace.viewer("GET", f"/v1/folders?{query}"),
    )
