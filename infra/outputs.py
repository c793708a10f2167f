"""The outputs of a stack, by which operators' commands find a deployment."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, uuid5

from botocore.exceptions import ClientError

from infra.operator import OperatorError
from shared.settings import MissingSettingError, Settings

if TYPE_CHECKING:
    from collections.abc import Mapping


class StackError(OperatorError):
    """There is no such stack, or the command does not support it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StackOutputs:
    """The outputs of a stack.

    Attributes:
        stack_id: The id, which a later stack of the same name does not have.
        values: The outputs by name.
        is_protected: Whether the stack has termination protection.
    """

    stack_id: str
    values: Mapping[str, str]
    is_protected: bool = False

    @property
    def team_id(self) -> str:
        """The id of the stack's first team, which a later stack of the same name does not have."""
        return str(uuid5(NAMESPACE_URL, self.stack_id))

    @property
    def settings(self) -> Settings:
        """The settings of the stack's functions.

        Raises:
            StackError: An output is missing.
        """
        environment = {build_variable_name(name): text for name, text in self.values.items()}
        try:
            return Settings.load(environment)
        except MissingSettingError as error:
            raise StackError(
                f"the stack is not a complete Cuebook stack: {error}; run make deploy again"
            ) from error


def get_stack(name: str, cloudformation: Any) -> StackOutputs:
    """Get a stack's outputs.

    Args:
        name: The name or the id of the stack.
        cloudformation: The boto3 client of CloudFormation.

    Raises:
        StackError: There is no such stack in the account and region.
        ClientError: CloudFormation reports another error.
    """
    try:
        (stack,) = cloudformation.describe_stacks(StackName=name)["Stacks"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "ValidationError":
            raise
        raise StackError(
            f"there is no stack {name} in this account and region; check STACK and AWS_REGION"
        ) from error
    return StackOutputs(
        stack_id=stack["StackId"],
        values={output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", ())},
        is_protected=bool(stack.get("EnableTerminationProtection")),
    )


def build_variable_name(output: str) -> str:
    """Convert the name of an output to that of a variable: PromptsTable to PROMPTS_TABLE."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", output).upper()
