"""`make destroy` removes what a development stack made, and nothing else."""

import io
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from moto import mock_aws

from infra import destroy
from infra.operator import OperatorError, Target
from infra.outputs import StackError

REGION = "us-east-1"
STACK_ID = f"arn:aws:cloudformation:{REGION}:123456789012:stack/cuebook-dev/1"
OURS, OTHERS = "cuebook-dev-content", "somebody-elses"


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "local")
    with mock_aws():
        s3 = boto3.client("s3", region_name=REGION)
        for bucket in (OURS, OTHERS):
            s3.create_bucket(Bucket=bucket)
            s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
            for body in (b"old", b"new"):
                s3.put_object(Bucket=bucket, Key="content/1", Body=body)
            s3.put_object(Bucket=bucket, Key="content/2", Body=b"deleted")
            s3.delete_object(Bucket=bucket, Key="content/2")
        yield s3


@pytest.fixture
def cloudformation() -> Any:
    return boto3.client(
        "cloudformation",
        region_name=REGION,
        aws_access_key_id="local",
        aws_secret_access_key="local",
    )


def build_stack_description(
    *, status: str = "CREATE_COMPLETE", protected: bool = False
) -> dict[str, Any]:
    return {
        "StackId": STACK_ID,
        "StackName": "cuebook-dev",
        "CreationTime": "2026-01-01T00:00:00Z",
        "StackStatus": status,
        "EnableTerminationProtection": protected,
        "Outputs": [{"OutputKey": "ContentBucket", "OutputValue": OURS}],
    }


def count_versions(s3: Any, bucket: str) -> int:
    page = s3.list_object_versions(Bucket=bucket)
    return len(page.get("Versions", ())) + len(page.get("DeleteMarkers", ()))


def stub_deletion(cloudformation: Any) -> Stubber:
    stubber = Stubber(cloudformation)
    stubber.add_response(
        "describe_stacks", {"Stacks": [build_stack_description()]}, {"StackName": "cuebook-dev"}
    )
    stubber.add_response("delete_stack", {}, {"StackName": STACK_ID})
    gone = {"Stacks": [build_stack_description(status="DELETE_COMPLETE")]}
    stubber.add_response("describe_stacks", gone, {"StackName": STACK_ID})
    return stubber


def test_the_stack_goes_with_every_version_in_its_bucket_and_no_other(
    s3: Any, cloudformation: Any
) -> None:
    with stub_deletion(cloudformation) as stubber:
        destroy.destroy("cuebook-dev", cloudformation=cloudformation, s3=s3)

        stubber.assert_no_pending_responses()
    assert (count_versions(s3, OURS), count_versions(s3, OTHERS)) == (0, 4)


def test_a_removal_that_failed_half_way_can_be_repeated(s3: Any, cloudformation: Any) -> None:
    destroy.empty_bucket(OURS, s3)
    s3.delete_bucket(Bucket=OURS)

    with stub_deletion(cloudformation) as stubber:
        destroy.destroy("cuebook-dev", cloudformation=cloudformation, s3=s3)

        stubber.assert_no_pending_responses()


def test_more_objects_than_one_request_can_name_all_go(s3: Any) -> None:
    for number in range(1005):
        s3.put_object(Bucket=OURS, Key=f"content/many/{number}", Body=b"")

    destroy.empty_bucket(OURS, s3)

    assert count_versions(s3, OURS) == 0


def test_a_protected_stack_stays_with_all_it_holds(s3: Any, cloudformation: Any) -> None:
    with Stubber(cloudformation) as stubber:
        stubber.add_response(
            "describe_stacks", {"Stacks": [build_stack_description(protected=True)]}
        )

        with pytest.raises(StackError, match="termination protection"):
            destroy.destroy("cuebook-dev", cloudformation=cloudformation, s3=s3)
    assert count_versions(s3, OURS) == 4


def test_a_stack_that_is_not_there_is_told(s3: Any, cloudformation: Any) -> None:
    with Stubber(cloudformation) as stubber:
        stubber.add_client_error("describe_stacks", "ValidationError", "does not exist")

        with pytest.raises(StackError, match="no stack cuebook-dev"):
            destroy.destroy("cuebook-dev", cloudformation=cloudformation, s3=s3)


def test_nothing_happens_without_the_name_of_the_stack(monkeypatch: pytest.MonkeyPatch) -> None:
    choose_target(monkeypatch)
    monkeypatch.setattr("builtins.input", lambda _: "yes")

    assert destroy.main() == 1


def test_nothing_happens_where_nobody_can_be_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    choose_target(monkeypatch)
    monkeypatch.setattr("sys.stdin", io.StringIO())

    with pytest.raises(OperatorError, match="YES=1"):
        destroy.main()


def choose_target(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run the command in an account that it must not touch."""
    target = Target(account="123456789012", region=REGION)
    monkeypatch.setattr("sys.argv", ["destroy"])
    monkeypatch.setattr("infra.destroy.choose_target", lambda _: target)
    monkeypatch.setattr("boto3.client", lambda _: pytest.fail("called AWS"))


def test_production_cannot_be_named() -> None:
    assert destroy.STACK == "cuebook-dev"
