"""What the deployment promises its operator: limits, protection, least privilege, clean checks."""

import json
import re
from typing import Any

import pytest
from cfnlint.api import lint_file  # type: ignore[import-untyped]  # it ships no types

from infra.project import ROOT, read_version
from infra.stack import Deployment, InvalidContextError
from infra.summary import list_summaries
from shared.routes import EVENT_PUBLISHER, ROUTES, USE_COUNTER
from shared.store.tables import TABLES
from tests.infra.synthesis import (
    FEW_ROUTES,
    FUTURE_DIALECTS,
    OPTIONS,
    VERSION,
    Json,
    Synthesis,
    build_future_routes,
    list_statements,
    synthesise,
)

# CloudFormation refuses more than 500 resources, and a template of more than a megabyte.
MOST_RESOURCES = 450
MOST_BYTES = 1_000_000
# IAM's limit for all policies inside one role, and the longest ARN that a function of ours can get.
MOST_POLICY_CHARACTERS = 10_240
LONGEST_ARN = f"arn:aws-us-gov:lambda:ap-southeast-2:123456789012:function:{64 * 'x'}"

# In all there may be so many.
ENDPOINTS_TO_COME = 158 - len(ROUTES)

# Actions that AWS allows on everything or not at all.
NAMELESS = {"xray:PutTraceSegments", "xray:PutTelemetryRecords", "dynamodb:ListStreams"}

DEPLOYMENTS: list[dict[str, Any]] = [
    {},
    {"stage": "prod"},
    {"options": True},
    {"stage": "prod", "options": True},
    {"monitoring": False},
]


@pytest.fixture(scope="module")
def stack() -> Synthesis:
    return synthesise()


@pytest.fixture(scope="module")
def everything() -> Synthesis:
    """With every option of the context."""
    return synthesise(stage="prod", options=True)


@pytest.fixture(scope="module")
def future() -> Synthesis:
    return synthesise(
        stage="prod",
        options=True,
        routes=(*ROUTES, *build_future_routes(ENDPOINTS_TO_COME)),
    )


def test_there_is_room_for_the_endpoints_to_come(future: Synthesis) -> None:
    assert len(list(build_future_routes(ENDPOINTS_TO_COME))) == ENDPOINTS_TO_COME > 0
    assert len(future.template["Resources"]) <= MOST_RESOURCES
    assert len(future.path.read_bytes()) <= MOST_BYTES


def test_an_endpoint_costs_two_resources(everything: Synthesis, future: Synthesis) -> None:
    now, then = everything.template["Resources"], future.template["Resources"]
    # One role for each dialect to come.
    invokers = len({*FUTURE_DIALECTS} - {route.dialect for route in ROUTES})

    assert len(then) - len(now) == 2 * ENDPOINTS_TO_COME + invokers


def test_policies_will_still_fit_their_roles(future: Synthesis) -> None:
    for name, role in future.list_properties("AWS::IAM::Role").items():
        policies = [policy["PolicyDocument"] for policy in role.get("Policies", [])]

        size = len(json.dumps(lengthen_arns(policies), separators=(",", ":")))

        assert size <= MOST_POLICY_CHARACTERS, name


@pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=str)
def test_cdk_nag_and_cfn_lint_find_nothing(deployment: dict[str, Any]) -> None:
    # They look at each resource by itself, cfn-lint for seconds in all: once at all routes' ones.
    routes = ROUTES if deployment == {} else FEW_ROUTES
    synthesis = synthesise(**deployment, routes=routes)

    assert synthesis.findings == ()
    assert lint_file(synthesis.path) == []


def test_no_role_may_do_anything_to_everything_but_send_traces_and_list_streams(
    everything: Synthesis,
) -> None:
    for name, role in everything.list_properties("AWS::IAM::Role").items():
        for actions, resource in list_statements({"Policies": [], **role}):
            assert not [action for action in actions if "*" in action], name
            if resource == "*":
                assert set(actions) <= NAMELESS, name


def test_no_policy_is_shared_or_managed_but_the_one_that_api_gateway_demands(
    everything: Synthesis,
) -> None:
    managed = [
        policy
        for role in everything.list_properties("AWS::IAM::Role").values()
        for policy in role.get("ManagedPolicyArns", [])
    ]

    assert ["AmazonAPIGatewayPushToCloudWatchLogs" in json.dumps(policy) for policy in managed] == [
        True
    ]
    assert not everything.list_properties("AWS::IAM::Policy")
    assert not everything.list_properties("AWS::IAM::ManagedPolicy")


def test_there_is_no_network_of_our_own_to_pay_for(everything: Synthesis) -> None:
    kinds = {resource["Type"] for resource in everything.template["Resources"].values()}

    assert not [kind for kind in kinds if kind.startswith("AWS::EC2::")]
    for function in everything.functions.values():
        assert "VpcConfig" not in function


def test_no_function_is_there_but_ours(everything: Synthesis) -> None:
    ours = {route.module for route in ROUTES} | {EVENT_PUBLISHER, USE_COUNTER}

    assert set(everything.functions) == {f"{module}.lambda_handler" for module in ours}


def test_every_function_has_a_role_of_its_own_and_all_have_one_log(stack: Synthesis) -> None:
    functions = stack.functions.values()

    assert len({json.dumps(function["Role"]) for function in functions}) == len(functions)
    assert len({function["LoggingConfig"]["LogGroup"]["Ref"] for function in functions}) == 1


def test_every_log_is_forgotten_in_time(stack: Synthesis) -> None:
    for name, group in stack.list_properties("AWS::Logs::LogGroup").items():
        assert group["RetentionInDays"] == 30, name


def test_functions_share_runtime_limits_and_assets(stack: Synthesis) -> None:
    for handler, function in stack.functions.items():
        assert function["Runtime"] == "python3.13"
        assert function["Architectures"] == ["arm64"]
        # When API Gateway gives up; for the other one nobody waits.
        assert function["Timeout"] < 29 or handler == f"{USE_COUNTER}.lambda_handler"
        assert function["TracingConfig"] == {"Mode": "Active"}
        assert function["LoggingConfig"]["LogFormat"] == "JSON"
    codes = {json.dumps(function["Code"]) for function in stack.functions.values()}
    assert len(codes) == len(stack.list_properties("AWS::Lambda::LayerVersion")) == 1


@pytest.mark.parametrize(("stage", "options"), [("dev", False), ("prod", False), ("prod", True)])
def test_tables_and_their_copies_are_encrypted_restorable_and_cost_nothing_at_rest(
    stage: Any, options: bool
) -> None:
    synthesis = synthesise(stage=stage, options=options, routes=FEW_ROUTES)

    for table in synthesis.list_properties("AWS::DynamoDB::GlobalTable").values():
        assert table["BillingMode"] == "PAY_PER_REQUEST"
        assert table["SSESpecification"]["SSEEnabled"] is True
        for replica in table["Replicas"]:
            assert replica["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is True
            assert replica["DeletionProtectionEnabled"] is (stage == "prod")


def test_the_bucket_is_private_encrypted_and_forgets_what_was_replaced(stack: Synthesis) -> None:
    bucket = stack.get_properties("AWS::S3::Bucket")
    (statement,) = stack.get_properties("AWS::S3::BucketPolicy")["PolicyDocument"]["Statement"]

    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert bucket["BucketEncryption"]
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    (rule,) = bucket["LifecycleConfiguration"]["Rules"]
    assert rule["Status"] == "Enabled"
    assert rule["AbortIncompleteMultipartUpload"]["DaysAfterInitiation"] > 0
    assert rule["NoncurrentVersionExpiration"]["NoncurrentDays"] > 0
    assert "ExpirationInDays" not in rule
    assert statement["Effect"] == "Deny"
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


@pytest.mark.parametrize(("stage", "policy"), [("dev", "Delete"), ("prod", "Retain")])
def test_only_production_outlives_its_stack(stage: Any, policy: str) -> None:
    lasting = (
        "AWS::DynamoDB::GlobalTable",
        "AWS::Logs::LogGroup",
        "AWS::S3::Bucket",
        "AWS::SQS::Queue",
    )

    template = synthesise(stage=stage, routes=FEW_ROUTES).template
    for name, resource in template["Resources"].items():
        if resource["Type"] in lasting:
            assert resource["DeletionPolicy"] == policy, name
            assert resource["UpdateReplacePolicy"] == policy, name


def test_nothing_that_holds_data_is_named_by_us(stack: Synthesis) -> None:
    for kind, name in (
        ("AWS::DynamoDB::GlobalTable", "TableName"),
        ("AWS::S3::Bucket", "BucketName"),
    ):
        assert not [
            resource for resource in stack.list_properties(kind).values() if name in resource
        ]


def test_outputs_tell_where_everything_is(stack: Synthesis) -> None:
    outputs = stack.template["Outputs"]

    tables = {f"{table.name.capitalize()}Table" for table in TABLES}
    places = {"ApiUrl", "ConsoleUrl", "ContentBucket", "EventBus", "UnpublishedQueue"}
    places |= {"UserPoolId", "UserPoolClientId"}
    assert set(outputs) == {"Version", *places, *tables}


def test_the_version_is_an_output_and_known_to_every_function(stack: Synthesis) -> None:
    assert stack.template["Outputs"]["Version"]["Value"] == VERSION
    for function in stack.functions.values():
        assert function["Environment"]["Variables"]["CUEBOOK_VERSION"] == VERSION


def test_the_version_is_the_projects() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", read_version())


def test_a_synthesis_ends_with_a_summary(stack: Synthesis) -> None:
    (line,) = list_summaries(stack.path.parent)

    size, resources = len(stack.path.read_bytes()), len(stack.template["Resources"])
    assert line == (
        f"cuebook-dev: {resources} of 500 resources, {size:,} of 1,000,000 bytes, in {stack.path}"
    )


def test_the_template_belongs_to_no_account_and_no_region(stack: Synthesis) -> None:
    text = stack.path.read_text()

    assert "arn:aws:" not in text
    assert "us-east-1" not in text


def test_quotas_reach_the_functions_only_where_there_are_some() -> None:
    names = {"QUOTA_PER_KEY": "600", "QUOTA_PER_TEAM": "6000"}
    without, options = synthesise(), synthesise(stage="prod", options=True)

    assert not names.keys() & without.environment.keys()
    assert names.items() <= options.environment.items()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("stage", "staging"),
        ("architecture", "arm"),
        ("log_retention_days", "29"),
        ("log_retention_days", True),
        ("requests_per_second", "0"),
        ("requests_per_second", "many"),
        ("burst", "-1"),
        ("quota_per_key", "0"),
        ("quota_per_team", "unlimited"),
        ("provisioned", "0"),
        ("account_logging", "perhaps"),
        ("waf", "1"),
        ("monitoring", "off"),
        ("metrics_by_route", "some"),
        ("domain", "https://prompts.example.com"),
        ("certificate_arn", "arn:aws:iam::123456789012:server-certificate/x"),
        ("hosted_zone_id", "example.com"),
        ("replica_region", "Ireland"),
        ("alarm_email", "me"),
        ("cors_origins", "app.example.com"),
        ("cors_origins", "https://app.example.com/"),
        ("cors_origins", "*,https://app.example.com"),
    ],
)
def test_a_context_that_cannot_be_deployed_is_refused_by_name(name: str, value: object) -> None:
    from aws_cdk import App

    with pytest.raises(InvalidContextError, match=name):
        Deployment.from_context(App(context={name: value}).node)


@pytest.mark.parametrize(
    ("context", "told"),
    [
        ({"domain": "p.example.com"}, "certificate_arn"),
        ({"certificate_arn": OPTIONS["certificate_arn"]}, "domain"),
        ({"identity_provider": OPTIONS["identity_provider"]}, "callback_urls"),
        ({"callback_urls": OPTIONS["callback_urls"]}, "require identity_provider"),
        ({"saml_metadata": OPTIONS["saml_metadata"]}, "identity_provider"),
        ({"groups": OPTIONS["groups"]}, "identity_provider"),
        ({"hosted_zone_id": "Z1"}, "domain"),
        ({"alarm_email": "a@example.com", "monitoring": "false"}, "monitoring"),
    ],
)
def test_options_that_go_together_are_refused_alone(context: dict[str, str], told: str) -> None:
    from aws_cdk import App

    with pytest.raises(InvalidContextError, match=told):
        Deployment.from_context(App(context=context).node)


def test_every_option_can_be_given_on_the_command_line() -> None:
    from aws_cdk import App

    words = {name: "true" if value is True else value for name, value in OPTIONS.items()}

    assert Deployment.from_context(App(context=words).node) == Deployment(**OPTIONS)


def test_the_context_of_a_checkout_is_what_the_code_takes_for_granted() -> None:
    from aws_cdk import App

    context = json.loads((ROOT / "cdk.json").read_text())["context"]

    assert Deployment.from_context(App(context=context).node) == Deployment()
    assert Deployment.from_context(
        App(context={"architecture": "x86_64", "burst": "7"}).node
    ) == Deployment(architecture="x86_64", burst=7)


def lengthen_arns(policy: Json | list[Any] | Any) -> Any:
    if isinstance(policy, list):
        return [lengthen_arns(part) for part in policy]
    if isinstance(policy, dict):
        if "Fn::GetAtt" in policy:
            return LONGEST_ARN
        return {key: lengthen_arns(value) for key, value in policy.items()}
    return policy
