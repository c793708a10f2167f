"""Events of all kinds, as the rules make them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from shared.domain import notices, payloads, pointers, prompts, reviews, versions
from shared.domain.changes import Origin
from shared.domain.content import Content
from shared.domain.model import Author

if TYPE_CHECKING:
    from shared.domain.changes import Change
    from shared.domain.model import Event

ORIGIN = Origin(by=Author(id="1", name="Ada"))


def list_events() -> list[Event]:
    """List events of all kinds, as the rules make them."""
    first = prompts.create(team_id="1", name="x", slug="x", origin=ORIGIN)
    events = [*first.events]
    prompt = first.after

    def go_on(change: Change[Any]) -> Any:
        nonlocal prompt
        events.extend(change.events)
        prompt = change.after
        return change.subject

    go_on(prompts.rename(prompt, ORIGIN, name="y"))
    go_on(prompts.move(prompt, "2", ORIGIN))
    go_on(prompts.describe(prompt, "z", ORIGIN))
    go_on(prompts.set_keywords(prompt, ["a"], ORIGIN))
    go_on(prompts.configure(prompt, "maxim", {"a": 1}, ORIGIN))
    go_on(prompts.set_status(prompt, "archived", ORIGIN))
    go_on(prompts.set_status(prompt, "active", ORIGIN))
    payload = go_on(payloads.create(prompt, name=None, variables={}, origin=ORIGIN))
    go_on(payloads.update(prompt, payload, ORIGIN, name="y"))
    go_on(payloads.delete(prompt, payload, ORIGIN))
    older = go_on(versions.create(prompt, Content(template="x"), ORIGIN, base=None, status="live"))
    version = go_on(versions.create(prompt, Content(template="x"), ORIGIN, base=None))
    version = go_on(versions.revise(prompt, version, Content(template="y"), ORIGIN))
    version = go_on(versions.annotate(prompt, version, "note", ORIGIN))
    go_on(prompts.set_tag(prompt, "a", older, ORIGIN))
    go_on(prompts.set_tag(prompt, "a", version, ORIGIN))
    go_on(prompts.set_tags(prompt, ["a", "b"], older, ORIGIN))
    go_on(prompts.remove_tag(prompt, "a", ORIGIN))
    version = go_on(versions.promote(prompt, version, ORIGIN))
    version = go_on(versions.promote(prompt, version, ORIGIN))
    go_on(pointers.set_split(prompt, "live", [(version, 9_000), (older, 1_000)], ORIGIN))
    go_on(pointers.end_split(prompt, "live", ORIGIN))
    conditions = [{"variable": "env", "operator": "=", "value": "prod"}]
    deployment = {"number": version.number, "versionId": version.id, "conditions": conditions}
    go_on(prompts.deploy(prompt, deployment, ORIGIN))

    shares = [(older, 10_000)]
    for decide in (reviews.withdraw, reviews.reject):
        release = go_on(reviews.create(prompt, "production", shares, ORIGIN, person_id="1"))
        person_id = "1" if decide is reviews.withdraw else "2"
        go_on(decide(prompt, release, ORIGIN, person_id=person_id))
    release = go_on(reviews.create(prompt, "production", shares, ORIGIN, person_id="1"))
    go_on(reviews.approve(prompt, release, [older], ORIGIN, person_id="2"))
    older = go_on(versions.roll_back(prompt, older, ORIGIN, reason="x"))
    go_on(versions.demote(prompt, older, ORIGIN))
    go_on(versions.archive(prompt, version, ORIGIN))
    draft = go_on(versions.create(prompt, Content(template="x"), ORIGIN, base=None))
    go_on(versions.delete(prompt, draft, ORIGIN))
    go_on(prompts.delete(prompt, ORIGIN))
    return events


def build_envelope(event: Event) -> dict[str, Any]:
    notice = notices.build_notice(event, record="1", team_id="1", slug="x")
    return {
        "source": "cuebook",
        "detail-type": notice.kind,
        "detail": json.loads(notice.detail),
    }
