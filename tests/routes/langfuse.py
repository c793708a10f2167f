"""Good calls of Langfuse's routes."""

from __future__ import annotations

from tests.routes.sample import Sample, Variant

PROMPT = "/api/public/v2/prompts/{slug}"
CHAT = [
    {"role": "system", "content": "You are {{who}}"},
    {"type": "placeholder", "name": "history"},
]
VERSION = {
    "name": "{slug}",
    "prompt": "Hello {{name}}!",
    "labels": ["production", "blue"],
    "tags": ["a", "b"],
    "config": {"model": "gpt-4o", "temperature": 0.2},
    "commitMessage": "said better",
}
NEW = {"name": "folder/{new}", "type": "chat", "prompt": CHAT, "labels": ["production"]}

SAMPLES = {
    "get_named_prompt": Sample(
        target=PROMPT,
        variants=(
            Variant(target=f"{PROMPT}?version=2", stranger=404),
            Variant(target=f"{PROMPT}?label=prod", stranger=404),
            Variant(target=f"{PROMPT}?label=latest&resolve=false", stranger=404),
        ),
    ),
    "list_named_prompts": Sample(
        target="/api/public/v2/prompts",
        stranger=None,
        variants=(
            Variant(target="/api/public/v2/prompts?name={slug}"),
            Variant(target="/api/public/v2/prompts?label=production&limit=1"),
            Variant(target="/api/public/v2/prompts?tag=a"),
        ),
    ),
    "create_named_prompt": Sample(
        body=VERSION, stranger=None, missing={"slug": 201}, variants=(Variant(body=NEW),)
    ),
    "label_version": Sample(
        target=f"{PROMPT}/versions/2",
        body={"newLabels": ["production", "blue"]},
        variants=(
            Variant(body={"newLabels": ["production"]}, stranger=404),
            Variant(target=f"{PROMPT}/versions/1", body={"newLabels": ["blue"]}, stranger=404),
            Variant(body={"newLabels": []}, stranger=404),
        ),
    ),
    "delete_named_prompt": Sample(
        target=PROMPT,
        variants=(
            Variant(target=f"{PROMPT}?version=2", stranger=404),
            Variant(target=f"{PROMPT}?label=production", stranger=404),
        ),
    ),
    "get_prompt_by_query": Sample(
        target="/api/public/prompts?name={slug}",
        variants=(Variant(target="/api/public/prompts?name={slug}&version=2", stranger=404),),
    ),
    "create_active_prompt": Sample(
        body=VERSION | {"isActive": True},
        stranger=None,
        missing={"slug": 201},
        variants=(Variant(body=NEW | {"isActive": False}),),
    ),
    "get_own_project": Sample(stranger=None),
    "check_health": Sample(stranger=None),
    "drop_spans": Sample(body={"resourceSpans": []}, stranger=None),
    "drop_events": Sample(
        body={"batch": [{"id": "1", "type": "trace-create"}], "metadata": {}}, stranger=None
    ),
    "drop_scores": Sample(body=[{"name": "good", "value": 1}], stranger=None),
}
