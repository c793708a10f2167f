"""One Lambda function per route, each with a role and a log group of its own."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from aws_cdk import CfnElement, CfnResource, Duration, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.acknowledgements import acknowledge
from infra.content import OBJECTS, Content
from infra.packaging import RUNTIME, Architecture, Bundle
from infra.tables import Tables
from shared.routes import Route

# Processor time comes with memory, and a cold start is nearly all processor time: with less memory
# it takes longer and costs the same.
MEMORY_MB = 1024
# API Gateway gives up after 29 seconds; a function that ends first can still say what happened.
TIMEOUT = Duration.seconds(28)

ARCHITECTURES: Mapping[Architecture, lambda_.Architecture] = {
    "arm64": lambda_.Architecture.ARM_64,
    "x86_64": lambda_.Architecture.X86_64,
}


class Functions(Construct):
    """The functions by route, at three resources each.

    A stack holds 500 resources and there will be a hundred routes: hence policies inside the roles,
    and the permission to invoke with the API (see `infra.api`) instead of on every function.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        routes: Iterable[Route],
        bundle: Bundle,
        architecture: Architecture,
        tables: Tables,
        content: Content,
        log_retention: logs.RetentionDays,
        retained: bool,
    ) -> None:
        super().__init__(scope, id)
        self._code = bundle.code
        self._architecture = ARCHITECTURES[architecture]
        self._log_retention = log_retention
        self._log_removal = RemovalPolicy.RETAIN if retained else RemovalPolicy.DESTROY
        # What `Route.role_actions` calls a table or `content`: its service and its ARN.
        self._resources = {
            "content": ("s3", content.bucket.arn_for_objects(OBJECTS)),
            **{name: ("dynamodb", table.table_arn) for name, table in tables.by_name.items()},
        }
        self._environment = {
            "POWERTOOLS_SERVICE_NAME": "cuebook",
            "POWERTOOLS_METRICS_NAMESPACE": "Cuebook",
            "CONTENT_BUCKET": content.bucket.bucket_name,
            **{f"{name.upper()}_TABLE": table.table_name for name, table in tables.by_name.items()},
        }
        self._layer = lambda_.LayerVersion(
            self,
            "Dependencies",
            code=bundle.layer,
            compatible_architectures=[self._architecture],
            compatible_runtimes=[RUNTIME],
        )
        self._dialects: dict[str, Construct] = {}
        self.by_route: Mapping[Route, lambda_.Function] = {
            route: self._function(route) for route in routes
        }
        bucket = content.bucket.node.default_child
        assert isinstance(bucket, CfnElement)
        acknowledge(
            self,
            {
                "AwsSolutions-L1": "The newest runtime whose interpreter we build and test with: "
                "bytecode is only valid for the minor version that compiled it.",
                "AwsSolutions-IAM5[Resource::*]": "X-Ray has no resources to name: its two actions "
                "that send a trace are allowed on all or not at all.",
                f"AwsSolutions-IAM5[Resource::<{Stack.of(self).get_logical_id(bucket)}.Arn>"
                f"/{OBJECTS}]": "An object is named by the hash of its body, so that only the "
                "prefix is known beforehand.",
            },
        )

    def _function(self, route: Route) -> lambda_.Function:
        scope = Construct(self._dialect(route.dialect), _pascal_case(route.name))
        log_group = logs.LogGroup(
            scope, "Logs", retention=self._log_retention, removal_policy=self._log_removal
        )
        role = iam.Role(
            scope,
            "Role",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            inline_policies={
                "function": iam.PolicyDocument(statements=[*self._statements(route, log_group)])
            },
        )
        function = lambda_.Function(
            scope,
            "Function",
            description=f"{route.dialect}: {route.method} {route.path}",
            code=self._code,
            handler=f"{route.module}.lambda_handler",
            runtime=RUNTIME,
            architecture=self._architecture,
            layers=[self._layer],
            memory_size=MEMORY_MB,
            timeout=TIMEOUT,
            environment=self._environment,
            # Frozen, for the library would add a policy of its own, which is one more resource.
            role=role.without_policy_updates(),
            tracing=lambda_.Tracing.ACTIVE,
            logging_format=lambda_.LoggingFormat.JSON,
            log_group=log_group,
        )
        resource = function.node.default_child
        assert isinstance(resource, CfnResource)
        # On the role's policies, which are in the role; a reference to that orders the two anyhow.
        resource.add_deletion_override("DependsOn")
        return function

    def _dialect(self, name: str) -> Construct:
        if name not in self._dialects:
            self._dialects[name] = Construct(self, name.capitalize())
        return self._dialects[name]

    def _statements(self, route: Route, log_group: logs.LogGroup) -> Iterator[iam.PolicyStatement]:
        actions = defaultdict(list)
        for action in route.role_actions:
            resource, verb = action.split(":")
            actions[resource].append(verb)
        for resource, verbs in actions.items():
            service, arn = self._resources[resource]
            yield iam.PolicyStatement(
                actions=[f"{service}:{verb}" for verb in verbs], resources=[arn]
            )
        yield iam.PolicyStatement(
            actions=["logs:CreateLogStream", "logs:PutLogEvents"],
            resources=[log_group.log_group_arn],
        )
        yield iam.PolicyStatement(
            actions=["xray:PutTraceSegments", "xray:PutTelemetryRecords"], resources=["*"]
        )


def _pascal_case(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_"))
