"""Serve `POST /v1/check`."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from shared.dialects.languages import find_problems
from shared.dialects.registry.chats import load_histories
from shared.dialects.registry.contents import NO_TEXT, load_content
from shared.dialects.registry.models import TextToCheck
from shared.dialects.registry.requests import (
    load_payload_id,
    load_strict,
    load_variables,
    parse_uuid,
)
from shared.dialects.registry.responses import dump_rendered_texts
from shared.dialects.registry.text_checks import (
    build_finding,
    dump_findings,
    find_schema_errors,
    find_warnings,
)
from shared.domain import checks, prompts, versions
from shared.domain.changes import Origin
from shared.domain.restrictions import build_prompt_problem
from shared.problems import InvalidComposition, InvalidRequest, LimitReached, TemplateFailed
from shared.serve import serve
from shared.store.reading import Beside
from shared.templates import (
    USUAL_ENGINE,
    find_readable_variables,
    load_engines,
    recognise_engine,
    render,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.call import Call
    from shared.dialects.registry.models import Finding, TextCheck
    from shared.domain.content import Content
    from shared.responses import Response
    from shared.store.team import PromptStore, TeamStore

MAX_ERRORS = 100
NEW_PROMPT = "new_prompt"  # stands for the slug of a prompt that there is not yet
NO_PROMPT = {
    "path": "payload_id",
    "message": "payload_id: send prompt_id too, to whose payloads it belongs",
}


def check_text(call: Call) -> Response[TextCheck]:
    """Check a text that is not saved, and render it if its variables are there.

    Nothing is written. The body is that of a new version; what would be a problem with its text
    there is an entry of `errors` here, in a response with the status 200.
    """
    body = call.load_body(TextToCheck)
    checks.check_message(body.message)
    team, store = _open_place(call, body)
    content = _load_content(call, body, store)
    errors = [*islice(_find_errors(call, team, store, content), MAX_ERRORS)]
    whole = content.whole
    result: TextCheck = {
        "engine": content.engine,
        "variables": find_readable_variables(whole, call.settings),
        "errors": [*errors, *islice(find_schema_errors(content), MAX_ERRORS - len(errors))],
        "warnings": [] if errors else [*find_warnings(content, call.settings)],
        "rendering": None,
        "missing_variables": [],
    }
    has_values = body.variables is not None or body.payload_id is not None
    if not errors and (has_values or not result["variables"]):
        _add_rendering(call, result, whole, store, is_composed=whole is not content)
    return call.respond(result)


def _open_place(call: Call, body: TextToCheck) -> tuple[TeamStore, PromptStore | None]:
    """Open the prompt that the text is for, or the team of a new one.

    Raises:
        Forbidden: An API key of some prompts names none of them.
        InvalidRequest: The body names no team, or two things.
    """
    payload_id = load_payload_id(call.request)
    if body.prompt_id:
        if body.team_id:
            raise InvalidRequest("send prompt_id or team_id, not both")
        name = checks.check_text(body.prompt_id, "prompt_id")
        store = call.open_prompt_by_name(name, Beside(payload_id=payload_id))
        return store.team, store
    if body.team_id:
        team = call.open_team(parse_uuid(body.team_id, problem="invalid team_id"))
    else:
        team = call.open_own_team()
    if team.restrictions.prompt_ids is not None:
        raise build_prompt_problem("check the text of a new one; send prompt_id")
    if payload_id is not None:
        raise InvalidRequest(details=[NO_PROMPT])
    return team, None


def _load_content(call: Call, body: TextToCheck, store: PromptStore | None) -> Content:
    if not body.engine and store is not None and (newest := store.find_newest()):
        body.engine = newest.content.engine
    if body.engine:
        return load_content(body, may_be_empty=True)
    body.engine = USUAL_ENGINE
    content = load_content(body, may_be_empty=True)
    return replace(content, engine=recognise_engine(content, call.settings))


def _find_errors(
    call: Call, team: TeamStore, store: PromptStore | None, content: Content
) -> Iterator[Finding]:
    """Find why the text could not be saved; its content has what it includes afterwards."""
    if content.template == "":
        yield build_finding(**NO_TEXT)
        return
    is_template = True
    for problem in find_problems(content, call.settings):
        is_template = False
        yield from dump_findings(problem)
    if is_template:
        try:
            _compose(call, team, store, content)
        except InvalidComposition as problem:
            yield from dump_findings(problem)


def _compose(call: Call, team: TeamStore, store: PromptStore | None, content: Content) -> None:
    """Find what the text includes, as a version that is not written.

    Raises:
        InvalidComposition: It cannot include that.
    """
    origin = Origin(by=call.principal.author)
    if store is None:
        new = prompts.create(team_id=team.id, name=NEW_PROMPT, slug=NEW_PROMPT, origin=origin)
        prompt = new.after
    else:
        prompt = store.prompt
    team.compose(versions.create(prompt, content, origin, base=None))


def _add_rendering(
    call: Call,
    result: TextCheck,
    content: Content,
    store: PromptStore | None,
    *,
    is_composed: bool,
) -> None:
    """Add what the text is rendered to, or why it is not."""
    payload_id = load_payload_id(call.request)
    sample = store.get_payload(payload_id).variables if store and payload_id else {}
    variables = load_variables(call.request, content.engine, sample=sample)
    is_strict = load_strict(call.request)
    try:
        histories = load_histories(content, variables)
        rendering = render(
            content, variables, call.settings, histories=histories, is_strict=is_strict
        )
    except TemplateFailed as problem:
        result["missing_variables"] = [*problem.missing]
        if not problem.missing:
            result["errors"] += dump_findings(problem, is_composed=is_composed)
    except LimitReached as problem:
        result["errors"] += dump_findings(problem, is_composed=is_composed)
    else:
        result["missing_variables"] = rendering.missing
        result["rendering"] = dump_rendered_texts(rendering, content)


lambda_handler = serve(check_text, prepare=load_engines)
