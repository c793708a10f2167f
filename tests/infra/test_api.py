"""What the gateway answers by itself: in our words, and in the shape of every other error."""

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from infra.api import build_document
from infra.cors import build_preflight_headers
from infra.gateway_problems import PROBLEMS
from infra.unsupported import UNSUPPORTED_CALLS, UnsupportedCall
from shared import problems
from shared.routes import ROUTES, Permission, Route
from tests.infra.synthesis import (
    FEW_ROUTES,
    OPTIONS,
    Json,
    Synthesis,
    build_future_routes,
    synthesise,
)

ANY_METHOD = "x-amazon-apigateway-any-method"
INTEGRATION = "x-amazon-apigateway-integration"
GATEWAY_RESPONSES = "x-amazon-apigateway-gateway-responses"

# What API Gateway sends for an occasion that is not in the document: two defaults stand in.
DEFAULT_STATUS = {"DEFAULT_4XX": 400, "DEFAULT_5XX": 500}


@pytest.fixture(scope="module")
def stack() -> Synthesis:
    return synthesise()


def list_problems(
    tree: type[problems.Problem] = problems.Problem,
) -> Iterator[type[problems.Problem]]:
    for problem in tree.__subclasses__():
        yield problem
        yield from list_problems(problem)


def get_body(template: str) -> Json:
    body: Json = json.loads(template.replace("$context.requestId", "r-1"))
    return body


@pytest.mark.parametrize("kind", PROBLEMS)
def test_a_problem_of_the_gateway_has_the_shape_of_ours(stack: Synthesis, kind: str) -> None:
    response = stack.document[GATEWAY_RESPONSES][kind]

    assert set(response["responseTemplates"]) == {"application/json"}
    template = response["responseTemplates"]["application/json"]
    body = get_body(template)
    assert template.endswith("\n")
    assert set(body) == {"error", "code", "message", "request_id"}
    assert body["message"].startswith(body["error"])
    assert body["request_id"] == "r-1"
    assert "$" not in template.replace("$context.requestId", "")  # nothing of AWS's own wording
    headers = response["responseParameters"]
    assert headers["gatewayresponse.header.X-Request-Id"] == "context.requestId"
    assert ("gatewayresponse.header.Retry-After" in headers) is (
        response.get("statusCode") in (429, 503)
    )


def test_defaults_leave_the_status_to_what_has_happened(stack: Synthesis) -> None:
    responses = stack.document[GATEWAY_RESPONSES]

    assert {kind for kind, response in responses.items() if "statusCode" not in response} == set(
        DEFAULT_STATUS
    )


def test_a_problem_of_the_gateway_has_the_code_that_a_function_would_use() -> None:
    codes = {problem.code: problem.status for problem in list_problems()}

    for kind, problem in PROBLEMS.items():
        if problem.code in codes:
            assert problem.status == codes[problem.code], kind


@pytest.mark.parametrize("path", ["/", "/{proxy+}"])
def test_an_unknown_path_is_not_found(path: str) -> None:
    others = {route: {"type": "aws_proxy"} for route in ROUTES if route.path != path}

    operation = build_document(title="t", integrations=others)["paths"][path]

    assert set(operation) == {ANY_METHOD}
    response = check_mock(operation[ANY_METHOD])
    assert response["statusCode"] == "404"
    assert get_body(response["responseTemplates"]["application/json"])["code"] == "not_found"


@pytest.mark.parametrize("path", sorted({path for route in ROUTES for path in route.resources}))
def test_a_method_that_a_path_lacks_is_refused_with_those_it_has(
    stack: Synthesis, path: str
) -> None:
    methods = {route.method for route in ROUTES if path in route.resources}
    methods |= {call.method for call in UNSUPPORTED_CALLS if call.resource == path}
    if "GET" in methods:
        methods.add("HEAD")

    operations = stack.document["paths"][path]
    response = check_mock(operations[ANY_METHOD])

    assert set(operations) == {ANY_METHOD, *(method.lower() for method in methods)}
    assert response["statusCode"] == "405"
    assert (
        get_body(response["responseTemplates"]["application/json"])["code"] == "method_not_allowed"
    )
    allow = response["responseParameters"]["method.response.header.Allow"]
    assert set(allow.strip("'").split(", ")) == methods


@pytest.mark.parametrize("call", UNSUPPORTED_CALLS, ids=lambda call: call.operation_id)
def test_the_gateway_says_what_to_do_instead_of_an_unsupported_call(
    stack: Synthesis, call: UnsupportedCall
) -> None:
    response = check_mock(stack.document["paths"][call.resource][call.method.lower()])
    template = response["responseTemplates"]["application/json"]

    assert response["statusCode"] == "501"
    assert "$" not in template.replace("$context.requestId", "")
    assert call.instead in str(get_body(template))


def test_head_goes_where_get_goes(stack: Synthesis) -> None:
    for operations in stack.document["paths"].values():
        assert operations.get("head") == operations.get("get")


def name_dialect(function: Json) -> str:
    """Name the dialect of a function by its logical id."""
    name: str = function["Fn::GetAtt"][0]
    (dialect,) = (
        route.dialect
        for route in {route.dialect: route for route in ROUTES}.values()
        if name.startswith(f"Functions{route.dialect.title()}")
    )
    return dialect


def test_the_gateway_invokes_functions_of_a_dialect_by_roles_for_no_others(
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

    # One policy cannot name all functions of the native dialect, which has two roles.
    dialects = {role: {name_dialect(function) for function in invoked[role]} for role in invoked}
    assert all(len(names) == 1 for names in dialects.values())
    assert set().union(*dialects.values()) == {route.dialect for route in ROUTES}
    functions_of_all = [str(function) for functions in invoked.values() for function in functions]
    owners = {
        name: {role for role in invoked if name in map(str, invoked[role])}
        for name in functions_of_all
    }
    assert all(len(roles) == 1 for roles in owners.values())
    hidden = 0
    for role, functions in invoked.items():
        (policy,) = stack.list_properties("AWS::IAM::Role")[role]["Policies"]
        (statement,) = policy["PolicyDocument"]["Statement"]
        assert statement["Action"] == "lambda:InvokeFunction"
        distinct = {str(function) for function in functions}
        may_be_invoked = [str(function) for function in statement["Resource"]]
        assert distinct <= {*may_be_invoked}
        hidden += len(may_be_invoked) - len(distinct)
    assert hidden == len([r for r in ROUTES if any(front.is_in_front_of(r) for front in ROUTES)])


def test_the_stage_is_traced_throttled_and_logged_without_secrets(stack: Synthesis) -> None:
    stage = stack.get_properties("AWS::ApiGateway::Stage")
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
    api = stack.get_properties("AWS::ApiGateway::RestApi")

    assert api["EndpointConfiguration"] == {"Types": ["REGIONAL"]}
    assert api["Parameters"] == {"endpointConfigurationTypes": "REGIONAL"}
    assert api["Mode"] == "overwrite"
    for kind in ("Resource", "Method", "GatewayResponse", "Model"):
        assert not stack.list_properties(f"AWS::ApiGateway::{kind}")


def test_a_changed_document_is_deployed_anew() -> None:
    now = synthesise(routes=FEW_ROUTES)
    later = synthesise(routes=(*FEW_ROUTES, *build_future_routes(1)))

    assert set(now.list_properties("AWS::ApiGateway::Deployment")).isdisjoint(
        later.list_properties("AWS::ApiGateway::Deployment")
    )


def test_a_route_that_may_pass_a_call_on_comes_before_the_one_it_passes_it_to() -> None:
    first, last = (replace(ROUTES[0], name=name, path="/shared") for name in ("first", "last"))
    first = replace(first, falls_back_to="last")

    for order in ((first, last), (last, first)):
        shared = build_document(
            title="t", integrations={route: {"uri": route.name} for route in order}
        )

        assert shared["paths"]["/shared"]["get"][INTEGRATION] == {"uri": "first"}


@pytest.mark.parametrize(
    "origins", [("*",), ("https://a.example",), ("https://a.example", "http://localhost:3000")]
)
def test_every_path_has_a_preflight_and_every_problem_can_be_read(origins: tuple[str, ...]) -> None:
    proxies = {route: {"type": "aws_proxy"} for route in ROUTES}

    document = build_document(title="t", integrations=proxies, cors_origins=origins)

    for path, operations in document["paths"].items():
        response = check_mock(operations["options"])
        methods = {m.upper() for m in operations if m not in ("options", ANY_METHOD)}
        expected = build_preflight_headers(origins, "", methods)
        assert response["statusCode"] == "204", path
        assert response["responseParameters"] == {
            f"method.response.header.{name}": f"'{value}'" for name, value in expected.items()
        }
        template = response["responseTemplates"]["application/json"]
        assert [origin for origin in origins if f'"{origin}"' in template] == (
            list(origins) if len(origins) > 1 else []
        )
        other = check_mock(operations[ANY_METHOD])["responseParameters"]
        assert other["method.response.header.Access-Control-Allow-Origin"] == "'*'"
        if methods:
            assert "OPTIONS" in other["method.response.header.Allow"]
    for response in document[GATEWAY_RESPONSES].values():
        headers = response["responseParameters"]
        assert headers["gatewayresponse.header.Access-Control-Allow-Origin"] == "'*'"
        assert "X-Request-Id" in headers["gatewayresponse.header.Access-Control-Expose-Headers"]


def test_the_stack_tells_its_functions_and_its_gateway_the_same_origins() -> None:
    stack = synthesise(routes=FEW_ROUTES, options=True)
    text = OPTIONS["cors_origins"]

    for route in FEW_ROUTES:
        function = stack.functions[f"{route.module}.lambda_handler"]
        assert function["Environment"]["Variables"]["CORS_ORIGINS"] == text
        allowed = stack.document["paths"][route.resources[0]]["options"]
        template = check_mock(allowed)["responseTemplates"]["application/json"]
        assert all(f'"{origin}"' in template for origin in text.split(","))


def test_without_origins_there_is_no_preflight(stack: Synthesis) -> None:
    assert "CORS_ORIGINS" not in stack.environment
    assert "Access-Control" not in json.dumps(stack.document)
    assert not any("options" in operations for operations in stack.document["paths"].values())


def test_the_root_may_have_a_route_of_its_own() -> None:
    index = Route(
        name="get_index",
        dialect="registry",
        method="GET",
        path="/",
        permission=Permission.PUBLIC,
        chapter="Documentation",
    )

    operations = build_document(title="t", integrations={index: {"uri": "index"}})["paths"]

    assert operations["/"]["get"][INTEGRATION] == {"uri": "index"}
    assert operations["/"]["head"] == operations["/"]["get"]
    response = check_mock(operations["/"][ANY_METHOD])
    assert response["statusCode"] == "405"
    assert response["responseParameters"]["method.response.header.Allow"] == "'GET, HEAD'"
    assert set(operations["/{proxy+}"]) == {ANY_METHOD}


def test_a_path_that_takes_all_that_is_left_keeps_its_own_methods() -> None:
    greedy = replace(ROUTES[0], method="GET", path="/{proxy+}")

    operations = build_document(title="t", integrations={greedy: {"type": "aws_proxy"}})["paths"]

    assert set(operations["/{proxy+}"]) == {"get", "head", ANY_METHOD}
    assert check_mock(operations["/{proxy+}"][ANY_METHOD])["statusCode"] == "405"


def check_mock(operation: Json) -> Json:
    """Check an operation that needs no function against its declaration; returns its response."""
    integration = operation[INTEGRATION]
    assert integration["type"] == "mock"
    assert integration["passthroughBehavior"] == "never"
    (response,) = integration["responses"].values()
    declared = operation["responses"][response["statusCode"]]["headers"]
    assert {f"method.response.header.{name}" for name in declared} == set(
        response["responseParameters"]
    )
    for template in integration["requestTemplates"].values():
        assert json.loads(template) == {"statusCode": int(response["statusCode"])}
    result: Json = response
    return result
