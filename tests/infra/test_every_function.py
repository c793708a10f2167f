"""The stack says what the route table, the tables and the settings say, and nothing else."""

from collections import defaultdict
from dataclasses import MISSING, fields

import pytest

from shared.routes import EVENT_PUBLISHER, ROUTES, USE_COUNTER
from shared.settings import EventSettings, MetricSettings, Settings, UseSettings
from shared.store.tables import TABLES
from tests.infra.synthesis import Json, Synthesis, list_statements, synthesise
from tests.routes.scene import name_route

INTEGRATION = "x-amazon-apigateway-integration"

# What every function does besides its work: its log and its trace.
LOG_ACTIONS = {"logs:CreateLogStream", "logs:PutLogEvents"}
WRITES = {f"dynamodb:{verb}" for verb in ("PutItem", "UpdateItem", "DeleteItem")}
READS = {f"dynamodb:{verb}" for verb in ("GetItem", "BatchGetItem", "Query")}
OTHERS = {EVENT_PUBLISHER: fields(EventSettings), USE_COUNTER: fields(UseSettings)}
TRACE_ACTIONS = {"xray:PutTraceSegments", "xray:PutTelemetryRecords"}


@pytest.fixture(scope="module")
def stack() -> Synthesis:
    return synthesise()


def test_every_route_has_one_function_and_there_are_two_others(stack: Synthesis) -> None:
    handlers = [
        properties["Handler"]
        for properties in stack.list_properties("AWS::Lambda::Function").values()
    ]

    modules = [*(route.module for route in ROUTES), EVENT_PUBLISHER, USE_COUNTER]
    assert sorted(handlers) == sorted(f"{module}.lambda_handler" for module in modules)


def test_method_and_path_lead_to_the_function_of_their_route(stack: Synthesis) -> None:
    expected = {
        (method, resource): stack.functions[f"{route.module}.lambda_handler"]["id"]
        for route in sorted(ROUTES, key=lambda route: route.falls_back_to is not None)
        for resource in route.resources
        for method in ((route.method, "HEAD") if route.method == "GET" else (route.method,))
    }

    assert list_invocations(stack.document) == expected


def test_processes_of_hot_functions_are_kept_started_where_the_deployment_says_so(
    stack: Synthesis,
) -> None:
    started = synthesise(stage="prod", options=True)
    hot = [route for route in ROUTES if route.is_hot]
    invoked = list_invocations(started.document)
    invokers = str(started.list_properties("AWS::IAM::Role"))

    assert {route.name for route in hot} >= {"render_live", "render_version"}
    assert not stack.list_properties("AWS::Lambda::Alias")
    assert not stack.list_properties("AWS::Lambda::Version")
    assert len(started.list_properties("AWS::Lambda::Alias")) == len(hot)
    for route in hot:
        function = {"Ref": started.functions[f"{route.module}.lambda_handler"]["id"]}
        (alias,) = (
            name
            for name, properties in started.list_properties("AWS::Lambda::Alias").items()
            if properties["FunctionName"] == function
        )
        properties = started.list_properties("AWS::Lambda::Alias")[alias]
        version = properties["FunctionVersion"]["Fn::GetAtt"][0]
        assert properties["ProvisionedConcurrencyConfig"] == {"ProvisionedConcurrentExecutions": 2}
        assert started.list_properties("AWS::Lambda::Version")[version]["FunctionName"] == function
        assert {invoked[route.method, resource] for resource in route.resources} == {alias}
        assert f"{{'Ref': '{alias}'}}" in invokers
        assert str(get_arn(function["Ref"])) not in invokers


def test_a_new_layer_is_a_new_version_of_what_is_kept_started() -> None:
    syntheses = [synthesise(stage="prod", options=True, layer=layer) for layer in ("layer", "new")]

    before, after = ({*one.list_properties("AWS::Lambda::Version")} for one in syntheses)

    assert len(before) == len(after) > 0
    assert not before & after


def test_a_role_may_do_what_its_row_says_on_what_its_function_is_told_of(stack: Synthesis) -> None:
    arns: Json = {table.name: get_arn(stack.get_table_id(table.name)) for table in TABLES}
    bucket = get_arn(stack.environment["CONTENT_BUCKET"]["Ref"])
    arns["content"] = {"Fn::Join": ["", [bucket, "/content/*"]]}
    arns["people"] = get_arn(stack.environment["USER_POOL_ID"]["Ref"])
    services = defaultdict(lambda: "dynamodb", content="s3", people="cognito-idp")
    for route in ROUTES:
        with name_route(route):
            function = stack.functions[f"{route.module}.lambda_handler"]
            expected = [
                (f"{services[resource]}:{verb}", arns[resource])
                for resource, verb in (action.split(":") for action in route.role_actions)
            ]
            log_group = get_arn(function["LoggingConfig"]["LogGroup"]["Ref"])
            expected += [(action, log_group) for action in LOG_ACTIONS]
            expected += [(action, "*") for action in TRACE_ACTIONS]

            allowed = [
                (action, resource)
                for actions, resource in list_statements(stack.get_role(function))
                for action in actions
            ]

            assert sorted(allowed, key=str) == sorted(expected, key=str)


def test_a_role_writes_only_the_partitions_of_its_row_where_api_keys_are(stack: Synthesis) -> None:
    rows = {f"{route.module}.lambda_handler": route for route in ROUTES}
    access = get_arn(stack.get_table_id("access"))
    writers = set()
    # The counts of uses are in partitions of their own too, which their function reads as well.
    counter = f"{USE_COUNTER}.lambda_handler"
    for handler, function in stack.functions.items():
        for policy in stack.get_role(function)["Policies"]:
            for statement in policy["PolicyDocument"]["Statement"]:
                stated = statement["Action"]
                actions = {stated} if isinstance(stated, str) else {*stated}
                if statement["Resource"] != access or not actions & WRITES:
                    continue
                writers.add(handler)
                partitions = ["uses#*"] if handler == counter else [*rows[handler].partitions]
                # Reads of keys need no condition.
                assert handler == counter or not actions & READS, handler
                assert statement["Condition"] == {
                    "ForAllValues:StringLike": {"dynamodb:LeadingKeys": partitions},
                    "Null": {"dynamodb:LeadingKeys": "false"},
                }, handler

    assert writers == {counter} | {
        f"{route.module}.lambda_handler"
        for route in ROUTES
        if {f"access:{verb.removeprefix('dynamodb:')}" for verb in WRITES} & {*route.role_actions}
    }


def test_the_environment_is_what_the_settings_read(stack: Synthesis) -> None:
    for handler, function in stack.functions.items():
        module = handler.removesuffix(".lambda_handler")
        declared = OTHERS.get(module, (*fields(Settings), *fields(MetricSettings)))
        known = {field.name.upper() for field in declared} | {"CUEBOOK_VERSION"}
        needed = {field.name.upper() for field in declared if field.default is MISSING}
        variables = {
            name
            for name in function["Environment"]["Variables"]
            if not name.startswith("POWERTOOLS_") and name != "LOG_LEVEL"
        }
        assert needed <= variables <= known


def test_the_environment_is_the_same_for_all_routes(stack: Synthesis) -> None:
    for route in ROUTES:
        function = stack.functions[f"{route.module}.lambda_handler"]
        assert function["Environment"]["Variables"] == stack.environment


def test_tables_are_deployed_as_they_are_stated(stack: Synthesis) -> None:
    for table in TABLES:
        deployed = stack.list_properties("AWS::DynamoDB::GlobalTable")[
            stack.get_table_id(table.name)
        ]

        types = {a["AttributeName"]: a["AttributeType"] for a in deployed["AttributeDefinitions"]}
        keys = {
            key["KeyType"]: (key["AttributeName"], types[key["AttributeName"]])
            for key in deployed["KeySchema"]
        }
        expiry = deployed.get("TimeToLiveSpecification", {"Enabled": False})
        assert (keys.get("HASH"), keys.get("RANGE")) == (table.partition, table.sort), table.name
        assert expiry["Enabled"] is (table.expires is not None), table.name
        assert expiry.get("AttributeName") == table.expires, table.name
        assert ("StreamSpecification" in deployed) is table.streams, table.name


def test_no_table_is_deployed_that_is_not_stated(stack: Synthesis) -> None:
    deployed = stack.list_properties("AWS::DynamoDB::GlobalTable")

    assert set(deployed) == {stack.get_table_id(table.name) for table in TABLES}
    assert not stack.list_properties("AWS::DynamoDB::Table")


def list_invocations(document: Json) -> dict[tuple[str, str], str]:
    """The logical id of the function, or its alias, behind each method and path that has one."""
    found = {}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            integration = operation[INTEGRATION]
            if integration["type"] == "aws_proxy":
                (invoked,) = (
                    part["Fn::GetAtt"][0] if "Fn::GetAtt" in part else part["Ref"]
                    for part in integration["uri"]["Fn::Join"][1]
                    if isinstance(part, dict) and not part.get("Ref", "").startswith("AWS::")
                )
                found[method.upper(), path] = invoked
    return found


def get_arn(logical_id: str) -> Json:
    return {"Fn::GetAtt": [logical_id, "Arn"]}
