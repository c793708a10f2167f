"""What the registry ought to do, told in plain Python from px0's rules: the oracle of the machine.

Nothing of the code under test takes part.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

TAG = re.compile(r"[A-Za-z0-9_.-]{1,50}")
RESERVED = ("live", "latest")
# Of the templates that the machine writes: what they render to, with `name` as Ada.
RENDERED = {
    "Hi {{.name}}": "Hi Ada",
    "Hi {{ name }}": "Hi Ada",
    "One\nTwo\n": "One\nTwo\n",
    "x" * 1500: "x" * 1500,
}
BROKEN = ("{{", "{{ name")


class ExpectedProblemError(Exception):
    """A call that must fail, with this status and code."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(status, code)
        self.status = status
        self.code = code


INVALID = (400, "invalid_request")
NO_VERSION = (404, "version_not_found")


def require(condition: object, status: int, code: str) -> None:
    if not condition:
        raise ExpectedProblemError(status, code)


@dataclass
class Version:
    """A version as it must be.

    Args:
        stage: draft, stable or archived.
        promotions: how often it was promoted.
    """

    number: int
    template: str
    engine: str
    model: str | None
    message: str
    stage: str = "draft"
    promotions: int = 0

    @property
    def content(self) -> dict[str, Any]:
        return {"template": self.template, "engine": self.engine, "model": self.model}


@dataclass
class Prompt:
    """A prompt as it must be.

    Args:
        events: what happened to it, oldest first.
        after: the live version after each of them.
    """

    team: str
    name: str
    slug: str
    description: str
    id: str = ""
    status: str = "active"
    last: int = 0
    live: int | None = None
    versions: dict[int, Version] = field(default_factory=dict)
    tags: dict[str, int] = field(default_factory=dict)
    payloads: dict[str, dict[str, Any]] = field(default_factory=dict)
    events: list[str] = field(default_factory=list)
    live_after: list[int | None] = field(default_factory=list)

    # -- what is shown

    def get_status(self, number: int) -> str:
        return "live" if number == self.live else self.versions[number].stage

    def dump_version(self, number: int) -> dict[str, Any]:
        """A version as it is answered, but for ids, times and the author."""
        version = self.versions[number]
        return version.content | {
            "prompt_id": self.id,
            "version": number,
            "status": self.get_status(number),
            "tags": sorted(tag for tag, at in self.tags.items() if at == number),
            "message": version.message,
            "model_params": None,
        }

    def resolve(self, selector: str) -> int | None:
        """The number of the version that a path's segment stands for."""
        if re.fullmatch(r"-?[0-9]+", selector):
            number: int | None = int(selector)
        elif selector == "latest":
            number = max(self.versions, default=None)
        else:
            number = self.live if selector == "live" else self.tags.get(selector)
        return number if number in self.versions else None

    def find(self, selector: str) -> Version:
        number = self.resolve(selector)
        require(number is not None, *NO_VERSION)
        assert number is not None
        return self.versions[number]

    # -- what is done

    def note_event(self, kind: str) -> None:
        self.events.append(kind)
        self.live_after.append(self.live)

    def create_version(self, template: str, engine: str, message: str) -> int:
        check_template(template, engine)
        return self._create(template, engine, None, message)

    def _create(self, template: str, engine: str, model: str | None, message: str) -> int:
        self.last += 1
        self.versions[self.last] = Version(self.last, template, engine, model, message)
        self.note_event("version.created")
        return self.last

    def duplicate(self, selector: str) -> int:
        source = self.find(selector)
        return self._create(source.template, source.engine, source.model, "")

    def revise(self, selector: str, changes: dict[str, Any], *, matches: bool) -> int:
        version = self.find(selector)
        require(matches, 412, "precondition_failed")
        require(version.stage == "draft", 422, "not_draft")
        require(changes, *INVALID)
        template, engine = changes.get("template"), changes.get("engine")
        check_template(version.template if template is None else template, engine or version.engine)
        if template is not None:
            version.template = template
        version.engine = engine or version.engine
        version.model = changes.get("model", version.model)
        self.note_event("version.updated")
        return version.number

    def erase(self, selector: str) -> int:
        version = self.find(selector)
        if version.stage == "draft":
            del self.versions[version.number]
            self.tags = {tag: at for tag, at in self.tags.items() if at != version.number}
            self.note_event("version.deleted")
        elif version.stage == "stable":
            self.archive_version(selector)
        return version.number

    def promote(self, selector: str, *, matches: bool) -> int:
        version = self.find(selector)
        require(matches, 412, "precondition_failed")
        require(self.get_status(version.number) in ("draft", "stable"), 422, "wrong_state")
        if version.stage == "draft":
            version.stage = "stable"
        else:
            self.live = version.number
        version.promotions += 1
        self.note_event("version.promoted")
        return version.number

    def demote(self, selector: str) -> int:
        version = self.find(selector)
        require(self.live == version.number, 422, "wrong_state")
        self.live = None
        self.note_event("version.demoted")
        return version.number

    def archive_version(self, selector: str) -> int:
        version = self.find(selector)
        require(version.stage != "archived", 422, "wrong_state")
        version.stage = "archived"
        if self.live == version.number:
            self.live = None
        self.note_event("version.archived")
        return version.number

    def roll_back(self, number: int) -> int:
        version = self.find(str(number))
        require(self.get_status(number) == "stable", 409, "not_rollable")
        self.live = number
        version.promotions += 1
        self.note_event("version.rolled_back")
        return number

    def set_tag(self, tag: str, selector: str) -> int:
        require(TAG.fullmatch(tag) and tag not in RESERVED, *INVALID)
        version = self.find(selector)
        if self.tags.get(tag) != version.number:
            self.tags[tag] = version.number
            self.note_event("tag.moved")
        return version.number

    def remove_tag(self, tag: str) -> None:
        require(tag in self.tags, 404, "tag_not_found")
        del self.tags[tag]
        self.note_event("tag.removed")

    def describe(self, description: str) -> None:
        self.description = description
        self.note_event("prompt.updated")

    def set_status(self, status: str) -> None:
        if self.status != status:
            self.status = status
            self.note_event("prompt.archived" if status == "archived" else "prompt.restored")

    def check_payload(self, variables: object) -> None:
        require(isinstance(variables, dict), *INVALID)

    def update_payload(self, payload_id: str, changes: dict[str, Any]) -> None:
        if "variables" in changes:
            self.check_payload(changes["variables"])
        require(payload_id in self.payloads, 404, "payload_not_found")
        if changes:
            self.payloads[payload_id] |= changes
            self.note_event("payload.updated")

    def delete_payload(self, payload_id: str) -> None:
        require(payload_id in self.payloads, 404, "payload_not_found")
        del self.payloads[payload_id]
        self.note_event("payload.deleted")


def check_template(template: str, engine: str) -> None:
    require(template, *INVALID)
    require(engine in ("go", "jinja"), *INVALID)
    require(template not in BROKEN, 400, "invalid_template")


@dataclass
class Teams:
    """All prompts of all teams, oldest first."""

    prompts: list[Prompt] = field(default_factory=list)

    def list_prompts(self, team: str) -> list[Prompt]:
        return [prompt for prompt in self.prompts if prompt.team == team]

    def create(self, team: str, name: str, slug: str, description: str) -> Prompt:
        require(name, *INVALID)
        prompt = Prompt(team, name, make_slug(slug or name), description)
        self.require_free(prompt, team)
        self.prompts.append(prompt)
        prompt.note_event("prompt.created")
        return prompt

    def move(self, prompt: Prompt, team: str) -> None:
        if prompt.team != team:
            self.require_free(prompt, team)
            prompt.team = team
            prompt.note_event("prompt.moved")

    def require_free(self, prompt: Prompt, team: str) -> None:
        for other in self.list_prompts(team):
            require(other.name != prompt.name, 409, "name_taken")
            require(other.slug != prompt.slug, 409, "name_taken")

    @property
    def events(self) -> list[str]:
        return [event for prompt in self.prompts for event in prompt.events]


def make_slug(text: str) -> str:
    return re.sub("[^a-z0-9]+", "_", text.lower()).strip("_")
