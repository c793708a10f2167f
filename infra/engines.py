"""`make change-engine`: move a prompt on to another template language, by a new version of it.

    python -m infra.engines STACK --prompt ID --engine ENGINE

It uses your own AWS credentials. The new version is a draft with everything that the newest one
has, so that you can compare and render it before it is promoted. No version is changed.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import UUID

import boto3

from infra.operator import OperatorError, choose_target, run_command, write_line
from infra.outputs import get_stack
from shared.dialects.languages import check_inclusions
from shared.domain import versions
from shared.domain.access_events import OPERATOR
from shared.domain.changes import Origin
from shared.domain.content import ENGINES, TEMPLATE
from shared.problems import InvalidComposition, InvalidTemplate
from shared.rendering.translation import translate
from shared.store.store import Store
from shared.store.transactions import LostRaceError
from shared.templates import find_variables, is_template

if TYPE_CHECKING:
    from shared.domain.content import Content, Engine
    from shared.domain.model import Version
    from shared.settings import Settings


def change_engine(settings: Settings, prompt_id: str, engine: Engine) -> Version:
    """Make a draft of a prompt's newest version in another template language.

    Args:
        settings: The settings of the deployment.
        prompt_id: The id of the prompt.
        engine: The language.

    Returns:
        The draft.

    Raises:
        OperatorError: There is no such prompt or version, or a text of it is none of the language,
            or includes one of another language.
        Unavailable: AWS is busy or cannot be reached.
    """
    store = Store(settings)
    while True:
        prompt = store.find_prompt(prompt_id)
        if prompt is None or prompt.is_deleted:
            raise OperatorError(f"there is no prompt {prompt_id}")
        team = store.open_team(prompt.team_id)
        newest = team.open_prompt(prompt).find_version("latest")
        if newest is None:
            raise OperatorError("the prompt has no version")
        if newest.content.engine == engine:
            raise OperatorError(f"version {newest.number} has the engine {engine} already")
        content = convert_content(newest.content, engine, settings)
        message = f"Version {newest.number}, with engine {engine}"
        change = versions.create(prompt, content, Origin(by=OPERATOR), base=newest, message=message)
        try:
            team.commit(change)
        except LostRaceError:
            continue  # somebody has just changed the prompt
        except InvalidComposition as problem:
            raise OperatorError(problem.message) from problem
        return change.subject


def convert_content(content: Content, engine: Engine, settings: Settings) -> Content:
    """Convert the texts of a content to another template language.

    Of Jinja, a text that has no exact translation to Liquid stays as it is, if it is a template of
    that: what LangWatch's clients wrote under an earlier release is stored as Jinja, and is Liquid.

    Raises:
        OperatorError: A text has no translation, and is no template of the language.
    """
    new = frozenset(find_variables(content, settings))
    is_mistaken = (content.engine, engine) == ("jinja", "liquid")
    reason = f"has no translation from {content.engine} to {engine}; write the next version by hand"

    def convert(text: str) -> str:
        translation = translate(
            text, content.engine, engine, names=content.own_names, new_names=new
        )
        if translation is None and not is_mistaken:
            raise OperatorError(f"{_name_text(content, text)} {reason}")
        return text if translation is None else translation

    result = replace(content.map_texts(convert), engine=engine, apart=True)
    if engine == "tela" and content.inputs is None and new:
        inputs = [{"name": name, "type": "str"} for name in sorted(new)]
        result = replace(result, inputs=inputs)
    try:
        check_inclusions(result)
    except InvalidTemplate as problem:
        raise OperatorError(problem.message) from problem
    if not is_template(result, settings):
        raise OperatorError(f"the newest version is no {engine} template, and {reason}")
    return result


def _name_text(content: Content, text: str) -> str:
    path = next(path for path, each in content.placed_texts if each == text)
    return "the template" if path == TEMPLATE else path.partition(".")[0]


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m infra.engines", description=__doc__)
    parser.add_argument("stack", help="name of the stack, such as cuebook-dev")
    parser.add_argument("--prompt", type=UUID, required=True, help="id of the prompt")
    parser.add_argument("--engine", choices=ENGINES, required=True, help="the language")
    arguments = parser.parse_args()
    choose_target(arguments.stack)
    stack = get_stack(arguments.stack, boto3.client("cloudformation"))
    version = change_engine(stack.settings, str(arguments.prompt), arguments.engine)
    write_line(f"version {version.number} is a draft with the engine {arguments.engine}")
    return 0


if __name__ == "__main__":
    sys.exit(run_command(main))
