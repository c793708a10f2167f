"""Remove a deployment for development with all its data, and nothing else.

    python -m infra.destroy [--yes]

CloudFormation does not delete a bucket with objects. A stack that empties its own bucket would need
a function that can delete every object, so this command does it, with the operator's credentials.

The account's permission for API Gateway to write logs remains, because other APIs may need it.
"""

from __future__ import annotations

import sys
from typing import Any

import boto3

from infra.operator import OperatorError, choose_target, run_command
from infra.outputs import StackError, get_stack

STACK = "cuebook-dev"  # not an argument, so that this command cannot remove production


def destroy(stack_name: str, *, cloudformation: Any, s3: Any) -> None:
    """Empty the stack's bucket, delete the stack, and wait until it is deleted.

    This can be repeated, also after an error.

    Args:
        stack_name: The name of the stack.
        cloudformation: The boto3 client of CloudFormation.
        s3: The boto3 client of S3.

    Raises:
        StackError: There is no such stack, or it has termination protection.
        OperatorError: An object cannot be deleted.
    """
    stack = get_stack(stack_name, cloudformation)
    if stack.is_protected:
        raise StackError(f"{stack_name} has termination protection; disable that to remove it")
    if bucket := stack.values.get("ContentBucket"):
        empty_bucket(bucket, s3)
    # The id stays valid during the deletion, and never belongs to a new stack of the same name.
    cloudformation.delete_stack(StackName=stack.stack_id)
    cloudformation.get_waiter("stack_delete_complete").wait(StackName=stack.stack_id)


def empty_bucket(bucket: str, s3: Any) -> None:
    """Delete all versions of all objects, and the markers of deleted objects.

    Args:
        bucket: The name of the bucket, which an earlier run may have deleted already.
        s3: The boto3 client of S3.

    Raises:
        OperatorError: S3 did not delete an object.
    """
    try:
        while objects := _list_first_objects(bucket, s3):
            result = s3.delete_objects(Bucket=bucket, Delete={"Objects": objects, "Quiet": True})
            if errors := result.get("Errors"):
                raise OperatorError(
                    f"S3 did not delete {errors[0]['Key']} in {bucket}: {errors[0]['Code']}; "
                    "check your permissions and run this again"
                )
    except s3.exceptions.NoSuchBucket:
        pass


def _list_first_objects(bucket: str, s3: Any) -> list[dict[str, str]]:
    page = s3.list_object_versions(Bucket=bucket)
    versions = [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]
    return [{"Key": version["Key"], "VersionId": version["VersionId"]} for version in versions]


def confirm() -> bool:
    """Ask for the name of the stack, to confirm its removal.

    Returns:
        Whether the user has typed the name.

    Raises:
        OperatorError: The standard input has ended.
    """
    try:
        return input(f"Type {STACK} to remove it with its data: ") == STACK
    except EOFError:
        raise OperatorError(
            f"removing {STACK} was not confirmed; use YES=1 to remove it without asking"
        ) from None


def main() -> int:
    """Run the command."""
    choose_target(STACK)
    if "--yes" not in sys.argv and not confirm():
        return 1
    destroy(STACK, cloudformation=boto3.client("cloudformation"), s3=boto3.client("s3"))
    return 0


if __name__ == "__main__":
    sys.exit(run_command(main))
