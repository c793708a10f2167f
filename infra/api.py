"""The REST API: every path of the route table, and an answer of ours to every other request."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from aws_cdk import Aws, RemovalPolicy
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.acknowledgements import acknowledge
from shared import errors
from shared.routes import Route

Json = dict[str, Any]

ANY_METHOD = "x-amazon-apigateway-any-method"
INTEGRATION = "x-amazon-apigateway-integration"
GATEWAY_RESPONSES = "x-amazon-apigateway-gateway-responses"
COMPRESSION = "x-amazon-apigateway-minimum-compression-size"

# A mock answers only media types that it has a template for; others get UNSUPPORTED_MEDIA_TYPE.
MOCKED_MEDIA_TYPES = (
    "application/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "text/plain",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """What the gateway itself answers, in the shape in which functions report errors."""

    status: int
    code: str
    text: str
    retry_after: int | None = None

    @classmethod
    def like(cls, problem: type[errors.Problem], *, retry_after: int | None = None) -> "Refusal":
        return cls(
            status=problem.status,
            code=problem.code,
            text=problem.default,
            retry_after=retry_after,
        )

    @property
    def template(self) -> str:
        """Names nothing of the caller's or of AWS's but the request id."""
        body = {"error": self.text, "code": self.code, "message": self.text}
        return json.dumps({**body, "request_id": "$context.requestId"})

    @property
    def headers(self) -> dict[str, str]:
        """By name, as mapping expressions."""
        headers = {"X-Request-Id": "context.requestId"}
        if self.retry_after is not None:
            headers["Retry-After"] = f"'{self.retry_after}'"
        return headers


NOT_FOUND = Refusal.like(errors.NotFound)
METHOD_NOT_ALLOWED = Refusal(status=405, code="method_not_allowed", text="method not allowed")

# By the gateway's own name for the occasion. The two defaults are for all that are not listed, and
# leave the status as it is.
REFUSALS = {
    "DEFAULT_4XX": Refusal(status=400, code="bad_request", text="bad request"),
    "DEFAULT_5XX": Refusal.like(errors.Internal),
    "ACCESS_DENIED": Refusal.like(errors.Forbidden),
    "BAD_REQUEST_BODY": Refusal(status=400, code="bad_request", text="bad request"),
    "BAD_REQUEST_PARAMETERS": Refusal(status=400, code="bad_request", text="bad request"),
    "INTEGRATION_FAILURE": Refusal.like(errors.Unavailable, retry_after=1),
    "INTEGRATION_TIMEOUT": Refusal(status=504, code="timeout", text="the service took too long"),
    # What the gateway says to a path that it does not know.
    "MISSING_AUTHENTICATION_TOKEN": NOT_FOUND,
    "QUOTA_EXCEEDED": Refusal.like(errors.Throttled, retry_after=60),
    "REQUEST_TOO_LARGE": Refusal.like(errors.TooLarge),
    "RESOURCE_NOT_FOUND": NOT_FOUND,
    "THROTTLED": Refusal.like(errors.Throttled, retry_after=1),
    "UNAUTHORIZED": Refusal.like(errors.Unauthorized),
    "UNSUPPORTED_MEDIA_TYPE": Refusal(
        status=415, code="unsupported_media_type", text="unsupported media type"
    ),
    "WAF_FILTERED": Refusal.like(errors.Forbidden),
}


class Api(Construct):
    """A regional REST API, traced and throttled, imported whole from a generated document.

    As resources of the stack, the paths, methods, HEAD twins and refusals of a hundred routes would
    pass CloudFormation's limit of 500; in a document they are one resource. For the same reason the
    gateway invokes functions by a role, one per dialect, and not by a permission on each function.

    There is no authorizer: each dialect sends its credentials in its own way and expects a refusal
    in its own words, so functions authenticate their callers themselves.

    Args:
        firewall: whether a web application firewall stands before it.
        account_logging: whether to give API Gateway its right to write logs. The right is one per
            account and region: a second stack there may leave it alone, and it outlives this one.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        functions: Mapping[Route, lambda_.Function],
        stage: str,
        requests_per_second: int,
        burst: int,
        firewall: bool,
        account_logging: bool,
        log_retention: logs.RetentionDays,
        retained: bool,
    ) -> None:
        super().__init__(scope, id)
        removal = RemovalPolicy.RETAIN if retained else RemovalPolicy.DESTROY
        self.access_log = logs.LogGroup(
            self, "AccessLog", retention=log_retention, removal_policy=removal
        )
        self.rest_api = apigateway.SpecRestApi(
            self,
            "Rest",
            rest_api_name=f"cuebook-{stage}",
            api_definition=apigateway.ApiDefinition.from_inline(
                document(title=f"cuebook-{stage}", integrations=self._integrations(functions))
            ),
            # What the document no longer says shall be gone from the API as well.
            mode=apigateway.RestApiMode.OVERWRITE,
            endpoint_types=[apigateway.EndpointType.REGIONAL],
            parameters={"endpointConfigurationTypes": "REGIONAL"},  # an import is told separately
            cloud_watch_role=account_logging,
            deploy_options=apigateway.StageOptions(
                stage_name=stage,
                tracing_enabled=True,
                throttling_rate_limit=requests_per_second,
                throttling_burst_limit=burst,
                # Failures of the gateway, and never the bodies of requests.
                logging_level=apigateway.MethodLoggingLevel.ERROR,
                data_trace_enabled=False,
                access_log_destination=apigateway.LogGroupLogDestination(self.access_log),
                access_log_format=apigateway.AccessLogFormat.custom(
                    json.dumps({"service": f"cuebook-{stage}", **ACCESS_LOG})
                ),
            ),
        )
        # Left to itself the gateway would create this group, and keep its lines for ever.
        execution_log = logs.LogGroup(
            self,
            "ExecutionLog",
            log_group_name=f"API-Gateway-Execution-Logs_{self.rest_api.rest_api_id}/{stage}",
            retention=log_retention,
            removal_policy=removal,
        )
        self.rest_api.deployment_stage.node.add_dependency(execution_log)
        self.rest_api.node.try_remove_child("Endpoint")  # an output; the stack has one of its own
        self.stage = self.rest_api.deployment_stage
        self.url = self.rest_api.url
        acknowledge(
            self.rest_api,
            {
                "AwsSolutions-APIG2": "Functions validate what they are sent, for only they can "
                "name the fault, and in the words of each route's dialect.",
            },
        )
        if not firewall:
            acknowledge(
                self.rest_api,
                {
                    "AwsSolutions-APIG3": "A web application firewall costs money when nothing "
                    "happens, so that it is an option; throttling limits what a flood can do."
                },
            )
        if account_logging:
            acknowledge(
                self.rest_api,
                {
                    "AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/"
                    "AmazonAPIGatewayPushToCloudWatchLogs]": "API Gateway refuses the account's "
                    "logging role unless it has all that this policy of its own grants."
                },
            )

    def _integrations(self, functions: Mapping[Route, lambda_.Function]) -> dict[Route, Json]:
        by_dialect: dict[str, list[Route]] = defaultdict(list)
        for route in functions:
            by_dialect[route.dialect].append(route)
        invokers = {
            dialect: self._invoker(dialect, [functions[route] for route in routes])
            for dialect, routes in by_dialect.items()
        }
        gateway = f"arn:{Aws.PARTITION}:apigateway:{Aws.REGION}:lambda:path/2015-03-31/functions"
        return {
            route: {
                "type": "aws_proxy",
                "httpMethod": "POST",
                "uri": f"{gateway}/{function.function_arn}/invocations",
                "credentials": invokers[route.dialect].role_arn,
            }
            for route, function in functions.items()
        }

    def _invoker(self, dialect: str, functions: Iterable[lambda_.Function]) -> iam.Role:
        """One per dialect, since all policies inside a role may have 10,240 characters together."""
        return iam.Role(
            self,
            f"{dialect.capitalize()}Invoker",
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


# Neither bodies nor headers nor addresses: enough to find a request, not to impersonate its sender.
ACCESS_LOG = {
    "request_id": "$context.requestId",
    "trace_id": "$context.xrayTraceId",
    "time": "$context.requestTimeEpoch",
    "method": "$context.httpMethod",
    "route": "$context.resourcePath",
    "status": "$context.status",
    "lambda_status": "$context.integration.integrationStatus",  # of Lambda itself: 429, 500
    "latency_ms": "$context.responseLatency",
    "function_ms": "$context.integrationLatency",
    "bytes": "$context.responseLength",
    "refusal": "$context.error.responseType",
}


def document(*, title: str, integrations: Mapping[Route, Json]) -> Json:
    """The OpenAPI document that the gateway imports: routing only, without a word for readers.

    Every path answers every method, if only to refuse it: a request that no method takes would go
    to the gateway's own sign-on, which stumbles over our kind of `Authorization` header.
    """
    paths: dict[str, Json] = defaultdict(dict)
    # Where two routes share a path and a method, the one that may pass a call on comes first.
    for route in sorted(integrations, key=lambda route: route.before is not None):
        operation = {INTEGRATION: integrations[route], "responses": {}}
        for resource in route.resources:
            paths[resource][route.method.lower()] = operation
            if route.method == "GET":
                paths[resource]["head"] = operation
    for operations in paths.values():
        allowed = ", ".join(sorted(method.upper() for method in operations))
        operations[ANY_METHOD] = _mock(METHOD_NOT_ALLOWED, Allow=f"'{allowed}'")
    for path in ("/", "/{proxy+}"):
        paths[path].setdefault(ANY_METHOD, _mock(NOT_FOUND))
    return {
        "openapi": "3.0.1",
        "info": {"title": title, "version": "1"},
        "paths": dict(paths),
        COMPRESSION: 1024,
        GATEWAY_RESPONSES: {
            occasion: _gateway_response(occasion, refusal) for occasion, refusal in REFUSALS.items()
        },
    }


def _mock(refusal: Refusal, **headers: str) -> Json:
    """An operation that refuses by itself: a stranger who tries every path starts no function."""
    headers = {**refusal.headers, **headers}
    return {
        "responses": {
            str(refusal.status): {
                "description": refusal.text,
                "headers": {name: {"schema": {"type": "string"}} for name in headers},
            }
        },
        INTEGRATION: {
            "type": "mock",
            "passthroughBehavior": "never",
            "requestTemplates": dict.fromkeys(
                MOCKED_MEDIA_TYPES, json.dumps({"statusCode": refusal.status})
            ),
            "responses": {
                "default": {
                    "statusCode": str(refusal.status),
                    "responseParameters": {
                        f"method.response.header.{name}": value for name, value in headers.items()
                    },
                    "responseTemplates": {"application/json": refusal.template},
                }
            },
        },
    }


def _gateway_response(occasion: str, refusal: Refusal) -> Json:
    response: Json = {
        "responseParameters": {
            f"gatewayresponse.header.{name}": value for name, value in refusal.headers.items()
        },
        "responseTemplates": {"application/json": refusal.template},
    }
    if not occasion.startswith("DEFAULT_"):
        response["statusCode"] = refusal.status
    return response
