"""Removes a development deployment and all that it holds, and nothing else.

python -m infra.destroy [--yes]

CloudFormation deletes no bucket that has something in it. Having the stack empty its own would take
a function that may delete every object, so it is done from here, with the operator's credentials.

What stays is the account's permission for API Gateway to write logs: other APIs may rely on it.
"""

import sys
from typing import Any

import boto3

STACK = "cuebook-dev"  # there is no way to say another one: production is not removed by a command


class NotRemovable(Exception):
    """There is no such stack, or it is protected."""


def destroy(stack_name: str, *, cloudformation: Any, s3: Any) -> None:
    """Empty the stack's bucket, delete the stack, and wait until it is gone. Raises NotRemovable.

    Safe to repeat, after a failure too.
    """
    stack = find(stack_name, cloudformation)
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", ())}
    if bucket := outputs.get("ContentBucket"):
        empty(bucket, s3)
    # By its id, which stays valid while it goes, and is never that of a stack made meanwhile.
    cloudformation.delete_stack(StackName=stack["StackId"])
    cloudformation.get_waiter("stack_delete_complete").wait(StackName=stack["StackId"])


def find(stack_name: str, cloudformation: Any) -> dict[str, Any]:
    """Raises NotRemovable."""
    try:
        (stack,) = cloudformation.describe_stacks(StackName=stack_name)["Stacks"]
    except cloudformation.exceptions.ClientError as error:
        if error.response["Error"]["Code"] != "ValidationError":
            raise
        raise NotRemovable(f"there is no stack {stack_name} in this account and region") from error
    if stack.get("EnableTerminationProtection"):
        raise NotRemovable(f"{stack_name} is protected against termination")
    found: dict[str, Any] = stack
    return found


def empty(bucket: str, s3: Any) -> None:
    """Delete every version of every object, and the marks that deleted ones leave."""
    try:
        while objects := _first_objects(bucket, s3):
            answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": objects, "Quiet": True})
            if errors := answer.get("Errors"):
                raise NotRemovable(f"{bucket}: {errors[0]['Code']} at {errors[0]['Key']}")
    except s3.exceptions.NoSuchBucket:
        pass  # an earlier try came this far


def _first_objects(bucket: str, s3: Any) -> list[dict[str, str]]:
    page = s3.list_object_versions(Bucket=bucket)
    listed = [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]
    return [{"Key": one["Key"], "VersionId": one["VersionId"]} for one in listed]


def main() -> int:
    if "--yes" not in sys.argv and input(f"Type {STACK} to remove it with its data: ") != STACK:
        return 1
    try:
        destroy(STACK, cloudformation=boto3.client("cloudformation"), s3=boto3.client("s3"))
    except NotRemovable as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
