"""What the gateway answers by itself: in our words, and in the shape of every other error."""

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from infra.api import REFUSALS, document
from shared import errors
from shared.routes import ROUTES
from tests.infra.synthesis import Json, Synthesis, synthesise

ANY_METHOD = "x-amazon-apigateway-any-method"
INTEGRATION = "x-amazon-apigateway-integration"
GATEWAY_RESPONSES = "x-amazon-apigateway-gateway-responses"

# What API Gateway sends for an occasion that is not in the document: two defaults stand in.
DEFAULT_STATUS = {"DEFAULT_4XX": 400, "DEFAULT_5XX": 500}


@pytest.fixture(scope="module")
def stack() -> Synthesis:
    return synthesise()


def problems(tree: type[errors.Problem] = errors.Problem) -> Iterator[type[errors.Problem]]:
    for problem in tree.__subclasses__():
        yield problem
        yield from problems(problem)


def body_of(template: str) -> Json:
    body: Json = json.loads(template.replace("$context.requestId", "r-1"))
    return body


@pytest.mark.parametrize("occasion", REFUSALS)
def test_a_refusal_has_the_shape_of_our_errors(stack: Synthesis, occasion: str) -> None:
    refusal = stack.document[GATEWAY_RESPONSES][occasion]

    assert set(refusal["responseTemplates"]) == {"application/json"}
    template = refusal["responseTemplates"]["application/json"]
    body = body_of(template)
    assert set(body) == {"error", "code", "message", "request_id"}
    assert body["error"] == body["message"]
    assert body["request_id"] == "r-1"
    assert "$" not in template.replace("$context.requestId", "")  # nothing of AWS's own wording
    headers = refusal["responseParameters"]
    assert headers["gatewayresponse.header.X-Request-Id"] == "context.requestId"
    assert ("gatewayresponse.header.Retry-After" in headers) is (
        refusal.get("statusCode") in (429, 503)
    )


def test_defaults_leave_the_status_to_the_occasion(stack: Synthesis) -> None:
    refusals = stack.document[GATEWAY_RESPONSES]

    assert {name for name, refusal in refusals.items() if "statusCode" not in refusal} == set(
        DEFAULT_STATUS
    )


def test_a_refusal_uses_the_code_that_a_function_would() -> None:
    codes = {problem.code: problem.status for problem in problems()}

    for occasion, refusal in REFUSALS.items():
        if refusal.code in codes:
            assert refusal.status == codes[refusal.code], occasion


@pytest.mark.parametrize("path", ["/", "/{proxy+}"])
def test_an_unknown_path_is_not_found(stack: Synthesis, path: str) -> None:
    operation = stack.document["paths"][path]

    assert set(operation) == {ANY_METHOD}
    answer = mocked_answer(operation[ANY_METHOD])
    assert answer["statusCode"] == "404"
    assert body_of(answer["responseTemplates"]["application/json"])["code"] == "not_found"


@pytest.mark.parametrize("path", sorted({path for route in ROUTES for path in route.resources}))
def test_a_method_that_a_path_lacks_is_refused_with_those_it_has(
    stack: Synthesis, path: str
) -> None:
    methods = {route.method for route in ROUTES if path in route.resources}
    if "GET" in methods:
        methods.add("HEAD")

    operations = stack.document["paths"][path]
    answer = mocked_answer(operations[ANY_METHOD])

    assert set(operations) == {ANY_METHOD, *(method.lower() for method in methods)}
    assert answer["statusCode"] == "405"
    assert body_of(answer["responseTemplates"]["application/json"])["code"] == "method_not_allowed"
    allow = answer["responseParameters"]["method.response.header.Allow"]
    assert set(allow.strip("'").split(", ")) == methods


def test_head_goes_where_get_goes(stack: Synthesis) -> None:
    for operations in stack.document["paths"].values():
        assert operations.get("head") == operations.get("get")


def test_the_gateway_invokes_functions_of_a_dialect_by_one_role_and_no_others(
    stack: Synthesis,
) -> None:
    invoked: dict[str, list[Json]] = {}
    for operations in stack.document["paths"].values():
        for method, operation in operations.items():
            integration = operation[INTEGRATION]
            if integration["type"] == "aws_proxy" and method != "head":
                role = integration["credentials"]["Fn::GetAtt"][0]
                (function,) = (
                    part
                    for part in integration["uri"]["Fn::Join"][1]
                    if isinstance(part, dict) and "Fn::GetAtt" in part
                )
                invoked.setdefault(role, []).append(function)

    assert len(invoked) == len({route.dialect for route in ROUTES})
    hidden = 0
    for role, functions in invoked.items():
        (policy,) = stack.of_type("AWS::IAM::Role")[role]["Policies"]
        (statement,) = policy["PolicyDocument"]["Statement"]
        assert statement["Action"] == "lambda:InvokeFunction"
        distinct = {str(function) for function in functions}
        may_be_invoked = [str(function) for function in statement["Resource"]]
        assert distinct <= {*may_be_invoked}
        hidden += len(may_be_invoked) - len(distinct)
    assert hidden == len([r for r in ROUTES if any(front.hides(r) for front in ROUTES)])


def test_the_stage_is_traced_throttled_and_logged_without_secrets(stack: Synthesis) -> None:
    stage = stack.only("AWS::ApiGateway::Stage")
    (settings,) = stage["MethodSettings"]

    assert stage["TracingEnabled"] is True
    assert settings["ThrottlingRateLimit"] > 0
    assert settings["ThrottlingBurstLimit"] >= settings["ThrottlingRateLimit"]
    assert settings["DataTraceEnabled"] is False
    line = json.loads(stage["AccessLogSetting"]["Format"])
    assert {"request_id", "method", "route", "status", "latency_ms"} <= set(line)
    for secret in ("header", "body", "authorizer", "identity", "querystring", "context.path"):
        assert not [value for value in line.values() if secret in value]


def test_the_api_is_regional_and_exactly_what_the_document_says(stack: Synthesis) -> None:
    api = stack.only("AWS::ApiGateway::RestApi")

    assert api["EndpointConfiguration"] == {"Types": ["REGIONAL"]}
    assert api["Parameters"] == {"endpointConfigurationTypes": "REGIONAL"}
    assert api["Mode"] == "overwrite"
    for kind in ("Resource", "Method", "GatewayResponse", "Model"):
        assert not stack.of_type(f"AWS::ApiGateway::{kind}")


def test_a_changed_document_is_deployed_anew(stack: Synthesis) -> None:
    later = synthesise(more_routes=60)

    assert set(stack.of_type("AWS::ApiGateway::Deployment")).isdisjoint(
        later.of_type("AWS::ApiGateway::Deployment")
    )


def test_a_route_that_may_pass_a_call_on_comes_before_the_one_it_passes_it_to() -> None:
    first, last = (replace(ROUTES[0], name=name, path="/shared") for name in ("first", "last"))
    first = replace(first, before="last")

    for order in ((first, last), (last, first)):
        shared = document(title="t", integrations={route: {"uri": route.name} for route in order})

        assert shared["paths"]["/shared"]["get"][INTEGRATION] == {"uri": "first"}


def test_a_path_that_takes_all_that_is_left_keeps_its_own_methods() -> None:
    greedy = replace(ROUTES[0], method="GET", path="/{proxy+}")

    operations = document(title="t", integrations={greedy: {"type": "aws_proxy"}})["paths"]

    assert set(operations["/{proxy+}"]) == {"get", "head", ANY_METHOD}
    assert mocked_answer(operations["/{proxy+}"][ANY_METHOD])["statusCode"] == "405"


def mocked_answer(operation: Json) -> Json:
    """The one answer of an operation that needs no function, checked against its declaration."""
    integration = operation[INTEGRATION]
    assert integration["type"] == "mock"
    assert integration["passthroughBehavior"] == "never"
    (answer,) = integration["responses"].values()
    declared = operation["responses"][answer["statusCode"]]["headers"]
    assert {f"method.response.header.{name}" for name in declared} == set(
        answer["responseParameters"]
    )
    for template in integration["requestTemplates"].values():
        assert json.loads(template) == {"statusCode": int(answer["statusCode"])}
    checked: Json = answer
    return checked
