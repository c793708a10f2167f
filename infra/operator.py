"""The account and region of operators' commands, and how these commands report errors.

The AWS SDK for Python reads AWS_DEFAULT_REGION only, the CDK's command line reads AWS_REGION first.
All commands of this project do what the CDK does.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import Session

from shared.problems import Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable

# The first one that is set counts.
REGION_VARIABLES = ("AWS_REGION", "AWS_DEFAULT_REGION")


class OperatorError(Exception):
    """A command cannot continue; the message says why and what to do, in one line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The account and the region of a command.

    Attributes:
        account: The id of the account.
        region: The name of the region.
    """

    account: str
    region: str


def find_region(profile: str | None = None) -> str | None:
    """Find the region in the environment or, if it has none, in the profile.

    Args:
        profile: The name of an AWS profile; None for that of the environment.
    """
    for variable in REGION_VARIABLES:
        if region := os.environ.get(variable):
            return region
    return Session(profile=profile).get_scoped_config().get("region")


def choose_target(stack: str | None = None, *, profile: str | None = None) -> Target:
    """Choose account and region, make boto3 use them from now on, and print them.

    Args:
        stack: The name of the command's stack, which is printed too.
        profile: The name of an AWS profile; None for that of the environment.

    Raises:
        OperatorError: No region is set.
        BotoCoreError: There are no credentials, or AWS cannot be reached.
        ClientError: The credentials are invalid.
    """
    region = find_region(profile)
    if region is None:
        raise OperatorError(
            "no AWS region is set: set AWS_REGION, as in AWS_REGION=eu-west-1, "
            "or a region in your AWS profile"
        )
    boto3.setup_default_session(region_name=region, profile_name=profile)
    account = boto3.client("sts").get_caller_identity()["Account"]
    parts = [f"account {account}", f"region {region}", *([f"stack {stack}"] if stack else [])]
    write_line(", ".join(parts))
    return Target(account=account, region=region)


def run_command(command: Callable[[], int]) -> int:
    """Run a command; if it fails, write one line to the standard error.

    Every command can be run again after an interruption.

    Returns:
        The exit code.
    """
    try:
        return command()
    except (OperatorError, OSError) as error:
        write_line(str(error))
    except Unavailable as error:
        write_line(f"the call to AWS failed: {error.__cause__ or error}")
    except (BotoCoreError, ClientError) as error:
        write_line(f"the call to AWS failed: {error}")
    except KeyboardInterrupt:
        write_line("interrupted; run the command again to continue")
    return 1


def write_line(text: str) -> None:
    """Write a line to the standard error, separate from the result of a command."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
