"""The Lambda functions, each with its own role and log group."""

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
from infra.people import People
from infra.tables import Tables
from shared.routes import Permission, Route

# The smallest memory with a whole processor. A cold start with its first rendering is nearly all
# processor time: 300 ms here, 510 ms with 1024 MB, at the same cost. A warm rendering mostly waits:
# it is billed 7 ms instead of 9 ms, which adds 4 cents to 480 cents for a million calls. More
# memory makes nothing faster, because each function uses one processor, and the largest known
# requests need less than 150 MB for ASCII texts. All functions have the same size: the smallest one
# starts in 250 ms here, in 440 ms with 1024 MB. (If Lambda gives starts a whole processor whatever
# their memory, as is reported but not documented, a start with a rendering takes 300 ms instead of
# 350.) `make cost ARGS=--memory` repeats the measurement; this was Python 3.13 with the deployed
# bytecode and layer, on x86_64, in November 2026.
MEMORY_MB = 1769
# API Gateway gives up after 29 seconds; a function that ends earlier can still report what
# happened. Few requests take a second: among the slowest (in the same measurement) are Maxim's sync
# of 1,000 prompts with 0.8 s, a diff of texts of 1.3 MiB with 0.5 s, a rendering up to the limit of
# steps with 0.3 s, and a new version of 4 MiB with 0.2 s. The slowest diff that is accepted takes
# under 3 s. Writes retry lost races, and reads go on, as long as the function can still respond in
# time (`shared.deadline`).
TIMEOUT = Duration.seconds(28)

# The table `access` has teams, people, sessions and API keys, each in partitions of its own. A
# function writes only those of its row (`partitions`): with a flaw in one of the others nobody
# can make a key or a session. Tables of their own would say the same without a condition, but the
# keys of every deployment would have to move there. `ForAllValues` alone also holds where there is
# no key.
WRITES = ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem")

ARCHITECTURES: Mapping[Architecture, lambda_.Architecture] = {
    "arm64": lambda_.Architecture.ARM_64,
    "x86_64": lambda_.Architecture.X86_64,
}


class Functions(Construct):
    """One function per route, and those that other constructs define, with two resources each.

    A stack can have 500 resources, and there will be a hundred routes. Therefore policies are
    inside the roles, and the API has the permission to invoke functions (see `infra.api`).

    The layer contains the tested boto3, although Lambda has one too. This does not slow down cold
    starts: importing it and making a DynamoDB client took 178 ms of processor time from the layer,
    where its data is trimmed, and 211 ms from a whole installation with valid bytecode (Python
    3.13; minimum of 15 alternating runs each; the medians were 202 and 257 ms).

    Of functions that are kept started, a version is published with each change, and the gateway
    invokes an alias of the newest one. That takes two more resources for each.

    Attributes:
        by_route: What the gateway invokes for each route: its function, or an alias of that.
        log: The log of all functions.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        routes: Iterable[Route],
        stage: str,
        version: str,
        bundle: Bundle,
        architecture: Architecture,
        tables: Tables,
        content: Content,
        people: People,
        log_retention: logs.RetentionDays,
        metrics_by_route: bool,
        quotas: Mapping[str, int | None],
        cors_origins: str | None,
        groups: str | None,
        provisioned_concurrency: int | None,
        retain: bool,
    ) -> None:
        """Define the functions of all routes.

        Args:
            scope: The parent construct.
            id: The id in the parent construct.
            routes: The routes.
            stage: The name of the stage.
            version: The version of Cuebook.
            bundle: The code and the layer.
            architecture: The processor architecture.
            tables: The tables.
            content: The bucket for bodies.
            people: The user pool of people.
            log_retention: The retention of the logs.
            metrics_by_route: Whether there are metrics by route.
            quotas: How many requests a minute each `key` and each `team` may make.
            cors_origins: The origins whose web pages may call the API, separated by commas.
            groups: Which groups of an identity provider come into which teams.
            provisioned_concurrency: How many processes of each hot function are kept started; None
                for none.
            retain: Whether to keep the logs when the stack is deleted.
        """
        super().__init__(scope, id)
        # A version of a function is published anew with a new layer too.
        self.node.set_context("@aws-cdk/aws-lambda:recognizeLayerVersion", True)
        self._code = bundle.code
        self._architecture = ARCHITECTURES[architecture]
        # One for all functions, so that one query sees every call.
        self.log = logs.LogGroup(
            self,
            "Log",
            retention=log_retention,
            removal_policy=RemovalPolicy.RETAIN if retain else RemovalPolicy.DESTROY,
        )
        # Service and ARN of each table, of `content` and of `people`, by the names in
        # `Route.role_actions`.
        self._resources = {
            "content": ("s3", content.bucket.arn_for_objects(OBJECTS)),
            "people": ("cognito-idp", people.pool.user_pool_arn),
            **{name: ("dynamodb", table.table_arn) for name, table in tables.by_name.items()},
        }
        # The name of the service distinguishes stages in logs, traces and metrics.
        self._common = {
            "POWERTOOLS_SERVICE_NAME": f"cuebook-{stage}",
            "CUEBOOK_VERSION": version,
        }
        self._environment = {
            "METRICS_BY_ROUTE": str(int(metrics_by_route)),
            **{f"QUOTA_PER_{of.upper()}": str(most) for of, most in quotas.items() if most},
            **({"CORS_ORIGINS": cors_origins} if cors_origins else {}),
            "CONTENT_BUCKET": content.bucket.bucket_name,
            "USER_POOL_ID": people.pool.user_pool_id,
            "USER_POOL_CLIENT_ID": people.client.user_pool_client_id,
            **{f"{name.upper()}_TABLE": table.table_name for name, table in tables.by_name.items()},
        }
        # Sign-in is of routes for everybody. In all functions, long rules of groups alone would
        # make the template larger than CloudFormation takes.
        single_sign_on = (
            {
                "SIGN_IN_URL": people.page.url,
                "SIGN_IN_CLIENT_ID": people.page.client_id,
                "GROUPS": groups or "",
            }
            if people.page
            else {}
        )
        self._layer = lambda_.LayerVersion(
            self,
            "Dependencies",
            code=bundle.layer,
            compatible_architectures=[self._architecture],
            compatible_runtimes=[RUNTIME],
        )
        self._folders: dict[str, Construct] = {}
        functions = {
            route: self.define(
                route.module,
                description=f"{route.dialect}: {route.method} {route.path}",
                statements=self._list_statements(route),
                environment=self._environment
                | (single_sign_on if route.permission is Permission.PUBLIC else {}),
            )
            for route in routes
        }
        self.by_route: Mapping[Route, lambda_.IFunction] = {
            route: _keep_started(function, provisioned_concurrency)
            if route.is_hot and provisioned_concurrency
            else function
            for route, function in functions.items()
        }
        bucket = content.bucket.node.default_child
        assert isinstance(bucket, CfnElement)
        acknowledge(
            self,
            {
                "AwsSolutions-L1": "The newest runtime that the code is built and tested with: "
                "bytecode is only valid for the minor version that compiled it.",
                "AwsSolutions-IAM5[Resource::*]": "Sending traces and listing streams do not "
                "support permissions for single resources.",
                f"AwsSolutions-IAM5[Resource::<{Stack.of(self).get_logical_id(bucket)}.Arn>"
                f"/{OBJECTS}]": "The name of an object is the hash of its body, so only the "
                "prefix is known in advance.",
            },
        )

    def define(
        self,
        module: str,
        *,
        description: str,
        statements: Iterable[iam.PolicyStatement],
        environment: Mapping[str, str],
        timeout: Duration = TIMEOUT,
    ) -> lambda_.Function:
        """Define the function of a module's `lambda_handler`.

        Args:
            module: The module, `functions.<folder>.<name>`.
            description: The description for people.
            statements: Permissions, in addition to those for its log and traces.
            environment: Environment variables, in addition to those of all functions.
            timeout: When Lambda ends a call; longer only where nobody waits for it.
        """
        _, folder, name = module.split(".")
        scope = Construct(self._get_folder(folder), _to_pascal_case(name))
        role = iam.Role(
            scope,
            "Role",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            inline_policies={
                "function": iam.PolicyDocument(
                    statements=[*statements, *_list_log_statements(self.log)]
                )
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
            timeout=timeout,
            environment={**self._common, **environment},
            # Otherwise the CDK would add a policy, which is another resource.
            role=role.without_policy_updates(),
            tracing=lambda_.Tracing.ACTIVE,
            logging_format=lambda_.LoggingFormat.JSON,
            log_group=self.log,
        )
        resource = function.node.default_child
        assert isinstance(resource, CfnResource)
        # It names the role's policies, which are inside the role that the function refers to.
        resource.add_deletion_override("DependsOn")
        return function

    def _get_folder(self, name: str) -> Construct:
        if name not in self._folders:
            self._folders[name] = Construct(self, name.capitalize())
        return self._folders[name]

    def _list_statements(self, route: Route) -> Iterator[iam.PolicyStatement]:
        actions = defaultdict(list)
        for action in route.role_actions:
            resource, verb = action.split(":")
            actions[resource].append(verb)
        for resource, verbs in actions.items():
            service, arn = self._resources[resource]
            writes = [verb for verb in verbs if resource == "access" and verb in WRITES]
            for group, conditions in (
                ([verb for verb in verbs if verb not in writes], None),
                (writes, build_condition(route.partitions)),
            ):
                if group:
                    yield iam.PolicyStatement(
                        actions=[f"{service}:{verb}" for verb in group],
                        resources=[arn],
                        conditions=conditions,
                    )


def _keep_started(function: lambda_.Function, processes: int) -> lambda_.Alias:
    """Keep processes of a function started: of its newest version, behind an alias."""
    return lambda_.Alias(
        function,
        "Started",
        alias_name="started",
        version=function.current_version,
        provisioned_concurrent_executions=processes,
    )


def build_condition(partitions: tuple[str, ...]) -> dict[str, dict[str, object]]:
    """Build the condition of a statement that it is about these partitions only."""
    return {
        "ForAllValues:StringLike": {"dynamodb:LeadingKeys": [*partitions]},
        "Null": {"dynamodb:LeadingKeys": "false"},
    }


def _list_log_statements(log_group: logs.LogGroup) -> Iterator[iam.PolicyStatement]:
    yield iam.PolicyStatement(
        actions=["logs:CreateLogStream", "logs:PutLogEvents"],
        resources=[log_group.log_group_arn],
    )
    yield iam.PolicyStatement(
        actions=["xray:PutTraceSegments", "xray:PutTelemetryRecords"], resources=["*"]
    )


def _to_pascal_case(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_"))
