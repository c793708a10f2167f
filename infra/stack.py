"""The whole deployment, composed of its capabilities."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, cast, get_args

from aws_cdk import CfnOutput, Stack
from aws_cdk import aws_logs as logs
from constructs import Construct, Node

from infra.api import Api
from infra.content import Content
from infra.functions import Functions
from infra.packaging import Architecture, Bundle
from infra.tables import Tables
from shared.routes import ROUTES, Route
from shared.store.tables import TABLES

Stage = Literal["dev", "prod"]

# The periods of CloudWatch that make sense for logs of requests.
LOG_RETENTION = {
    1: logs.RetentionDays.ONE_DAY,
    7: logs.RetentionDays.ONE_WEEK,
    14: logs.RetentionDays.TWO_WEEKS,
    30: logs.RetentionDays.ONE_MONTH,
    90: logs.RetentionDays.THREE_MONTHS,
    365: logs.RetentionDays.ONE_YEAR,
    731: logs.RetentionDays.TWO_YEARS,
}


class InvalidContext(Exception):
    """A value of cdk.json's context, or of `-c name=value`, that we cannot deploy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """What may differ between deployments, from the app's context.

    Args:
        stage: `prod` keeps data and logs when the stack is deleted, and protects the tables.
        log_retention_days: of all logs.
        requests_per_second, burst: beyond which API Gateway answers 429.
        account_logging: see `infra.api.Api`.
    """

    stage: Stage = "dev"
    architecture: Architecture = "arm64"
    log_retention_days: int = 30
    requests_per_second: int = 500
    burst: int = 1000
    account_logging: bool = True

    @classmethod
    def read(cls, node: Node) -> "Deployment":
        """Raises InvalidContext."""
        return cls(
            stage=cast("Stage", _choice(node, "stage", get_args(Stage))),
            architecture=cast(
                "Architecture", _choice(node, "architecture", get_args(Architecture))
            ),
            log_retention_days=int(
                _choice(node, "log_retention_days", [str(days) for days in LOG_RETENTION])
            ),
            requests_per_second=_number(node, "requests_per_second"),
            burst=_number(node, "burst"),
            account_logging=_choice(node, "account_logging", ("true", "false")) == "true",
        )


class CuebookStack(Stack):
    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        deployment: Deployment,
        bundle: Bundle,
        routes: Iterable[Route] = ROUTES,
    ) -> None:
        retained = deployment.stage == "prod"
        super().__init__(
            scope,
            id,
            stack_name=f"cuebook-{deployment.stage}",
            description="Cuebook, a prompt registry",
            termination_protection=retained,
        )
        log_retention = LOG_RETENTION[deployment.log_retention_days]
        tables = Tables(self, "Tables", tables=TABLES, retained=retained)
        content = Content(self, "Content", retained=retained)
        functions = Functions(
            self,
            "Functions",
            routes=routes,
            bundle=bundle,
            architecture=deployment.architecture,
            tables=tables,
            content=content,
            log_retention=log_retention,
            retained=retained,
        )
        api = Api(
            self,
            "Api",
            functions=functions.by_route,
            stage=deployment.stage,
            requests_per_second=deployment.requests_per_second,
            burst=deployment.burst,
            account_logging=deployment.account_logging,
            log_retention=log_retention,
            retained=retained,
        )
        CfnOutput(self, "ApiUrl", value=api.url)
        CfnOutput(self, "ContentBucket", value=content.bucket.bucket_name)
        for name, table in tables.by_name.items():
            CfnOutput(self, f"{name.capitalize()}Table", value=table.table_name)


def _choice(node: Node, name: str, choices: Iterable[str]) -> str:
    """The command line gives words where cdk.json may have numbers and booleans."""
    default = getattr(Deployment(), name)
    value = node.try_get_context(name)
    word = str(default if value is None else value).lower()
    if word not in choices:
        raise InvalidContext(f"{name} must be one of {', '.join(choices)}, not {word}")
    return word


def _number(node: Node, name: str) -> int:
    value = node.try_get_context(name)
    word = str(getattr(Deployment(), name) if value is None else value)
    if not word.isdecimal() or int(word) < 1:
        raise InvalidContext(f"{name} must be a whole number above 0, not {word}")
    return int(word)
