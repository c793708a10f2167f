"""The REST API: all routes, and responses in the format of problems to all other requests."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from aws_cdk import Aws, RemovalPolicy
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.acknowledgements import acknowledge
from infra.compression import MINIMUM_BYTES
from infra.cors import (
    PREFLIGHT_METHOD,
    PREFLIGHT_STATUS,
    build_preflight_headers,
    build_problem_headers,
)
from infra.gateway_problems import PROBLEMS, UNKNOWN_PATH, GatewayProblem, build_other_method
from infra.unsupported import UNSUPPORTED_CALLS
from shared.routes import NATIVE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from shared.routes import Route

Json = dict[str, Any]

ANY_METHOD = "x-amazon-apigateway-any-method"
INTEGRATION = "x-amazon-apigateway-integration"
GATEWAY_RESPONSES = "x-amazon-apigateway-gateway-responses"
COMPRESSION = "x-amazon-apigateway-minimum-compression-size"

# A mock needs a template for each media type; all others get UNSUPPORTED_MEDIA_TYPE.
MOCKED_MEDIA_TYPES = (
    "application/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "text/plain",
)


class Api(Construct):
    """A regional REST API with tracing and throttling, imported from a generated document.

    As separate resources of the stack, the paths, methods, HEAD methods and problems of a hundred
    routes would exceed CloudFormation's limit of 500; a document is one resource. For the same
    reason the gateway invokes functions with a role, one per dialect, instead of a permission on
    each function.

    There is no authorizer: credentials and problems differ between dialects, so functions
    authenticate their callers.

    Attributes:
        rest_api: The API.
        stage: Its only stage.
        url: The URL of the stage, with a slash at the end.
        access_log: The log with a line for each request.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        functions: Mapping[Route, lambda_.IFunction],
        stage: str,
        requests_per_second: int,
        burst: int,
        firewall: bool,
        account_logging: bool,
        cors_origins: tuple[str, ...],
        log_retention: logs.RetentionDays,
        retain: bool,
    ) -> None:
        """Define the API.

        Args:
            scope: The parent construct.
            id: The id in the parent construct.
            functions: What is invoked for each route: its function, or an alias of that.
            stage: The name of the stage.
            requests_per_second: The rate above which the gateway responds with 429.
            burst: The number of requests that may arrive at once.
            firewall: Whether the API has a web application firewall.
            account_logging: Whether to give API Gateway the permission to write logs, which exists
                once per account and region: a second stack there does not need it, and it remains
                when this stack is deleted.
            cors_origins: The origins whose web pages may call the API.
            log_retention: The retention of the logs.
            retain: Whether to keep the logs when the stack is deleted.
        """
        super().__init__(scope, id)
        removal = RemovalPolicy.RETAIN if retain else RemovalPolicy.DESTROY
        self.access_log = logs.LogGroup(
            self, "AccessLog", retention=log_retention, removal_policy=removal
        )
        self.rest_api = apigateway.SpecRestApi(
            self,
            "Rest",
            rest_api_name=f"cuebook-{stage}",
            api_definition=apigateway.ApiDefinition.from_inline(
                build_document(
                    title=f"cuebook-{stage}",
                    integrations=self._build_integrations(functions),
                    cors_origins=cors_origins,
                )
            ),
            # Removes from the API what the document no longer contains.
            mode=apigateway.RestApiMode.OVERWRITE,
            endpoint_types=[apigateway.EndpointType.REGIONAL],
            parameters={"endpointConfigurationTypes": "REGIONAL"},  # the import needs it as well
            cloud_watch_role=account_logging,
            deploy_options=apigateway.StageOptions(
                stage_name=stage,
                tracing_enabled=True,
                throttling_rate_limit=requests_per_second,
                throttling_burst_limit=burst,
                # Errors of the gateway, but never the bodies of requests.
                logging_level=apigateway.MethodLoggingLevel.ERROR,
                data_trace_enabled=False,
                access_log_destination=apigateway.LogGroupLogDestination(self.access_log),
                access_log_format=apigateway.AccessLogFormat.custom(
                    json.dumps({"service": f"cuebook-{stage}", **ACCESS_LOG})
                ),
            ),
        )
        # Otherwise the gateway would create this group, without a retention.
        execution_log = logs.LogGroup(
            self,
            "ExecutionLog",
            log_group_name=f"API-Gateway-Execution-Logs_{self.rest_api.rest_api_id}/{stage}",
            retention=log_retention,
            removal_policy=removal,
        )
        self.rest_api.deployment_stage.node.add_dependency(execution_log)
        self.rest_api.node.try_remove_child("Endpoint")  # the stack has its own output for it
        self.stage = self.rest_api.deployment_stage
        self.url = self.rest_api.url
        acknowledge(
            self.rest_api,
            {
                "AwsSolutions-APIG2": "Functions validate requests, because only they can describe "
                "a problem in the format of each route's dialect.",
            },
        )
        if not firewall:
            acknowledge(
                self.rest_api,
                {
                    "AwsSolutions-APIG3": "A web application firewall costs money even without "
                    "requests, so it is optional; throttling limits the effect of attacks."
                },
            )
        if account_logging:
            acknowledge(
                self.rest_api,
                {
                    "AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/"
                    "AmazonAPIGatewayPushToCloudWatchLogs]": "API Gateway accepts a logging role "
                    "only with all permissions of this policy."
                },
            )

    def _build_integrations(
        self, functions: Mapping[Route, lambda_.IFunction]
    ) -> dict[Route, Json]:
        by_invoker: dict[str, list[Route]] = defaultdict(list)
        for route in functions:
            by_invoker[_name_invoker(route)].append(route)
        invokers = {
            name: self._create_invoker(name, [functions[route] for route in routes])
            for name, routes in by_invoker.items()
        }
        gateway = f"arn:{Aws.PARTITION}:apigateway:{Aws.REGION}:lambda:path/2015-03-31/functions"
        return {
            route: {
                "type": "aws_proxy",
                "httpMethod": "POST",
                "uri": f"{gateway}/{function.function_arn}/invocations",
                "credentials": invokers[_name_invoker(route)].role_arn,
            }
            for route, function in functions.items()
        }

    def _create_invoker(self, name: str, functions: Iterable[lambda_.IFunction]) -> iam.Role:
        """Create a role that invokes some functions, as many as its policies' 10 KB can name."""
        return iam.Role(
            self,
            f"{name}Invoker",
            assumed_by=iam.ServicePrincipal("apigateway.amazonaws.com"),
            inline_policies={
                "invoke": iam.PolicyDocument(
                    statements=[
                        iam.PolicyStatement(
                            actions=["lambda:InvokeFunction"],
                            resources=[function.function_arn for function in functions],
                        )
                    ]
                )
            },
        )


def _name_invoker(route: Route) -> str:
    """Name the role by which the gateway invokes a route: its dialect's, or one of the native two.

    The native dialect has too many endpoints for one role.
    """
    if route.dialect == NATIVE and "/prompts" not in route.path:
        return "Administration"
    return route.dialect.capitalize()


# Enough to find a request, but no bodies, headers or addresses.
ACCESS_LOG = {
    "request_id": "$context.requestId",
    "trace_id": "$context.xrayTraceId",
    "time": "$context.requestTimeEpoch",
    "method": "$context.httpMethod",
    "route": "$context.resourcePath",
    "status": "$context.status",
    "lambda_status": "$context.integration.integrationStatus",  # Lambda's own, such as 429, 500
    "latency_ms": "$context.responseLatency",
    "function_ms": "$context.integrationLatency",
    "bytes": "$context.responseLength",
    "problem": "$context.error.responseType",
}


def build_document(
    *, title: str, integrations: Mapping[Route, Json], cors_origins: tuple[str, ...] = ()
) -> Json:
    """Build the OpenAPI document that the gateway imports, which is for routing only.

    Every path has an operation for every other method, which responds with a problem. Otherwise the
    gateway would try to authenticate the request itself, and fail at the `Authorization` header.

    Args:
        title: The title of the API.
        integrations: The gateway's integration for each route.
        cors_origins: The origins whose web pages may call the API.
    """
    paths: dict[str, Json] = defaultdict(dict)
    # If two routes share a path and a method, the one that falls back to the other is used.
    for route in sorted(integrations, key=lambda route: route.falls_back_to is not None):
        operation = {INTEGRATION: integrations[route], "responses": {}}
        for resource in route.resources:
            paths[resource][route.method.lower()] = operation
            if route.method == "GET":
                paths[resource]["head"] = operation
    for call in UNSUPPORTED_CALLS:
        operation = _build_problem_mock(call.problem, cors_origins)
        paths[call.resource][call.method.lower()] = operation
        if call.method == "GET":
            paths[call.resource]["head"] = operation
    for path in ("/", "/{proxy+}"):
        paths.setdefault(path, {})
    dialects: dict[str, set[str]] = defaultdict(set)
    for route in integrations:
        for resource in route.resources:
            dialects[resource].add(route.dialect)
    for path, operations in paths.items():
        methods = [method.upper() for method in operations]
        if cors_origins:
            preflight = _build_preflight(cors_origins, methods)
            operations.setdefault(PREFLIGHT_METHOD.lower(), preflight)
        if methods:
            allow = ", ".join(sorted(method.upper() for method in operations))
            problem = build_other_method(dialects[path])
            mock = _build_problem_mock(problem, cors_origins, Allow=f"'{allow}'")
        else:
            mock = _build_problem_mock(UNKNOWN_PATH, cors_origins)
        operations[ANY_METHOD] = mock
    return {
        "openapi": "3.0.1",
        "info": {"title": title, "version": "1"},
        "paths": dict(paths),
        COMPRESSION: MINIMUM_BYTES,
        GATEWAY_RESPONSES: {
            kind: _build_gateway_response(kind, problem, cors_origins)
            for kind, problem in PROBLEMS.items()
        },
    }


def _build_problem_mock(
    problem: GatewayProblem, cors_origins: tuple[str, ...], **headers: str
) -> Json:
    """Build an operation without a function, so that requests to unknown paths start none."""
    return _build_mock(
        problem.status,
        problem.text,
        headers=_build_headers(problem, cors_origins, **headers),
        template=_build_template(problem),
    )


def _build_preflight(cors_origins: tuple[str, ...], methods: Iterable[str]) -> Json:
    """Build the operation that responds to the preflights of a path."""
    headers = build_preflight_headers(cors_origins, "", methods)
    template = ""
    if len(cors_origins) > 1:
        # The static value is the first origin, and a template sets that of the request.
        condition = " || ".join(f'$origin == "{origin}"' for origin in cors_origins)
        template = (
            '#set($origin = $input.params().header.get("Origin"))\n'
            '#if($origin == "")#set($origin = $input.params().header.get("origin"))#end\n'
            f"#if({condition})"
            "#set($context.responseOverride.header.Access-Control-Allow-Origin = $origin)#end"
        )
    return _build_mock(
        PREFLIGHT_STATUS,
        "What pages of other origins may send.",
        headers={name: f"'{value}'" for name, value in headers.items()},
        template=template,
        media_types=("application/json",),  # that of a request without a body
    )


def _build_mock(
    status: int,
    description: str,
    *,
    headers: Mapping[str, str],
    template: str,
    media_types: tuple[str, ...] = MOCKED_MEDIA_TYPES,
) -> Json:
    """Build an operation of the gateway itself.

    Args:
        status: The status of the response.
        description: What the response is.
        headers: Headers by name, as mapping expressions.
        template: The mapping template of the body.
        media_types: The media types of requests.
    """
    return {
        "responses": {
            str(status): {
                "description": description,
                "headers": {name: {"schema": {"type": "string"}} for name in headers},
            }
        },
        INTEGRATION: {
            "type": "mock",
            "passthroughBehavior": "never",
            "requestTemplates": dict.fromkeys(media_types, json.dumps({"statusCode": status})),
            "responses": {
                "default": {
                    "statusCode": str(status),
                    "responseParameters": {
                        f"method.response.header.{name}": value for name, value in headers.items()
                    },
                    "responseTemplates": {"application/json": template},
                }
            },
        },
    }


def _build_gateway_response(
    kind: str, problem: GatewayProblem, cors_origins: tuple[str, ...]
) -> Json:
    response: Json = {
        "responseParameters": {
            f"gatewayresponse.header.{name}": value
            for name, value in _build_headers(problem, cors_origins).items()
        },
        "responseTemplates": {"application/json": _build_template(problem)},
    }
    if not kind.startswith("DEFAULT_"):
        response["statusCode"] = problem.status
    return response


def _build_template(problem: GatewayProblem) -> str:
    """Build a mapping template of a problem's body."""
    return problem.encode("$context.requestId")


def _build_headers(
    problem: GatewayProblem, cors_origins: tuple[str, ...], **others: str
) -> dict[str, str]:
    """Build a problem's headers by name, as mapping expressions."""
    headers = {"X-Request-Id": "context.requestId", **others}
    if problem.retry_after is not None:
        headers["Retry-After"] = f"'{problem.retry_after}'"
    more = build_problem_headers(cors_origins, headers)
    return headers | {name: f"'{value}'" for name, value in more.items()}
