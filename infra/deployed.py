"""A deployment as an operator's programs find it: by the outputs of its stack."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, uuid5

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from shared.settings import MissingSetting, Settings

if TYPE_CHECKING:
    from collections.abc import Mapping


class NotDeployed(Exception):
    """The argument says why, on one line."""


@dataclass(frozen=True, slots=True)
class Stack:
    """Args:
    id: of this creation of the stack: another one of the same name gets another team.
    """

    id: str
    outputs: Mapping[str, str]

    @classmethod
    def read(cls, name: str) -> Stack:
        """Raises NotDeployed."""
        try:
            found = boto3.client("cloudformation").describe_stacks(StackName=name)["Stacks"][0]
        except (BotoCoreError, ClientError) as error:
            raise NotDeployed(f"cannot read the stack {name}: {error}") from error
        outputs = {one["OutputKey"]: one["OutputValue"] for one in found.get("Outputs", ())}
        return cls(found["StackId"], outputs)

    @property
    def team_id(self) -> str:
        return str(uuid5(NAMESPACE_URL, self.id))

    @property
    def settings(self) -> Settings:
        """What its functions find in their environment. Raises NotDeployed."""
        environment = {variable(output): value for output, value in self.outputs.items()}
        try:
            return Settings.read(environment)
        except MissingSetting as error:
            raise NotDeployed(f"this is no Cuebook stack that is complete: {error}") from error


def variable(output: str) -> str:
    """`PROMPTS_TABLE` of the output `PromptsTable`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", output).upper()
