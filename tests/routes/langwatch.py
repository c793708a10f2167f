"""Good calls of LangWatch's routes."""

from __future__ import annotations

from tests.routes.sample import Sample, Variant

PROMPT, TAGS = "/api/prompts/{slug}", "/api/prompts/tags"
NATIVE = "/v1/prompts/{id}/versions"
CONFIG = {
    "prompt": "Answer {{question}}",
    "messages": [{"role": "user", "content": "{{question}}"}],
    "inputs": [{"identifier": "question", "type": "str"}],
    "outputs": [{"identifier": "answer", "type": "str"}],
    "model": "openai/gpt-4o-mini",
}
VERSION = {
    "projectId": "any",
    "configId": "any",
    "schemaVersion": "1.0",
    "commitMessage": "first real version",
    "version": 1,
    "configData": CONFIG | {"version": 2, "demonstrations": {"columns": [], "rows": []}},
}
UPDATE = {"commitMessage": "", "handle": "{new}", "tags": ["production"]}
SYNC = {"configData": CONFIG, "localVersion": 2}
# So that the last number that was given is no version's.
DELETE_DRAFT = (("POST", NATIVE, {"template": "x"}), ("DELETE", f"{NATIVE}/4", None))
STAGING = ("POST", f"{NATIVE}/2/tags", {"tag": "staging"})
DEFINE_TAG = (("POST", TAGS, {"name": "{new}"}),)
RENAME_TAG = ("PUT", f"{TAGS}/{{new}}", {"name": "{new}-before"})

SAMPLES = {
    "list_prompts_by_handle": Sample(stranger=None, first=DELETE_DRAFT),
    "create_prompt_by_handle": Sample(
        body={"handle": "{new}", "prompt": "x", "tags": ["production", "staging"]}, stranger=None
    ),
    "get_prompt_by_handle": Sample(
        target=PROMPT,
        first=(STAGING,),
        variants=(
            Variant(target="/api/prompts/{id}"),
            *(Variant(target=f"{PROMPT}?{query}") for query in ("version=1", "tag=staging")),
            Variant(target=f"{PROMPT}?tag=latest"),
        ),
    ),
    "update_prompt_by_handle": Sample(
        target=PROMPT,
        body=UPDATE,
        first=DEFINE_TAG,
        variants=(
            Variant(target="/api/prompts/{id}"),
            Variant(body=UPDATE | {"tags": ["staging", "{new}"]}, stranger=404),
        ),
    ),
    "delete_prompt_by_handle": Sample(target=PROMPT),
    "sync_prompt": Sample(
        target=f"{PROMPT}/sync",
        body=SYNC,
        # What is not there is created.
        stranger=None,
        missing={"slug": 200},
        variants=(Variant(target="/api/prompts/{new}/sync"),),
    ),
    "create_config_version": Sample(
        target=f"{PROMPT}/versions",
        body=VERSION,
        variants=(
            Variant(target="/api/prompts/{id}/versions"),
            Variant(target="/api/prompts/{id}/versions", body={"prompt": "flat"}),
        ),
    ),
    "list_config_versions": Sample(
        target=f"{PROMPT}/versions", variants=(Variant(target="/api/prompts/{id}/versions"),)
    ),
    "restore_config_version": Sample(
        target=f"{PROMPT}/versions/{{stable}}/restore",
        variants=(Variant(target="/api/prompts/{id}/versions/{stable}/restore"),),
    ),
    "assign_tag": Sample(
        target=f"{PROMPT}/tags/production",
        body={"versionId": "{stable}"},
        missing={"stable": 422},
        variants=(Variant(target="/api/prompts/{id}/tags/staging"),),
    ),
    "list_tag_definitions": Sample(stranger=None),
    # Under a name that another tag had, which still has its pointer.
    "create_tag_definition": Sample(
        body={"name": "{new}"}, first=(*DEFINE_TAG, RENAME_TAG), stranger=None
    ),
    "rename_tag_definition": Sample(
        target=f"{TAGS}/{{new}}", body={"name": "{new}-again"}, first=DEFINE_TAG, stranger=404
    ),
    "delete_tag_definition": Sample(target=f"{TAGS}/{{new}}", first=DEFINE_TAG, stranger=404),
    "drop_traces": Sample(body={}, stranger=None),
}
