"""Run the CDK's command line in the account and region of all other commands.

    python -m infra.cdk bootstrap [option …]
    python -m infra.cdk deploy [argument …]

`bootstrap` prepares the account and region; all other commands are about the stack.
"""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from typing import TYPE_CHECKING

from infra.operator import choose_target, run_command
from infra.project import ROOT

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from infra.operator import Target

CDK = ROOT / "node_modules" / ".bin" / "cdk"


def build_command(arguments: Sequence[str], target: Target) -> tuple[list[str], Path]:
    """Build the CDK's command, and the folder to run it in.

    Args:
        arguments: The name of the CDK's command, and its arguments.
        target: The account and the region.
    """
    name, *rest = arguments
    if name == "bootstrap":
        # In a folder with a cdk.json it would synthesise the stack first.
        return [str(CDK), name, f"aws://{target.account}/{target.region}", *rest], CDK.parent
    app = f"{shlex.quote(sys.executable)} -m infra.app"
    return [str(CDK), name, "--app", app, *rest], ROOT


def main() -> int:
    """Replace this process by the CDK's command line."""
    arguments = sys.argv[1:] or ["--help"]
    options = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    options.add_argument("--profile")
    target = choose_target(profile=options.parse_known_args(arguments)[0].profile)
    command, folder = build_command(arguments, target)
    os.chdir(folder)
    region = {"AWS_REGION": target.region, "AWS_DEFAULT_REGION": target.region}
    os.execve(command[0], command, os.environ | region)  # nosec B606


if __name__ == "__main__":
    sys.exit(run_command(main))
