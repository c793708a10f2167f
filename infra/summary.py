"""Print a summary of the synthesised stacks: `make synth` ends with it.

python -m infra.summary
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# Limits of a template in S3, where the CDK uploads it. Source: AWS, "CloudFormation quotas".
MAX_RESOURCES = 500
MAX_BYTES = 1_000_000


def list_summaries(assembly: Path) -> Iterator[str]:
    """List a line for each stack of a cloud assembly.

    Args:
        assembly: The folder that the CDK has written.
    """
    manifest = json.loads((assembly / "manifest.json").read_text(encoding="utf-8"))
    for artifact in manifest["artifacts"].values():
        if artifact["type"] != "aws:cloudformation:stack":
            continue
        file = assembly / artifact["properties"]["templateFile"]
        template = json.loads(file.read_text(encoding="utf-8"))
        yield (
            f"{artifact['properties']['stackName']}: "
            f"{len(template['Resources'])} of {MAX_RESOURCES} resources, "
            f"{file.stat().st_size:,} of {MAX_BYTES:,} bytes, in {file}"
        )


def main() -> None:
    """Print the summaries of the stacks in `cdk.out`."""
    for line in list_summaries(Path("cdk.out")):
        sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main()
