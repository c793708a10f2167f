"""The Lambda functions, each with a role and a log group of its own."""

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

# The least memory that comes with a whole processor. A start with its first render is nearly all
# processor time: 300 ms here, 510 ms at 1024 MB, for the same money. A warm render mostly waits: it
# is billed 7 ms instead of 9, which is 4 cents more, of 480 for a million calls. With more memory
# nothing is faster, for each function uses one processor, and the hungriest requests known need
# less than 150 MB where texts are ASCII. One size for all: the smallest function starts in 250 ms
# here, in 440 ms there. (If starts get a whole processor whatever their memory, as is reported of
# Lambda and not promised, a start with a render takes 300 ms against 350.)
# `make cost ARGS=--memory` measures it anew; this was Python 3.13 with the deployed bytecode and
# layer, on x86_64, in November 2026.
MEMORY_MB = 1769
# API Gateway gives up after 29 seconds; a function that ends first can still say what happened. Few
# requests take even a second: of the heaviest (the same measurement) Maxim's sync of 1,000 prompts
# takes 0.8 s, a diff of texts of 1.3 MiB 0.5 s, rendering up to the limit of work 0.3 s, and a new
# version of 4 MiB 0.2 s. What takes long is to lose races, for 22 s at most
# (`shared.call.RETRY_SECONDS`); the last try, and slow answers of AWS, have the 6 s that are left.
# The hardest diff that is accepted, of texts made for it, takes under 3 s.
TIMEOUT = Duration.seconds(28)

ARCHITECTURES: Mapping[Architecture, lambda_.Architecture] = {
    "arm64": lambda_.Architecture.ARM_64,
    "x86_64": lambda_.Architecture.X86_64,
}


class Functions(Construct):
    """One function per route, and those that other constructs define, at three resources each.

    A stack holds 500 resources and there will be a hundred routes: hence policies inside the roles,
    and the permission to invoke with the API (see `infra.api`) instead of on every function.

    The layer brings the boto3 that is tested, although Lambda has one too. It starts no slower: to
    import it and to make a DynamoDB client took 178 ms of processor time from the layer, where its
    data is trimmed, and 211 ms from a whole installation with valid bytecode (Python 3.13; the
    least of 15 runs each, in turns; the medians were 202 and 257).
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        routes: Iterable[Route],
        stage: str,
        bundle: Bundle,
        architecture: Architecture,
        tables: Tables,
        content: Content,
        log_retention: logs.RetentionDays,
        metrics_by_route: bool,
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
        # Tells the stages apart in logs, traces and metrics.
        self._service = {"POWERTOOLS_SERVICE_NAME": f"cuebook-{stage}"}
        self._environment = {
            "METRICS_BY_ROUTE": str(int(metrics_by_route)),
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
        self._folders: dict[str, Construct] = {}
        self.by_route: Mapping[Route, lambda_.Function] = {
            route: self.define(
                route.module,
                description=f"{route.dialect}: {route.method} {route.path}",
                statements=self._statements(route),
                environment=self._environment,
            )
            for route in routes
        }
        bucket = content.bucket.node.default_child
        assert isinstance(bucket, CfnElement)
        acknowledge(
            self,
            {
                "AwsSolutions-L1": "The newest runtime whose interpreter we build and test with: "
                "bytecode is only valid for the minor version that compiled it.",
                "AwsSolutions-IAM5[Resource::*]": "Sending a trace and listing streams have no "
                "resources to name: they are allowed on all or not at all.",
                f"AwsSolutions-IAM5[Resource::<{Stack.of(self).get_logical_id(bucket)}.Arn>"
                f"/{OBJECTS}]": "An object is named by the hash of its body, so that only the "
                "prefix is known beforehand.",
            },
        )

    def define(
        self,
        module: str,
        *,
        description: str,
        statements: Iterable[iam.PolicyStatement],
        environment: Mapping[str, str],
    ) -> lambda_.Function:
        """The function of a module's `lambda_handler`.

        Args:
            module: as `functions.<folder>.<name>`.
            statements: what it may do beside writing its log and its trace.
        """
        _, folder, name = module.split(".")
        scope = Construct(self._folder(folder), _pascal_case(name))
        log_group = logs.LogGroup(
            scope, "Logs", retention=self._log_retention, removal_policy=self._log_removal
        )
        role = iam.Role(
            scope,
            "Role",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            inline_policies={
                "function": iam.PolicyDocument(statements=[*statements, *_watching(log_group)])
            },
        )
        function = lambda_.Function(
            scope,
            "Function",
            description=description,
            code=self._code,
            handler=f"{module}.lambda_handler",
            runtime=RUNTIME,
            architecture=self._architecture,
            layers=[self._layer],
            memory_size=MEMORY_MB,
            timeout=TIMEOUT,
            environment={**self._service, **environment},
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

    def _folder(self, name: str) -> Construct:
        if name not in self._folders:
            self._folders[name] = Construct(self, name.capitalize())
        return self._folders[name]

    def _statements(self, route: Route) -> Iterator[iam.PolicyStatement]:
        actions = defaultdict(list)
        for action in route.role_actions:
            resource, verb = action.split(":")
            actions[resource].append(verb)
        for resource, verbs in actions.items():
            service, arn = self._resources[resource]
            yield iam.PolicyStatement(
                actions=[f"{service}:{verb}" for verb in verbs], resources=[arn]
            )


def _watching(log_group: logs.LogGroup) -> Iterator[iam.PolicyStatement]:
    yield iam.PolicyStatement(
        actions=["logs:CreateLogStream", "logs:PutLogEvents"],
        resources=[log_group.log_group_arn],
    )
    yield iam.PolicyStatement(
        actions=["xray:PutTraceSegments", "xray:PutTelemetryRecords"], resources=["*"]
    )


def _pascal_case(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_"))
